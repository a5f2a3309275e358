"""Read a web page saved as text: search results, a list of publications, a session, or one paper.

Fixed strings of the page separate the papers: "tl;dr", "·", "published by". If a part of a paper is
missing in the saved text, the paper is kept without it, and a problem reports it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pylatexenc.latex2text import LatexNodes2Text

from papersette import loading
from papersette.errors import UserError
from papersette.records import Author, Count, Paper, Problem, Session, Slot, Venue
from papersette.sources import dates, values
from papersette.text import to_slug

PARAGRAPH = 160
"""Least number of characters of a line that is a paragraph of an abstract."""
LONGEST_NAME = 50
FOLD = re.compile(r"…\s*\((?:voir plus|see more|more|المزيد)\)")
"""Link that hides the rest of an abstract, often in the middle of a word."""
COUNT = re.compile(r"\bhas (\d{1,9}) results?\b")
TLDR = re.compile(r"(No )?tl;?dr\b[\s:]*(.*)", re.IGNORECASE)
WORD_OF_NAME = re.compile(r"(?=.)(?:[A-Z]\.)*(?:[^\W\d_]+(?:'[^\W\d_]+)*)?")
"""A word of a name: "Ada", "J.", "J.K.", "O'Neil"."""
INTERFACE = {
    "published by": ("نشر من قبل", "published by"),
    "published on": ("تاريخ النشر", "date of publication"),
    "language": ("والبحث باللغة", "language"),
    "rate": ("قيم البحث", "rate"),
    "read also": ("اقرأ أيضاً", "read also"),
    "end": ("الأسئلة المقترحة", "suggested questions", "التعليقات", "comments"),
}
"""Labels of a paper's page, in the languages of its interface."""
LANGUAGES = {
    "english": "en",
    "arabic": "ar",
    "french": "fr",
    "العربية": "ar",
    "الإنكليزية": "en",
    "الفرنسية": "fr",
}


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path
    """The saved page, text in UTF-8."""
    layout: str
    """The kind of page: "results", "publications", "session" or "paper"."""
    language: str | None = None


@dataclass
class Found:
    """The parts of a paper found on the page."""

    line: int
    title: str | None = None
    authors: tuple[str, ...] = ()
    tldr: str | None = None
    abstract: str | None = None
    year: int | None = None
    language: str | None = None


Line = tuple[int, str]
"""(number, text) of a line that is not empty."""


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield every paper of the page.

    Raises `UserError` if the layout is unknown or the page has no paper in it.
    """
    if settings.layout not in LAYOUTS:
        raise UserError(
            f"{settings.file}: “layout” is “{settings.layout}”; known are {', '.join(LAYOUTS)}"
        )
    lines = _read_lines(settings.file)
    papers = list(LAYOUTS[settings.layout](lines))
    if not papers:
        raise UserError(
            f"{settings.file}: shows no paper in the layout “{settings.layout}”; "
            f"try another of {', '.join(LAYOUTS)}"
        )
    yield Count(len(papers))
    slot = _to_slot(lines, settings.venue) if settings.layout == "session" else None
    for position, found in enumerate(papers, start=1):
        paper = _to_paper(found, settings)
        yield replace(paper, slots=(Slot(slot, position),)) if slot else paper
        if paper.title is None:
            reason = "has no title in the saved page; the paper is listed with the rest"
            item = paper.item or paper.paper_id
            yield Problem(paper.venue.venue_id, item, "read", reason, paper.paper_id)
    counts = (int(match.group(1)) for _, line in lines if (match := COUNT.search(line)))
    total = next(counts, len(papers))
    if total != len(papers):
        given = f"{total} result{'s' * (total != 1)}"
        reason = f"says that it has {given}, but shows {len(papers)}; save it again"
        yield Problem(settings.venue.venue_id, settings.file.name, "read", reason)


def _read_lines(path: Path) -> list[Line]:
    return [
        (number, line.strip())
        for number, line in enumerate(loading.read_text(path).splitlines(), start=1)
        if line.strip()
    ]


def _read_results(lines: list[Line]) -> Iterator[Found]:
    """Read title, "tl;dr …", abstract; a title may be missing."""
    start = next((index + 1 for index, (_, line) in enumerate(lines) if COUNT.search(line)), 0)
    found: Found | None = None
    waiting: list[Line] = []
    for number, line in lines[start:]:
        match = TLDR.match(line)
        if match is None:
            waiting.append((number, line))
            continue
        title = (
            waiting.pop()
            if waiting and len(waiting[-1][1]) < PARAGRAPH and not waiting[-1][1].endswith(".")
            else None
        )
        if found:
            yield replace(found, abstract=_to_abstract(waiting))
        tldr = None if match.group(1) else match.group(2) or None
        found = Found(number, title[1] if title else None, tldr=tldr)
        waiting = []
    if found:
        yield replace(found, abstract=_to_abstract(waiting))


def _read_publications(lines: list[Line]) -> Iterator[Found]:
    """Read title, authors (one a line) and perhaps an abstract.

    A line is a title if it follows an abstract or does not look like a name.
    """
    found: Found | None = None
    for number, line in lines:
        is_abstract = len(line) >= PARAGRAPH or FOLD.search(line)
        if found and is_abstract:
            found.abstract = "\n\n".join(filter(None, [found.abstract, line]))
        elif found and not found.abstract and line != found.title and _is_name(line):
            found.authors += (line,)
        else:
            if found:
                yield found
            found = Found(number, line)
    if found:
        yield found


def _is_name(line: str) -> bool:
    """Return whether all words are capitalised and none is an acronym, as in "Seeking GANs"."""
    words = re.split("[ -]", line)
    return (
        len(words) <= 6
        and len(line) > 3
        and all(WORD_OF_NAME.fullmatch(word) for word in words)
        and not any(re.search("[A-Z]{3}|[A-Z]{2}s?$", word) for word in line.split())
    )


def _read_session(lines: list[Line]) -> Iterator[Found]:
    """Read title, authors separated by "·", and abstract.

    A further paragraph continues the abstract, or is the abstract of a paper without its title.
    """
    found: Found | None = None
    for index, (number, line) in enumerate(lines):
        if index < 2 and not _precedes_authors(lines, index):
            continue  # "Session" and its title
        is_authors = "·" in line and all(len(name) < LONGEST_NAME for name in line.split("·"))
        if len(line) >= PARAGRAPH and not is_authors:
            if found and (not found.abstract or _is_continued(found.abstract, line)):
                found.abstract = "\n\n".join(filter(None, [found.abstract, line]))
            else:
                if found:
                    yield found
                found = Found(number, abstract=line)
        elif found and found.title and not found.authors and not found.abstract:
            found.authors = tuple(part.strip() for part in line.split("·"))
        else:
            if found:
                yield found
            found = Found(number, line)
    if found:
        yield found


def _precedes_authors(lines: list[Line], index: int) -> bool:
    return any("·" in line for _, line in lines[index + 1 : index + 2])


def _is_continued(before: str, line: str) -> bool:
    """Return whether a paragraph continues the previous one, by the share of long words in common.

    The share is 0.23 on average if it does, and 0.08 if it does not.
    """
    words = [set(re.findall(r"[^\W\d_]{8,}", text.lower())) for text in (before, line)]
    return len(words[0] & words[1]) >= 0.15 * max(1, len(words[1]))


def _to_slot(lines: list[Line], venue: Venue) -> Session | None:
    title = next((line for _, line in lines[:2] if line.lower() != "session"), None)
    return Session(f"{venue.venue_id}-{to_slug(title)}", title) if title else None


def _read_paper(lines: list[Line]) -> Iterator[Found]:
    """Read the paper of the page, and its related papers, most of which have no title."""
    labels = {name: _index_of(lines, words) for name, words in INTERFACE.items()}
    head = labels["published by"]
    if head is None:
        return
    rate = labels["rate"] or labels["read also"] or len(lines)
    above = [
        (number, line) for number, line in lines[:head] if not re.fullmatch(r"[\d\s.()]+", line)
    ]
    below = [(number, line) for number, line in lines[head:rate] if len(line) >= PARAGRAPH]
    number, title = above[-1] if above else (1, None)
    language = (_after(lines, labels["language"], "language") or "").lower()
    yield Found(
        number,
        title,
        tuple(filter(None, [_after(lines, head, "published by")])),
        abstract=_to_abstract(below),
        year=dates.to_year(_after(lines, labels["published on"], "published on")),
        language=LANGUAGES.get(language),
    )
    end = labels["end"] or len(lines)
    yield from _read_related(lines[(labels["read also"] or end) + 1 : end])


def _read_related(lines: list[Line]) -> Iterator[Found]:
    """Read abstracts, each after a line with count, authors and year: "116 - Ada B, Bo L 2021"."""
    authors: tuple[str, ...] = ()
    year = None
    for number, line in lines:
        credit = re.fullmatch(r"(?:\d+\s*-\s*)?(.+?)\s+((?:19|20)\d\d)", line)
        if len(line) < PARAGRAPH and credit:
            authors, year = (
                tuple(name.strip() for name in credit.group(1).split(",")),
                int(credit.group(2)),
            )
        elif len(line) >= PARAGRAPH:
            yield Found(number, authors=authors, abstract=line, year=year)
            authors, year = (), None


def _index_of(lines: list[Line], words: tuple[str, ...]) -> int | None:
    return next(
        (
            index
            for index, (_, line) in enumerate(lines)
            if line.lower().startswith(words) and len(line) < PARAGRAPH
        ),
        None,
    )


def _after(lines: list[Line], index: int | None, name: str) -> str | None:
    """Return the text after a label in a line."""
    if index is None:
        return None
    line = lines[index][1]
    word = next(word for word in INTERFACE[name] if line.lower().startswith(word))
    return line[len(word) :].strip(" :") or None


LAYOUTS = {
    "results": _read_results,
    "publications": _read_publications,
    "session": _read_session,
    "paper": _read_paper,
}


def _to_abstract(lines: list[Line]) -> str | None:
    return "\n\n".join(line for _, line in lines) or None


def _to_paper(found: Found, settings: Settings) -> Paper:
    title = values.to_text(to_plain(found.title))
    return Paper(
        paper_id=to_slug(title or "") or f"{settings.venue.venue_id}-line-{found.line}",
        venue=settings.venue,
        title=title,
        authors=tuple(
            Author(name) for name in values.to_list([to_plain(name) for name in found.authors])
        ),
        year=found.year or settings.venue.year,
        abstract=values.to_paragraphs(to_plain(found.abstract)),
        tldr=values.to_text(to_plain(found.tldr)),
        language=found.language or settings.language,
        item=f"{settings.file.name}: line {found.line}",
    )


def to_plain(text: str | None) -> str | None:
    r"""Return text without links to hidden text, TeX accents as letters, and $alpha$ in Greek.

    >>> to_plain(r'G\\\"urb\\\"uzbalaban shows $alpha$ the… (voir plus)ory')
    'Gürbüzbalaban shows α theory'
    """
    if text is None:
        return None
    text = re.sub(r"\\{2,}(?=[\"'`^~=.uvHcbdkrt])", r"\\", FOLD.sub("", text))
    text = re.sub(r"\\[\"'`^~=.]\{?\\?[^\W\d_]\}?|\\[uvHcbdkr]\{\\?[^\W\d_]\}", _to_letter, text)
    return re.sub(r"\$([A-Za-z]{2,7})\$", _to_greek, text)


def _to_letter(match: re.Match[str]) -> str:
    return str(LatexNodes2Text().latex_to_text(match.group()))


def _to_greek(match: re.Match[str]) -> str:
    case = "CAPITAL" if match.group(1)[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {match.group(1).upper()}")
    except KeyError:
        return match.group()
