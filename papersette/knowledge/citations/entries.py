"""Splits a paper's reference lists into entries and parses each.

An entry keeps its printed text in `raw`; fields that cannot be parsed are None. Headings, page
numbers and running headers are left out. Parsing never raises, and takes under a second a paper.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from papersette.knowledge.citations.authors import read_authors
from papersette.knowledge.citations.fields import YEAR, read_fields
from papersette.knowledge.citations.splitting import Start, find_starts
from papersette.names import Name

HEADING = re.compile(
    r"(?:\d{1,4}\.?\s)?\s*(?:R ?eferences(?: and notes| cited| references)?|B ?ibliography)\b"
    r"\s*:?\s*",
    re.IGNORECASE,
)
MAX_ENTRY = 4000
"""Characters of one entry; the largest collaborations fit, and the rest is other text."""
MAX_TEXT = 300_000
"""Characters of one paper's lists, some 1,500 entries; the rest is left out."""


@dataclass(frozen=True)
class Entry:
    """One entry of a reference list."""

    position: int
    """1 for the first of the paper."""
    page: int
    """Page on which it begins."""
    raw: str
    """As printed, its lines joined by spaces."""
    authors: tuple[Name, ...] = ()
    title: str | None = None
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None


def parse_references(pages: Sequence[tuple[int, str]]) -> list[Entry]:
    """Parse the lists of one paper, from (page number, text of the lists on that page)."""
    text, offsets, numbers = _join(pages)
    entries: list[Entry] = []
    starts = find_starts(text)
    if not starts or (starts[0].offset > 40 and YEAR.search(text, 0, starts[0].offset)):
        starts = [Start(0, 0), *starts]
    for start, end in zip(starts, [*(s.offset for s in starts[1:]), len(text)], strict=True):
        raw = " ".join(text[start.offset : min(end, start.offset + MAX_ENTRY)].split())
        content = " ".join(text[start.content : min(end, start.offset + MAX_ENTRY)].split())
        if len(content) >= 8:
            page = numbers[max(0, bisect_right(offsets, start.offset) - 1)]
            entries.append(_to_entry(len(entries) + 1, page, raw, content))
    return entries


def _to_entry(position: int, page: int, raw: str, content: str) -> Entry:
    authors = read_authors(content)
    fields = read_fields(content, authors)
    names = authors.names if authors else ()
    return Entry(
        position,
        page,
        raw,
        names,
        fields.title,
        fields.year,
        fields.venue,
        fields.doi,
        fields.arxiv_id,
    )


def _join(pages: Sequence[tuple[int, str]]) -> tuple[str, list[int], list[int]]:
    """Return the lists as one text, the offset of each page in it, and its page number."""
    lines = [(number, [line.strip() for line in refs.split("\n")]) for number, refs in pages]
    edges = Counter(
        line for _, page in lines for line in {_mask(line) for line in page[:2] + page[-2:]}
    )
    headers = {line for line, times in edges.items() if line and times > max(2, len(lines) // 2)}
    text, offsets, numbers = "", [], []
    for number, page in lines:
        offsets.append(len(text))
        numbers.append(number)
        kept = [HEADING.sub("", line, count=1) if HEADING.match(line) else line for line in page]
        kept = [line for line in kept if line and not line.isdigit() and _mask(line) not in headers]
        text += "".join(f"{line}\n" for line in kept)
    return text[:MAX_TEXT], offsets or [0], numbers or [0]


def _mask(line: str) -> str:
    """Return a line without its digits, to find running headers; "" if it has few letters."""
    return re.sub(r"\d+", "#", line) if sum(c.isalpha() for c in line) >= 6 else ""
