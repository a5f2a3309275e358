"""Catalogs: the YAML files that list the sources of a publication and describe its site."""
