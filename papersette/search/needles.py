"""Finds words in text as it is printed.

Text is searched as it stands, so that what is shown is what the paper says: no index is asked, and
matching folds case and accents character by character, which keeps every position.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from papersette.search.analysis import CJK, GREEK_SYMBOLS
from papersette.text import ARABIC, SIGNS, fold

MOST_OCCURRENCES = 10
"""Occurrences of one word that are looked at in one text."""
SHORT_TEXT = 1000
"""Characters of a text in which each needle is looked for with accents as well; in longer ones,
where folding takes long, only if nothing is found without."""

ACCENTED = re.compile("[\u00b5\u00c0-\u024f\u0386-\u03f5\u1e00-\u1fff\u0622-\u0626\u0629\u0649]")
WORD = re.compile(r"[^\W_]+")
SIGN = f"[\u0640{SIGNS}]*"
"""Vowel signs and tatweel, which may stand after every Arabic letter."""


@dataclass(frozen=True)
class Needle:
    """What to find: a word, a phrase, or the beginning of a word."""

    words: tuple[str, ...]
    """Folded: lower case without accents."""
    is_prefix: bool = False
    clause: int = 0
    """Which clause of the query it stands for; variants of a word share theirs."""
    weight: float = 1.0
    """How much it says; rare words say more."""
    tail: str = ""
    """Symbols that must follow, as in C++."""


class Occurrence(NamedTuple):
    """A needle found in a text."""

    start: int
    end: int
    clause: int
    weight: float


def _to_base(character: str) -> str:
    """Return a character without its accent, or itself where it has none."""
    base = unicodedata.normalize("NFKD", character)[0].lower()
    return base if base.isalnum() else character


@lru_cache(maxsize=1)
def _fold_table() -> dict[int, str | int]:
    ranges = [*range(0xC0, 0x250), *range(0x386, 0x3CF), *range(0x1E00, 0x2000)]
    table: dict[int, str | int] = {c: _to_base(chr(c)) for c in ranges if chr(c).isalpha()}
    arabic = dict(zip(map(ord, "أإآٱؤئىة"), "ااااوييه", strict=True))
    return (
        table
        | arabic
        | GREEK_SYMBOLS
        | {ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("ı"): "i"}
    )


def to_lower(text: str) -> str:
    """Return text in lower case, of the same length: "İ" would become two characters."""
    low = text.lower()
    if len(low) != len(text):
        return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return low


def fold_in_place(text: str) -> str:
    """Return text in lower case without accents, of the same length.

    >>> fold_in_place("Schölkopf İ")
    'scholkopf i'
    """
    low = to_lower(text)
    if low.isascii() or not ACCENTED.search(low):
        return low
    return low.translate(_fold_table())


def to_words(text: str) -> tuple[str, ...]:
    """Return the folded words of what was typed, as needles have them."""
    return tuple(WORD.findall(fold_in_place(fold(unicodedata.normalize("NFC", text)))))


def find(text: str, needles: Sequence[Needle], most: int = MOST_OCCURRENCES) -> list[Occurrence]:
    """Return the occurrences of the needles in a text, by position; longer ones first.

    Args:
        text: As it is shown.
        needles: What to find.
        most: Occurrences of one needle.
    """
    low = to_lower(text)
    found: list[Occurrence] = []
    absent = []
    for needle in needles:
        if ARABIC.search(needle.words[0]):
            found += _find_arabic(fold_in_place(low), needle, most)
            continue
        before = len(found)
        if (start := low.find(needle.words[0])) >= 0:
            _find_from(low, start, needle, found, most)
        if len(found) == before:
            absent.append(needle)
    if absent and not low.isascii() and (not found or len(low) < SHORT_TEXT):
        folded = fold_in_place(low)  # perhaps they are there with accents
        for needle in absent:
            if (start := folded.find(needle.words[0])) >= 0:
                _find_from(folded, start, needle, found, most)
    found.sort()
    kept: list[Occurrence] = []
    start = end = 0
    for hit in found:
        if hit.start >= end:
            kept.append(hit)
        elif hit.start == start and hit.end > end:
            kept[-1] = hit
        else:
            continue
        start, end = hit.start, hit.end
    return kept


def _find_from(folded: str, start: int, needle: Needle, found: list[Occurrence], most: int) -> None:
    """Add the occurrences of one needle, the first word of which is at `start` first."""
    first, *rest = needle.words
    if rest and not (needle.is_prefix or needle.tail or CJK.search(" ".join(needle.words))):
        _find_phrase(folded, start, needle, found)
        return
    length, size, count = len(first), len(folded), 0
    is_bounded = not CJK.match(first)
    while start >= 0 and count < most:
        end = start + length
        if not (is_bounded and start and folded[start - 1].isalnum()):
            for word in rest:
                end = _match_next(folded, end, word)
                if end < 0:
                    break
            is_inside = is_bounded and 0 <= end < size and folded[end].isalnum()
            if needle.tail:
                is_inside = not folded.startswith(needle.tail, end)
            if end >= 0 and (needle.is_prefix or not is_inside):
                end = _end_of_word(folded, end) if needle.is_prefix else end + len(needle.tail)
                found.append(Occurrence(start, end, needle.clause, needle.weight * (1 + len(rest))))
                count += 1
        start = folded.find(first, start + length)


def _find_phrase(folded: str, start: int, needle: Needle, found: list[Occurrence]) -> None:
    """Add the occurrences of several words one after the other, from `start` on."""
    if any(word not in folded for word in needle.words):
        return
    weight, count = needle.weight * len(needle.words), 0
    for hit in _phrase_pattern(needle.words).finditer(folded, start):
        begin, end = hit.span()
        if not (begin and folded[begin - 1].isalnum()):
            found.append(Occurrence(begin, end, needle.clause, weight))
            count += 1
            if count == MOST_OCCURRENCES:
                return


@lru_cache(maxsize=1024)
def _phrase_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a phrase. It begins with a letter, which is looked for quickest."""
    return re.compile(r"[\W_]+".join(map(re.escape, words)) + r"(?![^\W_])")


@lru_cache(maxsize=256)
def _arabic_pattern(words: tuple[str, ...], is_prefix: bool) -> re.Pattern[str]:
    signed = r"[\W_]+".join(SIGN.join([*map(re.escape, word), ""]) for word in words)
    return re.compile(rf"(?<!\w){signed}" + (rf"[\w{SIGNS}]*" if is_prefix else r"(?!\w)"))


def _find_arabic(folded: str, needle: Needle, most: int) -> Iterator[Occurrence]:
    """Yield the occurrences of Arabic words, whatever signs are between their letters."""
    pattern = _arabic_pattern(needle.words, needle.is_prefix)
    for hit in itertools.islice(pattern.finditer(folded), most):
        yield Occurrence(*hit.span(), needle.clause, needle.weight * len(needle.words))


def _match_next(folded: str, end: int, word: str) -> int:
    """Return where `word` ends if it is the next word after `end`, else -1."""
    if end < len(folded) and folded[end].isalnum() and not CJK.match(word):
        return -1
    while end < len(folded) and not folded[end].isalnum():
        end += 1
    return end + len(word) if folded.startswith(word, end) else -1


def _end_of_word(folded: str, end: int) -> int:
    while end < len(folded) and folded[end].isalnum():
        end += 1
    return end
