"""Keeps a reader's choice of a light or dark page in a cookie; without one, the system decides.

Templates call theme(), which also works on error pages, which have no variables of a request. The
theme is part of the page that is sent, so that no other theme appears first.
"""

from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from datasette import Response, hookimpl

from papersette.site.addresses import is_own_path

THEMES = ("light", "dark")
COOKIE = "theme"
YEAR = 365 * 86_400
"""Lifetime of the cookie in seconds."""

_theme = ContextVar("theme", default="")


@hookimpl
def prepare_jinja2_environment(env):
    env.globals["theme"] = _theme.get


@hookimpl
def register_routes():
    return [(r"^/-/theme/(?P<theme>[a-z]+)$", choose_theme)]


async def choose_theme(request, datasette):
    """Set the cookie, or remove it for "auto", and redirect to ?back=, a path of this site."""
    back = request.args.get("back") or ""
    home = datasette.urls.instance()
    response = Response.redirect(
        quote(back, safe="/?&=%+#~:;,@!*()'$-._") if is_own_path(back) else home
    )
    theme = request.url_vars["theme"]
    if theme in THEMES:
        response.set_cookie(COOKIE, theme, max_age=YEAR, path=home)
    elif theme == "auto":
        response.set_cookie(COOKIE, "", max_age=0, path=home)
    return response


@hookimpl
def asgi_wrapper():
    def wrap(app):
        async def serve(scope, receive, send):
            token = _theme.set(to_theme(scope) if scope["type"] == "http" else "")
            try:
                await app(scope, receive, send)
            finally:
                _theme.reset(token)

        return serve

    return wrap


def to_theme(scope):
    """Return the theme in the request's cookie; "" if there is none."""
    given = dict(scope.get("headers") or ()).get(b"cookie", b"").decode("latin-1")
    try:
        morsel = SimpleCookie(given).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel and morsel.value in THEMES else ""
