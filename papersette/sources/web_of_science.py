"""Read a record of Web of Science's tagged text, with its affiliations and cited references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import rispy

from papersette.names import parse_name
from papersette.records import Author, Paper, Reference, Venue
from papersette.sources import dates, numbering, values
from papersette.sources.reference_lists import to_reference
from papersette.sources.unused import to_nameless
from papersette.text import to_slug

USED = frozenset(
    "PT AU AF TI SO LA DE AB C1 CR PU PD PY DI UT OI CT CL CY BE VL IS BP EP AR ER EF".split()
)
"""Tags that are read."""
KINDS = {"J": "journal", "S": "journal", "B": "book", "C": "conference"}


def to_paper(
    lines: Sequence[str], venue: Venue, language: str | None, item: str
) -> tuple[Paper, list[str]]:
    """Return the paper of a record, and what cannot be used of it.

    `venue` is used if the record names no publication.
    """
    text = "\n".join([*lines, "ER"])
    found: list[Mapping[str, Any]] = rispy.loads(
        text, implementation=rispy.WokParser, skip_unknown_tags=True
    )
    fields = found[0] if found else {}
    doi = values.to_doi(fields.get("doi"))
    title = values.to_text(fields.get("document_title"))
    published = _to_published(fields)
    authors = tuple(_to_authors(fields))
    given = len(_to_names(fields))
    unnamed = to_nameless(given - len(authors), given, "author")
    reasons = filter(None, [unnamed, dates.check_year(fields.get("publication_year"))])
    paper = Paper(
        paper_id=values.to_text(fields.get("accession_number")) or doi or to_slug(title or item),
        venue=_to_venue(fields) or venue,
        title=title,
        authors=authors,
        year=dates.to_year(published) or venue.year,
        published=published,
        abstract=values.to_paragraphs(fields.get("abstract")),
        tags=values.to_list(fields.get("author_keywords"), separators=";"),
        language=values.to_language(fields.get("language")) or language,
        doi=doi,
        volume=numbering.to_issue(fields.get("volume")),
        issue=numbering.to_issue(fields.get("issue")),
        pages=numbering.to_pages(fields.get("beginning_page"), fields.get("ending_page"))
        or numbering.to_pages(fields.get("article_number")),
        references=tuple(map(_to_reference, fields.get("cited_references") or ())),
        url=f"https://doi.org/{doi}" if doi else None,
        item=item,
    )
    return paper, list(reasons)


def _to_venue(fields: Mapping[str, Any]) -> Venue | None:
    name = values.to_text(fields.get("publication_name"))
    if not name or not to_slug(name):
        return None
    conference = values.to_text(fields.get("conference_title"))
    return Venue(
        to_slug(name),
        name,
        kind="conference" if conference else KINDS.get(str(fields.get("publication_type")).strip()),
        event=conference,
        location=values.to_text(fields.get("conference_location")),
        dates=values.to_text(fields.get("conference_date")),
        editors=values.to_text(fields.get("editors")),
        publisher=values.to_text(fields.get("publisher")),
    )


def _to_published(fields: Mapping[str, Any]) -> str | None:
    """Return the date of publication; month and day are written “MAR 14” or “FEB”."""
    month, day = [*str(fields.get("publication_date") or "").split(), "", ""][:2]
    return dates.to_date(fields.get("publication_year"), month.partition("-")[0], day)


def _to_names(fields: Mapping[str, Any]) -> list[str]:
    """Return the full names of the authors, or else their short ones."""
    return [str(name) for name in fields.get("author_full_name") or fields.get("authors") or ()]


def _to_authors(fields: Mapping[str, Any]) -> Iterator[Author]:
    affiliations, orcids = _to_affiliations(fields), _to_orcids(fields)
    for name in _to_names(fields):
        key = parse_name(name).key
        family, _, given = name.partition(",")
        text = values.to_text(f"{given} {family}")
        if text:
            yield Author(
                text,
                affiliations.get(key) or affiliations.get(""),
                orcid=orcids.get(key),
                family=values.to_family(text, family) if given else None,
            )


def _to_affiliations(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the affiliation of each author by key; an affiliation of all has the key "".

    The field has “[Law, C; Loach, P] Univ A, City.”, or one institution for all.
    """
    text = str(fields.get("author_address") or "")
    affiliations: dict[str, list[str]] = {}
    for names, affiliation in re.findall(r"\[([^\]]*)\]([^\[]*)", text) or [("", text)]:
        for name in names.split(";"):
            affiliations.setdefault(parse_name(name).key if name else "", []).append(
                affiliation.strip(" .;")
            )
    return {key: "; ".join(filter(None, given)) for key, given in affiliations.items()}


def _to_orcids(fields: Mapping[str, Any]) -> dict[str, str]:
    given = str(fields.get("orcid_id") or "").split(";")
    pairs = ((part.partition("/")[0], values.to_orcid(part)) for part in given)
    return {parse_name(name).key: orcid for name, orcid in pairs if orcid and name.strip()}


def _to_reference(raw: Any) -> Reference:
    """Read “ALLEN JP, 1986, P NATL ACAD SCI USA, V83, P8589, DOI 10.1073/pnas.83.22.8589”."""
    text = values.to_text(raw) or "?"
    parts = [part.strip() for part in text.split(",")]
    at = next((i for i, part in enumerate(parts) if re.fullmatch(r"\d{4}", part)), None)
    venue = parts[at + 1] if at is not None and at + 1 < len(parts) else None
    reference = to_reference(
        raw=text,
        authors=parts[:1] if at else (),
        year=parts[at] if at is not None else None,
        venue=venue,
        doi=text,
    )
    return reference or Reference(text)
