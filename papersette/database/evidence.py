"""Collect what each paper says by itself, from which the stages of facts.py fill their tables.

Papers are read from the database in order and examined by worker processes, or found in the cache.
What is kept of a paper here is small: the text itself stays in the database.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from sqlite_utils import Database

from papersette.cache import Location
from papersette.knowledge import findings
from papersette.knowledge.aspects import Aspects
from papersette.knowledge.citations import Entry
from papersette.knowledge.findings import Findings, PaperText
from papersette.knowledge.map import Layout
from papersette.knowledge.mining import Miner
from papersette.knowledge.related import Collection, WordCounts
from papersette.knowledge.tags import Acronyms
from papersette.knowledge.terms import Term
from papersette.knowledge.words import Vocabularies
from papersette.records import Problem, Reference
from papersette.workers import Outcome, Workers, to_reason

T = TypeVar("T")


class Evidence:
    """What the papers of a database say, and what is needed to ask them more.

    Args:
        pool: Workers that examine papers.
        cache: Where findings are kept, if anywhere.
    """

    def __init__(self, pool: Workers, cache: Location | None = None) -> None:
        self.pool = pool
        self.cache = cache
        self.datasets: Sequence[Term] = ()
        """Names to search for."""
        self.entries: list[tuple[str, Entry]] = []
        """Of all reference lists, with the paper_id."""
        self.citing_notes: list[tuple[str, int]] = []
        self.code_links: list[tuple[Any, ...]] = []
        """Rows of the table code_links."""
        self.acronyms = Acronyms()
        self.miner = Miner()
        self.vocabularies = Vocabularies()
        """Of the papers in order."""
        self.words = WordCounts()
        """Of the papers in order."""
        self.aspects = Aspects()
        """Of the papers in order."""
        self.layout: tuple[list[str], Outcome[Any, Layout | None]] | None = None
        """Ids of the papers of the map, and the layout that a worker makes."""
        self.collection: Collection | None = None
        """The papers as vectors, when the first stage has asked for them."""
        self.unsaved: Counter[str] = Counter()
        """Papers whose findings could not be kept, by the reason."""
        self._same: dict[Any, Any] = {}

    def read(self, db: Database) -> Iterator[str]:
        """Examine every paper, in order of its number; yield its id when it is done.

        What fails costs one paper its part of the facts, and is a problem.
        """
        texts = read_texts(db, self.cache)
        for outcome in self.pool.run(findings.find, texts, find=_find_known):
            paper_id = outcome.job.paper_id
            try:
                found = outcome.result()
            except Exception as error:  # noqa: BLE001 - one paper must not stop the others
                self.report(db, paper_id, "facts", error)
                found = Findings()
            for stage, why in found.failures.items():
                _save_problem(db, paper_id, stage, REASON.format(stage, why))
            self._take(paper_id, found)
            yield paper_id

    def report(self, db: Database, paper_id: str, stage: str, error: Exception) -> None:
        """Add a problem for a paper whose worker failed."""
        limits = self.pool.limits
        reason = to_reason(error, limits, limits.seconds, f"its {stage} are missing")
        _save_problem(db, paper_id, stage, reason)

    def _take(self, paper_id: str, found: Findings) -> None:
        self.entries += [(paper_id, self._share(entry)) for entry in found.entries]
        if found.citing_notes:
            self.citing_notes.append((paper_id, found.citing_notes))
        self.code_links += (
            (paper_id, position, link.url, link.page, link.evidence or None)
            for position, link in enumerate(found.code_links, start=1)
        )
        self.acronyms.count(found.acronyms)
        if found.names.words:  # else a paper without text, which counts nowhere
            self.miner.count(found.names)
        self.vocabularies.add(found.names.words)
        self.words.add(found.words)
        self.aspects.add(found.aspects)
        if found.unsaved:
            self.unsaved[found.unsaved] += 1

    def _share(self, entry: Entry) -> Entry:
        """Return the entry with values that many entries have kept once."""
        authors = self._once(tuple(map(self._once, entry.authors)))
        title, venue = self._once(entry.title), self._once(entry.venue)
        return replace(entry, authors=authors, title=title, venue=venue)

    def _once(self, value: T) -> T:
        kept: T = self._same.setdefault(value, value)
        return kept

    def forget_entries(self) -> None:
        """Free the memory of the reference lists, when their tables are filled."""
        self.entries = []
        self._same = {}


SOURCE_OF = "select venue_id from papers where paper_id = ?"


def _find_known(text: PaperText) -> Findings | None:
    """Return what is known of a paper without reading it."""
    if not text.pages and text.references is None:
        return Findings()
    return findings.find_cached(text)


def _save_problem(db: Database, paper_id: str, stage: str, reason: str) -> None:
    source = db.execute(SOURCE_OF, (paper_id,)).fetchone()[0]
    db.table("problems").insert(asdict(Problem(source, paper_id, stage, reason, paper_id)))


REASON = (
    "lacks its part of “{}”, which failed with {}. This is a bug in Papersette: please report it"
)


def read_texts(db: Database, cache: Location | None = None) -> Iterator[PaperText]:
    """Yield every paper in order, with its pages and headings and the references of its source."""
    given = _read_given_references(db)
    ids = [paper_id for (paper_id,) in db.execute("select paper_id from papers order by number")]
    pages, headings = _group(db, PAGES, ids), _group(db, HEADINGS, ids)
    for paper_id, own_pages, own_headings in zip(ids, pages, headings, strict=True):
        references = given.get(paper_id)
        own_references = tuple(references) if references else None
        yield PaperText(paper_id, own_pages, own_references, own_headings, cache)


PAGES = "select paper_id, page, body, refs from pages order by page_id"
HEADINGS = """
select paper_id, sections.number, heading, page from papers join sections using (paper_id)
order by papers.number, position
"""


def _group(db: Database, sql: str, ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of each paper, without its id, which is first in them and ascends as `ids`."""
    groups = groupby(db.execute(sql), key=itemgetter(0))
    following = next(groups, None)
    for paper_id in ids:
        rows: tuple[Any, ...] = ()
        if following and following[0] == paper_id:
            rows = tuple(row[1:] for row in following[1])
            following = next(groups, None)
        yield rows


def _read_given_references(db: Database) -> dict[str, list[Reference]]:
    """Return the reference lists that sources gave, by paper_id; load.py has written them."""
    if not db.execute(HAS_GIVEN_REFERENCES).fetchone():
        return {}
    rows = db.execute("select paper_id, fields from given_references order by rowid")
    given: defaultdict[str, list[Reference]] = defaultdict(list)
    for paper_id, fields in rows:
        values = json.loads(fields)
        given[paper_id].append(Reference(**{**values, "authors": tuple(values["authors"])}))
    return given


HAS_GIVEN_REFERENCES = "select 1 from sqlite_temp_master where name = 'given_references'"
