"""Finds where sentences end, for the modules that divide a text into sentences or quote one."""

from __future__ import annotations

import re
from collections.abc import Iterator

ABBREVIATIONS = frozenset(
    """al approx ca cf ch dr e.g eg eq eqs fig figs i.e ie no p pp prof ref refs resp sec sect st
    tab viz vol vs etc""".split()
)
"""Words after which a full stop does not end a sentence."""
END = re.compile(r"(?P<stop>[.!?؟۔…]+[\"'”’)\]]*)\s+|[。！？]\s*")
END_OR_LINE = re.compile(rf"{END.pattern}|\n+")
BEGINS = re.compile(r"[\[(\"'“‘«]*[^\W_a-z]")
"""Start of a sentence after a full stop: anything but a small Latin letter."""


def find_ends(text: str, *, at_lines: bool = False) -> Iterator[tuple[int, int]]:
    """Yield the end of each sentence but the last, and the start of what follows it.

    Args:
        text: Any text.
        at_lines: Whether a line without a full stop is a sentence, such as a heading.
    """
    for match in (END_OR_LINE if at_lines else END).finditer(text):
        stop = match["stop"]
        if not stop or (BEGINS.match(text, match.end()) and _is_end(text, match.start(), stop)):
            yield match.span()


def _is_end(text: str, position: int, stop: str) -> bool:
    """Return whether a full stop ends a sentence, and not an abbreviation or an initial."""
    if stop[0] != ".":
        return True
    word = text[max(0, position - 12) : position].split()[-1:] or [""]
    bare = word[0].strip("([{\"'“‘«").lower()
    return not (bare in ABBREVIATIONS or (len(bare) == 1 and bare.isalpha()))
