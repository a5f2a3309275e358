"""Read a saved response of arXiv's API, an Atom feed.

Each version of a paper becomes a separate paper, with the identifier and version as its paper_id
(2510.14968v1), so that a later version does not change a URL. Categories are tags.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from papersette import markup
from papersette.errors import BadFile, UserError
from papersette.loading import Loaded
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import dates, files, live, values
from papersette.sources.unused import to_missing, to_nameless


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path | None = None
    """A saved response of https://export.arxiv.org/api/query?…"""
    query: str | None = None
    """A live search instead of a file, for example "cat:cs.DL AND ti:retrieval"."""
    ids: list[str] = field(default_factory=list)
    """Identifiers to read live; with a query, only those of them that match it are read."""
    most: int = 1000
    """The largest number of papers of a live search; a problem reports that there are more."""
    api: str = "https://export.arxiv.org/api/query"
    files: Path | None = None
    """A folder of PDFs named by identifier, 2510.14968v1.pdf."""
    language: str | None = None


def fetch(settings: Settings, folder: Path, *, offline: bool) -> tuple[Settings, list[Problem]]:
    """Save arXiv's response as an Atom feed in `folder`; return settings to read it from there."""
    if not settings.query and not settings.ids:
        return settings, []
    arxiv = live.load_client("arxiv")
    ids = list(map(to_id, settings.ids))
    wanted = f"{settings.query or ''} {' '.join(ids)}".strip()
    digest = hashlib.sha256(f"{wanted} {settings.most}".encode()).hexdigest()
    path = folder / f"arxiv-{digest[:16]}.xml"

    def request() -> str:
        client = arxiv.Client(page_size=100, delay_seconds=PAUSE, num_retries=live.TRIES - 1)
        client.query_url_format = settings.api + "?{}"
        live.limit_waiting(client._session)  # the client has no public setting for a time limit
        totals = [0]
        client._session.hooks["response"].append(
            lambda response, **_: totals.append(_find_total(response.content))
        )
        search = arxiv.Search(
            query=settings.query or "",
            id_list=ids,
            max_results=settings.most,
        )
        entries = list(client.results(search))
        return _to_atom(entries, max(totals))

    warning = live.fetch_answer(
        path, f"arXiv, {wanted}", request, arxiv.ArxivError, offline=offline
    )
    problems = [Problem(settings.venue.venue_id, wanted, "download", warning)] if warning else []
    return replace(settings, file=path, ids=ids), problems


def to_id(given: Any) -> str:
    """Return an identifier of a catalog; YAML reads one without quotes and version as a number.

    The part after the dot has five digits since 2015, and four before.

    >>> to_id(2510.1), to_id(704.0001), to_id("2510.14968v1")
    ('2510.10000', '0704.0001', '2510.14968v1')
    """
    if not isinstance(given, float):
        return str(given).strip()
    return f"{given:010.5f}" if given >= 1501 else f"{given:09.4f}"


def _find_total(content: bytes) -> int:
    """Return the number of papers of a query in a response; 0 if it does not give it."""
    found = re.search(rb"totalResults[^<>]*>\s*([0-9]{1,9})\s*<", content)
    return int(found[1]) if found else 0


PAUSE = 3.0
"""Seconds between requests, as arXiv's terms require."""
ATOM = "http://www.w3.org/2005/Atom"
OWN = "http://arxiv.org/schemas/atom"
"""Namespace of the elements that arXiv adds to Atom."""
AUTHOR, AFFILIATION = f"{{{ATOM}}}author", f"{{{OWN}}}affiliation"
TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
OTHER_PAGES = (
    "arXiv returns 10 by default: save it again with “max_results=”, or name the query as “query”"
)


def _to_atom(results: Iterable[Any], total: int) -> str:
    """Return a feed of the results; `total` is the number of papers that the query has."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    ElementTree.SubElement(feed, TOTAL).text = str(total)
    for result in results:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        published = result.published.isoformat() if result.published else None
        for name, text in (
            ("id", result.entry_id),
            ("title", result.title),
            ("summary", result.summary),
            ("published", published),
        ):
            ElementTree.SubElement(entry, f"{{{ATOM}}}{name}").text = text
        for author in result.authors:
            ElementTree.SubElement(
                ElementTree.SubElement(entry, f"{{{ATOM}}}author"), f"{{{ATOM}}}name"
            ).text = author.name
        if result.doi:
            ElementTree.SubElement(entry, f"{{{OWN}}}doi").text = result.doi
        for category in result.categories:
            ElementTree.SubElement(entry, f"{{{ATOM}}}category", term=category)
        if result.pdf_url:
            ElementTree.SubElement(
                entry, f"{{{ATOM}}}link", title="pdf", href=result.pdf_url, rel="related"
            )
    return ElementTree.tostring(feed, encoding="unicode")


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every entry. Raises `UserError` if the file is not an Atom feed."""
    venue = settings.venue.venue_id
    if settings.file is None:
        raise UserError(
            f"{venue}: an arxiv source needs “file”, a saved response, "
            "or “query” or “ids” to read live"
        )
    folder, problems = files.read_folder(settings.files, venue) if settings.files else ({}, [])
    yield from problems
    name = settings.file.name
    loaded = markup.load_xml(settings.file, namespaces=True)
    entries = _to_entries(loaded, settings.file)
    yield Count(len(entries))
    damage = (
        f"{reason}, so that papers may be missing; save it again" for reason in loaded.reasons
    )
    other_pages = _to_remedy(settings, len(entries))
    missing = to_missing(len(entries), _to_total(loaded.value), "papers", other_pages)
    for reason in filter(None, (*damage, missing)):
        yield Problem(venue, name, "read", reason)
    for wanted in _to_missing_ids(settings, entries):
        reason = "is not in arXiv's response; correct it in “ids”"
        yield Problem(venue, wanted, "read", reason)
    for number, entry in enumerate(entries, start=1):
        item = f"{name}: entry {number}"
        if identifier := _to_identifier(entry):
            file = folder.pop(identifier.replace("/", "_"), None)
            yield _to_paper(entry, identifier, settings, file, item)
            people = entry.findall(AUTHOR)
            nameless = sum(_text(person, "name") is None for person in people)
            if unnamed := to_nameless(nameless, len(people), "author"):
                yield Problem(venue, item, "read", unnamed, identifier)
        else:
            message = _text(entry, "summary") or "has no identifier"
            reason = f"is not a paper: arXiv says “{message[:200]}”"
            yield Problem(venue, item, "read", reason, lost=True)
    yield from files.to_loose(folder, venue, settings.files)


def _to_remedy(settings: Settings, count: int) -> str:
    """Return how to get the papers that a response of `count` papers does not have."""
    if not settings.query and not settings.ids:
        return OTHER_PAGES
    if count >= settings.most:
        return f"the catalog limits them to {settings.most:,}: raise “most” to read the others"
    return "arXiv did not send the others: build again after a day, when they are requested again"


def _to_missing_ids(settings: Settings, entries: Iterable[ElementTree.Element]) -> list[str]:
    """Return the identifiers of a live source without query that no entry has.

    One without version stands for each version.
    """
    found = [_to_identifier(entry) for entry in entries]
    known = {*found, *map(_without_version, found)}
    wanted = [] if settings.query else settings.ids
    return [one for one in wanted if one not in known]


def _to_identifier(entry: ElementTree.Element) -> str:
    return (_text(entry, "id") or "").partition("/abs/")[2]


def _without_version(identifier: str) -> str:
    return re.sub(r"v[0-9]+$", "", identifier)


def _to_entries(loaded: Loaded, path: Path) -> list[ElementTree.Element]:
    feed: ElementTree.Element | None = loaded.value
    if feed is None or feed.tag != f"{{{ATOM}}}feed":
        reason = "is not an Atom feed; save the response of arXiv's API unchanged"
        raise BadFile(path, "; ".join([reason, *loaded.reasons]))
    return feed.findall(f"{{{ATOM}}}entry")


def _to_total(feed: ElementTree.Element) -> int:
    """Return the number of papers that the query has; 0 if the feed does not give it."""
    text = feed.findtext(TOTAL) or ""
    return int(text) if re.fullmatch("[0-9]{1,9}", text.strip()) else 0


def _text(element: ElementTree.Element, name: str) -> str | None:
    return values.to_text(element.findtext(f"{{{ATOM}}}{name}"))


def _to_paper(
    entry: ElementTree.Element, identifier: str, settings: Settings, file: Path | None, item: str
) -> Paper:
    links = entry.findall(f"{{{ATOM}}}link")
    pdf = next((link.get("href") for link in links if link.get("title") == "pdf"), None)
    return Paper(
        paper_id=identifier,
        venue=settings.venue,
        title=_text(entry, "title"),
        authors=tuple(
            Author(name, "; ".join(values.to_list(affiliations)) or None)
            for author in entry.findall(AUTHOR)
            if (name := _text(author, "name"))
            for affiliations in [[one.text for one in author.findall(AFFILIATION)]]
        ),
        year=dates.to_year(_text(entry, "published")),
        published=(_text(entry, "published") or "")[:10] or None,
        abstract=values.to_paragraphs(entry.findtext(f"{{{ATOM}}}summary")),
        tags=values.to_list([tag.get("term") for tag in entry.findall(f"{{{ATOM}}}category")]),
        language=settings.language,
        doi=values.to_doi(entry.findtext(f"{{{OWN}}}doi")),
        url=f"https://arxiv.org/abs/{identifier}",
        pdf_url=values.to_text(pdf),
        file=file,
        item=item,
        work=f"arxiv-{_without_version(identifier)}",
    )
