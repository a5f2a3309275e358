"""Make entries from the reference lists that a source gives in fields.

Fields that the source lacks are parsed from the text of the entry.
"""

from __future__ import annotations

from collections.abc import Iterable

from papersette.knowledge.citations.entries import Entry, parse_references
from papersette.names import Name, parse_name
from papersette.records import Reference


def to_entries(references: Iterable[Reference]) -> list[Entry]:
    """Return an entry for each reference of one paper, in order."""
    return [_to_entry(position, given) for position, given in enumerate(references, start=1)]


def _to_entry(position: int, given: Reference) -> Entry:
    names = tuple(filter(None, map(_to_name, given.authors)))
    parsed = Entry(position, 0, given.raw)
    if not (names and given.title and given.year):
        parsed = next(iter(parse_references([(1, given.raw)])), parsed)
    return Entry(
        position,
        given.page,
        given.raw,
        names or parsed.authors,
        given.title or (parsed.title if not names else None),
        given.year or parsed.year,
        given.venue or (parsed.venue if not given.title else None),
        given.doi or parsed.doi,
        given.arxiv_id or parsed.arxiv_id,
    )


def _to_name(text: str) -> Name | None:
    """Return the family name and the first initial; citations are compared by these."""
    name = parse_name(text)
    return Name(name.family, name.initial or "") if name.family else None
