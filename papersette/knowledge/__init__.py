"""What a paper says, as tables: one module a question."""
