"""Writes simple Dublin Core in the form of OAI-PMH (oai_dc), which every harvester understands."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from papersette.exports import elements
from papersette.exports.identifiers import to_arxiv_id, to_doi
from papersette.exports.rows import PaperRow, to_names
from papersette.exports.volumes import to_citation

PREFIX = "oai_dc"
NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
ROOT = {
    "xmlns:oai_dc": NAMESPACE,
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
}


def to_dublin_core(paper: PaperRow, page: str) -> ElementTree.Element:
    """Return the element oai_dc:dc of a paper.

    Args:
        paper: A paper whose addresses are absolute.
        page: Address of the paper's page.
    """
    doi, arxiv_id = to_doi(paper), to_arxiv_id(paper)
    fields: list[tuple[str, Sequence[str | None]]] = [
        ("title", [paper["title"] or paper["paper_id"]]),
        ("creator", [name for name, _ in to_names(paper)]),
        ("subject", paper["tags"]),
        ("description", [paper["abstract"] or paper["tldr"]]),
        ("date", [str(paper["published"] or paper["year"] or "")]),
        ("type", ["Text"]),
        ("format", ["application/pdf"] if paper["pdf_url"] else []),
        ("identifier", [page, paper["url"], paper["pdf_url"]]),
        ("identifier", [doi and f"doi:{doi}", arxiv_id and f"arXiv:{arxiv_id}"]),
        ("source", [to_citation(paper) or paper["venue"]]),
        ("language", [paper["language"]]),
    ]
    root = ElementTree.Element("oai_dc:dc", ROOT)
    for name, values in fields:
        for value in dict.fromkeys(filter(None, values)):
            elements.add(root, f"dc:{name}", value)
    return root
