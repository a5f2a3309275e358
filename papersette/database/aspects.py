"""Fills the table of papers that are related by background, method or result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from papersette.knowledge import aspects
from papersette.knowledge.aspects import Aspects

Encode = Callable[[Sequence[str]], Iterable[tuple[str, NDArray[np.float32]]]]
"""Yields (text, vector) of each distinct text."""

PAPERS = "select paper_id, work_id from papers order by number"
RELATED = "select paper_id, other_id from related order by paper_id, rank"


def save_aspects(db: Database, found: Aspects, encode: Encode | None = None) -> Iterator[str]:
    """Write the papers related by each aspect; yield the name of each step.

    Args:
        db: A database with papers and related papers.
        found: The aspects of the papers; their words are removed to free memory.
        encode: Makes vectors of texts; None to compare only words.
    """
    vectors = dict(encode(list(found.iterate_beginnings()))) if encode else {}
    yield "vectors"
    papers = list(db.execute(PAPERS))
    related = aspects.find_related(found, papers, _read_candidates(db), vectors)
    db.table("related_aspects").insert_all(
        {**asdict(one), "terms": ", ".join(one.terms)} for one in related
    )
    yield "aspects"


def _read_candidates(db: Database) -> dict[str, list[str]]:
    """Return the papers similar to each paper, followed by the papers similar to those."""
    similar: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for paper_id, other_id in db.execute(RELATED):
        similar[paper_id][other_id] = None
    for paper_id, others in list(similar.items()):
        for other_id in others:
            similar[other_id].setdefault(paper_id)
    return {
        paper_id: list(
            dict.fromkeys([*own, *(second for other in own for second in similar[other])])
        )
        for paper_id, own in {key: list(value) for key, value in similar.items()}.items()
    }
