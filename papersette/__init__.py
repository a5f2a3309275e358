"""Papersette: papers (metadata + PDFs) in, one searchable SQLite file out.

This package handles papers and SQLite; plugins/ and templates/ serve them. Only site/ imports
Datasette, and uses its internals only through site/datasette_seam.py.
"""

__version__ = "0.1.0"
