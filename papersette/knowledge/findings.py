"""Finds the facts in a single paper: references, code links, acronyms, names and words.

Findings do not depend on other papers, so they are cached by the content of the paper's pages and
the version of the rules. Facts that need several papers are computed from findings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from papersette.cache import Location, read_entry, save_entry, to_key, to_rules_version
from papersette.knowledge.aspect_texts import Aspect, Heading, find_aspects
from papersette.knowledge.citations import (
    Entry,
    count_citing_notes,
    parse_references,
    to_entries,
)
from papersette.knowledge.code import CodeLink, find_code
from papersette.knowledge.mining import PaperNames, read_names
from papersette.knowledge.tags import find_acronyms
from papersette.knowledge.words import count_words
from papersette.names import Name
from papersette.records import Reference

RULES = (
    "knowledge/citations/*",
    *(f"knowledge/{name}.py" for name in "aspect_texts parts code mining words tags".split()),
    *(f"knowledge/{name}.py" for name in "matcher mentions paper_mentions findings".split()),
    *("names.py", "text.py", "sentences.py", "list_headings.*", "records.py"),
)
"""Files with rules that the findings depend on."""
SEPARATOR = "\t"
"""Separator of words in a cache entry."""


@dataclass(frozen=True)
class PaperText:
    """The text of one paper, and the cache of its findings: the argument of a worker."""

    paper_id: str
    pages: tuple[tuple[int, str | None, str | None], ...]
    """(page number, body, reference list) of each page; a missing text is None."""
    references: tuple[Reference, ...] | None = None
    """The reference list from the paper's source; None if it gives none."""
    headings: tuple[Heading, ...] = ()
    """Headings of the paper's sections, in order."""
    cache: Location | None = None

    @property
    def bodies(self) -> list[tuple[int, str]]:
        """(number, body) of the pages that have a body."""
        return [(page, body) for page, body, _ in self.pages if body is not None]

    @cached_property
    def content(self) -> str:
        """A hash of the pages, the headings and the given references."""
        digest = hashlib.sha256(repr(self.headings).encode())
        for page, body, refs in self.pages:
            digest.update(repr((page, len(body or ""), len(refs or ""), body is None)).encode())
            digest.update(f"{body or ''}{refs or ''}".encode())
        if self.references is not None:
            digest.update(repr(self.references).encode())
        return digest.hexdigest()

    def to_key(self, *versions: str) -> str:
        """Return a key made of the content and the versions that a result depends on."""
        return to_key(self.content, *versions)


NO_NAMES = PaperNames(frozenset(), {}, frozenset())


@dataclass(frozen=True)
class Findings:
    """The findings of one paper."""

    entries: tuple[Entry, ...] = ()
    """Entries of its reference list."""
    citing_notes: int = 0
    """Number of footnotes that cite, if it has no list."""
    code_links: tuple[CodeLink, ...] = ()
    acronyms: tuple[tuple[str, str], ...] = ()
    """(acronym, long form) of each acronym that it explains."""
    names: PaperNames = NO_NAMES
    """Words of the paper, and names in it that may be names of datasets."""
    words: Mapping[str, int] = field(default_factory=dict)
    """Number of occurrences of each of its words, in lower case."""
    aspects: Mapping[str, Aspect] = field(default_factory=dict)
    """Text of the paper about background, method and results."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """Stage that failed for this paper -> description of the error."""
    unsaved: str | None = None
    """Reason why the findings could not be cached; None if they were, or if there is no cache."""


@cache
def to_version() -> str:
    """Return the version of the rules, for cache keys."""
    return to_rules_version(RULES)


def find_cached(text: PaperText) -> Findings | None:
    """Return the findings of a paper if they are in the cache."""
    if text.cache is None:
        return None
    entry = read_entry(text.cache, text.to_key(to_version()))
    try:
        return _from_entry(entry) if entry else None
    except (KeyError, TypeError, ValueError):  # valid JSON, but not an entry of this program
        return None


def find(text: PaperText) -> Findings:
    """Return the findings of one paper, from the cache if possible; a failed stage leaves a gap."""
    cached = find_cached(text)
    if cached is not None:
        return cached
    found: dict[str, Any] = {}
    failures: dict[str, str] = {}
    for stage, find_facts in FINDERS.items():
        try:
            found |= find_facts(text)
        except Exception as error:  # noqa: BLE001 - one paper must not stop the others
            failures[stage] = f"{type(error).__name__}: {error}"
    findings = Findings(**found, failures=failures)
    if failures or text.cache is None:
        return findings
    try:
        save_entry(text.cache, text.to_key(to_version()), _to_entry(findings))
    except OSError as error:
        return Findings(**found, unsaved=error.strerror or str(error))
    return findings


def _find_citations(text: PaperText) -> dict[str, Any]:
    lists = [(page, refs) for page, _, refs in text.pages if refs is not None]
    if text.references is not None:
        entries = to_entries(text.references)
    else:
        entries = parse_references(lists) if lists else []
    notes = 0 if entries else count_citing_notes(text.bodies)
    return {"entries": tuple(entries), "citing_notes": notes}


def _find_words(text: PaperText) -> dict[str, Any]:
    return {"words": count_words("\n".join(body for _, body in text.bodies))}


FINDERS: dict[str, Callable[[PaperText], dict[str, Any]]] = {
    "citations": _find_citations,
    "related papers": _find_words,
    "related aspects": lambda text: {"aspects": find_aspects(text.headings, text.bodies)},
    "tags": lambda text: {"acronyms": tuple(find_acronyms(body for _, body in text.bodies))},
    "mentions": lambda text: {"names": read_names(body for _, body in text.bodies)},
    "code links": lambda text: {"code_links": tuple(find_code(text.bodies))},
}
"""Stage of the facts -> function that finds what the stage needs in a paper."""


def _to_entry(found: Findings) -> dict[str, Any]:
    """Return the findings in a form for JSON."""
    names, links = found.names, found.code_links
    return {
        "entries": [_to_fields(entry) for entry in found.entries],
        "citing_notes": found.citing_notes,
        "code_links": [[link.url, link.page, link.evidence] for link in links],
        "acronyms": found.acronyms,
        "vocabulary": SEPARATOR.join(sorted(names.words)),
        "names": [[SEPARATOR.join(name), text] for name, text in names.candidates.items()],
        "on": sorted(SEPARATOR.join(name) for name in names.after_on),
        "words": _to_counts(found.words),
        "aspects": {
            name: [aspect.beginning, *_to_counts(aspect.words)]
            for name, aspect in found.aspects.items()
        },
    }


def _from_entry(entry: Mapping[str, Any]) -> Findings:
    names = PaperNames(
        frozenset(_split(entry["vocabulary"])),
        {tuple(name.split(SEPARATOR)): text for name, text in entry["names"]},
        frozenset(tuple(name.split(SEPARATOR)) for name in entry["on"]),
    )
    return Findings(
        tuple(_from_fields(*fields) for fields in entry["entries"]),
        entry["citing_notes"],
        tuple(CodeLink(*link) for link in entry["code_links"]),
        tuple((acronym, long) for acronym, long in entry["acronyms"]),
        names,
        _from_counts(*entry["words"]),
        {
            name: Aspect(beginning, _from_counts(*counts))
            for name, (beginning, *counts) in entry["aspects"].items()
        },
    )


def _to_counts(words: Mapping[str, int]) -> tuple[str, list[int]]:
    return SEPARATOR.join(words), list(words.values())


def _from_counts(words: str, counts: list[int]) -> dict[str, int]:
    return dict(zip(_split(words), counts, strict=True))


def _split(text: str) -> Iterable[str]:
    return text.split(SEPARATOR) if text else ()


def _to_fields(entry: Entry) -> list[Any]:
    authors = [[name.family, name.given, name.suffix, name.number] for name in entry.authors]
    fields = [entry.position, entry.page, entry.raw, authors, entry.title, entry.year]
    return [*fields, entry.venue, entry.doi, entry.arxiv_id]


def _from_fields(position: int, page: int | None, raw: str, authors: Any, *more: Any) -> Entry:
    return Entry(position, page, raw, tuple(Name(*name) for name in authors), *more)
