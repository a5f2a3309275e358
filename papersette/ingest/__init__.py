"""From the sources of a catalog to complete records: collect, complete, match files, group versions."""
