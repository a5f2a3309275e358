"""Results of a search as rows for SQL: what the functions of the canned queries return.

A canned query takes its parameters as one JSON object, and joins the rows with the tables.
"""

from __future__ import annotations

import json
from typing import Any

from papersette.search import fts
from papersette.search.engine import Engine
from papersette.search.results import Hit, Request, Result
from papersette.search.suggestions import suggest


def search_rows(engine: Engine, arguments: str) -> str:
    """Return the hits of a page as a JSON array of objects, in order."""
    request = to_request(arguments)
    return json.dumps(to_hit_rows(engine.search(request)), ensure_ascii=False)


def facet_rows(engine: Engine, arguments: str) -> str:
    """Return counts and notices of a search as a JSON array of [facet, value, label, count]."""
    request = to_request(arguments)
    return json.dumps(to_facet_rows(engine.search(request)), ensure_ascii=False)


def number_rows(engine: Engine, arguments: str) -> str | None:
    """Return the numbers of all papers found as a JSON array; None where nothing was asked."""
    request = to_request(arguments)
    if not request.q.strip() and not request.filters:
        return None
    return json.dumps(engine.find_numbers(request).tolist())


def suggestion_rows(engine: Engine, typed: str | None) -> str:
    """Return suggestions as a JSON array of [label, kind, papers, query]."""
    found = suggest(engine.index, engine.facet_terms, engine.titles, typed or "")
    return json.dumps([[s.label, s.kind, s.papers, s.query] for s in found], ensure_ascii=False)


def word_rows(engine: Engine, typed: str | None) -> str:
    """Return the words of a query that may be misspelt as a JSON array; of a request in words, not
    those that became fields, whose names are known.
    """
    return fts.to_words(engine.to_fields(typed or "") or typed or "")


def passage_rows(engine: Engine, paper_id: str | None, q: str | None) -> str:
    """Return the pages of a paper that match a query as a JSON array of [page, passage]."""
    return json.dumps(engine.find_in_paper(paper_id or "", q or ""), ensure_ascii=False)


def similar_rows(engine: Engine, text: str | None) -> str:
    """Return papers similar to a text as a JSON array of [number, score], best first."""
    return json.dumps(engine.find_similar(text or ""))


def sentence_rows(engine: Engine, text: str | None) -> str:
    """Return sentences near a text as a JSON array of objects, the nearest first."""
    found = engine.find_similar_passages(text or "")
    return json.dumps(
        [
            {
                "paper_id": sentence.paper_id,
                "page": sentence.page,
                "text": sentence.text,
                "score": round(sentence.score, 3),
                "cosine": None if sentence.cosine is None else round(sentence.cosine, 3),
            }
            for sentence in found
        ],
        ensure_ascii=False,
    )


def to_request(arguments: str) -> Request:
    """Read the JSON object of a request's parameters."""
    given = json.loads(arguments)
    return Request.from_arguments(given if isinstance(given, dict) else {})


def to_hit_rows(result: Result) -> list[dict[str, Any]]:
    """Return a dictionary for each hit, with the columns of the canned query `search`."""
    return [
        {
            "rank": rank,
            "paper_id": hit.paper_id,
            "score": hit.score,
            "snippet": hit.passage,
            "snippet_page": hit.page,
            "snippet_in": hit.source,
            "snippet_section": hit.section,
            "evidence": to_evidence(hit),
            "found_pages": hit.found_pages or None,
            "found_by": hit.found_by,
            "without": " ".join(hit.missing) or None,
            "found_versions": hit.versions,
            "explanation": json.dumps(hit.explanation) if hit.explanation else None,
        }
        for rank, hit in enumerate(result.hits, start=1)
    ]


def to_evidence(hit: Hit) -> str | None:
    """Return the evidence for further fields of a query as a JSON array, None without any."""
    rows = [{"snippet": e.text, "page": e.page, "in": e.source} for e in hit.evidence]
    return json.dumps(rows, ensure_ascii=False) if rows else None


def to_facet_rows(result: Result) -> list[tuple[str, str | None, str | None, int | None]]:
    """Return [facet, value, label, count] of every count and notice of a result."""
    rows: list[tuple[str, str | None, str | None, int | None]] = [
        ("matches", None, None, result.count),
        ("versions", None, None, result.papers),
    ]
    rows += [("meaning", result.meaning, None, result.by_meaning)] if result.meaning else []
    rows += [("in", part, part, count) for part, count in result.parts.items()]
    rows += [("ignored", None, word, None) for word in result.ignored]
    rows += [("common", None, word, None) for word in result.common]
    rows += [("missing", None, word, None) for word in result.missing]
    rows += [("partly", None, None, None)] if result.partial else []
    rows += [("relaxed", None, None, None)] if result.relaxed else []
    rows += [(n.kind, n.typed, ", ".join(n.also), None) for n in result.notices]
    rows += [
        (facet, value.value, value.label, count)
        for facet, values in result.facets.items()
        for value, count in values
    ]
    return rows
