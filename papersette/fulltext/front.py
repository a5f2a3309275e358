"""Read title, authors and abstract of a paper from its first pages.

Uncertain values are None. Cover sheets of archives are skipped; they and the file's metadata are
only used to confirm what the pages show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from papersette.fulltext import bylines, covers, titles, typography, vocabulary
from papersette.fulltext.typography import Line, Metadata, TypedPage
from papersette.records import Author

PAGES = 4
"""Number of pages that may show the title: two cover sheets may precede it."""
ABOVE = 6
"""Number of lines above a title that may name the authors."""
ABSTRACT = re.compile(
    rf"(?:{vocabulary.ABSTRACT})(?:\s*[-–/|]\s*(?:{vocabulary.ABSTRACT}))?\s*"
    rf"(?:[.:—–_-]+\s*(?P<rest>.*))?|(?i:abstract) (?P<more>[A-Z].*)",
    re.IGNORECASE,
)
AFTER_ABSTRACT = re.compile(
    rf"(?:(?:{vocabulary.KEYWORDS})\b.*|(?:(?:1|I)\s*\.?\s*)?(?:{vocabulary.INTRODUCTION}|"
    rf"i ntroduction)\W*|(?:{vocabulary.ABSTRACT})\W*)",
    re.IGNORECASE,
)
FOOTNOTE = re.compile(
    r"(?i:(?:©|\(c\)|c) ?(?:19|20)\d\d .*|(?:proceedings|copyright|under review).*)|[∗†‡§*].{0,200}"
)
FIRST_SECTION = re.compile(r"(?:1|I)\.? [A-ZÀ-ÞА-Я].{1,56}")
LONGEST_ABSTRACT = 5000


@dataclass(frozen=True)
class Front:
    """Title, authors and abstract as the first pages show them."""

    title: str | None = None
    authors: tuple[Author, ...] = ()
    abstract: str | None = None


def read_front(
    pages: Sequence[TypedPage], metadata: Metadata, lines: Sequence[Sequence[str]]
) -> Front:
    """Read title and authors from the type of the first pages, and the abstract from the lines.

    Args:
        pages: The first pages with their type; empty for a text file.
        metadata: Title and author that the file states about itself.
        lines: The cleaned lines of each page.
    """
    first = list(pages[:PAGES])
    texts = ["\n".join(line.text for line in page.columns) for page in first]
    sheets = _count_sheets(texts)
    sheet, own = "\n".join(texts[:sheets]), first[sheets:]
    title = titles.find_title(own, sheet, metadata, typography.body_size(pages))
    if title is None and sheets:
        title = titles.find_title(first[:sheets], "", metadata, typography.body_size(pages))
        own = first[:sheets]
    authors = _find_authors(title, own, metadata, "\n".join(texts)) if own else ()
    return Front(title.text if title else None, authors, to_abstract(lines[sheets:]))


def _count_sheets(texts: Sequence[str]) -> int:
    """Return the number of cover sheets at the beginning; the last page is never counted."""
    sheets = takewhile(covers.is_cover, texts[: len(texts) - 1])
    return sum(1 for _ in sheets)


def _find_authors(
    title: titles.Title | None, pages: Sequence[TypedPage], metadata: Metadata, shown: str
) -> tuple[Author, ...]:
    if title is None or not title.lines:
        return bylines.to_stated_authors(metadata.author, shown)
    lines = pages[title.page].columns
    found = bylines.to_authors(_below(lines, title.lines))
    return (
        found
        or bylines.to_stated_authors(metadata.author, shown)
        or bylines.to_authors(_above(lines, title.lines))
    )


def _below(lines: Sequence[Line], title: Sequence[Line]) -> list[Line]:
    """Return the lines below a title or beside it, from top to bottom and from left to right."""
    first, last = (f(line.baseline for line in title) for f in (max, min))
    left, right = min(line.left for line in title), max(line.right for line in title)
    below = [
        line
        for line in lines
        if line not in title
        and (
            line.baseline < last - 1
            or (line.baseline < first + 1 and (line.right < left or line.left > right))
        )
    ]
    return sorted(below, key=lambda line: (-round(line.baseline), line.left))


def _above(lines: Sequence[Line], title: Sequence[Line]) -> list[Line]:
    """Return the lines directly above a title, where some papers print the authors."""
    first = max(line.baseline for line in title)
    above = sorted((line for line in lines if line.baseline > first + 1), key=lambda o: o.baseline)
    return above[:ABOVE][::-1]


def to_abstract(pages: Sequence[Sequence[str]]) -> str | None:
    """Return the text between the heading of the abstract and the next heading, up to page 2.

    >>> to_abstract([["On Trees", "Abstract", "We ask.", "We answer.", "Keywords: trees"]])
    'We ask. We answer.'
    """
    lines = iter(line for page in pages[:2] for line in page)
    start = next((found for line in lines if (found := ABSTRACT.fullmatch(line))), None)
    if start is None:
        return None
    following = takewhile(
        lambda line: not AFTER_ABSTRACT.fullmatch(line) and not FIRST_SECTION.fullmatch(line), lines
    )
    return _joined([start["rest"] or start["more"] or "", *following])


def _joined(lines: Iterator[str] | list[str]) -> str | None:
    text = " ".join(line for line in lines if not FOOTNOTE.fullmatch(line)).strip()
    return text if 0 < len(text) <= LONGEST_ABSTRACT else None
