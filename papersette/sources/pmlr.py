"""Read a volume of PMLR: its repository's folder _posts, with one file of front matter a paper.

_config.yml beside the folder describes the volume. The format is that of github.com/mlresearch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.files import to_shown_name
from papersette.records import Author, Count, LooseFile, Paper, Problem, Session, Slot, Venue
from papersette.sources import dates, files, numbering, values
from papersette.sources.unused import to_nameless, to_unused
from papersette.text import to_slug

SUFFIXES = {".md", ".markdown", ".html"}
TEXTS = ("id", "title", "abstract", "pdf", "url", "section", "tex_title")
LISTS = ("author",)
USED = {*TEXTS, *LISTS, "date", "keywords", "doi", "volume", "page", "firstpage", "lastpage",
        "license", "publisher"}  # fmt: skip
"""Keys of posts that are read."""
REPEATED = set(
    """layout series issn isbn month year order cycles bibtex_author bibtex_editor editor booktitle
    address container-title genre issued sections""".split()
)
"""Keys of posts that repeat others, or are about the volume or its pages."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    folder: Path
    """The repository of a volume, or its folder _posts."""
    files: Path | None = None
    """A folder of PDFs or texts, named by the id of the paper."""
    language: str | None = None
    pdf_url: str | None = None
    """URL template of a PDF with {paper_id} and {file}; by default the field pdf."""


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every post. Raises `UserError` if there is none."""
    source = settings.venue.venue_id
    posts = settings.folder / "_posts" if (settings.folder / "_posts").is_dir() else settings.folder
    paths = sorted(path for path in posts.glob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise UserError(
            f"{settings.folder}: has no .md file; name the repository of a PMLR volume, or its "
            "folder _posts"
        )
    folder, problems = files.read_folder(settings.files, source) if settings.files else ({}, [])
    yield from problems
    config, reasons = _read_config(posts.parent)
    reasons += _name_reasons(_to_editors(config), "editor")
    yield from (Problem(source, "_config.yml", "read", reason) for reason in reasons)
    venue = _to_venue(settings.venue, config)
    sections = _to_sections(config, venue)
    yield Count(len(paths))
    rest: list[Mapping[str, Any]] = []
    for path in paths:
        yield from _read_post(path, posts, replace(settings, venue=venue), folder, sections, rest)
    if unused := to_unused(rest, (), "key"):
        yield Problem(source, "_posts", "read", unused)
    yield from files.to_loose(folder, source, settings.files, settings.pdf_url)


def _read_post(
    path: Path,
    posts: Path,
    settings: Settings,
    folder: dict[str, Path],
    sections: Mapping[str, Session],
    rest: list[Mapping[str, Any]],
) -> Iterator[Paper | Problem]:
    """Yield the paper of a post and its problems; its unused keys are added to `rest`."""
    source, name = settings.venue.venue_id, to_shown_name(path.name)
    try:
        if obstacle := files.find_obstacle(path, posts):
            raise BadFile(path, obstacle)
        loaded = loading.load_yaml(path, front_matter=True)
        if not isinstance(loaded.value, Mapping):
            raise BadFile(path, "has front matter that is no list of fields")
    except BadFile as error:
        yield Problem(source, name, "read", error.reason, lost=True)
        return
    post, reasons = values.check_types(loaded.value, TEXTS, LISTS)
    reasons += _name_reasons(post.get("author") or (), "author")
    rest.append({key: value for key, value in post.items() if key not in USED | REPEATED})
    if not (post.get("title") or post.get("author")):
        yield Problem(source, name, "skip", "has neither title nor author; it is no paper")
        return
    paper = _to_paper(post, path, settings, folder, sections)
    yield paper
    for reason in (*loaded.reasons, *reasons):
        yield Problem(source, name, "read", reason, paper.paper_id)


def _read_config(folder: Path) -> tuple[Mapping[str, Any], list[str]]:
    path = folder / "_config.yml"
    if not path.exists():
        return {}, []
    try:
        if obstacle := files.find_obstacle(path, folder):
            return {}, [obstacle]
        loaded = loading.load_yaml(path)
    except BadFile as error:
        return {}, [error.reason]
    return values.to_object(loaded.value), loaded.reasons


def _to_venue(venue: Venue, config: Mapping[str, Any]) -> Venue:
    """Return the catalog's venue with the values that the volume gives."""
    conference = values.to_object(config, "conference")
    return replace(
        venue,
        year=venue.year or dates.to_year(config.get("published") or config.get("title")),
        url=venue.url or values.to_text(conference.get("url")),
        event=venue.event or values.to_text(config.get("booktitle") or conference.get("name")),
        location=venue.location or values.to_text(conference.get("location")),
        dates=venue.dates or _to_dates(conference.get("dates")),
        editors=venue.editors or "; ".join(filter(None, map(_to_name, _to_editors(config)))),
        publisher=venue.publisher or values.to_text(config.get("publisher")),
    )


def _to_editors(config: Mapping[str, Any]) -> Sequence[Any]:
    editors = config.get("volume_editors") or config.get("editor")
    return editors if isinstance(editors, list) else ()


def _name_reasons(people: Sequence[Any], noun: str) -> list[str]:
    """Return a reason if some authors or editors have no name."""
    nameless = sum(_to_name(person) is None for person in people)
    return list(filter(None, [to_nameless(nameless, len(people), noun)]))


def _to_dates(given: Any) -> str | None:
    days = given if isinstance(given, list) else [given]
    texts = [_iso(day) for day in days]
    return " – ".join(dict.fromkeys(filter(None, [texts[0], texts[-1]]))) if texts else None


def _iso(day: Any) -> str | None:
    """Return the day in ISO 8601; YAML parses dates, and sometimes a time with them."""
    if isinstance(day, datetime):
        return day.date().isoformat()
    return day.isoformat() if isinstance(day, date) else values.to_text(day)


def _to_sections(config: Mapping[str, Any], venue: Venue) -> dict[str, Session]:
    """Return the sections of a volume, such as its invited papers, by the names that posts use."""
    given = config.get("sections")
    entries: Sequence[Any] = given if isinstance(given, list) else ()
    named = {}
    for entry in entries:
        if isinstance(entry, Mapping) and (name := values.to_text(entry.get("name"))):
            title = values.to_text(entry.get("title")) or name
            named[name] = Session(f"{venue.venue_id}-{to_slug(name)}", title)
    return named


def _to_authors(people: Iterable[Any]) -> Iterator[Author]:
    for person in people:
        if name := _to_name(person):
            parts = (
                [person.get(part) for part in ("prefix", "family")]
                if isinstance(person, Mapping)
                else []
            )
            family = " ".join(str(part) for part in parts if part)
            yield Author(name, family=values.to_family(name, family))


def _to_name(person: Any) -> str | None:
    if not isinstance(person, Mapping):
        return values.to_text(person)
    parts = [person.get(part) for part in ("given", "prefix", "family", "suffix")]
    return values.to_text(" ".join(str(part) for part in parts if part))


def _to_paper(
    post: Mapping[str, Any],
    path: Path,
    settings: Settings,
    folder: dict[str, Path],
    sections: Mapping[str, Session],
) -> Paper:
    paper_id = values.to_text(post.get("id")) or path.stem.removeprefix("-")
    file = folder.pop(paper_id, None)
    section = values.to_text(post.get("section"))
    session = sections.get(section or "")
    published = _iso(post.get("date"))
    return Paper(
        paper_id=paper_id,
        venue=settings.venue,
        title=values.to_text(post.get("title")) or values.to_text(post.get("tex_title")),
        authors=tuple(_to_authors(post.get("author") or ())),
        year=dates.to_year(published) or settings.venue.year,
        published=published,
        abstract=values.to_paragraphs(post.get("abstract")),
        tags=values.to_list(post.get("keywords"), separators=";,"),
        language=settings.language,
        slots=(Slot(session),) if session else (),
        doi=values.to_doi(post.get("doi")),
        volume=numbering.to_issue(post.get("volume")),
        pages=numbering.to_pages(post.get("page"))
        or numbering.to_pages(post.get("firstpage"), post.get("lastpage")),
        license=values.to_text(post.get("license")),
        url=values.to_text(post.get("url")) or _to_url(paper_id, post),
        pdf_url=files.to_pdf_url(settings.pdf_url, paper_id, file, settings.files)
        or values.to_text(post.get("pdf")),
        file=file,
        item=to_shown_name(path.name),
    )


def _to_url(paper_id: str, post: Mapping[str, Any]) -> str | None:
    """Return the address of the paper's page at PMLR, derived from its volume."""
    volume = values.to_text(post.get("volume"))
    is_pmlr = "proceedings.mlr.press" in str(post.get("pdf")) or "PMLR" in str(
        post.get("publisher")
    )
    if not volume or not is_pmlr:
        return None
    return (
        f"https://proceedings.mlr.press/{'' if volume[:1] in 'rv' else 'v'}{volume}/{paper_id}.html"
    )
