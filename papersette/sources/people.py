"""Turn names of authors in the order “Family, Given” into authors, and separate joined names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bibtexparser.middlewares.names import split_multiple_persons_names

from papersette.names import ORGANISATION, SUFFIXES
from papersette.records import Author
from papersette.sources import bibtex_names, values

MOST_GIVEN = 4
"""Most words of given names; more are an affiliation."""
TITLE = re.compile(r"ph\.? ?d\.?|m\.?d\.?|dr\.?|prof\.?", re.IGNORECASE)


def to_direct(name: str) -> str:
    """Return a name in reading order, from "Family, Given, Suffix" or "Family, Suffix, Given".

    >>> to_direct("Shannon,Claude E."), to_direct("King, Martin Luther, Jr."), to_direct("WHO")
    ('Claude E. Shannon', 'Martin Luther King Jr.', 'WHO')
    """
    family, given, suffix = (part.strip() for part in [*name.split(",", 2), "", ""][:3])
    if len(given.split()) > MOST_GIVEN or TITLE.fullmatch(given):
        return name
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


def read_authors(given: Any, separators: str) -> tuple[list[str], bool]:
    """Return the names in a list or a cell, and whether it was guessed how they are separated.

    If a cell has semicolons or bars, commas are between family and given names.

    >>> read_authors("Ash, Ann; Bay, Bo", ";|"), read_authors("Ann Ash and Bo Bay", ";|")
    ((['Ash, Ann', 'Bay, Bo'], False), (['Ann Ash', 'Bo Bay'], False))
    >>> read_authors("Fay, Flo, Gee, Gus", ";|")
    (['Fay, Flo', 'Gee, Gus'], True)
    """
    if isinstance(given, list):
        return list(values.to_list(given)), False
    text = values.to_text(given) or ""
    strong = "".join(mark for mark in ";|" if mark in separators and mark in text)
    parts = values.to_list(text, strong) if strong else ()
    if strong and ("," not in separators or _are_inverted(parts)):
        return [part.removeprefix("and ") for part in parts], False
    if strong or ORGANISATION.search(text):
        return list(values.to_list(text, separators)), False
    guessed = bibtex_names.separate_names(text, pairs="," in separators)
    if guessed and ("," not in separators or any("," in name for name in guessed)):
        return list(dict.fromkeys(guessed)), True
    parts = tuple(split_multiple_persons_names(text))
    if "," in separators and not _are_inverted(parts):
        parts = values.to_list([name for part in parts for name in part.split(",")])
    return [name.strip(" ,").removeprefix("and ") for name in dict.fromkeys(parts)], False


def _are_inverted(parts: Sequence[str]) -> bool:
    """Return whether commas in names come after family names, and do not separate names."""
    with_comma = [part for part in parts if "," in part]
    return all(part.count(",") < 2 for part in parts) and (
        len(with_comma) == len(parts) > 1
        or not any(" " in part.partition(",")[0].strip() for part in with_comma)
    )


def read_affiliations(given: Any, separators: str, count: int) -> tuple[str | None, ...] | None:
    """Return one affiliation per author, or None if the numbers differ.

    >>> read_affiliations("Fern Lab, Uni A; Uni B", ",;|", 2), read_affiliations("A; A; ", ";", 2)
    (('Fern Lab, Uni A', 'Uni B'), ('A', 'A'))
    """
    if count == 1 and not isinstance(given, list):
        return (values.to_text(given),)
    if isinstance(given, list):
        listed = [given]
    else:
        listed = [re.split(f"[{re.escape(marks)}]", str(given)) for marks in ("|", ";", separators)]
    for parts in listed:
        texts = [values.to_text(part) for part in parts]
        while len(texts) > count and texts[-1] is None:
            texts.pop()
        if len(texts) == count:
            return tuple(texts)
    return None
