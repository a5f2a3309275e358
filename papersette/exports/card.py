"""Draws the picture of a paper that other websites show beside a link to its page.

Typst sets the text: it has its own fonts, breaks lines, and joins and orders the letters of Arabic.
The texts are passed as data and are never part of the document's source.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import typst

MEDIA_TYPE = "image/png"
WIDTH, HEIGHT = 1200, 630
"""Size of the picture in pixels; websites scale it down."""
LONGEST = 300
"""Longest text on a card, in characters."""
MOST_AUTHORS = 4


@dataclass(frozen=True)
class Card:
    """The contents of a card."""

    title: str
    by: str = ""
    """Authors."""
    where: str = ""
    """Venue and year."""
    site: str = ""
    accent: str = "#0b5a68"
    """Colour of the site, as #rrggbb."""
    direction: str = "ltr"


class CardError(Exception):
    """Typst could not draw the card."""


def to_card(title: str, authors: list[str], where: str, site: str, accent: str = "") -> Card:
    """Return the card of a paper, or of the site if `authors` is empty, with long texts cut."""
    comma = "، " if to_direction("".join(authors)) == "rtl" else ", "
    by = comma.join(authors[:MOST_AUTHORS])
    more = len(authors) - MOST_AUTHORS
    card = Card(
        to_line(title), to_line(f"{by} + {more}" if more > 0 else by), to_line(where), to_line(site)
    )
    if re.fullmatch("#[0-9a-fA-F]{6}", accent):
        card = replace(card, accent=accent)
    return replace(card, direction=to_direction(card.title))


def to_line(text: str) -> str:
    """Return a text in one line, cut at `LONGEST` characters, without control characters."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"


def to_direction(text: str) -> str:
    """Return the writing direction of a text: that of its first letter with a direction.

    >>> to_direction("42 papers"), to_direction("«التعلم»")
    ('ltr', 'rtl')
    """
    kinds = (unicodedata.bidirectional(c) for c in text)
    strong = next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L")
    return "ltr" if strong == "L" else "rtl"


def to_tag(card: Card) -> str:
    """Return a tag of the picture, which changes whenever the picture may change."""
    text = json.dumps([asdict(card), version("typst")]) + read_source().decode()
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def draw(card: Card) -> bytes:
    """Return the picture as PNG, 1200 by 630 pixels.

    Raises:
        CardError: Typst fails.
    """
    try:
        png = typst.compile(
            read_source(),
            format="png",
            ppi=72,
            font_paths=read_fonts(),
            sys_inputs={"card": json.dumps(asdict(card))},
        )
    except BaseException as error:  # a Rust panic in Typst is not an Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise CardError(f"the card of {card.title!r} cannot be drawn: {error}") from error
    return png


@cache
def read_source() -> bytes:
    return (files("papersette") / "exports" / "card.typ").read_bytes()


@cache
def read_fonts() -> typst.Fonts:
    """Return the fonts of Typst and of the system, looked up once."""
    return typst.Fonts()
