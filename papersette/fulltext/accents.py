"""Puts the loose accents of TeX's old fonts over their letters.

The rule: those fonts print é as two glyphs, and an engine gives them as it met them: ´e, e´, or Bartok´ for Bartók.
Where the accent's box lies tells the letter; an accent that no letter takes stays as it is, for it may be a hat in a formula.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˚": "\u030a",
    "¯": "\u0304",
} | {"¸": "\u0327"}
ABOVE = "´¨ˆ˜ˇ˚¯"
"""Accents that are nothing else; a backtick can be a quotation mark or an ell."""
NEAR = 80
"""How many characters before and after an accent its letter can be: to the ends of its line, as ALT 2019 has it."""


def compose(letter: str, accent: str) -> str | None:
    """The letter with the accent, or None where Unicode has no such letter.

    >>> compose("ı", "¨"), compose("q", "´")
    ('ï', None)
    """
    composed = unicodedata.normalize("NFC", ("i" if letter == "ı" else letter) + COMBINING[accent])
    return composed if len(composed) == 1 else None


def put_in_place(text: str, box_of: Callable[[int], Box]) -> str:
    """The text of a page with each loose accent moved onto the letter that it stands over, and the gap it left closed.

    `box_of` gives the box of the character at a place in the text, as pdfium's text page does.
    """
    places = [i for i, c in enumerate(text) if c in COMBINING and c not in "`¯˜"]
    if not places:
        return text
    characters = list(text)
    for place in places:
        letter = _letter_under(text, place, box_of)
        if letter is not None and (composed := compose(text[letter], text[place])):
            characters[letter] = composed
            characters[place] = ""
            _close_gap(characters, letter, box_of)
    return "".join(characters)


def _letter_under(text: str, place: int, box_of: Callable[[int], Box]) -> int | None:
    """The place of the letter whose box holds the middle of the accent's, on the same line."""
    left, bottom, right, top = box_of(place)
    middle, height = (left + right) / 2, max(top - bottom, 1.0)
    for i in sorted(
        range(max(0, place - NEAR), min(len(text), place + NEAR)), key=lambda i: abs(i - place)
    ):
        if i != place and (text[i].isalpha()) and text[i].isascii():
            box = box_of(i)
            if box[0] <= middle <= box[2] and abs(box[3] - bottom) < 2.5 * height:
                return i
    return None


def _close_gap(characters: list[str], letter: int, box_of: Callable[[int], Box]) -> None:
    """Take away a space beside the letter where the page has none: an accent between makes engines write "Szepesv ´ ari"."""
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


def _is_letter(characters: list[str], place: int) -> bool:
    return 0 <= place < len(characters) and characters[place].isalpha()
