"""Reads and checks the key `meaning` of a catalog: the model for search by meaning.

It is the name of a known model, or a mapping. docs/meaning.md describes the keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from papersette.catalogs.entries import Entry, to_path, to_value
from papersette.errors import UserError
from papersette.meaning.models import (
    FILES,
    HUB,
    SHA256,
    Model,
    ModelFile,
    find_model,
    load_models,
    read_folder,
    to_hint,
)

REVISION = re.compile("[0-9a-f]{40}")
NAME = re.compile(r"[\w.-]{1,100}")


def read(entry: Entry, data: Path) -> Model:
    """Read the key `meaning`.

    Args:
        entry: The value of the key.
        data: The folder where a relative path of the model's folder starts.

    Raises:
        UserError: A key is unknown, or a value is not valid.
    """
    if isinstance(entry.value, str):
        return _find(entry)
    entry.check_names({"model", *READERS})
    given = {key: READERS[key](entry.child(key), data) for key in entry.value if key in READERS}
    if "repository" in entry.value or "files" in entry.value:
        model = _to_own(entry, given)
    elif "model" in entry.value and entry.value["model"] in load_models():
        model = _find(entry.child("model"))
    elif "folder" in given:
        model = read_folder(given["folder"])
        model = replace(model, name=_to_name(entry) or model.name)
    else:
        entry.child("model")
        raise _unknown(entry.child("model"))
    return replace(model, **{key: value for key, value in given.items() if key != "files"})


def from_option(given: str) -> Model | None:
    """Return the model named on the command line: a known one, or a folder; None for “off”.

    Raises:
        UserError: Neither a model nor a folder has this name.
    """
    if given == "off":
        return None
    if Path(given).is_dir():
        return read_folder(Path(given))
    try:
        return find_model(given)
    except UserError as error:
        raise UserError(f"--meaning {error}; or name a folder with {' and '.join(FILES)}") from None


def _find(entry: Entry) -> Model:
    if entry.value not in load_models():
        raise _unknown(entry)
    return find_model(entry.value)


def _unknown(entry: Entry) -> UserError:
    name = str(entry.value)
    return entry.error(f"names “{name}”, which is no known model; {to_hint(name)}")


def _to_own(entry: Entry, given: dict[str, Any]) -> Model:
    """Return a model from a repository, not known by name; its files must be pinned."""
    for key in ("repository", "revision", "files"):
        entry.child(key)
    name = _to_name(entry) or given["repository"].rpartition("/")[2]
    return Model(name, files=tuple(given["files"].items()))


def _to_name(entry: Entry) -> str | None:
    if "model" not in entry.value:
        return None
    child = entry.child("model")
    name = str(to_value(child, str, Path()))
    if not NAME.fullmatch(name):
        raise child.error("must be a name of letters, digits, dots and hyphens")
    return name


def _to_folder(entry: Entry, data: Path) -> Path:
    folder = to_path(entry, data)
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise entry.error(f"names {entry.value}, which has no {' and no '.join(missing)}")
    return folder


def _to_revision(entry: Entry, data: Path) -> str:
    text = str(to_value(entry, str, data))
    if not REVISION.fullmatch(text):
        raise entry.error("must be the full hash of a commit, 40 digits: a branch would change")
    return text


def _to_files(entry: Entry, data: Path) -> dict[str, ModelFile]:
    entry.check_names(FILES)
    return {name: _to_file(entry.child(name), data) for name in FILES}


def _to_file(entry: Entry, data: Path) -> ModelFile:
    entry.check_names(("path", "sha256", "size"))
    path, sha256 = entry.child("path"), entry.child("sha256")
    digest = str(to_value(sha256, str, data))
    if not SHA256.fullmatch(digest):
        raise sha256.error("must be a SHA-256, 64 digits")
    size = to_value(entry.child("size"), int, data) if "size" in entry.value else None
    return ModelFile(str(to_value(path, str, data)), digest, size)


def _to_tokens(entry: Entry, data: Path) -> int:
    tokens = int(to_value(entry, int, data))
    if not 8 <= tokens <= 8192:
        raise entry.error("must be a number of tokens from 8 to 8192")
    return tokens


def _to_floor(entry: Entry, data: Path) -> float:
    value = entry.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise entry.error("must be a cosine from 0 to 1")
    return float(value)


def _to_hub(entry: Entry, data: Path) -> str:
    address = str(to_value(entry, str, data))
    if not re.match(r"https?://[^\s/]+", address):
        raise entry.error(f"must be a web address, as {HUB}")
    return address


def _to_text(entry: Entry, data: Path) -> str:
    return str(to_value(entry, str, data))


READERS: dict[str, Callable[[Entry, Path], Any]] = {
    "folder": _to_folder,
    "hub": _to_hub,
    "repository": _to_text,
    "revision": _to_revision,
    "files": _to_files,
    "tokens": _to_tokens,
    "query_prefix": _to_text,
    "text_prefix": _to_text,
    "floor": _to_floor,
    "languages": _to_text,
    "licence": _to_text,
}
"""Key -> function that reads its value; “model” is read separately."""
