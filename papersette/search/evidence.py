"""Finds the passage that answers best: of the text, of a reference list, or of extracted facts.

A passage is of the text if the text has any of the words, else an entry of the reference list.
Where a facet was asked for, as a dataset or a cited name, it is the sentence or entry that has it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from papersette.search import adapter
from papersette.search.clauses import Clause
from papersette.search.corpus import Corpus, FacetValue
from papersette.search.index import Index
from papersette.search.needles import Needle, Needles, find
from papersette.search.passages import cut_passage, mark
from papersette.search.ranking import to_page_query
from papersette.search.results import Hit

MOST_PAGES = 400
"""Pages of a paper, on average over the hits of a page, that passages are sought on."""
SECTIONS = """
select wanted.value ->> 0, trim(coalesce(
    (select number || ' ' || heading from sections
     where paper_id = wanted.value ->> 0 and page < wanted.value ->> 1
     order by position desc limit 1),
    (select number || ' ' || heading from sections
     where paper_id = wanted.value ->> 0 and page = wanted.value ->> 1
     order by position limit 1)))
from json_each(?) as wanted
"""
PAGES_OF = "select page, body, refs from pages where paper_id = ? order by page"
PAGES = "select page_id, page, body from pages where page_id in (select value from json_each(?))"
ENTRIES = "select page, raw from citations where paper_id = ? order by position"


@dataclass(frozen=True)
class Evidence:
    """Where the evidence for the values of a facet is."""

    sql: str
    """Gives page and text for a paper_id and a value."""
    source: str

    def to_words(self, value: FacetValue) -> tuple[str, ...]:
        """Return the words to mark: the name of a term, or the family name of an author."""
        if value.facet == "cited":
            return ()
        words = tuple(value.slug.split("-"))
        return words[:-1] or words if value.facet == "cites" else words


MENTION = Evidence(
    "select first_page, evidence from mentions where paper_id = ? and term_id = ?", "mention"
)
EVIDENCE = {
    "dataset": MENTION,
    "technique": MENTION,
    "cites": Evidence(
        "select page, raw from citations cross join cited_authors using (citation_id)"
        " where paper_id = ? and name_id = ? order by citations.position limit 1",
        "citation",
    ),
    "cited": Evidence(
        "select page, raw from citations where paper_id = ? and cited_work_id = ?"
        " order by position limit 1",
        "citation",
    ),
}


class Finder:
    """Finds passages in one build of papers.db.

    Args:
        index: The search index.
        corpus: The arrays of the same build.
        connect: Gives a connection to the database for the calling thread.
    """

    def __init__(
        self, index: Index, corpus: Corpus, connect: Callable[[], sqlite3.Connection]
    ) -> None:
        self.index = index
        self.corpus = corpus
        self.connect = connect

    def add_passages(
        self, hits: Sequence[Hit], clauses: Sequence[Clause], phrases: list[list[str]]
    ) -> None:
        """Give each hit its best passage, with page and section.

        Args:
            hits: To be completed.
            clauses: Of the query, as they matched.
            phrases: The words of a short query next to each other; pages that have them come first.
        """
        worded = [clause for clause in clauses if clause.needles]
        by_number = {hit.number: hit for hit in hits}
        if worded and hits:
            self._add_text_passages(by_number, worded, phrases)
            self._add_sections(hits)
            self._add_reference_passages(hits, worded)
        for clause in clauses:
            if clause.facet_ids:
                self._add_evidence([hit for hit in hits if hit.passage is None], clause)

    def _add_text_passages(
        self, hits: Mapping[int, Hit], clauses: Sequence[Clause], phrases: list[list[str]]
    ) -> None:
        inside = [clause for clause in clauses if not clause.in_references]
        if not inside:
            return
        best = self._best_pages(hits, inside, phrases)
        rows = self.connect().execute(PAGES, (json.dumps(list(best.values())),))
        texts = {page_id: (page, body or "") for page_id, page, body in rows}
        needles = self.weigh(inside)
        weight = max(needle.weight for needle in needles)
        needles += [Needle(tuple(p), clause=len(inside), weight=weight) for p in phrases]
        prepared = Needles(needles)
        for number, page_id in best.items():
            page, text = texts[page_id]
            if passage := cut_passage(text, prepared):
                hit = hits[number]
                hit.passage, hit.source = passage, "text"
                hit.page = page

    def _best_pages(
        self, hits: Mapping[int, Hit], clauses: Sequence[Clause], phrases: list[list[str]]
    ) -> dict[int, int]:
        """Return the page_id of the best page by number, and count the pages found."""
        schema = self.index.pages_schema
        among = adapter.any_number(schema, "number", list(hits))
        scored = to_page_query(self.index, clauses, phrases)
        pages = adapter.all_of([adapter.unscored(among), scored])
        limit = min(self.index.pages.num_docs, MOST_PAGES * len(hits))
        fields = ("number", "page_id")
        found, _ = adapter.find_scored(self.index.pages, pages, fields, limit, "prose")
        best: dict[int, int] = {}
        for number, page_id in found.T.tolist():
            best.setdefault(number, page_id)
            hits[number].found_pages += 1
        return best

    def weigh(self, clauses: Sequence[Clause]) -> list[Needle]:
        """Return the needles of the clauses, rare words weighing more than common ones."""
        total = self.index.papers.num_docs + 1
        needles = []
        for i, clause in enumerate(clauses):
            count = max((self.index.papers.doc_freq("text", t) for t in clause.terms), default=0)
            weight = float(np.log(total / (count + 1)) + 0.3)
            needles += [
                Needle(n.words, n.is_prefix, i, weight, n.tail) for n in clause.needles if n.words
            ]
        return needles

    def _add_sections(self, hits: Sequence[Hit]) -> None:
        """Name the section that the page of each hit begins in, or else the first on it."""
        pages = [[hit.paper_id, hit.page] for hit in hits if hit.source == "text"]
        sections = dict(self.connect().execute(SECTIONS, (json.dumps(pages),)))
        for hit in hits:
            if hit.source == "text":
                hit.section = sections.get(hit.paper_id)

    def _add_reference_passages(self, hits: Sequence[Hit], clauses: Sequence[Clause]) -> None:
        """Give hits without a passage of text the entry of their references with most matches."""
        needles = Needles(self.weigh(clauses))
        for hit in hits:
            if hit.passage is not None:
                continue
            best, best_score = None, 0.0
            for page, raw in self.connect().execute(ENTRIES, (hit.paper_id,)):
                by_clause = {clause: weight for _, _, clause, weight in find(raw, needles)}
                if (score := sum(by_clause.values())) > best_score:
                    best, best_score = (page, raw), score
            if best:
                hit.page, hit.source = best[0], "references"
                hit.passage = mark(best[1], needles)

    def _add_evidence(self, hits: Sequence[Hit], clause: Clause) -> None:
        """Give hits the sentence or the citation that shows the facet value asked for."""
        wanted = set(clause.facet_ids)
        for hit in hits:
            own = self.corpus.columns[self.corpus.facets_of.of(hit.number)].tolist()
            facet_id = next((facet_id for facet_id in own if facet_id in wanted), None)
            if facet_id is None or self.corpus.values[facet_id].facet not in EVIDENCE:
                continue
            value = self.corpus.values[facet_id]
            evidence = EVIDENCE[value.facet]
            row = self.connect().execute(evidence.sql, (hit.paper_id, value.value)).fetchone()
            if row:
                needles = [Needle(words)] if (words := evidence.to_words(value)) else []
                hit.page, hit.source = row[0], evidence.source
                hit.passage = mark(row[1], needles)

    def find_in_paper(self, paper_id: str, clauses: Sequence[Clause]) -> list[tuple[int, str]]:
        """Return (page, passage) of every page of a paper that has words of the clauses."""
        needles = Needles(self.weigh(clauses))
        found = []
        for page, body, refs in self.connect().execute(PAGES_OF, (paper_id,)):
            for text in (body or "", refs or ""):
                if passage := cut_passage(text, needles):
                    found.append((page, passage))
                    break
        return found
