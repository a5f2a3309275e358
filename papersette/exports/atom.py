"""Writes Atom feeds (RFC 4287) of the papers on a page, with a note on changed papers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree

from papersette.exports import elements
from papersette.exports.rows import Batches, PaperRow

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ATOM = "http://www.w3.org/2005/Atom"
BEFORE_ALL = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Feed:
    """A feed of the papers on a page."""

    address: str
    page: str
    """Address of the page."""
    query: str
    """Query of the page, shown in the title."""
    to_page: Callable[[str], str]
    """Returns the address of a paper's page from its id."""


async def write(batches: Batches, feed: Feed) -> AsyncIterator[str]:
    # All papers must be read first: the feed gives the date of the newest before its entries.
    papers = [paper async for batch in batches for paper in batch]
    before, after = to_frame(papers, feed).rsplit("</feed>", 1)
    yield before
    for paper in papers:
        yield ElementTree.tostring(to_entry(paper, feed), encoding="unicode") + "\n"
    yield "</feed>" + after


def to_frame(papers: list[PaperRow], feed: Feed) -> str:
    """Return a feed without its entries."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    add(root, "id", feed.address)
    publication = papers[0]["publication"] if papers else "Papers"
    add(root, "title", " ".join(filter(None, [publication, feed.query])))
    add(root, "updated", max((paper["updated"] for paper in papers), default=BEFORE_ALL))
    add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    add(root, "link", rel="alternate", type="text/html", href=feed.page)
    add(add(root, "author"), "name", "Papersette")
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def to_entry(paper: PaperRow, feed: Feed) -> ElementTree.Element:
    entry = ElementTree.Element(f"{{{ATOM}}}entry")
    add(entry, "id", "urn:papersette:" + quote(paper["paper_id"]))
    add(entry, "title", paper["title"] or paper["paper_id"])
    add(entry, "updated", paper["updated"])
    add(entry, "link", rel="alternate", type="text/html", href=feed.to_page(paper["paper_id"]))
    for name in paper["authors"] or ["Unknown"]:
        add(add(entry, "author"), "name", name)
    for tag in paper["tags"]:
        add(entry, "category", term=tag)
    summary = filter(None, [paper["change"], paper["tldr"], paper["abstract"]])
    add(entry, "summary", "\n\n".join(summary) or "No abstract")
    return entry


def add(
    parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    """Append an element of Atom, and return it."""
    return elements.add(parent, f"{{{ATOM}}}{name}", text, **attributes)
