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

from ahocorasick_rs import AhoCorasick, MatchKind

from papersette.search.analysis import CJK, GREEK_SYMBOLS
from papersette.text import ARABIC, SIGNS, fold

MOST_MATCHES = 5000
"""Matches in one text that are looked at."""
SHORT_TEXT = 1000
"""Characters of a text in which each needle is looked for with accents as well; in longer ones,
where folding takes long, only if nothing is found without."""

ACCENTED = re.compile("[\u00b5\u00c0-\u024f\u0386-\u03f5\u1e00-\u1fff\u0622-\u0626\u0629\u0649]")
WORD = re.compile(r"[^\W_]+")
Occurrence = tuple[int, int, int, float]
"""Where a needle begins and ends in a text, the number of its clause, and its weight. A plain
tuple: a search makes thousands."""
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
    def is_bounded(self) -> bool:
        """Whether its first word is a whole word in a text, as of all but a few kinds."""
        first, *rest = self.words
        is_beginning = self.is_prefix and not rest
        is_word = first.isalnum() and not CJK.match(first) and not ARABIC.search(first)
        return is_word and not is_beginning

    def find_end(self, folded: str, end: int) -> int:
        """Return where the needle ends whose first word ends at `end`; -1 if the rest does not
        follow.
        """
        for word in self.words[1:]:
            end = _match_next(folded, end, word)
            if end < 0:
                return -1
        if self.is_prefix:
            return _end_of_word(folded, end)
        if self.tail:
            return end + len(self.tail) if folded.startswith(self.tail, end) else -1
        return -1 if folded[end : end + 1].isalnum() and not CJK.match(self.words[0]) else end

    def to_occurrence(self, start: int, end: int) -> Occurrence:
        """Return the needle found in a text from `start` to `end`."""
        return start, end, self.clause, self.weight * len(self.words)


class Needles(tuple[Needle, ...]):
    """Needles of one query, prepared to be found in many texts."""

    @cached_property
    def by_word(self) -> dict[str, list[Needle]]:
        """Those whose first words one automaton finds, by that word."""
        grouped: defaultdict[str, list[Needle]] = defaultdict(list)
        for needle in self:
            if needle.is_bounded:
                grouped[needle.words[0]].append(needle)
        return dict(grouped)

    @cached_property
    def others(self) -> list[Needle]:
        """Needles that are found one by one."""
        return [needle for needle in self if not needle.is_bounded]

    @cached_property
    def is_ascii(self) -> bool:
        """Whether all words to find are without letters beyond A to Z."""
        return all(word.isascii() for needle in self for word in needle.words)

    @cached_property
    def _automaton(self) -> AhoCorasick:
        # A whole word begins where no other does, so that only the longest is looked for there:
        # of many words that takes a third of the time of overlapping matches.
        return AhoCorasick(self.by_word, matchkind=MatchKind.LeftmostLongest)

    @cached_property
    def _choices(self) -> list[_Choice]:
        return [_to_choice(needles) for needles in self.by_word.values()]

    def find(self, folded: str) -> list[Occurrence]:
        """Return the occurrences of all needles in a text in lower case, in no order."""
        found = []
        choices = self._choices
        padded = f"{folded}  "  # what is before its first character is the last one
        for i, start, end in self._automaton.find_matches_as_indexes(folded)[:MOST_MATCHES]:
            if padded[start - 1].isalnum() or padded[end].isalnum():
                continue
            words, longer, seconds = choices[i]
            for clause, weight in words:
                found.append((start, end, clause, weight))
            # Mostly the next word begins one character on, and is another one.
            is_next = seconds and padded[end] == " " and padded[end + 1].isalnum()
            if is_next and not folded.startswith(seconds, end + 1):
                continue
            for needle in longer:
                last = needle.find_end(folded, end)
                if last >= 0:
                    found.append(needle.to_occurrence(start, last))
        for needle in self.others:
            found += itertools.islice(_iterate_one(folded, needle), MOST_MATCHES)
        return found


_Choice = tuple[list[tuple[int, float]], list[Needle], tuple[str, ...]]
"""Of one word: clause and weight of the needles that are no more than it; the needles that are; and
their second words, () where one has none."""


def _to_choice(needles: Sequence[Needle]) -> _Choice:
    words = [needle for needle in needles if not (needle.words[1:] or needle.tail)]
    longer = [needle for needle in needles if needle.words[1:] or needle.tail]
    has_seconds = all(needle.words[1:] for needle in longer)
    seconds = tuple(needle.words[1] for needle in longer) if has_seconds else ()
    return [needle.to_occurrence(0, 0)[2:] for needle in words], longer, seconds


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


def _lower_ascii(text: str) -> str:
    """Return text with the letters A to Z in lower case: for text with symbols, in half the time.

    >>> _lower_ascii("The Ψ")
    'the Ψ'
    """
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


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


def find(text: str, needles: Sequence[Needle]) -> list[Occurrence]:
    """Return the occurrences of the needles in a text, by position; longer ones first.

    Args:
        text: As it is shown.
        needles: What to find.
    """
    prepared = needles if isinstance(needles, Needles) else Needles(needles)
    low = _lower_ascii(text) if prepared.is_ascii else to_lower(text)
    found = prepared.find(low)
    if not low.isascii() and (not found or len(low) < SHORT_TEXT):
        folded = fold_in_place(text)
        if folded != low:  # perhaps they are there with accents
            found += prepared.find(folded)
    found.sort()
    kept: list[Occurrence] = []
    start = end = 0
    for occurrence in found:
        first, last, _, _ = occurrence
        if first >= end:
            kept.append(occurrence)
        elif first == start and last > end:
            kept[-1] = occurrence
        else:
            continue
        start, end = first, last
    return kept


def to_weight(text: str, needles: Needles) -> float:
    """Return the sum of the weights of the clauses that a text has, each counted once."""
    return sum({clause: weight for _, _, clause, weight in find(text, needles)}.values())


def _iterate_one(folded: str, needle: Needle) -> Iterator[Occurrence]:
    """Yield the occurrences of a needle that no automaton finds as a whole word."""
    first = needle.words[0]
    if ARABIC.search(first):
        pattern = _arabic_pattern(needle.words, needle.is_prefix)
        for hit in pattern.finditer(fold_in_place(folded)):
            yield needle.to_occurrence(*hit.span())
        return
    is_cjk = CJK.match(first)
    start = folded.find(first)
    while start >= 0:
        after = start + len(first)
        if is_cjk or not (start and folded[start - 1].isalnum()):
            end = needle.find_end(folded, after)
            if end >= 0:
                yield needle.to_occurrence(start, end)
        start = folded.find(first, after)


@lru_cache(maxsize=256)
def _arabic_pattern(words: tuple[str, ...], is_prefix: bool) -> re.Pattern[str]:
    signed = r"[\W_]+".join(SIGN.join([*map(re.escape, word), ""]) for word in words)
    return re.compile(rf"(?<!\w){signed}" + (rf"[\w{SIGNS}]*" if is_prefix else r"(?!\w)"))


def _match_next(folded: str, end: int, word: str) -> int:
    """Return where `word` ends if it is the next word after `end`, else -1."""
    if folded.startswith(word, end + 1) and folded[end] == " ":  # mostly
        return end + 1 + len(word)
    if end < len(folded) and folded[end].isalnum() and not CJK.match(word):
        return -1
    while end < len(folded) and not folded[end].isalnum():
        end += 1
    return end + len(word) if folded.startswith(word, end) else -1


def _end_of_word(folded: str, end: int) -> int:
    while end < len(folded) and folded[end].isalnum():
        end += 1
    return end
