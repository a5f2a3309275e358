"""Completes papers with the values that other sources give for the same id.

The value of the first source is used. A missing value is taken from the others. A value that
differs is kept as an `AlternateValue`, so that a reader sees both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from papersette.records import AlternateValue, Author, Paper, Problem, Reference, Review
from papersette.text import to_key

FIELDS = (
    "title authors year published abstract tldr tags language decision reviews slots "
    "doi volume issue pages license references url pdf_url file"
).split()
"""Fields that another source may complete."""


def complete(
    papers: Iterable[Paper], additions: Iterable[tuple[str, str, Paper]]
) -> tuple[list[Paper], list[AlternateValue], list[Problem]]:
    """Return the completed papers, the alternate values, and a problem for each unmatched addition.

    An addition is (source, venue_id of the papers that the item completes, item).
    """
    by_id = {paper.paper_id: paper for paper in papers}
    values: list[AlternateValue] = []
    problems: list[Problem] = []
    for source, venue_id, item in additions:
        paper = by_id.get(item.paper_id)
        if paper is None or venue_id not in (paper.source, paper.venue.venue_id):
            reason = f"has the id {item.paper_id}, but {venue_id} has no such paper; it is not used"
            problems.append(Problem(source, item.item or item.paper_id, "merge", reason))
            continue
        given = [
            value for name in FIELDS if (value := _to_alternate_value(paper, item, name, source))
        ]
        values += given
        completed = dataclasses.replace(
            paper, **{c.field: getattr(item, c.field) for c in given if c.used}
        )
        by_id[paper.paper_id] = dataclasses.replace(
            completed, authors=_with_details(completed.authors, item.authors)
        )
    return list(by_id.values()), values, problems


DETAILS = ("affiliation", "orcid", "family", "variants")
"""Fields of an author that another source may complete."""


def _with_details(own: tuple[Author, ...], other: tuple[Author, ...]) -> tuple[Author, ...]:
    """Return the authors with what they lack, from the authors of the same names and order."""
    if [to_key(author.name) for author in own] != [to_key(author.name) for author in other]:
        return own
    return tuple(
        dataclasses.replace(
            author, **{name: getattr(author, name) or getattr(more, name) for name in DETAILS}
        )
        for author, more in zip(own, other, strict=True)
    )


def _to_alternate_value(paper: Paper, item: Paper, name: str, source: str) -> AlternateValue | None:
    """Return the item's value of this field; None if it is missing, or the same after folding."""
    own, other = getattr(paper, name), getattr(item, name)
    if name == "references" and own:
        return None  # a paper keeps one reference list; hundreds of lines are useless to compare
    if not other or to_key(_to_text(own)) == to_key(_to_text(other)):
        return None
    return AlternateValue(paper.paper_id, name, source, _to_text(other), used=not own)


def _to_text(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_to_text(part) for part in value)
    if isinstance(value, Author):
        return value.name
    if isinstance(value, Reference):
        return value.raw
    if isinstance(value, Review):
        return f"{value.rating:g}" if value.rating is not None else ""
    return "" if value is None else str(value)
