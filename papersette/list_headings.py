"""Recognises the headings of reference lists, and of the text after them, in many languages.

The headings are data: list_headings.yml. Only the letters of a heading are compared, so that
"R EFERENCES", "8. References:" and "References" are equal.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

SHIPPED = Path(__file__).with_name("list_headings.yml")
NUMBERING = re.compile(r"(?:\(?\d{1,4}(?:\.\d{1,2})*\.?\)?|[A-Za-z][.)]|[IVXivx]{1,5}[.)]?)\s+")
NO_LETTERS = re.compile(r"[\W\d_]+")
LONGEST = 60
"""Longest line that is compared, in characters."""


@cache
def _kinds() -> dict[str, str]:
    """Map the letters of each heading to its kind: "lists", "weak" or "after"."""
    languages = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    order = ("after", "weak", "lists")  # a word that heads lists in any language is such a heading
    return {
        to_heading_key(heading): kind
        for kind in order
        for own in languages.values()
        for heading in own[kind]
    }


def to_heading_key(line: str) -> str:
    """Return the key by which headings are compared: the letters of a line, in lower case.

    >>> to_heading_key("R EFERENCES:")
    'references'
    """
    return NO_LETTERS.sub("", line.casefold())


def find_kind(line: str) -> str | None:
    """Return the kind of heading that a line is: "lists", "weak", "after", or None.

    A heading may have a number. Its letters may be separate, or doubled, as some PDFs print bold
    type.

    >>> [find_kind(line) for line in ("8. Literature", "LITERATUR", "RReeffeerreenncceess")]
    ['weak', 'lists', 'lists']
    """
    if not line or len(line) > LONGEST or line[-1] in ",;.-":
        return None
    kinds = _kinds()
    letters = to_heading_key(line)
    if kind := kinds.get(letters):
        return kind if not any(c.isdigit() for c in line) or NUMBERING.match(line) else None
    if len(letters) > 7 and letters[::2] == letters[1::2]:
        return kinds.get(letters[::2])
    numbering = NUMBERING.match(line)
    return kinds.get(to_heading_key(line[numbering.end() :])) if numbering else None
