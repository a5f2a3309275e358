"""Cache results computed from one file or paper, so that no build computes them again.

A key covers the content and every version that the result depends on, so an entry is never out of
date. An entry appears complete or not at all, so that several builds and machines can share a
cache. The cache is a folder, or an address that fsspec can open, such as `s3://bucket/cache`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from papersette import files

Location = Path | str
"""A folder on this machine, or the address of a folder for fsspec."""

PACKAGE = Path(__file__).parent
COMPRESSION = 4
"""Level of gzip compression: a higher level takes longer and saves little."""


def to_location(text: str) -> Location:
    """Return the location in a user's text: an address with a scheme, or the path of a folder.

    >>> to_location("s3://bucket/cache"), to_location("file:///srv/cache")
    ('s3://bucket/cache', PosixPath('/srv/cache'))
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        return Path(text)
    return Path(rest) if scheme in {"file", "local"} else text.rstrip("/")


def to_key(*parts: str) -> str:
    """Return the key of an entry, from everything it depends on: hashes of content, and versions.

    >>> len(to_key("00" * 32, "pdfium 1"))
    64
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def to_rules_version(patterns: Iterable[str]) -> str:
    """Return a version that changes with these files of the package, and with Python.

    `patterns` are relative to the package, such as `knowledge/*.py`.
    """
    digest = hashlib.sha256(f"{sys.version_info[:2]} {unicodedata.unidata_version}".encode())
    paths = {path for pattern in patterns for path in PACKAGE.glob(pattern) if path.is_file()}
    for path in sorted(path for path in paths if path.suffix != ".pyc"):
        digest.update(f"\n{path.relative_to(PACKAGE).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def read_entry(location: Location, key: str) -> Any:
    """Return an entry, or None if it is missing or damaged."""
    try:
        return json.loads(gzip.decompress(_read(location, _to_name(key))))
    except (OSError, EOFError, ValueError):
        return None


def save_entry(location: Location, key: str, entry: Any) -> None:
    """Write an entry, any value that JSON can represent, in one step. Raises `OSError`."""
    packed = gzip.compress(json.dumps(entry, ensure_ascii=False).encode(), COMPRESSION, mtime=0)
    save_bytes(location, _to_name(key), packed)


def save_bytes(location: Location, name: str, content: bytes) -> None:
    """Write a file of the cache in one step. Raises `OSError`."""
    if isinstance(location, str):
        _save_remote(location, name, content)
        return
    path = location / name
    path.parent.mkdir(parents=True, exist_ok=True)
    files.save_bytes(path, content)


def read_bytes(location: Location, name: str) -> bytes:
    """Return a file of the cache. Raises `OSError`."""
    return _read(location, name)


def has_file(location: Location, name: str) -> bool:
    """Return whether the cache has a file. Raises `OSError` if the cache cannot be read."""
    if not isinstance(location, str):
        return (location / name).is_file()
    file_system, folder = _open(location)
    try:
        return bool(file_system.exists(f"{folder}/{name}"))
    except Exception as error:
        raise _to_os_error(location, error) from error


def _to_name(key: str) -> str:
    return f"{key[:2]}/{key}.json.gz"


def _read(location: Location, name: str) -> bytes:
    if not isinstance(location, str):
        return (location / name).read_bytes()
    file_system, folder = _open(location)
    try:
        return bytes(file_system.cat_file(f"{folder}/{name}"))
    except Exception as error:
        raise _to_os_error(location, error) from error


def _save_remote(location: str, name: str, content: bytes) -> None:
    """Write an object; object stores show it only when it is complete."""
    file_system, folder = _open(location)
    try:
        file_system.pipe_file(f"{folder}/{name}", content)
    except Exception as error:
        raise _to_os_error(location, error) from error


def _open(location: str) -> tuple[Any, str]:
    """Return the file system of an address, which fsspec keeps open, and the path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise OSError(f"{location} needs fsspec: pip install -e '.[cluster]'") from None
    try:
        file_system, folder = url_to_fs(location)
    except (ImportError, ValueError) as error:
        raise OSError(f"{location}: {error}") from error
    return file_system, folder.rstrip("/")


def _to_os_error(location: str, error: Exception) -> OSError:
    """Return an error of an object store's library as an OSError."""
    if isinstance(error, OSError):
        return error
    return OSError(f"{location}: {type(error).__name__}: {error}")
