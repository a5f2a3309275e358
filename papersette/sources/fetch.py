"""Fetches files of the web into a folder, politely, and says of each that did not come why.

The rule: identified, two connections a host, retried with growing pauses, resumed where it broke off, asked for again only
when it is old and then on condition that it changed. What is there is checked by its SHA-256 and is never half a file.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import tenacity

import papersette

AGENT = f"papersette/{papersette.__version__} (+https://pypi.org/project/papersette/; builds a publication of papers)"
AGAIN = {408, 425, 429, 500, 502, 503, 504}
"""Statuses after which the same request may do better later."""
DAY = 86_400


@dataclass(frozen=True)
class Politeness:
    """What fetching may ask of others, and what it puts up with. Times in seconds."""

    connections: int = 2
    """To one host, at once."""
    tries: int = 4
    pause: float = 1.0
    """Before the second try; doubled for each further one, up to `longest_pause`, which also caps what a server asks for."""
    longest_pause: float = 120
    stall: float = 30
    """Without a byte."""
    longest: float = 600
    """For one try."""
    largest: int = 200_000_000
    """Bytes of one file."""
    fresh: float = 30 * DAY
    """Age from which on a file is asked for again."""


class Refused(Exception):
    """A file that will not come, with the reason; asking again does not help."""


class Broken(Exception):
    """A try that failed; another may do."""

    def __init__(self, reason: str, wait: float = 0) -> None:
        super().__init__(reason)
        self.wait = wait
        """Seconds that the server asks to wait."""


def fetch_pdfs(
    urls: Iterable[str],
    folder: Path,
    *,
    offline: bool = False,
    politeness: Politeness = Politeness(),
) -> Iterator[tuple[str, Path | str]]:
    """Yield (address, the PDF's place in `folder`) for each address in order, or (address, the reason why there is none)."""
    folder.mkdir(parents=True, exist_ok=True)
    distinct = list(dict.fromkeys(urls))
    turns = _Turns(politeness.connections)
    timeout = httpx.Timeout(politeness.stall)
    with (
        httpx.Client(
            headers={"user-agent": AGENT}, timeout=timeout, follow_redirects=True, max_redirects=5
        ) as client,
        ThreadPoolExecutor(max_workers=8) as pool,
    ):
        tasks = [
            pool.submit(_fetch, client, url, folder, offline, politeness, turns) for url in distinct
        ]
        try:
            for url, task in zip(distinct, tasks, strict=True):
                yield url, task.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Turns:
    """Lets so many requests to one host run at once."""

    def __init__(self, connections: int) -> None:
        self._lock = threading.Lock()
        self._hosts: defaultdict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(connections)
        )

    def of(self, url: str) -> threading.Semaphore:
        with self._lock:
            return self._hosts[urlsplit(url).netloc]


def _fetch(
    client: httpx.Client,
    url: str,
    folder: Path,
    offline: bool,
    politeness: Politeness,
    turns: _Turns,
) -> Path | str:
    file = _File(folder, url)
    kept = file.is_whole()
    if offline:
        return file.path if kept else "is not among the downloads, and --offline fetches nothing"
    if kept and time.time() - float(file.notes["fetched"]) < politeness.fresh:
        return file.path
    try:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise Refused("is no address of the web: http or https")
        with turns.of(url):
            _retrying(politeness)(_try, client, url, file, kept, politeness)
    except (Refused, Broken, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return file.path if kept else _to_reason(error)
    return file.path


class _File:
    """A file that was fetched, what is there of it while it comes, and the notes that are kept of it."""

    def __init__(self, folder: Path, url: str) -> None:
        name = hashlib.sha256(url.encode()).hexdigest()[:32]
        self.url = url
        self.path = folder / f"{name}.pdf"
        self.part = folder / f"{name}.part"
        self._notes_path = folder / f"{name}.json"
        self.notes = self._read_notes()

    def _read_notes(self) -> dict[str, Any]:
        try:
            notes = json.loads(self._notes_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return notes if isinstance(notes, dict) else {}

    def save_notes(self, **notes: Any) -> None:
        self.notes = {"url": self.url, **notes}
        beside = self._notes_path.with_suffix(".notes")
        beside.write_text(json.dumps(self.notes, indent=1), encoding="utf-8")
        beside.replace(self._notes_path)

    def is_whole(self) -> bool:
        """Whether the file is there with the bytes it came with."""
        return self.path.is_file() and self.notes.get("sha256") == _sha256(self.path)


def _retrying(politeness: Politeness) -> tenacity.Retrying:
    def pause(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, Broken) else 0.0
        own = politeness.pause * float(2 ** (state.attempt_number - 1))
        return min(max(asked, own), politeness.longest_pause)

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(politeness.tries),
        wait=pause,
        retry=tenacity.retry_if_exception_type((Broken, httpx.TransportError)),
        reraise=True,
    )


def _try(client: httpx.Client, url: str, file: _File, kept: bool, politeness: Politeness) -> None:
    """One request: for the whole file, for the rest of it, or for whether it changed. Raises `Broken` or `Refused`."""
    with client.stream("GET", url, headers=_conditions(file, kept)) as response:
        status = response.status_code
        if status == httpx.codes.NOT_MODIFIED:
            file.save_notes(**{**file.notes, "fetched": time.time()})
            return
        if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            file.part.unlink(missing_ok=True)
            raise Broken("has changed while it was fetched")
        if status in AGAIN:
            raise Broken(f"answered {status} {response.reason_phrase}", _asked_wait(response))
        if status not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            raise Refused(f"answered {status} {response.reason_phrase}")
        _receive(response, file, politeness)
    _accept(response, file)


def _conditions(file: _File, kept: bool) -> dict[str, str]:
    etag, changed = file.notes.get("etag"), file.notes.get("last_modified")
    if kept:
        return {
            name: value
            for name, value in (("if-none-match", etag), ("if-modified-since", changed))
            if value
        }
    partial = file.notes.get("partial")
    if file.part.is_file() and partial and file.part.stat().st_size:
        return {"range": f"bytes={file.part.stat().st_size}-", "if-range": partial}
    return {}


def _asked_wait(response: httpx.Response) -> float:
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else 0


def _receive(response: httpx.Response, file: _File, politeness: Politeness) -> None:
    """Write the body beside the file's place; what came before a break stays, for the next try to go on from."""
    resumed = response.status_code == httpx.codes.PARTIAL_CONTENT and file.part.is_file()
    had = file.part.stat().st_size if resumed else 0
    length = response.headers.get("content-length", "")
    expected = (
        had + int(length)
        if length.isdecimal() and "content-encoding" not in response.headers
        else None
    )
    if expected and expected > politeness.largest:
        raise Refused(f"has {expected:,} bytes; {politeness.largest:,} are allowed")
    if validator := response.headers.get("etag") or response.headers.get("last-modified"):
        file.save_notes(**{**file.notes, "partial": validator})
    began = time.monotonic()
    size = had
    with file.part.open("ab" if resumed else "wb") as part:
        for chunk in response.iter_bytes():
            size += part.write(chunk)
            if size > politeness.largest:
                raise Refused(f"has more than {politeness.largest:,} bytes")
            if time.monotonic() - began > politeness.longest:
                raise Broken(f"took more than {politeness.longest:g} seconds")
    if expected is not None and size != expected:
        raise Broken(f"sent {size:,} of {expected:,} bytes")


def _accept(response: httpx.Response, file: _File) -> None:
    """Put what came in its place, if it is a PDF."""
    head = file.part.read_bytes()[:1024] if file.part.is_file() else b""
    if b"%PDF-" not in head:
        file.part.unlink(missing_ok=True)
        page = _is_html(head) or "html" in response.headers.get("content-type", "")
        raise Refused(
            "sent a web page instead of a PDF; is a login needed?"
            if page
            else "sent something that is no PDF"
        )
    if b"%%EOF" not in _tail(file.part):  # what a Content-Length that is too small leaves
        file.part.unlink()
        raise Broken("sent a PDF without its end")
    digest = _sha256(file.part)
    file.part.replace(file.path)
    headers = response.headers
    notes = {"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
    file.save_notes(sha256=digest, size=file.path.stat().st_size, fetched=time.time(), **notes)


def _tail(path: Path) -> bytes:
    with path.open("rb") as raw:
        raw.seek(max(0, path.stat().st_size - 65_536))
        return raw.read()


def _is_html(head: bytes) -> bool:
    return b"<html" in head.lower() or b"<!doctype" in head.lower()


def _to_reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "did not answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "broke off before the file was whole"
    if isinstance(error, httpx.ConnectError):
        return "cannot be reached"
    return str(error) or type(error).__name__


def _sha256(path: Path) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()
