"""The tools search, find_in_paper and similar: papers and pages that match."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from papersette.agents.answers import fit, quote, to_count, to_line
from papersette.agents.arguments import Refusal
from papersette.agents.library import Library, Row, find_section, name_paper, show_id
from papersette.search.receipts import describe_notices, interpret
from papersette.search.results import Hit, Request, Result

PASSAGE = 400
"""Longest passage in characters. Passages from reference lists may be longer."""
SUMMARY = 300
"""Longest tl;dr or abstract shown instead of a passage, in characters."""
MOST_NAMES = 3
"""Authors shown with a result; the tool read shows all."""
PAPERS = """
select papers.paper_id, papers.title, papers.authors, papers.year, papers.tldr, papers.abstract,
    papers.decision, venues.name as venue
from json_each(?) as ids join papers on papers.paper_id = ids.value join venues using (venue_id)
"""
RELATED = """
select other_id as paper_id, papers.title, papers.year, venues.name as venue, terms,
    shared_citations, related.score, tldr, abstract
from related join papers on papers.paper_id = other_id join venues using (venue_id)
where related.paper_id = ? order by related.rank
"""
SIMILAR = """
select papers.paper_id, papers.title, papers.year, venues.name as venue, null as terms,
    0 as shared_citations, null as score, tldr, abstract
from json_each(?) as similar join papers on papers.number = similar.value ->> 0
join venues using (venue_id) order by similar.key
"""


def search(library: Library, given: Mapping[str, Any]) -> str:
    """Return the papers that a query finds, each with its best passage."""
    request = Request(q=given["q"], sort=given["sort"], page=given["page"], size=given["size"])
    result = library.engine.search(request)
    count = result.count + result.by_meaning
    last = -(-count // request.size)
    if request.page > max(1, last):
        raise Refusal(
            f"There is no page {request.page}: the results fill {to_count(last, 'page')} of size "
            f"{request.size}."
        )
    blocks = to_blocks(library, request, result)
    return fit(to_head(library, request, result), blocks, _to_foot(library, request, result))


def to_blocks(library: Library, request: Request, result: Result) -> list[str]:
    """Return each result of a page as text."""
    ids = json.dumps([hit.paper_id for hit in result.hits])
    papers = {row["paper_id"]: row for row in library.query(PAPERS, ids)}
    first = (request.page - 1) * request.size + 1
    return [
        to_block(library, rank, hit, papers[hit.paper_id], request.q)
        for rank, hit in enumerate(result.hits, start=first)
    ]


def to_head(library: Library, request: Request, result: Result) -> list[str]:
    """Return the first lines of a search answer: count, build and interpretation of the query."""
    asked = f" for: {to_line(request.q)}" if request.q.strip() else " in all"
    works = to_count(result.count, "paper")
    works += f" and {result.by_meaning} more by meaning" if result.by_meaning else ""
    return [
        f"# {works}{asked}",
        library.head(),
        f"Interpreted as: {interpret(request, result.notices)}" if request.q.strip() else "",
        *describe_notices(result),
    ]


def to_block(library: Library, rank: int, hit: Hit, paper: Row, q: str) -> str:
    """Return one result as text: its paper, passage, page, section and link."""
    names = (paper["authors"] or "").split("; ")
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    lines = [
        f"{rank}. {name_paper(paper)}",
        to_line(", ".join(names[:MOST_NAMES])) + more if paper["authors"] else "",
    ]
    if hit.passage and hit.page:
        section = f", section {to_line(hit.section, 80)}" if hit.section else ""
        source = f", in its {hit.source}" if hit.source not in {None, "text"} else ""
        pages = f", {hit.found_pages} pages match" if hit.found_pages > 1 else ""
        address = library.addresses.page(hit.paper_id, hit.page, q)
        lines.append(f"page {hit.page}{section}{source}{pages}: {address}")
        lines.append(quote(to_passage(hit.passage)))
    else:
        how = "Found by meaning, in its abstract: " if hit.found_by == "meaning" else ""
        lines.append(how + library.addresses.paper(hit.paper_id))
        lines.append(quote(to_line(hit.passage or paper["tldr"] or paper["abstract"], SUMMARY)))
    for also in hit.evidence:
        if also.page:
            address = library.addresses.page(hit.paper_id, also.page, q)
            lines.append(f"page {also.page}, in its {also.source}: {address}")
        lines.append(quote(to_passage(also.text)))
    lines.append(f"Lacks: {', '.join(hit.missing)}" if hit.missing else "")
    return "\n".join(filter(None, lines))


def to_passage(passage: str) -> str:
    """Return a passage, or the part around its first match if it is long.

    >>> len(to_passage("a " * 500 + "⟦b⟧" + " c" * 500))
    401
    """
    if len(passage) <= PASSAGE:
        return passage
    start = max(0, passage.find("⟦") - PASSAGE // 3)
    return ("…" if start else "") + passage[start : start + PASSAGE].strip() + "…"


def _to_foot(library: Library, request: Request, result: Result) -> Callable[[int], str]:
    def to_foot(shown: int) -> str:
        first = (request.page - 1) * request.size
        address = library.addresses.search({"q": request.q, "sort": request.sort})
        count = result.count + result.by_meaning
        if not count:
            return f"Nothing found. Try fewer or other words, prefix*, or one OR other. {address}"
        everything = f" All: {address}" if address else ""
        text = f"Shown: {first + 1} to {first + shown} of {count}.{everything}"
        if shown < len(result.hits):
            size = max(n for n in range(1, shown + 1) if not (first + shown) % n)
            page = (first + shown) // size + 1
            return f"{text}\nCut to stay short. For the rest, repeat with size={size} page={page}."
        if first + shown < count:
            return f"{text}\nMore: repeat with page={request.page + 1}."
        return text

    return to_foot


def find_in_paper(library: Library, given: Mapping[str, Any]) -> str:
    """Return the passages of a paper that match a query, page by page."""
    paper = library.find_paper(given["paper_id"])
    q, first = given["q"], given["from_page"]
    if not paper["page_count"]:
        raise Refusal(
            f"The collection has no text of {show_id(paper['paper_id'])}; "
            "the tool read has its abstract and addresses."
        )
    sections = library.sections_of(paper["paper_id"])
    hits = [hit for hit in library.engine.find_in_paper(paper["paper_id"], q) if hit[0] >= first]
    blocks = []
    for page, passage in hits:
        section = find_section(sections, page)
        where = f"page {page}" + (f", section {section}" if section else "")
        address = library.addresses.page(paper["paper_id"], page, q)
        blocks.append(f"{where}: {address}\n{quote(passage)}")

    def to_foot(shown: int) -> str:
        if not hits:
            return "No page has these words. Try other words, or read the paper by its sections."
        if shown < len(hits):
            more = len(hits) - shown
            return f"Cut: {to_count(more, 'page')} left. Repeat with from_page={hits[shown][0]}."
        return f"All pages that match: {len(hits)}."

    head = [f"# {to_line(q)}, in: {name_paper(paper)}", library.head()]
    return fit(head, blocks, to_foot)


def similar(library: Library, given: Mapping[str, Any]) -> str:
    """Return papers similar to a paper, or to a text."""
    if bool(given["paper_id"]) == bool(given["text"]):
        raise Refusal("Give either paper_id, or text such as an abstract; not both.")
    address = ""
    if given["paper_id"]:
        paper = library.find_paper(given["paper_id"])
        address = library.addresses.paper(paper["paper_id"])
        rows = library.query(RELATED, paper["paper_id"])
        title = f"# Papers similar to: {name_paper(paper)}"
        lacks = (
            f"No similar papers. Search similar({show_id(paper['paper_id'])}), or with text=its "
            "abstract."
        )
    else:
        found = library.engine.find_similar(given["text"], given["size"])
        rows = library.query(SIMILAR, json.dumps(found))
        title = "# Papers similar to a text"
        lacks = "No similar papers: the text has no word that a title, abstract or tag has."
    rows = rows[: given["size"]]

    def to_foot(shown: int) -> str:
        if not rows:
            return lacks
        rest = f" Cut to stay short: repeat with size={shown}." if shown < len(rows) else ""
        return f"Shown: {shown}, the most similar first.{rest}"

    return fit(
        [title, library.head(), address], [_to_similar(library, row) for row in rows], to_foot
    )


def _to_similar(library: Library, row: Row) -> str:
    shared = [f"similarity {row['score']:.2g}"] if row["score"] else []
    if row["terms"]:
        shared.append(f"shared terms: {to_line(row['terms'])}")
    if row["shared_citations"]:
        shared.append(f"{row['shared_citations']} shared references")
    return "\n".join(
        filter(
            None,
            [
                f"- {name_paper(row)} {library.addresses.paper(row['paper_id'])}",
                "; ".join(shared),
                quote(to_line(row["tldr"] or row["abstract"], 160)),
            ],
        )
    )
