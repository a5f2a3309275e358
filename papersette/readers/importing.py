"""Matches the entries of a BibTeX or CSL JSON file to the papers of a publication.

The modules of `sources/` parse the file. An entry matches a paper if it has the paper's id or
BibTeX key and the titles agree, or else if it has the DOI, or else the title. An entry without a
match is reported with its reason.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz, process

from papersette.errors import UserError
from papersette.records import Paper, Problem, Venue
from papersette.sources import bibtex, csljson
from papersette.text import to_key

MOST = 2_000
"""Largest number of entries of one file that are matched."""
SAME_TITLE = 95
"""Least similarity (0 to 100) of the letters of two spellings of one title."""
SHORTEST_TITLE = 8
"""Least letters of a title that is enough evidence alone, unlike “Preface”."""
NOWHERE = Venue("import", "import")


@dataclass(frozen=True)
class Known:
    """A paper of the publication."""

    paper_id: str
    citation_key: str | None
    doi: str | None
    title: str | None


@dataclass(frozen=True)
class Match:
    """An entry and the paper that it matches."""

    entry: str
    """Title of the entry, or else its key."""
    paper_id: str
    title: str
    by: str
    """Evidence for the match: "id", "doi" or "title"."""


@dataclass
class Report:
    """The outcome of each entry of a file; of entries that match one paper, only of the first."""

    matches: list[Match] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    """(entry, reason) of each entry that cannot be read; the reason is "" if no paper matches."""


class Index:
    """Finds the papers of a publication by id, BibTeX key, DOI and title."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._by_id: dict[str, Known] = {}
        self._by_doi: dict[str, Known] = {}
        self._by_title: dict[str, Known] = {}
        for paper in known:
            for name in (paper.paper_id, paper.citation_key):
                if name:
                    self._by_id.setdefault(name.lower(), paper)
            if paper.doi:
                self._by_doi.setdefault(paper.doi.lower(), paper)
            if key := to_key(paper.title or ""):
                self._by_title.setdefault(key, paper)

    def find(self, entry: Paper) -> tuple[Known, str] | None:
        """Return the paper that an entry matches, and the evidence; None if it matches no paper."""
        key = to_key(entry.title or "")
        named = self._by_id.get(entry.paper_id.lower())
        if named and (not key or _is_same(key, to_key(named.title or ""))):
            return named, "id"
        if entry.doi and (found := self._by_doi.get(entry.doi.lower())):
            return found, "doi"
        if len(key) < SHORTEST_TITLE:
            return None
        found = self._by_title.get(key) or self._find_similar(key)
        return (found, "title") if found else None

    def _find_similar(self, key: str) -> Known | None:
        near = process.extractOne(
            key, self._by_title.keys(), scorer=fuzz.ratio, score_cutoff=SAME_TITLE
        )
        return self._by_title[near[0]] if near else None


def _is_same(one: str, other: str) -> bool:
    return not other or fuzz.ratio(one, other) >= SAME_TITLE


def match(content: bytes, name: str, known: Iterable[Known]) -> Report:
    """Match the entries of a file to the papers of a publication.

    Args:
        content: The bytes of the file.
        name: Name of the file, for messages; the content alone determines its format.
        known: The papers of the publication.

    Raises:
        UserError: The file is neither BibTeX nor CSL JSON.
    """
    report, index = Report(), Index(known)
    seen: set[str] = set()
    for number, item in enumerate(read(content, name)):
        if isinstance(item, Problem):
            if item.lost:
                report.others.append((item.item, item.reason))
            continue
        label = item.title or item.paper_id
        found = index.find(item) if number < MOST else None
        if found is None:
            reason = f"the limit is {MOST:,} entries" if number >= MOST else ""
            report.others.append((label, reason))
        elif found[0].paper_id not in seen:  # a library has each paper once
            seen.add(found[0].paper_id)
            paper, by = found
            report.matches.append(Match(label, paper.paper_id, paper.title or paper.paper_id, by))
    return report


def read(content: bytes, name: str) -> Iterator[Paper | Problem]:
    """Yield the entries of a BibTeX or CSL JSON file. Raises UserError."""
    is_json = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")
    shown = Path(name).name[:100] or ("import.json" if is_json else "import.bib")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("import.json" if is_json else "import.bib")
        path.write_bytes(content)
        settings = csljson.Settings(NOWHERE, path) if is_json else bibtex.Settings(NOWHERE, path)
        items = csljson.read(settings) if is_json else bibtex.read(settings)  # type: ignore[arg-type]
        try:
            for item in items:
                if isinstance(item, Problem):
                    yield dataclasses.replace(item, item=item.item.replace(path.name, shown))
                elif isinstance(item, Paper):
                    yield item
        except UserError as error:
            raise UserError(str(error).replace(str(path), shown)) from None
