"""Find title, authors' block and abstract on page 1, and the section headings with their pages.

What is not certain is None. The title is the text of page 1 in the largest font, which pdfminer.six
reports. The abstract and the numbered headings are found in the cleaned lines: headings are those
whose numbers form a sequence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pdfminer.layout import LTChar, LTPage, LTTextContainer, LTTextLine, LTTextLineHorizontal

from papersette.fulltext import cleaning, layout

VERSION = "1"
"""Part of the cache's key: changes when the structure of the same file may change."""

ABSTRACT = re.compile(
    r"(?i:a ?bstract|summary|résumé)\s*(?:[.:—–-]+\s*(?P<rest>.*))?|(?i:abstract) (?P<more>[A-Z].*)"
)
AFTER_ABSTRACT = re.compile(
    r"(?i:(?:key ?words|index terms|mots[- ]clés|ccs concepts|categories and subject)\b.*"
    r"|(?:(?:1|I)\s*\.?\s*)?i ?ntroduction)"
)
FOOTNOTE = re.compile(
    r"(?i:(?:©|\(c\)|c) ?(?:19|20)\d\d .*|(?:proceedings|copyright|under review).*)|[∗†‡§*].{0,200}"
)
TITLE_SECONDS = 10
"""Time limit: the layout of a page of scattered words can take pdfminer.six minutes."""
LONGEST_ABSTRACT = 5000
NUMBERED = re.compile(
    r"(?P<number>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3})(?P<dot>\.?) (?P<title>\S.{1,110})"
)
APPENDIX = re.compile(
    r"Appendix (?P<number>[A-Z])(?P<dot>[.:]?) ?(?P<title>.{0,110})", re.IGNORECASE
)


@dataclass(frozen=True)
class Front:
    """Title, authors and abstract as page 1 shows them."""

    title: str | None = None
    authors: str | None = None
    """The lines between title and abstract, unchanged: names, affiliations, addresses."""
    abstract: str | None = None


@dataclass(frozen=True)
class Heading:
    """A numbered section heading."""

    number: str
    title: str
    page: int


def read_front(path: Path, lines: list[list[str]]) -> Front:
    """Read title and authors from page 1 of the PDF, and the abstract from the cleaned lines."""
    title, authors = _title_and_authors(path) if path.suffix.lower() == ".pdf" else (None, None)
    return Front(title, authors, to_abstract(lines))


def _title_and_authors(path: Path) -> tuple[str | None, str | None]:
    try:
        with layout.deadline(TITLE_SECONDS):
            page = next(layout.read_layout(path, [0]), None)
    except Exception:  # noqa: BLE001 - pdfminer.six raises anything on a damaged file
        return None, None  # the text, which pdfium has read, is still used
    if page is None:
        return None, None
    lines = sorted(_upper_lines(page), key=lambda line: -line.y1)
    sizes = [_size(line) for line in lines]
    if not sizes:
        return None, None
    largest = max(sizes)
    first = sizes.index(largest)
    title = list(
        takewhile(
            lambda pair: pair[1] > largest - 0.6, zip(lines[first:], sizes[first:], strict=True)
        )
    )
    texts = (_text(line) for line in lines[first + len(title) :])
    rest = takewhile(lambda text: not (ABSTRACT.fullmatch(text) or NUMBERED.fullmatch(text)), texts)
    return _joined(_text(line) for line, _ in title), "\n".join(rest) or None


def _upper_lines(page: LTPage) -> Iterator[LTTextLine]:
    """Yield the horizontal lines in the upper three quarters of the page that contain words."""
    for box in page:
        for line in box if isinstance(box, LTTextContainer) else ():
            if (
                isinstance(line, LTTextLineHorizontal)
                and line.y0 > page.height / 4
                and len(re.findall(r"[^\W\d_]", _text(line))) > 3
            ):
                yield line


def _size(line: LTTextLine) -> float:
    sizes = sorted(
        round(c.size, 1) for c in line if isinstance(c, LTChar) and not c.get_text().isspace()
    )
    return sizes[len(sizes) // 2] if sizes else 0.0


def _text(line: LTTextLine) -> str:
    return " ".join(cleaning.fold_characters(line.get_text()).split())


def _joined(lines: Iterator[str]) -> str | None:
    found = list(lines)
    return " ".join(cleaning.join_hyphenated(found, cleaning.to_vocabulary([found]))) or None


def to_abstract(pages: list[list[str]]) -> str | None:
    """Return the text between the heading of the abstract and the next heading, up to page 2.

    >>> to_abstract([["On Trees", "Abstract", "We ask.", "We answer.", "Keywords: trees"]])
    'We ask. We answer.'
    """
    lines = iter(line for page in pages[:2] for line in page)
    start = next((found for line in lines if (found := ABSTRACT.fullmatch(line))), None)
    if start is None:
        return None
    first = start["rest"] or start["more"] or ""
    following = takewhile(
        lambda line: not AFTER_ABSTRACT.fullmatch(line) and not _is_first_heading(line), lines
    )
    text = " ".join([first, *(line for line in following if not FOOTNOTE.fullmatch(line))]).strip()
    return text if 0 < len(text) <= LONGEST_ABSTRACT else None


def _is_first_heading(line: str) -> bool:
    found = NUMBERED.fullmatch(line)
    return bool(
        found and found["number"] in {"1", "I"} and found["title"][0].isupper() and len(line) < 60
    )


def to_headings(pages: list[list[str]]) -> tuple[Heading, ...]:
    """Return the numbered headings: the best sequence of lines with consecutive numbers.

    Most lines that begin with a number belong to lists and tables. Their numbers restart, they fill
    the line, and their format differs from that of “1 Introduction” in the same paper.
    """
    candidates = [
        (Heading(found["number"], found["title"].strip(), page), line, bool(found["dot"]))
        for page, lines in enumerate(pages, start=1)
        for line in lines
        if (found := APPENDIX.fullmatch(line) or NUMBERED.fullmatch(line))
        and _looks_like_title(found["title"])
    ][:MAX_CANDIDATES]
    width = sorted(len(line) for lines in pages for line in lines if line)
    full = width[len(width) * 3 // 4] if width else 0
    dotted = next(
        (dot for heading, _, dot in candidates if heading.title.lower().startswith("introduction")),
        None,
    )
    weights = [_weight(heading, line, dot, full, dotted) for heading, line, dot in candidates]
    return tuple(_best_sequence([heading for heading, _, _ in candidates], weights))


MAX_CANDIDATES = 600
"""The search is quadratic in the candidates; a thesis has about a hundred headings."""


def _looks_like_title(title: str) -> bool:
    letters = [c for c in title if c.isalpha()]
    ends_well = title[-1:] not in {",", ";"} and (
        title[-1:] not in {".", ":"} or len(title.split()) <= 8
    )
    return (
        len(letters) >= 3
        and (letters[0].isupper() or not title[0].isalpha())
        and ends_well
        and len(letters) > 0.6 * len(title.replace(" ", ""))
    )


def _weight(heading: Heading, line: str, dot: bool, full: int, dotted: bool | None) -> float:
    """Return a score between 0.1 and 2 for how much a line looks like a heading."""
    words = [word for word in heading.title.split() if len(word) > 3]
    capital = sum(word[0].isupper() for word in words) / max(1, len(words))
    weight = 1 + 0.5 * capital
    weight -= 0.5 * (len(line) > 0.85 * full)
    weight -= 0.4 * (dotted is not None and dot is not dotted and "." not in heading.number)
    weight += 0.5 * line.lower().startswith("appendix")
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
