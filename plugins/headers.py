"""Sends headers that restrict browsers: content, frames, referrers.

No page of this project has inline scripts or styles. Pages from Datasette's own templates have
inline styles, and two constant scripts, which are allowed by their hashes.
"""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from datasette import hookimpl

from papersette.site.canned_queries import DATABASE

OWN_PAGES = re.compile(
    rf"/?$|/(about|-/search"
    r"|-/(login|account|library|comments|moderation|following|for-you|programme|unsubscribe)(/.+)?"
    rf"|{DATABASE}/(search|search_facets|similar_passages|ask|whose|programme|reading_list)"
    rf"|{DATABASE}/papers/[^/]+/(read|comments)"
    r")$"
)
"""Paths of pages that are rendered completely by this project's templates."""
CHARTS = re.compile(r"/-/dashboards/.")
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
INLINE_STYLES = {"style-src": "'self' 'unsafe-inline'"}
"""Policy for inline styles, which Datasette's templates have, and Vega writes for charts."""
PDF = {"default-src": "'none'", "style-src": "'unsafe-inline'", "object-src": "'self'"}
"""Policy that lets the viewers of browsers show a PDF."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


@hookimpl(trylast=True)  # outermost: this also covers responses and errors of other plugins
def asgi_wrapper(datasette):
    base = datasette.setting("base_url")

    def wrap(app):
        async def serve(scope, receive, send):
            async def sending(message):
                if message["type"] == "http.response.start":
                    path = "/" + scope["path"].removeprefix(base).lstrip("/")
                    message = message | {"headers": with_headers(message, path)}
                await send(message)

            await app(scope, receive, sending if scope["type"] == "http" else send)

        return serve

    return wrap


def with_headers(message, path):
    """Return the headers of a response, with missing ones added."""
    given = list(message.get("headers", []))
    names = {name.lower().decode("latin-1") for name, _ in given}
    types = [value for name, value in given if name.lower() == b"content-type"]
    added = HEADERS | {"content-security-policy": to_policy(path, (types or [b""])[0])}
    return given + [
        (name.encode(), value.encode()) for name, value in added.items() if name not in names
    ]


def to_policy(path, content_type):
    """Return the Content-Security-Policy for a response."""
    directives = STRICT
    if content_type.startswith(b"application/pdf"):
        directives = STRICT | PDF
    elif content_type.startswith(b"text/html") and CHARTS.match(path):
        directives = STRICT | INLINE_STYLES
    elif content_type.startswith(b"text/html") and not OWN_PAGES.match(path):
        scripts = " ".join(["'self'", *hashes()])
        directives = STRICT | INLINE_STYLES | {"script-src": scripts}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


@cache
def hashes():
    """Return the hashes of the inline scripts in Datasette's templates, which are constant."""
    templates = files("datasette") / "templates"
    foot = (templates / "_codemirror_foot.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", foot, re.DOTALL)
    scripts += [f"DATASETTE_ALLOW_FACET = {value};" for value in ("true", "false")]
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
