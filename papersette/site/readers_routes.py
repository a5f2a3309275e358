"""Routes of readers: permissions are data, and are checked in one function before a page runs.

A route names the least role that may view (GET) and write (POST) it. Anonymous visitors of a page
that needs a role are redirected to the page where they sign in. Before the page's function runs,
the form is read with its limits and its token, and the rate of the reader is checked.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette import Forbidden, NotFound, Request, Response

from papersette.readers import accounts, papers
from papersette.readers.accounts import Reader
from papersette.site.addresses import to_location
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import (
    DatasetteError,
    error_response,
    tilde_decode,
    tilde_encode,
)
from papersette.site.limits import state_of
from papersette.site.papers import ensure_papers_allowed
from papersette.site.rates import to_client
from papersette.site.readers_forms import Form, read_form
from papersette.site.readers_service import (
    ANONYMOUS,
    NotSaved,
    Readers,
    find_titles,
    read_settings,
    readers_of,
    to_actor_id,
    to_actor_name,
)

PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
"""Headers of every page of readers."""
PAPER = rf"/{DATABASE}/papers/(?P<paper_id>[^/]+)"
"""The address of a paper, as part of a route."""
METHODS = ("GET", "POST")
NOT_SAVED = "This could not be saved. Try again in a minute."


@dataclass
class Visit:
    """One request to a page of readers, allowed by the role of the visitor."""

    readers: Readers
    request: Request
    form: Form = field(default_factory=Form)
    _reader: Reader | None = None

    @property
    def actor_id(self) -> str:
        """Return the id of the visitor; "" for an anonymous one."""
        return to_actor_id(self.request.actor)

    @property
    def address(self) -> str:
        """Return the address of the client, as used for rate limits."""
        proxies = state_of(self.readers.datasette).limits.proxies
        return to_client(self.request.scope, proxies)

    @property
    def is_get(self) -> bool:
        """Return whether the request only views the page."""
        return bool(self.request.method != "POST")

    def allows(self, role: str) -> bool:
        """Return whether the visitor has a role, or a higher one."""
        return self.readers.allows(self.request.actor, role)

    async def reader(self) -> Reader | None:
        """Return the reader; None for an anonymous visitor, or one who has written nothing yet."""
        if self._reader is None:
            self._reader = await self.readers.find_reader(self.request.actor)
        return self._reader

    async def reader_id(self) -> int:
        """Return the number of the reader; 0, which no reader has, if there is none."""
        found = await self.reader()
        return found.reader_id if found else 0

    async def writer(self) -> Reader:
        """Return the reader, added if there was none."""
        if await self.reader() is None:
            name = to_actor_name(self.request.actor)
            added = await self.readers.write(accounts.ensure_reader, self.actor_id, name)
            self._reader = added
        assert self._reader is not None
        return self._reader

    async def paper(self, with_gone: bool = False) -> tuple[str, str]:
        """Return (id, title) of the paper in the address, if the visitor may see it.

        Args:
            with_gone: Whether papers removed from the publication are also found.

        Raises:
            NotFound: There is no such paper.
            Forbidden: The visitor may not see papers.
        """
        await ensure_papers_allowed(self.readers.datasette, self.request.actor)
        paper_id = tilde_decode(self.request.url_vars["paper_id"])
        titles = await find_titles(self.readers.datasette, [paper_id])
        if paper_id in titles:
            return paper_id, titles[paper_id]
        title = await self.readers.read(papers.find_title, paper_id) if with_gone else None
        if title is None:
            raise NotFound("There is no paper with this id.")
        return paper_id, title

    def paper_url(self, paper_id: str, rest: str = "") -> str:
        """Return the address of a paper, followed by `rest`, such as "/read#passage"."""
        table = self.readers.datasette.urls.table(DATABASE, "papers")
        return f"{table}/{tilde_encode(paper_id)}{rest}"

    def redirect(self, path: str, message: str = "") -> Response:
        """Return a redirect to a path of this site, which shows a message of `MESSAGES`."""
        if message:
            self.readers.datasette.add_message(self.request, message)
        location = to_location(path, self.readers.datasette.urls.instance())
        return Response.redirect(location, headers=dict(PRIVATE))

    async def page(self, template: str, status: int = 200, /, **context: Any) -> Response:
        """Return a page rendered from a template."""
        html = await self.readers.datasette.render_template(
            template, context, self.request, view_name="readers"
        )
        return Response.html(html, status=status, headers=dict(PRIVATE))


@dataclass(frozen=True)
class Route:
    """An address, the function that answers it, and the least role for each method.

    A role of None means that the address does not accept the method.
    """

    pattern: str
    answer: Callable[[Visit], Awaitable[Response]]
    get: str | None = None
    post: str | None = None
    rate: str = "write"
    """Rate limit of a POST, a key of `Readers.rates`; "" if the function checks its own."""
    has_secret: bool = False
    """Whether a secret in the address, checked by the function, replaces sign-in and token."""


_patterns: WeakKeyDictionary[Any, set[re.Pattern[str]]] = WeakKeyDictionary()
"""Datasette -> the addresses given to `to_routes`."""


def to_routes(datasette: Any, routes: Iterable[Route]) -> list[tuple[str, Any]]:
    """Return the result of the hook register_routes; empty if readers are off."""
    if not read_settings(datasette).enabled:
        return []
    listed = list(routes)
    _patterns.setdefault(datasette, set()).update(re.compile(route.pattern) for route in listed)
    return [(route.pattern, _to_view(route)) for route in listed]


def is_route(datasette: Any, scope: Mapping[str, Any]) -> bool:
    """Return whether a request is for an address given to `to_routes`."""
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    path = "/" + raw.removeprefix(datasette.setting("base_url")).lstrip("/")
    return any(pattern.match(path) for pattern in _patterns.get(datasette, ()))


def _to_view(route: Route) -> Callable[..., Awaitable[Response]]:
    async def view(datasette: Any, request: Request) -> Response:
        readers = readers_of(datasette)
        if readers is None:
            raise NotFound("This site has no readers.")
        role = {"GET": route.get, "HEAD": route.get, "POST": route.post}.get(request.method)
        if role is None:
            return to_wrong_method(route)
        if not route.has_secret:
            await datasette.ensure_permissions(request.actor, ["view-instance"])
        if not readers.allows(request.actor, role):
            return to_refused(readers, request)
        visit = Visit(readers, request)
        if request.method == "POST":
            visit.form = await read_form(request, needs_token=not route.has_secret)
            if seconds := route.rate and readers.rates[route.rate].count(visit.actor_id):
                return await to_too_often(visit, int(seconds))
        try:
            return await route.answer(visit)
        except NotSaved:
            return Response.text(NOT_SAVED, status=503, headers={"Retry-After": "60"})

    return view


def to_wrong_method(route: Route) -> Response:
    """Return the response to a method that an address does not accept."""
    allowed = [method for method in METHODS if getattr(route, method.lower())]
    return Response.text("Method not allowed", status=405, headers={"Allow": ", ".join(allowed)})


def to_refused(readers: Readers, request: Request) -> Response:
    """Redirect an anonymous visitor of a page to the sign-in page. Raises Forbidden for others."""
    if request.method == "POST" or readers.role_of(request.actor) != ANONYMOUS or request.actor:
        raise Forbidden("You may not do this.")
    return Response.redirect(to_sign_in(readers, request), headers=dict(PRIVATE))


def to_sign_in(readers: Readers, request: Request) -> str:
    """Return the address where a visitor signs in, which leads back to this page."""
    path = readers.datasette.urls.path(readers.settings.sign_in)
    return f"{path}?{urlencode({'back': request.full_path})}"


async def to_too_often(visit: Visit, seconds: int) -> Response:
    """Return the response to a reader who writes too often."""
    message = f"This is too often. Try again in {seconds} s."
    error = DatasetteError(message, "Too many requests", status=429)
    response = await error_response(visit.readers.datasette, visit.request, error)
    response.headers["Retry-After"] = str(seconds)
    return response
