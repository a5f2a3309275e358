"""Read and check a catalog, the YAML file that lists the sources of a publication.

An error names the file, the line, what was found, what was expected and the nearest valid name.
All relative paths start at the folder given with --data. docs/formats.md describes the format; the
settings of a source are the fields of its `Settings` dataclass.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.records import Count, LooseFile, Paper, Problem, Question
from papersette.sources import SOURCES


@dataclass(frozen=True)
class Source:
    """One entry of a catalog's list of sources: the reader and its checked settings."""

    name: str
    kind: str
    settings: Any
    completes: str | None = None
    """venue_id of the source whose papers these items complete, instead of being papers."""

    def read(
        self, downloads: Path, *, offline: bool
    ) -> Iterator[Paper | Problem | LooseFile | Count]:
        """Yield every item of the source, as a paper or as a problem.

        A live source is fetched into the folder `downloads` first.
        """
        source, settings = SOURCES[self.kind], self.settings
        if hasattr(source, "fetch"):
            settings, problems = source.fetch(settings, downloads, offline=offline)
            yield from problems
        yield from source.read(settings)


@dataclass(frozen=True)
class Works:
    """Versions of works joined or separated by hand: groups of paper_ids."""

    join: tuple[tuple[str, ...], ...] = ()
    separate: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Catalog:
    """The sources and settings of one publication."""

    path: Path
    title: str
    sources: tuple[Source, ...]
    notice: str | None = None
    """Text at the top of every page of the site."""
    ocr: bool = False
    """Whether scanned PDFs are read with ocrmypdf, if it is installed."""
    download: bool = False
    """Whether missing PDFs are fetched from the URLs that the sources give."""
    allow_hosts: tuple[str, ...] = ()
    """Hosts from which PDFs are fetched although their addresses are not public."""
    datasets: Path | None = None
    """A list of dataset names to look for, in addition to the shipped list."""
    works: Works = field(default_factory=lambda: Works())
    questions: tuple[Question, ...] = ()
    """Queries with known answers, by which the build measures how well the search ranks."""


KEYS = set("title notice ocr download allow_hosts datasets works questions sources".split())
"""The keys of a catalog."""


def load(path: Path, data: Path) -> Catalog:
    """Read and check the catalog at `path`; its relative paths start at the folder `data`.

    Raises `UserError` if the file is missing, is not YAML, or has a key or value that is not valid.
    """
    entry = _read_yaml(path)
    entry.check_names(KEYS)
    listed = entry.child("sources")
    if not isinstance(listed.value, list) or not listed.value:
        raise listed.error("must be a list with at least one source")
    sources: list[Source] = []
    for i in range(len(listed.value)):
        sources.append(_to_source(listed.child(i), data, {source.name for source in sources}))
    return Catalog(
        path=path,
        title=_to_value(entry.child("title"), str, data),
        sources=tuple(sources),
        notice=_to_value(entry.child("notice"), str, data) if "notice" in entry.value else None,
        ocr=_to_value(entry.child("ocr"), bool, data) if "ocr" in entry.value else False,
        download=_to_value(entry.child("download"), bool, data)
        if "download" in entry.value
        else False,
        allow_hosts=_to_hosts(entry.child("allow_hosts")) if "allow_hosts" in entry.value else (),
        datasets=_to_path(entry.child("datasets"), data) if "datasets" in entry.value else None,
        works=_read_works(_to_path(entry.child("works"), data))
        if "works" in entry.value
        else Works(),
        questions=read_questions(_to_path(entry.child("questions"), data))
        if "questions" in entry.value
        else (),
    )


def _to_hosts(entry: Entry) -> tuple[str, ...]:
    hosts = entry.value if isinstance(entry.value, list) else [None]
    for host in hosts:
        if not isinstance(host, str) or not re.fullmatch(r"[^\s/@]+", host):
            raise entry.error("must be a list of hosts, for example [pdfs.example.org, 10.0.0.5]")
    return tuple(hosts)


def _read_works(path: Path) -> Works:
    """Read the catalog's file of overrides: `join` and `separate` list groups of paper_ids."""
    entry = _read_yaml(path)
    entry.check_names({"join", "separate"})
    return Works(**{key: tuple(_to_groups(entry.child(key))) for key in entry.value})


def _to_groups(entry: Entry) -> Iterator[tuple[str, ...]]:
    for index in range(len(entry.value) if isinstance(entry.value, list) else 0):
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
    if not isinstance(entry.value, list):
        raise entry.error("must be a list of lists of paper_ids")


@dataclass(frozen=True)
class Entry:
    """A value of the YAML file with its file, key and line, for error messages."""

    value: Any
    node: yaml.Node
    file: Path
    name: str

    def child(self, key: str | int) -> Entry:
        """Return the value at this key or index; raise `UserError` if there is none."""
        if isinstance(self.node, yaml.SequenceNode) and isinstance(key, int):
            return Entry(self.value[key], self.node.value[key], self.file, f"{self.name}[{key}]")
        if isinstance(self.node, yaml.MappingNode):
            for key_node, value_node in self.node.value:
                if key_node.value == key:
                    return Entry(self.value[key], value_node, self.file, str(key))
        raise self.error(f"has no “{key}”")

    def check_names(self, known: set[str]) -> None:
        """Raise `UserError` if this is not a mapping or has an unknown key."""
        if not isinstance(self.value, Mapping):
            raise self.error(f"must be a mapping with {_listed(known)}")
        start = self.node.start_mark.index  # what “<<” merges stands elsewhere
        keys = [node.value for node, _ in self.node.value if node.start_mark.index >= start]
        for key in self.value:
            if keys.count(key) > 1:
                raise self.child(key).error("is given twice; remove one of the two")
            if key not in known:
                near = difflib.get_close_matches(_shown(key), known, n=1)
                hint = f"did you mean “{near[0]}”?" if near else f"known are {_listed(known)}"
                raise self.child(key).error("is not a known key; " + hint)

    def error(self, text: str) -> UserError:
        """Return an error whose message begins with the file, the line and the key."""
        return UserError(f"{self.file}, line {self.node.start_mark.line + 1}: “{self.name}” {text}")


def _listed(names: typing.Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _read_yaml(path: Path) -> Entry:
    if not _exists(path):
        near = _listed(p.as_posix() for p in Path("catalogs").glob("*.yml"))
        raise UserError(
            f"{path}: there is no such catalog" + (f"; there are {near}" if near else "")
        )
    loaded = loading.load_yaml(path)
    if loaded.node is None:
        raise BadFile(
            path, "is empty; a catalog has a title and a list of sources (docs/formats.md)"
        )
    if loaded.reasons:
        raise UserError(f"{path}, {loaded.reasons[0]}; write it without")
    return Entry(loaded.value, loaded.node, path, path.name)


def _to_source(entry: Entry, data: Path, above: set[str]) -> Source:
    if not isinstance(entry.value, Mapping):
        raise entry.error("must be a mapping that begins with “kind: …”")
    kind_entry = entry.child("kind")
    kind = kind_entry.value
    if not isinstance(kind, str) or kind not in SOURCES:
        near = difflib.get_close_matches(_shown(kind), SOURCES, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"known are {_listed(SOURCES)}"
        raise kind_entry.error(f"is “{_shown(kind)}”, which is not a kind of source; {hint}")
    settings = _to_dataclass(entry, SOURCES[kind].Settings, data, extra={"kind", "completes"})
    if template := getattr(settings, "pdf_url", None):
        _check_template(entry.child("pdf_url"), template)
    completes = (
        _to_completed(entry.child("completes"), above) if "completes" in entry.value else None
    )
    return Source(settings.venue.venue_id, kind, settings, completes)


def _to_completed(entry: Entry, above: set[str]) -> str:
    if not isinstance(entry.value, str) or entry.value not in above:
        raise entry.error(
            f"names “{_shown(entry.value)}”, which is not the venue_id of a source above it; "
            f"there are {_listed(above) or 'none'}"
        )
    return str(entry.value)


def _check_template(entry: Entry, template: str) -> None:
    try:
        template.format(paper_id="x", file="x.pdf")
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise entry.error(f"is not a URL with {{paper_id}} or {{file}} in it: {error}") from None


def _to_dataclass(entry: Entry, kind: type, data: Path, extra: set[str] = frozenset()) -> Any:  # type: ignore[assignment]
    hints = typing.get_type_hints(kind)
    entry.check_names({f.name for f in fields(kind)} | extra)
    values = {}
    for f in fields(kind):
        if f.name in entry.value:
            values[f.name] = _to_value(entry.child(f.name), hints[f.name], data)
        elif f.default is MISSING and f.default_factory is MISSING:
            raise entry.error(f"has no “{f.name}”")
    return kind(**values)


def _to_value(entry: Entry, expected: Any, data: Path) -> Any:
    """Check one value against its type hint and return it; a path must exist."""
    options = typing.get_args(expected) if isinstance(expected, types.UnionType) else (expected,)
    if entry.value is None and type(None) in options:
        return None
    wanted = next(option for option in options if option is not type(None))
    if is_dataclass(wanted):
        return _to_dataclass(entry, typing.cast(type, wanted), data)
    if wanted is Path:
        return _to_path(entry, data)
    plain = typing.get_origin(wanted) or wanted
    if not isinstance(entry.value, plain) or isinstance(entry.value, bool) is not (plain is bool):
        raise entry.error(f"must be {WORDS[plain]}, not “{_shown(entry.value)}”")
    return entry.value


def _exists(path: Path) -> bool:
    """Return whether there is such a file; a name that is too long is none."""
    try:
        return path.exists()
    except OSError:
        return False


def _shown(value: object) -> str:
    """Return the value for a message, cut to the width of a line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else text[:79] + "…"


WORDS = {
    str: "text",
    int: "a whole number",
    dict: "a mapping",
    list: "a list",
    bool: "true or false",
}


def _to_path(entry: Entry, data: Path) -> Path:
    if not isinstance(entry.value, str):
        raise entry.error("must be the name of a file or folder")
    path = data / entry.value
    if not _exists(path):
        raise entry.error(
            f"names {_shown(entry.value)}, which does not exist in {data.resolve()}; relative "
            "paths start at the folder given with --data"
        )
    return path


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a file with one question a line, a JSON object. Raises `UserError` with the line."""
    questions = []
    for number, line in enumerate(loading.read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = loading.parse_json(line).value
            questions.append(Question(str(value["query"]), str(value["paper_id"])))
        except (ValueError, KeyError, TypeError):
            raise UserError(
                f'{path}, line {number}: must be {{"query": "…", "paper_id": "…"}}'
            ) from None
    if not questions:
        raise UserError(f"{path}: has no question")
    return tuple(questions)
