"""Stores what readers write, in readers.db: library, highlights, ratings, comments, and views.

readers.db is a separate file beside papers.db, which stays read-only and is replaced by every
build. readers.db refers to papers by their stable ids, and keeps rows about papers that were
removed. This package does not use Datasette: papersette/site opens the store. Only collection.py,
and the commands that use it, read papers.db.

Functions take a connection of `Store.write` or `Store.read` first, and SQL is constant.
"""
