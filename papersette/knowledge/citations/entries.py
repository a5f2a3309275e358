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

from papersette.knowledge.citations.authors import Authors, read_authors
from papersette.knowledge.citations.fields import YEAR, Fields, read_fields
from papersette.knowledge.citations.list_end import count_entries
from papersette.knowledge.citations.splitting import Start, find_starts
from papersette.knowledge.citations.untitled import read_untitled
from papersette.list_headings import find_kind
from papersette.names import Name

HEADING = re.compile(
    r"(?:\d{1,4}\.?\s)?\s*(?:R ?eferences(?: and notes| cited| references)?|B ?ibliography"
    r"|Literatur(?:verzeichnis)?|Références|Bibliographie|Referencias)\b\s*:?\s*",
    re.IGNORECASE,
)
"""A heading that the text engine joined to the first entry."""
LOOSE = re.compile(r"(?<=\b[A-ZÀ-Þ]) (?=[,.](?:\s|$))|(?<=[A-ZÀ-Þ]{2}) (?=[,.](?:\s|$))")
"""A space before a comma or full stop, after letter-spaced capitals: "BERRY, L . L ."."""
REPEATED = re.compile(
    r"(?:[—–―_-][—–―_\s-]*|(?:[Dd]ers|[Dd]ies|[Ii]dem|[Ii]d|[Ii]bid|[Ee]bd|Он же)\.?)"
    r"(?:[.,:]\s*|\s*(?=\())"
)
"""A dash or word that repeats the authors of the previous entry."""
GLUED = re.compile(r"\b((?:1[5-9]|20)\d\d[a-z]?[.:,)]+)(?=[^\W\d_]{2}|[¿¡“‘«])")
"""A year that is not followed by a space."""
GLUED_BEFORE = re.compile(r"(?<=[\s.][^\W\d_a-z]\.)(?=(?:19|20)\d\d[a-z]?[.:,)])")
"""Where no space is between initials and a year: "Roe, K.B.1994."."""
VANCOUVER = re.compile(
    r"[^\W\d_][\w’'-]+(?:\s[^\W\d_][\w’'-]+){0,2}\s(?:[^\W\d_a-z]{1,3},|[^\W\d_a-z]{2,3}[.;])\s"
)
"""A family name and initials without stops between them, at the start of an entry: "Ulm AB,"."""
MIN_VANCOUVER = 3
"""Least number of such entries, more than half of a list, that show its style."""
LEAD_IN = re.compile(
    r"^(?:\(?a\)\s)?(?:(?:[Ff]or\s(?:an?\s|recent\s|some\s)*(?:reviews?|examples?)[^.,:;]{0,60}[,:]?\s)?"
    r"[Ss]ee(?:,?\s(?:also|e\.\s?g\.|for\s(?:example|instance|a\sreview)))?[,:]?\s|[Cc]f\.,?\s)?"
    r"(?=[^\W\d_a-z])"
)
"""Words before the authors of a work that notes on the text cite: "See, for example, A. Roe"."""
PART = re.compile(r"(?:^|(?<=[.;])\s)\(?([a-h])\)\s(?=[^\W\d_])")
"""A label of one of several works in one entry, as chemists print them: "(a) … (b) …"."""
SAME = "Same, A."
"""Author name that replaces a dash or word while the entry is parsed."""
SHORTEST_ENTRY = 8
"""Characters of an entry; what is shorter names no work."""
MAX_ENTRY = 4000
"""Longest entry in characters; the largest collaborations fit, and the rest is other text."""
MAX_TEXT = 300_000
"""Most characters of a paper's lists that are read, some 1,500 entries; the rest is left out."""


@dataclass(frozen=True)
class Entry:
    """One entry of a reference list."""

    position: int
    """Position in the paper's lists, from 1."""
    page: int | None
    """Page on which the entry begins, if the paper has text."""
    raw: str
    """The entry as printed, its lines joined by spaces."""
    authors: tuple[Name, ...] = ()
    title: str | None = None
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None


def parse_references(pages: Sequence[tuple[int, str]]) -> list[Entry]:
    """Parse the lists of one paper, from (page number, text of the lists on that page).

    An empty line before a line means that the layout of the page shows the start of an entry there.
    """
    text, offsets, numbers, marked = _join(pages)
    starts = find_starts(text, marked)
    if not starts or (starts[0].offset > 40 and YEAR.search(text, 0, starts[0].offset)):
        starts = [Start(0, 0), *starts]
    found = []
    for start, end in zip(starts, [*(s.offset for s in starts[1:]), len(text)], strict=True):
        raw = " ".join(text[start.offset : min(end, start.offset + MAX_ENTRY)].split())
        content = " ".join(text[start.content : min(end, start.offset + MAX_ENTRY)].split())
        if len(content) >= SHORTEST_ENTRY:
            page = numbers[max(0, bisect_right(offsets, start.offset) - 1)]
            found += [(page, *part) for part in _split_parts(raw, content)]
    entries, authors = _to_entries(found)
    if any(start.content > start.offset for start in starts):
        return entries  # the labels determine the end of the list
    complete = [bool(entry.title and entry.year) for entry in entries]
    return entries[: count_entries(authors, complete)]


def _split_parts(raw: str, content: str) -> list[tuple[str, str]]:
    """Return (text, text after the label) of each work in an entry, mostly of one."""
    labels = list(PART.finditer(content)) if content[:3].lstrip("(").startswith("a)") else []
    if "".join(label[1] for label in labels) != "abcdefgh"[: len(labels)] or len(labels) < 2:
        return [(raw, content)]
    ends = [*(label.start() for label in labels[1:]), len(content)]
    parts = zip(labels, ends, strict=True)
    pairs = [(content[m.start() : end].strip(), content[m.end() : end]) for m, end in parts]
    return [(f"{raw[: -len(content)]}{pairs[0][0]}", pairs[0][1]), *pairs[1:]]


def _to_entries(found: Sequence[tuple[int, str, str]]) -> tuple[list[Entry], list[Authors | None]]:
    """Return the entries of (page, text, text after the label), and their authors as parsed."""
    matches = sum(bool(VANCOUVER.match(content)) for _, _, content in found)
    vancouver = matches >= MIN_VANCOUVER and matches > len(found) / 2
    entries: list[Entry] = []
    every: list[Authors | None] = []
    for page, raw, content in found:
        content = LEAD_IN.sub("", content, count=1)
        repeated = REPEATED.match(content) if entries else None
        text = f"{SAME}, {content[repeated.end() :]}" if repeated else content
        text = GLUED_BEFORE.sub(" ", GLUED.sub(r"\1 ", text))
        authors = read_authors(text, vancouver=vancouver)
        untitled = read_untitled(text, authors, vancouver=vancouver)
        authors = untitled.authors if untitled else authors
        names = authors.names if authors else ()
        if repeated:
            names = entries[-1].authors + names[1:]
        fields = read_fields(text, authors, untitled)
        entries.append(_to_entry(len(entries) + 1, page, raw, names, fields))
        every.append(authors)
    return entries, every


def _to_entry(position: int, page: int, raw: str, names: tuple[Name, ...], fields: Fields) -> Entry:
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


def _join(pages: Sequence[tuple[int, str]]) -> tuple[str, list[int], list[int], list[int]]:
    """Return the lists as one text, the offset and number of each page, and the marked offsets."""
    lines = [(number, [line.strip() for line in refs.split("\n")]) for number, refs in pages]
    headers = _find_headers([[line for line in page if line] for _, page in lines])
    text, offsets, numbers, marked = "", [], [], []
    for number, page in lines:
        offsets.append(len(text))
        numbers.append(number)
        before = None
        for line in page:
            kept = _without_loose(_without_heading(line))
            if kept and not kept.isdigit() and not (headers and _mask(kept) in headers):
                if before == "":
                    marked.append(len(text))
                text += f"{kept}\n"
            before = line
    return text[:MAX_TEXT], offsets or [0], numbers or [0], marked


def _find_headers(pages: Sequence[list[str]]) -> set[str]:
    """Return the running headers, without digits: lines at the edges of most pages."""
    edges = Counter(
        line for page in pages for line in {_mask(line) for line in page[:2] + page[-2:]}
    )
    return {line for line, times in edges.items() if line and times > max(2, len(pages) // 2)}


def _without_heading(line: str) -> str:
    """Return a line without the heading at its start."""
    if find_kind(line) in {"lists", "weak"}:
        return ""
    return HEADING.sub("", line, count=1) if HEADING.match(line) else line


def _without_loose(line: str) -> str:
    """Return a line without loose spaces; most lines have none, which is faster to tell."""
    return LOOSE.sub("", line) if " ," in line or " ." in line else line


def _mask(line: str) -> str:
    """Return a line without digits, to compare running headers; "" if it has few letters."""
    return re.sub(r"\d+", "#", line) if sum(map(str.isalpha, line)) >= 6 else ""
