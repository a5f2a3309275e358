"""Finds the folder of PDFs that the site serves under /pdf/, and the PDF of a paper in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from papersette import files
from papersette.site.addresses import is_own_path

PREFIX = "/pdf/"


@dataclass(frozen=True)
class Pdf:
    """A PDF in the folder."""

    path: Path
    sha256: str


def to_folder(datasette: Any) -> Path | None:
    """Return the folder of PDFs: `folder` of the plugin papersette-pdf, or the one mounted."""
    setting = (datasette.plugin_config("papersette-pdf") or {}).get("folder")
    mounted = [folder for mount, folder in datasette.static_mounts if mount.strip("/") == "pdf"]
    folder = setting or next(iter(mounted), None)
    return Path(folder).resolve() if folder else None


def find(folder: Path, name: str) -> Path | None:
    """Return the PDF with an encoded name; None if it is not a file inside the folder."""
    decoded = unquote_to_bytes(name)
    if b"\0" in decoded or not decoded.lower().endswith(b".pdf"):
        return None
    try:
        path = (folder / decoded.decode("utf-8", "surrogateescape").lstrip("/")).resolve()
        if path.is_relative_to(folder) and path.suffix.lower() == ".pdf" and path.is_file():
            return path
    except (OSError, RuntimeError, ValueError):  # for example, too long a name, or a loop of links
        return None
    return None


def find_pdf_of(folder: Path | None, paper: Mapping[str, Any]) -> Pdf | None:
    """Return the PDF of a paper; None if the folder does not have it.

    It is the file that pdf_url names under /pdf/, or else the file whose text was extracted, if
    it has the same name and hash.

    Args:
        folder: The folder, from `to_folder`.
        paper: A paper with pdf_url, file and file_sha256.
    """
    if folder is None:
        return None
    url = str(paper["pdf_url"] or "")
    path = None
    if is_own_path(url) and url.startswith(PREFIX):
        path = find(folder, url.removeprefix(PREFIX).partition("#")[0].partition("?")[0])
    if path is not None:
        sha256 = hash_pdf(path)
        return Pdf(path, sha256) if sha256 else None
    path = find(folder, quote_from_bytes(str(paper["file"] or "").encode("utf-8", "replace")))
    if path is not None and hash_pdf(path) == paper["file_sha256"]:
        return Pdf(path, str(paper["file_sha256"]))
    return None


def hash_pdf(path: Path) -> str:
    """Return the SHA-256 of a file, computed once; "" if the file cannot be read."""
    try:
        status = path.stat()
        return _hash(path, status.st_mtime_ns, status.st_size, status.st_ino)
    except (OSError, files.Unusable):
        return ""


@lru_cache(maxsize=20_000)
def _hash(path: Path, *version: int) -> str:
    return files.hash_file(path)
