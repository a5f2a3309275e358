"""Keeps the images of pages that were seen last, in a folder of limited size.

A key covers the bytes of the PDF, the page, the width and the versions of the libraries, so that an
entry is never out of date. Entries are renamed into place: several servers may share a folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path

from papersette.files import save_bytes

KEPT = 0.8
"""Share of the limit that is kept when entries are removed, so that removals are rare."""


def to_key(*parts: object) -> str:
    """Return the key of an entry that depends on these values."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


class Cache:
    """A folder of entries, which are bytes.

    Args:
        folder: Created when the first entry is saved.
        largest: Largest size of all entries together, in bytes.
    """

    def __init__(self, folder: Path, largest: int) -> None:
        self.folder = folder
        self.largest = largest
        self._size: int | None = None
        self._lock = threading.Lock()

    def read(self, key: str) -> bytes | None:
        """Return an entry, or None if it is missing."""
        path = self._path(key)
        if not self._is_own():
            return None
        try:
            content = path.read_bytes()
            os.utime(path)  # the entries used least recently are removed first
        except OSError:
            return None
        return content

    def save(self, key: str, content: bytes) -> None:
        """Save an entry if the disk allows it; if the folder is full, remove the oldest used."""
        path = self._path(key)
        with self._lock, contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._is_own():
                return
            path.parent.mkdir(exist_ok=True, mode=0o700)
            save_bytes(path, content)
            if self._size is None:
                self._size = sum(size for _, size, _ in self._entries())
            else:
                self._size += len(content)
            if self._size > self.largest:
                self._remove_oldest()

    def _is_own(self) -> bool:
        """Return whether no other user can write to the folder, which may be in a shared /tmp."""
        try:
            status = self.folder.stat()
        except OSError:
            return False
        return status.st_uid == os.getuid() and not status.st_mode & 0o022

    def _remove_oldest(self) -> None:
        kept = 0
        for _, size, path in sorted(self._entries(), reverse=True):
            if kept + size > KEPT * self.largest:
                path.unlink(missing_ok=True)
            else:
                kept += size
        self._size = kept

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Return (time, size, path) of each entry."""
        found = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return found

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key
