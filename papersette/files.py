"""Check, hash, write and name files of any kind: also a FIFO, a device, or a very large file."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import tempfile
from pathlib import Path

LARGEST = 2 << 30
"""Largest PDF or text in bytes; pdfium opens no larger file."""


class Unusable(Exception):
    """The file cannot be a PDF or text; the message says why."""


def check_file(path: Path) -> None:
    """Raise `Unusable` if this is not a regular file or too large, `OSError` if it is missing."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise Unusable("is not a regular file, but a pipe, device or folder; replace it by the PDF")
    if status.st_size > LARGEST:
        raise Unusable(
            f"has {status.st_size / (1 << 30):.1f} GiB, more than the limit of "
            f"{LARGEST >> 30} GiB; split it, or get a smaller copy"
        )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a PDF or text. Raises `Unusable` and `OSError`."""
    check_file(path)
    return read_sha256(path)


def read_sha256(path: Path) -> str:
    """Return the SHA-256 of a file of any size, read in chunks. Raises `OSError`."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def save_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step: others see what was there before, or all of the content.

    Its folder must exist. Raises `OSError`.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as raw:
            raw.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def connect_read_only(database: Path) -> sqlite3.Connection:
    """Open an SQLite file without the right to write. Raises `sqlite3.Error` if it is missing.

    The path becomes a URI with its special characters escaped: a folder may be named "a?b#c".
    """
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)


def to_shown_name(name: str) -> str:
    """Return the name of a file as text; bytes that are not UTF-8 become U+FFFD.

    >>> to_shown_name("caf\\udce9.pdf") == "caf\\ufffd.pdf", to_shown_name("café.pdf")
    (True, 'café.pdf')
    """
    try:
        return os.fsencode(name).decode("utf-8", errors="replace")
    except UnicodeEncodeError:  # the name is not that of a file on this machine
        return name.encode("utf-8", errors="replace").decode()


def is_utf8(path: Path) -> bool:
    """Return whether a path can be written in UTF-8, which C libraries may need."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def is_text(path: Path) -> bool:
    """Return whether a file is text, by its name, or without an ending by its first bytes.

    A download from OpenReview, PDF or text, may be named `pdf?id=H1M7soActX`.
    """
    suffix = path.suffix.lower()
    if suffix in {".txt", ".pdf"}:
        return suffix == ".txt"
    try:
        with path.open("rb") as file:
            return b"%PDF-" not in file.read(1024)
    except OSError:
        return False
