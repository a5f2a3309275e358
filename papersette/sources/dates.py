"""Read dates and years as sources write them, in digits or with names of months."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from papersette.sources.month_names import is_filler, to_month
from papersette.sources.values import to_object, to_text

EXCEL = date(1899, 12, 30)
"""Day 0 of the numbers by which spreadsheets store dates."""
SERIALS = range(20_000, 60_000)
"""Such numbers from 1954 to 2064."""
WRITE_DATE = "write it as 2019-03-12"


def to_year(value: Any) -> int | None:
    """Return the first plausible year of a value, in digits of any script.

    >>> to_year("Spring 2019"), to_year(2019.0), to_year("٢٠١٩"), to_year("in press")
    (2019, 2019, 2019, None)
    """
    match = re.search(r"(?<!\d)(1[5-9]|20)\d\d(?!\d)", _to_plain_digits(str(value)))
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
    if text.isascii():
        return text
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


def to_date_parts(given: Any) -> list[Any]:
    """Return year, month and day of a date in CSL JSON, as far as they are given.

    >>> to_date_parts({"date-parts": [["2014", 5]]}), to_date_parts({"raw": "May 2014"})
    (['2014', 5], [])
    """
    parts = to_object(given).get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    return first[:3] if isinstance(first, list) else []
