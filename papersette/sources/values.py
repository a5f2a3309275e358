"""Turns what a source wrote in a field into the value of a record: the same way for every source.

The rule: an empty field is None. Nothing is guessed, and what cannot be understood is None rather than wrong.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

EMPTY = {"", "none", "null", "n/a", "nan"}
"""Spellings of "nothing" met in real tables: pandas writes nan, spreadsheets N/A, careless scripts None."""


def to_text(value: Any) -> str | None:
    """One line of text, or None where there is none.

    >>> to_text("  A title\\n broken over lines ")
    'A title broken over lines'
    >>> to_text("None") is None
    True
    """
    if value is None or isinstance(value, (dict, list)):
        return None
    text = " ".join(_printable(str(value)).split())
    return None if text.lower() in EMPTY else text


def to_paragraphs(value: Any) -> str | None:
    """Text that keeps its paragraphs (blank lines), or None: OpenReview breaks abstracts over lines inside sentences."""
    if value is None or isinstance(value, (dict, list)):
        return None
    paragraphs = [" ".join(p.split()) for p in re.split(r"\n\s*\n", _printable(str(value)))]
    text = "\n\n".join(p for p in paragraphs if p)
    return None if text.lower() in EMPTY else text


def to_list(value: Any, separators: str = ";|", *, repeated: bool = False) -> tuple[str, ...]:
    """The parts of a list, given as a list or as text with separators, without empty parts and, unless told, repetitions.

    >>> to_list("SGD; ; generalization;SGD")
    ('SGD', 'generalization')
    """
    if value is None:
        return ()
    parts = value if isinstance(value, list) else re.split(f"[{re.escape(separators)}]", str(value))
    texts = (to_text(part) for part in parts)
    given = [text for text in texts if text]
    return tuple(given if repeated else dict.fromkeys(given))


def to_year(value: Any) -> int | None:
    """The first plausible year in a value: "2019", 2019.0 and "Spring 2019" are 2019; "in press" is None."""
    match = re.search(r"(?<!\d)(1[5-9]|20)\d\d(?!\d)", str(value))
    return int(match.group()) if match else None


DECISIONS = (
    ("withdraw", "withdrawn"), ("desk", "desk reject"), ("reject", "reject"), ("workshop", "workshop"),
    ("oral", "oral"), ("spotlight", "spotlight"), ("poster", "poster"),
)  # fmt: skip
"""What a decision says -> the word for it; the first that fits, for "Desk Rejected" is more than a rejection."""


def to_decision(value: Any) -> str | None:
    """One word for what venues write in many ways; what says none of these stays as it is.

    >>> [to_decision(text) for text in ("Accept (Oral)", "ICLR 2024 poster", "Invite to Workshop Track", "Long")]
    ['oral', 'poster', 'workshop', 'Long']
    """
    text = to_text(value)
    return next((word for part, word in DECISIONS if part in (text or "").lower()), text)


def to_number(value: Any) -> float | None:
    """The number that a value is or begins with, as the rating "7: Good paper, accept" does."""
    match = re.match(r"\s*(-?\d+(?:\.\d+)?)", str(value)) if value is not None else None
    return float(match.group(1)) if match else None


def to_identifier(value: Any) -> str | None:
    """
    >>> to_identifier("https://openreview.net/forum?id=H1M7soActX")
    'H1M7soActX'
    """
    text = to_text(value)
    return text.rpartition("id=")[2] if text and text.startswith("http") and "id=" in text else text


def _printable(text: str) -> str:
    """Without control characters: OpenReview abstracts hold NUL and backspace where TeX was pasted."""
    return "".join(c if c in "\n\t" or unicodedata.category(c) != "Cc" else " " for c in text)
