"""Texts as vectors: texts of the same meaning are near each other. An optional addition.

A sentence-embedding model (`models.py`) turns a text into a vector (`encoder.py`). A build computes
the vectors of a collection, caches them (`cache.py`), and stores them beside the search index
(`vectors.py`). The package uses no database, no query language and no network.
"""
