"""Receipts of searches: what was asked, how it was interpreted, what was found, in which build.

A receipt is what a systematic review cites. It has no time of its own: the same query on the same
build gives the same receipt.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from papersette.search.expansions import Notice
from papersette.search.parser import parse
from papersette.search.query import in_parentheses
from papersette.search.results import Request, Result

VERSION = 1
"""Version of the fields. Within a version, fields may be added, but not renamed or removed."""
BUILD = """
select title, build_id, started, fingerprint, papers, papersette
from builds order by build_id desc limit 1
"""
ID_LENGTH = 16


def interpret(request: Request, notices: Sequence[Notice] = ()) -> str:
    """Return the query of a request as the engine reads it; a request in words is among `notices`.

    >>> interpret(Request(q='the gan OR vae "deep learning" -lstm', scope="text"))
    'gan OR vae "deep learning" -lstm in:text'
    """
    q = next((notice.also[0] for notice in notices if notice.kind == "fields"), request.q)
    query = parse(f"{q} in:{request.scope}" if request.scope else q)
    parts = [str(node) for node in query.clauses]
    parts += [f"-{in_parentheses(node)}" for node in query.excluded]
    parts += [f"in:{query.scope}"] if query.scope else []
    return " ".join(parts)


def to_receipt(conn: sqlite3.Connection, request: Request, result: Result) -> dict[str, Any]:
    """Return the receipt of a search, as JSON can hold it.

    Args:
        conn: The database that was searched.
        request: What was asked. Its page and size do not matter.
        result: What was found.
    """
    cursor = conn.execute(BUILD)
    build = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    receipt = {
        "receipt_version": VERSION,
        "query": request.q,
        "interpreted_as": interpret(request, result.notices),
        "filters": dict(request.filters),
        "scope": request.scope or "text and references",
        "sort": request.sort or "relevance",
        "versions": "all" if request.versions == "all" else "grouped",
        "meaning": result.meaning or "off",
        "works": result.count,
        "papers": result.papers,
        "works_by_meaning_alone": result.by_meaning,
        "found_in": result.parts,
        "changes": list(describe_notices(result)),
        "collection": build["title"],
        "collection_papers": build["papers"],
        "build_id": build["build_id"],
        "build_date": build["started"],
        "build_fingerprint": build["fingerprint"],
        "papersette": build["papersette"],
    }
    return {"receipt_id": to_id(receipt), **receipt}


def to_id(receipt: dict[str, Any]) -> str:
    """Return a short hash by which a receipt can be checked."""
    text = json.dumps(receipt, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def describe_notices(result: Result) -> Iterator[str]:
    """Yield how the search differs from what was typed: words left out, added, or relaxed."""
    if result.ignored:
        yield f"Ignored: {', '.join(result.ignored)}."
    if result.common:
        yield f"Ignored because almost every paper contains it: {', '.join(result.common)}."
    if result.missing:
        none = "None of these papers" if result.count else "No paper"
        yield f"{none} contains: {', '.join(result.missing)}."
    if result.relaxed:
        yield "No paper contains the exact phrase; its words were searched for."
    if result.partial:
        yield "No paper contains all the words; these contain most of them."
    for notice in result.notices:
        if notice.kind == "no_authors":
            yield f"Papers have no author names; try {', '.join(notice.also)}."
        elif notice.kind == "no_affiliations":
            yield "The papers of this collection have no affiliations."
        elif notice.kind == "did_you_mean":
            yield f"{notice.typed} is not known; {', '.join(notice.also)} is."
        elif notice.kind == "prefix":
            yield f"{notice.typed}: only the {notice.also[0]} commonest words that begin so."
        elif notice.kind in {"symbols", "fields"}:
            yield f"{notice.typed}: searched for as {', '.join(notice.also)}."
        else:
            yield f"{notice.typed}: also searched for {', '.join(notice.also)}."
