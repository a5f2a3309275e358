"""Read CSL JSON, as Zotero and other reference managers export it.

Every item is a paper, whatever its type. Its venue is its container-title, or the catalog's venue.
Its PDF is one of its attachments, or the file whose name is its id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import dates, numbering, values
from papersette.sources.attachments import Attachments, to_pdf_url
from papersette.sources.unused import to_nameless, to_unused
from papersette.text import to_slug

TEXTS = (
    "id", "title", "container-title", "abstract", "keyword", "language", "URL", "DOI", "volume",
    "issue", "page",
)  # fmt: skip
USED = {
    *TEXTS, "type", "author", "issued", "license", "attachments", "file", "PDF", "event-title",
    "event", "event-place", "publisher", "citation-key", "citation-label", "page-first",
}  # fmt: skip
"""Keys of items that are read, or only repeat others."""
KINDS = {
    "article-journal": "journal",
    "paper-conference": "conference",
    "chapter": "book",
    "webpage": "web",
}


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of items without a container-title."""
    file: Path
    """A JSON list of CSL items."""
    files: Path | None = None
    """The folder with the files that the items name, and its subfolders."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every item. Raises `UserError` if the file is not a list of items."""
    loaded, venue = loading.load_json(settings.file), settings.venue.venue_id
    attached = Attachments(settings.files, venue)
    yield from attached.problems
    items = _to_items(loaded.value, settings.file)
    yield Count(len(items))
    for reason in loaded.reasons:
        yield Problem(venue, settings.file.name, "read", reason)
    if unused := to_unused((one for one in items if isinstance(one, Mapping)), USED, "key"):
        yield Problem(venue, settings.file.name, "read", unused)
    for number, item in enumerate(items, start=1):
        where = f"{settings.file.name}: item {number}"
        if isinstance(item, Mapping):
            checked, reasons = values.check_types(item, TEXTS, ["author"])
            reasons += _name_reasons(checked.get("author") or ()) + _date_reasons(
                item.get("issued")
            )
            paper = _to_paper(checked, settings, attached, where)
            yield paper
            if paper.file is None:
                yield from attached.report(to_names(item), where, paper.paper_id)
            yield from (Problem(venue, where, "read", why, paper.paper_id) for why in reasons)
        else:
            reason = "is not a CSL item, which is a JSON object"
            yield Problem(venue, where, "read", reason, lost=True)
    yield from attached.rest(settings.file.name)


def to_names(item: Mapping[str, Any]) -> list[str]:
    """Return the paths and addresses of the files of an item.

    >>> to_names({"attachments": [{"path": "files/1/a.pdf"}], "PDF": "https://x.org/a.pdf"})
    ['files/1/a.pdf', 'https://x.org/a.pdf']
    """
    listed = item.get("attachments")
    given = [*(listed if isinstance(listed, list) else [listed]), item.get("file"), item.get("PDF")]
    names = []
    for one in given:
        keys = ("path", "localPath", "url", "href")
        parts = [one.get(key) for key in keys] if isinstance(one, Mapping) else [one]
        for part in parts:
            names += [t for name in str(part or "").split(";") if (t := values.to_text(name))]
    return names


def _to_items(given: Any, path: Path) -> list[Any]:
    if isinstance(given, Mapping) and isinstance(given.get("items"), list):
        given = given["items"]
    if not isinstance(given, list):
        raise BadFile(path, "is no JSON list of CSL items, as reference managers export it")
    return given


def _to_paper(
    item: Mapping[str, Any], settings: Settings, attached: Attachments, where: str
) -> Paper:
    doi = values.to_doi(item.get("DOI"))
    short = re.search(r"10/\w+$", values.to_text(item.get("DOI")) or "")  # resolved by doi.org, too
    address = doi or (short.group() if short else None)
    title = values.to_plain(item.get("title"))
    paper_id = values.to_text(item.get("id")) or to_slug(title or "") or to_slug(where)
    names = to_names(item)
    published = _to_date(item.get("issued"))
    return Paper(
        paper_id=paper_id,
        venue=_to_venue(item) or settings.venue,
        title=title,
        authors=tuple(_to_authors(item.get("author") or ())),
        year=dates.to_year(published),
        published=published,
        abstract=values.to_paragraphs(values.to_plain(item.get("abstract"), lines=True)),
        tags=values.to_list(item.get("keyword"), separators=";,"),
        language=values.to_language(item.get("language")) or settings.language,
        doi=doi,
        volume=numbering.to_issue(item.get("volume")),
        issue=numbering.to_issue(item.get("issue")),
        pages=numbering.to_pages(item.get("page") or item.get("page-first")),
        license=values.to_text(item.get("license")),
        url=values.to_text(item.get("URL")) or (f"https://doi.org/{address}" if address else None),
        pdf_url=to_pdf_url(names),
        file=attached.take(names, paper_id),
        item=where,
    )


def _to_venue(item: Mapping[str, Any]) -> Venue | None:
    names = (item.get(key) for key in ("container-title", "event-title", "event"))
    name = next((text for given in names if (text := values.to_plain(given))), None)
    return (
        Venue(
            to_slug(name),
            name,
            kind=KINDS.get(str(item.get("type"))),
            location=values.to_text(item.get("event-place")),
            publisher=values.to_text(item.get("publisher")),
        )
        if name and to_slug(name)
        else None
    )


def _to_authors(people: Sequence[Any]) -> Iterator[Author]:
    for person in people:
        if name := _to_name(person):
            orcid = person.get("ORCID") if isinstance(person, Mapping) else None
            family = values.to_family(name, _to_family(person))
            yield Author(name, orcid=values.to_orcid(orcid), family=family)


def _to_family(author: Any) -> str | None:
    """Return a family name with its particle, or an institution's name."""
    if not isinstance(author, Mapping):
        return None
    parts = (author.get("non-dropping-particle"), author.get("family") or author.get("literal"))
    return values.to_text(" ".join(str(part) for part in parts if part))


def _to_name(author: Any) -> str | None:
    """Join the parts of a personal name, or return an institution's "literal" name."""
    if not isinstance(author, Mapping):
        return values.to_text(author)
    parts = (
        author.get("given"),
        author.get("non-dropping-particle"),
        author.get("family"),
        author.get("suffix"),
    )
    return values.to_text(" ".join(str(part) for part in parts if part)) or values.to_text(
        author.get("literal")
    )


def _name_reasons(people: Sequence[Any]) -> list[str]:
    """Return a reason if some authors have no name."""
    nameless = sum(_to_name(person) is None for person in people)
    return list(filter(None, [to_nameless(nameless, len(people), "author")]))


def _date_reasons(issued: Any) -> list[str]:
    """Return a reason if a date has a part that does not exist, or cannot be read."""
    if text := _to_date_text(issued):
        return [reason for reason in [dates.read_date(text)[1]] if reason]
    given = [part for part in dates.to_date_parts(issued) if part]
    found = (_to_date(issued) or "").split("-")
    if given and (wrong := dates.check_year(given[0])):
        return [wrong]
    if len(given) == len(found) or not given:
        return []
    shown = "-".join(map(str, given))[:80]
    return [f"has the date {shown}, which does not exist; {'-'.join(found)} is used: correct it"]


def _to_date_text(issued: Any) -> str | None:
    """Return a date that is a text, as in pandoc's "2019-05-03"; None for one in parts."""
    if dates.to_date_parts(issued):
        return None
    given = values.to_object(issued)
    return values.to_text(given.get("raw") or given.get("literal") or issued)


def _to_date(issued: Any) -> str | None:
    """Return an ISO date, as precise as {"date-parts": [["2014", 5]]} or {"raw": "May 2014"} is."""
    parts = dates.to_date_parts(issued)
    numbers = [int(part) for part in parts if str(part).strip().isdecimal()]
    if numbers and dates.to_year(numbers[0]):
        return dates.to_date(*numbers)
    if text := _to_date_text(issued):
        return dates.read_date(text)[0]
    year = dates.to_year(json.dumps(issued))
    return str(year) if year else None
