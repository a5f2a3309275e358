"""Finds where sentences end, for the modules that divide a text into sentences or quote one."""

from __future__ import annotations

import re
from collections.abc import Iterator

ABBREVIATIONS = frozenset(
    """al approx ca cf ch dr e.g eg eq eqs fig figs i.e ie no p pp prof ref refs resp sec secs sect
    st tab viz vol vs""".split()
)
"""Words after which a full stop does not end a sentence; "etc." before a capital does."""
END = re.compile(r"(?P<stop>[.!?؟۔…]+[\"'”’)\]]*)\s+|[。！？]\s*")
END_OR_LINE = re.compile(rf"{END.pattern}|\n+")
BEGINS = re.compile(r"[\[(\"'“‘«]*(?P<first>[^\W_])")
"""Start of a text, with its first letter or digit."""
CONTEXT = 12
"""Number of characters before a full stop in which an abbreviation is looked for."""


def find_ends(text: str, *, at_lines: bool = False) -> Iterator[tuple[int, int]]:
    """Yield the end of each sentence but the last, and the start of what follows it.

    Args:
        text: Any text.
        at_lines: Whether a line without a full stop is a sentence, such as a heading.

    >>> text = "We train nets (cf. Fig. 2). They work for all x. As A. Turing said, why?"
    >>> [text[start:] for _, start in find_ends(text)]
    ['They work for all x. As A. Turing said, why?', 'As A. Turing said, why?']
    """
    for match in (END_OR_LINE if at_lines else END).finditer(text):
        if not match["stop"] or _is_end(text, match.start(), match["stop"], match.end()):
            yield match.span()


def _is_end(text: str, position: int, stop: str, following: int) -> bool:
    """Return whether a full stop ends a sentence, and not an abbreviation or an initial.

    Any letter begins a sentence, unless it is a small one; many scripts have no capitals.
    """
    begins = BEGINS.match(text, following)
    if begins is None or begins["first"].islower():
        return False
    before = text[max(0, position - CONTEXT) : position]
    if stop[0] != "." or not before or before[-1].isspace():
        return True
    word = before.split()[-1].strip("([{\"'“‘«")
    return not (word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isupper()))
