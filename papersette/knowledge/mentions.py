"""Which datasets and techniques a paper mentions: how often, where first, and in which sentence.

The rule: whole words of the paper's own text, the longest name at each place; a name that is also an ordinary word counts
only beside a cue. Every mention can be checked: it comes with the sentence where it was first seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from papersette.knowledge.matcher import Hit, Matcher

CUE_AFTER = re.compile(
    r"""-v\d\b
    | [\s-] (?:[a-z]\w*[\s-]){0,2} (?i:data[ ]?sets?|corpus|corpora|benchmarks?|leaderboard)\b
    | [\s-] (?i:environments?|tasks?|domains?|games?|challenge)\b
    """,
    re.VERBOSE,
)
"""What makes a name of the word before it: "Ant-v2", "the Adult income data set" but not "Energy Project data set", "the Hopper
task" but not "Energy minimization task"."""
CUE_BEFORE = re.compile(
    r"\b(?:data ?sets?|corpus|corpora|benchmarks?|environments?|tasks?|domains?)\b"
    r"[\s:,(]*(?:(?:such as|like|including|e\.g\.|i\.e\.|namely|called|named|are|is|the)[\s:,(]*){0,2}$",
    re.IGNORECASE,
)
"""Before it only what introduces a name: "a dataset consists of MIDI files" is about a format."""
LONGER = re.compile(r"[-–](?!v\d)[A-Z]")
"""What goes on after an ordinary word makes another name: IMDB-M, of graphs, is not IMDB, of film reviews."""
MAX_CUE = 40
"""Characters from a name to the end of the word that makes it one, or back to its start."""
MAX_LIST = 60
"""Characters between two names of one list, so that the citation of the first fits between them."""
LIST_OF = 3
"""So many ordinary words that are names, in one list, make each other names: "Hopper, Swimmer and Ant"."""
GLUE = re.compile(r"(?:[\s,;/&|±.\d-]|\b(?:and|or|as well as)\b|\([^()]{0,60}\))*")
"""What stands between the names of a list, or between the rows of a table."""
MAX_EVIDENCE = 300
SENTENCE_END = re.compile(r"[.!?][\"')\]’”]{0,2}\s+(?=[\"'(\[“]?[A-Z\d])")
ABBREVIATION = re.compile(
    r"(?:\bet al|\be\.g|\bi\.e|\bcf|\bvs|\bresp|\b[Ff]igs?|\b[Ee]qs?|\b[Ss]ecs?|\bTab|\bNo|\b[A-Z])$"
)
"""What ends in a full stop within a sentence; a single capital is an initial."""


@dataclass(frozen=True)
class Mention:
    """That one paper mentions one term."""

    term_id: str
    count: int
    """Times, in the body."""
    first_page: int
    evidence: str
    """The sentence of the first time, at most MAX_EVIDENCE characters."""


def find_mentions(pages: Sequence[tuple[int, str]], matcher: Matcher) -> list[Mention]:
    """What one paper mentions, in the order in which it comes up; `pages` are page number and body, without references."""
    first: dict[str, tuple[int, str]] = {}
    counts: dict[str, int] = {}
    for number, body in pages:
        for hit in _meant(body, matcher.hits(body)):
            term_id = hit.term.term_id
            if term_id not in first:
                first[term_id] = (number, to_sentence(body, hit.start, hit.end))
            counts[term_id] = counts.get(term_id, 0) + 1
    return [
        Mention(term_id, counts[term_id], number, sentence)
        for term_id, (number, sentence) in first.items()
    ]


def _meant(body: str, hits: list[Hit]) -> list[Hit]:
    """The hits without those of ordinary words that no cue makes names."""
    if not any(hit.cued for hit in hits):
        return hits
    whole = [hit for hit in hits if not hit.cued or not _in_longer(body, hit)]
    return [hit for run in _lists(body, whole) if _is_vouched(body, run) for hit in run]


def _in_longer(body: str, hit: Hit) -> bool:
    return body[hit.start - 1 : hit.start] in {"-", "–"} or LONGER.match(body, hit.end) is not None


def _is_vouched(body: str, run: list[Hit]) -> bool:
    """Whether a list holds a name that needs no cue, or has one, or is long enough to be nothing but names."""
    if any(not hit.cued or _has_cue(body, hit) for hit in run):
        return True
    return len({hit.term.term_id for hit in run}) >= LIST_OF


def _lists(body: str, hits: list[Hit]) -> list[list[Hit]]:
    """Hits in runs: names of datasets with nothing but glue between them are one list."""
    runs: list[list[Hit]] = []
    for hit in hits:
        last = runs[-1][-1] if runs else None
        if (
            last
            and last.term.kind == hit.term.kind == "dataset"
            and _is_glued(body[last.end : hit.start])
        ):
            runs[-1].append(hit)
        else:
            runs.append([hit])
    return runs


def _is_glued(between: str) -> bool:
    return len(between) <= MAX_LIST and GLUE.fullmatch(between) is not None


def _has_cue(body: str, hit: Hit) -> bool:
    after = CUE_AFTER.match(body, hit.end, hit.end + MAX_CUE)
    return (
        after is not None
        or CUE_BEFORE.search(body[max(0, hit.start - MAX_CUE) : hit.start]) is not None
    )


def to_sentence(text: str, start: int, end: int) -> str:
    """The sentence around text[start:end] as one line, cut to MAX_EVIDENCE characters around the name."""
    low, high = max(0, start - MAX_EVIDENCE), min(len(text), end + MAX_EVIDENCE)
    window = text[low:high]
    ends = [
        m for m in SENTENCE_END.finditer(window) if not ABBREVIATION.search(window, 0, m.start())
    ]
    left = max((m.end() + low for m in ends if m.end() + low <= start), default=low)
    right = min((m.end() + low for m in ends if m.start() + low >= end), default=high)
    if right - left > MAX_EVIDENCE:
        left = max(left, min(start - (MAX_EVIDENCE - end + start) // 2, right - MAX_EVIDENCE))
        right = min(right, left + MAX_EVIDENCE)
    cut_left = left > 0 and text[left - 1].isalnum() and text[left].isalnum()
    cut_right = right < len(text) and text[right - 1].isalnum() and text[right].isalnum()
    words = text[left:right].split()
    return " ".join(words[cut_left : len(words) - cut_right])
