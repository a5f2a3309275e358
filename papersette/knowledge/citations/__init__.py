"""Splits reference lists into entries, groups entries into works, and links works to papers."""

from papersette.knowledge.citations.entries import Entry, parse_references
from papersette.knowledge.citations.footnotes import count_citing_notes
from papersette.knowledge.citations.source_references import to_entries
from papersette.knowledge.citations.works import (
    CollectionPaper,
    Work,
    describe_works,
    group_works,
    link_to_papers,
    to_title_key,
)

__all__ = [
    "CollectionPaper",
    "Entry",
    "Work",
    "count_citing_notes",
    "describe_works",
    "group_works",
    "link_to_papers",
    "parse_references",
    "to_entries",
    "to_title_key",
]  # fmt: skip
