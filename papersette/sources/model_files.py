"""Downloads the files of a sentence-embedding model from its hub, only during a build."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from papersette.errors import UserError
from papersette.meaning.models import Model, read_folder
from papersette.sources import network
from papersette.sources.fetch import LARGE_FILES, Politeness, fetch_pinned

MEGABYTE = 1_000_000


def to_folder(model: Model, downloads: Path) -> Path:
    """Return the folder for the files of a model, inside the folder of downloads."""
    return downloads / "models" / f"{model.name}-{model.key[:8]}"


def describe(model: Model, downloads: Path) -> str:
    """Return a line about a model and its files, without fetching them."""
    of = f"{model.name} ({model.languages})" if model.languages else model.name
    if model.folder:
        return f"{of}, in {model.folder}"
    if to_folder(model, downloads).is_dir():
        return f"{of}, fetched before"
    size = f"{model.size / MEGABYTE:,.0f} MB " if model.size else ""
    return f"{of}; the build will fetch {size}from {model.hub}/{model.repository}"


def ensure_files(
    model: Model,
    downloads: Path,
    *,
    offline: bool = False,
    allow_hosts: Collection[str] = (),
    politeness: Politeness = LARGE_FILES,
    resolver: network.Resolver = network.resolve,
) -> Model:
    """Return a model with its files in a folder; files that are missing are fetched.

    Raises:
        UserError: A file cannot be fetched, or does not have the pinned SHA-256.
    """
    if model.folder:
        return read_folder(model.folder, replace(model, folder=None))
    folder = to_folder(model, downloads)
    urls = model.to_urls()
    parts = folder.with_name(f".{folder.name}.fetched")
    if not folder.is_dir():
        fetching = fetch_pinned(
            dict(urls.values()),
            parts,
            offline=offline,
            politeness=politeness,
            allow_hosts=allow_hosts,
            resolver=resolver,
        )
        found = dict(fetching)
        _check(model, found)
        _install(folder, parts, {name: found[url] for name, (url, _) in urls.items()})
    return read_folder(folder, model)


def _check(model: Model, found: dict[str, Path | str]) -> None:
    for url, answer in found.items():
        if isinstance(answer, str):
            raise UserError(
                f"the model {model.name}: {url} {answer}; try again, or download "
                f"{' and '.join(name for name, _ in model.files)} and name their folder in the "
                "catalog: “meaning: {model: …, folder: …}”"
            )


def _install(folder: Path, parts: Path, files: dict[str, Path | str]) -> None:
    """Move fetched files into the folder of their model, which appears when it is complete."""
    complete = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(complete, ignore_errors=True)
    complete.mkdir(parents=True)
    for name, path in files.items():
        Path(path).replace(complete / name)
    complete.rename(folder)
    shutil.rmtree(parts, ignore_errors=True)
