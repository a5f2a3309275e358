"""Read works in Crossref's JSON: a response of its API with one or more works, or lines of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile
from papersette.records import Author, Count, LooseFile, Paper, Problem, Reference, Venue
from papersette.sources import dates, numbering, values
from papersette.sources.attachments import Attachments
from papersette.sources.plain_text import to_plain_paragraphs
from papersette.sources.reference_lists import to_reference
from papersette.sources.unused import to_missing, to_nameless, to_unused, without_empty
from papersette.text import to_slug

TEXTS = (
    "DOI", "URL", "abstract", "language", "publisher", "type", "volume", "issue", "page",
    "article-number",
)  # fmt: skip
LISTS = ("author", "editor", "link", "license", "reference")
KINDS = {
    "journal-article": "journal", "proceedings-article": "conference", "book-chapter": "book",
    "posted-content": "preprint", "dissertation": "thesis", "report": "report",
}  # fmt: skip
NO_PAPERS = frozenset(
    """book-series book-set component grant journal journal-issue journal-volume peer-review
    proceedings proceedings-series report-series""".split()
)
"""Types of works that are not papers."""
DATES = ("published", "published-print", "published-online", "issued", "posted", "created")
USED = {*TEXTS, *LISTS, *DATES, "title", "subtitle", "container-title", "event", "subject"}
ABOUT_RECORD = frozenset(
    """accepted alternative-id approved archive assertion content-created content-domain
    content-updated deposited free-to-read indexed is-referenced-by-count isbn-type issn-type
    journal-issue member prefix published-other reference-count references-count resource score
    short-container-title short-title source subtype supplementary-id update-policy""".split()
)
"""Keys that are about the registration of a work or the query, or repeat others. Not among them are
those that a library would miss, such as ISBN, funder, original-title and update-to, which names the
work that this one corrects or retracts."""
OTHER_PAGES = (
    "a response has 20 works by default and 1,000 with “rows=1000”: save all pages with “cursor=*” "
    "as one list, or one work a line (.jsonl)"
)


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of works without container-title."""
    file: Path
    """A saved JSON response of api.crossref.org, a list of works, or one work a line (.jsonl)."""
    files: Path | None = None
    """A folder of PDFs and its subfolders; files are named by DOI, with _ or - for its slash."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every work. Raises `UserError` if the file has no works."""
    venue, name = settings.venue.venue_id, settings.file.name
    attached = Attachments(settings.files, venue)
    yield from attached.problems
    loaded, total = _load(settings.file)
    yield Count(len(loaded.value))
    missing = to_missing(len(loaded.value), total, "works", OTHER_PAGES)
    papers = (without_empty(work) for work in loaded.value if _is_paper(work))
    unused = to_unused(papers, USED | ABOUT_RECORD, "key")
    for reason in filter(None, (*loaded.reasons, missing, unused)):
        yield Problem(venue, name, "read", reason)
    for number, work in enumerate(loaded.value, start=1):
        item = f"{name}: work {number}"
        if not isinstance(work, Mapping):
            reason = work if isinstance(work, str) else "is no work, which is a JSON object"
            yield Problem(venue, item, "read", reason, lost=True)
        elif not _is_paper(work):
            yield Problem(venue, item, "skip", f"is no paper, but a {work['type']}")
        else:
            checked, reasons = _check(work)
            paper = _to_paper(checked, settings, attached, item)
            yield paper
            yield from (Problem(venue, item, "read", why, paper.paper_id) for why in reasons)
    yield from attached.rest(name)


def _load(path: Path) -> tuple[loading.Loaded, int]:
    """Return the works of a file, and the number that its query has; 0 if it is not given.

    A work that is not valid JSON is a text with the reason.
    """
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return loading.load_json_lines(loading.read_text(path)), 0
    loaded = loading.load_json(path)
    value = loaded.value
    message = value.get("message", value) if isinstance(value, Mapping) else value
    works = message.get("items", message) if isinstance(message, Mapping) else message
    if isinstance(works, Mapping) and "DOI" in works:
        works = [works]
    if not isinstance(works, list):
        raise BadFile(path, "is no answer of Crossref: it has no works; save the answer unchanged")
    total = message.get("total-results") if isinstance(message, Mapping) else None
    return loading.Loaded(works, loaded.reasons), total if isinstance(total, int) else 0


def _is_paper(work: Any) -> bool:
    return isinstance(work, Mapping) and str(work.get("type")) not in NO_PAPERS


def _check(work: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a work without values of the wrong type, and what cannot be used of it."""
    checked, reasons = values.check_types(work, TEXTS, LISTS)
    for name in ("author", "editor"):
        people = checked.get(name) or []
        nameless = sum(_to_name(values.to_object(person)) is None for person in people)
        reasons += filter(None, [to_nameless(nameless, len(people), name)])
    years = [parts[0] for name in DATES if (parts := dates.to_date_parts(work.get(name)))]
    reasons += dict.fromkeys(wrong for year in years if (wrong := dates.check_year(year)))
    return checked, reasons


def _to_paper(
    work: Mapping[str, Any], settings: Settings, attached: Attachments, item: str
) -> Paper:
    doi = values.to_doi(work.get("DOI"))
    title = _to_title(work)
    published = next((date for name in DATES if (date := to_date(work.get(name)))), None)
    paper_id = doi or to_slug(title or item)
    forms = [paper_id.replace("/", mark) for mark in "_-"]
    return Paper(
        paper_id=paper_id,
        venue=_to_venue(work) or settings.venue,
        title=title,
        authors=tuple(_to_authors(work.get("author") or ())),
        year=dates.to_year(published) or settings.venue.year,
        published=published,
        abstract=to_plain_paragraphs(work.get("abstract")),
        tags=values.to_list(work.get("subject")) if isinstance(work.get("subject"), list) else (),
        language=values.to_language(work.get("language")) or settings.language,
        doi=doi,
        volume=numbering.to_issue(work.get("volume")),
        issue=numbering.to_issue(work.get("issue")),
        pages=numbering.to_pages(work.get("page"))
        or numbering.to_pages(work.get("article-number")),
        license=_to_license(work.get("license") or ()),
        references=tuple(to_references(work.get("reference") or ())),
        url=f"https://doi.org/{doi}" if doi else values.to_text(work.get("URL")),
        pdf_url=_to_pdf_url(work.get("link") or ()),
        file=attached.take((f"{form}.pdf" for form in forms), paper_id),
        item=item,
    )


def _first(given: Any) -> str | None:
    """Return the first text of a list, or a single text, without markup."""
    parts = given if isinstance(given, list) else [given]
    texts = (values.to_text(to_plain_paragraphs(part)) for part in parts)
    return next(filter(None, texts), None)


def _to_title(work: Mapping[str, Any]) -> str | None:
    title, subtitle = _first(work.get("title")), _first(work.get("subtitle"))
    repeated = not subtitle or subtitle.lower() in (title or "").lower()
    return title if repeated else f"{title}: {subtitle}" if title else subtitle


def _to_authors(people: Sequence[Any]) -> Iterator[Author]:
    for person in people:
        if not isinstance(person, Mapping):
            continue
        given = person.get("affiliation")
        names = [
            values.to_text(one.get("name"))
            for one in (given if isinstance(given, list) else ())
            if isinstance(one, Mapping)
        ]
        if name := _to_name(person):
            affiliation = "; ".join(filter(None, names)) or None
            yield Author(
                name,
                affiliation,
                orcid=values.to_orcid(person.get("ORCID")),
                family=values.to_family(name, person.get("family")),
            )


def _to_name(person: Mapping[str, Any]) -> str | None:
    parts = (values.to_text(person.get(part)) for part in ("given", "family", "suffix"))
    return " ".join(filter(None, parts)) or values.to_text(person.get("name"))


def to_date(given: Any) -> str | None:
    """Return an ISO date, as precise as {"date-parts": [[2014, 5]]} is."""
    return dates.to_date(*parts) if (parts := dates.to_date_parts(given)) else None


def _to_venue(work: Mapping[str, Any]) -> Venue | None:
    event = values.to_object(work, "event")
    name = _first(work.get("container-title")) or _first(event.get("name"))
    if not name or not to_slug(name):
        return None
    people = [p for p in work.get("editor") or () if isinstance(p, Mapping)]
    days = [date for part in ("start", "end") if (date := to_date(event.get(part)))]
    return Venue(
        to_slug(name),
        name,
        kind=KINDS.get(str(work.get("type"))),
        event=_first(event.get("name")),
        location=_first(event.get("location")),
        dates=" – ".join(dict.fromkeys(days)) or None,
        editors="; ".join(filter(None, map(_to_name, people))) or None,
        publisher=values.to_text(work.get("publisher")),
    )


def _to_license(licenses: Sequence[Any]) -> str | None:
    """Return the address of the licence, preferably that of the published version."""
    given = [entry for entry in licenses if isinstance(entry, Mapping)]
    given.sort(key=lambda entry: entry.get("content-version") != "vor")
    return next((text for entry in given if (text := values.to_text(entry.get("URL")))), None)


def _to_pdf_url(links: Sequence[Any]) -> str | None:
    given = (link for link in links if isinstance(link, Mapping))
    pdfs = (link.get("URL") for link in given if link.get("content-type") == "application/pdf")
    return next((text for url in pdfs if (text := values.to_text(url))), None)


def to_references(given: Sequence[Any]) -> Iterator[Reference]:
    """Yield the references of a work; each is a set of fields or an unstructured text."""
    for entry in given:
        if not isinstance(entry, Mapping):
            continue
        title = _first(entry.get("article-title"))
        volume = _first(entry.get("volume-title"))
        venue = _first(entry.get("journal-title")) or _first(entry.get("series-title"))
        pages = " ".join(
            filter(None, (_first(entry.get("volume")), _first(entry.get("first-page"))))
        )
        reference = to_reference(
            raw=_first(entry.get("unstructured")) or "",
            title=title or volume,
            authors=[text for text in [_first(entry.get("author"))] if text],
            year=entry.get("year"),
            venue=venue or (volume if title else None),
            pages=pages,
            doi=entry.get("DOI"),
        )
        if reference:
            yield reference
