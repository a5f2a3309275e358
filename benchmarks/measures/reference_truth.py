"""Reads reference lists segmented by hand (EXCITE's format) and compares parsed entries with them.

A reference is found if an entry of the same paper has its title, at a rapidfuzz ratio of at least
80 without case and spaces; each entry and each reference counts once. An entry that only resembles
a reference without a title is neither right nor wrong. The precision is the share of the other
entries that are a reference of the paper.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz, process

from papersette.knowledge.citations import Entry, to_title_key
from papersette.names import to_family_key

SAME_TITLE = 80
"""Least rapidfuzz ratio of two titles of one reference."""
SAME_ENTRY = 60
"""Least rapidfuzz ratio of an entry's printed text and a reference without a title."""
FIELDS = {
    name: re.compile(rf"<{name}>(.*?)</{name}>", re.DOTALL)
    for name in ("title", "year", "author", "surname", "editor")
}
TAG = re.compile(r"</?[a-z-]+>")


@dataclass(frozen=True)
class Reference:
    """One reference of the hand-segmented lists."""

    raw: str
    title: str
    year: int | None
    first_author: str | None
    """Family name of the first author."""


@dataclass
class Comparison:
    """The entries of one paper beside its references."""

    found: list[tuple[Reference, Entry]] = field(default_factory=list)
    missing: list[Reference] = field(default_factory=list)
    wrong: list[Entry] = field(default_factory=list)


def read_references(path: Path) -> list[Reference]:
    """Return the references of one file."""
    return [_to_reference(line) for line in read_lines(path)]


def read_lines(path: Path) -> list[str]:
    """Return the lines of a file in UTF-8 or Latin-1, with one reference each."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return [line for line in text.splitlines() if TAG.search(line)]


def _to_reference(line: str) -> Reference:
    author = FIELDS["author"].search(line)
    surname = FIELDS["surname"].search(author[1]) if author else None
    year = re.search(r"\d{4}", " ".join(FIELDS["year"].findall(line)))
    title = FIELDS["title"].search(line)
    return Reference(
        _plain(line),
        _plain(title[1]) if title else "",
        int(year[0]) if year else None,
        _plain(surname[1]) if surname else None,
    )


def _plain(text: str) -> str:
    return " ".join(html.unescape(TAG.sub("", text)).split())


def compare(references: Sequence[Reference], entries: Sequence[Entry]) -> Comparison:
    """Pair the references of a paper with its entries, the most similar titles first."""
    titled = [reference for reference in references if reference.title]
    pairs = _pair(
        [reference.title for reference in titled],
        [entry.title or "" for entry in entries],
        SAME_TITLE,
    )
    result = Comparison([(titled[i], entries[j]) for i, j in pairs.items()])
    result.missing = [reference for i, reference in enumerate(titled) if i not in pairs]
    rest = [entry for j, entry in enumerate(entries) if j not in set(pairs.values())]
    untitled = [reference.raw for reference in references if not reference.title]
    neutral = set(_pair(untitled, [entry.raw for entry in rest], SAME_ENTRY).values())
    result.wrong = [entry for j, entry in enumerate(rest) if j not in neutral]
    return result


def _pair(ours: Sequence[str], theirs: Sequence[str], least: float) -> dict[int, int]:
    """Map indexes of `ours` to indexes of `theirs`, each once, the highest ratios first."""
    if not ours or not theirs:
        return {}
    ratios = process.cdist(
        [_squeeze(text) for text in ours],
        [_squeeze(text) for text in theirs],
        scorer=fuzz.ratio,
        score_cutoff=least,
    )
    order = sorted(
        ((-ratios[i][j], i, j) for i in range(len(ours)) for j in range(len(theirs))),
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for ratio, i, j in order:
        if -ratio >= least and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _squeeze(text: str) -> str:
    return "".join(text.casefold().split())


def count_fields(found: Sequence[tuple[Reference, Entry]]) -> Counter[str]:
    """Count how often each field of the found references is right."""
    count: Counter[str] = Counter()
    for reference, entry in found:
        count["titles"] += 1
        count["exact title"] += to_title_key(reference.title) == to_title_key(entry.title or "")
        if reference.year:
            count["years"] += 1
            count["year"] += reference.year == entry.year
        if reference.first_author:
            count["authors"] += 1
            count["first author"] += bool(entry.authors) and _same_family(
                reference.first_author, entry.authors[0].family
            )
    return count


def _same_family(one: str, other: str) -> bool:
    """Return whether two family names are equal, with or without particles."""
    a, b = to_family_key(one), to_family_key(other)
    return a == b or a.endswith(f"-{b}") or b.endswith(f"-{a}")
