"""Turn names of authors in the order “Family, Given” into authors, and separate joined names."""

from __future__ import annotations

from papersette.names import SUFFIXES, is_initials
from papersette.records import Author
from papersette.sources import values


def to_direct(name: str) -> str:
    """Return a name in reading order, from "Family, Given, Suffix" or "Family, Suffix, Given".

    >>> to_direct("Shannon,Claude E."), to_direct("King, Martin Luther, Jr."), to_direct("WHO")
    ('Claude E. Shannon', 'Martin Luther King Jr.', 'WHO')
    """
    family, given, suffix = (part.strip() for part in [*name.split(",", 2), "", ""][:3])
    if given.lower() in SUFFIXES:
        given, suffix = suffix, given
    return " ".join(filter(None, (given, family, suffix))) or name


def to_author(name: str, affiliation: str | None = None) -> Author:
    """Return an author with the name in reading order.

    >>> author = to_author("Elm Ash, Ann")
    >>> author.name, author.family
    ('Ann Elm Ash', 'Elm Ash')
    """
    direct = to_direct(name)
    family = values.to_family(direct, name.partition(",")[0]) if "," in name else None
    return Author(direct, affiliation, family=family)


def separate_pairs(parts: list[str]) -> list[str] | None:
    """Return names from “family, given” pairs that were split at commas; None if they are not.

    >>> separate_pairs(["Fay", "Flo", "Gee", "Gus"]), separate_pairs(["Ann Ash", "Bo Bay"])
    (['Fay, Flo', 'Gee, Gus'], None)
    """
    if len(parts) < 2 or len(parts) % 2:
        return None
    given = parts[1::2]
    are_initials = all(all(map(is_initials, part.split())) for part in given)
    if are_initials or not any(" " in family for family in parts[::2]):
        return [", ".join(parts[i : i + 2]) for i in range(0, len(parts), 2)]
    return None
