"""Highwire tags: the metadata of a paper's page for Zotero and Google Scholar.

Google Scholar describes them in its guidelines for inclusion:
https://scholar.google.com/intl/en/scholar/inclusion.html#indexing
"""

from __future__ import annotations

from papersette.exports.identifiers import to_arxiv_id, to_doi
from papersette.exports.rows import PaperRow, to_first_and_last, to_names
from papersette.exports.volumes import to_venue_name

VENUES = {"conference": "citation_conference_title", "journal": "citation_journal_title"}
"""Kind of the venue -> its tag; no tag fits other kinds, such as a group's publication list."""


def to_tags(paper: PaperRow, page: str) -> list[tuple[str, str]]:
    """Return the names and contents of the meta elements of a paper.

    Args:
        paper: A paper whose addresses are absolute.
        page: Address of the paper's page.
    """
    venue_tag = VENUES.get(paper["venue_kind"] or "")
    first, last = to_first_and_last(paper["pages"])
    tags = [
        ("citation_title", paper["title"] or paper["paper_id"]),
        *(("citation_author", name) for name, _ in to_names(paper)),
        ("citation_publication_date", to_date(paper)),
        *([(venue_tag, to_venue_name(paper))] if venue_tag else []),
        ("citation_volume", paper["volume"]),
        ("citation_issue", paper["issue"]),
        ("citation_firstpage", first),
        ("citation_lastpage", last),
        ("citation_doi", to_doi(paper)),
        ("citation_arxiv_id", to_arxiv_id(paper)),
        ("citation_language", paper["language"]),
        ("citation_pdf_url", paper["pdf_url"]),
        ("citation_abstract_html_url", page),
        *(("citation_keywords", tag) for tag in paper["tags"]),
        ("citation_abstract", paper["abstract"]),
    ]
    return [(name, text) for name, text in tags if text]


def to_date(paper: PaperRow) -> str:
    """Return the date of publication with slashes, or the year if there is no date.

    >>> to_date({"published": "2019-05-06", "year": 2019})
    '2019/05/06'
    """
    return str(paper["published"] or paper["year"] or "")[:10].replace("-", "/")
