"""Convert the fields of sources to the values of records, in the same way for every source.

An empty field is None. Nothing is guessed: a value that cannot be interpreted is None.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from babel.core import get_global

from papersette.names import parse_name

EMPTY = {"", "none", "null", "n/a", "nan"}
"""Spellings of missing values: pandas writes nan, spreadsheets N/A, Python scripts None."""


def to_text(value: Any) -> str | None:
    """Return the value as one line of text, or None if it is empty.

    >>> to_text("  A title\\n broken over lines ")
    'A title broken over lines'
    >>> to_text("None") is None
    True
    """
    if value is None or isinstance(value, (dict, list)):
        return None
    text = " ".join(_printable(str(value)).split())
    return None if text.lower() in EMPTY else text


ATTRIBUTES = r"(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?"
MARKUP = re.compile(rf"</?(?:i|b|em|strong|sub|sup|sc|u|p|br|span|jats:\w+){ATTRIBUTES}>", re.I)
"""Tags that reference managers put into titles; other text in < > is kept."""


BREAK = re.compile(rf"</?(?:p|br|jats:p|jats:title){ATTRIBUTES}>", re.I)
"""Tags that separate words, and paragraphs of an abstract."""


def to_plain(value: Any, *, lines: bool = False) -> str | None:
    """Return text without the tags and entities of HTML; with `lines`, with its line breaks.

    >>> to_plain("<i>Moss</i> &amp; fern, a < b")
    'Moss & fern, a < b'
    >>> to_plain("Moss<br>and fern"), to_plain("<p>One.</p><p>Two.</p>", lines=True).split()
    ('Moss and fern', ['One.', 'Two.'])
    """
    if value is None or isinstance(value, (dict, list)):
        return None
    text = html.unescape(MARKUP.sub("", BREAK.sub("\n\n", str(value))))
    return text if lines else to_text(text)


def to_paragraphs(value: Any) -> str | None:
    """Return text with its paragraphs, separated by blank lines, or None if it is empty.

    Other line breaks are removed: OpenReview breaks abstracts inside sentences.
    """
    if value is None or isinstance(value, (dict, list)):
        return None
    paragraphs = [" ".join(p.split()) for p in re.split(r"\n\s*\n", _printable(str(value)))]
    text = "\n\n".join(p for p in paragraphs if p)
    return None if text.lower() in EMPTY else text


def to_list(value: Any, separators: str = ";|", *, repeated: bool = False) -> tuple[str, ...]:
    """Return the items of a list, or of text with separators, without empty items.

    Repetitions are dropped unless `repeated` is true.

    >>> to_list("SGD; ; generalization;SGD")
    ('SGD', 'generalization')
    """
    if value is None or isinstance(value, Mapping):
        return ()
    parts = value if isinstance(value, list) else re.split(f"[{re.escape(separators)}]", str(value))
    texts = (to_text(part) for part in parts)
    given = [text for text in texts if text]
    return tuple(given if repeated else dict.fromkeys(given))


def to_family(name: str, family: Any) -> str | None:
    """Return a family name that a source gives, if `parse_name` finds another in the whole name.

    >>> to_family("Ann Elm Ash", "Elm Ash"), to_family("Ann Ash", "Ash")
    ('Elm Ash', None)
    """
    text = to_text(family)
    return text if text and parse_name(name).family != text else None


DECISIONS = (
    ("withdraw", "withdrawn"), ("desk", "desk reject"), ("reject", "reject"),
    ("workshop", "workshop"), ("oral", "oral"), ("spotlight", "spotlight"), ("poster", "poster"),
)  # fmt: skip
"""(part of a decision, its standard form); the first match is used, as for "Desk Rejected"."""


def to_decision(value: Any) -> str | None:
    """Return the standard form of a decision, or the decision unchanged if it has none.

    >>> decisions = ("Accept (Oral)", "ICLR 2024 poster", "Invite to Workshop Track", "Long")
    >>> [to_decision(text) for text in decisions]
    ['oral', 'poster', 'workshop', 'Long']
    """
    text = to_text(value)
    return next((word for part, word in DECISIONS if part in (text or "").lower()), text)


def to_number(value: Any) -> float | None:
    """Return a number, or the number at the start of a text: 7.0 for "7: Good paper, accept"."""
    match = re.match(r"\s*(-?\d+(?:\.\d+)?)", str(value)) if value is not None else None
    number = float(match.group(1)) if match else math.inf
    return number if math.isfinite(number) else None


def to_identifier(value: Any) -> str | None:
    """Return an identifier; from the URL of an OpenReview forum, or of Scopus, the id in it.

    >>> to_identifier("https://openreview.net/forum?id=H1M7soActX")
    'H1M7soActX'
    >>> to_identifier("https://www.scopus.com/inward/record.uri?eid=2-s2.0-85&partnerID=40")
    '2-s2.0-85'
    """
    text = to_text(value)
    found = re.search("id=([^&#]+)", text) if text and text.startswith("http") else None
    return found[1] if found else text


def to_doi(value: Any) -> str | None:
    """Return a DOI in lower case, without the address of a resolver; None if the value has no DOI.

    >>> to_doi("https://doi.org/10.1000/ABC"), to_doi("doi: 10.1000/182."), to_doi("12")
    ('10.1000/abc', '10.1000/182', None)
    """
    found = re.search(r"10\.\d{4,9}/[^\s\"<>]+", to_text(value) or "")
    return found.group().rstrip(".,;:)]}").lower() if found else None


def to_orcid(value: Any) -> str | None:
    """Return an ORCID without the rest of its address; None if the value has no ORCID.

    >>> to_orcid("http://orcid.org/0000-0002-1825-009x")
    '0000-0002-1825-009X'
    """
    found = re.search(r"\d{4}-\d{4}-\d{4}-\d{3}[\dXx]", str(value or ""))
    return found.group().upper() if found else None


def to_language(value: Any) -> str | None:
    """Return a language as ISO 639-1 if it has such a code; other values are unchanged.

    >>> [to_language(text) for text in ("eng", "en-US", "German", "fr", "grc")]
    ['en', 'en', 'de', 'fr', 'grc']
    """
    text = to_text(value)
    code = re.split("[-_]", (text or "").lower())[0]
    known: str | None = get_global("language_aliases").get(code) or LANGUAGES.get(code)
    return known or (code if len(code) == 2 else text)


LANGUAGES = {"english": "en", "french": "fr", "german": "de", "spanish": "es", "russian": "ru",
             "arabic": "ar", "chinese": "zh", "italian": "it", "portuguese": "pt", "japanese": "ja",
             "dutch": "nl", "polish": "pl", "turkish": "tr", "korean": "ko", "persian": "fa",
             "fre": "fr", "ger": "de", "chi": "zh", "dut": "nl", "gre": "el",
             "per": "fa"}  # fmt: skip
"""English names of languages, and codes used by libraries, that babel does not know -> code."""


def check_types(
    record: Mapping[str, Any], texts: Iterable[str] = (), lists: Iterable[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """Return the record with None for fields that have the wrong type, and a reason for each.

    A field of `texts` may also be a number, and a field of `lists` may be missing.

    >>> check_types({"title": "A", "author": 5}, texts=["title"], lists=["author"])
    ({'title': 'A', 'author': None}, ['“author” is 5, and should be a list; it is not used'])
    """
    checked, reasons = dict(record), []
    expected: list[tuple[str, tuple[type, ...], str]]
    expected = [(name, (str, int, float), "text") for name in texts]
    expected += [(name, (list,), "a list") for name in lists]
    for name, types, words in expected:
        value = record.get(name)
        if value is not None and not isinstance(value, types):
            checked[name] = None
            shown = " ".join(str(value).split())[:60]
            reasons.append(f"“{name}” is {shown}, and should be {words}; it is not used")
    return checked, reasons


def to_object(given: Any, *names: str) -> Mapping[str, Any]:
    """Return an object, or one inside it; empty if it is missing or has another type.

    >>> to_object({"a": {"b": {"c": 1}}}, "a", "b"), to_object({"a": 5}, "a"), to_object(None)
    ({'c': 1}, {}, {})
    """
    for name in names:
        given = given.get(name) if isinstance(given, Mapping) else None
    return given if isinstance(given, Mapping) else {}


def _printable(text: str) -> str:
    """Replace control characters by spaces: OpenReview abstracts contain NUL and backspace."""
    return CONTROL.sub(" ", text)


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters except tab and line feed."""
