"""Requests, hits and results of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from papersette.search.corpus import FACETS, FacetValue
from papersette.search.expansions import Notice
from papersette.search.query import SCOPES

PAGE_SIZE = 15
"""Hits on a page: with their passages they are about four screens."""
LARGEST_PAGE = 1_000_000
SORTS = ("year", "title", "rating", "citations")
"""Orders other than relevance."""


@dataclass(frozen=True)
class Request:
    """What is asked of a search."""

    q: str = ""
    scope: str = ""
    """"text", "references", or "" for both."""
    filters: tuple[tuple[str, str], ...] = ()
    """Facets and the values chosen, separated by commas; a value with a minus is excluded."""
    versions: str = ""
    """"all" for every version of a work, else each work once."""
    sort: str = ""
    """"year", "title", "rating", "citations", or "" for relevance."""
    page: int = 1
    size: int = PAGE_SIZE
    facet: str = ""
    """A facet of which up to `MOST_FACET_VALUES` values are counted, and no other."""
    named: str = ""
    """Letters that those values must have."""
    explain: bool = False
    meaning: str = ""
    """"off" for papers that match the words only."""
    passages: bool = True
    """Whether hits have passages; exports need none."""

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> Request:
        """Read a request from the arguments of an address; values that are unknown are ignored."""
        given = {name: str(value or "") for name, value in arguments.items()}
        return cls(
            q=given.get("q", ""),
            scope=_to_choice(given.get("in", ""), SCOPES),
            filters=tuple((name, given[name]) for name in FACETS if given.get(name)),
            versions=_to_choice(given.get("versions", ""), ("all",)),
            sort=_to_choice(given.get("sort", ""), SORTS),
            page=max(1, _to_int(given.get("page"), 1)),
            size=min(LARGEST_PAGE, max(1, _to_int(given.get("size"), PAGE_SIZE) or PAGE_SIZE)),
            facet=given.get("facet", ""),
            named=given.get("named", ""),
            meaning="off" if given.get("meaning", "") in {"0", "off"} else "",
            explain=given.get("explain", "") not in {"", "0", "off"},
        )


def _to_choice(text: str, known: tuple[str, ...]) -> str:
    """Return a text if it is known, else "", which stands for the default."""
    return text if text in known else ""


def _to_int(text: str | None, default: int) -> int:
    """Read a number of a page, at most a million."""
    digits = (text or "").strip()[:8]
    return min(int(digits), LARGEST_PAGE) if digits.isascii() and digits.isdigit() else default


@dataclass(frozen=True)
class Excerpt:
    """A sentence or an entry that shows that a paper matches one field of a query."""

    text: str
    """With ⟦ and ⟧ around each match."""
    page: int | None
    source: str
    """As of `Hit`."""


@dataclass
class Hit:
    """A paper found, with the passage that answers best."""

    number: int
    paper_id: str
    score: float
    passage: str | None = None
    """With ⟦ and ⟧ around each match."""
    page: int | None = None
    source: str | None = None
    """Where the passage is from: "text", "references", "mention", "citation", "affiliation" or
    "abstract"."""
    section: str | None = None
    evidence: list[Excerpt] = field(default_factory=list)
    """What shows that the paper matches the other fields of a query."""
    found_pages: int = 0
    """Pages with any of the words."""
    missing: tuple[str, ...] = ()
    """Clauses that the paper lacks."""
    found_by: str = "words"
    """"words", or "meaning" where it was found by that alone."""
    versions: int = 1
    """Versions of its work that match."""
    explanation: dict[str, Any] | None = None


@dataclass
class Result:
    """What a search found."""

    hits: list[Hit]
    count: int
    """Works that match, or papers where every version is wanted."""
    papers: int
    """Papers that match, every version counted."""
    facets: dict[str, list[tuple[FacetValue, int]]]
    """Per facet the values that most works have, with how many."""
    by_meaning: int = 0
    """Works beside these that were found by meaning alone."""
    meaning: str = ""
    """"on" where meaning was compared, "off" where it was not wanted, "" where it cannot be."""
    parts: dict[str, int] = field(default_factory=dict)
    """Works with the words in their "text", and in their "references"."""
    common: tuple[str, ...] = ()
    """Words that almost every paper has, and that were therefore ignored."""
    missing: tuple[str, ...] = ()
    """Words that no paper has."""
    partial: bool = False
    """Whether hits lack some of the words."""
    relaxed: bool = False
    """Whether phrases were taken apart."""
    notices: list[Notice] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
