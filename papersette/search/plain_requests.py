"""Translates requests in plain words into fields: "which papers cite Geoffrey Hinton?" becomes
cites:"Geoffrey Hinton".

A request is translated only if the collection knows every name in it; otherwise the words
themselves are searched for. Years, sessions and institutions become fields, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from papersette.search.facet_terms import AUTHORS_AND_YEAR
from papersette.search.parser import LEAD_IN
from papersette.search.request_years import YEAR, take_years

IsKnown = Callable[[str, str], bool]
"""Takes a field and a name; returns whether the field finds any paper by that name."""
ToField = Callable[[str, IsKnown], str | None]
"""Takes a name; returns it as a field of a query, or None if the name is not known."""

PAPERS = re.compile(
    r"(?:(?:find|give|list|show)\s+(?:me\s+)?)?(?:do(?:es)?\s+)?"
    r"(?:(?:which|what|all|any|an?|the|quels?|quelles?|les|des)\s+)*"
    r"(?:who|(?:paper|article|publication|work)s?|studies|qui"
    r"|(?:أي|ما|من)\s+(?:الأوراق|ورقة)|الأوراق|أوراق|من)\s+"
    r"(?:(?:here|that|which|who|have|has|are|qui|ont|التي)\s+)*",
    re.IGNORECASE,
)
"""The beginning that says papers are wanted: "find all papers that", "who"."""
CITES = r"(?:cit(?:es?|ed|ing|ent)|refer(?:s|red|ring)?\s+to)\s+|[تي]ستشهد\s+ب(?:ـ|\s)*"
USES = (
    r"(?:us(?:es?|ed|ing)|utilisent?|appl(?:y|ies|ied|ying)|employ(?:s|ed|ing)?"
    r"|(?:train|test|evaluat)(?:e|s|es|ed|ing)?\s+on)\s+|[تي]ستخدم\s+"
)
WRITTEN_BY = r"(?:(?:written\s+)?by|(?:écrits?\s+)?par)\s+"
AT_INSTITUTION = re.compile(
    r"(?:(?:(?:written\s+)?by|de|par)\s+)?"
    r"(?:(?:authors?|people|researchers?|scientists|auteurs?|chercheurs|باحثين)\s+)?"
    r"(?:affiliated\s+with|at|from|chez|de|du|من|في)\s+(?:the\s+|la\s+|l['’])?(?P<name>.+)",
    re.IGNORECASE,
)
"""Papers of an institution: "from Stanford", "by authors at Google"."""
NOT = r"(?:(?:do(?:es)?\s+not|do(?:es)?n['’]t|not|without|sans)\s+)"
REQUEST = re.compile(
    f"(?P<not>{NOT})?(?:(?P<cites>{CITES})|(?P<uses>{USES})|(?P<author>{WRITTEN_BY}))(?P<names>.+)",
    re.IGNORECASE | re.DOTALL,
)
NEXT = re.compile(
    r"(?<!n['’]t)(?<!\bdo)(?<!\bdoes)(?<!\bnot)(?<!\bwithout)(?<!\bsans)"
    r"(?:,\s*|\s+)(?:(?:and|but|et|mais)\s+|و\s*)?(?:(?:that|which|who|qui|التي)\s+)?"
    rf"(?={NOT}?(?:{CITES}|{USES}))",
    re.IGNORECASE,
)
"""Separates two requests of one sentence: "use dropout and cite Hinton"."""
BETWEEN_TERMS = re.compile(r",?\s+(?:and|on|with|et|sur|avec)\s+|\s*,\s*", re.IGNORECASE)
BETWEEN_CHOICES = re.compile(r",?\s+(?:or|ou|أو)\s+|\s*,\s*", re.IGNORECASE)
CHOICE = re.compile(r"\s(?:or|ou|أو)\s", re.IGNORECASE)
EXCEPT = re.compile(
    r",?\s+(?:(?:but|and)\s+not|without|except|mais\s+pas|sans|بدون)\s+", re.IGNORECASE
)
"""Separates wanted names from unwanted ones: "MNIST without dropout"."""
BETWEEN_UNWANTED = re.compile(r",?\s+(?:and|or|et|ou|أو)\s+|\s*,\s*", re.IGNORECASE)
YEAR_FIRST = re.compile(
    rf"(?P<year>{YEAR})\s+(?=(?:papers|articles|publications)\b)", re.IGNORECASE
)
"""A year before the word "papers": "2020 papers about moss"."""
TOPIC_FIRST = re.compile(
    r"(?P<topic>.+?)\s+(?:papers|articles|publications)\s+(?=\S)", re.IGNORECASE
)
"""A topic before the word "papers", with years after it: "moss papers since 2019"."""
LINK = re.compile(r"(?:(?:that|which|who|are|were|qui|sont|التي)\s+)+", re.IGNORECASE)
"""Words between "papers" and the condition that they must meet: "that are"."""
ABOUT = re.compile(rf"(?:{LINK.pattern})?(?:(?:about|on|sur|حول|عن)\s+)?", re.IGNORECASE)
IN_SESSION = re.compile(
    r"(?:(?:presented|given|held|présentés?)\s+)?(?:in|at|during|dans|في)\s+(?:the\s+|la\s+)?"
    r"(?:session\s+(?:(?:on|about|called|sur)\s+)?(?P<name>.+)|(?P<before>.+?)\s+session"
    r"|جلسة\s+(?P<arabic>.+))",
    re.IGNORECASE,
)
"""A session of the programme: "in the session on moss", "in the moss session"."""
ARTICLE = re.compile(r"(?:an?|the|les?|la)\s+", re.IGNORECASE)
TERM_FIELDS = ("dataset", "technique")
KIND = re.compile(
    r"(?:(?P<before>datasets?|techniques?|methods?)\s+)?(?P<name>.+?)"
    r"(?:\s+(?P<after>data\s?sets?|corpus|benchmark|techniques?|methods?|algorithms?"
    r"|architectures?|embeddings?|models?|networks?|optimi[sz]ers?))?",
    re.IGNORECASE,
)
"""A name with the kind of thing that it is."""
IN_BRACKETS = re.compile(r"\(([^()]*\b(?:19|20)\d\d[a-z]?)\)")
"""A year in parentheses, or authors and year: "Kingma & Ba (2015)", "(Kingma & Ba, 2015)"."""
SYNTAX = re.compile(r"[()*|]|:(?=\S)|\b(?:OR|NOT|NEAR)\b|(?:^|\s)-\w")
"""Operators of the query language, which a request in plain words does not have.

Quotation marks are not among them, as they may surround names."""
QUOTES = "\"'“”„«»"
LONGEST = 300
"""Largest number of characters of a request; longer text was pasted."""
TITLE_WORDS = 2
"""Smallest number of words of a title: "dropout" alone could be any work."""


def to_fields(typed: str, is_known: IsKnown) -> str | None:
    """Return a request in words as a query with fields; None if it is not such a request.

    >>> known = {("cites", "Geoffrey Hinton"), ("technique", "dropout"), ("dataset", "MNIST")}
    >>> to_fields("Who cites Geoffrey Hinton?", lambda *pair: pair in known)
    'cites:"Geoffrey Hinton"'
    >>> to_fields("papers using dropout on MNIST", lambda *pair: pair in known)
    'technique:dropout dataset:MNIST'
    """
    plain = IN_BRACKETS.sub(r" \1", typed)
    if len(typed) > LONGEST or SYNTAX.search(plain):
        return None
    asked = " ".join(plain.split()).rstrip("?!.؟ ")
    first = YEAR_FIRST.match(asked)
    wanted = _without(asked, YEAR_FIRST, LEAD_IN, PAPERS)
    if wanted == asked:
        return _to_topic_of_years(asked)
    # "Cite Kingma and Ba from 2014" asks for the year of their work.
    is_cited = re.search(rf"\b(?:{CITES})", wanted, re.IGNORECASE)
    wanted, year = take_years(_without(wanted, LINK), at_end=not is_cited)
    year = f"year:{first['year']}" if first else year
    parts = [_to_part(part, is_known) for part in NEXT.split(_without(wanted, LINK))]
    if all(parts):
        return " ".join(part for part in (*parts, year) if part)
    return _to_topic(wanted, year) if year else None


def _without(asked: str, *beginnings: re.Pattern[str]) -> str:
    """Return a text after removing each of these patterns, in turn, from its beginning."""
    for beginning in beginnings:
        if found := beginning.match(asked):
            asked = asked[found.end() :]
    return asked


def _to_topic_of_years(asked: str) -> str | None:
    """Return "moss papers since 2019" as fields; None if no years are asked for."""
    found = TOPIC_FIRST.match(asked)
    if not found:
        return None
    rest, year = take_years(asked[found.end() :])
    return f"{found['topic']} {year}" if year and not rest else None


def _to_topic(asked: str, year: str) -> str | None:
    """Return the topic of a request, with the year; None if it asks for something else."""
    if not asked:
        return year
    topic = _without(asked, ABOUT)
    if found := REQUEST.match(topic):
        topic = found["names"] if found["uses"] and not found["not"] else ""
    return f"{topic} {year}" if topic and not IN_SESSION.fullmatch(topic) else None


def _to_part(asked: str, is_known: IsKnown) -> str | None:
    """Return the condition after "papers" as fields; None if it is not one or a name is unknown."""
    if in_session := IN_SESSION.fullmatch(asked.strip()):
        name = in_session["name"] or in_session["before"] or in_session["arabic"]
        return _to_field(("session",), name, is_known)
    at = AT_INSTITUTION.fullmatch(asked.strip())
    if at and (field := _to_field(("affiliation",), at["name"], is_known)):
        return field
    found = REQUEST.fullmatch(asked.strip())
    if not found:
        return None
    names = found["names"].strip()
    if found["author"]:
        return _to_field(("author", "affiliation"), names, is_known)
    to_one: ToField = _to_cited if found["cites"] else _to_term
    is_title = found["cites"] and EXCEPT.search(names) and _to_work(names, is_known)
    wanted, *unwanted = [names] if is_title else EXCEPT.split(names)
    if found["not"]:
        wanted, unwanted = "", [wanted, *unwanted]
    fields = [_to_wanted(wanted, to_one, is_known)] if wanted else []
    for name in (name for listed in unwanted for name in BETWEEN_UNWANTED.split(listed)):
        field = to_one(name, is_known)
        fields.append(field and f"-{field}")
    return " ".join(field for field in fields if field) if all(fields) else None


def _to_wanted(names: str, to_one: ToField, is_known: IsKnown) -> str | None:
    """Return names as fields; papers need one of them if "or" joins them, otherwise all.

    Returns None if a name is not known.
    """
    is_title = to_one is _to_cited and _to_work(names, is_known)
    if CHOICE.search(names) and not is_title:
        choices = [to_one(name, is_known) for name in BETWEEN_CHOICES.split(names)]
        return f"({' OR '.join(c for c in choices if c)})" if all(choices) else None
    if is_title or to_one is _to_cited:
        return to_one(names, is_known)
    fields = [_to_term(name, is_known) for name in BETWEEN_TERMS.split(names)]
    return " ".join(field for field in fields if field) if all(fields) else None


def _to_work(named: str, is_known: IsKnown) -> str | None:
    """Return the field for a cited work named by title, or by authors and year; None if unknown."""
    is_long = len(named.split()) >= TITLE_WORDS
    return _to_field(("cited",), named, is_known) if is_long else None


def _to_cited(named: str, is_known: IsKnown) -> str | None:
    """Return the field for a cited name or work; None if unknown. A year indicates a work."""
    if AUTHORS_AND_YEAR.fullmatch(named):
        return _to_work(named, is_known)
    return _to_field(("cites",), named, is_known) or _to_work(named, is_known)


def _to_term(named: str, is_known: IsKnown) -> str | None:
    """Return the field for a dataset or technique: "MNIST", "MNIST dataset"; None if unknown."""
    plain = ARTICLE.sub("", named.strip())
    if field := _to_field(TERM_FIELDS, plain, is_known):
        return field
    found = KIND.fullmatch(plain)
    if not found:
        return None
    kind = (found["before"] or found["after"] or "").lower()
    is_dataset = kind.startswith(("data", "corpus", "benchmark"))
    fields = TERM_FIELDS if not kind else TERM_FIELDS[:1] if is_dataset else TERM_FIELDS[1:]
    return _to_field(fields, found["name"], is_known)


def _to_field(fields: tuple[str, ...], name: str, is_known: IsKnown) -> str | None:
    """Return `field:name` for the first field that knows the name; None if none does."""
    name = name.strip(QUOTES)
    field = next((field for field in fields if is_known(field, name)), None)
    if field is None or '"' in name:
        return None
    return f"{field}:{name}" if re.fullmatch(r"[\w-]+", name) else f'{field}:"{name}"'
