"""Search inside papers: query language, index, retrieval, ranking, passages, facet counts.

`engine.Engine.search` is the one entry. The package knows no HTTP and no Datasette.
"""
