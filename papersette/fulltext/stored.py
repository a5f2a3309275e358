"""Read files on other machines, from copies in the cache, which all machines can access.

A copy is named by the hash of its content, so that a file is copied once, whatever its path.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from papersette import cache, files
from papersette.fulltext.engines import Unreadable
from papersette.fulltext.reading import Job, Text, read_file

FOLDER = "files"
"""Folder of the copies in the cache."""


@dataclass(frozen=True)
class StoredJob:
    """A file in the cache to read, with options."""

    name: str
    """Name of the copy in the cache."""
    job: Job


def store(job: Job) -> StoredJob:
    """Copy the file of a job into its cache, unless it is there.

    Raises `Unreadable` if it is not a regular file or too large, and `OSError` if copying fails.
    """
    if job.cache is None:
        raise OSError("files can be read on other machines only with a cache")
    try:
        sha256 = files.hash_file(job.path)
    except files.Unusable as error:
        raise Unreadable(str(error)) from None
    name = f"{FOLDER}/{sha256[:2]}/{sha256}{job.path.suffix.lower()}"
    if not cache.has_file(job.cache, name):
        cache.save_bytes(job.cache, name, job.path.read_bytes())
    return StoredJob(name, job)


def read_stored(stored: StoredJob) -> Text:
    """Read a file of the cache with `read_file`, which also caches its text there."""
    location = stored.job.cache
    if location is None:
        raise OSError("files can be read on other machines only with a cache")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(stored.name).name
        path.write_bytes(cache.read_bytes(location, stored.name))
        return read_file(replace(stored.job, path=path))
