"""Finds the values of facets that fields of a query mean: dataset:, technique:, cites:, cited:."""

from __future__ import annotations

import functools
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from papersette.names import SUFFIXES, is_initials, parse_name, to_family_key
from papersette.search.corpus import (
    NAME_FACETS,
    OTHER_NAME_FACETS,
    TERM_FACETS,
    Corpus,
    FacetValue,
    Numbers,
    to_term_key,
)
from papersette.search.expansions import to_other_spellings
from papersette.text import to_singular, to_slug

ET_AL = re.compile(r"[\s,]+et\.?\s+al\b\.?.*$", re.IGNORECASE)
AUTHORS_AND_YEAR = re.compile(r"(?P<authors>\D*[^\W\d_])[\s,.(]+(?P<year>(?:19|20)\d\d)[a-z]?\)?")
"""As a text cites a work: "Kingma & Ba, 2015", "He et al. (2016a)"."""
PEOPLE = re.compile(r"\s*(?:&|;|,?\s+and\s)\s*")
"""Between the names of authors. A comma alone stands between family and given name."""
ARXIV = re.compile(
    r"(?:arxiv:\s*|(?:https?://)?(?:www\.)?arxiv\.org/(?:abs|pdf)/)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)
DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)

BY_ARXIV = "select distinct cited_work_id from citations where arxiv_id = ?"
BY_DOI = """
select distinct cited_work_id from citations where doi is not null and lower(doi) = lower(?)
"""
AUTHORS = """
select authors from cited_works where cited_work_id = ? and authors is not null
"""
BY_PREFIX = (
    "select cited_work_id from cited_works where cited_work_id between ? and ? || char(1114111)"
)
BY_TITLE = """
select cited_work_id, title from cited_works
where citing_count = 1
and (title like '%' || ? || '%' or length(title) < length(cast(title as blob)))
"""
"""Also gives all titles beyond ASCII: "like" knows neither accents nor other scripts' capitals."""
WORKS_HERE = """
select cited_work_id, cited_works.title
from cited_works join papers using (paper_id)
where papers.number in (select value from json_each(?))
order by papers.number
limit ?
"""
MOST_HERE = 1000
"""Papers of citations(…) whose entries in reference lists are shown."""
RARE = """
select cited_work_id, title from cited_works
where citing_count = 1 and cited_work_id in (select value from json_each(?))
"""
CITING = """
select distinct paper_id from citations
where cited_work_id in (select value from json_each(?))
"""
LAST_YEAR = "9999"
MOST_RARE = 1000
"""Works with one citation that a text can mean; of more, none is meant."""


class FacetTerms:
    """Finds values of facets in one build.

    Args:
        corpus: The arrays of the build.
        connect: Gives a connection to its database for the calling thread.
    """

    def __init__(self, corpus: Corpus, connect: Callable[[], sqlite3.Connection]) -> None:
        self.corpus = corpus
        self.connect = connect

    def find(self, facet: str, typed: str) -> list[int]:
        """Return the facet_ids that a text means, none where it means nothing."""
        if facet == "year" and ".." in typed:
            first, _, last = typed.partition("..")
            return self.corpus.find_values("year", first, last or LAST_YEAR)
        if facet == "cites" and (names := self.corpus.find_names("cites", typed)):
            return names
        if facet == "cited" and (works := list(self._find_works(typed))):
            return works
        found = self._find_slugs(facet, to_slug(typed))
        if facet in OTHER_NAME_FACETS:
            found = sorted({*found, *self.corpus.find_terms(facet, typed)})
        if facet in TERM_FACETS:
            found = found or self._find_beginning(facet, typed)
        return found

    def _find_beginning(self, facet: str, typed: str) -> list[int]:
        """Return the datasets or techniques whose name begins so, beyond its first word: "batch
        norm", "batch-norm" and "batchnorm", but not "conv".
        """
        key = to_term_key(typed)
        found = self.corpus.find_beginning(facet, key) if key else []
        if "-" in to_slug(typed):
            return found
        return [i for i in found if not self._to_first_word(i).startswith(key)]

    def _to_first_word(self, facet_id: int) -> str:
        return self.corpus.values[facet_id].slug.partition("-")[0]

    def find_tags(self, typed: str) -> list[int]:
        """Return the tags that a text is: as written, in the singular, or under the name that it
        has as a dataset or technique. Papers may spell a tag otherwise.
        """
        slug = to_slug(typed)
        words = slug.split("-")
        known = [i for facet in TERM_FACETS for i in self.corpus.find_terms(facet, typed)]
        names = [self.corpus.values[facet_id].slug for facet_id in known]
        slugs = {slug, "-".join([*words[:-1], to_singular(words[-1])]), *names}
        return sorted({i for one in slugs for i in self.corpus.find_values("tag", one)})

    def is_name(self, facet: str, typed: str) -> bool:
        """Tell whether a text is the name of a value, and not only a part of one.

        A part will do if it has several words and means one thing only: "batch norm". Of a session,
        a part is enough: its title has several topics.
        """
        if facet == "session":
            return bool(self.find(facet, typed))
        if facet in NAME_FACETS:
            return all(self.corpus.find_names(facet, name) for name in split_people(typed))
        if facet in TERM_FACETS:
            is_long = "-" in to_slug(typed)
            begins = self._find_beginning(facet, typed) if is_long else []
            return bool(self.corpus.find_terms(facet, typed)) or len(begins) == 1
        if facet == "cited" and self._find_ids(typed):
            return True
        return bool(self.corpus.find_prefix(facet, to_slug(typed)))

    def _find_slugs(self, facet: str, slug: str) -> list[int]:
        """Return values that begin with the words of a slug, else those that have all its words."""
        spellings = list(_iterate_spellings(slug)) if slug else []
        for find in (self.corpus.find_prefix, self.corpus.find_words):
            for spelling in spellings:
                if found := find(facet, spelling):
                    return found
        return []

    def suggest(self, facet: str, typed: str) -> str | None:
        """Return what may have been meant by a text that means nothing; None without a guess."""
        known = facet in (*NAME_FACETS, *OTHER_NAME_FACETS)
        return self.corpus.suggest_value(facet, typed) if known else None

    def is_of_people(self, typed: str) -> bool:
        """Tell whether a text names authors, as "Kingma & Ba", of whom some papers cite all."""
        people = split_people(typed)
        if len(people) == 1 and not ET_AL.search(typed):
            return False
        papers = [self.corpus.find_papers(self.corpus.find_names("cites", n)) for n in people]
        return len(functools.reduce(np.intersect1d, papers)) > 0

    def find_rare_works(self, typed: str) -> list[FacetValue]:
        """Return the works that a text means and one paper cites; they are no values of a facet."""
        words = set(to_slug(typed).split("-")) - {""}
        ids = self._find_ids(typed)
        # The longest word is in the fewest titles.
        sql, asked = (RARE, json.dumps(ids)) if ids else (BY_TITLE, max(words, key=len, default=""))
        rows = self.connect().execute(sql, (asked,)) if asked else ()
        works = ((value, title, to_slug(title)) for value, title in rows)
        found = [
            FacetValue(-1, "cited", value, title, slug, 1)
            for value, title, slug in works
            if ids or words <= set(slug.split("-"))
        ]
        return found if len(found) <= MOST_RARE else []

    def find_works_here(self, numbers: Numbers) -> list[FacetValue]:
        """Return these papers, or the first `MOST_HERE` of them, as works that others cite."""
        rows = self.connect().execute(WORKS_HERE, (json.dumps(numbers.tolist()), MOST_HERE))
        return [FacetValue(-1, "cited", value, title, to_slug(title), 1) for value, title in rows]

    def find_citing(self, works: Sequence[FacetValue]) -> Numbers:
        """Return the papers that cite any of these works."""
        ids = json.dumps([work.value for work in works])
        papers = self._select(CITING, ids) if works else []
        return np.array(sorted(self.corpus.numbers[paper_id] for paper_id in papers), np.int64)

    def _find_works(self, typed: str) -> Iterator[int]:
        """Yield the facet_ids of works by identifier, or by authors and year."""
        for work_id in self._find_ids(typed):
            yield from self.corpus.find_values("cited", work_id)

    def _find_ids(self, typed: str) -> list[str]:
        """Return the ids of works by identifier, or by authors and year as a text cites them."""
        plain = typed.strip()
        if found := ARXIV.fullmatch(plain):
            return self._select(BY_ARXIV, found[1])
        if found := DOI.fullmatch(plain):
            return self._select(BY_DOI, found[1])
        if found := AUTHORS_AND_YEAR.fullmatch(plain):
            return self._find_by_year(found["authors"], int(found["year"]))
        return []

    def _select(self, sql: str, *values: str) -> list[str]:
        return [row[0] for row in self.connect().execute(sql, values) if row[0]]

    def _find_by_year(self, authors: str, year: int) -> list[str]:
        """Return works of a year with these authors, else those of the years beside it.

        A preprint and its publication are one work here, but each is cited by its own year.
        """
        first, *others = split_people(authors)
        names = [self.corpus.values[i].label for i in self.corpus.find_names("cites", first)]
        families = dict.fromkeys(parse_name(name).family for name in (first, *names))
        for years in ((year,), (year - 1, year + 1)):
            # The id of a work begins with the family name of its first author and the year.
            slugs = [to_slug(f"{family} {one}") + "-" for family in families for one in years]
            found = [work for slug in slugs for work in self._select(BY_PREFIX, slug, slug)]
            if kept := [work for work in found if self._has_authors(work, others)]:
                return kept
        return []

    def _has_authors(self, work_id: str, names: Sequence[str]) -> bool:
        """Tell whether a work has authors of all these family names."""
        if not names:
            return True
        row = self.connect().execute(AUTHORS, (work_id,)).fetchone()
        own = (
            {to_family_key(name.partition(",")[0]) for name in row[0].split("; ")} if row else set()
        )
        return {to_family_key(parse_name(name).family) for name in names} <= own


def split_people(typed: str) -> list[str]:
    """Return the names in "Kingma & Ba" or "Hinton et al., 2012", at least one.

    A comma in "Ba, Jimmy" stands before a given name, in "LeCun, Bengio and Hinton" between names.

    >>> split_people("Kingma and Ba"), split_people("Hinton et al., 2012"), split_people("Ba, J")
    (['Kingma', 'Ba'], ['Hinton'], ['Ba, J'])
    >>> split_people("LeCun, Bengio & Hinton"), split_people("Kingma, D.P., Ba, J.")
    (['LeCun', 'Bengio', 'Hinton'], ['Kingma, D.P.', 'Ba, J.'])
    """
    plain = ET_AL.sub("", typed).strip()
    parts = [part for part in PEOPLE.split(plain) if part.strip(" ,")]
    parsed = [_split_at_commas(part) for part in parts]
    if len(parts) > 1 and "," in parts[-1]:  # "Ba, Jimmy and Kingma, Diederik"
        pairs = zip(parts, parsed, strict=True)
        parsed = [[part] if part.count(",") == 1 else names for part, names in pairs]
    elif len(parts) == 1 and plain.count(",") == 1:
        parsed = [parts]
    return [name for names in parsed for name in names] or [typed]


def _split_at_commas(names: str) -> list[str]:
    """Return names between commas, each with its initials: ["LeCun, Y.", "Bengio"]."""
    found: list[str] = []
    for part in filter(None, map(str.strip, names.split(","))):
        words = part.split()
        is_given = all(is_initials(word) or word.lower() in SUFFIXES for word in words)
        if found and is_given:
            found[-1] += f", {part}"
        else:
            found.append(part)
    return found


def _iterate_spellings(slug: str) -> Iterator[str]:
    """Yield a slug, then the same with one word in its British or American spelling."""
    yield slug
    words = slug.split("-")
    for i, word in enumerate(words):
        for other in to_other_spellings(word):
            yield "-".join([*words[:i], other, *words[i + 1 :]])
