"""Report what a source does not use or does not have, so that nothing is dropped silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from papersette.markup import Element, to_plain_text
from papersette.sources import values

MOST_COLUMNS = 60
"""Largest number of columns that a report names."""


def to_unused(
    rows: Iterable[Mapping[Any, Any]], used: Collection[str], noun: str = "column"
) -> str | None:
    """Return a reason that names the unused columns that have values; None if there are none.

    Args:
        rows: The rows of the table, by column.
        used: The columns that the source uses.
        noun: What the format calls a column, for example "field".
    """
    counts: Counter[str] = Counter()
    for row in rows:
        for column, value in row.items():
            if str(column) not in used and (
                values.to_text(value) or isinstance(value, list | dict)
            ):
                counts[values.to_text(column) or "without a name"] += 1
    if not counts:
        return None
    named = [f"{column[:80]} ({count:,})" for column, count in list(counts.items())[:MOST_COLUMNS]]
    more = ["…"] if len(counts) > MOST_COLUMNS else []
    article = "an" if noun[0] in "aeiou" else "a"
    which = (
        f"{article} {noun} that is not used" if len(counts) == 1 else f"{noun}s that are not used"
    )
    return f"has {which}, with the number of values: {', '.join(named + more)}"


def to_elements(record: Element) -> dict[str, str]:
    """Return the names of the children of an element, each with the beginning of its content."""
    return {
        child.tag: (to_plain_text(child) or " ".join(child.attrib.values()))[:20]
        for child in record
    }


def without_empty(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that have a value: the response of an API has every key in every record."""
    return {key: value for key, value in record.items() if value}


def to_nameless(count: int, total: int, noun: str, missing: str = "no name") -> str | None:
    """Return a reason if some people of a paper have no name; None if all of them have one.

    Args:
        count: Number of people without a name.
        total: Number of all people.
        noun: What they are, in the singular.
        missing: What they do not have.

    >>> to_nameless(1, 4, "author"), to_nameless(0, 4, "author")
    ('has no name for 1 of its 4 authors; only authors with a name are listed', None)
    >>> [to_nameless(n, n, "author").partition(";")[0] for n in (1, 3)]
    ['has no name for its only author', 'has no name for all of its 3 authors']
    """
    if count == 0:
        return None
    of_all = "all" if count == total else f"{count:,}"
    which = f"its only {noun}" if total == 1 else f"{of_all} of its {total:,} {noun}s"
    return f"has {missing} for {which}; only {noun}s with a name are listed"


def to_unassigned(affiliations: Sequence[str], authors: int, mark: str) -> str:
    """Return a reason for affiliations whose number is not that of the authors.

    Args:
        affiliations: The affiliations of a paper; there is at least one.
        authors: Number of its authors.
        mark: The character that separates affiliations.

    >>> to_unassigned(["Uni A", "Uni B"], 1, ";").partition(":")[0]
    'has 2 affiliations (Uni A, …) for 1 author, so that they are not used'
    """
    given = f"{len(affiliations)} affiliation{'s' * (len(affiliations) != 1)}"
    people = f"{authors} author{'s' * (authors != 1)}"
    shown = affiliations[0][:60] + ", …" * (len(affiliations) > 1)
    return (
        f"has {given} ({shown}) for {people}, so that they are not used: "
        f"separate one for each author by “{mark}”"
    )


def to_missing(count: int, total: int, noun: str, remedy: str) -> str | None:
    """Return a reason if a saved response is one page of several; None if it is complete.

    Args:
        count: Number of results in the source.
        total: Number of results that the query has, as the response states it.
        noun: What the results are, in the plural.
        remedy: How to save the others.

    >>> to_missing(20, 1204, "works", "save the other pages"), to_missing(20, 20, "works", "…")
    ('has 20 of the 1,204 works of its query; save the other pages', None)
    """
    if count >= total:
        return None
    return f"has {count:,} of the {total:,} {noun} of its query; {remedy}"
