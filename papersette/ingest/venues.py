"""Gives all papers of a venue the same facts about it: each entry may know only a few."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from papersette.records import Paper, Problem, Venue

SHOWN = 3
"""Values that a problem names."""
OWN = ("name", "year")
"""Facts that may differ: names in capital letters, and the years of a journal."""


def merge(papers: Sequence[Paper]) -> tuple[list[Paper], list[Problem]]:
    """Return the papers with the facts that any paper of their venue gives, and the problems.

    Of several values the first one is kept, and a problem names the others; a venue whose papers
    give several years has none.
    """
    of_venue: defaultdict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        of_venue[paper.venue.venue_id].append(paper)
    venues, problems = {}, []
    for venue_id, own in of_venue.items():
        values = _collect(paper.venue for paper in own)
        years = values.get("year", [])
        facts = {name: given[0] for name, given in values.items()}
        venues[venue_id] = Venue(**facts | {"year": years[0] if len(years) == 1 else None})
        problems += [
            _to_problem(own[0], name, given)
            for name, given in values.items()
            if len(given) > 1 and name not in OWN
        ]
    merged = (dataclasses.replace(paper, venue=venues[paper.venue.venue_id]) for paper in papers)
    return list(merged), problems


def _collect(venues: Iterable[Venue]) -> dict[str, list[Any]]:
    """Return the distinct values of each field, in order, without missing ones."""
    values: defaultdict[str, dict[object, None]] = defaultdict(dict)
    for venue in dict.fromkeys(venues):
        for name, value in dataclasses.asdict(venue).items():
            if value not in (None, ""):
                values[name][value] = None
    return {name: list(given) for name, given in values.items()}


def _to_problem(paper: Paper, name: str, given: Sequence[object]) -> Problem:
    venue = paper.venue
    shown = ", ".join(f"“{value}”" for value in given[:SHOWN])
    more = ", …" if len(given) > SHOWN else ""
    reason = (
        f"has several values of “{name}” in its entries: {shown}{more}; the first one is shown: "
        "correct the entries, or give the venue in the catalog"
    )
    return Problem(paper.source or venue.venue_id, venue.name, "read", reason)
