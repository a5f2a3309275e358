"""Reads and checks a catalog, the YAML file that lists the sources of a publication.

An error names the file, the line, what was found, what was expected and the nearest valid name.
Relative paths start at the folder given with --data, or else at the folder of the key `data`, or
else at data/. docs/formats.md describes the format; the settings of a source are the fields of its
`Settings` dataclass.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from papersette import loading
from papersette.catalogs import identity, meaning
from papersette.catalogs.entries import (
    Entry,
    listed,
    read_yaml,
    shown,
    to_dataclass,
    to_path,
    to_value,
)
from papersette.catalogs.identity import Identity
from papersette.errors import UserError
from papersette.files import to_shown_name
from papersette.meaning.models import Model
from papersette.records import Count, LooseFile, Paper, Problem, Question
from papersette.sources import SOURCES, recognition


@dataclass(frozen=True)
class Source:
    """One entry of a catalog's list of sources: the reader and its checked settings."""

    name: str
    kind: str
    settings: Any
    completes: str | None = None
    """venue_id of the source whose papers these items complete; None if they are papers."""

    def read(
        self, downloads: Path, *, offline: bool
    ) -> Iterator[Paper | Problem | LooseFile | Count]:
        """Yield the papers, problems, loose files and counts of the source.

        A live source is fetched into the folder `downloads` first.
        """
        source, settings = SOURCES[self.kind], self.settings
        if hasattr(source, "fetch"):
            settings, problems = source.fetch(settings, downloads, offline=offline)
            yield from problems
        has_papers, count = False, 0
        try:
            for item in source.read(settings):
                has_papers |= isinstance(item, Paper)
                count += item.items if isinstance(item, Count) else 0
                yield item
        except UserError as error:
            if hint := self._to_hint(settings):
                raise UserError(f"{error}; {hint}") from None
            raise
        if has_papers:
            return
        path = _find_path(settings)
        name = to_shown_name(path.name) if path else self.kind
        if hint := self._to_hint(settings):
            yield Problem(self.name, name, "read", f"has no papers; {hint}")
        elif not count:
            yield Problem(self.name, name, "read", f"has no papers; {NO_PAPERS}")

    def _to_hint(self, settings: Any) -> str | None:
        """Return a hint if another kind of source reads the file, else None."""
        path = _find_path(settings)
        return recognition.explain(path, self.kind) if path else None


NO_PAPERS = (
    "it may be empty, cut, or another file than was meant: name the right one, or save it again"
)


def _find_path(settings: Any) -> Path | None:
    """Return the file or folder that a source reads, without that of PDFs."""
    paths = (getattr(settings, name, None) for name in ("file", "notes", "folder"))
    return next((path for path in paths if isinstance(path, Path)), None)


@dataclass(frozen=True)
class Works:
    """Groups of paper_ids that were joined into one work, or separated, by hand."""

    join: tuple[tuple[str, ...], ...] = ()
    separate: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Catalog:
    """The sources and settings of one publication."""

    path: Path
    title: str
    sources: tuple[Source, ...]
    notice: str | None = None
    """Text at the top of every page of the site; None for none."""
    ocr: bool = False
    """Whether scanned PDFs are read with ocrmypdf, if it is installed."""
    download: bool = False
    """Whether missing PDFs are fetched from the URLs that the sources give."""
    allow_hosts: tuple[str, ...] = ()
    """Hosts from which PDFs are fetched even if their addresses are not public."""
    datasets: Path | None = None
    """File with names of datasets to look for, in addition to the shipped list."""
    works: Works = field(default_factory=lambda: Works())
    site: Identity = field(default_factory=Identity)
    """Name and look of the site."""
    meaning: Model | None = None
    """The model for search by meaning; None to search without it."""
    questions: tuple[Question, ...] = ()
    """Queries with known answers, with which the build measures how well the search ranks."""


def load(path: Path, data: Path | None, charts: Collection[str] | None = None) -> Catalog:
    """Read and check the catalog at `path`.

    Args:
        path: The catalog.
        data: The folder where relative paths start; None for the catalog's key `data`, or data/.
        charts: Names of the charts that it may feature; None if they are not known.

    Raises:
        UserError: The file is missing or not YAML, or has a key or value that is not valid.
    """
    entry = read_yaml(path)
    entry.check_names(KEYS)
    data = data or (_to_data(entry.child("data")) if "data" in entry.value else DATA)
    given: dict[str, Any] = {
        key: read(entry.child(key), data) for key, read in READERS.items() if key in entry.value
    }
    site = identity.read(entry.child("site"), data, charts) if "site" in entry.value else Identity()
    if not site.title:
        given["title"] = to_value(entry.child("title"), str, data)
    given["title"] = site.title or given["title"]
    return Catalog(
        path=path, sources=_read_sources(entry.child("sources"), data), site=site, **given
    )


def _to_data(entry: Entry) -> Path:
    """Return the folder of the key `data`, which is relative to the catalog's own folder."""
    folder: Path = entry.file.parent / to_value(entry, str, Path())
    if not folder.is_dir():
        raise entry.error(
            f"names {shown(entry.value)}, which is no folder in {entry.file.parent.resolve()}; "
            "correct it, or give the folder with --data"
        )
    return folder


def _read_sources(entry: Entry, data: Path) -> tuple[Source, ...]:
    if not isinstance(entry.value, list) or not entry.value:
        example = "a list of at least one source, each beginning with “- kind: …”"
        raise entry.error(f"must be {example}{entry.mistake()}")
    sources: list[Source] = []
    for index in range(len(entry.value)):
        above = {source.name for source in sources}
        sources.append(_to_source(entry.child(index), data, above))
    return tuple(sources)


def _to_hosts(entry: Entry) -> tuple[str, ...]:
    hosts = entry.value if isinstance(entry.value, list) else [None]
    for host in hosts:
        if not isinstance(host, str) or not re.fullmatch(r"[^\s/@]+", host):
            raise entry.error("must be a list of hosts, for example [pdfs.example.org, 10.0.0.5]")
    return tuple(hosts)


def _read_works(path: Path) -> Works:
    """Read the catalog's file of overrides: `join` and `separate` list groups of paper_ids."""
    entry = read_yaml(path)
    entry.check_names({"join", "separate"})
    return Works(**{key: tuple(_to_groups(entry.child(key))) for key in entry.value})


def _to_groups(entry: Entry) -> Iterator[tuple[str, ...]]:
    if not isinstance(entry.value, list):
        raise entry.error("must be a list of lists of paper_ids")
    for index in range(len(entry.value)):
        group = entry.child(index)
        if (
            not isinstance(group.value, list)
            or len(group.value) < 2
            or not all(isinstance(key, str) for key in group.value)
        ):
            raise group.error(
                "must be a list of two or more paper_ids, for example [H1M7soActX, zhu19e]; "
                "put an id that is a number in quotes"
            )
        yield tuple(group.value)


def _to_source(entry: Entry, data: Path, above: set[str]) -> Source:
    if not isinstance(entry.value, Mapping):
        raise entry.error("must be a mapping that begins with “kind: …”")
    kind_entry = entry.child("kind")
    kind = kind_entry.value
    if not isinstance(kind, str) or kind not in SOURCES:
        near = difflib.get_close_matches(shown(kind), SOURCES, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"known are {listed(SOURCES)}"
        raise kind_entry.error(f"is “{shown(kind)}”, which is not a kind of source; {hint}")
    settings = to_dataclass(entry, SOURCES[kind].Settings, data, extra={"kind", "completes"})
    if settings.venue.timezone is not None:
        _check_zone(entry.child("venue").child("timezone"))
    if template := getattr(settings, "pdf_url", None):
        _check_template(entry.child("pdf_url"), template)
    completes = (
        _to_completed(entry.child("completes"), above) if "completes" in entry.value else None
    )
    return Source(settings.venue.venue_id, kind, settings, completes)


def _to_completed(entry: Entry, above: set[str]) -> str:
    if not isinstance(entry.value, str) or entry.value not in above:
        raise entry.error(
            f"names “{shown(entry.value)}”, which is not the venue_id of a source above it; "
            f"there are {listed(above) or 'none'}"
        )
    return str(entry.value)


def _check_zone(entry: Entry) -> None:
    try:
        ZoneInfo(entry.value)
    except (ValueError, OSError, KeyError):
        raise entry.error(
            f"is “{shown(entry.value)}”, which is not a time zone; write its IANA name, such as "
            "Europe/Paris, America/New_York or UTC"
        ) from None


def _check_template(entry: Entry, template: str) -> None:
    try:
        template.format(paper_id="x", file="x.pdf")
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise entry.error(f"is not a URL with {{paper_id}} or {{file}} in it: {error}") from None


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a file with one question a line, a JSON object. Raises `UserError` with the line."""
    questions = []
    for number, loaded in loading.parse_json_lines(loading.read_text(path)):
        try:
            questions.append(_to_question(loaded if isinstance(loaded, str) else loaded.value))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UserError(
                f'{path}, line {number}: must be {{"query": "…", "paper_id": "…"}}, '
                '{"query": "…", "papers": {"paper_id": 1 or 2, …}} or '
                '{"query": "…", "pages": {"paper_id": [page, …], …}}'
            ) from None
    if not questions:
        raise UserError(f"{path}: has no question")
    return tuple(questions)


def _to_question(value: Any) -> Question:
    language = value.get("language")
    if "pages" in value:
        pages = tuple(
            (str(key), int(page)) for key, all_ in value["pages"].items() for page in all_
        )
        if not pages:
            raise ValueError("no page")
        return Question(str(value["query"]), pages=pages, language=language)
    if "papers" not in value:
        return Question(str(value["query"]), str(value["paper_id"]), language=language)
    papers = tuple((str(key), int(grade)) for key, grade in value["papers"].items())
    if not papers or not all(grade in {1, 2} for _, grade in papers):
        raise ValueError("no grade of 1 or 2")
    return Question(str(value["query"]), papers=papers, language=language)


READERS: dict[str, Callable[[Entry, Path], Any]] = {
    "title": lambda entry, data: to_value(entry, str, data),
    "notice": lambda entry, data: to_value(entry, str, data),
    "ocr": lambda entry, data: to_value(entry, bool, data),
    "download": lambda entry, data: to_value(entry, bool, data),
    "allow_hosts": lambda entry, data: _to_hosts(entry),
    "datasets": to_path,
    "works": lambda entry, data: _read_works(to_path(entry, data)),
    "meaning": meaning.read,
    "questions": lambda entry, data: read_questions(to_path(entry, data)),
}
"""Key of a catalog -> function that reads its value."""
DATA = Path("data")
"""Folder where relative paths start if neither --data nor the catalog names one."""
KEYS = {*READERS, "data", "site", "sources"}
"""The keys of a catalog."""
