"""Papersette: papers (metadata + PDFs) in, one searchable SQLite file out.

This package knows papers and SQLite; how they are served is in plugins/ and templates/. Two modules ask Datasette: canned.py runs
a canned query, evaluation.py measures the search as a site gives it.
"""

__version__ = "0.1.0"
