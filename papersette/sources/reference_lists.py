"""Make a reference from the fields that formats give."""

from __future__ import annotations

import re
from collections.abc import Sequence

from papersette.records import Reference
from papersette.sources import dates, values

MOST_NAMES = 20
"""Largest number of authors written into the text of a reference; search covers all of them."""


def to_reference(
    *,
    raw: str = "",
    title: str | None = None,
    authors: Sequence[str] = (),
    year: object = None,
    venue: str | None = None,
    pages: str | None = None,
    doi: object = None,
    arxiv_id: str | None = None,
    page: int | None = None,
) -> Reference | None:
    """Return a reference; None if it has neither text nor fields.

    Args:
        raw: The entry as printed; by default it is composed of the fields.
        pages: Volume and pages, for the text only.
        page: The page of the citing paper with the list.
    """
    found = values.to_doi(doi) or values.to_doi(raw)
    number = dates.to_year(year) or None
    names = tuple(name for name in map(values.to_text, authors) if name)
    mark = "; " if any("," in name for name in names) else ", "
    listed = mark.join(names[:MOST_NAMES]) + (" et al." if len(names) > MOST_NAMES else "")
    parts = [
        " ".join(filter(None, (listed, f"({number})" if number else ""))),
        title,
        " ".join(filter(None, (venue, pages))),
        f"doi:{found}" if found else None,
        f"arXiv:{arxiv_id}" if arxiv_id else None,
    ]
    text = values.to_text(raw) or ". ".join(re.sub(r"\.$", "", part) for part in parts if part)
    if not text:
        return None
    return Reference(text, title, names, number, venue, found, arxiv_id, page)
