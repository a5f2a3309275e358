"""Reads the years of requests in words: "papers from 2020 about moss" is moss year:2020."""

from __future__ import annotations

import re

YEAR = r"(?:19|20)\d\d"
PUBLISHED = r"(?:(?:published|presented|written|parus?|publiés?)\s+)"
SINCE, AFTER, BEFORE = r"since|depuis|منذ", r"after|après|بعد", r"before|avant|قبل"
SPAN = re.compile(
    rf"(?:(?P<since>{SINCE})|(?P<after>{AFTER})|(?P<before>{BEFORE})"
    r"|from|in|of|between|de|en|entre|(?:من\s+|في\s+)?(?:عام|سنة))\s+"
    rf"(?P<first>{YEAR})(?:\s*(?:-|–|to|and|à|et)\s*(?P<last>{YEAR}))?\b(?!-)",
    re.IGNORECASE,
)
AT_START = re.compile(rf"{PUBLISHED}?(?={SPAN.pattern})", re.IGNORECASE)
AT_END = re.compile(
    rf"[\s,]+(?:{PUBLISHED}|(?=(?:{SINCE}|{AFTER}|{BEFORE}|from)\s))", re.IGNORECASE
)
"""Before the years at the end of a request. "Elections in 2016" is a topic."""


def to_years(found: re.Match[str]) -> str:
    """Return years as a field.

    >>> [to_years(SPAN.match(text)) for text in ("in 2020", "since 2019", "after 2019")]
    ['year:2020', 'year:2019..', 'year:2020..']
    >>> [to_years(SPAN.match(text)) for text in ("before 2019", "from 1999 to 2001")]
    ['year:..2018', 'year:1999..2001']
    """
    first, last = int(found["first"]), found["last"]
    if last:
        return f"year:{first}..{last}"
    if found["since"]:
        return f"year:{first}.."
    if found["after"]:
        return f"year:{first + 1}.."
    return f"year:..{first - 1}" if found["before"] else f"year:{first}"


def take_years(asked: str, *, at_end: bool = True) -> tuple[str, str | None]:
    """Return a request without the years that papers are asked from, and these as a field.

    Args:
        asked: What follows "papers".
        at_end: Whether years at the end are of the papers.

    >>> take_years("from 2020 about moss"), take_years("about moss since 2019")
    (('about moss', 'year:2020'), ('about moss', 'year:2019..'))
    >>> take_years("about elections in 2016")
    ('about elections in 2016', None)
    """
    if start := AT_START.match(asked):
        found = SPAN.match(asked, start.end())
        if found:
            return asked[found.end() :].lstrip(" ,"), to_years(found)
    for end in AT_END.finditer(asked) if at_end else ():
        if found := SPAN.fullmatch(asked, end.end()):
            return asked[: end.start()], to_years(found)
    return asked, None
