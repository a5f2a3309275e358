"""Adds entity tags to responses and caches them, as long as the same build is served.

Most addresses have the same response until the next build: pages, JSON and exports of an immutable
database. A browser that has the response gets status 304 before anything is computed. Complete
responses are kept in memory, compressed, up to a number of megabytes; the least recently used ones
are dropped.

This applies only to GET and HEAD requests without cookies, credentials and actor.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from cachetools import LRUCache
from datasette import Request

from papersette import __version__
from papersette.plugin_settings import to_settings
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import read_actor
from papersette.site.own_name import site_of
from papersette.site.publication import read_publication
from papersette.site.reader_language import to_language
from papersette.site.readers_service import readers_of
from papersette.site.search_service import Indexing, service_of

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

OF_BUILD = re.compile(
    rf"/$|/(about|llms\.txt|robots\.txt|sitemap[\w-]*\.xml)$|/{DATABASE}([./].*)?$"
    r"|/-/(search|charts/.+|dashboards.*)$"
)
"""Paths whose responses depend only on the database and the files of the site."""
OF_OTHERS = re.compile(
    rf"/{DATABASE}\.db$|/{DATABASE}/papers/[^/]+/(read|page-\d+)$|/{DATABASE}/programme(\.\w+)?$"
)
"""Exceptions to `OF_BUILD` that depend on PDFs or on the time, or are a file."""
OF_READERS = re.compile(rf"/{DATABASE}/papers/.")
"""Paths that show what readers wrote and count views, if reader accounts are on."""
QUERY = re.compile(rf"/{DATABASE}/(?P<name>[^/.]+)(\.\w+)?$")
VOLATILE = re.compile(
    r"\brandom\w*\s*\(|'now'|\bcurrent_(date|time|timestamp)\b|:_\w+", re.IGNORECASE
)
"""SQL whose result changes each time, or depends on the reader."""
OWN_SQL = {"sql", "_where", "_ttl"}
"""Arguments with a reader's own SQL or cache time."""
COMPRESSED = re.compile(rb"text/|application/(json|xml|atom\+xml|rss\+xml)|image/svg")
VARY = b"Accept-Language, Accept-Encoding, Cookie, Authorization"
LEAST_COMPRESSED = 1_000
"""Least size of a response that is compressed, in bytes."""
LEVEL = 5
"""Level of gzip: pages of benchmarks/load.py are 4 % larger than at 9, in a third of the time."""
OVERHEAD = 2_000
"""Approximate bytes of a cached response besides its body: key, headers and Python's objects."""
SITE_FILES = ("*.py", "*.html", "*.css", "*.js", "*.svg", "*.po", "*.yml")


@dataclass(frozen=True)
class Settings:
    """The settings `papersette-answers` under `plugins` in metadata.yml."""

    megabytes: float = 64
    """Memory for cached responses, in megabytes; 0 for no cache."""
    largest_kb: float = 1024
    """Largest response that is cached, in kilobytes before compression."""
    compress: bool = True
    """Whether pages are sent compressed; false if a proxy compresses them."""

    @classmethod
    def from_metadata(cls, given: Mapping[str, Any] | None) -> Settings:
        """Read the settings. Raises `ValueError` with the name of a wrong one."""
        return to_settings(cls, "papersette-answers", given, ("megabytes", "largest_kb"))


@dataclass(frozen=True)
class Answer:
    """A cached response of status 200."""

    headers: Headers
    """Headers of the response, except length and encoding."""
    body: bytes
    is_gzip: bool

    async def send(self, send: Send, accepts_gzip: bool) -> None:
        """Send the response, decompressed if the client does not accept gzip."""
        headers, body = list(self.headers), self.body
        if self.is_gzip and accepts_gzip:
            headers.append((b"content-encoding", b"gzip"))
        elif self.is_gzip:
            body = gzip.decompress(body)
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Answers:
    """The cached responses of one server.

    Args:
        datasette: The server.
        settings: Its settings.
    """

    def __init__(self, datasette: Any, settings: Settings) -> None:
        self.datasette = datasette
        self.settings = settings
        size = max(1, int(settings.megabytes * 1_048_576))
        self.kept: LRUCache[tuple[object, ...], Answer] = LRUCache(
            size, getsizeof=lambda answer: len(answer.body) + OVERHEAD
        )
        self._site = digest_site(datasette)
        self._volatile = find_volatile(datasette)

    async def serve(self, app: App, scope: Any, receive: Any, send: Send) -> None:
        """Answer a request, from the cache if possible."""
        headers = {name.lower(): value for name, value in scope["headers"]}
        tag = await self._to_tag(scope, receive, headers)
        if tag is None:
            return await app(scope, receive, send)
        if tag in split(headers.get(b"if-none-match", b"")):
            return await self._send_unchanged(send, tag)
        accepts_gzip = self.settings.compress and takes_gzip(headers.get(b"accept-encoding", b""))
        key = (tag, scope.get("scheme"), headers.get(b"host"), scope["path"], scope["query_string"])
        if answer := self.kept.get(key):
            scope.get("papersette", {})["kept"] = True
            return await answer.send(send, accepts_gzip)
        recorder = Recorder(send, self.settings, tag, self._cache_control())
        await app(scope, receive, recorder.send if scope["method"] == "GET" else send)
        if answer := recorder.answer:
            if self.settings.megabytes and len(answer.body) + OVERHEAD < self.kept.maxsize:
                self.kept[key] = answer
            await answer.send(send, accepts_gzip)

    async def _to_tag(self, scope: Any, receive: Any, headers: dict[bytes, bytes]) -> bytes | None:
        """Return the entity tag of a response; None if it does not depend on the build alone."""
        if scope["method"] not in {"GET", "HEAD"} or {b"cookie", b"authorization"} & set(headers):
            return None
        base = self.datasette.setting("base_url")
        path = "/" + scope["path"].removeprefix(base).lstrip("/")
        if not self._is_of_build(path, scope["query_string"]):
            return None
        request = Request(scope, receive)
        if await read_actor(self.datasette, request) is not None:
            return None
        language = to_language(request, site_of(self.datasette).language)
        build = (await read_publication(self.datasette)).build
        digest = hashlib.sha256(f"{self._site}\n{build}".encode()).hexdigest()[:20]
        return f'W/"{digest}-{language}"'.encode()

    def _is_of_build(self, path: str, query: bytes) -> bool:
        if not OF_BUILD.match(path) or OF_OTHERS.match(path):
            return False
        if OF_READERS.match(path) and readers_of(self.datasette) is not None:
            return False
        if self.datasette.get_database(DATABASE).is_mutable or not is_indexed(self.datasette):
            return False
        if (found := QUERY.match(path)) and found["name"] in self._volatile:
            return False
        names = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
        return not names & OWN_SQL

    def _cache_control(self) -> bytes:
        seconds = self.datasette.setting("default_cache_ttl")
        return b"max-age=%d" % seconds if seconds else b"no-cache"

    async def _send_unchanged(self, send: Send, tag: bytes) -> None:
        headers = [(b"etag", tag), (b"cache-control", self._cache_control()), (b"vary", VARY)]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


class Recorder:
    """Passes a response on to the client, or keeps it if it is complete and may be cached.

    Args:
        to_client: Sends a message to the client.
        settings: Limits of the cache.
        tag: Entity tag of the response.
        cache_control: Header Cache-Control, for a response that has none.
    """

    def __init__(self, to_client: Send, settings: Settings, tag: bytes, cache_control: bytes):
        self.answer: Answer | None = None
        self._to_client = to_client
        self._settings = settings
        self._added = {b"etag": tag, b"cache-control": cache_control}
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Receive a message of the application."""
        if message["type"] == "http.response.start" and is_public(message):
            self._start = message | {"headers": self._to_headers(message["headers"])}
        elif message["type"] == "http.response.body" and self._start is not None:
            body = message.get("body", b"")
            if not message.get("more_body") and len(body) <= self._settings.largest_kb * 1024:
                self.answer = await self._to_answer(self._start["headers"], body)
            else:
                await self._to_client(self._start)
                await self._to_client(message)
            self._start = None
        else:
            await self._to_client(message)

    def _to_headers(self, given: Headers) -> Headers:
        """Return the headers, with missing ones added and one `Vary`."""
        headers = [(name.lower(), value) for name, value in given]
        names = {name for name, _ in headers}
        headers = [item for item in headers if item[0] != b"vary"]
        headers += [item for item in self._added.items() if item[0] not in names]
        return [*headers, (b"vary", VARY)]

    async def _to_answer(self, headers: Headers, body: bytes) -> Answer:
        kind = next((value for name, value in headers if name == b"content-type"), b"")
        headers = [item for item in headers if item[0] != b"content-length"]
        is_gzip = (
            self._settings.compress
            and len(body) >= LEAST_COMPRESSED
            and COMPRESSED.match(kind) is not None
        )
        if is_gzip:  # in a thread, so that other requests continue
            body = await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)
        return Answer(headers, body, is_gzip)


def is_public(message: Message) -> bool:
    """Return whether a response with this start may be cached and sent to other clients."""
    headers = {name.lower(): value for name, value in message.get("headers", [])}
    private = re.search(rb"private|no-store", headers.get(b"cache-control", b""))
    is_encoded = b"content-encoding" in headers or b"content-range" in headers
    return bool(
        message["status"] == 200 and not private and not is_encoded and b"set-cookie" not in headers
    )


def is_indexed(datasette: Any) -> bool:
    """Return whether the search index is open: pages are incomplete without it."""
    try:
        if service := service_of(datasette):
            service.engine(wait=0)
    except (Indexing, RuntimeError):
        return False
    return True


def takes_gzip(accepted: bytes) -> bool:
    """Return whether a header Accept-Encoding accepts gzip.

    >>> [takes_gzip(given) for given in (b"br, gzip", b"gzip;q=0", b"identity", b"")]
    [True, False, False, False]
    """
    given = [part.replace(b" ", b"").lower() for part in accepted.split(b",")]
    return any(re.fullmatch(rb"(x-)?gzip(;q=(1|0?\.0*[1-9]).*)?", part) for part in given)


def split(tags: bytes) -> list[bytes]:
    """Return the entity tags in a header, as weak tags.

    >>> split(b'W/"a", "b"')
    [b'W/"a"', b'W/"b"']
    """
    return [b"W/" + tag.strip().removeprefix(b"W/") for tag in tags.split(b",") if tag.strip()]


def find_volatile(datasette: Any) -> set[str]:
    """Return the names of canned queries that write, or whose result changes each time."""
    queries = datasette.metadata("queries", database=DATABASE, fallback=False) or {}
    return {
        name
        for name, query in queries.items()
        if (isinstance(query, dict) and query.get("write"))
        or VOLATILE.search(query["sql"] if isinstance(query, dict) else query)
    }


def digest_site(datasette: Any) -> str:
    """Return a SHA-256 of the files of the site, its settings and the versions of its packages.

    Two servers with the same files give the same entity tags.
    """
    digest = hashlib.sha256()
    digest.update(f"{__version__} {metadata.version('datasette')}\n".encode())
    settings = [datasette.metadata(), {name: datasette.setting(name) for name in SETTINGS}]
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    plugins = Path(datasette.plugins_dir).resolve() if datasette.plugins_dir else None
    folders = [Path(__file__).parents[1], *filter(None, [plugins])]
    folders += [Path(datasette.template_dir)] if datasette.template_dir else []
    folders += [plugins.parent / name for name in ("static", "locales")] if plugins else []
    for folder in folders:
        for path in sorted(path for pattern in SITE_FILES for path in folder.rglob(pattern)):
            digest.update(f"{path.relative_to(folder).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


SETTINGS = ("base_url", "default_page_size", "default_facet_size", "truncate_cells_html",
            "max_returned_rows", "default_allow_sql", "allow_facet", "allow_download")  # fmt: skip
"""Settings of Datasette that pages depend on."""


def answers_of(datasette: Any) -> Answers:
    """Return the cached responses of a server, created at the first call. Raises `ValueError`."""
    found: Answers | None = getattr(datasette, "papersette_answers", None)
    if found is None:
        given = datasette.plugin_config("papersette-answers")
        found = datasette.papersette_answers = Answers(datasette, Settings.from_metadata(given))
    return found
