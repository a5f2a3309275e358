"""Reads requests in words for what fields find: "which papers cite Geoffrey Hinton?" is
cites:"Geoffrey Hinton".

A request is read so only where all the names in it are known; else its words are searched for.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from papersette.search.parser import LEAD_IN

IsKnown = Callable[[str, str], bool]
"""Tells whether a field finds anything by a name."""

PAPERS = re.compile(
    r"(?:(?:find|give|list|show)\s+(?:me\s+)?)?(?:do(?:es)?\s+)?"
    r"(?:(?:which|what|all|any|an?|the|quels?|quelles?|les|des)\s+)*"
    r"(?:who|(?:paper|article|publication|work)s?|studies|qui"
    r"|(?:أي|ما|من)\s+(?:الأوراق|ورقة)|الأوراق|أوراق|من)\s+"
    r"(?:(?:here|that|which|who|have|has|are|qui|ont|التي)\s+)*",
    re.IGNORECASE,
)
"""Who is asked for."""
CITES = r"(?:cit(?:es?|ed|ing|ent)|refer(?:s|red|ring)?\s+to)\s+|[تي]ستشهد\s+ب(?:ـ|\s)*"
USES = (
    r"(?:us(?:es?|ed|ing)|utilisent?|appl(?:y|ies|ied|ying)|employ(?:s|ed|ing)?"
    r"|(?:train|test|evaluat)(?:e|s|es|ed|ing)?\s+on)\s+|[تي]ستخدم\s+"
)
WRITTEN_BY = r"(?:(?:written\s+)?by|(?:écrits?\s+)?par)\s+"
REQUEST = re.compile(
    f"(?:(?P<cites>{CITES})|(?P<uses>{USES})|(?P<author>{WRITTEN_BY}))(?P<names>.+)",
    re.IGNORECASE | re.DOTALL,
)
NEXT = re.compile(rf"(?:,\s*|\s+)(?:and\s+|et\s+|و\s*)?(?=(?:{CITES}|{USES}))", re.IGNORECASE)
"""Between two requests: "use dropout and cite Hinton"."""
BETWEEN_TERMS = re.compile(r",?\s+(?:and|on|with|et|sur|avec)\s+|\s*,\s*", re.IGNORECASE)
TERM_FIELDS = ("dataset", "technique")
KIND = re.compile(
    r"(?:the\s+|les?\s+|la\s+)?"
    r"(?:(?P<before>datasets?|techniques?|methods?)\s+)?(?P<name>.+?)"
    r"(?:\s+(?P<after>data\s?sets?|corpus|benchmark|techniques?|methods?))?",
    re.IGNORECASE,
)
"""A name with the kind of thing that it is."""
SYNTAX = re.compile(r"[()*|]|:(?=\S)|\b(?:OR|NOT|NEAR)\b|(?:^|\s)-\w")
"""What a query has that is not in words. Quotation marks may be around names."""
QUOTES = "\"'“”„«»"
LONGEST = 300
"""Characters of a request; longer text is a pasted one."""
TITLE_WORDS = 2
"""Words of a title at least: "dropout" alone could be any work."""


def to_fields(typed: str, is_known: IsKnown) -> str | None:
    """Return a request in words as a query with fields; None if it is not such a request.

    >>> known = {("cites", "Geoffrey Hinton"), ("technique", "dropout"), ("dataset", "MNIST")}
    >>> to_fields("Who cites Geoffrey Hinton?", lambda *pair: pair in known)
    'cites:"Geoffrey Hinton"'
    >>> to_fields("papers using dropout on MNIST", lambda *pair: pair in known)
    'technique:dropout dataset:MNIST'
    """
    if len(typed) > LONGEST or SYNTAX.search(typed):
        return None
    asked = typed.strip().rstrip("?!.؟ ")
    wanted = asked
    for beginning in (LEAD_IN, PAPERS):
        if found := beginning.match(wanted):
            wanted = wanted[found.end() :]
    if wanted == asked:
        return None
    parts = [_to_part(part, is_known) for part in NEXT.split(wanted)]
    return " ".join(part for part in parts if part) if all(parts) else None


def _to_part(asked: str, is_known: IsKnown) -> str | None:
    """Return what comes after "papers" as fields; None if it is no request or not known."""
    found = REQUEST.fullmatch(asked.strip())
    if not found:
        return None
    names = found["names"].strip()
    if found["cites"]:
        return _to_field(("cites", *_title_field(names)), names, is_known)
    if found["author"]:
        return _to_field(("author",), names, is_known)
    fields = [_to_term(name, is_known) for name in BETWEEN_TERMS.split(names)]
    return " ".join(field for field in fields if field) if all(fields) else None


def _title_field(names: str) -> tuple[str, ...]:
    return ("cited",) if len(names.split()) >= TITLE_WORDS else ()


def _to_term(named: str, is_known: IsKnown) -> str | None:
    """Return the dataset or technique of a name, with "the … dataset" around it or not."""
    found = KIND.fullmatch(named.strip())
    if not found:
        return None
    kind = (found["before"] or found["after"] or "").lower()
    is_method = kind.startswith(("technique", "method"))
    fields = TERM_FIELDS if not kind else TERM_FIELDS[is_method : is_method + 1]
    return _to_field(fields, found["name"], is_known)


def _to_field(fields: tuple[str, ...], name: str, is_known: IsKnown) -> str | None:
    """Return `field:name` for the first field that knows a name."""
    name = name.strip(QUOTES)
    field = next((field for field in fields if is_known(field, name)), None)
    if field is None or '"' in name:
        return None
    return f"{field}:{name}" if re.fullmatch(r"[\w-]+", name) else f'{field}:"{name}"'
