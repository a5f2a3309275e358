"""Answers for assistants and programs: short texts with quotations, pages, links and the build.

A tool reads checked arguments and a `Library`, and returns text. Nothing here knows HTTP; the site
serves the tools over MCP, and the command `python -m papersette search` prints the same.
"""
