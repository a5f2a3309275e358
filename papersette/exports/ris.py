"""Writes RIS, for reference managers: one line per value."""

from __future__ import annotations

from collections.abc import AsyncIterator

import rispy

from papersette.exports.identifiers import to_doi
from papersette.exports.rows import Batches, PaperRow, to_first_and_last, to_names
from papersette.exports.volumes import to_venue_name
from papersette.names import parse_with_family

MEDIA_TYPE = "application/x-research-info-systems; charset=utf-8"
EXTENSION = "ris"
TYPES = {"conference": "CPAPER", "journal": "JOUR", "book": "CHAP"}


async def write(batches: Batches) -> AsyncIterator[str]:
    async for papers in batches:
        yield rispy.dumps([to_entry(paper) for paper in papers], implementation=Unnumbered)


class Unnumbered(rispy.RisWriter):  # type: ignore[misc]  # rispy ships no types
    """Omits the line "1." that rispy writes before each reference, as RIS has no such line."""

    def set_header(self, count: int) -> str:
        return ""


def to_entry(paper: PaperRow) -> dict[str, str | list[str]]:
    first, last = to_first_and_last(paper["pages"])
    entry = {
        "type_of_reference": TYPES.get(paper["venue_kind"] or "", "GEN"),
        "id": paper["paper_id"],
        "title": paper["title"],
        "authors": [to_name(*one) for one in to_names(paper)],
        "secondary_title": to_venue_name(paper),
        "volume": paper["volume"],
        "number": paper["issue"],
        "start_page": first,
        "end_page": last,
        "year": str(paper["year"] or ""),
        "date": to_date(paper["published"] or ""),
        "abstract": paper["abstract"],
        "keywords": paper["tags"],
        "language": paper["language"],
        "doi": to_doi(paper) or "",
        "urls": [url for url in (paper["url"], paper["pdf_url"]) if url],
    }
    return {
        key: to_line(value) if isinstance(value, str) else [to_line(part) for part in value]
        for key, value in entry.items()
        if value
    }


def to_date(published: str) -> str:
    """Return an ISO date in the form of RIS, or "" if it is only a year.

    >>> to_date("2019-03-12"), to_date("2019-03"), to_date("2019")
    ('2019/03/12/', '2019/03//', '')
    """
    parts = published.split("-")[:3]
    return "/".join([*parts, "", ""][:3]) + "/" if len(parts) > 1 else ""


def to_line(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def to_name(name: str, family: str | None = None) -> str:
    """Return a name in the order of RIS: family name, given names, suffix.

    >>> to_name("Laurens van der Maaten"), to_name("Martin Luther King Jr.")
    ('van der Maaten, Laurens', 'King, Martin Luther, Jr.')
    """
    parsed = parse_with_family(name, family)
    if not parsed.given:
        return name
    return ", ".join(filter(None, (parsed.family, parsed.given, parsed.suffix)))
