"""papers.db: its schema, the rows that are loaded into it, and how it is published."""
