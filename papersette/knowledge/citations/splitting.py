"""Find where each entry of a reference list begins.

Consecutive labels, or labels in brackets, determine the entries if there are any: three, or fewer
if the list begins with them. Otherwise the lines that the layout of the page marks do. Without
marks, an entry begins where the previous one is complete, has its year, and authors follow in the
style of this list. The number of words read is limited. The rules are ours; docs/knowledge.md
measures them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from papersette.knowledge.citations.authors import Authors, read_authors
from papersette.knowledge.citations.fields import NO_YEAR, YEAR
from papersette.knowledge.citations.tokens import Budget
from papersette.names import is_organisation, to_family_key

BRACKETED = re.compile(r"(?:^|\n|(?<=[.\])/\d”\"] ))[ ]?\[(\d{1,4})\]")
NUMBERED = re.compile(r"(?:^|\n)[ ]?\(?(\d{1,4})[.)] (?=\S)")
FIRST = r"(?:[^\W\d_a-z]|v[ao]n |de[rln]? |d['’])"
"""A capital, or a particle that begins a family name."""
KEYED = re.compile(
    rf"(?:^|\n|(?<=[.\])/\d”\"] ))[ ]?\[([^\[\]\n]{{0,50}}(?:\d\d[a-z]?|\+))\](?=\s?(?:{FIRST}|\())"
)
CANDIDATE = re.compile(rf"(?:^|(\n)|(?<=[.\d)\]/”\"]) +)(?={FIRST})")
"""Possible start of an entry: a line, or text after a character that can end one."""
NO_TITLE = re.compile(r"\s*(?:\d|ISBN|ISSN|URL|https?:|doi\b|DOI\b|arXiv\b|pp?\.)")
ACRONYM = re.compile(r"[A-Z]{3,6}\.\s")
"""Capitals with one full stop, which may end an entry: "New York, 2016. ACM."."""
REST_OF_LINE = re.compile(r"[^\n.]{1,60}\.\n")
"""A sentence at the end of a line, which may end an entry: "NIPS Foundation."."""
TITLE = re.compile(r"\s*(?:\d|ISBN|ISSN|URL|https?:|doi\b|DOI\b|arXiv\b|pp?\.)")
PUBLISHER = re.compile(r"(?:[A-Z]{3,6}\.|URL)\s")
"""Capitals with one full stop, which end an entry: "New York, 2016. ACM."."""
REST_OF_LINE = re.compile(r"[^\n.]{1,60}\.\n")
"""A sentence at the end of a line: "NIPS Foundation."."""
TITLE = re.compile(r"\s*[^\s.,]+\s(?:[^\W\d_A-Z]|[^\s.,]+\s[^\s.,]+)")
"""Three words without a full stop, or a second word in lower case: a title, not names."""
BEGINNING = re.compile(rf"[\"“‘„«\[(]?(?:{FIRST}|\d|[–—_-]|al-|['’])")
"""Possible start of an entry."""
UNFINISHED = re.compile(
    r"(?:[,&:–-]|\s(?:and|und|of|the|in|for|on|to|with|by|from|de|der|die|von|et|y))\s*$"
)
"""Text that cannot end an entry."""
VOLUME = re.compile(r"\d{1,4}\s?[(:]|\d{1,3},\s\d|[Pp]p\.\s?\d|ISBN|ISSN|doi\b|DOI\b")
"""Volume, pages or an identifier, which follow the name of a journal."""
LINE = re.compile(rf"\n(?={FIRST})")
LABEL = re.compile(r"[–—_-]|[\[(]?\d{1,4}[\]).]")
"""A label, or a dash that repeats authors."""
ENDS = '.)]/”"“»?!>…'
"""Characters that can end an entry, besides digits."""
ADDRESS = re.compile(r"^(?:https?:|www\.)|\w/\w|\w\.\w{2,4}$")
"""An address, or the last part of one that is on two lines."""
BRACKETS = (("(", ")"), ("“", "”"), ("„", "“”"), ("«", "»"))
"""Opening marks and the marks that close them."""
MAX_OPEN = 300
"""Most characters of a quotation or bracket before and after the end of a line."""
MOSTLY_FINISHED = 0.7
"""Least share of entries with such an end, for a list in which all entries should have one."""
MIN_LABELS = 3
"""Least number of consecutive labels that are not a coincidence."""
CONTINUES = frozenset("and of the in for on to a an with by from at or".split())
"""Words that do not end an entry."""
MAX_LEAD = 300
"""Largest number of characters before the first label."""
MAX_ONLY = 600
"""Most characters of a list whose only label is the first one: it has a single entry."""
SAMPLE = 200
"""Number of lines that determine the style of a list."""
MAX_TOKENS = 150_000
"""Most words read as parts of names for a paper: a third of a second, ten times a long list."""


@dataclass(frozen=True)
class Start:
    """The start of an entry."""

    offset: int
    content: int
    """Offset of the text after the label."""


def find_starts(text: str, marked: Sequence[int] = ()) -> list[Start]:
    """Return the starts of all entries, in order.

    `marked`: the offsets of entries as the layout of the page shows them; empty if it does not.
    """
    has_brackets = "[" in text
    for pattern in (BRACKETED, NUMBERED) if has_brackets else (NUMBERED,):
        chain = _chain([(int(match[1]), match) for match in pattern.finditer(text)])
        is_list = len(chain) >= MIN_LABELS and chain[0].start() < MAX_LEAD
        if is_list or _is_short_list(chain):
            return [_to_start(match) for match in chain]
    keyed = list(KEYED.finditer(text)) if has_brackets else []
    if len(keyed) >= MIN_LABELS and keyed[0].start() < MAX_LEAD:
        return [_to_start(match) for match in keyed]
    only = BRACKETED.match(text)
    if only and len(text) < MAX_ONLY and len(BRACKETED.findall(text)) == 1:
        return [_to_start(only)]
    starts = _check_marks(text, marked)
    if len(starts) < MIN_LABELS or starts[0] > MAX_LEAD:
        starts = _find_unlabelled(text)
    return [Start(offset, offset) for offset in starts]


def _is_short_list(chain: Sequence[re.Match[str]]) -> bool:
    """Whether these labels, [1] and [2], are at the starts of lines, and nothing precedes them."""
    at_lines = all(match.start() == 0 or match[0].startswith("\n") for match in chain)
    return len(chain) == MIN_LABELS - 1 and chain[0].start() == 0 and at_lines


def _check_marks(text: str, marked: Sequence[int]) -> list[int]:
    """Return the marked offsets at which an entry can begin, after text that can end one.

    A line may be marked although it continues an entry, for example after a break of the column.
    The entry after it may then begin at a line without a mark.
    """
    offsets = [
        offset
        for offset in marked
        if BEGINNING.match(text, offset)
        and not UNFINISHED.search(text, max(0, offset - 20), offset)
    ]
    parser = _AuthorParser(text)
    style = _find_style(offsets, parser)
    finished = sum(_is_finished(text, offset) for offset in offsets)
    strict = finished >= MOSTLY_FINISHED * len(offsets)
    possible = set(offsets)
    starts: list[int] = []
    for offset, end in pairwise([*marked, len(text)]):
        ended = _is_finished(text, offset)
        if offset in possible and not (
            starts
            and not _begins_entry(text, offset, style, parser)
            and ((strict and not ended) or _continues(text, starts[-1], offset))
        ):
            starts.append(offset)
        elif starts:
            lines = [line.end() for line in LINE.finditer(text, offset, end)]
            starts += [
                line
                for line in lines
                if _is_finished(text, line) and _begins_entry(text, line, style, parser)
            ]
    return starts


def _continues(text: str, start: int, offset: int) -> bool:
    """Whether text from an offset goes on with the entry that starts before it."""
    before = text[max(start, offset - MAX_OPEN) : offset]
    after = text[offset : offset + MAX_OPEN]
    return VOLUME.match(after) is not None or _closes(before, after)


def _begins_entry(text: str, offset: int, style: str, parser: _AuthorParser) -> bool:
    """Whether a label, a dash or authors are at this offset."""
    if LABEL.match(text, offset):
        return True
    authors = parser.parse(offset)
    return authors is not None and (
        authors.certain
        or authors.ending == style == "year"
        or _fits(text, authors, None, at_line=True, style=style)
    )


def _is_finished(text: str, offset: int) -> bool:
    """Whether the text before this offset ends with a stop, a bracket, a digit or an address."""
    words = text[max(0, offset - 200) : offset].rsplit(maxsplit=1)
    last = words[-1] if words else "."
    return last[-1] in ENDS or last[-1].isdigit() or ADDRESS.search(last) is not None


def _closes(before: str, after: str) -> bool:
    """Whether a quotation or bracket that is open at the end of a text is closed in the next."""
    for opening, closing in BRACKETS:
        marks = re.compile(f"[{re.escape(opening + closing)}]")
        opened, closed = marks.findall(before)[-1:], marks.search(after)
        if opened == [opening] and closed and closed[0] in closing:
            return True
    return False


def _to_start(match: re.Match[str]) -> Start:
    offset = match.start() + len(match[0]) - len(match[0].lstrip())
    return Start(offset, match.end())


def _chain(numbers: list[tuple[int, re.Match[str]]]) -> list[re.Match[str]]:
    """Return labels that count up from 1; one or two may be missing; another list may follow."""
    chain: list[re.Match[str]] = []
    expected = 1
    for i, (number, match) in enumerate(numbers):
        following = numbers[i + 1][0] if i + 1 < len(numbers) else None
        again = number == 1 and len(chain) >= MIN_LABELS and following == 2
        skipped = expected < number <= expected + 2 and following == number + 1
        if number == expected or again or skipped:
            chain.append(match)
            expected = number + 1
    return chain


class _AuthorParser:
    """Parses the authors at offsets of one text, each offset once, within a budget of words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.budget = Budget(MAX_TOKENS)
        self.known: dict[int, Authors | None] = {}

    def parse(self, offset: int) -> Authors | None:
        if offset not in self.known:
            self.known[offset] = read_authors(self.text, offset, self.budget)
        return self.known[offset]


def _find_unlabelled(text: str) -> list[int]:
    parser = _AuthorParser(text)
    years = [
        match.start()
        for match in YEAR.finditer(NO_YEAR.sub(lambda match: " " * len(match[0]), text))
    ]
    candidates = [
        (match.end(), match[1] is not None or match.end() == 0)
        for match in CANDIDATE.finditer(text)
    ]
    style = _find_style([offset for offset, at_line in candidates if at_line], parser)
    starts: list[int] = []
    before: Authors | None = None
    for offset, at_line in candidates:
        if before and not _can_end(text, offset, at_line, style):
            continue
        if before and _is_publisher(text, offset, at_line, parser):
            continue
        has_year = not before or bisect_left(years, starts[-1]) < bisect_left(years, offset)
        if not has_year and not at_line:
            continue
        authors = parser.parse(offset)
        if authors is None or not _fits(text, authors, before, at_line, style):
            continue
        if before and not has_year and not _has_title(text, before, offset, authors):
            continue
        starts.append(offset)
        before = authors
    return starts


def _find_style(lines: list[int], parser: _AuthorParser) -> str:
    """Return the most frequent ending of certain author lists: see `Authors.ending`."""
    found = [parser.parse(offset) for offset in lines[:SAMPLE]]
    names = [authors for authors in found if authors]
    certain = [authors for authors in names if authors.certain]
    endings = Counter(authors.ending for authors in certain or names)
    if endings["comma"] < 2 * sum(times for ending, times in endings.items() if ending != "comma"):
        del endings["comma"]  # the second line of an entry can look like names and a comma
    return max(endings, key=lambda ending: endings[ending], default="stop")


def _is_publisher(text: str, offset: int, at_line: bool, parser: _AuthorParser) -> bool:
    """Whether a publisher, which ends the entry before it, precedes the authors of the next."""
    publisher = ACRONYM.match(text, offset)
    if publisher is None and not at_line:
        publisher = REST_OF_LINE.match(text, offset)
    authors = parser.parse(publisher.end()) if publisher else None
    return authors is not None and authors.certain


def _can_end(text: str, offset: int, at_line: bool, style: str) -> bool:
    """Whether an entry can end right before this offset."""
    words = text[max(0, offset - 80) : offset].rsplit(maxsplit=1)
    last = words[-1] if words else "."
    if last[-1] in '.)]/”"' or last[-1].isdigit():
        return True
    return at_line and (
        "/" in last or (style == "year" and last[-1] not in ",-&:;" and last not in CONTINUES)
    )


def _fits(text: str, authors: Authors, before: Authors | None, at_line: bool, style: str) -> bool:
    """Whether these authors begin an entry in the style of this list."""
    if authors.ending == "comma" and style != "comma":
        return authors.certain and at_line and style != "year"
    if (authors.ending == "year") != (style == "year"):
        return False
    if authors.certain:
        return True
    if authors.ending != style or NO_TITLE.match(text, authors.end):
        return False
    name = authors.names[0]
    is_single = name.initial is None and not is_organisation(name.family)
    if is_single and (name.family.isupper() or not at_line or not TITLE.match(text, authors.end)):
        return False  # it is "PMLR." or "Springer." at the end of the previous entry
    return (
        at_line
        or before is None
        or to_family_key(name.family)[:1] >= to_family_key(before.names[0].family)[:1]
    )


def _has_title(text: str, before: Authors, offset: int, authors: Authors) -> bool:
    """Whether the previous entry has a title but no year, and several full names begin the next."""
    ended = text[max(0, offset - 6) : offset].rstrip()
    if (
        ended[-1:] != "."
        or ended[-3:-1].strip().isupper()
        or before.end >= offset
        or authors.ending == "comma"
    ):
        return False
    return (
        len(authors.names) > 1
        and all(name.initial for name in authors.names)
        and text.find(".", before.end + 1, offset) >= 0
    )
