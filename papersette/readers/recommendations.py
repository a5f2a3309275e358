"""Recommends papers from the links of a library to papers that are not in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from papersette.readers.collection import Link
from papersette.readers.library import Entry

MOST = 30
"""Largest number of recommended papers."""
MOST_REASONS = 3
"""Largest number of reasons shown for each paper."""
MOST_ENTRIES = 300
"""Largest number of papers of a library whose links are used: the last added ones."""
STRENGTHS = {"similar": 1.0, "cites": 0.5, "cited": 0.3, "tag": 0.5}
"""Reason -> weight. Similarity, from 0 to 1, is the best evidence of the four."""
STARS = {None: 1.0, 1: 0.0, 2: 0.25, 3: 0.75, 4: 1.25, 5: 1.5}
"""The reader's rating of a paper -> weight of the links of that paper."""


@dataclass(frozen=True)
class Recommendation:
    """A recommended paper and the reasons."""

    paper_id: str
    score: float
    reasons: tuple[Link, ...]
    """Links to the paper, the strongest first."""


def recommend(
    links: Iterable[Link], entries: Iterable[Entry], most: int = MOST
) -> list[Recommendation]:
    """Return recommended papers, the best first, each work once.

    Args:
        links: Links from the papers in the library.
        entries: The library; the links of papers that their reader rated low have little weight.
        most: The largest number of papers to return.
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
    """Return a paper with its reasons: the strongest link of each paper in the library."""
    ordered = sorted(found, key=lambda pair: (-pair[0], pair[1].reason, pair[1].of_id))
    strongest: dict[str, Link] = {}
    for _, link in ordered:
        strongest.setdefault(link.of_id, link)
    total = sum(score for score, _ in ordered)
    return Recommendation(paper_id, total, tuple(strongest.values())[:MOST_REASONS])
