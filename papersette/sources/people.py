"""Turn names of authors in the order “Family, Given” into authors, and separate joined names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bibtexparser.middlewares.names import split_multiple_persons_names

from papersette.names import EAST_ASIAN, ORGANISATION, SUFFIXES, parse_name
from papersette.records import Author
from papersette.sources import bibtex_names, values

MOST_GIVEN = 4
"""Most words of given names; more are an affiliation."""
INSIDE = r"(?:[^()]|\([^()]*\))*"
"""Text with brackets in it that are closed."""
BRACKETS = re.compile(rf"\({INSIDE}\)")
AFTER_NAME = re.compile(rf"(?P<name>.+?)[\s*†‡]*\((?P<inside>{INSIDE})\)[\s*†‡]*")
"""A name, and what is in brackets after it: “Ann Ash (Uni A)*”, “Ash, Ann (57190000001)”."""
NO_AFFILIATIONS = re.compile(
    r"\S*@\S*|\d{5,}|^[\d,\s]+$"
    r"|^(?:eds?|editors?|hrsg|deceased|speaker|presenter|corresponding(?: author)?)\.?$",
    re.IGNORECASE,
)
"""Addresses and numbers of people, numbers of notes, and roles, which are no affiliations."""
HIDDEN = str.maketrans(",;|", "\ue000\ue001\ue002")
SHOWN = {code: chr(sign) for sign, code in HIDDEN.items() if isinstance(code, int)}
AND, HIDDEN_AND = " and ", " \ue003 "
"""What separates names, and characters that stand for it inside brackets."""
NAMES = "name fullname displayname author".split()
GIVEN_NAMES = "first given firstname givenname givennames forename".split()
FAMILY_NAMES = "last family lastname familyname surname".split()
AFFILIATIONS = "affiliation affiliations institution institutions organization".split()
"""Keys of an author who is an object in JSON, in lower case without blanks and signs."""
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
    >>> author = to_author("Ann Ash (Uni A, Oslo)*")
    >>> author.name, author.affiliation
    ('Ann Ash', 'Uni A, Oslo')
    """
    name = name.strip("*†‡ ")
    found = AFTER_NAME.fullmatch(name)
    if found and not ORGANISATION.search(found["name"]):
        inside = values.to_text(NO_AFFILIATIONS.sub("", found["inside"]))
        author = to_author(found["name"], affiliation or inside)
        if inside and EAST_ASIAN.match(inside):
            return replace(author, affiliation=affiliation, variants=(inside,))
        return author
    direct = to_direct(name)
    family = values.to_family(direct, name.partition(",")[0]) if "," in name else None
    return Author(direct, affiliation, family=family)


def without_own_name(author: Author) -> Author:
    """Return an author whose affiliation does not begin with the name, as in Scopus's tables.

    >>> without_own_name(Author("Ann Ash", "Ash A.M., Uni A, Oslo")).affiliation
    'Uni A, Oslo'
    """
    family = re.escape(author.family or parse_name(author.name).family)
    affiliation = re.sub(rf"^{family},?\s+(?:\w\.[\s-]?)+,\s+", "", author.affiliation or "")
    return replace(author, affiliation=affiliation or None)


def to_person(given: Any) -> Author | None:
    """Return the author that an object in JSON or a text describes; None if it has no name.

    >>> author = to_person({"first": "Ann", "last": "Elm Ash", "affiliation": "Uni A"})
    >>> author.name, author.family, author.affiliation
    ('Ann Elm Ash', 'Elm Ash', 'Uni A')
    """
    if not isinstance(given, Mapping):
        text = values.to_text(given)
        return to_author(text) if text else None
    by_key = {re.sub(r"[\W_]", "", str(key)).lower(): value for key, value in given.items()}

    def first(keys: Sequence[str]) -> str | None:
        return next((text for key in keys if (text := _to_names(by_key.get(key)))), None)

    family, affiliation = first(FAMILY_NAMES), first(AFFILIATIONS)
    orcid = values.to_orcid(by_key.get("orcid"))
    if text := values.to_text(" ".join(filter(None, (first(GIVEN_NAMES), family)))):
        return Author(text, affiliation, orcid=orcid, family=values.to_family(text, family))
    name = first(NAMES)
    return replace(to_author(name, affiliation), orcid=orcid) if name else None


def _to_names(given: Any) -> str | None:
    """Return a text, the name of an object, or those of a list of either."""
    parts = given if isinstance(given, list) else [given]
    named = [part.get("name") if isinstance(part, Mapping) else part for part in parts]
    return "; ".join(filter(None, map(values.to_text, named))) or None


def read_authors(given: Any, separators: str) -> tuple[list[str], bool]:
    """Return the names in a list or a cell, and whether it was guessed how they are separated.

    If a cell has semicolons or bars, commas are between family and given names. Two authors may
    have the same name.

    >>> read_authors("Ash, Ann; Bay, Bo", ";|"), read_authors("Ann Ash and Bo Bay", ";|")
    ((['Ash, Ann', 'Bay, Bo'], False), (['Ann Ash', 'Bo Bay'], False))
    >>> read_authors("Fay, Flo, Gee, Gus", ";|")
    (['Fay, Flo', 'Gee, Gus'], True)
    >>> read_authors("Ann Ash (Uni A, Oslo); Bo Bay", ";|")
    (['Ann Ash (Uni A, Oslo)', 'Bo Bay'], False)
    """
    if isinstance(given, list):
        return list(values.to_list(given, repeated=True)), False
    text = BRACKETS.sub(_to_hidden, values.to_text(given) or "")
    names, is_guess = _separate(text, separators)
    return [name.translate(SHOWN).replace(HIDDEN_AND, AND) for name in names], is_guess


OTHERS = re.compile(
    r"(?:^|[\s,]+)(?:et\.?\s+al\b\.?|and\s+(?:\d+\s+)?others)[\s.,]*$"
    r"|^(?:(?:\d+\s+)?others|\.{3}|…)$",
    re.IGNORECASE,
)
"""The end of a list of authors that is cut."""


def without_others(names: Sequence[str]) -> tuple[list[str], str | None]:
    """Return the names without words that stand for further authors, and a reason if there are any.

    >>> names, reason = without_others(["Ann Ash", "Bo Bay et al."])
    >>> names, reason.partition(",")[0]
    (['Ann Ash', 'Bo Bay'], 'ends its authors with “et al.”')
    """
    kept, reason = [], None
    for name in names:
        if cut := OTHERS.search(name):
            reason = bibtex_names.CUT.format(cut.group().strip(" ,"))
            name = name[: cut.start()]
        kept += [name] if name else []
    return kept, reason


def _to_hidden(found: re.Match[str]) -> str:
    """Return the text in brackets without what separates names."""
    return found[0].translate(HIDDEN).replace(AND, HIDDEN_AND)


def _separate(text: str, separators: str) -> tuple[list[str], bool]:
    """Return the names in a text without brackets, and whether it was guessed how to separate."""
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) > 1 and all(AFTER_NAME.fullmatch(piece) for piece in pieces):
        return pieces, False
    strong = "".join(mark for mark in ";|" if mark in separators and mark in text)
    parts = values.to_list(text, strong, repeated=True) if strong else ()
    if strong and ("," not in separators or _are_inverted(parts)):
        return [part.removeprefix("and ") for part in parts], False
    if strong or ORGANISATION.search(BRACKETS.sub("", text)):
        return list(values.to_list(text, separators, repeated=True)), False
    guessed = bibtex_names.separate_names(text, pairs="," in separators)
    if guessed and ("," not in separators or any("," in name for name in guessed)):
        return list(guessed), True
    parts = tuple(split_multiple_persons_names(text))
    if "," in separators and not _are_inverted(parts):
        parts = values.to_list([n for part in parts for n in part.split(",")], repeated=True)
    return [name.strip(" ,").removeprefix("and ") for name in parts], False


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
