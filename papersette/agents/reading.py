"""The tool read: the description of a paper, and the text of its pages or sections."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papersette.agents.answers import count_tokens, cut, fit, quote, to_line
from papersette.agents.arguments import Refusal, shorten
from papersette.agents.library import Library, Row, find_section, name_paper, name_section, show_id
from papersette.exports.volumes import to_citation

PAGES = re.compile(r"\s*(\d{1,5})\s*(?:[-–]\s*(\d{1,5})\s*)?")
SCRAP = 25
"""Longest line, in characters, that is joined with other short lines."""
LEAST = 100
"""Least amount of a page's text in an answer, in tokens."""
BODIES = """
select paper_id, page, coalesce(body, '') as body, refs is not null as has_refs
from pages where paper_id = ? and page between ? and ? order by page
"""
ABSTRACT = 1200
"""Longest abstract in the description of a paper, in characters."""
FACTS = ("authors", "decision", "tags", "language", "doi", "license", "cited_by", "rating")
"""Columns of `papers` in the description of a paper."""


@dataclass(frozen=True)
class Span:
    """Part of a paper to read."""

    first: int
    last: int
    about: str = ""
    """Number and heading of the section to read; "" if pages were asked for."""
    heading: str = ""
    """Heading where the text of the first page begins; "" for the top of the page."""
    until: str = ""
    """Heading of the next section, where the text of the last page ends; "" for the page's end."""


def read(library: Library, given: Mapping[str, Any]) -> str:
    """Return the description of a paper, or the text of its pages or of a section."""
    paper = library.find_paper(given["paper_id"])
    sections = library.sections_of(paper["paper_id"])
    if not given["pages"] and not given["section"]:
        return describe_paper(library, paper, sections, given["max_tokens"])
    if not paper["page_count"]:
        raise Refusal(
            f"The collection has no text of {show_id(paper['paper_id'])}. "
            "Call read without pages and section for its abstract and addresses."
        )
    if given["pages"]:
        span = to_pages(given["pages"], _last_page(library, paper))
    else:
        span = to_section(given["section"], sections, _last_page(library, paper))
    return _read_span(library, paper, sections, span, given)


def _last_page(library: Library, paper: Row) -> int:
    sql = "select max(page) as last from pages where paper_id = ?"
    return int(library.query(sql, paper["paper_id"])[0]["last"] or 0)


def to_pages(text: str, last: int) -> Span:
    """Return the span of "3" or "3-5".

    Raises:
        Refusal: The text is neither, or the paper has no such page.
    """
    found = PAGES.fullmatch(text)
    if not found:
        raise Refusal(f'pages must be like "3" or "3-5", not {shorten(text)}.')
    start, end = int(found[1]), int(found[2] or found[1])
    if not 1 <= start <= end or start > last:
        raise Refusal(f"There are no pages {text.strip()}: the paper has pages 1 to {last}.")
    return Span(start, min(end, last))


def to_section(text: str, sections: Sequence[Row], last: int) -> Span:
    """Return the span of a section, found by its number or by words of its heading.

    Raises:
        Refusal: There is no such section; the message lists the sections.
    """
    at = find_section_named(text, sections)
    if at is None:
        known = "; ".join(name_section(row) for row in sections[:30])
        instead = f"its sections are: {known}" if known else "no headings were found; use pages"
        raise Refusal(f"There is no section {shorten(text)}: {instead}.")
    row, depth = sections[at], _depth(sections[at])
    following = next((other for other in sections[at + 1 :] if _depth(other) <= depth), None)
    return Span(
        row["page"],
        following["page"] if following else last,
        name_section(row),
        str(row["heading"]),
        str(following["heading"]) if following else "",
    )


def _depth(row: Row) -> int:
    return str(row["number"] or "").strip(".").count(".")


def find_section_named(text: str, sections: Sequence[Row]) -> int | None:
    """Return the position of the section with this number, or else with these words."""
    wanted = text.strip().rstrip(".").casefold()
    numbers = [str(row["number"] or "").rstrip(".").casefold() for row in sections]
    if wanted in numbers:
        return numbers.index(wanted)
    names = [name_section(row).casefold() for row in sections]
    return next((i for i, name in enumerate(names) if wanted in name), None)


def describe_paper(library: Library, paper: Row, sections: Sequence[Row], tokens: int) -> str:
    """Return a description of a paper: its fields, abstract, sections and addresses."""
    head = to_head(library, paper)
    summary = paper["abstract"] or paper["tldr"]
    blocks = [f"Abstract:\n{quote(to_line(summary, ABSTRACT))}" if summary else "No abstract."]
    listed = [f"{name_section(row)} (page {row['page']})" for row in sections]
    blocks += ["Sections:\n" + "\n".join(listed[:40])] if listed else []

    def to_foot(shown: int) -> str:
        more = ' Give pages, like "1-2"' + (", or section, like its number." if listed else ".")
        cut_off = " The sections are cut; raise max_tokens." if shown < len(blocks) else ""
        return (f"Text: {more.strip()}" if paper["page_count"] else "No text here.") + cut_off

    return fit(head, blocks, to_foot, tokens)


def to_head(library: Library, paper: Row) -> list[str]:
    """Return the first lines about a paper: title, build, address and fields."""
    versions = paper["versions"] or 1
    published = to_line(to_citation(paper))
    return [
        f"# {name_paper(paper)}",
        library.head(),
        library.addresses.paper(paper["paper_id"]),
        f"published in: {published}" if published else "",
        *(f"{name}: {to_line(str(paper[name]))}" for name in FACTS if paper[name] is not None),
        *(f"{name}: {to_line(paper[name])}" for name in ("url", "pdf_url") if paper[name]),
        f"versions of this work: {versions}" if versions > 1 else "",
        f"pages with text: {paper['page_count']}",
    ]


def _read_span(
    library: Library, paper: Row, sections: Sequence[Row], span: Span, given: Mapping[str, Any]
) -> str:
    about = f"section {span.about}, " if span.about else ""
    title = f"# {name_paper(paper)}: {about}pages {span.first} to {span.last}"
    parts = [f"{title}\n{library.head()}"]
    room = given["max_tokens"] - count_tokens(parts[0]) - LEAST
    start = given["start"] - 1
    for row in library.query(BODIES, paper["paper_id"], span.first, span.last):
        text = to_part(row, span)[start:]
        top = _to_top(library, row, "" if span.about else find_section(sections, row["page"]))
        room -= count_tokens(top)
        length = cut(text, max(room, LEAST if len(parts) == 1 else 0))
        shown = quote(join_scraps(text[:length]))
        if length or not text:
            parts.append("\n".join(filter(None, [top, shown])))
        room -= count_tokens(shown)
        if length < len(text):
            asked = f'pages="{row["page"]}-{span.last}" start={start + length + 1}'
            return "\n\n".join([*parts, f"Cut. For the rest, repeat with {asked}."]) + "\n"
        start = 0
    return "\n\n".join([*parts, "Complete."]) + "\n"


def _to_top(library: Library, row: Row, section: str) -> str:
    """Return the line above the text of a page."""
    where = f"page {row['page']}" + (f", section {section}" if section else "")
    notes = "" if row["body"].strip() else "\n(No text but references: use the tool citations.)"
    return f"{where}: {library.addresses.page(row['paper_id'], row['page'])}{notes}"


def join_scraps(text: str) -> str:
    """Return a text with consecutive short lines joined, such as those of formulas.

    >>> join_scraps("A line of a paragraph is long.\\na\\n=\\nb\\nA line of a paragraph is long.")
    'A line of a paragraph is long.\\na = b\\nA line of a paragraph is long.'
    """
    joined: list[str] = []
    before = SCRAP + 1
    for line in text.split("\n"):
        if max(before, len(line)) <= SCRAP:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
        before = len(line)
    return "\n".join(joined)


def to_part(row: Row, span: Span) -> str:
    """Return the text of a page that belongs to a span, which may begin or end within the page."""
    body = str(row["body"])
    if span.until and row["page"] == span.last:
        end = _find_heading(body, span.until)
        body = body[:end] if end > 0 else body
    if span.heading and row["page"] == span.first:
        body = body[max(0, _find_heading(body, span.heading)) :]
    return body


def _find_heading(body: str, heading: str) -> int:
    """Return where the line of a heading begins, or -1 if it is not found."""
    words = r"\s+".join(map(re.escape, heading.split()))
    found = re.search(rf"^[\w.]{{0,8}}\s*{words}\s*$", body, re.MULTILINE | re.IGNORECASE)
    found = found or re.search(words, body, re.IGNORECASE)
    return found.start() if found else -1
