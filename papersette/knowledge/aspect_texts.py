"""Finds the text of each aspect of a paper: its background, its method and its results.

The headings of a paper divide its text into aspects.
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
"""Aspect -> kinds of sections that belong to it."""
LONGEST = 20_000
"""Largest number of characters of an aspect that are compared."""
BEGINNING = 500
"""Number of characters at the start of an aspect that the model reads."""
WORD = re.compile(r"[^\W\d_][\w-]{2,}")


@dataclass(frozen=True)
class Aspect:
    """The comparable data of one aspect of one paper."""

    beginning: str
    """Start of the text, for a model of meaning."""
    words: Mapping[str, int]
    """Number of occurrences of each word, in lower case."""


Heading = tuple[str, str, int]
"""(number, heading, page) of a section."""


def find_aspects(
    headings: Sequence[Heading], pages: Sequence[tuple[int, str]]
) -> dict[str, Aspect]:
    """Return the aspects of a paper for which it has headings.

    Args:
        headings: The headings of its sections, in order.
        pages: (number, text) of each page.
    """
    texts = to_aspect_texts(headings, pages)
    return {
        name: Aspect(to_beginning(text), Counter(WORD.findall(text.lower())))
        for name, text in texts.items()
    }


def to_aspect_texts(
    headings: Sequence[Heading], pages: Sequence[tuple[int, str]]
) -> dict[str, str]:
    """Return the text of each aspect of a paper for which it has headings.

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
    """Return where a heading begins and ends after a page's start; the start if it is not found."""
    words = [re.escape(word) for word in f"{number} {heading}".split()]
    found = re.compile(r"^\s*" + r"[\s.:]*".join(words), re.IGNORECASE | re.MULTILINE)
    match = found.search(text, start)
    return match.span() if match else (start, start)


def to_beginning(text: str) -> str:
    """Return the start of an aspect's text, for a model of meaning."""
    return " ".join(text[:BEGINNING].split())
