"""Finds the datasets and techniques that a paper mentions, how often, and where first.

Names are matched as full words in the text without references, the longest at each position. A
name that is also an ordinary word counts only next to a cue. The sentence of the first mention is
kept as evidence. The rules are ours; docs/knowledge.md has figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from papersette.knowledge.matcher import Hit, Matcher
from papersette.sentences import find_ends

CUE_AFTER = re.compile(
    r"""-v\d\b
    | [\s-] (?:[a-z]\w*[\s-]){0,2} (?i:data[ ]?sets?|corpus|corpora|benchmarks?|leaderboard)\b
    | [\s-] (?i:environments?|tasks?|domains?|games?|challenge)\b
    """,
    re.VERBOSE,
)
"""A cue after a word that makes it a name: "Ant-v2", "the Adult income data set", "the Hopper
task", but not in "Energy Project data set" or "Energy minimization task"."""
CUE_BEFORE = re.compile(
    r"\b(?:data ?sets?|corpus|corpora|benchmarks?|environments?|tasks?|domains?)\b"
    r"[\s:,(]*(?:(?:such as|like|including|e\.g\.|i\.e\.|namely|called|named|are|is|the)[\s:,(]*)"
    r"{0,2}$",
    re.IGNORECASE,
)
"""A cue before a name: "datasets such as X", but not "a dataset consists of MIDI files"."""
LONGER = re.compile(r"[-–](?!v\d)[A-Z]")
"""A continuation that makes it another name: IMDB-M (graphs) is not IMDB (film reviews)."""
MAX_CUE = 40
"""Largest distance in characters from a name to the far end of its cue."""
MAX_LIST = 60
"""Largest distance in characters between two names of a list; a citation fits between them."""
MIN_LIST = 3
"""Least number of ordinary words in one list that are names without a cue: "Hopper, Swimmer and
Ant"."""
SEPARATORS = re.compile(r"(?:[\s,;/&|±.\d-]|\b(?:and|or|as well as)\b|\([^()]{0,60}\))*")
"""Text between the names of a list, or between the rows of a table."""
MAX_EVIDENCE = 300


@dataclass(frozen=True)
class Mention:
    """The mentions of one term in one paper."""

    term_id: str
    count: int
    """Number of mentions in the body of the paper."""
    first_page: int
    evidence: str
    """The sentence of the first mention, at most `MAX_EVIDENCE` characters."""


def find_mentions(pages: Sequence[tuple[int, str]], matcher: Matcher) -> list[Mention]:
    """Return the mentions of one paper, in order of appearance; `pages`: (number, body)."""
    first: dict[str, tuple[int, str]] = {}
    counts: dict[str, int] = {}
    for number, body in pages:
        for hit in _select(body, matcher.hits(body)):
            term_id = hit.term.term_id
            if term_id not in first:
                first[term_id] = (number, to_sentence(body, hit.start, hit.end))
            counts[term_id] = counts.get(term_id, 0) + 1
    return [
        Mention(term_id, counts[term_id], number, sentence)
        for term_id, (number, sentence) in first.items()
    ]


def _select(body: str, hits: list[Hit]) -> list[Hit]:
    """Return the hits, except those of ordinary words that have no cue."""
    if not any(hit.cued for hit in hits):
        return hits
    separate = [hit for hit in hits if not hit.cued or not _in_longer(body, hit)]
    return [hit for run in _lists(body, separate) if _is_supported(body, run) for hit in run]


def _in_longer(body: str, hit: Hit) -> bool:
    return body[hit.start - 1 : hit.start] in {"-", "–"} or LONGER.match(body, hit.end) is not None


def _is_supported(body: str, run: list[Hit]) -> bool:
    """Whether a list has a name that needs no cue or has one, or is long enough."""
    if any(not hit.cued or _has_cue(body, hit) for hit in run):
        return True
    return len({hit.term.term_id for hit in run}) >= MIN_LIST


def _lists(body: str, hits: list[Hit]) -> list[list[Hit]]:
    """Group hits into lists: names of datasets with only separators between them."""
    runs: list[list[Hit]] = []
    for hit in hits:
        last = runs[-1][-1] if runs else None
        if (
            last
            and last.term.kind == hit.term.kind == "dataset"
            and _is_separator(body[last.end : hit.start])
        ):
            runs[-1].append(hit)
        else:
            runs.append([hit])
    return runs


def _is_separator(between: str) -> bool:
    return len(between) <= MAX_LIST and SEPARATORS.fullmatch(between) is not None


def _has_cue(body: str, hit: Hit) -> bool:
    after = CUE_AFTER.match(body, hit.end, hit.end + MAX_CUE)
    return (
        after is not None
        or CUE_BEFORE.search(body[max(0, hit.start - MAX_CUE) : hit.start]) is not None
    )


def to_sentence(text: str, start: int, end: int) -> str:
    """Return the sentence around text[start:end] in one line, cut to MAX_EVIDENCE characters."""
    low, high = max(0, start - MAX_EVIDENCE), min(len(text), end + MAX_EVIDENCE)
    left, right = low, high
    for stop, after in find_ends(text[low:high]):
        if stop + low >= end:
            right = after + low
            break
        if after + low <= start:
            left = after + low
    if right - left > MAX_EVIDENCE:
        left = max(left, min(start - (MAX_EVIDENCE - end + start) // 2, right - MAX_EVIDENCE))
        right = min(right, left + MAX_EVIDENCE)
    cut_left = left > 0 and text[left - 1].isalnum() and text[left].isalnum()
    cut_right = right < len(text) and text[right - 1].isalnum() and text[right].isalnum()
    words = text[left:right].split()
    return " ".join(words[cut_left : len(words) - cut_right])
