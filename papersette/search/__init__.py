"""Search: the query language, retrieval, ranking and facet counts. Knows no HTTP and no Datasette."""
