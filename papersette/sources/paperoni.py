"""Read publications of paperoni, Mila's tool: papers with their releases, as JSON or YAML.

Each release becomes a paper with its own venue and date; all releases of a paper are one work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.files import to_shown_name
from papersette.records import Author, Count, Paper, Problem, Venue
from papersette.sources import dates, files, values
from papersette.sources.unused import to_nameless, to_unused, without_empty
from papersette.text import to_slug

SUFFIXES = {".json", ".yml", ".yaml"}
LISTS = ("authors", "releases", "topics", "links")
USED = {"title", "abstract", "paper_id", "key", "id", *LISTS}
"""Keys of papers that are read."""
OWN = {"info", "version", "flags", "validated", "score", "excerpts"}
"""Keys for paperoni's own use."""
HEAD = 65_536
"""Bytes at the start of a file that show whether it is a catalog."""
UNDATED = 0
"""Precision of an unknown date, for which paperoni writes the year 2000."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of releases that have none."""
    file: Path
    """A .json or .yml file with a list of papers, or an object with that list as “_papers”; or a
    folder of such files."""
    institute: str | None = None
    """Authors with this affiliation, for example "Mila", are marked as members."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every release, or one for a paper without releases.

    Raises `UserError` if the file is not a list of papers.
    """
    folder = settings.file.is_dir()
    paths = (
        sorted(p for p in settings.file.iterdir() if p.suffix in SUFFIXES and not _is_catalog(p))
        if folder
        else [settings.file]
    )
    if not paths:
        raise UserError(
            f"{settings.file}: has no .json and no .yml file; export the papers with paperoni"
        )
    for path in paths:
        yield from _read_member(path, settings) if folder else _read_file(path, settings)


def _is_catalog(path: Path) -> bool:
    """Return whether a file is a catalog, such as the one that names this folder."""
    if path.suffix == ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        return bool(re.search(rb"^sources:", file.read(HEAD), re.MULTILINE))


def _read_member(path: Path, settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Read one file of a folder; a file that cannot be used becomes a problem."""
    venue = settings.venue.venue_id
    try:
        if obstacle := files.find_obstacle(path, settings.file):
            raise BadFile(path, obstacle)
        entries = _to_entries(_load(path).value, path)
    except BadFile as error:
        yield Count(1)
        name = to_shown_name(path.name)
        yield Problem(venue, name, "read", error.reason, lost=True)
        return
    if entries and not any(isinstance(entry, Mapping) and "releases" in entry for entry in entries):
        yield Count(1)
        reason = "is not a list of papers: nothing in it has releases"
        yield Problem(venue, path.name, "skip", reason)
    else:
        yield from _read_file(path, settings)


def _read_file(path: Path, settings: Settings) -> Iterator[Paper | Problem | Count]:
    loaded = _load(path)
    for reason in loaded.reasons:
        yield Problem(settings.venue.venue_id, path.name, "read", reason)
    yield from _read_papers(path, _to_entries(loaded.value, path), settings)


def _load(path: Path) -> loading.Loaded:
    return loading.load_json(path) if path.suffix == ".json" else loading.load_yaml(path)


def _read_papers(
    path: Path, entries: list[Any], settings: Settings
) -> Iterator[Paper | Problem | Count]:
    venue = settings.venue.venue_id
    yield Count(sum(max(1, len(_releases(entry))) for entry in entries))
    objects = [entry for entry in entries if isinstance(entry, Mapping)]
    if unused := to_unused(map(without_empty, objects), USED | OWN, "key"):
        yield Problem(venue, path.name, "read", unused)
    for index, given in enumerate(entries, start=1):
        item = f"{path.name}: paper {index}"
        if not isinstance(given, Mapping):
            reason = "is not a paper, which is an object"
            yield Problem(venue, item, "read", reason, lost=True)
            continue
        entry, reasons = values.check_types(given, ["title", "abstract"], LISTS)
        people = entry.get("authors") or ()
        nameless = sum(_to_author(given, None) is None for given in people)
        reasons += filter(None, [to_nameless(nameless, len(people), "author")])
        papers = [
            _to_paper(entry, release, number, settings, item)
            for number, release in enumerate(_releases(entry) or [{}], start=1)
        ]
        yield from papers
        first = papers[0].paper_id
        yield from (Problem(venue, item, "read", reason, first) for reason in reasons)


def _to_entries(given: Any, path: Path) -> list[Any]:
    entries = given.get("_papers") if isinstance(given, Mapping) else given
    if not isinstance(entries, list):
        raise BadFile(path, "has no list of papers; export it with paperoni")
    return entries


def _releases(entry: Any) -> list[Mapping[str, Any]]:
    releases = entry.get("releases") if isinstance(entry, Mapping) else None
    listed = releases if isinstance(releases, list) else []
    return [release for release in listed if isinstance(release, Mapping)]


def _to_paper(
    entry: Mapping[str, Any], release: Mapping[str, Any], number: int, settings: Settings, item: str
) -> Paper:
    key = next(
        (text for name in ("paper_id", "key", "id") if (text := values.to_text(entry.get(name)))),
        None,
    )
    work = (
        f"{settings.venue.venue_id}-{key}" if key else to_slug(f"{settings.venue.venue_id} {item}")
    )
    published = _to_date(release.get("venue"))
    links = _links(entry)
    return Paper(
        paper_id=work if number == 1 else f"{work}-{number}",
        venue=_to_venue(release.get("venue")) or settings.venue,
        title=values.to_text(entry.get("title")),
        authors=tuple(
            author
            for given in entry.get("authors") or ()
            if (author := _to_author(given, settings.institute))
        ),
        year=dates.to_year(published),
        published=published,
        abstract=values.to_paragraphs(entry.get("abstract")),
        tags=values.to_list(
            [topic.get("name") for topic in entry.get("topics") or () if isinstance(topic, Mapping)]
        ),
        language=settings.language,
        decision=values.to_decision(release.get("status")),
        url=next((url for kind, url in links if not kind.startswith("pdf")), None),
        pdf_url=next((url for kind, url in links if kind.startswith("pdf")), None),
        item=f"{item}, release {number}",
        work=work,
    )


def _links(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (type, URL) of each link with a web address."""
    links = [link for link in entry.get("links") or () if isinstance(link, Mapping)]
    pairs = [(str(link.get("type") or ""), str(link.get("link") or "")) for link in links]
    return [(kind, url) for kind, url in pairs if url.startswith("http")]


def _to_venue(given: Any) -> Venue | None:
    """Return the venue by its name, without year: that of a release is in its date."""
    name = values.to_text(given.get("name")) if isinstance(given, Mapping) else None
    kind = values.to_text(given.get("type")) if isinstance(given, Mapping) else None
    return (
        Venue(to_slug(name), name, kind=None if kind == "unknown" else kind)
        if name and to_slug(name)
        else None
    )


def _to_date(venue: Any) -> str | None:
    """Return the date, as far as it is known: 2023-01-01 with precision 1 is 2023."""
    if not isinstance(venue, Mapping):
        return None
    given = venue.get("date")
    precision = (
        given.get("precision") if isinstance(given, Mapping) else venue.get("date_precision", 3)
    )
    text = values.to_text(
        given.get("text")
        if isinstance(given, Mapping)
        else given.isoformat()
        if isinstance(given, date)
        else given
    )
    if not text or precision == UNDATED:
        return None
    return (
        "-".join(text[:10].split("-")[: max(1, precision)])
        if isinstance(precision, int)
        else text[:10]
    )


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _to_author(given: Any, institute: str | None) -> Author | None:
    if not isinstance(given, Mapping):
        return None
    inner = given.get("author")
    name = values.to_text(given.get("display_name")) or (
        values.to_text(inner.get("name")) if isinstance(inner, Mapping) else None
    )
    affiliations = [
        text
        for affiliation in _listed(given.get("affiliations"))
        if isinstance(affiliation, Mapping) and (text := values.to_text(affiliation.get("name")))
    ]
    member = bool(institute) and any(
        institute in affiliation.split(", ") or affiliation == institute
        for affiliation in affiliations
    )
    return Author(name, "; ".join(affiliations) or None, member) if name else None
