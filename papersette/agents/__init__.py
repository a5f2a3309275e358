"""Answers for assistants and programs: short texts with quotations, pages, links and the build.

A tool gets checked arguments and a `Library`, and returns text. This package does not use HTTP; the
site serves the tools over MCP, and the command `python -m papersette search` prints the same text.
"""
