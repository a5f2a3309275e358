"""Volume, issue and pages of a paper as bibliographies write them, and names of venues.

The functions take any row with volume, issue, pages, venue, venue_kind and year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

VOLUME = r"[\s,;(]+vol(?:ume|\.)?\s+{}\b"
"""The volume in the name of a journal: "Computational Linguistics, Volume 45, Number 1"."""


def to_venue_name(paper: Mapping[str, Any]) -> str | None:
    """Return the venue of a paper without the volume, which other fields have.

    In the ACL Anthology, each volume of a journal is a venue, whose name has volume, issue and
    month.

    >>> to_venue_name({"venue": "Toys, Volume 57, Number 1, March 2031",
    ...     "venue_kind": "journal", "volume": "57"})
    'Toys'
    """
    venue: str | None = paper["venue"]
    if not venue or not paper["volume"] or paper["venue_kind"] != "journal":
        return venue
    found = _find_volume(venue, paper["volume"])
    return venue[: found.start()] if found else venue


def _find_volume(venue: str, volume: str) -> re.Match[str] | None:
    """Return where the name of a venue has the volume; there is a name before it."""
    return re.compile(VOLUME.format(re.escape(volume)), re.IGNORECASE).search(venue, 1)


def to_numbers(paper: Mapping[str, Any]) -> list[str]:
    """Return volume with issue, and pages, as they follow the name of the venue.

    The volume of a conference is left out, as it is that of a series which is not named; so is a
    volume that is part of the name.

    >>> to_numbers({"venue": "Annals", "venue_kind": "journal", "volume": "12", "issue": "3",
    ...     "pages": "45–67"})
    ['12(3)', '45–67']
    """
    volume, issue = paper["volume"] or "", paper["issue"]
    is_named = volume and _find_volume(paper["venue"] or "", volume)
    numbers = volume + (f"({issue})" if issue else "")
    hidden = is_named or paper["venue_kind"] == "conference"
    return [one for one in ("" if hidden else numbers, paper["pages"]) if one]


def to_citation(paper: Mapping[str, Any]) -> str | None:
    """Return the venue with volume, issue, pages and year; None without a venue or numbers.

    >>> to_citation({"venue": "Annals", "venue_kind": "journal", "volume": "12", "issue": "3",
    ...     "pages": "45–67", "year": 2019})
    'Annals 12(3), 45–67 (2019)'
    """
    venue, year = to_venue_name(paper), str(paper["year"] or "")
    numbers = to_numbers({**paper, "venue": venue})
    if not venue or not numbers:
        return None
    is_journal = paper["venue_kind"] == "journal" and paper["volume"]
    text = venue + (" " if is_journal else ", ") + ", ".join(numbers)
    return text if not year or year in venue else f"{text} ({year})"


def to_venue_and_year(venue: str | None, year: object) -> str:
    """Return a venue with the year, unless its name has it; "" if both are missing.

    >>> to_venue_and_year("ICLR 2019", 2019), to_venue_and_year("Annals", 2019)
    ('ICLR 2019', 'Annals 2019')
    """
    name, shown = venue or "", str(year or "")
    return name if shown in name else f"{name} {shown}".strip()
