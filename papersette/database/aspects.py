"""Fills the table of papers that are related by background, method or result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from papersette.database.all_findings import AllFindings
from papersette.knowledge.aspects import Aspects, AspectsJob, relate
from papersette.workers import ALL_PAPERS_SECONDS

Encode = Callable[[Sequence[str]], Iterable[tuple[str, NDArray[np.float32]]]]
"""Yields (text, vector) of each distinct text."""

PAPERS = "select paper_id, work_id from papers order by number"
RELATED = "select paper_id, other_id from related order by paper_id, rank"


def start_relating(db: Database, findings: AllFindings, encode: Encode | None = None) -> None:
    """Start to relate the papers by aspect in a worker, while the caller does other work.

    Args:
        db: A database with papers and related papers.
        findings: What was found in the papers; the aspects are removed to free memory.
        encode: Makes vectors of texts; None to compare only words.
    """
    beginnings = list(findings.aspects.iterate_beginnings())
    vectors = dict(encode(beginnings)) if encode else {}
    papers = list(db.execute(PAPERS))
    job = AspectsJob(findings.aspects, papers, _read_candidates(db), vectors)
    findings.aspects = Aspects()
    findings.relating = findings.pool.start(relate, job, ALL_PAPERS_SECONDS)


def save_aspects(db: Database, findings: AllFindings) -> None:
    """Write the papers related by each aspect, when the worker has found them."""
    if findings.relating is None:
        raise LookupError("it was not started")
    related = findings.relating.result()
    db.table("related_aspects").insert_all(
        {**asdict(one), "terms": ", ".join(one.terms)} for one in related
    )


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
