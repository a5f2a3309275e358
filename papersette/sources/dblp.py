"""Read DBLP XML: records, a person's page, a search response, or a submitted volume.

The formats are described at dblp.org/faq: dblp.xml, person.xml, the search API, and the XML in
which publishers submit tables of contents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from papersette import markup
from papersette.errors import BadFile
from papersette.markup import Element, to_plain_text
from papersette.records import Author, Count, LooseFile, Paper, Problem, Session, Slot, Venue
from papersette.sources import dates, files, numbering, values
from papersette.sources.unused import to_elements, to_missing, to_nameless, to_unused
from papersette.text import to_slug

SITE = "https://dblp.org/rec/"
RECORDS = {
    "article": "journal", "inproceedings": "conference", "incollection": "book", "book": "book",
    "phdthesis": "thesis", "mastersthesis": "thesis", "data": "data", "proceedings": "conference",
    "www": "web",
}  # fmt: skip
"""Element of a record -> kind of its venue."""
USED = frozenset(
    """title author authors editor pages year volume number ee url doi abstract key type journal
    booktitle school venue publisher crossref conf toc access""".split()
)
"""Elements of a record or of a submitted volume."""
AUTHORS = ("author", "authors/author", "editor")
"""Elements of the people who become authors, the first that a record has."""
NO_PAPERS = {"proceedings": "is a volume, whose papers are used", "www": "is a person's page"}
OTHER_PAGES = "DBLP returns 30 by default: save it again with “h=1000”, and the next with “f=1000”"
TYPES = {"Journal Articles": "journal", "Conference and Workshop Papers": "conference"}
"""Type of a publication in a search response -> kind of its venue."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of records without journal or conference, and of a submitted volume."""
    file: Path
    files: Path | None = None
    """A folder of PDFs, named by the end of the key: Rabin10.pdf for conf/crypto/Rabin10."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every record. Raises `UserError` if the file is not from DBLP."""
    venue, name = settings.venue.venue_id, settings.file.name
    folder, problems = files.read_folder(settings.files, venue) if settings.files else ({}, [])
    yield from problems
    loaded = markup.load_xml(settings.file)
    root = loaded.value
    if root is None or root.tag not in {"dblp", "dblpperson", "dblpsubmission", "result"}:
        reason = "; ".join(["is not XML of DBLP", *loaded.reasons])
        raise BadFile(settings.file, reason)
    for reason in loaded.reasons:
        yield Problem(venue, name, "read", f"{reason}, so that papers may be missing")
    if unused := to_unused(map(to_elements, _to_described(root)), USED, "element"):
        yield Problem(venue, name, "read", unused)
    if root.tag == "dblpsubmission":
        yield from _read_submission(root, settings, folder)
    else:
        yield from _read_records(root, settings, folder)
    for path in folder.values():
        yield LooseFile(venue, path)


def _to_described(root: Element) -> list[Element]:
    """Return the elements that describe papers and volumes."""
    if root.tag == "dblpsubmission":
        return [*root, *root.iter("publ")]
    return [one for one in root.iter() if one.tag == "info" or one.tag in {*RECORDS} - {"www"}]


def _read_records(
    root: Element, settings: Settings, folder: dict[str, Path]
) -> Iterator[Paper | Problem | Count]:
    records = [child for child in root.iter() if child.tag in RECORDS or child.tag == "info"]
    volumes = {record.get("key"): record for record in records if record.tag == "proceedings"}
    yield Count(len(records))
    if missing := to_missing(len(records), _to_total(root), "records", OTHER_PAGES):
        yield Problem(settings.venue.venue_id, settings.file.name, "read", missing)
    for number, record in enumerate(records, start=1):
        key = record.get("key") or _text(record, "key")
        item = f"{settings.file.name}: record {key or number}"
        if reason := NO_PAPERS.get(record.tag):
            yield Problem(settings.venue.venue_id, item, "skip", reason)
            yield from _to_problems(record, ["editor"], settings, item)
            continue
        volume = volumes.get(_text(record, "crossref"))
        venue = _to_venue(record, volume) or settings.venue
        paper = _to_paper(record, key, venue, settings, folder, item)
        yield replace(paper, url=paper.url or (f"{SITE}{key}" if key else None))
        yield from _to_problems(record, AUTHORS, settings, item, paper.paper_id)


def _to_total(root: Element) -> int:
    """Return the number of records that a search has; 0 if the file is no search response."""
    hits = root.find("hits")
    text = (hits.get("total") or "") if hits is not None else ""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def _read_submission(
    root: Element, settings: Settings, folder: dict[str, Path]
) -> Iterator[Paper | Problem | Count]:
    """Yield the papers of each volume; the headings of its table of contents are sessions."""
    for volume in root:
        contents = volume.find("toc")
        papers = contents.findall("publ") if contents is not None else []
        venue = _to_submitted_venue(volume, settings.venue)
        yield Count(len(papers))
        slot, position = None, 0
        for child in contents if contents is not None else ():
            if child.tag == "section" and (title := values.to_text(to_plain_text(child))):
                slot = Session(f"{venue.venue_id}-{to_slug(title)}", title)
            elif child.tag == "publ":
                position += 1
                item = f"{settings.file.name}: publ {position}"
                paper = _to_paper(child, _text(child, "key"), venue, settings, folder, item)
                slots = (Slot(slot, position),) if slot else ()
                yield replace(paper, slots=slots, year=paper.year or venue.year)
                yield from _to_problems(child, AUTHORS, settings, item, paper.paper_id)


def _to_submitted_venue(volume: Element, venue: Venue) -> Venue:
    """Return the catalog's venue with the values that the volume gives."""
    conference = volume.find("conf")
    conference = Element("conf") if conference is None else conference
    return replace(
        venue,
        year=venue.year or dates.to_year(_text(volume, "year")),
        url=venue.url or _text(conference, "url"),
        event=venue.event or _title(volume),
        location=venue.location or _text(conference, "location"),
        dates=venue.dates or _text(conference, "date"),
        editors=venue.editors or _names(volume, "editor"),
        publisher=venue.publisher or _text(volume, "publisher"),
    )


def _to_venue(record: Element, volume: Element | None) -> Venue | None:
    """Return the venue of a record: its journal, or its conference of that year."""
    name = _text(record, "booktitle") or _text(record, "journal") or _text(record, "venue")
    name = name or _text(record, "school")
    if not name or not to_slug(name):
        return None
    kind = RECORDS.get(record.tag) or TYPES.get(_text(record, "type") or "")
    year = dates.to_year(_text(record, "year")) if kind == "conference" else None
    own = volume if volume is not None else Element("none")
    return Venue(
        to_slug(f"{name} {year or ''}"),
        name,
        year,
        kind,
        event=_title(own),
        editors=_names(own, "editor"),
        publisher=_text(own, "publisher"),
    )


def _text(record: Element, name: str) -> str | None:
    return values.to_text(to_plain_text(record.find(name)))


def _title(record: Element) -> str | None:
    """Return the title without the full stop that DBLP adds to every title."""
    return re.sub(r"(?<!\.)\.$", "", _text(record, "title") or "") or None


def _names(record: Element, role: str) -> str | None:
    names = (values.to_text(to_plain_text(person)) for person in record.findall(role))
    return "; ".join(filter(None, names)) or None


def _people(record: Element, paths: Sequence[str]) -> list[Element]:
    """Return the people of the first path that has some."""
    return next((people for path in paths if (people := record.findall(path))), [])


def _to_problems(
    record: Element,
    paths: Sequence[str],
    settings: Settings,
    item: str,
    paper_id: str | None = None,
) -> Iterator[Problem]:
    """Yield a problem if some people of a record have no name, and one if its year is none."""
    people = _people(record, paths)
    nameless = sum(values.to_text(to_plain_text(person)) is None for person in people)
    noun = "editor" if people and people[0].tag == "editor" else "author"
    wrong = dates.check_year(_text(record, "year"))
    for reason in filter(None, (to_nameless(nameless, len(people), noun), wrong)):
        yield Problem(settings.venue.venue_id, item, "read", reason, paper_id)


def _to_paper(
    record: Element,
    key: str | None,
    venue: Venue,
    settings: Settings,
    folder: dict[str, Path],
    item: str,
) -> Paper:
    links = [text for link in record.findall("ee") if (text := values.to_text(to_plain_text(link)))]
    doi = next((d for t in [_text(record, "doi"), *links] if (d := values.to_doi(t))), None)
    title = _title(record)
    return Paper(
        paper_id=key or doi or to_slug(title or item),
        venue=venue,
        title=title,
        authors=tuple(
            Author(name, orcid=values.to_orcid(person.get("orcid")))
            for person in _people(record, AUTHORS)
            if (name := values.to_text(to_plain_text(person)))
        ),
        year=dates.to_year(_text(record, "year")),
        abstract=values.to_paragraphs(_text(record, "abstract")),
        language=settings.language,
        doi=doi,
        volume=numbering.to_issue(_text(record, "volume")),
        issue=numbering.to_issue(_text(record, "number")),
        pages=numbering.to_pages(_text(record, "pages")),
        url=next((link for link in links if link.startswith("http")), None)
        or (f"https://doi.org/{doi}" if doi else None),
        file=folder.pop(key.rpartition("/")[2], None) if key else None,
        item=item,
    )
