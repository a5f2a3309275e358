"""Read the spellings of names that the ACL Anthology lists for one person.

The file is data/yaml/name_variants.yaml of its repository, or the newer people.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile
from papersette.sources import values


def read_spellings(path: Path) -> dict[str, tuple[str, ...]]:
    """Return all spellings of a person's name, by each of them.

    A spelling that several people share is left out. Raises `BadFile` for a file of another kind.
    """
    value = loading.load_yaml(path).value
    if not isinstance(value, list | Mapping):
        raise BadFile(path, "is no list of people as the Anthology's name_variants.yaml has it")
    by_key: dict[str, tuple[str, ...]] = {}
    shared: set[str] = set()
    for spellings in _people(value):
        for key in spellings:
            if by_key.setdefault(key, spellings) is not spellings:
                shared.add(key)
    return {key: spellings for key, spellings in by_key.items() if key not in shared}


def _people(value: list[Any] | Mapping[Any, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the names of each person, from either form of the file."""
    for entry in value.values() if isinstance(value, Mapping) else value:
        if isinstance(entry, Mapping):
            parts = [*_list(entry.get("variants")), *_list(entry.get("names"))]
            names = map(_to_name, [entry.get("canonical"), *parts])
            yield tuple(dict.fromkeys(name for name in names if name))


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _to_name(given: Any) -> str | None:
    if not isinstance(given, Mapping):
        return None
    parts = (values.to_text(given.get(part)) for part in ("first", "last"))
    return " ".join(filter(None, parts)) or None
