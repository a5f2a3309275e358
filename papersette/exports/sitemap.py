"""Writes sitemaps for search engines, see https://www.sitemaps.org/protocol.html."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from papersette.exports import elements

MEDIA_TYPE = "application/xml; charset=utf-8"
MOST_ADDRESSES = 50_000
"""Largest number of addresses in one file."""
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

Entry = tuple[str, str | None]
"""An address, and the time of its last change in ISO 8601."""


def write_index(files: Iterable[Entry]) -> Iterator[str]:
    """Yield the index of the other sitemap files."""
    yield from _write("sitemapindex", "sitemap", files)


def write_addresses(pages: Iterable[Entry]) -> Iterator[str]:
    """Yield a sitemap file of the addresses of pages."""
    yield from _write("urlset", "url", pages)


def _write(root: str, name: str, entries: Iterable[Entry]) -> Iterator[str]:
    yield f'{elements.DECLARATION}<{root} xmlns="{NAMESPACE}">\n'
    for address, changed in entries:
        entry = ElementTree.Element(name)
        elements.add(entry, "loc", address)
        if changed:
            elements.add(entry, "lastmod", changed)
        yield ElementTree.tostring(entry, encoding="unicode") + "\n"
    yield f"</{root}>\n"
