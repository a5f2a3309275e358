"""Turn the items of all sources into papers: collect, merge, match files, group versions."""
