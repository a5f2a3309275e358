"""Cache the text of PDFs, so that no build reads the same bytes twice.

A key covers the bytes of the file and every version that the text depends on, so an entry is never
out of date. Entries are written to a temporary file and renamed: two builds may share a folder.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any


def to_key(sha256: str, *versions: str) -> str:
    """Return the key of a file's hash and of the versions that its entry depends on.

    >>> len(to_key("00" * 32, "pdfium 1"))
    64
    """
    return hashlib.sha256("\n".join((sha256, *versions)).encode()).hexdigest()


def read_entry(folder: Path, key: str) -> Any:
    """Return the entry, or None if it is missing or damaged."""
    try:
        with gzip.open(_path(folder, key), "rt", encoding="utf-8") as lines:
            return json.load(lines)
    except (OSError, EOFError, ValueError):
        return None


def save_entry(folder: Path, key: str, entry: Any) -> None:
    """Write an entry, anything that JSON can hold, in one step. Raises `OSError`."""
    path = _path(folder, key)
    packed = gzip.compress(json.dumps(entry, ensure_ascii=False).encode(), compresslevel=4)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as raw:
            raw.write(packed)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _path(folder: Path, key: str) -> Path:
    return folder / key[:2] / f"{key}.json.gz"
