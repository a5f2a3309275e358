"""Search: one call finds papers, ranks them, cuts passages and counts facets.

`Engine.search(request)` is what the site, its exports, the evaluation and the notebooks call.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from papersette.errors import UserError
from papersette.meaning.encoder import Vector
from papersette.search import adapter, facet_counts
from papersette.search.analysis import to_stems
from papersette.search.clauses import Clause, Condition
from papersette.search.corpus import FACETS, Corpus, FacetValue, Numbers, read_corpus
from papersette.search.evidence import Finder
from papersette.search.expansions import Notice
from papersette.search.facet_terms import FacetTerms
from papersette.search.hybrid import (
    CANDIDATES,
    MOST_ALONE,
    Nearness,
    Question,
    keep_works,
    read_question,
    to_conditions,
    to_nearness,
    to_question,
)
from papersette.search.index import Index, connect, open_index
from papersette.search.meaning import Meaning, open_meaning, read_paper
from papersette.search.nearest import Sentence, SentenceFinder
from papersette.search.needles import Needle, Needles, to_weight, to_words
from papersette.search.parallel import run_both
from papersette.search.parser import parse
from papersette.search.passages import mark
from papersette.search.plain_requests import to_fields
from papersette.search.query import Function, Query, iterate_terms
from papersette.search.ranking import Ranker, Ranking
from papersette.search.results import Hit, Request, Result
from papersette.search.retrieval import Matching, Retriever
from papersette.text import to_slug

logger = logging.getLogger(__name__)

FACET_VALUES = 15
"""Values of a facet beside the results; of years all."""
MOST_FACET_VALUES = 500
"""Values of one facet on its own page."""
LONGEST_TEXT = 20_000
"""Characters of a pasted text that are read."""
MOST_STEMS = 400
"""Distinct words of a pasted text that are compared."""
REMEMBERED = 8
"""Results that are kept, so that the parts of one page do not search again."""
BATCH = 500
"""Hits whose passages are read at once."""
ANYWHERE = ("text", "refs")
"""Fields of a word without a field."""
EXPLAINED_FIELDS = (
    "title", "abstract", "tags", "authors", "affiliations", "venue", "text", "refs"
)  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """The papers of a search in order, before passages are cut; what all its pages share."""

    query: Query
    matching: Matching
    ranking: Ranking
    counted: facet_counts.Result
    near: Nearness | None = None
    """How near the papers are to the question, where meaning was compared."""

    @property
    def alone(self) -> Numbers:
        """Papers found by meaning alone."""
        return np.empty(0, np.int64) if self.near is None else self.near.alone

    @cached_property
    def alone_set(self) -> frozenset[int]:
        """The same, to look numbers up in."""
        return frozenset(self.alone.tolist())


class Engine:
    """Searches one build of papers.db.

    Args:
        database: papers.db.
        index_folder: Its search index, as `index.build_index` makes it.
        meaning: The model and the vectors, if not those of the index.
    """

    def __init__(self, database: Path, index_folder: Path, meaning: Meaning | None = None) -> None:
        self.database = database
        self.index: Index = open_index(index_folder)
        self.meaning_problem = ""
        self.meaning = meaning or self._open_meaning(index_folder)
        with connect(database) as conn:
            self.corpus: Corpus = read_corpus(conn)
            self.titles = [""] * self.corpus.size
            for number, title in conn.execute("select number, title from papers"):
                self.titles[number] = title or ""
        self.counter = facet_counts.FacetCounter(self.corpus)
        self.facet_terms = FacetTerms(self.corpus, self.connect)
        self.retriever = Retriever(self.index, self.corpus, self.facet_terms, self.find_similar)
        self.ranker = Ranker(self.index, self.corpus)
        self.finder = Finder(self.index, self.corpus, self.connect)
        self.sentences = SentenceFinder(self.index, self.corpus, self.connect, self.meaning)
        self._local = threading.local()
        self._lock = threading.Lock()
        self._recent: OrderedDict[Request, Result] = OrderedDict()

    def _open_meaning(self, index_folder: Path) -> Meaning | None:
        """Return the meaning of the index; where it cannot be used, say why and go without."""
        try:
            return open_meaning(index_folder)
        except UserError as error:
            self.meaning_problem = str(error)
            logger.warning("papers are found by their words alone: %s", error)
            return None

    def connect(self) -> sqlite3.Connection:
        """Return a connection for reading that belongs to this thread."""
        if not hasattr(self._local, "conn"):
            self._local.conn = connect(self.database)
        conn: sqlite3.Connection = self._local.conn
        return conn

    def search(self, request: Request) -> Result:
        """Return a page of hits with passages, the exact count and the facet counts."""
        with self._lock:
            if request in self._recent:
                self._recent.move_to_end(request)
                return self._recent[request]
        result = self._search(request)
        if request.size <= MOST_FACET_VALUES:
            with self._lock:
                self._recent[request] = result
                while len(self._recent) > REMEMBERED:
                    self._recent.popitem(last=False)
        return result

    def find_in_paper(self, paper_id: str, q: str) -> list[tuple[int, str]]:
        """Return (page, passage) of what a paper has for a query, by page."""
        clauses = self._to_clauses(q)
        return (
            self.finder.find_in_paper(paper_id, clauses) if paper_id in self.corpus.numbers else []
        )

    def to_needles(self, q: str) -> list[Needle]:
        """Return what a query looks for in a text, to mark it there."""
        return self.finder.weigh(self._to_clauses(q))

    def _to_clauses(self, q: str) -> tuple[Clause, ...]:
        return self.retriever.compiler.to_clauses(parse(self.to_fields(q) or q), [])

    def to_fields(self, q: str) -> str | None:
        """Return a request in words as the query with fields that is searched for, if it is one."""
        return to_fields(q, self._is_name)

    def _is_name(self, field: str, name: str) -> bool:
        """Tell whether a field finds papers by a name."""
        if field != "affiliation":
            return self.facet_terms.is_name(field, name)
        named = adapter.word(self.index.papers_schema, "affiliations", name)
        return adapter.count(self.index.papers, named) > 0

    def find_similar(self, text: str, limit: int = 50) -> list[tuple[int, float]]:
        """Return (number, score) of the papers whose metadata is most similar to a text."""
        stems = list(dict.fromkeys(to_stems(text[:LONGEST_TEXT])))[:MOST_STEMS]
        if self.meaning is None or not text.strip():
            return self.ranker.rank_metadata(stems, limit)
        found = self.ranker.rank_metadata(stems, CANDIDATES)
        numbers = np.array([number for number, _ in found], np.int64)
        question = read_question(self.meaning, text)
        near = to_nearness(self.meaning, question, numbers, numbers, self.retriever.sets.every)
        return self.ranker.blend_similar(found, near.scores)[:limit]

    def find_sentences(
        self, text: str, limit: int = 10, papers: Sequence[str] = ()
    ) -> list[Sentence]:
        """Return the sentences nearest to a text; of `papers` only, where these are given."""
        numbers = [self.corpus.numbers[p] for p in papers if p in self.corpus.numbers]
        return self.sentences.find(text, limit, numbers) if numbers or not papers else []

    def find_similar_passages(self, text: str, limit: int = 15) -> list[Sentence]:
        """Return the sentences nearest to a passage, without itself and its copies."""
        own = to_words(text)

        def is_same(sentence: Sentence) -> bool:
            other = to_words(sentence.text)
            return set(other) <= set(own) or set(own) <= set(other)

        return self.sentences.find(text, limit, skip=is_same) if own else []

    def find_numbers(self, request: Request) -> Numbers:
        """Return the numbers of all papers that match, without ranking them."""
        query, filters = self._interpret(request)
        return self.retriever.match(query, filters).numbers

    def find_exact(self, request: Request) -> list[str]:
        """Return the ids of all papers that match all that is asked, each version; unranked.

        Where `search` shows papers that lack a word or have a phrase taken apart, nothing is found.
        """
        query, filters = self._interpret(request)
        found = self.retriever.match(query, filters)
        if found.partial or found.relaxed or found.missing:
            return []
        return [self.corpus.ids[number] for number in found.numbers.tolist()]

    def _search(self, request: Request) -> Result:
        query, filters = self._interpret(request)
        found = self._find(request, query, filters)
        hits = self._show(request, found)
        matching, counted = found.matching, found.counted
        return Result(
            hits=hits,
            count=counted.size,
            papers=len(matching.numbers),
            by_meaning=len(found.alone),
            meaning=self._to_state(request, query),
            facets=self._count_facets(request, counted),
            parts=self._count_parts(query, found),
            common=tuple(clause.label for clause in matching.common),
            missing=matching.missing,
            partial=matching.partial,
            relaxed=matching.relaxed,
            notices=[*matching.notices, *self._collection_notices(request, query)],
            ignored=query.ignored,
        )

    def _find(self, request: Request, query: Query, filters: list[Condition]) -> _Found:
        """Return the papers of a search, ranked."""
        (matching, ranking), question = run_both(
            lambda: self._match(query, filters),
            lambda: self._read_question(request, query),
            is_long=self._to_state(request, query) == "on",
        )
        all_versions = request.versions == "all"
        counted = facet_counts.to_result(self.corpus, matching.numbers, all_versions=all_versions)
        near = self._compare(question, request, query, matching, ranking)
        if near:
            ranking = self.ranker.blend(ranking, near.scores, near.alone)
        return _Found(query, matching, ranking, counted, near)

    def _show(self, request: Request, found: _Found) -> list[Hit]:
        """Return the hits of the page asked for, with what is shown of each."""
        ordered = self._order(request, found)
        hits = [self._to_hit(number, versions, found) for number, versions in ordered]
        if request.passages:
            worded = [hit for hit in hits if hit.found_by == "words"]
            for start in range(0, len(worded), BATCH):
                batch = worded[start : start + BATCH]
                self.finder.add_passages(batch, found.matching.clauses, found.ranking.phrases)
            self._add_missing(worded, found.matching)
            self._add_sentences(hits, found)
        if request.explain:
            self._add_explanations(hits, found)
        return hits

    def _match(self, query: Query, filters: list[Condition]) -> tuple[Matching, Ranking]:
        """Return the papers that match, and the best of them by words."""
        matching = self.retriever.match(query, filters)
        matching.named = self.finder.find_named(matching.clauses)
        return matching, self.ranker.rank(query, matching)

    def _read_question(self, request: Request, query: Query) -> Question | None:
        """Return the question as the model reads it; None where words alone count."""
        if self.meaning is None or self._to_state(request, query) != "on":
            return None
        return read_question(self.meaning, to_question(query, request.q))

    def _compare(
        self,
        question: Question | None,
        request: Request,
        query: Query,
        matching: Matching,
        ranking: Ranking,
    ) -> Nearness | None:
        """Return how near the papers are to a question; None where words alone count."""
        if self.meaning is None or question is None:
            return None
        allowed = self.retriever.allow(query, matching, to_conditions(query.clauses))
        numbers = matching.numbers
        near = to_nearness(self.meaning, question, ranking.numbers, numbers, allowed)
        if request.sort in self.corpus.sort_keys:  # papers that lack the words come last anyhow
            return replace(near, alone=near.alone[:0])
        if request.versions == "all":
            return replace(near, alone=near.alone[:MOST_ALONE])
        alone = keep_works(near.alone, self.corpus.works, numbers)
        return replace(near, alone=alone[:MOST_ALONE])

    def _to_state(self, request: Request, query: Query) -> str:
        """Return whether meaning is compared: "on", "off", or "" where it cannot be."""
        if self.meaning is None or not to_question(query, request.q):
            return ""
        return request.meaning or "on"

    def _add_sentences(self, hits: Sequence[Hit], found: _Found) -> None:
        """Give hits without a passage the sentence of their abstract nearest to what was asked.

        These are hits found by meaning alone, those of similar:"…" and similar(…), and those whose
        abstract alone has the words. If only an affiliation has them, they get that.
        """
        functions = [n for n in found.query.clauses if isinstance(n, Function)]
        texts = [text for function in functions if (text := self._to_compared_text(function))]
        asked = [c for c in found.matching.clauses if c.needles]
        if not (texts or asked or found.near) or all(hit.passage for hit in hits):
            return
        like = self.meaning.read(texts[0]) if self.meaning and texts else None
        needles = Needles(self.finder.weigh([*asked, *self._to_clauses(" ".join(texts))]))
        for hit in hits:
            if hit.passage is not None:
                continue
            is_alone = found.near is not None and hit.found_by == "meaning"
            query = found.near.query if found.near is not None and is_alone else like
            if query is None and not (texts or asked):
                continue
            sentence = self._find_nearest(hit.number, query, needles)
            if sentence:
                hit.passage, hit.source = mark(sentence, needles), "abstract"
            elif asked and not is_alone:
                self.finder.add_affiliation(hit, needles)

    def _to_compared_text(self, function: Function) -> str:
        """Return the text that papers are to be similar to: a sentence, or the title of a paper."""
        if function.name == "similar:":
            return function.argument
        if function.name != "similar":
            return ""
        own = self.corpus.numbers.get(function.argument.strip('"'))
        return function.argument if own is None else self.titles[own]

    def _find_nearest(self, number: int, query: Vector | None, needles: Needles) -> str:
        """Return the sentence of an abstract that is nearest to a query by meaning or, without one,
        has most of the needles; "" if none has any.
        """
        sentences = read_paper(self.connect(), number).sentences
        if self.meaning is None or query is None:
            weights = [to_weight(sentence, needles) for sentence in sentences]
            return sentences[weights.index(max(weights))] if any(weights) else ""
        nearest = self.meaning.vectors.find_sentence(number, query)
        return sentences[nearest[0]] if nearest and nearest[0] < len(sentences) else ""

    def _interpret(self, request: Request) -> tuple[Query, list[Condition]]:
        scoped = f"{request.q} in:{request.scope}" if request.scope else request.q
        return parse(self.to_fields(scoped) or scoped), self.retriever.compiler.to_filters(
            dict(request.filters)
        )

    def _order(self, request: Request, found: _Found) -> list[tuple[int, int]]:
        """Return the papers of the page asked for, each with how many versions match."""
        last = request.page * request.size
        numbers = found.matching.numbers
        if request.sort in self.corpus.sort_keys:
            keys = self.corpus.sort_keys[request.sort][numbers]
            scores = found.ranking.scores[numbers]
            ordered = numbers[np.lexsort((numbers, -scores, keys))]
        else:
            ordered = found.ranking.numbers
        grouped, versions = self._group(ordered, found.counted)
        if len(grouped) < last and len(ordered) - len(found.alone) < len(numbers):
            rest = self.ranker.rest(found.matching, found.ranking)
            grouped, versions = self._group(np.concatenate([ordered, rest]), found.counted)
        page = grouped[last - request.size : last]
        return [(int(number), versions.get(int(self.corpus.works[number]), 1)) for number in page]

    def _group(
        self, ordered: Numbers, counted: facet_counts.Result
    ) -> tuple[Numbers, dict[int, int]]:
        """Return each work once, by its best version, and how many versions each has."""
        if not len(counted.versions):
            return ordered, {}
        works, sizes = np.unique(counted.works, return_counts=True)
        grouped = counted.in_versions[ordered]
        _, first = np.unique(self.corpus.works[ordered[grouped]], return_index=True)
        keep = ~grouped
        keep[np.flatnonzero(grouped)[first]] = True
        return ordered[keep], dict(zip(works.tolist(), sizes.tolist(), strict=True))

    def _to_hit(self, number: int, versions: int, found: _Found) -> Hit:
        score = round(float(found.ranking.scores[number]), 3)
        found_by = "meaning" if number in found.alone_set else "words"
        return Hit(number, self.corpus.ids[number], score, versions=versions, found_by=found_by)

    def _add_missing(self, hits: Sequence[Hit], matching: Matching) -> None:
        """Say of each hit which clauses it lacks, where some may be missing."""
        if matching.wanted >= len(matching.clauses) or not hits:
            return
        for hit in hits:
            hit.missing = self.retriever.find_missing(matching, hit.number)

    def _add_explanations(self, hits: Sequence[Hit], found: _Found) -> None:
        schema = self.index.papers_schema
        among = adapter.any_number(schema, "number", [hit.number for hit in hits])
        for hit in hits:
            scores = {
                name: round(float(scores[hit.number]), 4)
                for name, scores in found.ranking.parts.items()
                if scores[hit.number]
            }
            hit.explanation = {"scores": scores, "matched": {}}
        for clause in found.matching.clauses:
            for name in EXPLAINED_FIELDS if clause.terms else ():
                words = clause.to_field_query(schema, name)
                query = adapter.all_of([among, words])
                numbers = set(self.retriever.numbers_of(query, len(hits)).tolist())
                for hit in hits:
                    if hit.number in numbers and hit.explanation:
                        matched = hit.explanation["matched"]
                        matched.setdefault(clause.label, []).append(name)

    def _count_facets(
        self, request: Request, counted: facet_counts.Result
    ) -> dict[str, list[tuple[FacetValue, int]]]:
        tables = self.counter.tables
        if request.facet:
            limits = {request.facet: len(self.corpus.columns)} if request.facet in tables else {}
        else:
            limits = {name: FACET_VALUES for name in FACETS if name in tables}
            limits |= {"year": MOST_FACET_VALUES} if "year" in tables else {}
        values_of, ids = self.corpus.values, self.corpus.columns
        facets = {
            name: [(values_of[int(ids[i])], count) for i, count in counts]
            for name, counts in self.counter.count(counted, limits).items()
        }
        if request.facet:
            letters = to_slug(request.named)
            facets = {
                name: [pair for pair in values if letters in pair[0].slug][:MOST_FACET_VALUES]
                for name, values in facets.items()
            }
        elif "year" in facets:
            facets["year"].sort(key=lambda pair: pair[0].value, reverse=True)
        return facets

    def _count_parts(self, query: Query, found: _Found) -> dict[str, int]:
        """Count the works that have all words in their text, and those with all in references."""
        words = [c for c in found.matching.clauses if c.fields in {ANYWHERE, ("text",), ("refs",)}]
        if not words or query.is_sentence or len(words) != len(found.matching.clauses):
            return {}
        counted = found.counted
        to_works = partial(self._count_works, counted=counted) if len(counted.versions) else None
        counts = {
            part: self.retriever.count_in_field(found.matching, name, to_works)
            for part, name in (("text", "text"), ("references", "refs"))
        }
        return {part: count for part, count in counts.items() if count}

    def _count_works(self, numbers: Numbers, counted: facet_counts.Result) -> int:
        grouped = counted.in_versions[numbers]
        works = self.corpus.works[numbers[grouped]]
        return int((~grouped).sum()) + len(np.unique(works))

    def _collection_notices(self, request: Request, query: Query) -> list[Notice]:
        if not request.scope and (fields := self.to_fields(request.q)):
            return [Notice("fields", request.q, (fields,))]
        return [*self._author_notices(request, query), *self._affiliation_notices(query)]

    def _affiliation_notices(self, query: Query) -> list[Notice]:
        """Tell that affiliations were asked for where no paper has any."""
        terms = iterate_terms((*query.clauses, *query.excluded))
        asked = [term for term in terms if term.field == "affiliation"]
        if not asked or self.index.papers.terms_with_prefix("affiliations", "", limit=1):
            return []
        return [Notice("no_affiliations", term.text) for term in asked[:1]]

    def _author_notices(self, request: Request, query: Query) -> list[Notice]:
        """Tell that authors were asked for where no paper has any, and offer cites:."""
        if self.corpus.has_facet("author"):
            return []
        # "papers by Hinton" is searched for as words where no author is known.
        wished = to_fields(request.q, self._is_name_or_cited)
        clauses = parse(wished).clauses if wished else query.clauses
        asked = [term for term in iterate_terms(clauses) if term.field == "author"]
        return [Notice("no_authors", term.text, (f'cites:"{term.text}"',)) for term in asked]

    def _is_name_or_cited(self, facet: str, name: str) -> bool:
        """Tell whether a name is known, that of an author as one who is cited."""
        return self.facet_terms.is_name("cites" if facet == "author" else facet, name)
