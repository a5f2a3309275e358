"""Reads the words of an author list, up to the first word that cannot be in one.

A word is judged by its letters and its neighbours, without a list of known names. A list ends at a
full stop, a year, a quotation mark or a colon, but not at the stops of initials.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from papersette.names import (
    CONJUNCTIONS,
    INITIALS_OR_SUFFIX,
    PARTICLES,
    SAINTS,
    SPACING_ACCENTS,
    SUFFIXES,
    is_initials,
)

AND = frozenset({"and", "&", "und", "et", "y", "и", "e", "en", "och", "og", "i", "و", "та", "ja"})
ET_AL = frozenset({"al", "al.", "al.:", "others", "others.", "…", "..."})
ARTICLES = frozenset({"'t", "’t", "‘t"})
"""The Dutch article in family names, "van 't Hoff"."""
EDITORS = re.compile(
    r"\(?(?:[Ee]d(?:s|itors?|ts)?|[Hh]rsg|[Hh]gg?|[Hh]erausgeber(?:in)?|[Dd]irs?|[Cc]oords?|[Oo]rgs?|[Rr]ed"
    r"|[Cc]omps?|[Cc]omp|[Ee]ditor(?:es)?|ред|сост|отв)\.?\)?[.,:;]?"
)
"""Words for editors after their names, in several languages."""
NOT_NAMES = frozenset(
    """proceedings proc advances journal transactions conference workshop symposium international
    annual university springer elsevier wiley ieee acm society association institute publishing
    publishers publications technical report thesis arxiv preprint url http https doi isbn issn
    volume vol pages pp available online accessed lecture notes learning""".split()
)
"""Words of titles, publishers and series that are not in personal names."""
FUNCTION_WORDS = frozenset(
    """the a an of from with by in on for how why what when is are at to towards toward using no
    and or""".split()
)
"""Words that begin titles; inside a list, "The", "An" and "In" with a capital can be names."""
FOLLOWED_BY_NAME = re.compile(r"\s+[^\W\d_][\w’'-]+(?:, and |[.,]|\s+and\s|\s+&)")
FOLLOWED_BY_CAPITALS = re.compile(
    r"\s+(?:[^\W\d_A-Z][\w’']{0,3}\s)*[^\W\d_a-z][\w’'-]*[^\W\d_A-Z][\w’'-]*"
    r"(?:\s[^\W\d_a-z][\w’'-]*[^\W\d_A-Z])?\s[^\W\d_a-z]{1,3}[,;.]"
)
"""A family name and initials without stops: "Ulm AB,"."""
FOLLOWED_BY_AND = re.compile(r"\s+[A-Z][\w’'-]+,?\s+and\s+[^\W\d_a-z]")
LONG_INITIAL = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]\.")
INITIAL_NEXT = re.compile(r"\s?[^\W\d_a-z]\.[,;\s]")
AND_NEXT = re.compile(r"\s(?:and|&|und|et)\s[^\W\d_a-z]")
LOWER_INITIAL = re.compile(r"[a-z]\.")
AL_NAME = re.compile(r"\s+[^\W\d_a-z][^\W\d_]")
"""The name after the Arabic article or the given name: "Noura Al Moubayed", "Al Borchers"."""
YEAR_NEXT = re.compile(r"\s+[(\[]?\d{4}\b")
YEAR = re.compile(
    r"[(\[]?((?:1[5-9]|20)\d\d)[a-z]?(?:[/–-]\d{1,4}|\[\d{4}\])?(?:[)\]][.,:;]*|[.,:;]+|$)"
    r"|[(\[]((?:1[5-9]|20)\d\d)[a-z]?[,;)\]]"
)
"""A word that is a year, and is in brackets or followed by punctuation."""
UNDATED = re.compile(
    r"[\s,.]*(?:\([Ee]ds?\.?\)[\s,.]*)?[(\[]"
    r"(?:forthcoming|in press|in print|im Erscheinen|i\.\s?E\.|im Druck|n\.\s?d\.|o\.\s?J\."
    r"|s\.\s?[ad]\.|à paraître|en prensa|no prelo|in preparation|under review|submitted|в печати"
    r"|б\.\s?г\.)"
    r"[^()\[\]]{0,30}[)\]][.,:]?",
    re.IGNORECASE,
)
"""Text instead of the year of an undated or unpublished work."""
MAX_WORDS = 1500
"""Largest number of words of a list; the largest collaborations print some hundred names."""
WORD = re.compile(r"[^\s/]+/(?=(?:(?:van|von|de|da|zu)\s)*[^\W\d_a-z][\w'’-]+,\s)|\S+")
"""A word; a slash separates the names in some German styles: "Bick, Wolfgang/Mann, Reinhard"."""
FEW_INITIALS = 3
"""Most letters of initials without stops in any style."""
MAX_INITIALS = 5
"""Most letters of initials without stops in the Vancouver style, "Ulm ABCD, Vogt C"."""
MAX_WORD = 60
"""Longest word of a name, in characters."""
QUOTES = '"“”‘`«„'


@dataclass
class Budget:
    """Number of words that may still be read; when it is used up, nothing more is found."""

    tokens: int


class Token(NamedTuple):
    """One word of a list."""

    kind: str
    """N for a word of a name, I for initials, S for a suffix, A for "and", L for "et al."."""
    word: str
    end: int
    """Offset of the end of the word in the text."""
    comma: bool = False
    """Whether a comma or semicolon follows."""

    @property
    def dotted(self) -> bool:
        """Whether the word is initials with a full stop."""
        return self.kind == "I" and self.word.endswith(".")

    @property
    def has_capitals(self) -> bool:
        """Whether the word is two or more initials without stops between them: "AB", "AB."."""
        if self.kind != "I":
            return False
        letters = self.word.rstrip(".:")
        return len(letters) > 1 and letters.isalpha() and letters.isupper()

    @property
    def has_many_capitals(self) -> bool:
        """Whether the word is initials, though its number of letters is more usual in names."""
        return self.has_capitals and len(self.word.rstrip(".:")) > FEW_INITIALS


class Word(NamedTuple):
    """What is known of a word without its neighbours."""

    year: int | None
    """The year that it is, if it is one."""
    is_quote: bool
    """Whether it begins with a quotation mark."""
    is_editors: bool
    """Whether it is a word for editors after their names."""
    bare: str
    """The word without the punctuation after it."""
    comma: bool
    """Whether a comma or semicolon follows."""
    are_capitals: bool
    """Whether it is four or five capitals: initials or a family name."""
    kind: str
    """Its kind of token, N or I; "" if its neighbours determine it, or if it is not in a name."""


@dataclass(frozen=True)
class Tokens:
    """The words of a list, and how it ends."""

    tokens: list[Token]
    ending: str
    """"stop", "year", "quote", "colon", "other" for a word that cannot be in a name, or "subtitle"
    for a colon before a word in lower case: titles begin with a capital, so it is inside one."""
    end: int
    """Offset of the text after the ending."""
    year: int | None = None


def read_tokens(
    text: str, start: int, budget: Budget | None = None, vancouver: bool = False
) -> Tokens:
    """Read the words of a list, from an offset to its end; `vancouver`: see `read_authors`."""
    limit = MAX_WORDS if budget is None else min(MAX_WORDS, budget.tokens)
    tokens: list[Token] = []
    matches = WORD.finditer(text, start)
    for _ in range(limit):
        match = next(matches, None)
        if budget is not None:
            budget.tokens -= 1
        if match is None or match.end() - match.start() > MAX_WORD:
            break
        word, offset = _read_word(match[0]), match.end()
        if not word.bare and word.comma and tokens:
            continue  # "Ann Doe, , and Ben Roe"
        if word.year:
            return Tokens(tokens, "year", offset, word.year)
        if word.is_quote:
            return Tokens(tokens, "quote", match.start())
        if word.is_editors and tokens:
            if word.bare.endswith(").") and not YEAR_NEXT.match(text, offset):
                return Tokens(tokens, "stop", offset)
            continue
        if word.are_capitals and _are_many_initials(word, text, offset, tokens, vancouver):
            token: Token | None = Token("I", word.bare, offset, word.comma)
        elif word.kind:
            token = Token(word.kind, word.bare, offset, word.comma)
        else:
            token = _to_token(word.bare, text, offset, word.comma, tokens)
        if token is None:
            if tokens and UNDATED.match(text, match.start()):
                return Tokens(tokens, "stop", match.start())
            break
        ending = _ending(token, text, tokens)
        tokens.append(token)
        if ending:
            return Tokens(tokens, ending, offset)
    return Tokens(tokens, "other", start)


@lru_cache(maxsize=65_536)
def _read_word(printed: str) -> Word:
    """Return what is known of a word of a list without its neighbours."""
    word = SPACING_ACCENTS.sub("", printed).strip("*∗†‡")
    bare = word.rstrip(",;/")
    letters = bare.rstrip(".:")
    are_capitals = (
        FEW_INITIALS < len(letters) <= MAX_INITIALS and letters.isalpha() and letters.isupper()
    )
    return Word(
        to_year(word),
        word[:1] in QUOTES and word not in ARTICLES,
        EDITORS.fullmatch(word) is not None,
        bare,
        bare != word,
        are_capitals,
        _to_kind(bare),
    )


def _to_kind(bare: str) -> str:
    """Return the kind of a word that is a name or initials with any neighbours, otherwise ""."""
    lower = bare.lower()
    if (
        bare == lower
        or lower in ET_AL
        or lower in SUFFIXES
        or bare in AND
        or bare == "ET"
        or lower.rstrip(".") == "press"
    ):
        return ""
    if is_initials(bare.rstrip(":")):
        return "I"
    is_name = is_name_word(bare, first=True) and not LONG_INITIAL.fullmatch(bare)
    return "N" if is_name else ""


def to_year(word: str) -> int | None:
    """Return the year in a word with punctuation or brackets: "(2014)", "2014a."."""
    match = YEAR.match(word)
    return int(match[1] or match[2]) if match else None


def _to_token(bare: str, text: str, end: int, comma: bool, before: list[Token]) -> Token | None:
    lower = bare.lower()
    are_initials = bare.rstrip(".") == "AL" and before and before[-1].kind == "N"  # "Ulm AL"
    if bare == "Al" and before and before[-1].word.lower() != "et" and AL_NAME.match(text, end):
        return Token("N", bare, end, comma)
    if lower in ET_AL and before and not are_initials:
        return Token("L", bare, end, comma)
    if bare in CONJUNCTIONS and _has_other_and(bare, before):
        return Token("N", bare, end)
    if bare in AND or (bare == "ET" and text.startswith(" AL", end)):
        return Token("A", bare, end)
    if bare.rstrip(".") in INITIALS_OR_SUFFIX and _is_family_alone(before):
        return Token("I", bare, end, comma)
    if lower in SUFFIXES and before:
        return Token("S", bare, end, comma)
    if is_initials(bare.rstrip(":")) or (
        before and LOWER_INITIAL.fullmatch(bare) and bare not in PARTICLES
    ):
        return Token("I", bare, end, comma)
    if _is_long_initial(bare, text, end, before):
        return Token("I", f"{bare[0]}.", end, comma)
    if _is_broken(bare, comma or bare.endswith("."), before):
        last = before.pop()
        return Token("N", last.word + bare, end, comma)
    lone_press = lower.rstrip(".") == "press" and not (
        before and before[-1].kind == "N"
    )  # true for "MIT Press", but not for "Ofir Press"
    if lone_press or not (
        is_name_word(bare, first=not before) or _is_lower_name(bare, text, end, before)
    ):
        return None
    return Token("N", bare, end, comma)


def _is_long_initial(bare: str, text: str, end: int, before: list[Token]) -> bool:
    """Whether this is a given name cut to two letters, with a further initial: "Orlov Yu. B."."""
    return (
        LONG_INITIAL.fullmatch(bare) is not None
        and bool(before)
        and before[-1].kind == "N"
        and INITIAL_NEXT.match(text, end) is not None
    )


def _is_family_alone(before: list[Token]) -> bool:
    """Whether the last name so far is one word, and not in capitals: "Ulm" before "JR"."""
    return (
        bool(before)
        and (len(before) == 1 or before[-2].comma or before[-2].kind == "A")
        and before[-1].kind == "N"
        and not (before[-1].comma or before[-1].word.isupper())
    )


def _has_other_and(bare: str, before: list[Token]) -> bool:
    """Whether the list has another word for "and": "and Ann Doe y Roe" is one name."""
    return (
        bool(before)
        and before[-1].kind == "N"
        and not before[-1].comma
        and any(token.kind == "A" and token.word != bare for token in before)
    )


def _are_many_initials(
    word: Word, text: str, end: int, before: list[Token], vancouver: bool
) -> bool:
    """Whether four or five capitals after a family name are initials: "Ulm ABCD".

    They may be a family name in capitals, "Jean DUPUY", unless a name beside it or the style of the
    reference list is a family name with initials without stops.
    """
    if not before or before[-1].kind != "N" or before[-1].comma or before[-1].word.isupper():
        return False
    return (
        vancouver
        or any(_is_vancouver(*pair) for pair in pairwise(before))
        or (word.comma and FOLLOWED_BY_CAPITALS.match(text, end) is not None)
    )


def _is_vancouver(family: Token, initials: Token) -> bool:
    """Whether these words are a family name and its initials without stops: "Ulm AB,"."""
    return (
        family.kind == "N"
        and not family.comma
        and not family.word.isupper()
        and initials.kind == "I"
        and initials.comma
        and initials.word.isalpha()
    )


def _is_lower_name(bare: str, text: str, end: int, before: list[Token]) -> bool:
    """Whether a lower-case word is a given name: "Yang Song, xuejun Liao, and Ann Doe"."""
    letters = bare.rstrip(".")
    if (
        not before
        or not letters.isalpha()
        or not letters.islower()
        or letters in FUNCTION_WORDS
        or before[-1].kind == "I"
    ):
        return False
    if before[-1].kind == "N" and before[-1].word.islower() and before[-1].word not in PARTICLES:
        return True  # "koray kavukcuoglu, and Geoffrey Hinton"
    following = FOLLOWED_BY_NAME.match(text, end)
    if following is None:
        return False
    return (
        following[0].split()[0][:1].isupper()
        or following[0].endswith(", and ")
        or before[-1].kind == "A"
    )


def _is_broken(bare: str, ends: bool, before: list[Token]) -> bool:
    """Whether this is the rest of a word that lost an accented letter: "R emi", "Bart ok"."""
    if (
        not before
        or before[-1].comma
        or not bare.islower()
        or bare in PARTICLES
        or not bare.rstrip(".").isalpha()
    ):
        return False
    return (before[-1].kind == "I" and len(before[-1].word) == 1) or (
        before[-1].kind == "N" and ends and (len(bare) <= 4 or len(before[-1].word) <= 3)
    )


@lru_cache(maxsize=65_536)
def is_name_word(word: str, *, first: bool = False) -> bool:
    """Whether a word can be in a name."""
    bare = word.rstrip(".:")
    lower = bare.lower()
    if word in PARTICLES or word in ARTICLES or (lower in PARTICLES and lower.isalpha()):
        return True
    if (
        lower in NOT_NAMES
        or (lower in FUNCTION_WORDS and (first or word == lower))
        or not re.sub("[-‐'’‘.]", "", bare).isalpha()
    ):
        return False
    return (
        bare[0].isupper()
        or unicodedata.category(bare[0]) == "Lo"
        or bool(re.match("[a-z]{1,3}['’-][A-Z]", bare))
    )


def _ending(token: Token, text: str, before: list[Token]) -> str:
    """Return how this token ends the list; "" if it does not."""
    if token.word.endswith(":"):
        following = text[token.end : token.end + 3].lstrip()[:1]
        return "subtitle" if following.islower() else "colon"
    if token.kind == "L":
        return "stop" if not token.comma or token.word.endswith(".") else ""
    if token.kind != "N" or not token.word.endswith(".") or token.word in PARTICLES or token.comma:
        return ""
    if token.word in SAINTS and text[token.end : token.end + 2].strip().isupper():
        return ""  # "de St. Orme"
    starts = not before or before[-1].comma or before[-1].kind == "A"
    if starts and len(token.word) <= 3 and text[token.end : token.end + 2].strip().isupper():
        return ""  # "Yu. Nesterov" has a given name cut to two letters
    if AND_NEXT.match(text, token.end):
        return ""  # "Roe, Ann. and Ben Doe"
    is_pair = len(before) == 1 and before[0].comma  # "Roe, Ann. Hedges and Roots"
    if starts and not is_pair and FOLLOWED_BY_AND.match(text, token.end):
        return ""  # "Peter. Dayan and Geoff. Hinton"
    return "stop"
