"""Evaluates the search of a publication by known-item questions: each has one correct paper.

It asks the served canned query `search`, as readers do. The reciprocal rank of a question is 1/rank
of the correct paper among the first ten results, and 0 if it is not among them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from datasette.app import Datasette
from datasette.database import Database

from papersette.records import Question
from papersette.site.canned_queries import DATABASE

DEPTH = 10
"""Number of results examined."""


@dataclass(frozen=True)
class Figure:
    """A row of the table evaluation."""

    measure: str
    value: float
    about: str


def measure(path: Path, site_folder: Path, questions: Sequence[Question]) -> list[Figure]:
    """Return the figures for the search of a database; an empty list without questions.

    `site_folder` contains metadata.yml, settings.json, plugins/ and templates/.
    """
    return asyncio.run(_measure(path, site_folder, questions)) if questions else []


async def _measure(path: Path, site_folder: Path, questions: Sequence[Question]) -> list[Figure]:
    site = await serve(path, site_folder)
    return to_figures([await rank(site, question) for question in questions])


async def serve(path: Path, site_folder: Path) -> Datasette:
    """Return a started Datasette of this database, to be used through its `client`."""
    site = Datasette(
        metadata=yaml.safe_load((site_folder / "metadata.yml").read_text(encoding="utf-8")),
        plugins_dir=str(site_folder / "plugins"),
        template_dir=str(site_folder / "templates"),
        settings=json.loads((site_folder / "settings.json").read_text(encoding="utf-8")),
    )
    site.add_database(Database(site, path=str(path), is_mutable=False), name=DATABASE)
    await site.invoke_startup()
    return site


async def ask(site: Any, q: str, **choices: str) -> list[str]:
    """Return the paper_ids that a search finds, in order."""
    answer = await site.client.get(
        f"/{DATABASE}/search.json", params={"q": q, "_shape": "array", **choices}
    )
    answer.raise_for_status()
    return [row["paper_id"] for row in answer.json()]


async def rank(site: Any, question: Question) -> int | None:
    """Return the rank of the correct paper, from 1; None if it is not among the first ten."""
    found = (await ask(site, question.query, versions="all"))[:DEPTH]
    return found.index(question.paper_id) + 1 if question.paper_id in found else None


def to_figures(ranks: Iterable[int | None]) -> list[Figure]:
    """Return the mean reciprocal rank and the share of questions answered.

    >>> [(figure.measure, figure.value) for figure in to_figures([1, 2, None, None])]
    [('mean reciprocal rank in the first ten', 0.375), ('found in the first ten', 0.5)]
    """
    all_ranks = list(ranks)
    found = [rank for rank in all_ranks if rank]
    about = f"{len(all_ranks)} questions, each about one paper"
    return [
        Figure(
            "mean reciprocal rank in the first ten",
            sum(1 / rank for rank in found) / len(all_ranks),
            about,
        ),
        Figure("found in the first ten", len(found) / len(all_ranks), about),
    ]
