"""Lock a database while it is built, and remove the part files that killed builds left.

A part file is a hidden file or folder, named `.….part`, beside the database; a build writes into it
and renames it when it is complete. Only the build that holds the lock may remove part files. The
system releases the lock of a killed process. Where the file system has no locks, nothing is
removed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from papersette.errors import UserError
from papersette.search.index import to_index_folder, to_part_folder

STALE_SECONDS = 3600
"""Age in seconds from which a part file without a lock is removed, such as an index that a server
was writing."""


@contextlib.contextmanager
def lock(database: Path) -> Iterator[None]:
    """Hold the lock of a database, and remove part files that its earlier builds left.

    Raises `UserError` if another build holds it, or if its folder cannot be written.
    """
    path = database.with_name(f".{database.name}.lock")
    with contextlib.ExitStack() as stack:
        held = False
        while not held:
            file = stack.enter_context(_open(path, database))
            if not _try_lock(file, database):
                break
            with contextlib.suppress(FileNotFoundError):  # the build that held the lock removed it
                held = path.stat().st_ino == os.fstat(file.fileno()).st_ino
        stack.callback(remove, path)
        for part in find_leftovers(database) if held else ():
            remove(part)
        yield


def _open(path: Path, database: Path) -> IO[str]:
    """Create the lock file. Raises `UserError` if the folder cannot be written."""
    try:
        return path.open("a")
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT}:
            raise
        raise UserError(
            f"{database}: its folder cannot be written ({os.strerror(error.errno)}); make it "
            "writable for this user, or give another path with --db"
        ) from None


def _try_lock(file: IO[str], database: Path) -> bool:
    """Lock a file; return False if the file system has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(
            f"{database}: another build is writing this file; try again when it has ended"
        ) from None
    except OSError as error:
        if error.errno in {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}:
            return False
        raise
    return True


def to_index_part(database: Path) -> Path:
    """Return the folder in which a build writes the search index of a database."""
    return database.with_name(f".{to_index_folder(database).name}.build.part")


def to_old_index(database: Path) -> Path:
    """Return the path to which a build moves the old index before it removes it."""
    return database.with_name(f".{to_index_folder(database).name}.old.part")


def to_inspection_part(inspection: Path, database: Path) -> Path:
    """Return the path at which a build of a database writes inspect-data.json."""
    return inspection.with_name(f".{inspection.name}.{database.stem}.part")


def find_leftovers(database: Path) -> list[Path]:
    """Return the part files left by builds of this database; hold the lock to remove them."""
    folder, index_folder = database.parent, to_index_folder(database)
    own = {
        to_index_part(database),
        to_old_index(database),
        to_inspection_part(folder / "inspect-data.json", database),
    }
    temporary = re.compile(rf"\.{re.escape(database.name)}\.[a-z0-9_]{{8}}\.part")
    unlocked = {to_part_folder(index_folder), folder / ".inspect-data.json.part"}
    return sorted(
        path
        for path in folder.glob(".*.part")
        if path in own or temporary.fullmatch(path.name) or (path in unlocked and _is_stale(path))
    )


def remove_stale(folder: Path, pattern: str) -> None:
    """Remove old part files of killed processes in a folder that several builds may share."""
    for path in folder.glob(pattern):
        if _is_stale(path):
            remove(path)


def remove(path: Path) -> None:
    """Remove a file or folder, if it exists and can be removed."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_stale(path: Path) -> bool:
    try:
        newest = max(part.stat().st_mtime for part in (path, *path.glob("**/*")))
    except OSError:
        return False
    return time.time() - newest > STALE_SECONDS
