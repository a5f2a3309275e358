"""Other queries made from one: relaxed, without one of its parts, more and less strict."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from papersette.search.analysis import to_terms
from papersette.search.parser import MOST_CLAUSES, STOP_WORDS, parse
from papersette.search.query import SENTENCE_WORDS, AnyOf, Near, Node, Query, Term, in_parentheses


def to_relaxed(query: Query, nodes: Collection[Node] | None = None) -> Query | None:
    """Return the query with phrases and NEAR taken apart into words, or None if it has none.

    Args:
        query: What was typed.
        nodes: The clauses to take apart, by default all.


    >>> to_relaxed(parse('"zebra gan" "deep learning"'), parse('"zebra gan"').clauses).clauses[0]
    Term(text='zebra', field=None, is_prefix=False, is_phrase=False)
    """
    clauses: list[Node] = []
    for node in query.clauses:
        clauses += (_take_apart(node) if nodes is None or node in nodes else []) or [node]
    if tuple(clauses) == query.clauses:
        return None
    return replace(query, clauses=tuple(dict.fromkeys(clauses))[:MOST_CLAUSES], ignored=())


def _take_apart(node: Node) -> list[Node]:
    if isinstance(node, Near):
        return [word for term in node.terms for word in _take_apart(term) or [term]]
    if isinstance(node, Term) and not node.is_facet and node.field != "author":
        words = [w for w in re.split(r"[\s\-_/.:\\$]+", node.text) if to_terms(w)]
        if len(words) > 1 or (words and words[0] != node.text):
            kept = [w for w in words if w.lower() not in STOP_WORDS] or words
            # "gpt-2" without its "gpt" would find every paper with a 2.
            kept = [w for w in kept if len(w) > 1 and not w.isdecimal()] or kept
            return [Term(w, node.field, node.is_prefix and w == words[-1]) for w in kept]
    return []


def has_near(typed: str) -> bool:
    """Tell whether a query asks for words near each other."""
    return any(isinstance(node, Near) for node in parse(typed).clauses)


def to_chips(typed: str) -> list[tuple[str, str]]:
    """Return each part of a query as shown, with the query without that part.

    >>> to_chips('gan OR vae "deep learning" -lstm in:text')[0]
    ('gan OR vae', '"deep learning" -lstm in:text')
    """
    query = parse(typed)
    parts = [str(node) for node in query.clauses]
    parts += [f"-{in_parentheses(node)}" for node in query.excluded]
    parts += [f"in:{query.scope}"] if query.scope else []
    return [(part, " ".join(parts[:i] + parts[i + 1 :])) for i, part in enumerate(parts)]


def to_strictness(typed: str) -> dict[str, str]:
    """Return the same plain words as a phrase, all of them, and any of them.

    Empty where that makes no difference: a query with fields or operators says how it is meant.

    >>> to_strictness("noisy gradients")
    {'phrase': '"noisy gradients"', 'all': 'noisy gradients', 'any': 'noisy OR gradients'}
    """
    query = parse(typed)
    if query.excluded or query.scope or query.ignored or len(query.clauses) >= SENTENCE_WORDS:
        return {}
    words = _plain_words(query.clauses)
    if not 2 <= len(words) < SENTENCE_WORDS:
        return {}
    return {"phrase": f'"{" ".join(words)}"', "all": " ".join(words), "any": " OR ".join(words)}


def _plain_words(clauses: Sequence[Node]) -> list[str]:
    if len(clauses) == 1 and isinstance(clauses[0], Term) and clauses[0].is_phrase:
        return [] if clauses[0].field else clauses[0].text.split()
    if len(clauses) == 1 and isinstance(clauses[0], AnyOf):
        clauses = clauses[0].nodes
    words = [n.text for n in clauses if isinstance(n, Term) and n.is_plain_word]
    return words if len(words) == len(clauses) else []
