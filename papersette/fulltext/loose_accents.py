"""Join accents that a text file or an engine left beside their letters.

"Scho¨lkopf" and "Sch¨olkopf" become "Schölkopf". accents.py uses the boxes of a PDF for this; here
only the text is known. So an accent is joined only inside a word, and with letters that have it in
Latin-1 and Latin Extended-A. The accents of formulas, quotation marks and code are not changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile

from papersette.fulltext.accents import COMBINING, compose

LETTERS = {
    "´": "AEIOUYaeiouyCNSZcnsz",
    "`": "AEOUaeou",
    "¨": "AEIOUaeiou",
    "ˆ": "AEIOUaeiou",
    "˜": "ANOano",
    "˚": "AUau",
    "¸": "CSTcst",
    "ˇ": "CDENRSTZcdenrstz",
    "˝": "OUou",
    "˘": "AGag",
}
"""Letters that each accent belongs to in names and words; ŷ and ŝ are more often formulas."""
FORMULA = "ˆ˜`"
"""Accents also used in formulas and code: they need a letter on both sides."""
LOOSE = re.compile(f"[{''.join(LETTERS)}]")
SPACED = re.compile(" ([\u0300\u0301\u0308\u030a\u030c\u0327])(?<=[A-Za-z]..)(?=[A-Za-zı])")
"""A combining accent after a space, which newer versions of pdftotext write for a loose accent."""
SPACING = {combining: accent for accent, combining in COMBINING.items()}
VOWELS = "AEIOUYaeiouy"
SHORT_WORDS = frozenset(
    "a al and are as at by de et for from in is of on or the to we with".split()
)
"""Words that continue a sentence, so that the space before them separates words."""
SHORTEST = 3
"""Letters of the shortest word with a joined accent: a shorter one is a formula, "yˆi"."""
FULL_NAME = 4
"""Letters of the shortest name whose last letter may have a backtick: "Nicolo`"."""
APOSTROPHE = re.compile("n´t\\b|[bdfghjklmpqrtvwx]´s\\b|´(?:ll|ve)\\b")
LINE_END_HYPHEN = re.compile("[-\x02\ufffe\u00ad](?:\r?\n|\\w)")
FOLLOWERS = (*"aeiouh",)
"""Letters that do not follow ć, ń, ś and ź."""
MINUS = re.compile(r"\d ?´|´ ?\d")


@dataclass(frozen=True)
class Habits:
    """How a document uses loose accents."""

    after: bool | None = None
    """Whether accents follow their letters; None if every case is ambiguous."""
    apostrophe: bool = False
    """Whether ´ is also an apostrophe, "don´t"."""
    minus: bool = False
    """Whether ´ is also a minus sign, as some fonts of formulas encode it."""


UNKNOWN = Habits()


def find_habits(text: str) -> Habits:
    """Return how a document uses loose accents, from its unambiguous cases.

    >>> find_habits("Ju¨rgen Valde´s").after, find_habits("J¨urgen Ren´e").after
    (True, False)
    """
    votes = 0
    for found in LOOSE.finditer(text):
        i, accent = found.start(), found[0]
        left, right = text[i - 1 : i], text[i + 1 : i + 2]
        if accent in "¸`" or not (left.isalpha() and right.isalpha()) or right in "iı":
            continue  # a dotless i follows its accent in either kind of document
        votes += (left in LETTERS[accent]) - (right in LETTERS[accent])
    acute = "\n".join(line for line in text.split("\n") if "´" in line)
    return Habits(
        None if votes == 0 else votes > 0,
        bool(APOSTROPHE.search(acute)),
        len(MINUS.findall(acute)) > 1,
    )


def join_loose(text: str, habits: Habits | None = None) -> str:
    """Return text with each loose accent joined to its letter; `habits` are the document's.

    >>> join_loose("Scho¨lkopf, J¨ urgen, Valde´s, mod`ele, na¨ıve, yˆi, a ˆ b, `word'")
    "Schölkopf, Jürgen, Valdés, modèle, naïve, yˆi, a ˆ b, `word'"
    """
    if any(accent in text for accent in SPACING):
        text = SPACED.sub(lambda found: SPACING[found[1]], text)
    if not any(accent in text for accent in LETTERS):
        return text
    accents = [found.start() for found in LOOSE.finditer(text)]
    habits = habits or find_habits(text)
    characters = list(text)
    for i in accents:
        letter = _find_letter(text, i, habits)
        if letter is None or not _is_in_word(text, i, letter, habits):
            continue
        composed = compose(characters[letter], text[i])
        if composed:
            characters[letter], characters[i] = composed, ""
            for space in _gaps(text, i, letter):
                characters[space] = ""
    return "".join(characters)


def _takes(text: str, index: int, accent: str) -> bool:
    letter = text[index : index + 1] if index >= 0 else ""
    return bool(letter) and ("i" if letter == "ı" else letter) in LETTERS[accent]


def _is_letter(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index].isalpha()


def _find_letter(text: str, i: int, habits: Habits) -> int | None:
    """Return the index of the letter that takes the accent at `i`, or None."""
    accent = text[i]
    if accent in (text[i - 1 : i], text[i + 1 : i + 2]):
        return None  # "``word"
    left, right = _takes(text, i - 1, accent), _takes(text, i + 1, accent)
    if left and not right and _starts_alone(text, i) and _takes(text, i + 2, accent):
        right_index = i + 2  # "C´ esar"
        return right_index if _prefers_right(text, i - 1, i + 2, accent, habits) else i - 1
    if left and right:
        return i + 1 if _prefers_right(text, i - 1, i + 1, accent, habits) else i - 1
    if left or right:
        return i - 1 if left else i + 1
    if accent in FORMULA:
        return None
    if _is_letter(text, i - 1) and text[i + 1 : i + 2] == " " and _takes(text, i + 2, accent):
        return i + 2  # "J¨ urgen"
    if text[i - 1 : i] == " " and _is_letter(text, i + 1) and _takes(text, i - 2, accent):
        return i - 2  # "Scho ¨lkopf"
    if (
        text[i - 1 : i] == " " == text[i + 1 : i + 2]
        and _is_name(_word_before(text, i - 1))
        and _takes(text, i + 2, accent)
        and (text[i + 2] in "iı" or not _takes(text, i - 2, accent))
    ):
        return i + 2  # "Szepesv ´ ari"
    return None


def _prefers_right(text: str, left: int, right: int, accent: str, habits: Habits) -> bool:
    """Whether, of two letters that could have the accent, the one after it has it."""
    if accent == "¸":
        return False  # it follows c, s and t even if other accents precede their letters
    one, other = text[left], text[right]
    if other == "ı":
        return True
    if other == "i" and accent == "¨":  # "na¨ive", but Finnish "-äinen"
        return one in "aeo" and text[right + 1 : right + 4] != "nen"
    if other == "i" and accent == "´":  # "Garc´ia", "Lu´is", but "re´investir"
        return one not in "eE"
    if accent == "´" and other not in VOWELS and text[right + 1 : right + 2] in FOLLOWERS:
        return False  # "pre´sent", "Fre´chet"
    if habits.after is not None:
        return not habits.after
    if accent == "˜":  # "Mun˜oz", "Joa˜o"
        return other in "nN" and one not in "nN"
    return other in VOWELS and one not in VOWELS


def _starts_alone(text: str, i: int) -> bool:
    """Whether the accent at `i` is between a single capital and a space with a small letter."""
    return (
        text[i] not in FORMULA
        and text[i - 1].isupper()
        and not _is_letter(text, i - 2)
        and text[i + 1 : i + 2] == " "
        and text[i + 2 : i + 3].islower()
    )


def _word_before(text: str, end: int) -> str:
    letters = takewhile(
        lambda c: c.isalpha() or c in LETTERS, reversed(text[max(0, end - 40) : end])
    )
    return "".join(letters)[::-1]


def _word_after(text: str, start: int) -> str:
    return "".join(takewhile(lambda c: c.isalpha() or c in LETTERS, text[start : start + 40]))


def _is_name(word: str) -> bool:
    letters = LOOSE.sub("", word)
    return len(letters) >= SHORTEST and letters[0].isupper() and letters[1:].islower()


def _gaps(text: str, i: int, letter: int) -> list[int]:
    """Return the indexes of spaces beside the accent at `i` that do not separate words."""
    if letter < i - 1:
        return [i - 1]
    if letter > i + 1:
        return [i + 1] if text[i - 1] != " " else [i - 1, i + 1]
    if letter == i - 1 and text[i + 1 : i + 2] == " " and text[i] not in FORMULA:
        after = _word_after(text, i + 2)
        inside = _starts_alone(text, i) or (
            text[i] == "¨" and (after.islower() or (after.isupper() and text[letter].isupper()))
        )
        if inside and after and after not in SHORT_WORDS:
            return [i + 1]  # "E´ tienne", "Ho¨ lder"
    return []


def _is_in_word(text: str, i: int, letter: int, habits: Habits) -> bool:
    """Whether the accent at `i` belongs to a word rather than a formula, quotation or code."""
    gaps = _gaps(text, i, letter)
    before = _word_before(text, min(i, *gaps) if gaps else i)
    after = _word_after(text, max(i, *gaps) + 1 if gaps else i + 1)
    start, end = min(i, *gaps, i) - len(before), max(i, *gaps, i) + 1 + len(after)
    word = LOOSE.sub("", before + after)
    hyphen = bool(LINE_END_HYPHEN.match(text, end))
    if len(word) < SHORTEST and not (hyphen and len(word) > 1 and text[i] not in FORMULA):
        return False
    if text[start - 1 : start] and text[start - 1] in "_^\\=0123456789":
        return False
    if (before[-1:].islower() or len(before) == 1) and after[:1].isupper() and not word.isupper():
        return False  # "d´Alembert", a formula
    if gaps and after in SHORT_WORDS:
        return False
    if text[i] in FORMULA:
        return _is_in_plain_word(text[i], before, after, word, letter < i)
    if text[i] == "´":
        return _is_acute(before, after, word, habits) and not _is_quoted(text, before, after, end)
    return not _is_quoted(text, before, after, end)


def _is_in_plain_word(accent: str, before: str, after: str, word: str, on_left: bool) -> bool:
    """Whether a hat, tilde or backtick is an accent: on an inner letter or at a name's end."""
    if not after:
        return accent == "`" and _is_name(word) and len(word) >= FULL_NAME
    if not before or (on_left and len(before) == 1) or (accent == "`" and len(word) < FULL_NAME):
        return False
    if accent == "`" and after == "s":
        return before[-1:] == "e"  # "Candès", but "portfolio`s"
    return word.islower() or word.isupper() or _is_name(word)


def _is_acute(before: str, after: str, word: str, habits: Habits) -> bool:
    """Whether ´ is an accent, rather than an apostrophe or a minus sign."""
    if habits.apostrophe and after in {"s", "t", "d", "m", "ll", "re", "ve"}:
        return False
    if after == "s" and word.islower():
        return "´" in before  # "procédés", but "there´s"
    if not before and word.islower():
        return habits.after is False  # "étale", but the quotation "´example"
    return not habits.minus or _is_name(word) or (word.isupper() and len(word) > SHORTEST)


def _is_quoted(text: str, before: str, after: str, end: int) -> bool:
    """Whether the accent opens or closes a quotation, ´word´."""
    if before and after:
        return False
    if before:
        return before[0] in LETTERS
    return after[-1:] in LETTERS or text[end : end + 1] in {"'", "’"}
