"""Reads the name and look of the publication from the table `site` of its database.

Templates see them as `site`. Markdown is rendered without raw HTML and then sanitised, and only
links to the web, to e-mail and to paths of the site are kept: a database may come from somebody
else.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from papersette.catalogs.colours import SURFACES, to_hex, to_shade
from papersette.files import connect_read_only
from papersette.languages import LANGUAGES
from papersette.site.addresses import is_own_path, is_web_address
from papersette.site.canned_queries import DATABASE

TAGS = set("p br hr h2 h3 h4 h5 h6 strong em code pre blockquote ul ol li a".split())
"""Elements allowed in an introduction; its headings are one level lower, below the page's."""
IMAGES = {"image/png", "image/jpeg", "image/webp", "image/svg+xml"}
"""Media types allowed for a logo."""
EMAIL = re.compile(r"mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)
STYLE_SHEET, LOGO = "/-/site.css", "/-/site-logo"

_sites: WeakKeyDictionary[Any, Site] = WeakKeyDictionary()
"""Database -> its site; an immutable database is read once."""


@dataclass(frozen=True)
class Link:
    """A text with an optional address; templates show it as a link, or only the text."""

    label: str
    url: str = ""

    def __str__(self) -> str:
        return self.label

    def __html__(self) -> str:
        if not self.url:
            return Markup("<bdi>{}</bdi>").format(self.label)
        return Markup('<a href="{}" dir="auto">{}</a>').format(self.url, self.label)


@dataclass(frozen=True)
class FeaturedQuery(Link):
    """A search shown on the home page."""

    q: str = ""


@dataclass(frozen=True)
class FeaturedChart:
    """A chart shown on the home page."""

    name: str
    title: str
    url: str


@dataclass(frozen=True)
class Site:
    """The name and look of a publication for templates; a missing value is "" or empty."""

    title: str = ""
    tagline: str = ""
    logo: tuple[str, bytes] | None = None
    """(media type, content) of the logo."""
    logo_url: str = ""
    accent: str = ""
    """Accent colour as #rrggbb, as given; `css` has readable shades of it for each theme."""
    css: str = ""
    css_url: str = ""
    intro_html: Markup | str = ""
    licence: Link | None = None
    contact: Link | None = None
    language: str = ""
    """Language of the interface, a key of `LANGUAGES`; "" for none."""
    featured_queries: tuple[FeaturedQuery, ...] = ()
    featured_charts: tuple[FeaturedChart, ...] = ()
    footer_links: tuple[Link, ...] = ()


class CurrentSite:
    """The site that is served now, for pages without template variables, such as error pages."""

    def __init__(self, datasette: Any) -> None:
        self._datasette = datasette

    def __getattr__(self, name: str) -> Any:
        return getattr(site_of(self._datasette), name)


def site_of(datasette: Any) -> Site:
    """Return the name and look of the publication that a Datasette serves."""
    database = datasette.databases.get(DATABASE)
    if database is None or not database.path:
        return Site()
    if database in _sites:
        return _sites[database]
    site = to_site(read_row(Path(database.path)), datasette)
    if not database.is_mutable:
        _sites[database] = site
    return site


def read_row(database: Path) -> dict[str, Any]:
    """Return the row of the table `site`; {} for an older build without the table."""
    try:
        with closing(connect_read_only(database)) as conn:
            conn.row_factory = sqlite3.Row
            row = conn.execute("select * from site").fetchone()
    except sqlite3.Error:
        return {}
    return dict(row) if row else {}


def to_site(row: Mapping[str, Any], datasette: Any) -> Site:
    """Return the site for a row of the table `site`."""
    path = datasette.urls.path
    css = to_css(row.get("accent") or "")
    is_image = row.get("logo_type") in IMAGES and row.get("logo")
    logo = (row["logo_type"], row["logo"]) if is_image else None
    return Site(
        title=row.get("title") or "",
        tagline=row.get("tagline") or "",
        logo=logo,
        logo_url=f"{path(LOGO)}?{to_version(logo[1])}" if logo else "",
        accent=row["accent"] if css else "",
        css=css,
        css_url=f"{path(STYLE_SHEET)}?{to_version(css.encode())}" if css else "",
        intro_html=to_html(row.get("intro") or "", path),
        licence=_to_link(_from_json(row, "licence"), path),
        contact=_to_link(_from_json(row, "contact"), path),
        language=row["language"] if row.get("language") in LANGUAGES else "",
        featured_queries=_to_queries(_to_list(row, "featured_queries"), datasette),
        featured_charts=_to_charts(_to_list(row, "featured_charts"), datasette),
        footer_links=_to_links(_to_list(row, "footer_links"), path),
    )


def _from_json(row: Mapping[str, Any], name: str) -> Any:
    """Return the value of a JSON column; None if it is missing or damaged."""
    try:
        return json.loads(row.get(name) or "null")
    except ValueError:
        return None


def _to_list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = _from_json(row, name)
    return value if isinstance(value, list) else []


def _to_link(item: Any, path: Callable[[str], str]) -> Link | None:
    """Return a link if its address is safe, else only its text."""
    if not isinstance(item, Mapping) or not item.get("label"):
        return None
    return Link(str(item["label"]), to_address(str(item.get("url") or ""), path))


def _to_links(items: Iterable[Any], path: Callable[[str], str]) -> tuple[Link, ...]:
    return tuple(link for item in items if (link := _to_link(item, path)) and link.url)


def to_address(url: str, path: Callable[[str], str]) -> str:
    """Return an address of the web, of e-mail or of this site; "" for any other."""
    if is_own_path(url):
        return str(path(url))
    return url if is_web_address(url) or EMAIL.fullmatch(url) else ""


def _to_queries(items: Iterable[Any], datasette: Any) -> tuple[FeaturedQuery, ...]:
    search = datasette.urls.query(DATABASE, "search")
    return tuple(
        FeaturedQuery(str(item["label"]), f"{search}?{urlencode({'q': item['q']})}", item["q"])
        for item in items
        if isinstance(item, Mapping) and item.get("q") and item.get("label")
    )


def _to_charts(names: Iterable[Any], datasette: Any) -> tuple[FeaturedChart, ...]:
    """Return the charts that exist on the site, with the titles of their canned queries."""
    queries = datasette.metadata("queries", database=DATABASE, fallback=False) or {}
    dashboards = datasette.plugin_config("datasette-dashboards") or {}
    return tuple(
        FeaturedChart(
            name,
            queries.get(name, {}).get("title", name),
            datasette.urls.path(f"/-/dashboards/{slug}/{name}"),
        )
        for name in names
        for slug, dashboard in dashboards.items()
        if name in dashboard.get("charts", {})
    )


def to_version(content: bytes) -> str:
    """Return a short hash of a content."""
    return hashlib.sha256(content).hexdigest()[:12]


def to_css(accent: str) -> str:
    """Return a style sheet that sets the variables of the accent colour; "" if it is no colour."""
    colour = to_hex(accent)
    if colour is None:
        return ""
    light, dark = ("; ".join(_to_tokens(colour, theme)) for theme in SURFACES)
    unchosen = "@media screen and (prefers-color-scheme: dark)"
    return (
        f":root {{ {light}; }}\n"
        f"@media screen {{ :root[data-theme=dark] {{ {dark}; }} }}\n"
        f"{unchosen} {{ :root:not([data-theme]) {{ {dark}; }} }}\n"
    )


def _to_tokens(colour: str, theme: str) -> Iterator[str]:
    shade = to_shade(colour, theme)
    yield f"--accent: {shade.colour}"
    yield f"--accent-ink: {shade.ink}"
    yield f"--link: {shade.colour}"


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable("image")


def to_html(markdown: str, path: Callable[[str], str] = str) -> Markup:
    """Return Markdown as safe HTML; `path` returns the address of a path of the site.

    >>> to_html("*A* <b>b</b> [c](javascript:x)")
    Markup('<p><em>A</em> &lt;b&gt;b&lt;/b&gt; [c](javascript:x)</p>\\n')
    """
    parser, environment = _markdown(), dict[str, Any]()
    tokens = parser.parse(markdown, environment)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs = {"href": to_address(str(child.attrs.get("href")), path)}
    html = parser.renderer.render(tokens, parser.options, environment)
    return Markup(  # noqa: S704 - sanitised
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel=None,
        )
    )
