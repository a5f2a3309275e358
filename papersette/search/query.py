"""The query language: what a reader types becomes FTS5 expressions. docs/search.md describes it for readers.

The rule: whatever is typed is a query. What follows the language is read by it; everything else is words; nothing is an
error, and nothing a reader types reaches FTS5 unquoted. The plugins share it: it imports nothing but keys.py.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product

from papersette.text import fold, number_variants, to_slug

FIELDS = {
    "title": "title",
    "abstract": "abstract tldr",
    "tag": "tags",
    "author": "authors",
    "venue": "venue",
    "year": "year",
    "body": "body",
    "references": "refs",
}
"""Word before the colon -> columns of papers_text_fts."""
PARTS = ("introduction", "related", "method", "experiments", "conclusion", "appendix")
"""Words before the colon that ask for pages of one part of papers, where headings tell it."""
FACET_FIELDS = {
    "session": "session",
    "decision": "decision",
    "dataset": "dataset",
    "technique": "technique",
    "cites": "cites",
    "cited": "cited",
    "lang": "language",
    "language": "language",
    "has": "has",
}
"""Word before the colon -> a facet of the table facets; the rest of its name may follow: dataset:cifar finds cifar-10."""
ONE_OF = {"venue", "year", "decision", "language"}
"""Facets of which a paper has one value: two that are chosen mean either. Of the others, a paper must have both."""
SCOPES = {"text": "title abstract tldr tags authors venue year body", "references": "refs"}
"""What in: restricts a search to -> columns of papers_text_fts."""
SHORTEST_VARIED = 5
"""Letters of a word from which on its other number is searched for, too: of "gan" or "nas", it would be another word."""
SENTENCE = 6
"""Words from which on a query is a sentence and says enough without other numbers of its words: measured in docs/search.md."""
SHORT_FIELDS = {"title", "abstract", "tag", "author"}
"""The fields that papers_fts has, too; pages_fts has body alone."""
PAGE_FIELDS = {None, "body", "references", *PARTS}
"""The fields that are asked of pages."""
NOTHING = '""'
"""The FTS5 expression that matches nothing."""
MOST_GROUPS = 48
"""Words of one query that count; a pasted page has more. They are bits of a 63-bit mask in metadata.yml."""
LONGEST_QUERY = 5000
FUNCTION_WORDS = frozenset(
    """a about an and are as at be been but by can do does for from had has have how i if in into is it its of on or our
    that the their them then there these they this to was we were what when where which who why will with would you
    au aux ce ces cette dans de des du elle en est et il la le les leur ne ou par pas pour qu que qui se ses son sont sur
    un une""".split()
)
"""English and French words that say nothing about a paper; beside other words they are not searched for."""

TOKEN = re.compile(
    r'(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|"'
)
NEARNESS = re.compile(r"NEAR(?:/(\d{1,3}))?")
"""Between two words: within ten words of each other, or as many as the number says."""
NEAR_WORDS = 10
NEAR_GROUP = re.compile(r"NEAR\(([^()]*?)(?:,\s*(\d{1,3})\s*)?\)")
"""The same as FTS5 writes it: NEAR(dropout lstm, 5)."""
MOST_VARIANTS = 16
"""Of words that shall be near each other, so many combinations of singular and plural are searched for."""
GROUPING = re.compile(r"(?<!\S)(-?)\(+|\)+(?!\S)")
"""Parentheses around words: OR binds closest, so that they are seldom needed; "f(x)" keeps its own."""
QUOTES = str.maketrans("“”„«»‟", '""""""', "\x00")


@dataclass(frozen=True)
class Term:
    """A word, prefix or phrase, perhaps in one field."""

    text: str
    field: str | None = None
    prefix: bool = False
    phrase: bool = False
    varied: bool = True
    """Whether its other number is searched for, too."""
    near: tuple[Term, ...] = ()
    """Words and phrases that must stand within `distance` words of it."""
    distance: int = 0

    def to_match(self, columns: str | None = None) -> str:
        """As an FTS5 expression: quoted, so that no character of it is syntax.

        >>> Term("C++ code", phrase=True).to_match("title")
        '{title} : "C++ code"'
        """
        alternatives = self._alternatives()
        quoted = f"({' OR '.join(alternatives)})" if len(alternatives) > 1 else alternatives[0]
        return f"{{{columns}}} : {quoted}" if columns else quoted

    def _alternatives(self) -> list[str]:
        quoted = [f'"{text}"' + (" *" if self.prefix else "") for text in self._variants()]
        if not self.near:
            return quoted
        together = product(quoted, *(term._alternatives() for term in self.near))
        return [
            f"NEAR({' '.join(words)}, {self.distance})" for words in islice(together, MOST_VARIANTS)
        ]

    def _variants(self) -> list[str]:
        """The word and its plural or singular; a phrase or a prefix is meant as it stands."""
        text = self.text.replace('"', " ")
        if (
            self.phrase
            or self.prefix
            or not self.varied
            or len(text) < SHORTEST_VARIED
            or not text.isalpha()
        ):
            return [text]
        return [text, *sorted(number_variants(text) - {text.lower()})]

    def beside(self, other: Term, distance: int) -> Term | None:
        """It with another near it; None where one of them is no word, or asked for elsewhere."""
        if self.facet or other.facet or other.field not in {None, self.field}:
            return None
        return replace(self, near=(*self.near, replace(other, field=None)), distance=distance)

    def opened(self) -> list[Term]:
        """The words of it, if it is a phrase or has others near it."""
        terms = [
            replace(term, field=self.field, near=(), distance=0) for term in (self, *self.near)
        ]
        words = [word for term in terms for word in term._words()]
        return words if len(words) > 1 else []

    def _words(self) -> list[Term]:
        if not self.phrase:
            return [self]
        return [
            Term(word, self.field)
            for word in self.text.split()
            if any(_is_indexed(c) for c in word)
        ]

    @property
    def facet(self) -> dict[str, str] | None:
        """What of the table facets it asks for, or None where it asks for words: a field that is a facet, a span of years."""
        if self.field == "year" and ".." in self.text:
            first, _, last = self.text.partition("..")
            return {"facet": "year", "first": first, "last": last}
        if self.field in FACET_FIELDS:
            slug = to_slug(self.text)
            return {
                "facet": FACET_FIELDS[self.field],
                "first": slug,
                "last": slug,
                "prefix": f"{slug}-",
            }
        return None

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.phrase else self.text + "*" * self.prefix
        near = " NEAR " if self.distance == NEAR_WORDS else f" NEAR/{self.distance} "
        return (f"{self.field}:" if self.field else "") + near.join([text, *map(str, self.near)])


Group = tuple[Term, ...]
"""Alternatives: a OR b."""


@dataclass(frozen=True)
class Query:
    """What was typed, as read: all of `groups`, none of `excluded`; `ignored` was not searched for."""

    groups: tuple[Group, ...] = ()
    excluded: tuple[Term, ...] = ()
    ignored: tuple[str, ...] = ()
    scope: str | None = None
    """ "text" or "references", where the search is for that part of papers alone."""


@lru_cache(maxsize=256)
def parse(typed: str) -> Query:
    """Read what was typed. Never raises.

    >>> [str(term) for group in parse('title:"deep learning" sgd* -gan').groups for term in group]
    ['title:"deep learning"', 'sgd*']
    """
    groups: list[list[Term]] = []
    excluded: list[Term] = []
    ignored: list[str] = []
    latest: list[Term] = []
    joining = negated = False
    scope, distance = None, 0
    for match in TOKEN.finditer(_to_plain(typed)):
        word = match["word"] or ""
        if (match["field"] or "").lower() == "in" and (asked := _to_scope(word)):
            scope = asked
        elif word in {"OR", "|"} and groups and not match["minus"]:
            joining = True
        elif (
            (near := NEARNESS.fullmatch(word))
            and latest
            and not match["minus"]
            and not match["field"]
        ):
            distance = int(near[1] or NEAR_WORDS)
        elif word in {"NOT", "AND"} and not match["field"]:
            negated = word == "NOT"
        elif (term := _to_term(match)) is None:
            ignored += [match[0]] if match[0] != '"' else []
        else:
            apart = match["minus"] or negated
            if (
                distance
                and not apart
                and not joining
                and (together := latest[-1].beside(term, distance))
            ):
                latest[-1] = together
            else:
                if not apart and not joining:
                    groups.append([])
                latest = excluded if apart else groups[-1]
                latest.append(term)
            joining, negated, distance = False, False, 0
    ignored += ["NEAR"] if distance else []
    kept = _without_function_words(groups, ignored)
    if len(kept) >= SENTENCE:
        kept = [tuple(replace(term, varied=False) for term in group) for group in kept]
    return Query(
        tuple(kept[:MOST_GROUPS]),
        tuple(excluded),
        (*ignored, *(str(g[0]) for g in kept[MOST_GROUPS:])),
        scope,
    )


def _to_plain(typed: str) -> str:
    """What was typed with plain quotes, without parentheses around words, and NEAR between the words that it is about."""
    plain = fold(typed[:LONGEST_QUERY]).translate(QUOTES)
    return GROUPING.sub(" ", NEAR_GROUP.sub(_to_nearness, plain))


def _to_nearness(match: re.Match[str]) -> str:
    return f" NEAR/{match[2] or NEAR_WORDS} ".join(re.findall(r'"[^"]*"|[^\s"]+', match[1]))


def _to_scope(word: str) -> str | None:
    """
    >>> _to_scope("refs"), _to_scope("body"), _to_scope("elsewhere")
    ('references', 'text', None)
    """
    names = {"text": "text", "body": "text", "references": "references"}
    return next(
        (scope for name, scope in names.items() if word and name.startswith(word.lower()[:3])), None
    )


def _to_term(match: re.Match[str]) -> Term | None:
    """The term of a token, or None where it has nothing that is indexed: no letter and no digit."""
    field = (match["field"] or "").lower()
    text = match["phrase"] if match["phrase"] is not None else match["word"] or ""
    field = next(
        (part for part in PARTS if len(field) > 2 and part.startswith(field.removesuffix("s"))),
        field,
    )
    if (
        field and field not in FIELDS and field not in FACET_FIELDS and field not in PARTS
    ):  # "foo:bar" is two words
        text, field = f"{match['field']}:{text}", ""
    prefix = match["phrase"] is None and text.endswith("*")
    if not any(_is_indexed(c) for c in text):
        return None
    if field == "year" and (years := re.fullmatch(r"(\d{4})?\.\.(\d{4})?", text)):
        text = f"{years[1] or '0000'}..{years[2] or '9999'}"
    return Term(
        text.rstrip("*") if prefix else text,
        field or None,
        prefix,
        phrase=match["phrase"] is not None,
    )


def _is_indexed(c: str) -> bool:
    """Whether FTS5's unicode61 makes a token of it: letters, digits, private use."""
    return unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "Co"


def _without_function_words(groups: list[list[Term]], ignored: list[str]) -> list[Group]:
    distinct = list(dict.fromkeys(tuple(group) for group in groups))
    content = [group for group in distinct if not _is_function_word(group)]
    if content and len(content) < len(distinct):
        ignored += [str(group[0]) for group in distinct if _is_function_word(group)]
        return content
    return distinct


def _is_function_word(group: Group) -> bool:
    (first, *others) = group
    return (
        not others
        and not first.phrase
        and not first.field
        and not first.near
        and first.text.lower() in FUNCTION_WORDS
    )


def opened(query: Query) -> Query | None:
    """The query with its phrases, and words near each other, opened into words; None where it has none to open."""
    groups: list[Group] = []
    for group in query.groups:
        words = group[0].opened() if len(group) == 1 else []
        groups += [(word,) for word in words] or [group]
    if tuple(groups) == query.groups:
        return None
    return Query(tuple(dict.fromkeys(groups))[:MOST_GROUPS], query.excluded, scope=query.scope)


def to_chips(typed: str) -> list[tuple[str, str]]:
    """How a query was read, part by part: as shown, and the query without that part.

    >>> to_chips('gan OR vae "deep learning" -lstm in:text')[0]
    ('gan OR vae', '"deep learning" -lstm in:text')
    """
    query = parse(typed)
    parts = [" OR ".join(map(str, group)) for group in query.groups]
    parts += [f"-{term}" for term in query.excluded]
    parts += [f"in:{query.scope}"] if query.scope else []
    return [
        (part, " ".join(parts[:place] + parts[place + 1 :])) for place, part in enumerate(parts)
    ]


def to_readings(typed: str) -> dict[str, str]:
    """The same words more and less strictly: as a phrase, all of them, any of them; {} where that makes no difference.

    Only of plain words or one phrase: what is written with fields and operators says itself how it is meant.

    >>> to_readings("noisy gradients")
    {'phrase': '"noisy gradients"', 'all': 'noisy gradients', 'any': 'noisy OR gradients'}
    """
    query = parse(typed)
    terms = [term for group in query.groups for term in group]
    if (
        query.excluded
        or query.scope
        or any(term.field or term.prefix or term.near for term in terms)
    ):
        return {}
    words = " ".join(term.text for term in terms).split()
    joined = {" ".join(map(str, terms)), " OR ".join(map(str, terms))}
    if not 2 <= len(words) < SENTENCE or not joined & {
        " ".join(words),
        " OR ".join(words),
        f'"{" ".join(words)}"',
    }:
        return {}
    return {"phrase": f'"{" ".join(words)}"', "all": " ".join(words), "any": " OR ".join(words)}


def to_terms(typed: str) -> str:
    """What the search SQL of metadata.yml joins with: JSON, one object for each group of each reading.

    Keys: reading (0 as typed, 1 with phrases opened), bit (place in the reading), label (as typed), the FTS5
    expressions whole (papers_text_fts), short (papers_fts) and page (pages_fts), part, which the page must belong to, and
    facets, a list of Term.facet.
    """
    query = parse(typed)
    readings = [query, *filter(None, [opened(query)])]
    rows = [
        {
            "reading": reading,
            "bit": bit,
            "label": " OR ".join(map(str, group)),
            "whole": _either(t.to_match(_to_columns(t, query.scope)) for t in group if _is_whole(t))
            or NOTHING,
            "short": _either(
                t.to_match(FIELDS.get(t.field or ""))
                for t in group
                if t.field in SHORT_FIELDS | {None}
            )
            or NOTHING,
            "page": _either(_to_page_match(t, query.scope) for t in group if t.field in PAGE_FIELDS)
            or NOTHING,
            "part": next((t.field for t in group if t.field in PARTS), None),
            "facets": [t.facet for t in group if t.facet],
        }
        for reading, groups in enumerate(r.groups for r in readings)
        for bit, group in enumerate(groups)
    ]
    return json.dumps(rows, ensure_ascii=False)


def to_excluded(typed: str) -> str | None:
    """The FTS5 expression over papers_text_fts of what must not be in a paper, or None."""
    return _either(
        term.to_match(FIELDS.get(term.field or ""))
        for term in parse(typed).excluded
        if not term.facet
    )


def to_choices(chosen: str, typed: str) -> str:
    """What the search is narrowed to, as JSON: what was chosen beside the results, and the facets excluded in the query.

    `chosen` is a JSON object of facets and their values, parted by commas, those with a minus excluded:
    {"tag": "gan,-vae"}. Each object of the answer has facet, first and last (values, the same unless a span), excluded, and
    place: choices of one place are alternatives.
    """
    rows: list[dict[str, object]] = []
    for facet, values in json.loads(chosen).items():
        for value in filter(None, str(values or "").split(",")):
            bare = value.removeprefix("-")
            place = facet if facet in ONE_OF else f"{facet}:{bare}"
            rows.append(
                {
                    "facet": facet,
                    "first": bare,
                    "last": bare,
                    "excluded": value != bare,
                    "place": place,
                }
            )
    rows += [
        {**term.facet, "excluded": True, "place": None}
        for term in parse(typed).excluded
        if term.facet
    ]
    return json.dumps(rows, ensure_ascii=False)


def to_words(typed: str) -> str:
    """The plain words of a query that may be misspelt, as a JSON list, in lower case without accents."""
    given = [word for group in parse(typed).groups for term in group for word in (term, *term.near)]
    terms = [term for term in given if not term.facet and not term.prefix]
    words = [
        word
        for term in terms
        for word in to_slug(term.text).split("-")
        if len(word) > 3 and word.isalpha()
    ]
    return json.dumps(list(dict.fromkeys(words))[:MOST_GROUPS], ensure_ascii=False)


def to_prefix(typed: str) -> str:
    """The FTS5 expression over titles for what is being typed: all its words, the last as a beginning."""
    words = [word for word in to_slug(typed).split("-") if word]
    return (
        "title : ("
        + " AND ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}" *'])
        + ")"
        if words
        else NOTHING
    )


def to_marked_html(passage: str | None) -> str:
    """A passage as HTML: escaped first, then what stands between ⟦ and ⟧, as the SQL of metadata.yml sets it, is marked.

    >>> to_marked_html("a <b> ⟦word⟧")
    'a &lt;b&gt; <mark>word</mark>'
    """
    return re.sub("⟦(.*?)⟧", r"<mark>\1</mark>", html.escape(passage or ""), flags=re.DOTALL)


def to_match(typed: str) -> str:
    """One FTS5 expression for any table: all groups, none of the excluded; fields are read as words."""
    query = parse(typed)
    wanted = " AND ".join(
        f"({_either(term.to_match() for term in group)})" for group in query.groups
    )
    if not wanted:
        return NOTHING
    return (
        f"({wanted}) NOT ({_either(t.to_match() for t in query.excluded)})"
        if query.excluded
        else wanted
    )


def _is_whole(term: Term) -> bool:
    """Whether it is asked of papers as a whole: not of a part of them, nor of what is known about them."""
    return term.facet is None and term.field not in PARTS


def _to_columns(term: Term, scope: str | None) -> str | None:
    return FIELDS.get(term.field or "") or SCOPES.get(scope or "")


def _to_page_match(term: Term, scope: str | None) -> str:
    if term.field in PAGE_FIELDS - {None}:
        return term.to_match("refs" if term.field == "references" else "body")
    return term.to_match({"text": "body", "references": "refs"}.get(scope or ""))


def _either(matches: Iterable[str]) -> str | None:
    return " OR ".join(matches) or None
