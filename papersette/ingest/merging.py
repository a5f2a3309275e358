"""Completes papers by what other sources say of the same id, and keeps who said what.

The rule: the first source's word stands. What it lacks is taken from the others; where they differ, their word is kept as a
`AlternateValue` beside it, so that a reader can see both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from papersette.records import AlternateValue, Author, Paper, Problem, Review
from papersette.text import to_key

FIELDS = "title authors year published abstract tldr tags language decision reviews slots url pdf_url file".split()
"""What another source may complete."""


def complete(
    papers: Iterable[Paper], additions: Iterable[tuple[str, str, Paper]]
) -> tuple[list[Paper], list[AlternateValue], list[Problem]]:
    """The papers with what they lacked, all values of the others, and the additions that name no paper.

    `additions` are (source, venue_id of the papers it completes, item).
    """
    by_id = {paper.paper_id: paper for paper in papers}
    values: list[AlternateValue] = []
    problems: list[Problem] = []
    for source, venue_id, item in additions:
        paper = by_id.get(item.paper_id)
        if paper is None or paper.venue.venue_id != venue_id:
            reason = f"has the id {item.paper_id}, which no paper of {venue_id} has; it completes nothing"
            problems.append(Problem(source, item.item or item.paper_id, "merge", reason))
            continue
        given = [
            value for name in FIELDS if (value := _to_alternate_value(paper, item, name, source))
        ]
        values += given
        by_id[paper.paper_id] = dataclasses.replace(
            paper, **{c.field: getattr(item, c.field) for c in given if c.used}
        )
    return list(by_id.values()), values, problems


def _to_alternate_value(paper: Paper, item: Paper, name: str, source: str) -> AlternateValue | None:
    """What the item says of this field, unless it says nothing or the same in other letters."""
    own, other = getattr(paper, name), getattr(item, name)
    if not other or to_key(_to_text(own)) == to_key(_to_text(other)):
        return None
    return AlternateValue(paper.paper_id, name, source, _to_text(other), used=not own)


def _to_text(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_to_text(part) for part in value)
    if isinstance(value, Author):
        return value.name
    if isinstance(value, Review):
        return f"{value.rating:g}" if value.rating is not None else ""
    return "" if value is None else str(value)
