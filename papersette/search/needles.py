"""Finds words in text as it is printed.

Text is searched as it stands, so that what is shown is what the paper says: no index is asked, and
matching folds case and accents character by character, which keeps every position.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from papersette.search.analysis import CJK, GREEK_SYMBOLS
from papersette.text import ARABIC, SIGNS, fold

MOST_OCCURRENCES = 10
"""Occurrences of one word that are looked at in one text."""
SHORT_TEXT = 1000
"""Characters of a text in which each needle is looked for with accents as well; in longer ones,
where folding takes long, only if nothing is found without."""

SELECTIVE = 6
"""Needles that choose a passage."""
BEGINNING = 3
"""Letters that words have in common which are found at once."""

ACCENTED = re.compile("[\u00b5\u00c0-\u024f\u0386-\u03f5\u1e00-\u1fff\u0622-\u0626\u0629\u0649]")
WORD = re.compile(r"[^\W_]+")
Occurrence = tuple[int, int, int, float]
"""Where a needle begins and ends in a text, the number of its clause, and its weight. A plain
tuple: a search makes thousands."""
ONE_BY_ONE = re.compile(f"{ARABIC.pattern}|{CJK.pattern}")
"""What makes a needle one that no plain pattern finds."""
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

    @property
    def is_plain(self) -> bool:
        """Whether it is words and nothing else, which a pattern finds."""
        special = self.is_prefix or self.tail or any(map(ONE_BY_ONE.search, self.words))
        return not special

    def find(self, folded: str, found: list[Occurrence], most: int) -> bool:
        """Add the occurrences in a text to `found`; tell whether there are any."""
        before = len(found)
        if ARABIC.search(self.words[0]):
            found += _find_arabic(fold_in_place(folded), self, most)
            return True  # for it, another spelling was allowed already
        found += _find_one(folded, self, most)
        return len(found) > before


class Needles(tuple[Needle, ...]):
    """Needles of one query, prepared to be found in many texts."""

    @cached_property
    def selective(self) -> Needles:
        """Those that choose a passage; the others are only marked in it."""
        by_weight = sorted(self, key=lambda one: one.weight * len(one.words), reverse=True)
        return Needles(by_weight[:SELECTIVE])

    @cached_property
    def groups(self) -> list[_Group]:
        """Plain words and phrases, those of one clause that begin alike together."""
        alike: defaultdict[tuple[object, ...], list[Needle]] = defaultdict(list)
        for needle in self:
            if needle.is_plain:
                begins = needle.words[0][:BEGINNING]
                alike[needle.clause, needle.weight, len(needle.words), begins].append(needle)
        return [_to_group(needles) for needles in alike.values()]

    @cached_property
    def others(self) -> list[Needle]:
        """Needles that are found one by one."""
        return [needle for needle in self if not needle.is_plain]


@dataclass(frozen=True)
class _Group:
    """Needles that are found at once, as the singular and the plural of a word."""

    beginning: str
    """Of the first word of all of them."""
    rest: tuple[str, ...]
    """Other words that all of them have."""
    pattern: re.Pattern[str]
    """Begins with letters, which are looked for quickest."""
    clause: int
    weight: float
    size: int

    def find(self, folded: str, found: list[Occurrence], most: int) -> bool:
        """Add the occurrences in a text to `found`; tell whether there are any."""
        start = folded.find(self.beginning)
        if start < 0 or (self.rest and any(word not in folded for word in self.rest)):
            return False
        clause, weight = self.clause, self.weight
        hits = itertools.islice(self.pattern.finditer(folded, start), most * self.size)
        own = [
            (*span, clause, weight)
            for span in [hit.span() for hit in hits]
            if not (span[0] and folded[span[0] - 1].isalnum())
        ]
        found += own
        return bool(own)


def _to_group(needles: Sequence[Needle]) -> _Group:
    firsts = [needle.words[0] for needle in needles]
    beginning = _common_beginning(firsts) if len(needles) > 1 else firsts[0]
    rest = set.intersection(*(set(needle.words[1:]) for needle in needles))
    one = needles[0]
    return _Group(
        beginning,
        tuple(rest),
        _to_pattern(beginning, tuple(needle.words for needle in needles)),
        one.clause,
        one.weight * len(one.words),
        len(needles),
    )


def _common_beginning(words: Sequence[str]) -> str:
    columns = zip(*words, strict=False)
    alike = itertools.takewhile(lambda letters: len(set(letters)) == 1, columns)
    return "".join(letters[0] for letters in alike)


@lru_cache(maxsize=4096)
def _to_pattern(beginning: str, phrases: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    endings = (r"[\W_]+".join(map(re.escape, words)) for words in phrases)
    length = len(re.escape(beginning))
    longest_first = sorted((ending[length:] for ending in endings), key=len, reverse=True)
    return re.compile(re.escape(beginning) + f"(?:{'|'.join(longest_first)})" + r"(?![^\W_])")


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
    return tuple(WORD.findall(fold_in_place(fold(unicodedata.normalize("NFKC", text)))))


def find(text: str, needles: Sequence[Needle], most: int = MOST_OCCURRENCES) -> list[Occurrence]:
    """Return the occurrences of the needles in a text, by position; longer ones first.

    Args:
        text: As it is shown.
        needles: What to find.
        most: Occurrences of one needle.
    """
    prepared = needles if isinstance(needles, Needles) else Needles(needles)
    low = to_lower(text)
    found: list[Occurrence] = []
    sought: list[_Group | Needle] = [*prepared.groups, *prepared.others]
    absent = [one for one in sought if not one.find(low, found, most)]
    if absent and not low.isascii() and (not found or len(low) < SHORT_TEXT):
        folded = fold_in_place(low)  # perhaps they are there with accents
        for one in absent:
            one.find(folded, found, most)
    found.sort()
    kept: list[Occurrence] = []
    start = end = 0
    for occurrence in found:
        first, last = occurrence[:2]
        if first >= end:
            kept.append(occurrence)
        elif first == start and last > end:
            kept[-1] = occurrence
        else:
            continue
        start, end = first, last
    return kept


def _find_one(folded: str, needle: Needle, most: int) -> Iterator[Occurrence]:
    """Return the occurrences of a needle that needs more than a pattern, at most so many."""
    return itertools.islice(_iterate_one(folded, needle), most)


def _iterate_one(folded: str, needle: Needle) -> Iterator[Occurrence]:
    first, *rest = needle.words
    weight = needle.weight * len(needle.words)
    is_bounded = not CJK.match(first)
    for start in _iterate_starts(folded, first):
        end = start + len(first)
        if is_bounded and start and folded[start - 1].isalnum():
            continue
        for word in rest:
            end = _match_next(folded, end, word)
            if end < 0:
                break
        if end < 0:
            continue
        if needle.is_prefix:
            yield start, _end_of_word(folded, end), needle.clause, weight
        elif needle.tail:
            if folded.startswith(needle.tail, end):
                yield start, end + len(needle.tail), needle.clause, weight
        elif not (is_bounded and folded[end : end + 1].isalnum()):
            yield start, end, needle.clause, weight


def _iterate_starts(text: str, word: str) -> Iterator[int]:
    """Yield where a word begins in a text, inside other words too."""
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + len(word))


@lru_cache(maxsize=256)
def _arabic_pattern(words: tuple[str, ...], is_prefix: bool) -> re.Pattern[str]:
    signed = r"[\W_]+".join(SIGN.join([*map(re.escape, word), ""]) for word in words)
    return re.compile(rf"(?<!\w){signed}" + (rf"[\w{SIGNS}]*" if is_prefix else r"(?!\w)"))


def _find_arabic(folded: str, needle: Needle, most: int) -> Iterator[Occurrence]:
    """Yield the occurrences of Arabic words, whatever signs are between their letters."""
    pattern = _arabic_pattern(needle.words, needle.is_prefix)
    for hit in itertools.islice(pattern.finditer(folded), most):
        yield *hit.span(), needle.clause, needle.weight * len(needle.words)


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
