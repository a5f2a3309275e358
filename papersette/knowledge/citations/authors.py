"""Reads the author list at the start of a reference, in whatever style it is printed.

The rule: a list goes on while its words can stand in names, and ends at a stop, a year, a quotation mark, a colon or the
comma before the first word that cannot. "J. Doe", "Doe, J.", "Jane Doe", "Doe, Jane" and "Doe J" may be mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from papersette.knowledge.citations.tokens import WORD, Budget, Token, read_tokens, to_year
from papersette.names import PARTICLES, Name, to_cited_name

MAX_NAME_WORDS = 7
"""Of one name; more capitalised words in a row are a title."""


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


@dataclass(frozen=True)
class _Segment:
    """What stands between two commas or "and"s."""

    tokens: tuple[Token, ...]
    after_and: bool

    @cached_property
    def shape(self) -> str:
        return "".join(token.kind for token in self.tokens)

    @property
    def words(self) -> list[str]:
        return [token.word for token in self.tokens]

    @property
    def end(self) -> int:
        return self.tokens[-1].end


def read_authors(text: str, start: int = 0, budget: Budget | None = None) -> Authors | None:
    """The authors that stand at this place of a text, or None where none do."""
    found = read_tokens(text, start, budget)
    names, ending, end = _read_names(_to_segments(found.tokens), found.ending, found.end)
    if not names:
        return None
    year = found.year if ending == "year" else None
    if ending == "stop" and (match := WORD.search(text, end)) and (year := to_year(match[0])):
        ending, end = "year", match.end()
    if ending == "year" and text[end - 1] != ")":
        close = text.find(")", end, end + 30)  # "(2014, May 3)"
        end = close + 1 if close > 0 and "(" not in text[end:close] else end
    sure = len(names) > 1 or any(token.kind in "IL" for token in found.tokens if token.end <= end)
    return Authors(tuple(names), end, ending, year, sure)


def _to_segments(tokens: list[Token]) -> list[_Segment]:
    segments: list[_Segment] = []
    now: list[Token] = []
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


def _read_names(segments: list[_Segment], ending: str, end: int) -> tuple[list[Name], str, int]:
    """The names, how their list ends, and where."""
    names: list[Name | None] = []
    signed = max(
        (i for i, segment in enumerate(segments) if segment.after_and or "I" in segment.shape),
        default=-1,
    )
    initialled = True
    done = i = 0
    while i < len(segments):
        now = segments[i]
        if set(now.shape) == {"S"}:
            done, i = now.end, i + 1
            continue
        pair = _is_pair(segments[i : i + 3], ending)
        if names and i > signed and _is_over(segments[i - 1], ending, initialled and not pair):
            return _known(names), "comma", done
        last = segments[i + pair]
        closing = i + pair + 1 == len(segments)
        count = _count_words(
            last,
            pair,
            ending if closing else "",
            bool(names) and segments[i - 1].shape.endswith("I"),
        )
        if count == 0:
            return _known(names), "comma", done
        words = last.words[:count]
        names.append(to_cited_name(now.words, words) if pair else to_cited_name(words))
        initialled = initialled and "I" in last.shape
        done, i = last.tokens[count - 1].end, i + 1 + pair
        if count < len(last.tokens) or (
            closing and ending == "other" and not last.tokens[-1].comma
        ):
            return _known(names), "stop", done
    return _known(names), *(("comma", done) if ending == "other" else (ending, end))


def _known(names: list[Name | None]) -> list[Name]:
    return [name for name in names if name]


def _is_over(before: _Segment, ending: str, initialled: bool) -> bool:
    """Whether a title begins after this comma, where no initial and no "and" follows: the name after "and" was the last, or
    all names had initials and the next has none."""
    return before.after_and or (initialled and ending in {"year", "other", "colon"})


def _is_pair(rest: list[_Segment], ending: str) -> bool:
    """Whether a surname and, after its comma, given names begin the rest of a list, of which the next three segments tell."""
    if len(rest) < 2 or rest[1].after_and or set(rest[0].shape) != {"N"}:
        return False
    surname, given = rest[:2]
    count = sum(word not in PARTICLES for word in surname.words)
    if given.shape[0] == "I":
        mixed = "N" in given.shape and given.tokens[-1].comma and given.words[-1] not in PARTICLES
        return (count <= 1 and not mixed) or (count == 2 and set(given.shape) == {"I"})
    whole = (
        len(rest) > 2
        or given.tokens[-1].comma
        or ending != "other"
        or any(token.dotted for token in given.tokens)
    )
    return count == 1 and len(given.tokens) <= 3 and given.shape[0] != "S" and whole


def _count_words(segment: _Segment, given: bool, ending: str, surname_first: bool) -> int:
    """How many words of a segment are the name, 0 where it is none: after the last dotted initial the title may begin.

    `given` says that these are the given names of a pair, `ending` how the list ends where this is its last segment.
    """
    shape, tokens = segment.shape, segment.tokens
    dotted = [i for i, token in enumerate(tokens) if token.dotted and (given or "N" in shape[:i])]
    after = (
        [
            token
            for token in tokens[dotted[-1] + 1 :]
            if token.kind == "N" and token.word not in PARTICLES
        ]
        if dotted
        else []
    )
    if given:
        return dotted[-1] + 1 if after else len(tokens)
    if "N" not in shape:
        return 0
    if ending == "other" and not tokens[-1].comma:
        return dotted[-1] + 1 if dotted else 0
    if dotted and after and ending and (surname_first or len(after) > 3):
        return dotted[-1] + 1
    return len(tokens) if len(tokens) <= MAX_NAME_WORDS else 0
