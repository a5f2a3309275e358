"""Reads and checks the key `site` of a catalog: the name and look of the publication.

An error names the file, the line, the key and the remedy. docs/formats.md lists the keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from papersette import markup
from papersette.catalogs import colours
from papersette.catalogs.entries import Entry, listed, to_path, to_value
from papersette.errors import UserError
from papersette.languages import LANGUAGES
from papersette.sources import files

LARGEST_LOGO = 300_000
"""Largest logo in bytes; every page loads it."""
LONGEST_LINE = 300
"""Longest title, tagline, label or query, in characters."""
LONGEST_INTRO = 20_000
MOST_ITEMS = 24
"""Largest number of featured queries, of featured charts, and of footer links."""
SIGNATURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
"""Media type of a logo -> start of its file; SVG is recognised as XML."""
EMAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+")
ADDRESS = re.compile(r"https?://[^\s\\]+|mailto:\S+@\S+|/(?![/\\])[^\s\\]*", re.IGNORECASE)
"""A link's address: a web or e-mail address, or a path of the site."""


@dataclass(frozen=True)
class Link:
    """A text with an optional address."""

    label: str
    url: str | None = None


@dataclass(frozen=True)
class FeaturedQuery:
    """A search shown on the home page."""

    q: str
    label: str


@dataclass(frozen=True)
class Logo:
    """An image file."""

    media_type: str
    content: bytes


@dataclass(frozen=True)
class Identity:
    """The name and look of a publication; a value that is not given is None or empty."""

    title: str | None = None
    tagline: str | None = None
    logo: Logo | None = None
    accent: str | None = None
    """Accent colour as #rrggbb, as given."""
    intro: str | None = None
    """Introduction of the home page in Markdown."""
    licence: Link | None = None
    contact: Link | None = None
    language: str | None = None
    """Language of the interface for readers who have not chosen one."""
    featured_queries: tuple[FeaturedQuery, ...] = ()
    featured_charts: tuple[str, ...] = ()
    footer_links: tuple[Link, ...] = ()
    remarks: tuple[str, ...] = ()
    """A remark if the light theme changes the accent colour, as it would be hard to read."""


def read(entry: Entry, data: Path, charts: Collection[str] | None) -> Identity:
    """Read the key `site`.

    Args:
        entry: The value of the key.
        data: The folder where the path of the logo starts.
        charts: Names of the charts of the site; None if they are not known.

    Raises:
        UserError: A key is unknown, or a value is not valid.
    """
    entry.check_names(READERS)
    given: dict[str, Any] = {}
    for key in entry.value:
        child = entry.child(key)
        given[key] = _read_logo(child, data) if key == "logo" else READERS[key](child)
        if key == "featured_charts" and charts is not None:
            _check_charts(child, charts)
    return replace(Identity(**given), remarks=tuple(_to_remarks(given.get("accent"))))


def _to_line(entry: Entry) -> str:
    return _to_text(entry, LONGEST_LINE)


def _to_intro(entry: Entry) -> str:
    return _to_text(entry, LONGEST_INTRO)


def _to_text(entry: Entry, longest: int) -> str:
    text = str(to_value(entry, str, Path())).strip()
    if not text:
        raise entry.error("is empty; give it a text, or remove the key")
    if len(text) > longest:
        raise entry.error(f"has {len(text):,} characters; the limit is {longest:,}: shorten it")
    return text


def _to_accent(entry: Entry) -> str:
    example = 'a colour as #rrggbb in quotes, for example "#14548c"'
    if entry.value is None:
        raise entry.error(f"must be {example}; without quotes, “#” begins a comment")
    colour = colours.to_hex(str(entry.value)) if isinstance(entry.value, str) else None
    if colour is None:
        raise entry.error(f"must be {example}, not “{entry.value}”")
    return colour


def _to_remarks(accent: str | None) -> list[str]:
    """Return a remark if a colour would be hard to read in the light theme.

    No colour can be read in both themes; that the dark one has a lighter shade is no surprise.
    """
    if accent is None or (shade := colours.to_shade(accent, "light")).colour == accent:
        return []
    return [
        f"{accent} has a contrast of {shade.contrast:.1f} in the light theme, where text needs "
        f"{colours.READABLE}; {shade.colour} is shown there"
    ]


def _to_link(entry: Entry) -> Link:
    """Read a text, an address, or a mapping with a label and a url."""
    if not isinstance(entry.value, Mapping):
        text = _to_line(entry)
        if EMAIL.fullmatch(text):
            return Link(text, f"mailto:{text}")
        return Link(text, text if ADDRESS.fullmatch(text) else None)
    entry.check_names({"label", "url"})
    url = entry.child("url")
    address = _to_line(url)
    if not ADDRESS.fullmatch(address):
        raise url.error(
            f"is “{address}”, which is no address; write one that begins with https://, mailto: or "
            "“/”, a path of this site"
        )
    return Link(_to_line(entry.child("label")), address)


def _to_footer_link(entry: Entry) -> Link:
    if not isinstance(entry.value, Mapping):
        raise entry.error("must be a mapping with a label and a url: {label: …, url: …}")
    return _to_link(entry)


def _to_language(entry: Entry) -> str:
    language = _to_line(entry)
    if language not in LANGUAGES:
        known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        raise entry.error(f"is “{language}”; the interface has {known}")
    return language


def _to_query(entry: Entry) -> FeaturedQuery:
    """Read a query, or a mapping with the query `q` and its `label`."""
    if not isinstance(entry.value, Mapping):
        return FeaturedQuery(q := _to_line(entry), q)
    entry.check_names({"q", "label"})
    q = _to_line(entry.child("q"))
    return FeaturedQuery(q, _to_line(entry.child("label")) if "label" in entry.value else q)


def _check_charts(entry: Entry, charts: Collection[str]) -> None:
    for index, name in enumerate(entry.value):
        if name not in charts:
            raise entry.child(index).error(
                f"is “{name}”, which is no chart; there are {listed(charts) or 'none'}"
            )


def _each(read: Callable[[Entry], Any], example: str) -> Callable[[Entry], tuple[Any, ...]]:
    """Return a function that reads every item of a list."""

    def read_list(entry: Entry) -> tuple[Any, ...]:
        if not isinstance(entry.value, list):
            raise entry.error(f"must be a list, for example {example}{entry.mistake()}")
        if len(entry.value) > MOST_ITEMS:
            raise entry.error(f"has {len(entry.value)} items; the limit is {MOST_ITEMS}")
        return tuple(read(entry.child(index)) for index in range(len(entry.value)))

    return read_list


def _read_logo(entry: Entry, data: Path) -> Logo:
    path = to_path(entry, data)
    if reason := files.find_obstacle(path, data):
        raise entry.error(f"names {entry.value}, which {reason}")
    if (size := path.stat().st_size) > LARGEST_LOGO:
        raise entry.error(
            f"names {entry.value}, which has {size:,} bytes; the limit is {LARGEST_LOGO:,}: make "
            "the image smaller, a logo of 200 pixels is enough"
        )
    content = path.read_bytes()
    for media_type, beginning in SIGNATURES.items():
        if beginning.match(content):
            return Logo(media_type, content)
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise entry.error(f"names {entry.value}, which is not a PNG, SVG, WebP or JPEG image")
    _check_svg(entry, path)
    return Logo("image/svg+xml", content)


def _check_svg(entry: Entry, path: Path) -> None:
    try:
        loaded = markup.load_xml(path, namespaces=True)
    except UserError as error:
        raise entry.error(f"cannot be used: {error}") from None
    if loaded.reasons:
        raise entry.error(f"names {entry.value}, which {loaded.reasons[0]}")
    if loaded.value.tag != "{http://www.w3.org/2000/svg}svg":
        raise entry.error(
            f"names {entry.value}, which is XML, but no SVG: its root must be "
            '<svg xmlns="http://www.w3.org/2000/svg">'
        )


READERS: dict[str, Callable[[Entry], Any]] = {
    "title": _to_line,
    "tagline": _to_line,
    "logo": _to_line,
    "accent": _to_accent,
    "intro": _to_intro,
    "licence": _to_link,
    "contact": _to_link,
    "language": _to_language,
    "featured_queries": _each(_to_query, "[dropout, {q: sgd OR adam, label: Optimizers}]"),
    "featured_charts": _each(_to_line, "[papers_by_year]"),
    "footer_links": _each(_to_footer_link, "[{label: Our group, url: https://…}]"),
}
"""Key of `site` -> function that reads its value."""
