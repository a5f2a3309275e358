"""Parses title, year, venue and identifiers of one reference whose authors are known.

A field is as printed, or None. Digits in page ranges, identifiers and addresses are not years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from papersette.knowledge.citations.authors import Authors

DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\"<>]+")
ARXIV = re.compile(
    r"(?:arXiv[:.\s]{1,2}(?:preprint\s)?|abs/|arxiv\.org/pdf/)(\d{4}\.\s?\d{4,5}|[a-z-]{2,10}(?:\.[A-Z]{2})?/\d{7})|\b(\d{4}\.\d{5})\b",
    re.IGNORECASE,
)
NO_YEAR = re.compile(
    r"https?:\s?//\S+|www\.\S+|\b10\.\s?\d{4,9}/\S+|(?:abs/|arXiv[:.]\s?)\d{4}\.\s?\d{4,5}|\b\d{4}\.\d{4,5}(?:v\d)?\b"
    r"|\b\d+\s?[-–—]+\s?\d+|\bpp?\.\s?\d+|\bpages?\s\d+|accessed[^\]).;]{0,30}|\[Online[^\]]{0,40}\]",
    re.IGNORECASE,
)
"""Identifiers, addresses, page ranges and dates of access."""
YEAR = re.compile(r"(?<![\d.:/])((?:1[5-9]|20)\d\d)[a-z]?(?![\d/:])")
CLOSING_YEAR = re.compile(
    r"(?:[,(]\s?|\.\s)(?:[A-Z][a-z]{2,8}\.?\s(?:\d\d?,\s)?)?((?:1[5-9]|20)\d\d)[a-z]?(?:[.)]|\s?$)"
)
"""A year as styles print it: after a comma or bracket, maybe with a month, at the end."""
SENTENCE_END = re.compile(r"([.?!])[\"”’']?(?:\s+|$)")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:vs|e\.g|i\.e|cf|dr|mr|st|no|vol|approx|resp|w\.r\.t|v\d+|[A-Za-z])$",
    re.IGNORECASE,
)
AFTER_TITLE = re.compile(r"(?:1[5-9]|20)\d\d\b|\d{4}\.\d|\d+(?:st|nd|rd|th)\b")
"""Numbers that begin what follows a title: a year, an arXiv number, "35th Conference"."""
CLOSING = {"“": "”", '"': '"', "‘": "’", "`": "'", "«": "»", "„": "“", "”": "”"}
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
TAIL = re.compile(
    rf"[\s,.]*\(?(?:(?:(?:{MONTHS})\s)?(?:19|20)\d\d[a-z]?|[Ee]ds?\.|to appear|in press)\)?[\s,.]*$"
)
"""What follows a title after a comma and is not part of it."""
EDITORS = re.compile(r"^[^()]{0,200}(?:\([Ee]ds?\.\)|,\s[Ee]ditors?),\s")
VENUE_END = re.compile(
    r",?\s(?:pp?\.|pages?\b|vol\.|volume\b|no\.|number\b|\(?(?:19|20)\d\d\b|\d+\s?[(:,]|https?:|URL\b|doi\b|arXiv:|abs/)"
    rf"|,\s(?:\d|(?:{MONTHS})\b)|[.;]\s|$",
    re.IGNORECASE,
)
MAX_TITLE = 400
MAX_VENUE = 200
NEAR = 500
"""Characters after a title in which its year is searched; other text may follow the last entry."""


@dataclass(frozen=True)
class Fields:
    """The fields of a reference after its authors."""

    title: str | None = None
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None


def read_fields(raw: str, authors: Authors | None) -> Fields:
    """Parse the fields of one reference; its title begins where `authors` end."""
    start = authors.end if authors else 0
    rest = raw[start:].lstrip(" .,:;)")
    title, after = _split_title(rest, authors.ending if authors else "stop")
    year = (
        authors.year
        if authors and authors.year
        else _last_year(after) or _last_year(rest) or _last_year(raw)
    )
    return Fields(title, year, _to_venue(after), _first(DOI, raw), _first(ARXIV, raw))


def _split_title(rest: str, ending: str) -> tuple[str | None, str]:
    """Return the title and the text after it."""
    if rest[:1] in CLOSING:
        end = rest.find(CLOSING[rest[0]], 2, MAX_TITLE)
        if end > 0:
            return _to_title(rest[1:end].strip("`'\"“”‘’ ")), rest[end + 1 :].lstrip("\"'”’ ,.")
    end = _comma_end(rest) if ending == "comma" else _sentence_end(rest)
    return _to_title(rest[:end]), rest[end:].lstrip(" ,.")


def _sentence_end(rest: str) -> int:
    """Return the end of the first sentence, ignoring stops of abbreviations and before numbers."""
    for match in SENTENCE_END.finditer(rest, 0, MAX_TITLE):
        following = rest[match.end() : match.end() + 12]
        if match[1] != ".":
            ends = not following[:1].islower() or following.startswith(("arXiv", "in ", "pp"))
        elif following[:1].isdigit():
            ends = bool(AFTER_TITLE.match(following))
        else:
            short = ABBREVIATION.search(rest, max(0, match.start() - 8), match.start())
            ends = not short or not following or following.startswith("In ")
        if ends:
            return match.end()
    return min(len(rest), MAX_TITLE)


def _comma_end(rest: str) -> int:
    """Return the end of a title in styles that use commas: before a capital, a number or "in"."""
    match = re.search(r",\s(?=[A-Z0-9]|in[:\s]|arXiv)", rest[:MAX_TITLE])
    return min(match.end() if match else MAX_TITLE, _sentence_end(rest))


def _to_title(text: str) -> str | None:
    title = TAIL.sub("", text.strip(" .,;:"))
    return title.strip(' .,;:"“”') if sum(c.isalpha() for c in title) >= 3 else None


def _to_venue(after: str) -> str | None:
    text = re.sub(r"^(?:[Ii]n[:\s]\s?|\W+)", "", after[: 2 * MAX_VENUE])
    text = EDITORS.sub("", text)
    end = VENUE_END.search(text)
    venue = text[: min(MAX_VENUE, end.start() if end else 0)].strip(" ,.;:")
    if venue.count("(") != venue.count(")"):
        venue = venue.partition("(")[0].rstrip() if "(" in venue else venue.rstrip(")")
    return (
        venue
        if sum(c.isalpha() for c in venue) >= 2 and not venue.startswith(("http", "www."))
        else None
    )


def _last_year(text: str) -> int | None:
    plain = NO_YEAR.sub(" ", text[:NEAR])
    found = CLOSING_YEAR.findall(plain) or YEAR.findall(plain)
    return int(found[-1]) if found else None


def _first(pattern: re.Pattern[str], raw: str) -> str | None:
    match = pattern.search(raw)
    if match is None:
        return None
    found = next((group for group in match.groups() if group), match[0])
    return found.replace(" ", "").rstrip(".)]")
