"""Guess which column of a table has which field, and which character separates names in a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from papersette.sources import numbering, values
from papersette.sources.headers import to_columns, to_key

VENUE_HEADERS = (
    "venue conference booktitle journal journaltitle sourcetitle publicationtitle proceedings "
    "event publication".split()
)
NUMBERS = {"number", "no", "n", "nr", "numero", "#", "key"}
"""Headers of ids which may have other values, such as the number of an issue."""
AGREE = 0.6
"""Share of the rows with one venue above which the catalog's venue is that of all rows."""
PARTS = ";|"
"""Separators that need not be named in a catalog."""
MANY = 0.5
"""Share above which commas are separators: of cells with whole names, or of names with a blank."""

Row = Mapping[str, Any]


def to_settings(rows: Sequence[Row]) -> tuple[dict[str, Any], list[str]]:
    """Return the settings `columns` and `separators` of a table, and doubts about them.

    Args:
        rows: The first rows of the table.
    """
    headers = list(dict.fromkeys(name for row in rows for name in row if name))
    found = _by_values(to_columns(headers), rows)
    settings: dict[str, Any] = {}
    doubts = []
    if (venue := find_venue_column(headers)) and _has_several(row.get(venue) for row in rows):
        found["venue"] = venue
    if other := {n: column for n, column in found.items() if n != column or n == "venue"}:
        settings["columns"] = other
    for name, to_doubt in DOUBTS.items():
        if doubt := to_doubt([text for row in rows if (text := _cell(row, found, name))]):
            doubts.append(doubt)
    if unused := [name for name in headers if name not in found.values()]:
        doubts.append(f"has columns that are not used: {', '.join(unused)}; “columns” names them")
    separators = to_separators(row.get(found.get("authors", "")) for row in rows)
    if separators is None:
        doubts.append("has commas between or inside the names of authors; set “separators”")
    elif separators != PARTS:
        settings["separators"] = separators
    return settings, doubts


def _has_several(venues: Iterable[Any]) -> bool:
    """Return whether the rows of a table are from several venues."""
    counts = Counter(filter(None, map(values.to_text, venues)))
    return len(counts) > 1 and max(counts.values()) < AGREE * counts.total()


def _cell(row: Row, found: Mapping[str, str], name: str) -> str | None:
    return values.to_text(row.get(found.get(name, "")))


def _to_rejected(decisions: Sequence[str]) -> str | None:
    """Return a doubt if some papers were rejected or withdrawn."""
    count = sum(values.to_decision(text) in NOT_ACCEPTED for text in decisions)
    return f"has rejected or withdrawn papers ({count:,}); remove their rows" if count else None


NOT_ACCEPTED = {"reject", "desk reject", "withdrawn"}


def _to_repeated(given: Sequence[str]) -> str | None:
    """Return a doubt if many titles are repeated, as in a table with a row for each author."""
    if len(given) - len(set(given)) <= REPEATED * len(given):
        return None
    return (
        f"has {len(set(given)):,} titles in its first {len(given):,} rows: a paper needs one row, "
        "with all its authors in one cell, separated by “;”"
    )


REPEATED = 0.2
"""Share of repeated titles above which a row is probably not a paper."""
DOUBTS = {"title": _to_repeated, "decision": _to_rejected}
"""Field -> function that returns a doubt about its values, if there is one."""


def _by_values(found: dict[str, str], rows: Sequence[Row]) -> dict[str, str]:
    """Return the columns of the fields, corrected by the values in these columns."""

    def cells(name: str) -> list[str]:
        given = (values.to_text(row.get(found.get(name, ""))) for row in rows)
        return [text for text in given if text]

    if cells("file") and all(text.startswith("http") for text in cells("file")):
        found.setdefault("pdf_url", found.pop("file"))
    header, ids = to_key(found.get("paper_id", "")), cells("paper_id")
    if header in NUMBERS and (len(ids) < len(rows) or len(set(ids)) < len(ids)):
        column = found.pop("paper_id")
        if "volume" in found and header != "key":
            found.setdefault("issue", column)
    if numbering.are_counts(cells("pages")):
        del found["pages"]
    if "paper_id" not in found and cells("url") and all("id=" in text for text in cells("url")):
        found["paper_id"] = found["url"]  # the address of a forum contains its id
    if "session" in found and len(set(cells("session"))) < 2:
        del found["session"]  # one value for all papers is a track, not a session
    if "session" not in found:  # times and rooms are those of a session
        found = {name: column for name, column in found.items() if not name.startswith("session_")}
    return found


def find_venue_column(headers: Sequence[str]) -> str | None:
    """Return the column with the venue, if there is one."""
    return next((h for key in VENUE_HEADERS for h in headers if to_key(h) == key), None)


def to_separators(cells: Iterable[Any]) -> str | None:
    """Return the characters that separate names in cells of authors; None if it is unclear.

    >>> to_separators(["Ann Ash; Bo Bay", "Cy Cox"]), to_separators(["Ann Ash, Bo Bay and Cy Cox"])
    (';|', ',;|')
    >>> to_separators(["Ash, Ann", "Bay, Bo"]) is None
    True
    """
    texts = [text for cell in cells if (text := values.to_text(cell))]
    if any(mark in text for text in texts for mark in PARTS):
        return PARTS
    if not any("," in text for text in texts):
        return PARTS
    whole = [text for text in texts if "," not in text or _has_whole_names(text)]
    return f",{PARTS}" if len(whole) > MANY * len(texts) else None


def _has_whole_names(text: str) -> bool:
    """Return whether the parts between commas are names of two words, not only family names."""
    names = [name.removeprefix("and ").strip() for name in text.split(",")]
    return sum(" " in name for name in names) > MANY * len(names)
