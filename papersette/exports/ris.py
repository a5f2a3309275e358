"""RIS, which reference managers read: one line per value."""

from __future__ import annotations

from collections.abc import AsyncIterator

import rispy

from papersette.exports.rows import Batches, PaperRow, split_name

MEDIA_TYPE = "application/x-research-info-systems; charset=utf-8"
EXTENSION = "ris"
TYPES = {"conference": "CPAPER", "journal": "JOUR"}


async def write(batches: Batches) -> AsyncIterator[str]:
    async for papers in batches:
        yield rispy.dumps([to_entry(paper) for paper in papers], implementation=Unnumbered)


class Unnumbered(rispy.RisWriter):  # type: ignore[misc]  # rispy ships no types
    """Without a line "1." before each reference, which the format does not know."""

    def set_header(self, count: int) -> str:
        return ""


def to_entry(paper: PaperRow) -> dict[str, str | list[str]]:
    entry = {
        "type_of_reference": TYPES.get(paper["venue_kind"] or "", "GEN"),
        "id": paper["paper_id"],
        "title": paper["title"],
        "authors": [to_name(name) for name in paper["authors"]],
        "secondary_title": paper["venue"],
        "year": str(paper["year"] or ""),
        "abstract": paper["abstract"],
        "keywords": paper["tags"],
        "language": paper["language"],
        "urls": [url for url in (paper["url"], paper["pdf_url"]) if url],
    }
    return {
        key: to_line(value) if isinstance(value, str) else [to_line(part) for part in value]
        for key, value in entry.items()
        if value
    }


def to_line(text: str) -> str:
    return " ".join(text.split())


def to_name(name: str) -> str:
    """Family name first."""
    parts = split_name(name)
    return f"{parts[1]}, {parts[0]}" if parts else name
