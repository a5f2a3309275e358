"""The tool citations: references and citing papers of a paper, or of the papers of a query."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from papersette.agents.answers import fit, quote, to_count, to_line
from papersette.agents.arguments import Refusal
from papersette.agents.library import Library, Row, name_paper, show_id
from papersette.search.receipts import interpret
from papersette.search.results import Request

PAGE = 15
"""Number of references or citing papers in an answer."""
REFERENCES = """
select citations.position, citations.raw, citations.page, citing_count,
    iif(cited_works.paper_id = citations.paper_id, null, cited_works.paper_id) as cited
from citations left join cited_works using (cited_work_id)
where citations.paper_id = ? order by citations.position
"""
CITED_BY = """
select papers.paper_id, papers.title, venues.name as venue, papers.year, citations.raw,
    citations.page
from cited_works join citations using (cited_work_id)
join papers on papers.paper_id = citations.paper_id join venues using (venue_id)
where cited_works.paper_id = ?1 and papers.paper_id <> ?1
group by papers.paper_id order by papers.year desc, papers.number
"""
CITED_OF_MANY = """
select cited_works.title, cited_works.authors, cited_works.year, cited_works.paper_id as cited,
    count(distinct citations.paper_id) as times
from json_each(?) as found join papers on papers.number = found.value
join citations on citations.paper_id = papers.paper_id join cited_works using (cited_work_id)
group by cited_work_id order by times desc, cited_works.title
"""
CITING_MANY = """
select papers.paper_id, papers.title, venues.name as venue, papers.year,
    count(distinct cited.paper_id) as times
from json_each(?) as found join papers as cited on cited.number = found.value
join cited_works on cited_works.paper_id = cited.paper_id join citations using (cited_work_id)
join papers on papers.paper_id = citations.paper_id and papers.paper_id <> cited.paper_id
join venues on venues.venue_id = papers.venue_id
group by papers.paper_id order by times desc, papers.number
"""


def citations(library: Library, given: Mapping[str, Any]) -> str:
    """Return the references or the citing papers of a paper, or of the papers of a query."""
    if bool(given["paper_id"]) == bool(given["q"]):
        raise Refusal("Give either paper_id, or q for the papers of a query; not both.")
    if given["paper_id"]:
        paper = library.find_paper(given["paper_id"])
        subject, key = name_paper(paper), paper["paper_id"]
        address = library.addresses.paper(key)
    else:
        request = Request(q=given["q"], passages=False, size=1)
        numbers = library.engine.find_numbers(request)
        subject = f"the {to_count(len(numbers), 'paper')} of the query: {interpret(request)}"
        address = library.addresses.search({"q": given["q"]})
        key = json.dumps(numbers.tolist())
    sql, to_block = BLOCKS[given["direction"], bool(given["paper_id"])]
    rows = library.query(sql, key)
    what = "References of" if given["direction"] == "references" else CITING
    head = [f"# {what} {subject}", library.head(), address, f"{len(rows)} in all."]
    if rows and given["start"] > len(rows):
        raise Refusal(f"start must be at most {len(rows)}, the number of rows.")
    listed = rows[given["start"] - 1 :][:PAGE]
    blocks = [to_block(library, row) for row in listed]
    return fit(head, blocks, lambda shown: _to_foot(library, given, rows, shown))


CITING = "Papers of this collection that cite"


def _to_reference(library: Library, row: Row) -> str:
    page = f", page {row['page']}" if row["page"] else ""
    citing = row["citing_count"]
    count = f", cited by {to_count(citing, 'paper')} here" if citing else ""
    return f"[{row['position']}]{page}{count}\n{quote(to_line(row['raw']))}{_to_own(library, row)}"


def _to_cited_work(library: Library, row: Row) -> str:
    names = ", ".join(filter(None, [row["authors"], str(row["year"] or "")]))
    work = quote(to_line(row["title"]) + ". " + to_line(names))
    return f"- – cited by {row['times']} of them\n{work}{_to_own(library, row)}"


def _to_own(library: Library, row: Row) -> str:
    """Return the line about a cited work that is a paper of the collection, else ""."""
    if not row["cited"]:
        return ""
    address = library.addresses.paper(row["cited"])
    return f"\n  in this collection: paper_id={show_id(row['cited'])} {address}"


def _to_citing_paper(library: Library, row: Row) -> str:
    address = library.addresses.paper(row["paper_id"])
    return f"- {name_paper(row)} {address}\n{quote(to_line(row['raw']))}"


def _to_paper_citing_many(library: Library, row: Row) -> str:
    address = library.addresses.paper(row["paper_id"])
    return f"- {name_paper(row)} – cites {row['times']} of them {address}"


BLOCKS: dict[tuple[str, bool], tuple[str, Callable[[Library, Row], str]]] = {
    ("references", True): (REFERENCES, _to_reference),
    ("references", False): (CITED_OF_MANY, _to_cited_work),
    ("cited_by", True): (CITED_BY, _to_citing_paper),
    ("cited_by", False): (CITING_MANY, _to_paper_citing_many),
}
"""(direction, whether it is of one paper) -> query, and the function that shows one of its rows."""


def _to_foot(library: Library, given: Mapping[str, Any], rows: Sequence[Row], shown: int) -> str:
    if not rows:
        return _to_nothing(library, given)
    last = given["start"] - 1 + shown
    text = f"Shown: {given['start']} to {last} of {len(rows)}."
    return f"{text} More: repeat with start={last + 1}." if last < len(rows) else text


def _to_nothing(library: Library, given: Mapping[str, Any]) -> str:
    if given["direction"] == "references":
        return "No reference list was found in the text."
    any_here = library.query("select 1 from cited_works where paper_id is not null limit 1")
    if not any_here:
        return "No reference of this collection leads to one of its papers."
    return "No paper of this collection cites it. Works outside are cited by: search cites:name."
