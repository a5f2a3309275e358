"""Describes the sentence-embedding model of a publication: its files, and where they come from.

A model is two files: `model.onnx` and `tokenizer.json`. They come from a hub, pinned by revision
and SHA-256, or from a local folder. A publication has a copy of both with `model.json`, which
describes them, so that a server needs nothing else to encode the questions of its readers.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import re
import shutil
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import UserError
from papersette.files import read_sha256

FILES = ("model.onnx", "tokenizer.json")
"""Names of the files of a model in its folder."""
DESCRIPTION = "model.json"
"""Name of the file that describes the model in a folder."""
HUB = "https://huggingface.co"
"""Hub that has the repositories, unless a catalog names a mirror."""
TOKENS = 256
"""Tokens of a text that a custom model reads, unless a catalog gives another number."""
SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class ModelFile:
    """A file of a model."""

    path: str
    """Path in the repository."""
    sha256: str
    size: int | None = None
    """Size in bytes, if known."""


@dataclass(frozen=True)
class Model:
    """A sentence-embedding model."""

    name: str
    repository: str | None = None
    """`owner/name` on the hub; None for a local folder."""
    revision: str | None = None
    languages: str | None = None
    licence: str | None = None
    tokens: int = TOKENS
    """Longest text in tokens; the rest is cut off."""
    query_prefix: str = ""
    """Text that the model expects before a question."""
    text_prefix: str = ""
    """Text that the model expects before any other text."""
    floor: float = 0.0
    """Cosine below which a text is considered unrelated to a question."""
    files: tuple[tuple[str, ModelFile], ...] = ()
    """(name in `FILES`, file); empty for a folder without pinned files until it is read."""
    folder: Path | None = None
    """Folder with the files; None if they have to be downloaded."""
    hub: str = HUB

    def to_urls(self) -> dict[str, tuple[str, str]]:
        """Return (URL, SHA-256) of each file by its name."""
        base = f"{self.hub.rstrip('/')}/{self.repository}/resolve/{self.revision}"
        return {name: (f"{base}/{file.path}", file.sha256) for name, file in self.files}

    @property
    def size(self) -> int:
        """Total bytes of the files whose size is known."""
        return sum(file.size or 0 for _, file in self.files)

    @property
    def key(self) -> str:
        """A hash of everything that vectors depend on: the files, and how they are used."""
        used = [self.tokens, self.query_prefix, self.text_prefix]
        hashes = [file.sha256 for _, file in sorted(self.files)]
        return hashlib.sha256(json.dumps([hashes, used]).encode()).hexdigest()[:32]


@cache
def load_models() -> dict[str, Model]:
    """Return the models that can be given by name."""
    known = loading.load_yaml(Path(__file__).with_name("models.yml")).value
    return {name: _to_model(name, fields) for name, fields in known.items()}


def _to_model(name: str, fields: dict[str, Any]) -> Model:
    files = tuple((key, ModelFile(**file)) for key, file in fields.pop("files").items())
    return Model(name=name, files=files, **fields)


def find_model(name: str) -> Model:
    """Return a model by name. Raises `UserError`, which suggests the nearest known name."""
    if name not in load_models():
        raise UserError(f"“{name}” is no known model; {to_hint(name)}")
    return load_models()[name]


def to_hint(name: str) -> str:
    """Return the nearest known model, or all known models, for the end of a message."""
    known = {model.lower(): model for model in load_models()}
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return (
        f"did you mean “{known[near[0]]}”?"
        if near
        else f"known are {', '.join(sorted(load_models()))}"
    )


def read_folder(folder: Path, model: Model | None = None) -> Model:
    """Return the model in a local folder, with the SHA-256 of its files.

    Args:
        folder: Folder with the files, and perhaps a description.
        model: What is known of the model; the files must be those that it pins, if any.

    Raises:
        UserError: A file is missing, or is not the one that is pinned, or the description is
            damaged.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise UserError(
            f"{folder}: has no {' and no '.join(missing)}; the folder of a model has the files "
            f"{' and '.join(FILES)}"
        )
    known = model or read_description(folder)
    if known is None and (folder / DESCRIPTION).exists():
        fields = ", ".join(field.name for field in dataclasses.fields(Model))
        raise UserError(
            f"{folder / DESCRIPTION}: does not describe a model; correct it or remove it: it may "
            f"have the keys {fields}"
        )
    known = known or Model(folder.name)
    pinned = dict(known.files)
    files = []
    for name in FILES:
        path = folder / name
        found = ModelFile(name, read_sha256(path), path.stat().st_size)
        if name in pinned and pinned[name].sha256 != found.sha256:
            raise UserError(
                f"{path}: has the SHA-256 {found.sha256}, not {pinned[name].sha256}, by which "
                f"the model {known.name} is pinned; get the right file, or correct the catalog"
            )
        files.append((name, found))
    return replace(known, files=tuple(files), folder=folder)


def read_description(folder: Path) -> Model | None:
    """Return the model that `model.json` describes; None if it is missing or damaged.

    In a local folder, `model.json` may have any fields of `Model`.
    """
    try:
        fields = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        files = tuple((name, ModelFile(**file)) for name, file in fields.pop("files", ()))
        return Model(**{**fields, "files": files, "folder": folder})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def save_model(model: Model, folder: Path) -> None:
    """Copy a model into a folder, with its description.

    Args:
        model: A model whose folder has the files.
        folder: The new folder; created if missing.
    """
    assert model.folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(model.folder / name, folder / name)
    fields = asdict(replace(model, folder=None))
    (folder / DESCRIPTION).write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")
