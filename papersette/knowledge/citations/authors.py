"""Parses the author list at the start of a reference, in any citation style.

A list continues while its words can be parts of names. It ends at a full stop, a year, a quotation
mark, a colon, or the comma before the first word that cannot be in a name. "J. Doe", "Doe, J.",
"Jane Doe", "Doe, Jane" and "Doe J" may be mixed. The rules are ours; docs/knowledge.md has figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from papersette.knowledge.citations.tokens import (
    ARTICLES,
    UNDATED,
    WORD,
    Budget,
    Token,
    read_tokens,
    to_year,
)
from papersette.names import PARTICLES, SAINTS, Name, to_cited_name

MAX_NAME_WORDS = 7
"""Largest number of words of a name; a longer run of capitalised words is a title."""
INSTITUTION = re.compile(
    r"([^\W\d_a-z][^\n]{1,140}?)"
    r"(?:[,.]?\s*[(\[]((?:1[5-9]|20)\d\d)[a-z]?(?:[/–-]\d{1,4})?[)\]][.,:]*"
    r"|(?:,\s|\s|\.\s)((?:1[5-9]|20)\d\d)[a-z]?[.:](?=\s\S{2}))"
)
"""A possible institution, and the year after it."""
GROUP = re.compile(
    r"(?:The\s)?(?P<name>(?:[^\W\d_a-z]|\d)[\w&’'-]*(?:\s(?:of|for|the|on|and|[^\W\d_a-z][\w&’'-]*)){0,8}?"
    r"\s(?:Collaboration|Consortium|Team|Committee|Organi[sz]ation|Commission|Council|Nations))"
    r"(?:[.:,]|(?=\s\())"
)
"""A group as author, and the punctuation after it."""
ANNOUNCED = re.compile(r"(?:19|20)\d\d")
SENTENCE = re.compile(r"[^\W\d_]{3,}[.?!] |[“”\"‘«„\d]|[,;:]\s[a-z]|,.*,")
"""Text that occurs in titles, but not in the names of institutions."""


@dataclass(frozen=True)
class Authors:
    """The authors of a reference, and how their list ends."""

    names: tuple[Name, ...]
    end: int
    """Offset of the text after the authors and the year that may follow them."""
    ending: str
    """End of the list: "stop", "year", "quote", "colon" or "comma"."""
    year: int | None = None
    """The year right after the authors."""
    certain: bool = False
    """Whether a second name, an initial or "et al." confirms that these are names."""


class _Segment(NamedTuple):
    """The words between two separators: commas or "and"."""

    tokens: tuple[Token, ...]
    after_and: bool
    shape: str
    """The kinds of the words, a letter each."""
    ends_name: bool = False
    """Whether a semicolon or slash follows, which stand between names only."""

    @classmethod
    def of(cls, tokens: list[Token], after_and: bool, text: str) -> _Segment:
        shape = "".join([token.kind for token in tokens])
        return cls(tuple(tokens), after_and, shape, text[tokens[-1].end - 1] in ";/")

    @property
    def words(self) -> tuple[str, ...]:
        return tuple([token.word for token in self.tokens])

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    def find_many_initials(self, count: int) -> int:
        """Return the index, within `count` words, of four or more initials; 0 without them."""
        if "I" not in self.shape:
            return 0
        return next((i for i in range(count) if self.tokens[i].has_many_capitals), 0)


def read_authors(
    text: str, start: int = 0, budget: Budget | None = None, vancouver: bool = False
) -> Authors | None:
    """Parse the authors that begin at this offset of a text; return None if there are none.

    `vancouver`: most names of the reference list are a family name with initials without stops.
    """
    found = read_tokens(text, start, budget, vancouver)
    names, ending, end = _read_names(_to_segments(found.tokens, text), found.ending, found.end)
    uncertain = len(names) < 2 and not any(name.initial for name in names)
    tokens = found.tokens
    is_acronym = len(tokens) == 1 and tokens[0].has_capitals
    if (found.ending == "other" and ending != "stop" and uncertain) or (
        found.ending == "year" and is_acronym
    ):
        institution = _read_institution(text, start)
        if institution:
            return institution
    if not names and (group := _read_group(text, start)):
        return group
    if not names or (ending == "subtitle" and uncertain):
        return None  # it is the title of an entry without authors: "Bees: a history."
    if ending == "subtitle":
        ending = "colon"
    year = found.year if ending == "year" else None
    ending, end, year = _read_year(text, ending, end, year)
    certain = len(names) > 1 or any(
        token.kind in "IL" for token in found.tokens if token.end <= end
    )
    return Authors(tuple(names), end, ending, year, certain)


def _read_year(text: str, ending: str, end: int, year: int | None) -> tuple[str, int, int | None]:
    """Return ending, end and year of a list, after a year that follows its full stop, if any."""
    if ending == "stop" and (match := WORD.search(text, end)) and (found := to_year(match[0])):
        ending, end, year = "year", match.end(), found
    if ending != "year" and (undated := UNDATED.match(text, end)):
        announced = ANNOUNCED.search(undated[0])
        ending, end, year = "year", undated.end(), int(announced[0]) if announced else None
    if ending == "year" and text[end - 1] != ")":
        close = text.find(")", end, end + 30)  # "(2014, May 3)"
        end = close + 1 if close > 0 and "(" not in text[end:close] else end
    return ending, end, year


def _read_institution(text: str, start: int) -> Authors | None:
    """Return an institution as author, if a year in brackets follows: "YÖK (Council) (1998)"."""
    found = INSTITUTION.match(text, start)
    if found is None or SENTENCE.search(found[1]):
        return None
    if found[3] and "," in found[1]:
        return None  # it is a title with its year: "OpenAI, Blog post, 2017."
    name = Name(" ".join(found[1].split()).strip(" ,.("))
    year = int(found[2] or found[3])
    return Authors((name,), found.end(), "year", year) if name.family else None


def _read_group(text: str, start: int) -> Authors | None:
    """Return a group whose first word is in no name: "The ATLAS Collaboration"."""
    found = GROUP.match(text, start)
    if found is None:
        return None
    ending, end, year = _read_year(text, "stop", found.end(), None)
    return Authors((Name(found["name"]),), end, ending, year)


def _to_segments(tokens: list[Token], text: str) -> list[_Segment]:
    segments: list[_Segment] = []
    current: list[Token] = []
    after_and = False
    for token in tokens:
        if token.kind in "AL":
            if current:
                segments.append(_Segment.of(current, after_and, text))
            current, after_and = [], token.kind == "A"
            continue
        current.append(token)
        if token.comma:
            segments.append(_Segment.of(current, after_and, text))
            current, after_and = [], False
    return segments + ([_Segment.of(current, after_and, text)] if current else [])


def _read_names(segments: list[_Segment], ending: str, end: int) -> tuple[list[Name], str, int]:
    """Return the names, and how and where their list ends."""
    names: list[Name | None] = []
    last_marked = max(
        (i for i, segment in enumerate(segments) if segment.after_and or "I" in segment.shape),
        default=-1,
    )
    have_initials = True
    was_pair = False
    done = i = 0
    while i < len(segments):
        current = segments[i]
        if set(current.shape) == {"S"}:
            done, i = current.end, i + 1
            continue
        pair = _is_pair(segments[i : i + 3], ending, first=i == 0)
        before = segments[i - 1] if names else None
        if before and i > last_marked and _is_over(before, ending, have_initials and not pair):
            return _without_none(names), "comma", done
        last = segments[i + pair]
        closing = i + pair + 1 == len(segments)
        # "Elm, Ann B. and Cy D. Vogt" has the second name in the other order.
        is_turned = was_pair and current.after_and
        family_first = before is not None and before.shape.endswith("I") and not is_turned
        count = _count_words(last, pair, ending if closing else "", family_first)
        if count == 0:
            return _without_none(names), "comma", done
        names.append(_to_name(current, last, pair, count))
        have_initials = have_initials and "I" in last.shape
        done, i, was_pair = last.tokens[count - 1].end, i + 1 + pair, pair
        if count < len(last.tokens) or (
            closing and ending == "other" and not last.tokens[-1].comma
        ):
            return _without_none(names), "stop", done
    return _without_none(names), *(("comma", done) if ending == "other" else (ending, end))


def _to_name(first: _Segment, last: _Segment, pair: bool, count: int) -> Name | None:
    """Return the name in one segment or, as a pair, family and given names in two.

    `count`: how many words of the last segment belong to the name.
    """
    words = last.words[:count]
    if pair:
        return _to_cited_name(first.words, words)
    initials = last.find_many_initials(count)
    return _to_cited_name(words[:initials], words[initials:]) if initials else _to_cited_name(words)


@lru_cache(maxsize=65_536)
def _to_cited_name(words: tuple[str, ...], given: tuple[str, ...] | None = None) -> Name | None:
    return to_cited_name(words, given)


def _without_none(names: list[Name | None]) -> list[Name]:
    return [name for name in names if name]


def _is_over(before: _Segment, ending: str, have_initials: bool) -> bool:
    """Whether a title begins after this comma, if neither an initial nor "and" follows.

    It does if the name before was the last after "and", or if only the next has no initials.
    """
    return before.after_and or (have_initials and ending in {"year", "other", "colon", "subtitle"})


def _is_pair(rest: list[_Segment], ending: str, *, first: bool) -> bool:
    """Whether the rest of a list begins with "family name, given names"; reads three segments.

    `first`: this is the whole list.
    """
    if len(rest) < 2 or rest[1].after_and or set(rest[0].shape) != {"N"}:
        return False
    family, given = rest[:2]
    count = sum(word not in PARTICLES | SAINTS | ARTICLES for word in family.words)
    if given.shape[0] == "I":
        mixed = "N" in given.shape and given.tokens[-1].comma and given.words[-1] not in PARTICLES
        return (count <= 1 and not mixed) or (count == 2 and set(given.shape) == {"I"})
    is_separate = (
        len(rest) > 2
        or given.tokens[-1].comma
        or ending != "other"
        or any(token.dotted for token in given.tokens)
    )
    if count == 1 and len(given.tokens) <= 3 and given.shape[0] != "S" and is_separate:
        return True
    if count != 2 or given.shape != "N" or given.words[0].endswith(":"):
        return False
    # "Elm Ash, Ann": an author with one name, after one with two, is much rarer.
    is_only = len(rest) == 2 and ending in {"year", "stop"} and not given.tokens[-1].comma
    is_first = is_only or (len(rest) > 2 and rest[2].after_and)
    return (given.ends_name and not family.ends_name) or (first and is_first)


def _count_words(segment: _Segment, given: bool, ending: str, family_first: bool) -> int:
    """Return how many words of a segment belong to the name; a title may follow the last initial.

    `given`: these are the given names of a pair. `ending`: how the list ends, if this is its last
    segment. `family_first`: the name before had its family name first.
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
    if dotted and after and ending:
        capitals = tokens[dotted[-1]].has_capitals and set(shape[: dotted[-1]]) == {"N"}
        if family_first or capitals or ending == "subtitle" or len(after) > 3:
            return dotted[-1] + 1
    return len(tokens) if len(tokens) <= MAX_NAME_WORDS else 0
