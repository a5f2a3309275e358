"""Convert the fields of sources to the values of records, in the same way for every source.

An empty field is None. Nothing is guessed: a value that cannot be interpreted is None.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from babel.core import get_global

from papersette.names import parse_name
from papersette.sources.month_names import is_filler, to_month

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


MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|sc|u|p|br|span|jats:\w+)(?:\s[^<>]*)?/?>", re.I)
"""Tags that reference managers put into titles; other text in < > is kept."""


def to_plain(value: Any, *, lines: bool = False) -> str | None:
    """Return text without the tags and entities of HTML; with `lines`, with its line breaks.

    >>> to_plain("<i>Moss</i> &amp; fern, a < b")
    'Moss & fern, a < b'
    """
    if value is None or isinstance(value, (dict, list)):
        return None
    text = html.unescape(MARKUP.sub("", str(value)))
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


def to_year(value: Any) -> int | None:
    """Return the first plausible year of a value: 2019 for "2019", 2019.0 and "Spring 2019"."""
    match = re.search(r"(?<!\d)(1[5-9]|20)\d\d(?!\d)", str(value))
    return int(match.group()) if match else None


def check_year(value: Any) -> str | None:
    """Return a reason if a value is given, but has no year.

    >>> check_year("in press"), check_year("2019a"), check_year(None)
    ('has the year “in press”, which is none; write it as 2019', None, None)
    """
    text = to_text(value)
    if text is None or to_year(text):
        return None
    return f"has the year “{text[:80]}”, which is none; write it as 2019"


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


NAMED_NUMBER = re.compile(r"^(?:vol(?:ume)?|issue|no|number)\b\.?\s*(?=\d)", re.I)
NAMED_PAGES = re.compile(r"^p(?:p|ages?)?\b\.?\s*(?=\w)", re.I)
PAGE = r"(?:[A-Za-z]{0,3}\d[\w.:]*|[ivxlcdm]+)"
"""A page number: 12, S12, e1004, 7:12 or xii."""
HYPHEN = re.compile(rf"(?<!\w)({PAGE})\s*[-\u2010\u2011]\s*(?={PAGE}\b)", re.I)
DASH = re.compile(r"\s*(?:-{2,}|[\u2012-\u2015\u2212])\s*")
NO_PAGES = EMPTY | {"na", "no"}
"""What stands for unknown pages, as in Wiley's "n/a-n/a" and "no-no"."""


def to_issue(value: Any) -> str | None:
    """Return a volume or an issue as text, without the word before its number.

    >>> to_issue(12.0), to_issue("Vol. 12"), to_issue("3-4"), to_issue("No. 3"), to_issue("")
    ('12', '12', '3-4', '3', None)
    """
    text = NAMED_NUMBER.sub("", to_text(value) or "")
    return re.sub(r"^(\d+)\.0$", r"\1", text) or None


def to_pages(first: Any, last: Any = None) -> str | None:
    """Return pages as "12–20", or an article number; None if there are none.

    Args:
        first: The first page, all pages, or an article number.
        last: The last page, if the source gives it apart.

    >>> to_pages("12--20"), to_pages("S3", "S9"), to_pages("pp. 1-5, 7"), to_pages("e1004")
    ('12–20', 'S3–S9', '1–5, 7', 'e1004')
    >>> to_pages("04-1--04-9"), to_pages("47-"), to_pages("5", 5), to_pages("n/a-n/a")
    ('04-1–04-9', '47', '5', None)
    """
    begin, end = _to_range(first), _to_range(last)
    if not begin or not end or "–" in begin:
        return begin or end
    return end if "–" in end or begin == end else f"{begin}–{end}"


def are_counts(cells: Iterable[Any]) -> bool:
    """Return whether the cells of a column of pages are only numbers: the papers' lengths.

    >>> are_counts(["12", None, 8]), are_counts(["12", "7-9"]), are_counts([])
    (True, False, False)
    """
    texts = [text for cell in cells if (text := to_text(cell))]
    return bool(texts) and all(map(str.isdecimal, texts))


def _to_range(value: Any) -> str | None:
    """Return pages with an en dash between the first and the last.

    A hyphen between numbers is a dash only where no dash is written.
    """
    text = DASH.sub("–", NAMED_PAGES.sub("", to_text(value) or ""))
    text = text if "–" in text else HYPHEN.sub(r"\1–", text)
    text = re.sub(r"^(\d+)\.0$", r"\1", text.strip(" –-+,.?"))
    first, _, last = text.partition("–")
    if set(re.split("[-–]", text.lower())) <= NO_PAGES:
        return None
    return first if first == last else text


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
EXCEL = date(1899, 12, 30)
"""Day 0 of the numbers by which spreadsheets store dates."""
SERIALS = range(20_000, 60_000)
"""Such numbers from 1954 to 2064."""
WRITE_DATE = "write it as 2019-03-12"


def find_day_first(dates: Iterable[Any]) -> bool | None:
    """Return whether the day comes before the month in dates such as 25/03/2019; None if unknown.

    >>> find_day_first(["12/03/2019", "25/03/2019"]), find_day_first(["12/03/2019"])
    (True, None)
    """
    texts = (re.match(r"\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}", str(date)) for date in dates)
    pairs = [(int(found[1]) > 12, int(found[2]) > 12) for found in texts if found]
    first, second = any(pair[0] for pair in pairs), any(pair[1] for pair in pairs)
    return None if first == second else first


def read_date(value: Any, day_first: bool | None = None) -> tuple[str | None, str | None]:
    """Return an ISO date as precise as the value, and a reason if not all of it could be used.

    `day_first` tells the order of day and month, if other dates of the source show it.

    >>> read_date("11.06.2019"), read_date("43536"), read_date("May 3, 2019")
    (('2019-06-11', None), ('2019-03-12', None), ('2019-05-03', None))
    >>> read_date("12/03/2019")[0], read_date("soon")[0], read_date("12 de marzo de 2019")[0]
    ('2019', None, '2019-03-12')
    """
    text = _to_plain_digits(to_text(value) or "")
    if not text:
        return None, None
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and int(text[:5]) in SERIALS:
        return (EXCEL + timedelta(days=int(text[:5]))).isoformat(), None
    if re.fullmatch(r"(?:19|20)\d{6}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    year = to_year(text)
    if year is None:
        return None, f"has the date “{text[:80]}”, which is none; {WRITE_DATE}"
    parts = re.findall(r"\d+|[^\W\d_]+", re.split(r"[T ]\d\d?:", text)[0])
    orders = _to_orders(parts, True if "." in text else day_first)
    found = {iso for order in orders if (iso := to_date(*order)) and len(iso) > 4}
    if len(found) == 1:
        return found.pop(), None
    if text == str(year) or re.fullmatch(r"\d{4}\.0", text):
        return str(year), None
    what = "which may be of two days" if found else "which cannot be read"
    return str(year), f"has the date “{text[:80]}”, {what}; only the year is used: {WRITE_DATE}"


def _to_plain_digits(text: str) -> str:
    """Return a text with Arabic and other digits as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _to_orders(parts: list[str], day_first: bool | None) -> list[tuple[str, ...]]:
    """Return the possible (year, month, day) of the parts of a date, as far as they are valid."""
    numbers = [part for part in parts if part.isdigit()]
    months = [part for part in parts if to_month(part)]
    months = [part for part in months if not is_filler(part)] or months  # "mar. 2 avril"
    years = [number for number in numbers if len(number) == 4]
    rest = [number for number in numbers if len(number) < 3]
    known = len(numbers) + sum(bool(to_month(part)) or is_filler(part) for part in parts)
    if len(years) != 1 or known < len(parts):
        return []
    if months:
        return [(years[0], months[0], *rest[:1])]
    if numbers[0] == years[0] and 0 < len(rest) < 3:
        orders = [tuple(numbers)]
    elif len(rest) == 2:
        orders = [(years[0], rest[1], rest[0])] * (day_first is not False)
        orders += [(years[0], rest[0], rest[1])] * (not day_first)
    else:
        orders = [(years[0], rest[0])] if len(rest) == 1 else []
    return [order for order in orders if (to_date(*order) or "").count("-") == len(order) - 1]


def to_date(year: Any, month: Any = None, day: Any = None) -> str | None:
    """Return an ISO date, as precise as the parts are; None without a year.

    >>> to_date("2012", "October", "5"), to_date(2012, "Spring"), to_date("2012", "10")
    ('2012-10-05', '2012', '2012-10')
    """
    found = to_year(year)
    if not found:
        return None
    text = str(month or "").strip()
    number = to_month(text) or _to_small(text, 12)
    days = _to_small(str(day or "").strip(), 31)
    if not number:
        return str(found)
    if days and days > monthrange(found, number)[1]:
        days = None
    return f"{found}-{number:02d}" + (f"-{days:02d}" if days else "")


def _to_small(digits: str, most: int) -> int | None:
    number = int(digits) if re.fullmatch("[0-9]{1,2}", digits) else 0
    return number if 0 < number <= most else None


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


def to_date_parts(given: Any) -> list[Any]:
    """Return year, month and day of a date in CSL JSON, as far as they are given.

    >>> to_date_parts({"date-parts": [["2014", 5]]}), to_date_parts({"raw": "May 2014"})
    (['2014', 5], [])
    """
    parts = to_object(given).get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    return first[:3] if isinstance(first, list) else []


def _printable(text: str) -> str:
    """Replace control characters by spaces: OpenReview abstracts contain NUL and backspace."""
    return CONTROL.sub(" ", text)


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters except tab and line feed."""
