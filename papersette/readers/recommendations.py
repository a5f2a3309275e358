"""Papers to read next, from the links of a library to papers that are not in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from papersette.readers.collection import Link
from papersette.readers.library import Entry

MOST = 30
"""Papers that are recommended."""
MOST_REASONS = 3
"""Reasons that are shown of each."""
MOST_ENTRIES = 300
"""Papers of a library that are asked, the last added ones."""
STRENGTHS = {"similar": 1.0, "cites": 0.5, "cited": 0.3, "tag": 0.5}
"""Reason -> how much it counts. Similarity, from 0 to 1, is the best evidence of the four."""
STARS = {None: 1.0, 1: 0.0, 2: 0.25, 3: 0.75, 4: 1.25, 5: 1.5}
"""The reader's rating of a paper -> how much what is like it counts."""


@dataclass(frozen=True)
class Recommendation:
    """A paper that is recommended, and why."""

    paper_id: str
    score: float
    reasons: tuple[Link, ...]
    """The strongest first."""


def recommend(
    links: Iterable[Link], entries: Iterable[Entry], most: int = MOST
) -> list[Recommendation]:
    """Return papers to read, the best first, each work once.

    Args:
        links: Of the papers in the library.
        entries: The library; papers that their reader rated low recommend little.
        most: How many are returned.
    """
    liked = {entry.paper_id: STARS[entry.stars] for entry in entries}
    reasons: dict[str, list[tuple[float, Link]]] = defaultdict(list)
    for link in links:
        score = STRENGTHS[link.reason] * link.strength * liked.get(link.of_id, 1.0)
        if score > 0:
            reasons[link.paper_id].append((score, link))
    ranked = sorted(
        (to_recommendation(paper_id, found) for paper_id, found in reasons.items()),
        key=lambda one: (-one.score, one.paper_id),
    )
    chosen: dict[str, Recommendation] = {}
    for one in ranked:
        chosen.setdefault(one.reasons[0].work_id, one)
    return list(chosen.values())[:most]


def to_recommendation(paper_id: str, found: list[tuple[float, Link]]) -> Recommendation:
    """Return a paper with its reasons; of each paper in the library, the strongest one."""
    ordered = sorted(found, key=lambda pair: (-pair[0], pair[1].reason, pair[1].of_id))
    strongest: dict[str, Link] = {}
    for _, link in ordered:
        strongest.setdefault(link.of_id, link)
    total = sum(score for score, _ in ordered)
    return Recommendation(paper_id, total, tuple(strongest.values())[:MOST_REASONS])
