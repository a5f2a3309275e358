"""Papers and searches as Markdown, for programs and notes: not cut, and quoted as in answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from papersette.agents.answers import quote, to_line
from papersette.agents.finding import to_blocks, to_head
from papersette.agents.library import Library, Row, find_section, name_section
from papersette.agents.reading import BODIES, join_scraps, to_pages
from papersette.agents.reading import to_head as to_paper_head
from papersette.search.results import Request

MOST_PAGES = 100_000


def write_search(library: Library, request: Request, receipt: Mapping[str, Any]) -> str:
    """Return a page of the results of a search, and its receipt."""
    result = library.engine.search(request)
    first = (request.page - 1) * request.size
    count = result.count + result.by_meaning
    shown = f"Shown: {first + 1} to {first + len(result.hits)} of {count}."
    parts = [
        "\n".join(filter(None, to_head(library, request, result))),
        *to_blocks(library, request, result),
        shown if result.hits else "No results.",
        write_receipt(receipt),
    ]
    return "\n\n".join(parts) + "\n"


def write_receipt(receipt: Mapping[str, Any]) -> str:
    """Return a receipt as a list."""
    return "## Receipt\n\n" + "\n".join(
        f"- {name.replace('_', ' ')}: {to_line(_to_text(value), 1000)}"
        for name, value in receipt.items()
        if value not in ("", {}, [], None)
    )


def _to_text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    return " ".join(value) if isinstance(value, list) else str(value)


def write_paper(library: Library, paper_id: str, pages: str = "") -> str:
    """Return a paper: its fields, abstract and sections, and its text page by page.

    Args:
        library: The collection that has the paper.
        paper_id: Id of the paper.
        pages: "3" or "3-5" for these pages only; "" for all.

    Raises:
        Refusal: There is no such paper, or no such page.
    """
    paper = library.find_paper(paper_id)
    sections = library.sections_of(paper_id)
    span = to_pages(pages, paper["page_count"]) if pages else None
    first, last = (span.first, span.last) if span else (1, MOST_PAGES)
    rows = library.query(BODIES, paper_id, first, last)
    parts = ["\n".join(filter(None, to_paper_head(library, paper)))]
    if paper["abstract"]:
        parts.append(f"## Abstract\n\n{quote(paper['abstract'])}")
    if sections:
        listed = (f"- {name_section(row)} (page {row['page']})" for row in sections)
        parts.append("## Sections\n\n" + "\n".join(listed))
    parts += [_write_page(library, row, sections) for row in rows]
    return "\n\n".join(parts) + "\n"


def _write_page(library: Library, row: Row, sections: list[Row]) -> str:
    section = find_section(sections, row["page"])
    title = f"## Page {row['page']}" + (f", section {section}" if section else "")
    address = library.addresses.page(row["paper_id"], row["page"])
    return (
        f"{title}\n\n{address}\n\n{quote(join_scraps(row['body'])) or '(No text but references.)'}"
    )
