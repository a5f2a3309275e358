"""Parses title, year, venue and identifiers of one reference whose authors are known.

A field is as printed, or None. Digits in page ranges, identifiers and addresses are not years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from papersette.knowledge.citations.authors import Authors
from papersette.knowledge.citations.journals import read_shortened
from papersette.knowledge.citations.titles import split_title
from papersette.knowledge.citations.untitled import Untitled

DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\"<>]+")
ARXIV = re.compile(
    r"(?:arXiv[:.\s]{1,2}(?:preprint\s)?|abs/|arxiv\.org/pdf/)(\d{4}\.\s?\d{4,5}|[a-z-]{2,10}(?:\.[A-Z]{2})?/\d{7})|\b(\d{4}\.\d{5})\b",
    re.IGNORECASE,
)
NO_YEAR = re.compile(
    r"(?=[\dhwap\[])"  # the first characters of all alternatives, which excludes most positions
    r"(?:https?:\s?//\S+|www\.\S+|\b10\.\s?\d{4,9}/\S+|(?:abs/|arXiv[:.]\s?)\d{4}\.\s?\d{4,5}|\b\d{4}\.\d{4,5}(?:v\d)?\b"
    r"|\b\d+\s?[-–—]+\s?\d+|\b(?-i:p|pp|Pp|PP)\.\s?\d+|\bpages?\s\d+|accessed[^\]).;]{0,30}|\[Online[^\]]{0,40}\])",
    re.IGNORECASE,
)
"""Identifiers, addresses, page ranges and dates of access, whose digits are not years; but the P.
of "Quist, P. 2001" is an initial."""
YEAR = re.compile(r"(?=[12])(?<![\d.:/])((?:1[5-9]|20)\d\d)[a-z]?(?![\d/:])")
CLOSING_YEAR = re.compile(
    r"(?:[,(]\s?|\.\s)(?:[A-Z][a-z]{2,8}\.?\s(?:\d\d?,\s)?)?((?:1[5-9]|20)\d\d)[a-z]?(?:[.)]|\s?$)"
)
"""A year as styles print it: after a comma or bracket, perhaps with a month, at the end."""
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SHORT_MONTHS = (
    r"(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ept?|[Oo]ct|[Nn]ov|[Dd]ec)\.?"
)
TAIL = re.compile(
    r"(?<![-–—\s,.])"  # the last year of "1990–2010" belongs to the title
    rf"(?:[\s,.]*\(?(?:(?:(?:{MONTHS})\s)?(?:19|20)\d\d[a-z]?|[Ee]ds?\.|to appear|in press)\)?"
    rf"|[,.]\s(?:{MONTHS}|{SHORT_MONTHS})(?:\s\d\d?)?(?:,?\s(?:19|20)\d\d)?)[\s,.]*$"
)
"""Text after a title and a comma that is not part of the title."""
EDITION_TAIL = re.compile(
    r"[,\s]+\(?(?:\d{1,2}\.?\s?(?:st|nd|rd|th)?|[Ss]econd|[Tt]hird|[Rr]evised|[Rr]ev\.)\s?"
    r"(?:[a-zü.]+\s){0,2}(?:[Ee]d(?:n|ition|\.)?|Aufl(?:age)?\.?)\)?$"
)
"""A statement of edition at the end of a title."""
WITH_JOURNAL = re.compile(
    r"(?P<title>[^.,]{10,}?[^\W\d_A-Z])\s[^\W\d_a-z][\w.]*(?:\s(?:[^\W\d_a-z][\w.]*|of|and|the|in|on))*"
    r"\s\d{1,4}[A-Z]?\s\d[\d–-]*$"
)
"""A title with journal, volume and pages without punctuation: "On tea Science 220 671"."""
VOLUME_TAIL = re.compile(r"\.\s\d{1,4}(?:\s?\(\d+\).*|\s?:\s?\d+\s?[-–]\s?\d+)?$")
"""A volume, issue and pages after the title of an entry that names no journal."""
PAGES = r"(?:pp?\.|pages?)\s?\d[\d\s–-]*|pp"
PART_TAIL = re.compile(
    r"(?:,\s|\s\()(?:(?:[Vv]ol(?:ume|\.)|[Bb]and|Bd\.|[Tt]ome)\s?(?:\d[\d-]*|[IVX]+)"
    rf"(?:\s(?:of|in)\s.{{1,120}}?)?(?:,\s{PAGES})?|[Vv]ol|{PAGES})\)?$"
)
"""The volume or the pages of a book after its title and a comma, "volume 87 of Forests"."""
EDITORS = re.compile(r"^[^()]{0,200}(?:\([Ee]ds?\.\)|,\s[Ee]ditors?),\s")
VENUE_END = re.compile(
    r",?\s(?:pp?\.|pages?\b|vol\.|volume\b|no\.|number\b|\(?(?:19|20)\d\d\b|\d+\s?[(:,]|https?:|URL\b|doi\b|arXiv:|abs/)"
    rf"|,\s(?:\d|(?:{MONTHS})\b)|[.;]\s|$",
    re.IGNORECASE,
)
EDITORS_WORD = re.compile(r"^\(?(?:[Ee]ditors?|[Ee]ds?|[Hh]rsg|[Hh]g)\.?\)?[.,:;]\s+")
"""Word between editors and the title."""
NO_VENUE = re.compile(r"http|www\.|(?:[Rr]etrieved|[Aa]vailable|[Aa]ccessed)\b")
QUOTES = re.compile('["“”„]')
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


def read_fields(raw: str, authors: Authors | None, untitled: Untitled | None = None) -> Fields:
    """Parse the fields of one reference.

    Args:
        raw: The reference without its label.
        authors: Its authors; the title begins where they end.
        untitled: What was read of a reference without a title; its label serves as title.
    """
    if untitled:
        year = untitled.authors.year
        arxiv_id = _first(ARXIV, raw)
        return Fields(untitled.label, year, untitled.journal, _find_doi(raw), arxiv_id)
    start = authors.end if authors else 0
    rest = EDITORS_WORD.sub("", raw[start:].lstrip(" .,:;)"))
    text, after = split_title(rest, authors.ending if authors else "stop")
    title = _to_title(text)
    if authors and (authors.year or authors.ending == "year"):
        year = authors.year  # None if the work is undated: "(in press)"
    else:
        year = _last_year(after) or _last_year(rest) or _last_year(raw)
    return Fields(title, year, _to_venue(after), _find_doi(raw), _first(ARXIV, raw))


def _to_title(text: str) -> str | None:
    if unpunctuated := WITH_JOURNAL.match(text):
        text = unpunctuated["title"]
    title = TAIL.sub("", EDITION_TAIL.sub("", text.strip(" .,;:"))).strip(" .,;:")
    title = VOLUME_TAIL.sub("", EDITION_TAIL.sub("", PART_TAIL.sub("", title)))
    if not QUOTES.search(title[1:-1]):
        title = title.strip(' .,;:"“”„')
    return title if sum(map(str.isalpha, title)) >= 3 else None


def _to_venue(after: str) -> str | None:
    text = re.sub(r"^(?:[Ii]n[:\s]\s?|\W+)", "", after[: 2 * MAX_VENUE])
    text = EDITORS.sub("", text)
    if journal := read_shortened(text):
        return journal
    end = VENUE_END.search(text)
    venue = text[: min(MAX_VENUE, end.start() if end else 0)].strip(" ,.;:")
    if venue.count("(") != venue.count(")"):
        venue = venue.partition("(")[0].rstrip() if "(" in venue else venue.rstrip(")")
    return venue if sum(map(str.isalpha, venue)) >= 2 and not NO_VENUE.match(venue) else None


def _last_year(text: str) -> int | None:
    plain = NO_YEAR.sub(" ", text[:NEAR])
    found = CLOSING_YEAR.findall(plain) or YEAR.findall(plain)
    return int(found[-1]) if found else None


def _find_doi(raw: str) -> str | None:
    return _first(DOI, raw) if "10." in raw else None  # most references have none


def _first(pattern: re.Pattern[str], raw: str) -> str | None:
    match = pattern.search(raw)
    if match is None:
        return None
    found = next((group for group in match.groups() if group), match[0])
    return found.replace(" ", "").rstrip(".)]")
