"""Divides a paper into introduction, related work, method, experiments, conclusion and appendix.

Only headings of the first level are used. A section that matches no other part is the method, as
its heading is specific to the paper. A page on which one part ends and the next begins is in both.
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
        r"experiment|result|evaluation|empirical|ablation|implementation|setup|dataset|simulation"
        r"|case stud|expérien",
    ),
    ("conclusion", r"conclu|discussion|future|summary|limitation"),
)
"""(kind, pattern of its headings); the first match is used."""


@dataclass(frozen=True)
class Part:
    """A range of pages."""

    kind: str
    first: int
    last: int


def to_kind(number: str, heading: str) -> str:
    """Return the kind of part that a numbered heading begins.

    >>> to_kind("4", "Experimental results"), to_kind("3", "Our model"), to_kind("B", "Proofs")
    ('experiments', 'method', 'appendix')
    """
    if number[:1].isalpha() and number[:1] not in "IVX":
        return "appendix"
    return next((kind for kind, words in KINDS if re.search(words, heading.lower())), "method")


def to_parts(
    headings: Sequence[tuple[str, str, int]], page_count: int, *, begin_pages: bool = False
) -> Iterator[Part]:
    """Yield the parts of a paper, from its headings in order: (number, heading, page).

    With `begin_pages`, each heading begins a page, so that no page is in two parts.
    """
    tops = [
        (number, heading, page)
        for number, heading, page in headings
        if "." not in number.strip(".")
    ]
    for i, (number, heading, page) in enumerate(tops):
        last = tops[i + 1][2] - begin_pages if i + 1 < len(tops) else page_count
        yield Part(to_kind(number, heading), page, max(page, last))
