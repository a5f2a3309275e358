"""Find the section headings of a paper with their pages.

Numbered headings are the best sequence of lines with consecutive numbers. Items of lists, rows of
tables and affiliations start again at 1, fill the line or are set in the type of the text. If the
sections have no numbers, the headings are the short lines in another type, such as bold.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from papersette.fulltext import covers, people, typography, vocabulary
from papersette.fulltext.typography import Line, TypedPage
from papersette.text import to_key

NUMBERED = re.compile(
    r"(?P<number>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3})(?P<dot>\.?) (?P<title>\S.{1,110})"
)
APPENDIX = re.compile(
    r"Appendix (?P<number>[A-Z])(?P<dot>[.:]?) ?(?P<title>.{0,110})", re.IGNORECASE
)
CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|tab(?:le|elle|leau|\.)?|abb(?:ildung|\.)?|scheme|box|рис|табл|شكل|جدول|图|表)"
    r"\W{0,2}\s?[\dIVX١-٩]",
    re.IGNORECASE,
)
CONTENTS_LINE = re.compile(r".*(?:[. ]{4,}|\D )\d{1,3}")
"""A line of a table of contents: it ends with a page number."""
CONTENTS_LINES = 4
"""Number of such lines that make a page a table of contents."""
LONGEST = 100
"""Longest heading without a number, in characters."""
MOST = 80
"""Largest number of unnumbered headings in one type; more are terms or names in bold."""
REPEATED = 3
"""Occurrences that make a line, apart from its numbers, a running head."""
MAX_CANDIDATES = 600
"""Largest number of candidates, as the search is quadratic; a thesis has about 100 headings."""


@dataclass(frozen=True)
class Heading:
    """A section heading; its number is "" if it has none."""

    number: str
    title: str
    page: int
    level: int = 1


class Candidate(NamedTuple):
    """A line that may be a numbered heading, with its type if that is known."""

    heading: Heading
    line: str
    dot: bool
    type: Line | None


def to_headings(
    pages: Sequence[Sequence[str]], typed: Sequence[TypedPage] = ()
) -> tuple[Heading, ...]:
    """Return the headings of a paper.

    Args:
        pages: The cleaned lines of each page, without reference lists.
        typed: The lines of each page with their type; empty for a text file.
    """
    body = typography.body_size(typed)
    types = _index_types(typed)
    numbered = _find_numbered(pages, types, body)
    if len(numbered) > 1:
        return numbered
    return _find_unnumbered(pages, typed, body)


def _index_types(typed: Sequence[TypedPage]) -> dict[tuple[int, str], Line]:
    """Return the type of each line, by its page and the key of its text."""
    return {
        (number, to_key(line.text)): line
        for number, page in enumerate(typed, start=1)
        for line in page.lines
    }


def _stands_out(line: Line, body: float) -> bool:
    """Return whether a line is set in a different type from the running text."""
    letters = [c for c in line.text if c.isalpha()]
    capitals = len(letters) > 3 and line.text.isupper()
    return line.bold or line.italic or capitals or line.size > 1.04 * body


def _find_numbered(
    pages: Sequence[Sequence[str]], types: Mapping[tuple[int, str], Line], body: float
) -> tuple[Heading, ...]:
    candidates = list(_to_candidates(pages, types))[:MAX_CANDIDATES]
    width = sorted(len(line) for lines in pages for line in lines if line)
    full = width[len(width) * 3 // 4] if width else 0
    typed = [c for c in candidates if c.type is not None and _stands_out(c.type, body)]
    found, apart = _to_sequence(candidates, full, body), _to_sequence(typed, full, body)
    if len(apart) > 2 and len(apart) >= 0.5 * len(found):
        return apart  # lines in the type of the running text are not headings
    if types and not any(vocabulary.is_section(heading.title) for heading in found):
        return ()  # they are numbered notes or items
    return found


def _to_sequence(candidates: Sequence[Candidate], full: int, body: float) -> tuple[Heading, ...]:
    dotted = next(
        (c.dot for c in candidates if c.heading.title.lower().startswith("introduction")), None
    )
    weights = [_weight(c, full, dotted, body) for c in candidates]
    return tuple(_best_sequence([c.heading for c in candidates], weights))


def _to_candidates(
    pages: Sequence[Sequence[str]], types: Mapping[tuple[int, str], Line]
) -> Iterator[Candidate]:
    for page, lines in enumerate(pages, start=1):
        listed = (line for line in lines if line[-1:].isdecimal() and CONTENTS_LINE.fullmatch(line))
        if sum(1 for _ in listed) >= CONTENTS_LINES and any(
            re.fullmatch(vocabulary.CONTENTS, line.strip(), re.IGNORECASE) for line in lines
        ):
            continue
        for line in lines:
            found = APPENDIX.fullmatch(line) or NUMBERED.fullmatch(line)
            if found and _looks_like_title(found["title"]) and not _is_affiliation(line, page):
                heading = Heading(
                    found["number"], found["title"].strip(), page, found["number"].count(".") + 1
                )
                yield Candidate(heading, line, bool(found["dot"]), types.get((page, to_key(line))))


def _is_affiliation(line: str, page: int) -> bool:
    return page == 1 and bool(people.INSTITUTION.search(line)) and "," in line


def _looks_like_title(title: str) -> bool:
    letters = [c for c in title if c.isalpha()]
    ends_well = title[-1:] not in {",", ";"} and (
        title[-1:] not in {".", ":"} or len(title.split()) <= 8
    )
    return (
        len(letters) >= 3
        and (
            letters[0].isupper()
            or letters[0].lower() == letters[0].upper()
            or not title[0].isalpha()
        )
        and ends_well
        and len(letters) > 0.6 * len(title.replace(" ", ""))
    )


def _weight(candidate: Candidate, full: int, dotted: bool | None, body: float) -> float:
    """Return a score between 0.1 and 3: how much a line looks like a heading."""
    heading, line, dot, kind = candidate
    words = [word for word in heading.title.split() if len(word) > 3]
    capital = sum(word[0].isupper() for word in words) / max(1, len(words))
    weight = 1 + 0.5 * capital
    weight -= 0.5 * (len(line) > 0.85 * full)
    weight -= 0.4 * (dotted is not None and dot is not dotted and "." not in heading.number)
    weight += 0.5 * line.lower().startswith("appendix")
    weight += 0.7 * (kind is not None and _stands_out(kind, body))
    return max(weight, 0.1)


def _best_sequence(headings: list[Heading], weights: list[float]) -> list[Heading]:
    """Return the sequence of consecutive numbers with the highest total weight."""
    best = [
        weight if heading.number == "1" else 0.0
        for heading, weight in zip(headings, weights, strict=True)
    ]
    before = [-1] * len(headings)
    for i, heading in enumerate(headings):
        for j in range(i):
            if (
                best[j]
                and best[j] + weights[i] > best[i]
                and may_follow(headings[j].number, heading.number)
            ):
                best[i], before[i] = best[j] + weights[i], j
    if not any(best):
        return []
    sequence, index = [], best.index(max(best))
    while index >= 0:
        sequence.append(headings[index])
        index = before[index]
    return sequence[::-1]


def may_follow(one: str, other: str) -> bool:
    """Return whether heading `other` can follow heading `one`.

    >>> [may_follow("2.1", n) for n in ("2.2", "3", "2.1.1", "A", "4", "2.3")]
    [True, True, True, True, False, False]
    """
    a, b = one.split("."), other.split(".")
    if len(b) > len(a):
        return len(b) == len(a) + 1 and b[:-1] == a and b[-1] == "1"
    if b[:-1] != a[: len(b) - 1]:
        return False
    last, new = a[len(b) - 1], b[-1]
    if last.isdigit() and new.isdigit():
        return int(new) == int(last) + 1
    if len(b) == 1 and last.isdigit():
        return new == "A"
    return len(b) == 1 and new.isalpha() and ord(new) == ord(last) + 1


def _find_unnumbered(
    pages: Sequence[Sequence[str]], typed: Sequence[TypedPage], body: float
) -> tuple[Heading, ...]:
    """Return the headings without numbers: lines of a type that no running text is set in."""
    groups: defaultdict[tuple[float, bool, bool, bool], list[tuple[int, int, str]]]
    groups = defaultdict(list)
    occurrences: Counter[str] = Counter()
    running_text: Counter[tuple[float, bool, bool, bool]] = Counter()
    for number, (page, lines) in enumerate(zip(typed, pages, strict=False), start=1):
        kept = {to_key(line) for line in lines}
        for position, text, line in _joined_lines(page):
            kind = (round(line.size * 2) / 2, line.bold, line.italic, text.isupper())
            running_text[kind] += len(text) > LONGEST or text[-1] in ".,;"
            if not _stands_out(line, body) or not _may_be_heading(text):
                continue
            occurrences[_mask(text)] += 1
            if _is_kept(text, kept):
                groups[kind].append((number, position, text))
    chosen = {
        kind: found
        for kind, given in groups.items()
        if (found := [one for one in given if occurrences[_mask(one[2])] < REPEATED])
        and _is_heading_type(kind, found, running_text[kind], body)
    }
    levels = {kind: level for level, kind in enumerate(sorted(chosen, key=_rank), start=1)}
    entries = sorted(
        (number, position, text, levels[kind])
        for kind, found in chosen.items()
        for number, position, text in found
    )
    start = _first_section(entries)
    return tuple(Heading("", text, page, level) for page, _, text, level in entries[start:])


def _mask(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower())


def _rank(kind: tuple[float, bool, bool, bool]) -> tuple[float, bool, bool, bool]:
    """Return a sort key of types, highest level first: larger, capitals, bold, upright."""
    size, bold, italic, capitals = kind
    return -size, not capitals, not bold, italic


def _joined_lines(page: TypedPage) -> Iterator[tuple[int, str, Line]]:
    """Yield position, text and first line of one heading from neighbouring lines in one type."""
    position = 0
    while position < len(page.lines):
        first = last = page.lines[position]
        text, start = first.text, position
        position += 1
        while position < len(page.lines) and _continues(last, page.lines[position], first):
            last = page.lines[position]
            text += " " + last.text
            position += 1
        yield start, text, first


def _continues(last: Line, line: Line, first: Line) -> bool:
    return (
        line.same_type(first)
        and 0.5 * line.size < last.baseline - line.baseline < 1.6 * line.size
        and not vocabulary.is_section(last.text)
        and not vocabulary.is_section(line.text)
    )


def _may_be_heading(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return (
        len(letters) >= 3
        and len(text) <= LONGEST
        and len(letters) > 0.7 * len(text.replace(" ", ""))
        and not letters[0].islower()
        and text[-1] not in ".,;"
        and not text[0].isdigit()
        and not CAPTION.match(text)
        and not covers.is_boilerplate(text)
        and not covers.is_kind(text)
        and not vocabulary.is_front(text)
        and "@" not in text
    )


def _is_kept(text: str, kept: set[str]) -> bool:
    """Return whether cleaning has kept a line; it drops running heads."""
    key = to_key(text)
    return key in kept or any(len(line) > 3 and key.startswith(line) for line in kept)


def _is_heading_type(
    kind: tuple[float, bool, bool, bool],
    found: Sequence[tuple[int, int, str]],
    running_text: int,
    body: float,
) -> bool:
    """Return whether the lines of a type are headings: few, on several pages, or of known names."""
    size, bold, _, capitals = kind
    known = sum(vocabulary.is_section(text) for _, _, text in found)
    if len(found) > MOST or size < 0.9 * body:
        return False
    if len(found) < running_text:
        return False  # these are quotations or abstracts
    pages = {page for page, _, _ in found}
    return known > 0 or (len(found) >= 3 and len(pages) >= 2 and (bold or capitals or size > body))


def _first_section(entries: Sequence[tuple[int, int, str, int]]) -> int:
    """Return the index of the first heading after title and authors."""
    for i, (page, _, text, _) in enumerate(entries):
        if vocabulary.is_section(text) or page > 1:
            return i
    return len(entries)
