"""Catalogs: the YAML files that say what goes into a publication, and how its site looks."""
