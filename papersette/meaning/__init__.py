"""Texts as vectors, so that texts that mean the same are near each other: an optional addition.

A sentence-embedding model (`models.py`) turns a text into a vector (`encoder.py`). Vectors of a
collection are made by the build, which keeps them (`cache.py`), and stored beside its search index
(`vectors.py`). The package knows no database, no query language and no network.
"""
