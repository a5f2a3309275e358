"""Reads lists of dataset names: the built-in list, and that of a catalog.

Errors are reported with the line and the expected form; no entry is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from papersette import loading
from papersette.errors import UserError
from papersette.knowledge.terms import Term
from papersette.text import to_slug

SHIPPED = Path(__file__).with_name("datasets.yml")


def load_datasets(extra: Path | None = None) -> list[Term]:
    """Return the built-in names and those of `extra`, YAML like datasets.yml or one name a line.

    Entries of `extra` override built-in ones, for example to mark a name as common. Raises
    `UserError` with the line if `extra` cannot be read or parsed.
    """
    own = list(_read(extra, "catalog")) if extra else []
    taken = {term.term_id for term in own}
    return own + [term for term in _read(SHIPPED, "shipped") if term.term_id not in taken]


def _read(path: Path, origin: str) -> Iterator[Term]:
    if path.suffix in {".yml", ".yaml"}:
        entries = _read_yaml(path)
    else:
        entries = [
            (n, {"name": line.strip()})
            for n, line in enumerate(loading.read_text(path).splitlines(), 1)
            if line.split("#")[0].strip()
        ]
    lines: dict[str, int] = {}
    for line, entry in entries:
        term = _to_dataset(path, line, entry, origin)
        if term.term_id in lines:
            raise UserError(
                f"{path}, line {line}: “{term.name}” is already on line {lines[term.term_id]}; "
                "remove one of them"
            )
        lines[term.term_id] = line
        yield term


def _read_yaml(path: Path) -> list[tuple[int, Any]]:
    """Return (line, entry) of each entry of the list."""
    loaded = loading.load_yaml(path)
    if loaded.reasons:
        raise UserError(f"{path}, {loaded.reasons[0]}; write it without")
    if not isinstance(loaded.node, yaml.SequenceNode):
        raise UserError(f"{path}, line 1: must be a list of names, each as “- name: …”")
    pairs = zip(loaded.node.value, loaded.value, strict=True)
    return [(entry.start_mark.line + 1, value) for entry, value in pairs]


def _to_dataset(path: Path, line: int, entry: Any, origin: str) -> Term:
    entry = {"name": entry} if isinstance(entry, str) else entry
    if error := _find_error(entry):
        raise UserError(f"{path}, line {line}: {error}")
    spellings = (entry["name"], *entry.get("aliases", ()))
    common = entry.get("common", False)
    cued = tuple(name for name in spellings if common is True or (common and name in common))
    return Term(
        term_id=to_slug(entry["name"]),
        name=entry["name"],
        kind="dataset",
        spellings=tuple(name for name in spellings if name not in cued),
        cued=cued,
        origin=origin,
    )


def _find_error(entry: Any) -> str | None:
    """Return a description of an entry's error and what is expected; None if it is valid."""
    if not isinstance(entry, dict) or "name" not in entry:
        return "must be a name, or begin “name: …”"
    if unknown := set(entry) - {"name", "aliases", "common"}:
        return f"“{unknown.pop()}” is not known here; known are name, aliases, common"
    aliases = entry.get("aliases", [])
    if not isinstance(aliases, list):
        return "“aliases” must be a list, as [PTB]"
    for name in (entry["name"], *aliases):
        if not isinstance(name, str) or not to_slug(name):
            return (
                f"“{name}” must be text with a letter or digit; put it in quotes if it is a number"
            )
    common = entry.get("common", False)
    if not isinstance(common, bool) and not (
        isinstance(common, list) and set(common) <= {entry["name"], *aliases}
    ):
        return "“common” must be true, or a list of those names and aliases that are ordinary words"
    return None
