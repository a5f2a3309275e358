"""Finds the passage that answers best: of the text, of a reference list, or of extracted facts.

A passage is of the text if the text has any of the words, else an entry of the reference list.
Where a facet was asked for, as a dataset or a cited name, it is the sentence or entry that has it.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from papersette.search import adapter
from papersette.search.clauses import Clause
from papersette.search.corpus import Corpus, FacetValue, Numbers
from papersette.search.given_names import find_papers, to_pattern
from papersette.search.index import Index
from papersette.search.needles import (
    Needle,
    Needles,
    find,
    fold_in_place,
    to_weight,
    to_words,
)
from papersette.search.passages import CLOSE, OPEN, cut_passage, mark
from papersette.search.ranking import to_page_query
from papersette.search.results import Excerpt, Hit
from papersette.text import number_variants

LONGEST_ENTRY = 1000
"""Characters of an entry that is shown as a whole."""
MOST_PAGES = 400
"""Pages of a paper, on average over the hits of a page, that passages are sought on."""
MOST_PAPERS = 5_000
"""Papers whose headings are kept in memory, some 2 kB each."""
SECTIONS = (
    "select page, trim(number || ' ' || heading) from sections where paper_id = ?"
    " order by page, position"
)
PAGES_OF = "select page, body, refs from pages where paper_id = ? order by page"
PAGES = "select page_id, page, body from pages where page_id in (select value from json_each(?))"
OF_AUTHORS = ("affiliations",)
"""Fields of words that are sought in the affiliations of authors, and not in the text."""
AFFILIATIONS = """
select name || ': ' || affiliation from authorships
where paper_id = ? and affiliation is not null order by position
"""
ENTRIES = "select page, raw from citations where paper_id = ? order by position"


@dataclass(frozen=True)
class Evidence:
    """Where the evidence for the values of a facet is."""

    sql: str
    """Gives page and text for a paper_id and a JSON array of values."""
    source: str


MENTION = Evidence(
    "select first_page, evidence from mentions where paper_id = ?"
    " and term_id in (select value from json_each(?)) order by first_page",
    "mention",
)
EVIDENCE = {
    "dataset": MENTION,
    "technique": MENTION,
    "cites": Evidence(
        "select page, raw from citations cross join cited_authors using (citation_id)"
        " where paper_id = ? and name_id in (select value from json_each(?))"
        " order by citations.position",
        "citation",
    ),
    "cited": Evidence(
        "select page, raw from citations where paper_id = ?"
        " and cited_work_id in (select value from json_each(?)) order by position",
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
        self._read_headings = lru_cache(maxsize=MOST_PAPERS)(self._fetch_headings)

    def add_passages(
        self, hits: Sequence[Hit], clauses: Sequence[Clause], phrases: list[list[str]]
    ) -> None:
        """Give each hit its best passage, with page and section.

        Args:
            hits: To be completed.
            clauses: Of the query, as they matched.
            phrases: The words of a short query next to each other; pages that have them come first.
        """
        of_authors = [clause for clause in clauses if clause.fields == OF_AUTHORS]
        worded = [clause for clause in clauses if clause.needles and clause.fields != OF_AUTHORS]
        by_number = {hit.number: hit for hit in hits}
        if worded and hits:
            around = self._add_text_passages(by_number, worded, phrases)
            self._add_sections(hits, around)
            self._add_reference_passages(hits, worded)
        for clause in clauses:
            if clause.facet_ids or clause.works:
                self._add_evidence(hits, clause)
        for clause in of_authors:
            needles = Needles(self.weigh([clause]))
            for hit in hits:
                self.add_affiliation(hit, needles)

    def _add_text_passages(
        self, hits: Mapping[int, Hit], clauses: Sequence[Clause], phrases: list[list[str]]
    ) -> dict[str, tuple[str, int]]:
        """Give hits passages of text; return, by paper_id, the page and where its match begins."""
        inside = [clause for clause in clauses if not clause.in_references]
        if not inside:
            return {}
        best = self._best_pages(hits, inside, phrases)
        rows = self.connect().execute(PAGES, (json.dumps(list(best.values())),))
        texts = {page_id: (page, body or "") for page_id, page, body in rows}
        needles = self.weigh(inside)
        weight = max(needle.weight for needle in needles)
        needles += [Needle(tuple(p), clause=len(inside), weight=weight) for p in phrases]
        prepared = Needles(needles)
        around = {}
        for number, page_id in best.items():
            page, text = texts[page_id]
            passage, first = cut_passage(text, prepared)
            if passage:
                hit = hits[number]
                hit.passage, hit.source, hit.page = passage, "text", page
                around[hit.paper_id] = text, first
        return around

    def _best_pages(
        self, hits: Mapping[int, Hit], clauses: Sequence[Clause], phrases: list[list[str]]
    ) -> dict[int, int]:
        """Return the page_id of the best page by number, and count the pages found."""
        schema = self.index.pages_schema
        among = adapter.any_number(schema, "number", list(hits))
        scored = to_page_query(self.index, clauses, among, phrases)
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
        for i, clause in enumerate(_iterate_wanted(clauses)):
            count = max((self.index.count_papers("text", t) for t in clause.terms), default=0)
            weight = float(np.log(total / (count + 1)) + 0.3)
            needles += [
                Needle(n.words, n.is_prefix, i, weight, n.tail) for n in clause.needles if n.words
            ]
        return needles

    def _add_sections(self, hits: Sequence[Hit], around: Mapping[str, tuple[str, int]]) -> None:
        """Name the section that each passage is in: the last one that begins before its match.

        Args:
            hits: With their passages.
            around: By paper_id, the text of the page, and where the first match begins.
        """
        for hit in hits:
            if hit.source == "text" and hit.page is not None:
                pages, headings = self._read_headings(hit.paper_id)
                first, last = bisect_left(pages, hit.page), bisect_right(pages, hit.page)
                earlier = headings[first - 1] if first else None
                hit.section = find_section(*around[hit.paper_id], headings[first:last]) or earlier

    def _fetch_headings(self, paper_id: str) -> tuple[list[int], list[str]]:
        """Return the pages that the sections of a paper begin on, ascending, and their headings."""
        rows = self.connect().execute(SECTIONS, (paper_id,)).fetchall()
        return [page for page, _ in rows], [heading for _, heading in rows]

    def _add_reference_passages(self, hits: Sequence[Hit], clauses: Sequence[Clause]) -> None:
        """Give hits without a passage of text the entry of their references with most matches."""
        without = [hit for hit in hits if hit.passage is None]
        needles = Needles(self.weigh(clauses) if without else ())
        for hit in without:
            best, best_score = None, 0.0
            for page, raw in self.connect().execute(ENTRIES, (hit.paper_id,)):
                if (score := to_weight(raw, needles)) > best_score:
                    best, best_score = (page, raw), score
            if best:
                hit.page, hit.source = best[0], "references"
                hit.passage = mark_entry(best[1], needles)
            elif others := self._find_in_references(hit.paper_id, needles):
                hit.page, hit.passage = max(others, key=lambda pair: pair[1].count(OPEN))
                hit.source = "references"

    def _find_in_references(self, paper_id: str, needles: Needles) -> list[tuple[int, str]]:
        """Return (page, passage) of the reference lists of a paper, which have more than entries: a
        list of the publisher's reports may follow.
        """
        rows = self.connect().execute(PAGES_OF, (paper_id,))
        found = ((page, cut_passage(refs or "", needles)[0]) for page, _, refs in rows)
        return [(page, passage) for page, passage in found if passage]

    def _add_evidence(self, hits: Sequence[Hit], clause: Clause) -> None:
        """Give hits the sentence or the citation that shows the facet value asked for, as their
        passage if they have none.

        Of several citations, the first one with the given name that was asked for, or with most of
        the names.
        """
        named = to_pattern(clause.name) if clause.name else None
        of_hits = [self._find_own_values(hit.number, clause) for hit in hits]
        needles = self._to_needles(chain.from_iterable(of_hits))
        for hit, values in zip(hits, of_hits, strict=True):
            shown = Counter(self._read_evidence(hit.paper_id, values))
            if not shown:
                continue
            fitting = [row for row in shown if named and named.search(fold_in_place(row[1]))]
            best = max(fitting or shown, key=lambda row: shown[row])
            source = EVIDENCE[values[0].facet].source
            _add(hit, Excerpt(mark(best[1], needles), best[0], source))

    def add_affiliation(self, hit: Hit, needles: Needles) -> None:
        """Give a hit the first author with an affiliation that has one of the needles."""
        rows = self.connect().execute(AFFILIATIONS, (hit.paper_id,))
        if shown := next((text for (text,) in rows if find(text, needles)), None):
            _add(hit, Excerpt(mark(shown, needles), None, "affiliation"))

    def find_named(self, clauses: Sequence[Clause]) -> Numbers:
        """Return the papers that cite a name with the full given name that a clause asks for."""
        found: set[str] = set()
        for clause in clauses:
            if clause.name:
                name_ids = [self.corpus.values[facet_id].value for facet_id in clause.facet_ids]
                found |= find_papers(self.connect(), name_ids, clause.name)
        return np.array(sorted(self.corpus.numbers[paper_id] for paper_id in found), np.int64)

    def find_in_paper(self, paper_id: str, clauses: Sequence[Clause]) -> list[tuple[int, str]]:
        """Return (page, passage) of what a paper has for the clauses, by page.

        A page has one passage of its text, else one entry of its references, or of what follows
        these where the paper has nothing else; for a facet, as a cited name, each of its citations
        or the first mention.
        """
        worded = [clause for clause in clauses if clause.needles]
        needles = Needles(self.weigh(worded))
        found = list(self._find_on_pages(paper_id, needles)) if worded else []
        if worded and not found:
            found = self._find_in_references(paper_id, needles)
        for clause in clauses:
            values = self._find_own_values(self.corpus.numbers[paper_id], clause)
            names = self._to_needles(values)
            rows = self._read_evidence(paper_id, values)
            found += [(page or 0, mark(text, names)) for page, text in rows]
        return sorted(dict.fromkeys(found), key=lambda pair: pair[0])

    def _find_on_pages(self, paper_id: str, needles: Needles) -> Iterator[tuple[int, str]]:
        entries: defaultdict[int, list[str]] = defaultdict(list)
        for page, raw in self.connect().execute(ENTRIES, (paper_id,)):
            entries[page].append(raw)
        for page, body, refs in self.connect().execute(PAGES_OF, (paper_id,)):
            own = entries if entries else {page: [refs or ""]}
            if passage := cut_passage(body or "", needles)[0]:
                yield page, passage
            elif entry := next((raw for raw in own.get(page, ()) if find(raw, needles)), None):
                yield page, mark(entry, needles) if entries else cut_passage(entry, needles)[0]

    def _find_own_values(self, number: int, clause: Clause) -> tuple[FacetValue, ...]:
        """Return the values of a clause that a paper has and that have evidence; of one facet."""
        wanted = set(clause.facet_ids)
        own = self.corpus.columns[self.corpus.facets_of.of(number)].tolist() if wanted else []
        values = [self.corpus.values[facet_id] for facet_id in own if facet_id in wanted]
        return (*clause.works, *(value for value in values if value.facet in EVIDENCE))

    def _read_evidence(self, paper_id: str, values: Sequence[FacetValue]) -> list[tuple[int, str]]:
        """Return (page, text) of all that shows that a paper has values of a facet."""
        if not values:
            return []
        given = json.dumps([value.value for value in values])
        return self.connect().execute(EVIDENCE[values[0].facet].sql, (paper_id, given)).fetchall()

    def _to_needles(self, values: Iterable[FacetValue]) -> Needles:
        """Return what to mark in the evidence of values: their names, or family names."""
        distinct = dict.fromkeys(values)
        return Needles(needle for value in distinct for needle in self._iterate_needles(value))

    def _iterate_needles(self, value: FacetValue) -> Iterator[Needle]:
        if value.facet == "cited":
            words = to_words(value.label)
            yield from [Needle(words)] if words else []
        elif value.facet == "cites":
            words = tuple(value.slug.split("-"))
            # A slug has "и" for "й", which is a letter of its own in a text.
            family = words[:-1] or words, to_words(value.label.partition(",")[0])
            yield from (Needle(form) for form in dict.fromkeys(family) if form)
        else:
            others = self.corpus.other_names.get(value.value)
            names = map(to_words, [value.label, *(others.split("; ") if others else ())])
            forms = {form for name in names if name for form in _iterate_forms(name)}
            yield from (Needle(form) for form in sorted(forms))


def _iterate_wanted(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Yield clauses, and those in groups of which all are wanted: a passage should have each."""
    for clause in clauses:
        if clause.inner and not clause.choices:
            yield from _iterate_wanted(clause.inner)
        else:
            yield clause


def mark_entry(entry: str, needles: Needles) -> str:
    """Return an entry of a reference list with its matches marked.

    Of a long one, which has an appendix behind it that could not be told from it, only a passage.
    """
    passage = cut_passage(entry, needles)[0] if len(entry) > LONGEST_ENTRY else ""
    return passage or mark(entry, needles)


def _add(hit: Hit, excerpt: Excerpt) -> None:
    """Give a hit an excerpt as its passage, or as further evidence if it has another one."""
    if hit.passage is None:
        hit.passage, hit.page, hit.source = excerpt.text, excerpt.page, excerpt.source
    elif _unmarked(excerpt.text) != _unmarked(hit.passage):
        hit.evidence.append(excerpt)


def _unmarked(passage: str) -> str:
    return passage.replace(OPEN, "").replace(CLOSE, "")


def _iterate_forms(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield words as they are, joined, and with the last one in the singular and plural."""
    yield from ((*words[:-1], form) for form in number_variants(words[-1]))
    if len(words) > 1:
        yield ("".join(words),)


def find_section(text: str, position: int, headings: Sequence[str]) -> str | None:
    """Return the last heading of a page that begins before a match; None if none does.

    Args:
        text: Of the page, as printed: a heading may have spaces inside, "I NTRODUCTION".
        position: Where the match begins.
        headings: Of the sections that begin on the page, in order, with their numbers.

    >>> find_section("2 R ELATED WORK Much has", 17, ["2 RELATED WORK", "3 METHOD"])
    '2 RELATED WORK'
    """
    for heading in reversed(headings):
        at = text.find(heading)
        if 0 <= at <= position or (at < 0 and _squeeze(heading) in _squeeze(text[:position])):
            return heading
    return None


def _squeeze(text: str) -> str:
    return "".join(text.split()).lower()
