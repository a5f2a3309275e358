"""Which part of a paper a page belongs to: introduction, related work, method, experiments, conclusion, appendix.

The rule: the headings of the first level decide, those below belong to them; what is neither of the named parts is the method,
which every paper calls by a name of its own. A page on which one part ends and another begins belongs to both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

KINDS = (
    ("introduction", r"introduction|motivation|overview"),
    (
        "related",
        r"related|background|preliminar|prior work|previous work|notation|literature|travaux",
    ),
    (
        "experiments",
        r"experiment|result|evaluation|empirical|ablation|implementation|setup|dataset|simulation|case stud|expérien",
    ),
    ("conclusion", r"conclu|discussion|future|summary|limitation"),
)
"""Kind -> what its headings say; the first that fits."""


@dataclass(frozen=True)
class Part:
    """A stretch of pages."""

    kind: str
    first: int
    last: int


def to_kind(number: str, heading: str) -> str:
    """
    >>> to_kind("4", "Experimental results"), to_kind("3", "A gardener's view"), to_kind("B", "Proofs")
    ('experiments', 'method', 'appendix')
    """
    if number[:1].isalpha() and number[:1] not in "IVX":
        return "appendix"
    return next((kind for kind, words in KINDS if re.search(words, heading.lower())), "method")


def to_parts(headings: Sequence[tuple[str, str, int]], page_count: int) -> Iterator[Part]:
    """The parts of a paper from its headings in order: (number, heading, page)."""
    tops = [
        (number, heading, page)
        for number, heading, page in headings
        if "." not in number.strip(".")
    ]
    for place, (number, heading, page) in enumerate(tops):
        last = tops[place + 1][2] if place + 1 < len(tops) else page_count
        yield Part(to_kind(number, heading), page, max(page, last))
