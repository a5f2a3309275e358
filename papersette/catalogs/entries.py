"""Checked values of a YAML file; each knows its file, line and key, for error messages."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from papersette import loading, yaml_mistakes
from papersette.errors import BadFile, UserError


@dataclass(frozen=True)
class Entry:
    """A value of a YAML file with its file, key and line."""

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
        raise self.error(f"has no “{key}”; add “{key}: …” (docs/formats.md)")

    def check_names(self, known: Collection[str]) -> None:
        """Raise `UserError` if this is not a mapping or has an unknown key."""
        self.check_mapping(known)
        for node, _ in self.node.value:
            if node.value not in known:
                raise self.at(node)._unknown(known)

    def check_mapping(self, known: Collection[str] = ()) -> None:
        """Raise `UserError` if this is not a mapping or has a key twice."""
        if not isinstance(self.value, Mapping):
            keys = f" with the keys {listed(known)}" if known else ""
            raise self.error(f"must be a mapping, lines “key: value”,{keys}{self.mistake()}")
        start = self.node.start_mark.index  # keys merged with “<<” are elsewhere in the file
        first: dict[str, int] = {}
        for node, _ in self.node.value:
            if node.start_mark.index < start:
                continue
            line = node.start_mark.line + 1
            if node.value in first:
                lines = f"in lines {first[node.value]} and {line}"
                raise self.at(node).error(f"is given twice, {lines}; remove one of them")
            first[node.value] = line

    def _unknown(self, known: Collection[str]) -> UserError:
        """Return the error for an unknown key, with what was probably meant."""
        found = yaml_mistakes.find_joined(self.name)
        hint = f"it {found.reason}: write “{found.correction}”" if found else self.mistake()[2:]
        if not hint:
            near = difflib.get_close_matches(shown(self.name), known, n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"known are {listed(known)}"
        return self.error(f"is not a known key; {hint}")

    def at(self, node: yaml.Node) -> Entry:
        """Return an entry for the node of a key, to report it."""
        return Entry(None, node, self.file, str(node.value))

    def line(self) -> str:
        """Return the line of the file where the value begins."""
        mark = self.node.start_mark
        return str(mark.buffer or "").split("\n")[mark.line] if mark.buffer else ""

    def mistake(self) -> str:
        """Return an explanation of a mistake in the line, for the end of a message; "" if none."""
        line = self.line()
        if name := yaml_mistakes.find_lookalike(line):
            return f"; its line has {name}, where YAML takes only plain spaces and colons"
        found = yaml_mistakes.find_joined(line)
        return f"; its line {found.reason}: write “{found.correction.strip()}”" if found else ""

    def error(self, text: str) -> UserError:
        """Return an error whose message begins with the file, the line and the key."""
        return UserError(f"{self.file}, line {self.node.start_mark.line + 1}: “{self.name}” {text}")


def listed(names: typing.Iterable[str]) -> str:
    """Return names for a message, sorted."""
    return ", ".join(sorted(names))


NO_CATALOG = "name a catalog, which “build_db.py init FOLDER” writes for a folder of papers"


def read_yaml(path: Path) -> Entry:
    """Read a YAML file written by a person. Raises `UserError` if a part would be ignored."""
    if not exists(path):
        near = listed(p.as_posix() for p in Path("catalogs").glob("*.yml"))
        raise UserError(
            f"{path}: there is no such catalog" + (f"; there are {near}" if near else "")
        )
    if path.is_dir():
        raise UserError(f"{path}: is a folder; write its catalog with “build_db.py init {path}”")
    if loading.is_binary(path):
        raise UserError(f"{path}: {loading.IS_BINARY}; {NO_CATALOG}")
    loaded = loading.load_yaml(path)
    if loaded.node is None:
        raise BadFile(
            path, "is empty; a catalog has a title and a list of sources (docs/formats.md)"
        )
    if loaded.reasons:
        raise UserError(f"{path}, {loaded.reasons[0]}; write it without")
    return Entry(loaded.value, loaded.node, path, path.name)


def to_dataclass(entry: Entry, kind: type, data: Path, extra: Collection[str] = ()) -> Any:
    """Return a dataclass read from a mapping, checked; `extra` are other keys allowed in it."""
    hints = typing.get_type_hints(kind)
    entry.check_names({f.name for f in fields(kind)} | {*extra})
    values = {}
    for f in fields(kind):
        if f.name in entry.value:
            values[f.name] = to_value(entry.child(f.name), hints[f.name], data)
        elif f.default is MISSING and f.default_factory is MISSING:
            raise entry.error(f"has no “{f.name}”; add “{f.name}: …” (docs/formats.md)")
    return kind(**values)


def to_value(entry: Entry, expected: Any, data: Path) -> Any:
    """Check one value against its type hint and return it; a path must exist."""
    options = typing.get_args(expected) if isinstance(expected, types.UnionType) else (expected,)
    if entry.value is None and type(None) in options:
        return None
    wanted = next(option for option in options if option is not type(None))
    if is_dataclass(wanted):
        return to_dataclass(entry, typing.cast(type, wanted), data)
    if wanted is Path:
        return to_path(entry, data)
    plain = typing.get_origin(wanted) or wanted
    if not isinstance(entry.value, plain) or isinstance(entry.value, bool) is not (plain is bool):
        raise entry.error(f"must be {WORDS[plain]}{_found(entry, plain)}")
    if plain is dict:
        entry.check_mapping()
    return entry.value


def _found(entry: Entry, wanted: type) -> str:
    """Return what a value of the wrong type is, and how to write it, for the end of a message."""
    if entry.value is None:
        comment = "#" in entry.line()
        hint = "; “#” begins a comment: put the value in quotes" if comment else "; give it one"
        return f", but has no value{hint}"
    found = f", not “{shown(entry.value)}”"
    if wanted is str and isinstance(entry.node, yaml.ScalarNode):
        found += f"; put it in quotes: {yaml_mistakes.quote(entry.node.value)}"
    return found + (entry.mistake() if wanted is not str else "")


def exists(path: Path) -> bool:
    """Return whether a file exists; False for a name that is too long."""
    try:
        return path.exists()
    except OSError:
        return False


def shown(value: object) -> str:
    """Return a value as text for a message, with at most 80 characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else text[:79] + "…"


WORDS = {
    str: "text",
    int: "a whole number",
    dict: "a mapping",
    list: "a list",
    bool: "true or false",
}


def to_path(entry: Entry, data: Path) -> Path:
    """Return the path of a file or folder that exists, below `data` if it is relative."""
    if not isinstance(entry.value, str):
        raise entry.error("must be the name of a file or folder")
    path = data / entry.value
    if not exists(path):
        near = _find_similar(path)
        hint = f"did you mean “{shown(near)}”? Relative" if near else "relative"
        raise entry.error(
            f"names {shown(entry.value)}, which does not exist in {data.resolve()}; {hint} "
            "paths start at the folder given with --data"
        )
    return path


def _find_similar(path: Path) -> str | None:
    """Return the name in the same folder that is most similar, whatever its case, or None."""
    try:
        names = {one.name.casefold(): one.name for one in path.parent.iterdir()}
    except (OSError, ValueError):  # no such folder, or a NUL in its name
        return None
    near = difflib.get_close_matches(path.name.casefold(), names, n=1, cutoff=0.8)
    return names[near[0]] if near else None
