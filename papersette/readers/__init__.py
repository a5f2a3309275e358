"""What readers write: library, highlights, ratings, comments, and views, in readers.db.

readers.db is a file of its own beside papers.db, which stays read-only and is replaced by every
build. It refers to papers by their stable ids and keeps what is about papers that left. Nothing
here knows Datasette: papersette/site opens the store. Only collection.py, and the commands that use
it, read papers.db.

Functions take a connection of `Store.write` or `Store.read` first, and SQL is constant.
"""
