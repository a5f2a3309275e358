"""Papersette: papers (metadata + PDFs) in, one searchable SQLite file out.

This package knows papers and SQLite; plugins/ and templates/ serve them. Datasette is imported in
one module only, site/datasette_seam.py.
"""

__version__ = "0.1.0"
