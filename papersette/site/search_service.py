"""Opens the search engine of the served database, and builds its index if needed.

The index is derived data. If it is missing or belongs to another build, the server builds it in the
background, beside the database or, if that folder cannot be written, in a temporary folder.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import tempfile
import threading
from pathlib import Path
from typing import Any

from papersette import system
from papersette.search.engine import Engine
from papersette.search.index import build_index, is_current, to_index_folder
from papersette.search.results import Request, Result
from papersette.site.canned_queries import DATABASE

WAIT_SECONDS = 3.0
"""Longest wait of a request, in seconds, for an index that is almost ready."""

logger = logging.getLogger(__name__)
_services: dict[Path, SearchService] = {}
_lock = threading.Lock()


class Indexing(Exception):
    """The index is not ready yet."""

    def __init__(self, percent: int) -> None:
        super().__init__(f"indexing, {percent} %")
        self.percent = percent


class SearchService:
    """The search engine of one database file, opened in the background.

    Args:
        database: papers.db, or a link to it.
        original: Path of papers.db itself if `database` is a link; the index is beside it.
    """

    def __init__(self, database: Path, original: Path | None = None) -> None:
        self.database = database
        self.original = original or database
        self.percent = 0
        self.failure: BaseException | None = None
        self._engine: Engine | None = None
        self._thread = threading.Thread(target=self._open, daemon=True, name="search index")
        self._thread.start()

    def engine(self, wait: float = WAIT_SECONDS) -> Engine:
        """Return the engine.

        Raises:
            Indexing: The engine is not ready within `wait` seconds.
            RuntimeError: The index can neither be opened nor built.
        """
        if self._engine is None:
            self._thread.join(wait)
        if self.failure is not None:
            raise RuntimeError(f"the search index cannot be built: {self.failure}")
        if self._engine is None:
            raise Indexing(self.percent)
        return self._engine

    def search(self, request: Request) -> Result:
        """Return the result of a search; raises the same errors as `engine`."""
        return self.engine().search(request)

    def wait(self) -> None:
        """Wait until the engine is open, or cannot be opened."""
        self._thread.join()

    def _open(self) -> None:
        try:
            self._engine = self._open_or_build()
            gc.unfreeze()
            gc.collect()
            gc.freeze()  # scanning these permanent objects would stop all threads for 0.1 s
            system.release_memory()
        except BaseException as error:  # a Rust panic in the engine is not an Exception
            logger.exception("the search index of %s cannot be built", self.database)
            self.failure = error

    def _open_or_build(self) -> Engine:
        beside, elsewhere = to_index_folder(self.original), self._temporary_folder()
        for folder in (beside, elsewhere):
            if is_current(self.database, folder):
                try:
                    return Engine(self.database, folder)
                except (ValueError, OSError) as error:
                    logger.warning("%s is damaged and is built again: %s", folder, error)
        for folder in (beside, elsewhere):
            try:
                build_index(self.database, folder, self._report)
                return Engine(self.database, folder)
            except OSError as error:
                logger.warning("the index cannot be written to %s: %s", folder, error)
        raise OSError("no folder for the search index can be written")

    def _temporary_folder(self) -> Path:
        name = hashlib.sha256(str(self.original.resolve()).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"papersette-{name}.index"

    def _report(self, done: int, total: int) -> None:
        self.percent = 100 * done // max(1, total)


def service_of(datasette: Any) -> SearchService | None:
    """Return the search service of a Datasette's database, or None if it serves none."""
    if DATABASE not in datasette.databases:
        return None
    path = datasette.get_database(DATABASE).path
    return open_service(Path(path)) if path else None


def open_service(database: Path, original: Path | None = None) -> SearchService:
    """Return the service of a database file, always the same one.

    Args:
        database: The file, or a link to it.
        original: Path of the file itself if `database` is a link.
    """
    key = database.resolve()
    with _lock:
        if key not in _services:
            _services[key] = SearchService(key, (original or key).resolve())
        return _services[key]


def keep_service(service: SearchService) -> None:
    """Keep a service that was opened for a file as the one of this file."""
    with _lock:
        _services[service.database] = service


def forget_service(database: Path) -> None:
    """Forget the service of a file that is no longer served."""
    with _lock:
        _services.pop(database.resolve(), None)
