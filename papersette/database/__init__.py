"""The SQLite file papers.db: its schema, and the code that fills, indexes and publishes it."""
