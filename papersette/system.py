"""Explains system errors when a file cannot be written, and limits or returns memory."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REMEDIES = {
    errno.ENOSPC: "free some space, or name other folders with --db and --cache",
    errno.EDQUOT: "free some space, or name other folders with --db and --cache",
    errno.EROFS: "name a folder that can be written with --db",
    errno.EACCES: "make the file or folder readable and writable for this user",
    errno.EPERM: "make the file or folder readable and writable for this user",
    errno.EMFILE: "raise the limit of open files (ulimit -n), or use fewer --jobs",
    errno.ENOMEM: "free some memory, or use fewer --jobs",
}
SQLITE_ERRORS = {
    "SQLITE_FULL": errno.ENOSPC,
    "SQLITE_READONLY": errno.EROFS,
    "SQLITE_CANTOPEN": errno.EACCES,
    "SQLITE_IOERR": errno.EIO,
    "SQLITE_NOMEM": errno.ENOMEM,
}
"""Primary error code of SQLite -> error number of the system."""


def to_reason(error: Exception) -> str | None:
    """Return the fault and its remedy; None if the error is not a system error.

    >>> to_reason(ValueError("An IO error occurred: 'No space left on device (os error 28)'"))
    'No space left on device; free some space, or name other folders with --db and --cache'
    >>> to_reason(ValueError("not enough values"))
    """
    number = _to_number(error)
    if number is None:
        return None
    file = getattr(error, "filename", None)
    where = f"{os.fsdecode(file)}: " if isinstance(file, str | bytes | os.PathLike) else ""
    reason = f"{where}{os.strerror(number)}"
    return f"{reason}; {REMEDIES[number]}" if number in REMEDIES else reason


def _to_number(error: Exception) -> int | None:
    """Return the system's error number in an error of Python, SQLite or Tantivy, if any."""
    if isinstance(error, OSError):
        return error.errno
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", None) or ""
        return next((n for code, n in SQLITE_ERRORS.items() if name.startswith(code)), None)
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found.group(1)) if found else None


def limit_memory(limit: int) -> None:
    """Limit the address space of this process to its current size plus this many bytes.

    A lower limit that the system sets, such as that of `ulimit -v`, stays.
    """
    statm = Path("/proc/self/statm")  # exists on Linux only
    used = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = used + limit if hard == resource.RLIM_INFINITY else min(used + limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextmanager
def unlimited_memory() -> Iterator[None]:
    """Lift the limit of `limit_memory` for a block, up to that of the system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def release_memory() -> None:
    """Return memory that this process has freed to the system.

    Otherwise Linux's C library keeps it: 56 MB after the arrays of 20,657 papers are read.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # other systems do not have this function
        trim(0)
