"""Fill the table of papers that are related by background, method or result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from papersette.knowledge import aspects
from papersette.knowledge.aspects import Headed

Encode = Callable[[Sequence[str]], Iterable[tuple[str, NDArray[np.float32]]]]
"""Yields (text, vector) of each distinct text."""

PAPERS = "select paper_id, work_id from papers order by number"
HEADINGS = "select paper_id, number, heading, page from sections order by paper_id, position"
PAGES = "select paper_id, page, body from pages where body is not null order by page_id"
RELATED = "select paper_id, other_id from related order by paper_id, rank"


def save_aspects(db: Database, encode: Encode | None = None) -> Iterator[str]:
    """Write the papers related by each aspect; yield the name of each step.

    Args:
        db: With papers, pages, sections and related papers.
        encode: Makes vectors of texts; None to compare words alone.
    """
    papers, texts = [], []
    for paper in _read_papers(db):
        texts.append(aspects.to_aspect_texts(paper))
        papers.append(Headed(paper.paper_id, paper.work_id))
    yield "sections"
    beginnings = [aspects.to_beginning(text) for own in texts for text in own.values()]
    vectors = dict(encode(beginnings)) if encode else {}
    yield "vectors"
    found = aspects.find_related(texts, papers, _read_candidates(db), vectors)
    db.table("related_aspects").insert_all(
        {**asdict(related), "terms": ", ".join(related.terms)} for related in found
    )
    yield "aspects"


def _read_papers(db: Database) -> Iterator[Headed]:
    headings: defaultdict[str, list[Any]] = defaultdict(list)
    for paper_id, *heading in db.execute(HEADINGS):
        headings[paper_id].append(tuple(heading))
    pages = groupby(db.execute(PAGES), key=itemgetter(0))
    texts = ((paper_id, tuple((n, body) for _, n, body in own)) for paper_id, own in pages)
    current = next(texts, None)
    for paper_id, work_id in list(db.execute(PAPERS)):
        own: tuple[tuple[int, str], ...] = ()
        if current and current[0] == paper_id:
            own, current = current[1], next(texts, None)
        yield Headed(paper_id, work_id, tuple(headings[paper_id]), own)


def _read_candidates(db: Database) -> dict[str, list[str]]:
    """Return the papers similar to each, then those similar to these."""
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
