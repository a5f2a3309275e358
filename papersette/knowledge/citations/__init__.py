"""What papers cite: reference lists parted into entries, entries grouped to works, works linked to papers."""

from papersette.knowledge.citations.entries import Entry, parse_references
from papersette.knowledge.citations.names import Name

__all__ = ["Entry", "Name", "parse_references"]
