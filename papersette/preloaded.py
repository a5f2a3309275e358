"""Imports what every worker process of a build needs, once, in the process that they copy."""

from papersette.database import publish
from papersette.fulltext import reading
from papersette.knowledge import aspects, comparison, findings, paper_map, paper_mentions

__all__ = [
    "aspects",
    "comparison",
    "findings",
    "paper_map",
    "paper_mentions",
    "publish",
    "reading",
]

reading.prepare_worker()
