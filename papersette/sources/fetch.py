"""Fetch files from the web into a folder, and return the reason for each file that is not fetched.

A file that was fetched before and cannot be fetched again is used as it is, with the reason.

URLs come from metadata, so they are not trusted: network.py connects to public addresses only, and
size, time and decompressed size are limited. Requests identify Papersette and use at most two
connections per host. They are retried after increasing pauses, resume partial files, and request an
existing file again only if it is old, on condition that it changed. A file is checked by its
SHA-256 and appears in one step, when it is complete. It must be a PDF, or have the expected
SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import tenacity

import papersette
from papersette.files import read_sha256
from papersette.sources import network

AGENT = (
    f"papersette/{papersette.__version__} "
    "(+https://pypi.org/project/papersette/; builds a publication of papers)"
)
HEADERS = {"user-agent": AGENT, "accept-encoding": "identity"}
CHUNK = 65_536
"""Number of bytes that are decompressed at a time."""
MOST_REDIRECTS = 5
RETRIED_STATUSES = {408, 425, 429, 500, 502, 503, 504}
"""HTTP statuses after which the same request may succeed later."""
DAY = 86_400


@dataclass(frozen=True)
class Politeness:
    """Limits of fetching. Times are in seconds."""

    connections: int = 2
    """Simultaneous connections to one host."""
    tries: int = 4
    pause: float = 1.0
    """Time before the second try, doubled for each further try."""
    longest_pause: float = 120
    """Longest pause, even if a server requests a longer one."""
    stall: float = 30
    """Time limit without receiving a byte."""
    longest: float = 600
    """Time limit of one try."""
    largest: int = 200_000_000
    """Size limit of one file in bytes."""
    max_age: float = 30 * DAY
    """Age above which a file is requested again."""


LARGE_FILES = Politeness(largest=2_000_000_000, longest=7200)
"""Limits of files whose SHA-256 is known."""


@dataclass(frozen=True)
class Outdated:
    """A file that was fetched before and is old, but could not be fetched again."""

    path: Path
    reason: str


class Refused(Exception):
    """The file cannot be fetched; another try would not help."""


class Interrupted(Exception):
    """The try failed; another may succeed."""

    def __init__(self, reason: str, wait: float = 0) -> None:
        super().__init__(reason)
        self.wait = wait
        """Seconds that the server requested to wait."""


def fetch_pdfs(
    urls: Iterable[str],
    folder: Path,
    *,
    offline: bool = False,
    politeness: Politeness = Politeness(),
    allow_hosts: Collection[str] = (),
    resolver: network.Resolver = network.resolve,
) -> Iterator[tuple[str, Path | Outdated | str]]:
    """Yield (URL, path of the PDF in `folder`) in the given order, or (URL, reason for failure).

    A PDF that is older than `politeness.max_age` and cannot be fetched again is `Outdated`.
    `allow_hosts` are hosts that may be contacted although their addresses are not public.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [_File(folder, url) for url in dict.fromkeys(urls)]
    yield from _fetch_all(files, offline, politeness, allow_hosts, resolver)


def fetch_pinned(
    files: Mapping[str, str],
    folder: Path,
    *,
    offline: bool = False,
    politeness: Politeness = LARGE_FILES,
    allow_hosts: Collection[str] = (),
    resolver: network.Resolver = network.resolve,
) -> Iterator[tuple[str, Path | str]]:
    """Yield (URL, path in `folder`) of files whose SHA-256 is known, or (URL, reason for failure).

    A file that was fetched once is never requested again.

    Args:
        files: URL -> expected SHA-256.
        folder: Folder for the files; created if missing.
        offline: Whether to send no requests.
        politeness: Limits of fetching.
        allow_hosts: Hosts that may be contacted although their addresses are not public.
        resolver: Looks up the addresses of hosts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pinned = [_File(folder, url, sha256) for url, sha256 in files.items()]
    for url, answer in _fetch_all(pinned, offline, politeness, allow_hosts, resolver):
        yield url, answer.path if isinstance(answer, Outdated) else answer


def _fetch_all(
    files: Sequence[_File],
    offline: bool,
    politeness: Politeness,
    allow_hosts: Collection[str],
    resolver: network.Resolver,
) -> Iterator[tuple[str, Path | Outdated | str]]:
    hosts = _HostLimits(politeness.connections)
    timeout = httpx.Timeout(politeness.stall)
    with (
        httpx.Client(
            headers=HEADERS,
            timeout=timeout,
            transport=network.CheckedTransport(allow_hosts, politeness.longest, resolver),
            trust_env=False,  # a proxy would resolve host names itself, and bypass the checks here
        ) as client,
        ThreadPoolExecutor(max_workers=8) as pool,
    ):
        tasks = [pool.submit(_fetch, client, file, offline, politeness, hosts) for file in files]
        try:
            for file, task in zip(files, tasks, strict=True):
                yield file.url, task.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _HostLimits:
    """Limits the number of simultaneous requests to one host."""

    def __init__(self, connections: int) -> None:
        self._lock = threading.Lock()
        self._hosts: defaultdict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(connections)
        )

    def of(self, url: str) -> threading.Semaphore:
        """Return the semaphore of the URL's host."""
        with self._lock:
            return self._hosts[urlsplit(url).netloc.rpartition("@")[2].lower()]


def _fetch(
    client: httpx.Client,
    file: _File,
    offline: bool,
    politeness: Politeness,
    hosts: _HostLimits,
) -> Path | Outdated | str:
    url, kept = file.url, file.is_complete()
    if offline:
        return file.path if kept else "was never fetched, and --offline fetches nothing"
    if kept and (file.sha256 or file.age() < politeness.max_age):
        return file.path
    try:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise Refused("is not an http or https URL")
        with hosts.of(url):
            _retrying(politeness)(_request, client, url, file, kept, politeness)
    except FAILURES as error:
        if not isinstance(error, Interrupted | httpx.TransportError):
            file.part.unlink(missing_ok=True)
        reason = _to_reason(error)
        return Outdated(file.path, reason) if kept else reason
    return file.path


FAILURES = (
    Refused,
    Interrupted,
    network.ForbiddenAddressError,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    OSError,
    ValueError,  # urlsplit("http://[bad"), idna("a..b")
)


class _File:
    """A fetched file, its partial download, and its notes: hash, size, time and validators.

    If its SHA-256 is pinned, the file must have it; otherwise it must be a PDF.
    """

    def __init__(self, folder: Path, url: str, sha256: str | None = None) -> None:
        name = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self.url = url
        self.sha256 = sha256
        self.path = folder / (f"{name}.bin" if sha256 else f"{name}.pdf")
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
        """Replace the notes, on disk and in memory."""
        self.notes = {"url": self.url, **notes}
        temporary = self._notes_path.with_suffix(".notes")
        temporary.write_text(json.dumps(self.notes, indent=1), encoding="utf-8")
        temporary.replace(self._notes_path)

    def age(self) -> float:
        """Return the seconds since the file was fetched; infinite if the time is not noted."""
        fetched = self.notes.get("fetched")
        return time.time() - fetched if isinstance(fetched, int | float) else math.inf

    def is_complete(self) -> bool:
        """Return whether the file exists and has the hash that was noted when it was fetched."""
        wanted = self.sha256 or self.notes.get("sha256")
        return self.path.is_file() and wanted == read_sha256(self.path)


def _retrying(politeness: Politeness) -> tenacity.Retrying:
    def pause(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        requested = error.wait if isinstance(error, Interrupted) else 0.0
        own = politeness.pause * float(2 ** (state.attempt_number - 1))
        return min(max(requested, own), politeness.longest_pause)

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(politeness.tries),
        wait=pause,
        retry=tenacity.retry_if_exception_type((Interrupted, httpx.TransportError)),
        reraise=True,
    )


def _request(
    client: httpx.Client, url: str, file: _File, kept: bool, politeness: Politeness
) -> None:
    """Request the file, its rest, or whether it changed. Raises `Interrupted` or `Refused`."""
    for _ in range(MOST_REDIRECTS + 1):
        with client.stream("GET", url, headers=_conditions(file, kept)) as response:
            target = response.next_request  # the body of a redirect is not read
            if target is None:
                _use(response, file, kept, politeness)
                return
            if target.url.scheme not in {"http", "https"}:
                raise Refused(f"redirects to {target.url.scheme}:, not to an http or https URL")
            url = str(target.url)
    raise Refused(f"sent more than {MOST_REDIRECTS} redirects")


def _use(response: httpx.Response, file: _File, kept: bool, politeness: Politeness) -> None:
    """Act on a response that is not a redirect."""
    status = response.status_code
    if status == httpx.codes.NOT_MODIFIED:
        if not kept:
            raise Refused("answered 304 Not Modified to a request without a condition")
        file.save_notes(**{**file.notes, "fetched": time.time()})
        return
    if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        file.part.unlink(missing_ok=True)
        raise Interrupted("changed while it was fetched")
    if status in RETRIED_STATUSES:
        raise Interrupted(f"answered {status} {response.reason_phrase}", _requested_wait(response))
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


def _requested_wait(response: httpx.Response) -> float:
    seconds = response.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else 0


def _receive(response: httpx.Response, file: _File, politeness: Politeness) -> None:
    """Write the body to the partial file; if it breaks off, the next try continues the file."""
    resumed = response.status_code == httpx.codes.PARTIAL_CONTENT and file.part.is_file()
    had = file.part.stat().st_size if resumed else 0
    if resumed and not response.headers.get("content-range", "").startswith(f"bytes {had}-"):
        file.part.unlink()
        raise Interrupted("sent another part of the file than was asked for")
    length = response.headers.get("content-length", "")
    expected = (
        had + int(length)
        if length.isdecimal() and "content-encoding" not in response.headers
        else None
    )
    if expected and expected > politeness.largest:
        raise Refused(f"has {expected:,} bytes; the limit is {politeness.largest:,}")
    compressed = response.headers.get("content-encoding", "identity").lower() != "identity"
    if not compressed and (
        validator := response.headers.get("etag") or response.headers.get("last-modified")
    ):
        file.save_notes(**{**file.notes, "partial": validator})
    began = time.monotonic()
    size = had
    with file.part.open("ab" if resumed else "wb") as part:
        for chunk in _decompressed(response):
            size += part.write(chunk)
            if size > politeness.largest:
                raise Refused(f"has more than {politeness.largest:,} bytes")
            if time.monotonic() - began > politeness.longest:
                raise Interrupted(f"took more than {politeness.longest:g} seconds")
    if expected is not None and size != expected:
        raise Interrupted(f"sent {size:,} of {expected:,} bytes")


def _decompressed(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body in small parts. It was requested uncompressed, but gzip is accepted."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        yield from response.iter_raw()
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise Refused(f"is compressed ({encoding[:60]}), which was not asked for")
    inflater = zlib.decompressobj(31)
    for chunk in response.iter_raw():
        while chunk and not inflater.eof:
            try:
                yield inflater.decompress(chunk, CHUNK)
            except zlib.error as error:
                raise Refused(f"is damaged gzip: {error}") from None
            chunk = inflater.unconsumed_tail


def _accept(response: httpx.Response, file: _File) -> None:
    """Rename the partial file to its final name if it is the expected file."""
    digest = _check_pinned(file) if file.sha256 else _check_pdf(response, file)
    file.part.replace(file.path)
    headers = response.headers
    notes = {"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
    file.save_notes(sha256=digest, size=file.path.stat().st_size, fetched=time.time(), **notes)


def _check_pinned(file: _File) -> str:
    """Return the SHA-256 of the received file if it is the expected one."""
    digest = read_sha256(file.part)
    if digest != file.sha256:
        file.part.unlink()
        raise Refused(f"has the SHA-256 {digest}, not {file.sha256}: it is another file")
    return digest


def _check_pdf(response: httpx.Response, file: _File) -> str:
    """Return the SHA-256 of the received file if it is a complete PDF."""
    head = _head(file.part) if file.part.is_file() else b""
    if b"%PDF-" not in head:
        file.part.unlink(missing_ok=True)
        page = _is_html(head) or "html" in response.headers.get("content-type", "")
        raise Refused(
            "sent a web page instead of a PDF; is a login needed?"
            if page
            else "sent something that is not a PDF"
        )
    if b"%%EOF" not in _tail(file.part):  # the Content-Length may be too small
        file.part.unlink()
        raise Interrupted("sent a PDF without its end")
    return read_sha256(file.part)


def _head(path: Path) -> bytes:
    with path.open("rb") as raw:
        return raw.read(1024)


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
        return "closed the connection before the file was complete"
    if isinstance(error, httpx.ConnectError):
        return "cannot be reached"
    if isinstance(error, httpx.InvalidURL | ValueError):
        return f"is not a valid URL: {error}"
    return str(error)[:300] or type(error).__name__
