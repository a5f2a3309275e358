"""Reads the author list at the start of a reference, in whatever style it is printed.

The rule: a list goes on while its words can stand in names, and ends at a stop, a year, a quotation mark, a colon or the
comma before the first word that cannot. "J. Doe", "Doe, J.", "Jane Doe", "Doe, Jane" and "Doe J" may be mixed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from papersette.knowledge.citations.names import PARTICLES, SPACING_ACCENTS, SUFFIXES, Name, is_initials, to_name

AND = frozenset({"and", "&", "und", "et", "y"})
EDITORS = re.compile(r"\(?[Ee]d(?:s|itors?)?\.?\)?[.,:]?")
NOT_NAMES = frozenset(
    """proceedings proc advances journal transactions conference workshop symposium international annual university springer
    elsevier wiley ieee acm society association institute publishing publishers publications technical report thesis arxiv
    preprint url http https doi isbn issn volume vol pages pp available online accessed lecture notes learning""".split()
)
"""Words of titles, and of the names of publishers and series, that do not stand in the names of people."""
FUNCTION_WORDS = frozenset("the a an of from with by in on for how why what when is are at to towards toward using no and or".split())
"""Words that begin titles and sentences; with a capital inside a list they can be names, as "The", "An" and "In" are."""
FOLLOWED_BY_NAME = re.compile(r"\s+[^\W\d_][\w’'-]+(?:, and |[.,]|\s+and\s|\s+&)")
FOLLOWED_BY_AND = re.compile(r"\s+[A-Z][\w’'-]+,?\s+and\s")
LOWER_INITIAL = re.compile(r"[a-z]\.")
YEAR = re.compile(r"[(\[]?((?:1[5-9]|20)\d\d)[a-z]?(?:[)\]][.,:;]*|[.,:;]+|$)|[(\[]((?:1[5-9]|20)\d\d)[a-z]?[,;)\]]")
"""A word that is a year and ends or stands in brackets."""
MAX_WORDS = 1500
"""Of a list; the largest collaborations print some hundred names."""
MAX_NAME_WORDS = 7
"""Of one name; more capitalised words in a row are a title."""
WORD = re.compile(r"\S+")
MAX_WORD = 60
QUOTES = "\"“”‘`«„"


@dataclass(frozen=True)
class Authors:
    """What stands before a reference's title."""

    names: tuple[Name, ...]
    end: int
    """Where the text after the authors, and after a year that follows them, begins."""
    ending: str
    """What ended the list: "stop", "year", "quote", "colon" or "comma"."""
    year: int | None = None
    """The year right after the authors."""
    sure: bool = False
    """Whether a second name, an initial or "et al." tells that these are names."""


@dataclass
class Budget:
    """How many words may still be looked at; where none are left, nothing more is found."""

    tokens: int


@dataclass(frozen=True)
class _Token:
    kind: str
    """N a word of a name, I initials, S a suffix, A "and", L "et al."."""
    word: str
    end: int
    comma: bool = False


@dataclass(frozen=True)
class _Segment:
    """What stands between two commas or "and"s."""

    tokens: tuple[_Token, ...]
    after_and: bool

    @property
    def shape(self) -> str:
        return "".join(token.kind for token in self.tokens)

    @property
    def words(self) -> list[str]:
        return [token.word for token in self.tokens]


def read_authors(text: str, start: int = 0, budget: Budget | None = None) -> Authors | None:
    """The authors that stand at this place of a text, or None where none do."""
    limit = MAX_WORDS if budget is None else min(MAX_WORDS, budget.tokens)
    tokens, ending, end, year = _read_tokens(text, start, limit)
    if budget is not None:
        budget.tokens -= len(tokens) + 1
    names, ending, end = _read_names(_to_segments(tokens), ending, end)
    names = [name for name in names if name]
    if not names:
        return None
    if ending == "stop" and year is None and (match := WORD.match(text, _skip(text, end))) and (found := YEAR.match(match[0])):
        ending, year, end = "year", int(found[1] or found[2]), match.end()
    if ending != "year":
        year = None
    elif text[end - 1] != ")" and 0 <= (close := text.find(")", end, end + 30)) and "(" not in text[end:close]:
        end = close + 1
    sure = len(names) > 1 or any(token.kind in "IL" for token in tokens if token.end <= end)
    return Authors(tuple(names), end, ending, year, sure)


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _read_tokens(text: str, start: int, limit: int) -> tuple[list[_Token], str, int, int | None]:
    """The tokens until what surely ends a list: ("stop", "year", "quote", "colon" or "other", where, the year)."""
    tokens: list[_Token] = []
    place = start
    for _ in range(limit):
        match = WORD.search(text, place)
        if match is None or match.end() - match.start() > MAX_WORD:
            break
        word, place = SPACING_ACCENTS.sub("", match[0]).strip("*∗†‡"), match.end()
        bare = word.rstrip(",;")
        if found := YEAR.match(word):
            return tokens, "year", place, int(found[1] or found[2])
        if word[:1] in QUOTES:
            return tokens, "quote", match.start(), None
        if EDITORS.fullmatch(word) and tokens:
            continue
        token = _to_token(bare, text, place, bare != word, tokens)
        ending = "other" if token is None else _ending(token, text, tokens)
        if token is None:
            break
        tokens.append(token)
        if ending:
            return tokens, ending, place, None
    return tokens, "other", start, None


def _to_token(bare: str, text: str, end: int, comma: bool, before: list[_Token]) -> _Token | None:
    lower = bare.lower()
    if lower in {"al", "al.", "al.:", "others", "others.", "…", "..."} and before:
        return _Token("L", bare, end, comma)
    if bare in AND:
        return _Token("A", bare, end)
    if lower in SUFFIXES and before:
        return _Token("S", bare, end, comma)
    if is_initials(bare.rstrip(":")) or (before and LOWER_INITIAL.fullmatch(bare) and bare not in PARTICLES):
        return _Token("I", bare, end, comma)
    if _is_broken(bare, comma or bare.endswith("."), before):
        last = before.pop()
        return _Token("N", last.word + bare, end, comma)
    lone_press = lower.rstrip(".") == "press" and not (before and before[-1].kind == "N")  # "MIT Press", but "Ofir Press"
    if lone_press or not (is_name_word(bare, first=not before) or _is_lower_name(bare, text, end, before)):
        return None
    return _Token("N", bare, end, comma)


def _is_lower_name(bare: str, text: str, end: int, before: list[_Token]) -> bool:
    """Whether a word in lower case is a given name that was typed so: "Yang Song, xuejun Liao, and Ann Doe"."""
    if not before or not bare.isalpha() or not bare.islower() or bare in FUNCTION_WORDS or before[-1].kind == "I":
        return False
    if before[-1].kind == "N" and before[-1].word.islower() and before[-1].word not in PARTICLES:
        return True  # "koray kavukcuoglu, and Geoffrey Hinton"
    following = FOLLOWED_BY_NAME.match(text, end)
    return following is not None and (following[0].split()[0][:1].isupper() or following[0].endswith(", and "))


def _is_broken(bare: str, ends: bool, before: list[_Token]) -> bool:
    """Whether this is the rest of a word whose accent got lost with its letter: "R emi" of Rémi, "Bart ok" of Bartók."""
    if not before or before[-1].comma or not bare.islower() or bare in PARTICLES or not bare.rstrip(".").isalpha():
        return False
    return (before[-1].kind == "I" and len(before[-1].word) == 1) or (
        before[-1].kind == "N" and ends and (len(bare) <= 4 or len(before[-1].word) <= 3)
    )


def is_name_word(word: str, *, first: bool = False) -> bool:
    """Whether a word can stand in a name."""
    bare = word.rstrip(".:")
    lower = bare.lower()
    if word in PARTICLES or (lower in PARTICLES and lower.isalpha()):
        return True
    if lower in NOT_NAMES or (lower in FUNCTION_WORDS and (first or word == lower)) or not re.sub("[-‐'’‘.]", "", bare).isalpha():
        return False
    return bare[0].isupper() or unicodedata.category(bare[0]) == "Lo" or bool(re.match("[a-z]{1,3}['’-][A-Z]", bare))


def _ending(token: _Token, text: str, before: list[_Token]) -> str:
    """How this token ends the list, "" where it does not."""
    if token.word.endswith(":"):
        return "colon"
    if token.kind == "L":
        return "stop" if not token.comma or token.word.endswith(".") else ""
    if token.kind != "N" or not token.word.endswith(".") or token.word in PARTICLES or token.comma:
        return ""
    starts = not before or before[-1].comma or before[-1].kind == "A"
    if starts and len(token.word) <= 3 and text[token.end : token.end + 2].strip().isupper():
        return ""  # "Yu. Nesterov": a given name cut to two letters
    if starts and FOLLOWED_BY_AND.match(text, token.end):
        return ""  # "Peter. Dayan and Geoff. Hinton"
    return "stop"


def _to_segments(tokens: list[_Token]) -> list[_Segment]:
    segments: list[_Segment] = []
    now: list[_Token] = []
    after_and = False
    for token in tokens:
        if token.kind in "AL":
            if now:
                segments.append(_Segment(tuple(now), after_and))
            now, after_and = [], token.kind == "A"
            continue
        now.append(token)
        if token.comma:
            segments.append(_Segment(tuple(now), after_and))
            now, after_and = [], False
    return segments + ([_Segment(tuple(now), after_and)] if now else [])


def _read_names(segments: list[_Segment], ending: str, end: int) -> tuple[list[Name | None], str, int]:
    """The names, how their list ends, and where."""
    names: list[Name | None] = []
    initialled = True
    done = 0
    i = 0
    while i < len(segments):
        now, rest = segments[i], segments[i:]
        if set(now.shape) == {"S"}:
            done, i = now.tokens[-1].end, i + 1
            continue
        if names and _is_over(segments[i - 1], rest, ending, initialled):
            return names, "comma", done
        pair = _is_pair(rest, ending)
        last = segments[i + 1] if pair else now
        cut = _cut(last, pair, ending if len(rest) == 1 + pair else "", bool(names) and segments[i - 1].shape.endswith("I"))
        if cut == 0:
            return names, "comma", done
        words = last.words[:cut]
        names.append(to_name(now.words, words) if pair else to_name(words))
        initialled = initialled and "I" in last.shape
        done, i = last.tokens[cut - 1].end, i + 1 + pair
        if cut < len(last.tokens) or (i == len(segments) and ending == "other" and not last.tokens[-1].comma):
            return names, "stop", done
    return (names, "comma", done) if ending == "other" else (names, ending, end)


def _is_over(before: _Segment, rest: list[_Segment], ending: str, initialled: bool) -> bool:
    """Whether a title begins after the comma: the name after "and" was the last, or names had initials and this has none."""
    if any(segment.after_and or "I" in segment.shape for segment in rest):
        return False
    return before.after_and or (initialled and ending in {"year", "other", "colon"} and not _is_pair(rest, ending))


def _is_pair(rest: list[_Segment], ending: str) -> bool:
    """Whether a surname and, after its comma, given names begin the rest."""
    if len(rest) < 2 or rest[1].after_and or set(rest[0].shape) != {"N"}:
        return False
    surname, given = rest[:2]
    count = sum(word not in PARTICLES for word in surname.words)
    if given.shape[0] == "I":
        mixed = "N" in given.shape and given.tokens[-1].comma and given.words[-1] not in PARTICLES
        return count <= 1 and not mixed or count == 2 and set(given.shape) == {"I"}
    whole = len(rest) > 2 or given.tokens[-1].comma or ending != "other" or any(map(is_dotted, given.tokens))
    return count == 1 and len(given.tokens) <= 3 and "S" not in given.shape[:1] and whole


def is_dotted(token: _Token) -> bool:
    return token.kind == "I" and token.word.endswith(".")


def _cut(segment: _Segment, given: bool, ending: str, surname_first: bool) -> int:
    """How many tokens of a segment are the name; 0 where it is none. What follows the last dotted initial may be the title.

    `ending` is how the list ends, where this is its last segment.
    """
    shape, tokens = segment.shape, segment.tokens
    dotted = [i for i, token in enumerate(tokens) if is_dotted(token) and (given or "N" in shape[:i])]
    after = [token for token in tokens[dotted[-1] + 1 :] if token.kind == "N" and token.word not in PARTICLES] if dotted else []
    if given:
        return dotted[-1] + 1 if after else len(tokens)
    if "N" not in shape:
        return 0
    if ending == "other" and not tokens[-1].comma:
        return dotted[-1] + 1 if dotted else 0
    if dotted and after and ending and (surname_first or len(after) > 3):
        return dotted[-1] + 1
    return len(tokens) if len(tokens) <= MAX_NAME_WORDS else 0
