"""Papersette: papers (metadata + PDFs) in, one searchable SQLite file out.

This package knows papers and SQLite. It knows neither Datasette nor HTTP serving: those live in plugins/ and templates/.
"""

__version__ = "0.1.0"
