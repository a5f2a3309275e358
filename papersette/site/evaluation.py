"""Asks a publication's search questions whose answers are known, and says how high it ranks them.

The rule: what is measured is what a reader gets, the canned query `search` of the served file, nothing beside it.
Known-item search: for each question one paper is right; its rank among the first ten counts 1/rank, and 0 below.
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
"""Results that are looked at: the first screen or two."""


@dataclass(frozen=True)
class Figure:
    """A row of the table evaluation."""

    measure: str
    value: float
    about: str


def measure(path: Path, house: Path, questions: Sequence[Question]) -> list[Figure]:
    """How high the search of the database at `path` ranks; `house` is the folder of metadata.yml, plugins and templates.

    Nothing where there is no question.
    """
    return asyncio.run(_measure(path, house, questions)) if questions else []


async def _measure(path: Path, house: Path, questions: Sequence[Question]) -> list[Figure]:
    site = await serve(path, house)
    return to_figures([await rank(site, question) for question in questions])


async def serve(path: Path, house: Path) -> Datasette:
    """A Datasette of this database with the house's metadata, plugins and templates, to be asked through its client."""
    site = Datasette(
        metadata=yaml.safe_load((house / "metadata.yml").read_text(encoding="utf-8")),
        plugins_dir=str(house / "plugins"),
        template_dir=str(house / "templates"),
        settings=json.loads((house / "settings.json").read_text(encoding="utf-8")),
    )
    site.add_database(Database(site, path=str(path), is_mutable=False), name=DATABASE)
    await site.invoke_startup()
    return site


async def ask(site: Any, q: str, **choices: str) -> list[str]:
    """The paper_ids that a search finds, in their order."""
    answer = await site.client.get(
        f"/{DATABASE}/search.json", params={"q": q, "_shape": "array", **choices}
    )
    answer.raise_for_status()
    return [row["paper_id"] for row in answer.json()]


async def rank(site: Any, question: Question) -> int | None:
    """The place of the right paper, from 1, or None where it is not among the first ten."""
    found = (await ask(site, question.query, versions="all"))[:DEPTH]
    return found.index(question.paper_id) + 1 if question.paper_id in found else None


def to_figures(ranks: Iterable[int | None]) -> list[Figure]:
    """
    >>> [(figure.measure, figure.value) for figure in to_figures([1, 2, None, None])]
    [('mean reciprocal rank in the first ten', 0.375), ('found in the first ten', 0.5)]
    """
    places = list(ranks)
    found = [place for place in places if place]
    about = f"{len(places)} questions, each about one paper"
    return [
        Figure(
            "mean reciprocal rank in the first ten",
            sum(1 / place for place in found) / len(places),
            about,
        ),
        Figure("found in the first ten", len(found) / len(places), about),
    ]
