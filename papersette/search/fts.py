"""Queries for SQLite's FTS5, which Datasette's own search boxes and the SQL of readers use."""

from __future__ import annotations

import json
from collections.abc import Iterable

from papersette.search.parser import parse
from papersette.search.query import AllOf, AnyOf, Function, Near, Node, Term, iterate_terms
from papersette.text import fold, number_variants, to_slug

NOTHING = '""'
"""The FTS5 expression that matches nothing."""
SHORTEST_EXPANDED = 5
"""Letters from which on a word is searched for in singular and plural."""
OF_VALUES = frozenset({"author", "affiliation", "tag"})
"""Fields of names and tags, whose words the texts need not have."""
MOST_WORDS = 48
"""Words that suggestions of a spelling are looked for."""


def to_match(typed: str) -> str:
    """Return one FTS5 expression for any table: all clauses, none of the excluded.

    Every word is quoted, so that nothing a reader types is syntax; fields are not read.

    >>> to_match('dropout OR "long short" -lstm')
    '((("dropout" OR "dropouts") OR "long short")) NOT ("lstm")'
    """
    query = parse(typed)
    wanted = " AND ".join(_to_match(node) for node in query.clauses)
    if not wanted:
        return NOTHING
    excluded = " OR ".join(_to_match(node) for node in query.excluded)
    return f"({wanted}) NOT ({excluded})" if excluded else wanted


def _to_match(node: Node) -> str:
    match node:
        case Term():
            return _either(f'"{form}"{" *" if node.is_prefix else ""}' for form in _forms(node))
        case Near():
            words = " ".join(_quoted(term.text) for term in node.terms)
            return f"NEAR({words}, {node.distance})"
        case AnyOf():
            return _either(map(_to_match, node.nodes))
        case AllOf():
            wanted = " AND ".join(map(_to_match, node.nodes)) or NOTHING
            excluded = " OR ".join(map(_to_match, node.excluded))
            return f"(({wanted}) NOT ({excluded}))" if excluded else f"({wanted})"
        case Function():
            return _quoted(node.argument)


def _forms(term: Term) -> list[str]:
    text = fold(term.text.replace('"', " "))
    is_exact = term.is_phrase or term.is_prefix or not text.isalpha()
    if is_exact or len(text) < SHORTEST_EXPANDED:
        return [text]
    return [text, *sorted(number_variants(text.lower()) - {text.lower()})]


def _quoted(text: str) -> str:
    return '"' + fold(text.replace('"', " ")) + '"'


def _either(matches: Iterable[str]) -> str:
    listed = list(matches)
    return f"({' OR '.join(listed)})" if len(listed) > 1 else listed[0]


def to_words(typed: str) -> str:
    """Return the words of a query that may be misspelt, as a JSON list, folded; not those of fields
    whose values the engine compares itself.

    >>> to_words("garden affiliation:standford title:moss")
    '["garden", "moss"]'
    """
    every = iterate_terms(parse(typed).clauses)
    terms = [term for term in every if not term.is_facet and term.field not in OF_VALUES]
    words = [w for t in terms if not t.is_prefix for w in to_slug(t.text).split("-")]
    spelled = [word for word in words if len(word) > 3 and word.isalpha()]
    return json.dumps(list(dict.fromkeys(spelled))[:MOST_WORDS], ensure_ascii=False)
