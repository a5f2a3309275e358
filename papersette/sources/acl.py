"""Read the XML of the ACL Anthology: each volume is a venue, each paper a paper.

The format is that of the folder data/xml of github.com/acl-org/acl-anthology.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from papersette import loading, markup
from papersette.errors import BadFile, UserError
from papersette.markup import Element, to_plain_text
from papersette.names import EAST_ASIAN
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import dates, files, numbering, values
from papersette.sources.acl_names import read_spellings
from papersette.sources.unused import to_elements, to_nameless, to_unused

SITE = "https://aclanthology.org"
KINDS = {"proceedings": "conference", "journal": "journal"}
USED = frozenset(
    """title author pages url abstract doi award retracted removed language year bibkey
    journal-volume journal-issue booktitle shortbooktitle editor publisher address month
    volume-number venue""".split()
)
"""Elements of a paper or of the metadata of a volume, with those that repeat others."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """Only the name of this source; the papers belong to the volumes."""
    file: Path
    """An XML file of the Anthology, or a folder of them."""
    files: Path | None = None
    """A folder of PDFs named by Anthology id, 2022.acl-long.1.pdf."""
    names: Path | None = None
    """The Anthology's name_variants.yaml or people.yaml, with other spellings of names."""
    language: str | None = None


@dataclass(frozen=True)
class Event:
    """A conference, whose proceedings may be several volumes."""

    name: str | None
    location: str | None
    dates: str | None


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every paper of every volume. Raises `UserError` if there are no volumes."""
    venue = settings.venue.venue_id
    folder, problems = files.read_folder(settings.files, venue) if settings.files else ({}, [])
    yield from problems
    collections: list[tuple[str, Element]] = []
    unusable: list[Problem] = []
    for path in _to_paths(settings.file, venue, unusable):
        try:
            loaded = markup.load_xml(path)
        except BadFile as error:
            loaded = loading.Loaded(None, [error.reason])
        root, reasons = loaded.value, "; ".join(loaded.reasons)
        if root is not None and root.tag == "collection" and root.find("volume") is not None:
            collections.append((path.name, root))
            if reasons:
                yield Problem(venue, path.name, "read", f"{reasons}, so that papers may be missing")
        elif path == settings.file:
            raise BadFile(path, f"is not XML of the ACL Anthology; {reasons}".rstrip("; "))
        else:
            yield Count(1)
            reason = "is not XML of the ACL Anthology: it has no <collection> with volumes"
            yield Problem(venue, path.name, "read", reasons or reason, lost=True)
    yield Count(len(unusable))
    yield from (replace(problem, lost=True) for problem in unusable)
    spellings = read_spellings(settings.names) if settings.names else {}
    events = {key: event for _, root in collections for key, event in _to_events(root)}
    for name, root in collections:
        for volume in root.findall("volume"):
            for one in _read_volume(volume, root.get("id") or "", name, settings, folder, events):
                yield _with_spellings(one, spellings) if isinstance(one, Paper) else one
        records = [*root.findall("volume/meta"), *root.findall("volume/paper")]
        if unused := to_unused(map(to_elements, records), USED, "element"):
            yield Problem(venue, name, "read", unused)
        talks = root.findall("event/talk")
        yield Count(len(talks))
        for talk in talks:
            item = f"{name}: {to_plain_text(talk.find('title'))}"
            yield Problem(venue, item, "skip", "is a talk without paper; it is not used")
    for path in folder.values():
        yield LooseFile(venue, path)


def _to_paths(file: Path, source: str, unusable: list[Problem]) -> list[Path]:
    """Return the file, or the files of the folder, and add a problem for each unusable file."""
    if not file.is_dir():
        return [file]
    paths = files.list_files(file, {".xml"})
    if not paths:
        raise UserError(f"{file}: has no .xml file; name a file or folder of the Anthology's XML")
    return list(files.to_usable(paths, file, source, unusable))


def _to_events(root: Element) -> Iterator[tuple[str, Event]]:
    """Yield (volume, event) for the volumes of this collection and those that its event lists."""
    for event in root.findall("event"):
        meta = event.find("meta")
        texts = [
            values.to_text(to_plain_text(meta.find(name))) if meta is not None else None
            for name in ("title", "location", "dates")
        ]
        own = [_volume_id(root.get("id") or "", volume) for volume in root.findall("volume")]
        listed = [to_plain_text(given) for given in event.findall("colocated/volume-id")]
        for key in [*listed, *own]:
            yield key, Event(*texts)


def _volume_id(collection: str, volume: Element) -> str:
    return f"{collection}-{volume.get('id') or ''}"


def _to_anthology_id(collection: str, volume: str, paper: str) -> str:
    """Return the id of a paper; before 2020, only digits follow the hyphen.

    >>> _to_anthology_id("2022.acl", "long", "7"), _to_anthology_id("J89", "1", "7")
    ('2022.acl-long.7', 'J89-1007')
    >>> _to_anthology_id("W19", "4", "7"), _to_anthology_id("D19", "50", "7")
    ('W19-0407', 'D19-5007')
    """
    if "." in collection or not (volume.isdecimal() and paper.isdecimal()):
        return f"{collection}-{volume}.{paper}"
    if collection[:1] == "W" or collection == "C69" or (collection == "D19" and int(volume) >= 5):
        return f"{collection}-{int(volume):02d}{int(paper):02d}"
    return f"{collection}-{volume}{int(paper):03d}"


def _read_volume(
    volume: Element,
    collection: str,
    name: str,
    settings: Settings,
    folder: dict[str, Path],
    events: dict[str, Event],
) -> Iterator[Paper | Problem | Count]:
    key = _volume_id(collection, volume)
    venue = _to_venue(volume, key, events.get(key))
    # A volume of proceedings has no number of its own.
    in_volume = numbering.to_issue(to_plain_text(volume.find("meta/journal-volume")))
    in_issue = numbering.to_issue(to_plain_text(volume.find("meta/journal-issue")))
    papers, front = volume.findall("paper"), volume.findall("frontmatter")
    yield Count(len(papers) + len(front))
    for _ in front:
        item = f"{name}: volume {volume.get('id')}, front matter"
        reason = f"is no paper; its volume is the venue {key}"
        yield Problem(settings.venue.venue_id, item, "skip", reason)
    meta = volume.find("meta")
    for reason in _to_reasons(meta, "editor") if meta is not None else ():
        item = f"{name}: volume {volume.get('id')}"
        yield Problem(settings.venue.venue_id, item, "read", reason)
    for number, paper in enumerate(papers, start=1):
        paper_id = _to_anthology_id(
            collection, volume.get("id") or "", paper.get("id") or f"{number}"
        )
        item = f"{name}: volume {volume.get('id')}, paper {paper.get('id')}"
        found = _to_paper(paper, paper_id, venue, settings, folder.pop(paper_id, None), item)
        yield replace(found, volume=in_volume, issue=in_issue)
        for reason in _to_reasons(paper, "author"):
            yield Problem(settings.venue.venue_id, item, "read", reason, paper_id)


def _to_venue(volume: Element, key: str, event: Event | None) -> Venue:
    meta = volume.find("meta")
    meta = Element("meta") if meta is None else meta
    month = _text(meta, "month")
    return Venue(
        venue_id=key,
        name=_text(meta, "booktitle") or _text(meta, "shortbooktitle") or key,
        year=dates.to_year(_text(meta, "year")),
        kind=KINDS.get(volume.get("type") or "proceedings"),
        url=f"{SITE}/volumes/{key}/",
        event=event.name if event else None,
        location=(event.location if event else None) or _text(meta, "address"),
        dates=(event.dates if event else None)
        or (month and f"{month} {_text(meta, 'year') or ''}".strip()),
        editors="; ".join(filter(None, map(_to_name, meta.findall("editor")))) or None,
        publisher=_text(meta, "publisher"),
    )


def _text(element: Element, name: str) -> str | None:
    return values.to_text(_to_text(element.find(name)))


def _to_text(element: Element | None) -> str:
    """Return the text of a title or abstract, with its formulas between dollar signs."""
    for formula in element.iter("tex-math") if element is not None else ():
        if formula.text and not formula.text.startswith("$"):
            formula.text = f"${formula.text}$"
    return to_plain_text(element)


def _to_name(person: Element) -> str | None:
    """Return a name in reading order: 李 before 伟, but Wei before Li."""
    parts = [to_plain_text(person.find("first")), to_plain_text(person.find("last"))]
    if all(map(EAST_ASIAN.fullmatch, parts)):
        parts.reverse()
    return values.to_text(" ".join(filter(None, parts))) or values.to_text(to_plain_text(person))


def _to_reasons(element: Element, noun: str) -> list[str]:
    """Return what cannot be used of a paper, or of a volume: people without name, and the year."""
    people = element.findall(noun)
    nameless = sum(_to_name(person) is None for person in people)
    unnamed = to_nameless(nameless, len(people), noun)
    return list(filter(None, [unnamed, dates.check_year(_text(element, "year"))]))


def _with_spellings(paper: Paper, spellings: Mapping[str, tuple[str, ...]]) -> Paper:
    """Return the paper with the other spellings of its authors' names."""
    if not spellings:
        return paper
    authors = tuple(
        replace(a, variants=(*a.variants, *(s for s in spellings.get(a.name, ()) if s != a.name)))
        for a in paper.authors
    )
    return replace(paper, authors=authors)


def _to_author(person: Element, name: str) -> Author:
    return Author(
        name,
        "; ".join(to_plain_text(given) for given in person.findall("affiliation")) or None,
        orcid=values.to_orcid(person.get("orcid")),
        variants=tuple(filter(None, map(_to_name, person.findall("variant")))),
        family=values.to_family(name, to_plain_text(person.find("last"))),
    )


def _to_paper(
    paper: Element, paper_id: str, venue: Venue, settings: Settings, file: Path | None, item: str
) -> Paper:
    address = _text(paper, "url")
    withdrawn = next((tag for tag in ("retracted", "removed") if paper.find(tag) is not None), None)
    awards = "; ".join(filter(None, map(to_plain_text, paper.findall("award"))))
    people = [(person, _to_name(person)) for person in paper.findall("author")]
    return Paper(
        paper_id=paper_id,
        venue=venue,
        title=_text(paper, "title"),
        authors=tuple(_to_author(person, name) for person, name in people if name),
        year=dates.to_year(_text(paper, "year")) or venue.year,
        abstract=values.to_paragraphs(_to_text(paper.find("abstract"))),
        language=values.to_language(_text(paper, "language")) or settings.language,
        decision=withdrawn or awards or None,
        doi=values.to_doi(_text(paper, "doi")),
        pages=numbering.to_pages(_text(paper, "pages")),
        url=f"{SITE}/{paper_id}/",
        pdf_url=_to_pdf_url(address),
        file=file,
        item=item,
    )


def _to_pdf_url(address: str | None) -> str | None:
    """Return the address of a PDF; the Anthology gives an id for PDFs on its own site."""
    if not address:
        return None
    return address if re.match("https?:", address) else f"{SITE}/{address}.pdf"
