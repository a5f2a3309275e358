"""Descriptions in the vocabulary of schema.org, as JSON-LD: a paper, and the site."""

from __future__ import annotations

from typing import Any

from papersette.exports.identifiers import to_arxiv_id, to_doi
from papersette.exports.rows import PaperRow, to_names
from papersette.exports.volumes import to_venue_name
from papersette.names import parse_with_family

CONTEXT = "https://schema.org"
VENUES = {"journal": "Periodical"}
"""Kind of the venue -> its type; other kinds are collections of papers."""


def to_article(paper: PaperRow, page: str, image: str | None = None) -> dict[str, Any]:
    """Return a paper as a ScholarlyArticle.

    Args:
        paper: A paper whose addresses are absolute.
        page: Address of the paper's page.
        image: Address of a picture that shows its title.
    """
    doi, arxiv_id = to_doi(paper), to_arxiv_id(paper)
    pdf = {"@type": "MediaObject", "encodingFormat": "application/pdf"}
    identifiers = [to_identifier(*pair) for pair in (("DOI", doi), ("arXiv", arxiv_id))]
    article = {
        "@context": CONTEXT,
        "@type": "ScholarlyArticle",
        "@id": page,
        "url": page,
        "name": paper["title"] or paper["paper_id"],
        "headline": paper["title"] or paper["paper_id"],
        "author": [to_author(*one) for one in to_names(paper)],
        "datePublished": str(paper["published"] or paper["year"] or ""),
        "isPartOf": to_venue(paper),
        "pagination": paper["pages"],
        "abstract": paper["abstract"],
        "inLanguage": paper["language"],
        "keywords": paper["tags"],
        "identifier": [one for one in identifiers if one],
        "sameAs": paper["url"],
        "encoding": pdf | {"contentUrl": paper["pdf_url"]} if paper["pdf_url"] else None,
        "image": image,
    }
    return {key: value for key, value in article.items() if value}


def to_venue(paper: PaperRow) -> dict[str, Any] | None:
    """Return the issue or volume that a paper is part of, which is part of the venue."""
    if not paper["venue"]:
        return None
    kind = VENUES.get(paper["venue_kind"] or "", "Collection")
    venue: dict[str, Any] = {"@type": kind, "name": to_venue_name(paper)}
    for part, name, value in (
        ("PublicationVolume", "volumeNumber", paper["volume"]),
        ("PublicationIssue", "issueNumber", paper["issue"]),
    ):
        venue = {"@type": part, name: value, "isPartOf": venue} if value else venue
    return venue


def to_author(name: str, family: str | None = None) -> dict[str, str]:
    """Return a person with separate name parts, or an organisation.

    >>> to_author("Laurens van der Maaten")["familyName"]
    'van der Maaten'
    """
    parsed = parse_with_family(name, family)
    if not parsed.given and " " in name:
        return {"@type": "Organization", "name": name}
    parts = {"familyName": parsed.family, "givenName": parsed.given}
    return {"@type": "Person", "name": name} | (parts if parsed.given else {})


def to_identifier(kind: str, value: str | None) -> dict[str, str] | None:
    return {"@type": "PropertyValue", "propertyID": kind, "value": value} if value else None


def to_website(title: str, page: str, search: str, description: str | None) -> dict[str, Any]:
    """Return the site as a WebSite that can be searched.

    Args:
        title: Title of the site.
        page: Address of its home page.
        search: Address of its search.
        description: A sentence about it.
    """
    query = {"@type": "EntryPoint", "urlTemplate": search + "?q={search_term_string}"}
    action = {
        "@type": "SearchAction",
        "target": query,
        "query-input": "required name=search_term_string",
    }
    site = {"@context": CONTEXT, "@type": "WebSite", "@id": page, "url": page, "name": title}
    return (
        site | {"potentialAction": action} | ({"description": description} if description else {})
    )
