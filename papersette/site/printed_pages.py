"""Reads printed pages of PDFs for the reader: few at a time, in worker processes, with a cache."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from papersette.plugin_settings import to_settings
from papersette.printed import pages, workers
from papersette.printed.cache import Cache, to_key
from papersette.printed.pages import Layout
from papersette.site.limits import Lane
from papersette.site.pdf_folder import Pdf

WIDTHS = (1200, 1800, 2400)
"""Widths of images in pixels: for a page that fills a window, and larger ones."""
LAYOUTS = 32
"""Number of layouts kept in memory."""
WAITING = 16
"""Number of pages that may wait for a worker; for more the response is status 503."""
WAIT_SECONDS = 20
FAILED = 1000
"""Number of unreadable pages that are remembered, so that they do not keep the workers busy."""
FAILED_SECONDS = 300
"""Seconds for which such a page is remembered; the server may only have been busy."""


class Unavailable(Exception):
    """A page cannot be shown as printed; the message says why."""


@dataclass(frozen=True)
class Settings:
    """The settings `papersette-reader` under `plugins` in metadata.yml."""

    cache: str = ""
    """Folder of the images; "" for a folder of this user in the temporary folder."""
    cache_mb: int = 200
    workers: int = 2
    seconds: float = 10
    memory_mb: int = 512

    @classmethod
    def from_metadata(cls, given: Any) -> Settings:
        """Read the settings. Raises `ValueError` with the name of a wrong one."""
        return to_settings(cls, "papersette-reader", given)


class PrintedPages:
    """The printed pages of one server.

    Args:
        settings: Settings of the reader.
    """

    def __init__(self, settings: Settings) -> None:
        limits = workers.PageLimits(
            workers=settings.workers,
            seconds=settings.seconds,
            memory=settings.memory_mb << 20,
        )
        folder = Path(settings.cache) if settings.cache else default_folder()
        self.cache = Cache(folder, settings.cache_mb << 20)
        self.workers = workers.PageWorkers(limits)
        self.lane = Lane(limits.workers, WAITING, WAIT_SECONDS)
        self._layouts: OrderedDict[tuple[str, int], Layout] = OrderedDict()
        self._failed: OrderedDict[tuple[str, int], tuple[str, float]] = OrderedDict()

    async def layout(self, pdf: Pdf, number: int) -> Layout:
        """Return the layout of a page. Raises `Unavailable`, and `Busy` if too many pages wait."""
        key = (pdf.sha256, number)
        if key not in self._layouts:
            self._layouts[key] = await self._run(key, pages.read_layout, pdf.path, number)
            while len(self._layouts) > LAYOUTS:
                self._layouts.popitem(last=False)
        self._layouts.move_to_end(key)
        return self._layouts[key]

    async def image(self, pdf: Pdf, number: int, width: int) -> tuple[str, bytes]:
        """Return (media type, image) of a page. Raises the same errors as `layout`.

        Args:
            pdf: The PDF.
            number: Number of the page, from 1.
            width: Width in pixels, one of `WIDTHS`.
        """
        key = to_key(pdf.sha256, number, width, version())
        image = await asyncio.to_thread(self.cache.read, key)
        if image is not None:
            return to_type(image), image
        kind, image = await self._run((pdf.sha256, number), pages.render, pdf.path, number, width)
        await asyncio.to_thread(self.cache.save, key, image)
        return kind, image

    async def _run(
        self, key: tuple[str, int], function: Callable[..., Any], *arguments: object
    ) -> Any:
        reason, since = self._failed.get(key, ("", 0.0))
        if reason and time.monotonic() - since < FAILED_SECONDS:
            raise Unavailable(reason)
        async with self.lane.enter():
            try:
                future = await asyncio.to_thread(self.workers.schedule, function, *arguments)
                return await asyncio.wrap_future(future)
            except Exception as error:
                reason = workers.to_reason(error, self.workers.limits)
                self._failed[key] = (reason, time.monotonic())
                while len(self._failed) > FAILED:
                    self._failed.popitem(last=False)
                raise Unavailable(reason) from error

    def close(self) -> None:
        """End the worker processes."""
        self.workers.close()


def default_folder() -> Path:
    """Return this user's folder for images in the temporary folder."""
    return Path(tempfile.gettempdir()) / f"papersette-pages-{os.getuid()}"


def to_type(image: bytes) -> str:
    """Return the media type of an image made by `pages.render`."""
    return "image/png" if image.startswith(b"\x89PNG") else "image/webp"


def version() -> str:
    """Return the versions of the libraries that determine images."""
    return f"{metadata.version('pypdfium2')} {metadata.version('pillow')} 1"


def printed_pages_of(datasette: Any) -> PrintedPages:
    """Return the printed pages of a server, created at the first call and kept with it."""
    found: PrintedPages | None = getattr(datasette, "papersette_pages", None)
    if found is None:
        found = PrintedPages(Settings.from_metadata(datasette.plugin_config("papersette-reader")))
        datasette.papersette_pages = found
    return found
