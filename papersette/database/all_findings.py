"""Collect the findings of all papers, from which the stages of facts.py fill their tables.

Papers are read from the database in order and examined by worker processes, or found in the cache.
Only small findings are kept in memory here; the text itself stays in the database.
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
from papersette.knowledge.aspects import Aspects, Related
from papersette.knowledge.citations import Entry
from papersette.knowledge.comparison import Comparison
from papersette.knowledge.findings import Findings, PaperText
from papersette.knowledge.mining import Miner
from papersette.knowledge.paper_map import Layout
from papersette.knowledge.related import WordCounts
from papersette.knowledge.tags import Acronyms
from papersette.knowledge.terms import Term
from papersette.knowledge.words import Vocabularies
from papersette.records import Problem, Reference
from papersette.workers import Outcome, Workers, to_reason

T = TypeVar("T")


class AllFindings:
    """Findings of all papers of a database, and the means to examine the papers again.

    Args:
        pool: Workers that examine papers.
        cache: Where findings are cached; None for no cache.
    """

    def __init__(self, pool: Workers, cache: Location | None = None) -> None:
        self.pool = pool
        self.cache = cache
        self.datasets: Sequence[Term] = ()
        """Names of datasets to search for."""
        self.entries: list[tuple[str, Entry]] = []
        """(paper_id, entry) of all reference lists."""
        self.citing_notes: list[tuple[str, int]] = []
        """(paper_id, number of footnotes that cite) of the papers without a reference list."""
        self.code_links: list[tuple[Any, ...]] = []
        """Rows of the table code_links."""
        self.acronyms = Acronyms()
        self.miner = Miner()
        self.vocabularies = Vocabularies()
        """Vocabularies of the papers, in the order of their numbers."""
        self.words = WordCounts()
        """Word counts of the papers, in the order of their numbers."""
        self.aspects = Aspects()
        """Aspects of the papers, in the order of their numbers."""
        self.layout: tuple[list[str], Outcome[Any, Layout | None]] | None = None
        """Ids of the papers on the map, and the layout that a worker computes."""
        self.comparison: Outcome[Any, Comparison] | None = None
        """The related papers, and vectors for the map, that a worker computes."""
        self.relating: Outcome[Any, list[Related]] | None = None
        """The papers related by each aspect, which a worker computes."""
        self.unsaved: Counter[str] = Counter()
        """Reason -> number of papers whose findings could not be cached."""
        self._same: dict[Any, Any] = {}

    def read(self, db: Database) -> Iterator[str]:
        """Examine every paper, in order of its number; yield its id when it is done.

        If a step fails, the paper lacks the facts of that step, and a problem reports it.
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
                save_problem(db, paper_id, stage, REASON.format(stage, why))
            self._take(paper_id, found)
            yield paper_id

    def report(self, db: Database, paper_id: str, stage: str, error: Exception) -> None:
        """Add a problem for a paper whose worker failed."""
        limits = self.pool.limits
        reason = to_reason(error, limits, limits.seconds, f"its {stage} are missing")
        save_problem(db, paper_id, stage, reason)

    def _take(self, paper_id: str, found: Findings) -> None:
        self.entries += [(paper_id, self._share(entry)) for entry in found.entries]
        if found.citing_notes:
            self.citing_notes.append((paper_id, found.citing_notes))
        self.code_links += (
            (paper_id, position, link.url, link.page, link.evidence or None)
            for position, link in enumerate(found.code_links, start=1)
        )
        self.acronyms.count(found.acronyms)
        if found.names.words:  # a paper without text is not counted
            self.miner.count(found.names)
        self.vocabularies.add(found.names.words)
        self.words.add(found.words)
        self.aspects.add(found.aspects)
        if found.unsaved:
            self.unsaved[found.unsaved] += 1

    def _share(self, entry: Entry) -> Entry:
        """Return the entry with strings that many entries share stored once."""
        authors = self._once(tuple(map(self._once, entry.authors)))
        title, venue = self._once(entry.title), self._once(entry.venue)
        return replace(entry, authors=authors, title=title, venue=venue)

    def _once(self, value: T) -> T:
        kept: T = self._same.setdefault(value, value)
        return kept

    def forget_entries(self) -> None:
        """Free the memory of the reference lists, after their tables are filled."""
        self.entries = []
        self._same = {}


SOURCE_OF = "select venue_id from papers where paper_id = ?"


def _find_known(text: PaperText) -> Findings | None:
    """Return the findings of a paper if they are empty or cached, else None."""
    if not text.pages and text.references is None:
        return Findings()
    return findings.find_cached(text)


def save_problem(db: Database, paper_id: str, stage: str, reason: str) -> None:
    """Add a problem for one paper, which a stage has found."""
    source = db.execute(SOURCE_OF, (paper_id,)).fetchone()[0]
    db.table("problems").insert(asdict(Problem(source, paper_id, stage, reason, paper_id)))


REASON = (
    "lacks its part of “{}”, which failed with {}. This is a bug in Papersette: please report it"
)


def read_texts(db: Database, cache: Location | None = None) -> Iterator[PaperText]:
    """Yield the text of every paper in order: pages, headings, and references from its source."""
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
    """Yield the rows of each paper in the order of `ids`, without their first column, the id."""
    groups = groupby(db.execute(sql), key=itemgetter(0))
    following = next(groups, None)
    for paper_id in ids:
        rows: tuple[Any, ...] = ()
        if following and following[0] == paper_id:
            rows = tuple(row[1:] for row in following[1])
            following = next(groups, None)
        yield rows


def _read_given_references(db: Database) -> dict[str, list[Reference]]:
    """Return the reference lists that sources gave, which load.py has written, by paper_id."""
    if not db.execute(HAS_GIVEN_REFERENCES).fetchone():
        return {}
    rows = db.execute("select paper_id, fields from given_references order by rowid")
    given: defaultdict[str, list[Reference]] = defaultdict(list)
    for paper_id, fields in rows:
        values = json.loads(fields)
        given[paper_id].append(Reference(**{**values, "authors": tuple(values["authors"])}))
    return given


HAS_GIVEN_REFERENCES = "select 1 from sqlite_temp_master where name = 'given_references'"
