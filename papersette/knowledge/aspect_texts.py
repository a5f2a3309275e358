"""Finds what one paper says of each aspect: its background, its method and its results.

Headings divide the text of a paper into these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from papersette.knowledge.parts import to_kind

ASPECTS = {
    "background": frozenset({"introduction", "related"}),
    "method": frozenset({"method"}),
    "result": frozenset({"experiments", "conclusion"}),
}
"""Aspect -> the kinds of sections that it is made of."""
LONGEST = 20_000
"""Characters of an aspect that are compared."""
BEGINNING = 500
"""Characters of an aspect that the model reads."""
WORD = re.compile(r"[^\W\d_][\w-]{2,}")


@dataclass(frozen=True)
class Aspect:
    """What is compared of one aspect of one paper."""

    beginning: str
    """Of its text: what a model of meaning reads."""
    words: Mapping[str, int]
    """How often each word occurs, in lower case."""


Heading = tuple[str, str, int]
"""Number, heading and page."""


def find_aspects(
    headings: Sequence[Heading], pages: Sequence[tuple[int, str]]
) -> dict[str, Aspect]:
    """Return the aspects of a paper; nothing of those that it has no heading for.

    Args:
        headings: Of its sections, in order.
        pages: Number and text of each.
    """
    texts = to_aspect_texts(headings, pages)
    return {
        name: Aspect(to_beginning(text), Counter(WORD.findall(text.lower())))
        for name, text in texts.items()
    }


def to_aspect_texts(
    headings: Sequence[Heading], pages: Sequence[tuple[int, str]]
) -> dict[str, str]:
    """Return the text of each aspect of a paper; nothing of those that it has no heading for.

    >>> to_aspect_texts((("1", "Introduction", 1), ("2", "Experiments", 1)),
    ...     ((1, "A title\\n1 Introduction\\nWhy.\\n2 Experiments\\nWe run it."),))
    {'background': 'Why.', 'result': 'We run it.'}
    """
    found: dict[str, list[str]] = {}
    for kind, text in _cut_sections(headings, pages):
        aspect = next((name for name, kinds in ASPECTS.items() if kind in kinds), None)
        if aspect and text.strip():
            found.setdefault(aspect, []).append(text.strip())
    return {aspect: "\n".join(texts)[:LONGEST] for aspect, texts in found.items()}


def _cut_sections(
    headings: Sequence[Heading], pages: Sequence[tuple[int, str]]
) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each section of the first level."""
    whole, starts = "", {}
    for page, text in pages:
        starts[page] = len(whole)
        whole += text + "\n"
    tops = [h for h in headings if "." not in h[0].strip(".")]
    cuts = []
    for number, heading, page in tops:
        if page in starts:
            cuts.append((to_kind(number, heading), *_locate(whole, starts[page], number, heading)))
    for i, (kind, _, begin) in enumerate(cuts):
        end = cuts[i + 1][1] if i + 1 < len(cuts) else len(whole)
        yield kind, whole[begin:end]


def _locate(text: str, start: int, number: str, heading: str) -> tuple[int, int]:
    """Return where a heading begins and ends, from the start of its page; the start if unknown."""
    words = [re.escape(word) for word in f"{number} {heading}".split()]
    found = re.compile(r"^\s*" + r"[\s.:]*".join(words), re.IGNORECASE | re.MULTILINE)
    match = found.search(text, start)
    return match.span() if match else (start, start)


def to_beginning(text: str) -> str:
    """Return what the model reads of an aspect."""
    return " ".join(text[:BEGINNING].split())
