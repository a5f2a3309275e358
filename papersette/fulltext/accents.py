"""Combine the separate accents of TeX's old fonts with their letters.

These fonts print é as two glyphs, which an engine returns in the order of the file: ´e, e´, or
Bartok´ for Bartók. The position of the accent's bounding box determines the letter. An accent
without a letter is not changed: it may be a hat in a formula.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Box = tuple[float, float, float, float]
"""(left, bottom, right, top) of a box."""

COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˚": "\u030a",
    "¯": "\u0304",
    "¸": "\u0327",
    "˝": "\u030b",
    "˘": "\u0306",
}
PLACED = "´`¨ˆˇ˚¸"
"""Accents whose letter is found by the boxes."""
MAX_DISTANCE = 80
"""Largest distance in characters between an accent and its letter: ALT 2019 moves accents to the
end of the line."""


def compose(letter: str, accent: str) -> str | None:
    """Return the letter with the accent, or None if Unicode has no such letter.

    >>> compose("ı", "¨"), compose("q", "´")
    ('ï', None)
    """
    composed = unicodedata.normalize("NFC", ("i" if letter == "ı" else letter) + COMBINING[accent])
    return composed if len(composed) == 1 else None


def attach_accents(text: str, box_of: Callable[[int], Box]) -> str:
    """Return the text of a page with each separate accent combined with the letter below it.

    The gap left by the accent is closed. `box_of` returns the bounding box of the character at an
    index of the text, as pdfium's text page does.
    """
    accents = [i for i, c in enumerate(text) if c in PLACED]
    if not accents:
        return text
    characters = list(text)
    for accent in accents:
        letter = _letter_under(text, accent, box_of)
        if letter is not None and (composed := compose(text[letter], text[accent])):
            characters[letter] = composed
            characters[accent] = ""
            _close_gap(characters, letter, box_of)
    return "".join(characters)


def _letter_under(text: str, accent: int, box_of: Callable[[int], Box]) -> int | None:
    """Return the index of the letter on the same line whose box contains the accent's centre."""
    left, bottom, right, top = box_of(accent)
    middle, height = (left + right) / 2, max(top - bottom, 1.0)
    for i in sorted(
        range(max(0, accent - MAX_DISTANCE), min(len(text), accent + MAX_DISTANCE)),
        key=lambda i: abs(i - accent),
    ):
        if i != accent and (text[i].isalpha()) and text[i].isascii():
            box = box_of(i)
            if box[0] <= middle <= box[2] and abs(box[3] - bottom) < 2.5 * height:
                return i
    return None


def _close_gap(characters: list[str], letter: int, box_of: Callable[[int], Box]) -> None:
    """Remove a space beside the letter if it is not on the page: engines return "Szepesv ´ ari"."""
    own = box_of(letter)
    for step in (-1, 1):
        other = next(
            (i for i in range(letter + step, letter + 6 * step, step) if _is_letter(characters, i)),
            None,
        )
        if other is None or abs(other - letter) == 1:
            continue
        box = box_of(other)
        gap = own[0] - box[2] if step < 0 else box[0] - own[2]
        if abs(gap) < 0.15 * (own[3] - own[1]):
            for i in range(min(other, letter) + 1, max(other, letter)):
                characters[i] = "" if characters[i] == " " else characters[i]


def _is_letter(characters: list[str], index: int) -> bool:
    return 0 <= index < len(characters) and characters[index].isalpha()
