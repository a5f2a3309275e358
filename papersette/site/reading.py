"""Reads what the reader shows of a page: the page, marked words, and hits on other pages."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from papersette.printed import highlights, quotes
from papersette.printed.highlights import Line
from papersette.printed.pages import Box, Layout
from papersette.search.needles import Needle, find
from papersette.search.passages import mark
from papersette.site.canned_queries import DATABASE
from papersette.site.pdf_folder import Pdf, find_pdf_of, to_folder
from papersette.site.printed_pages import Unavailable, printed_pages_of
from papersette.site.search_service import Indexing, service_of
from papersette.text import to_letters

PAPER = """
select paper_id, title, language, url, pdf_url, file, file_sha256,
  coalesce((select max(page) from pages where pages.paper_id = papers.paper_id), 0) as last_page
from papers where paper_id = ?
"""
PAGE = "select body, refs from pages where paper_id = ? and page = ?"
PAGES = """
select page, coalesce(body, '') || char(10) || coalesce(refs, '') from pages where paper_id = ?
"""
HEADINGS = "select number || heading from sections where paper_id = ? and page = ?"
ENTRIES = "select raw from citations where paper_id = ? and page = ? order by position"
HITS = 40
"""Number of hits listed beside a page, from the nearest pages."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the extracted text."""

    pieces: list[tuple[bool, str]]
    """(whether the piece belongs to the passage, its text with words marked) of each piece."""
    is_heading: bool = False


@dataclass
class Reading:
    """One page of a paper, as the template read.html shows it."""

    paper: Mapping[str, Any]
    page: int
    q: str = ""
    last: int = 0
    """Number of the paper's last page."""
    hits: list[tuple[int, str]] = field(default_factory=list)
    """(page, passage) of each page of the paper with words of the query, in order."""
    passage: str = ""
    """The highlighted passage; "" for none."""
    state: str = ""
    """State of a quote: "same", "changed", "moved" to this page, or "missing" from the paper."""
    reason: str = ""
    """Reason why the page is not shown as printed, although there is a PDF."""
    pdf: Pdf | None = None
    layout: Layout | None = None
    lines: list[Line] = field(default_factory=list)
    passage_boxes: list[Box] = field(default_factory=list)
    word_boxes: list[Box] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    """Paragraphs of the extracted text, without the references."""
    entries: list[Paragraph] = field(default_factory=list)
    """Entries of the reference list on the page."""

    @property
    def hits_around(self) -> list[tuple[int, str]]:
        """At most `HITS` hits, from the pages nearest to this one."""
        nearest = sorted(self.hits, key=lambda hit: abs(hit[0] - self.page))[:HITS]
        return sorted(nearest)

    def next_hit(self, step: int) -> int | None:
        """Return the page of the next (1) or previous (-1) hit; None if there is none."""
        pages = [page for page, _ in self.hits if (page - self.page) * step > 0]
        return min(pages, key=lambda page: abs(page - self.page), default=None)


async def read_paper(datasette: Any, paper_id: str) -> Mapping[str, Any] | None:
    """Return the fields of a paper that the reader needs; None if there is no such paper."""
    found = (await datasette.get_database(DATABASE).execute(PAPER, [paper_id])).first()
    return dict(found) if found else None


async def find_pdf(datasette: Any, paper: Mapping[str, Any]) -> Pdf | None:
    """Return the PDF of a paper if the site has it, else None."""
    return await asyncio.to_thread(find_pdf_of, to_folder(datasette), paper)


async def read_page(
    datasette: Any,
    paper: Mapping[str, Any],
    page: int | None,
    q: str = "",
    quote: tuple[str, str] = ("", ""),
    as_text: bool = False,
) -> Reading:
    """Return what to show of a page.

    Args:
        datasette: The server.
        paper: A paper from `read_paper`.
        page: Number of the page, from 1; None for the first one with words of the query.
        q: The query.
        quote: Quote and check from `quotes.to_quote`; two empty texts for none.
        as_text: Whether to show the extracted text although there is a PDF.

    Raises:
        Busy: Too many pages are waiting to be read.
    """
    needles, hits = await asyncio.to_thread(_search, datasette, str(paper["paper_id"]), q)
    shown = page or (hits[0][0] if hits else 1)
    reading = Reading(paper, shown, q, paper["last_page"], hits)
    reading.passage = next((p for number, p in hits if number == shown), "")
    if quote[0]:
        await _follow_quote(datasette, reading, quote)
    reading.pdf = await find_pdf(datasette, paper)
    if reading.pdf and not as_text:
        await _add_layout(datasette, reading, needles)
    if reading.layout is None:
        await _add_text(datasette, reading, needles)
    return reading


def _search(datasette: Any, paper_id: str, q: str) -> tuple[list[Needle], list[tuple[int, str]]]:
    """Return the words to mark, and the hits in the paper; none while the search is not ready."""
    service = service_of(datasette) if q.strip() else None
    try:
        engine = service.engine(wait=0) if service else None
    except (Indexing, RuntimeError):
        engine = None
    if engine is None:
        return [], []
    return engine.to_needles(q), engine.find_in_paper(paper_id, q)


async def _follow_quote(datasette: Any, reading: Reading, quote: tuple[str, str]) -> None:
    """Show the passage that a link quotes, and whether it has changed."""
    database = datasette.get_database(DATABASE)
    found = await database.execute(PAGES, [reading.paper["paper_id"]])
    texts = dict(found.rows)
    located = await asyncio.to_thread(quotes.locate, *quote, texts, reading.page)
    if located is None:
        reading.passage, reading.state = "", "missing"
        return
    is_here = located.page == reading.page
    reading.page, reading.passage = located.page, located.passage
    reading.state = located.state if is_here or located.state == "changed" else "moved"


async def _add_layout(datasette: Any, reading: Reading, needles: Sequence[Needle]) -> None:
    """Add the printed page, or the reason why it cannot be shown."""
    assert reading.pdf is not None
    try:
        layout = await printed_pages_of(datasette).layout(reading.pdf, reading.page)
    except Unavailable as error:
        reading.reason = str(error)
        return
    reading.layout, reading.last = layout, layout.pages
    await asyncio.to_thread(_add_boxes, reading, layout, needles)


def _add_boxes(reading: Reading, layout: Layout, needles: Sequence[Needle]) -> None:
    lines = highlights.to_lines(layout)
    reading.lines = lines
    found = highlights.find_passage(layout, reading.passage) if reading.passage else None
    if found:
        reading.passage_boxes = highlights.to_boxes(layout, lines, *found)
    for start, end in highlights.find_words(layout, needles) if needles else ():
        reading.word_boxes += highlights.to_boxes(layout, lines, start, end)


async def _add_text(datasette: Any, reading: Reading, needles: Sequence[Needle]) -> None:
    """Add the extracted text of the page."""
    database = datasette.get_database(DATABASE)
    where = [reading.paper["paper_id"], reading.page]
    row = (await database.execute(PAGE, where)).first()
    if row is None:
        return
    entries = [raw for (raw,) in (await database.execute(ENTRIES, where)).rows]
    refs = entries or [" ".join((row["refs"] or "").split())]
    found = await database.execute(HEADINGS, where)
    headings = {to_letters(heading)[0] for (heading,) in found.rows}
    texts = [(row["body"] or "").split("\n"), refs]
    reading.paragraphs, reading.entries = await asyncio.to_thread(
        lambda: [_to_paragraphs(part, reading.passage, needles, headings) for part in texts]
    )


def _to_paragraphs(
    texts: Sequence[str], passage: str, needles: Sequence[Needle], headings: Collection[str]
) -> list[Paragraph]:
    """Return the paragraphs that have text; `headings` are in the form of `to_letters`."""
    shown = []
    for text, (start, end) in highlights.locate_in_paragraphs(texts, passage):
        parts = (text[:start], text[start:end], text[end:])
        pieces = [(n == 1, _mark(part, needles)) for n, part in enumerate(parts) if part.strip()]
        if pieces:
            is_heading = len(text) < 200 and to_letters(text)[0] in headings
            shown.append(Paragraph(pieces, is_heading))
    return shown


def _mark(text: str, needles: Sequence[Needle]) -> str:
    """Return a text with words marked; spaces at its ends, which separate pieces, are kept."""
    marked = mark(text, needles) if needles and find(text, needles) else " ".join(text.split())
    before = " " if text[0].isspace() else ""
    return f"{before}{marked}{' ' if text[-1].isspace() else ''}"
