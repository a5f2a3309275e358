"""Which papers are versions of one work: submission, preprint, publication, or one item listed three times.

The rule: precision before recall. Papers are joined by evidence that is kept; what is only likely is a pair marked possible,
for a person to join or part in the overrides. Thresholds: docs/knowledge.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from papersette.text import to_key, to_slug

ABSTRACT_ALONE = 0.35
"""Cosine of two abstracts from which on they are of one work, whatever the titles: one abstract edited over a year."""
ABSTRACT_WITH_TITLE = 0.17
"""Cosine that is enough beside similar titles."""
ABSTRACT_POSSIBLE = 0.19
TITLE_ALONE = 90
"""rapidfuzz ratio of two titles from which on they are one; at 87, "Double Neural CFR" is "Deep CFR"."""
TITLE_WITH_ABSTRACT = 75
TITLE_WORDS_WITH_ABSTRACT = 0.7
"""Cosine of the titles' words, likewise: one that was shortened keeps its rare words."""
TITLE_WORDS_POSSIBLE = 88
"""rapidfuzz token_set_ratio from which on one title is the other with words added; with too few words it is chance."""
SHORTEST_KEY = 12
"""Letters and digits of a title below which it proves nothing: "Preface", "Introduction"."""
BLOCK = 2000
"""Papers compared with all others at once: keeps the similarities of 30,000 papers within memory."""


@dataclass(frozen=True)
class Version:
    """What versions are told by. `venue_id` with `is_list`, whether the venue is a list, on which one work may stand twice."""

    paper_id: str
    venue_id: str
    is_list: bool = False
    title: str | None = None
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    work: str | None = None
    """What the source itself says is one work."""


@dataclass(frozen=True)
class Pair:
    """Two papers that are, or may be, versions of one work, with the evidence."""

    paper_id: str
    other_id: str
    verdict: str
    """"joined", "possible", or "separate" (by hand)."""
    reason: str
    title_ratio: float | None = None
    """0 to 100."""
    abstract_similarity: float | None = None
    """0 to 1; None below `ABSTRACT_WITH_TITLE`, or where one of the two has no abstract."""
    shared_authors: int | None = None
    """None where one of the two has no authors."""


def find_pairs(versions: Sequence[Version]) -> list[Pair]:
    """All pairs with evidence, each once, in the order of `versions`.

    Abstracts are compared by TF-IDF of one and two words, titles by TF-IDF and by edit distance (rapidfuzz).
    """
    same_work = _same(versions, lambda v: v.work)
    same_title = _same(
        versions, lambda v: key if len(key := to_key(v.title or "")) >= SHORTEST_KEY else None
    )
    abstracts = dict(_similar([v.abstract for v in versions], ABSTRACT_WITH_TITLE, (1, 2)))
    titles = dict(_similar([v.title for v in versions], 0.5, (1, 1)))
    places = sorted({*same_work, *same_title, *abstracts, *titles})
    judged = (
        _judge(
            versions[i],
            versions[j],
            (i, j) in same_work,
            abstracts.get((i, j)),
            titles.get((i, j), 0.0),
        )
        for i, j in places
    )
    return [pair for pair in judged if pair]


def _same(
    versions: Sequence[Version], key: Callable[[Version], str | None]
) -> set[tuple[int, int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, version in enumerate(versions):
        if value := key(version):
            places[value].append(place)
    return {pair for group in places.values() for pair in combinations(group, 2)}


def _similar(
    texts: Sequence[str | None], least: float, words: tuple[int, int]
) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield ((i, j), cosine) of the texts that are at least so similar; a text that is None is like no other."""
    given = [place for place, text in enumerate(texts) if text]
    try:
        matrix = csr_matrix(
            TfidfVectorizer(ngram_range=words, sublinear_tf=True, dtype=np.float32).fit_transform(
                texts[i] for i in given
            )
        )
    except ValueError:  # no text has a word
        return
    for start in range(0, len(given), BLOCK):
        block = (matrix[start : start + BLOCK] @ matrix.T).tocoo()
        kept = (block.data >= least) & (block.row + start < block.col)
        for row, column, value in zip(
            block.row[kept], block.col[kept], block.data[kept], strict=True
        ):
            yield (given[row + start], given[column]), round(float(value), 3)


def _judge(
    one: Version, other: Version, told: bool, similarity: float | None, title_words: float
) -> Pair | None:
    """The pair with its verdict, or None where the evidence is too thin to show."""
    abstract = similarity or 0.0
    keys = to_key(one.title or ""), to_key(other.title or "")
    equal = keys[0] == keys[1] and len(keys[0]) >= SHORTEST_KEY
    ratio = fuzz.ratio(*keys) if all(keys) else 0.0
    alike = (
        ratio >= TITLE_ALONE
        and min(map(len, keys)) >= SHORTEST_KEY
        and _numbers(one.title) == _numbers(other.title)
    )
    near = ratio >= TITLE_WITH_ABSTRACT or title_words >= TITLE_WORDS_WITH_ABSTRACT
    shared = _shared_authors(one, other)
    reasons = {
        "its source keeps them as one work": told,
        "the same title": equal,
        "nearly the same title": alike,
        "nearly the same abstract": abstract >= ABSTRACT_ALONE,
        "similar title and abstract": abstract >= ABSTRACT_WITH_TITLE and near,
    }
    reason = next((text for text, holds in reasons.items() if holds), None)
    if (
        reason is None
        and abstract < ABSTRACT_POSSIBLE
        and not (_is_shortened(one.title, other.title) and shared != 0)
    ):
        return None
    doubt = None if told else _doubt(one, other, equal, abstract, shared)
    if reason is None or doubt:
        same_place = one.venue_id == other.venue_id and not one.is_list
        if same_place and not equal:
            return None  # two papers of a conference on one subject
        verdict, reason = (
            "possible",
            "; but ".join(filter(None, (reason or _possible(abstract), doubt))),
        )
    else:
        verdict = "joined"
    return Pair(one.paper_id, other.paper_id, verdict, reason, round(ratio, 1), similarity, shared)


def _possible(abstract: float) -> str:
    return "a similar abstract" if abstract >= ABSTRACT_POSSIBLE else "a title with words added"


def _is_shortened(one: str | None, other: str | None) -> bool:
    """Whether one title is the other with words added, and has at least three words of four letters itself."""
    words = [set(re.findall(r"[^\W\d_]{4,}", (title or "").lower())) for title in (one, other)]
    return (
        min(map(len, words)) >= 3
        and fuzz.token_set_ratio(*(" ".join(sorted(w)) for w in words)) >= TITLE_WORDS_POSSIBLE
    )


def _doubt(
    one: Version, other: Version, equal: bool, abstract: float, shared: int | None
) -> str | None:
    """What speaks against joining two papers that look like one."""
    if shared == 0:
        return "no author in common"
    if (
        one.venue_id == other.venue_id
        and not one.is_list
        and not (equal and (shared or abstract >= ABSTRACT_ALONE))
    ):
        return "two entries of one venue"
    return None


def _numbers(title: str | None) -> list[str]:
    """What tells parts and dimensions apart: "Part II" from "Part I", 2D from 3D."""
    return re.findall(r"\d+|\b[IVX]+\b", title or "")


def _shared_authors(one: Version, other: Version) -> int | None:
    if not one.authors or not other.authors:
        return None
    return len(set(map(_to_surname, one.authors)) & set(map(_to_surname, other.authors)))


def _to_surname(name: str) -> str:
    return to_slug(name).rpartition("-")[2]


def group(
    versions: Sequence[Version],
    pairs: Iterable[Pair],
    join: Iterable[Sequence[str]] = (),
    part: Iterable[Sequence[str]] = (),
) -> tuple[dict[str, str], list[Pair]]:
    """The work_id of each paper_id, the paper_id of its first version, and the pairs with what was joined or separated by hand.

    Pairs are joined the strongest first, and never so that two papers that were separated by hand come together.
    """
    order = {version.paper_id: place for place, version in enumerate(versions)}
    separate = {frozenset(pair) for ids in part for pair in combinations(ids, 2)}
    joined = {frozenset(pair) for ids in join for pair in combinations(ids, 2)} - separate
    by_ids = {frozenset((pair.paper_id, pair.other_id)): pair for pair in pairs}
    for verdict, chosen in (("joined", joined), ("separate", separate)):
        for ids in chosen:
            first, second = sorted(ids, key=order.__getitem__)
            known = by_ids.get(ids, Pair(first, second, verdict, ""))
            by_ids[ids] = replace(known, verdict=verdict, reason="by hand")
    members = {paper_id: {paper_id} for paper_id in order}
    for pair in sorted(by_ids.values(), key=_strength):
        ours, theirs = members[pair.paper_id], members[pair.other_id]
        if (
            pair.verdict == "joined"
            and ours is not theirs
            and not _holds_separate(ours, theirs, separate)
        ):
            ours |= theirs
            members |= dict.fromkeys(theirs, ours)
    works = {
        paper_id: min(together, key=order.__getitem__) for paper_id, together in members.items()
    }
    return works, sorted(
        by_ids.values(), key=lambda pair: (order[pair.paper_id], order[pair.other_id])
    )


def _strength(pair: Pair) -> tuple[bool, float, float]:
    return (pair.reason != "by hand", -(pair.title_ratio or 0), -(pair.abstract_similarity or 0))


def _holds_separate(ours: set[str], theirs: set[str], separate: set[frozenset[str]]) -> bool:
    together = ours | theirs
    return any(ids <= together for ids in separate)
