"""Groups papers that are versions of one work: submission, preprint, publication, or duplicates.

Precision comes before recall. Pairs are joined only on evidence, which is stored; pairs that are
only likely are marked possible, to be joined or separated in the catalog. Abstracts and titles are
compared by TF-IDF (scikit-learn) and edit distance (rapidfuzz). The thresholds are measured in
docs/knowledge.md.
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

from papersette.names import parse_name, to_family_key
from papersette.text import to_key

ABSTRACT_ALONE = 0.35
"""Least cosine of two abstracts of one work with any titles: an abstract edited over a year."""
ABSTRACT_WITH_TITLE = 0.17
"""Least cosine of two abstracts together with similar titles."""
ABSTRACT_POSSIBLE = 0.19
"""Least cosine of two abstracts of a possible pair."""
TITLE_ALONE = 90
"""Least rapidfuzz ratio of two titles of one work; at 87, "Double Neural CFR" is "Deep CFR"."""
TITLE_WITH_ABSTRACT = 75
"""Least rapidfuzz ratio of two titles together with similar abstracts."""
TITLE_WORDS_WITH_ABSTRACT = 0.7
"""Least cosine of the titles' words, with similar abstracts: shortened titles keep rare words."""
TITLE_WORDS_POSSIBLE = 88
"""Least rapidfuzz token_set_ratio of two titles if one has additional words."""
MIN_TITLE = 12
"""Least letters and digits of a title that is evidence, unlike "Preface" and "Introduction"."""
BLOCK = 2000
"""Rows of the similarity matrix computed at once, which limits memory for 30,000 papers."""


@dataclass(frozen=True)
class Version:
    """The fields of a paper that are used to recognise versions."""

    paper_id: str
    venue_id: str
    is_list: bool = False
    """Whether the venue is a list, where one work may occur twice."""
    title: str | None = None
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    work: str | None = None
    """Id of the work, if the source gives one."""


@dataclass(frozen=True)
class Pair:
    """Two papers that are, or may be, versions of one work, with the evidence."""

    paper_id: str
    other_id: str
    verdict: str
    """"joined", "possible", or "separate" (by hand)."""
    reason: str
    title_ratio: float | None = None
    """Similarity of the titles, from 0 to 100."""
    abstract_similarity: float | None = None
    """Cosine from 0 to 1; None below `ABSTRACT_WITH_TITLE`, or if an abstract is missing."""
    shared_authors: int | None = None
    """Number of shared authors; None if one of the two papers has no authors."""


def find_pairs(versions: Sequence[Version]) -> list[Pair]:
    """Return all pairs for which there is evidence, each once, in the order of `versions`."""
    same_work = _same(versions, lambda v: v.work)
    same_title = _same(
        versions, lambda v: key if len(key := to_key(v.title or "")) >= MIN_TITLE else None
    )
    abstracts = dict(_similar([v.abstract for v in versions], ABSTRACT_WITH_TITLE, (1, 2)))
    titles = dict(_similar([v.title for v in versions], 0.5, (1, 1)))
    candidates = sorted({*same_work, *same_title, *abstracts, *titles})
    judged = (
        _judge(
            versions[i],
            versions[j],
            (i, j) in same_work,
            abstracts.get((i, j)),
            titles.get((i, j), 0.0),
        )
        for i, j in candidates
    )
    return [pair for pair in judged if pair]


def _same(
    versions: Sequence[Version], key: Callable[[Version], str | None]
) -> set[tuple[int, int]]:
    """Return the pairs of versions with the same key."""
    indices: defaultdict[str, list[int]] = defaultdict(list)
    for i, version in enumerate(versions):
        if value := key(version):
            indices[value].append(i)
    return {pair for group in indices.values() for pair in combinations(group, 2)}


def _similar(
    texts: Sequence[str | None], least: float, words: tuple[int, int]
) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield ((i, j), cosine) of the pairs of texts with a cosine of at least `least`."""
    given = [i for i, text in enumerate(texts) if text]
    try:
        matrix = csr_matrix(
            TfidfVectorizer(ngram_range=words, sublinear_tf=True, dtype=np.float32).fit_transform(
                texts[i] for i in given
            )
        )
    except ValueError:  # the texts have no words
        return
    for start in range(0, len(given), BLOCK):
        block = (matrix[start : start + BLOCK] @ matrix.T).tocoo()
        kept = (block.data >= least) & (block.row + start < block.col)
        for row, column, value in zip(
            block.row[kept], block.col[kept], block.data[kept], strict=True
        ):
            yield (given[row + start], given[column]), round(float(value), 3)


def _judge(
    one: Version, other: Version, same_work: bool, similarity: float | None, title_words: float
) -> Pair | None:
    """Return the pair with its verdict, or None if there is too little evidence."""
    abstract = similarity or 0.0
    keys = to_key(one.title or ""), to_key(other.title or "")
    equal = keys[0] == keys[1] and len(keys[0]) >= MIN_TITLE
    ratio = fuzz.ratio(*keys) if all(keys) else 0.0
    alike = (
        ratio >= TITLE_ALONE
        and min(map(len, keys)) >= MIN_TITLE
        and _numbers(one.title) == _numbers(other.title)
    )
    similar = ratio >= TITLE_WITH_ABSTRACT or title_words >= TITLE_WORDS_WITH_ABSTRACT
    shared = _shared_authors(one, other)
    reasons = {
        "its source keeps them as one work": same_work,
        "the same title": equal,
        "nearly the same title": alike,
        "nearly the same abstract": abstract >= ABSTRACT_ALONE,
        "similar title and abstract": abstract >= ABSTRACT_WITH_TITLE and similar,
    }
    reason = next((text for text, holds in reasons.items() if holds), None)
    possible = abstract >= ABSTRACT_POSSIBLE or (
        shared != 0 and _is_shortened(one.title, other.title)
    )
    doubt = None if same_work else _doubt(one, other, equal, abstract, shared)
    verdict = "joined" if reason and not doubt else "possible"
    if verdict == "possible":
        one_venue = one.venue_id == other.venue_id and not one.is_list
        if not (reason or possible) or (one_venue and not equal):
            return None  # no evidence, or two papers of a conference on the same subject
        reason = "; but ".join(filter(None, (reason or _possible(abstract), doubt)))
    ratio = round(ratio, 1)
    return Pair(one.paper_id, other.paper_id, verdict, reason or "", ratio, similarity, shared)


def _possible(abstract: float) -> str:
    return "a similar abstract" if abstract >= ABSTRACT_POSSIBLE else "a title with words added"


def _is_shortened(one: str | None, other: str | None) -> bool:
    """Whether one title is the other with words added; both have three words of four letters."""
    words = [set(re.findall(r"[^\W\d_]{4,}", (title or "").lower())) for title in (one, other)]
    return (
        min(map(len, words)) >= 3
        and fuzz.token_set_ratio(*(" ".join(sorted(w)) for w in words)) >= TITLE_WORDS_POSSIBLE
    )


def _doubt(
    one: Version, other: Version, equal: bool, abstract: float, shared: int | None
) -> str | None:
    """Return a reason against joining two papers that seem to be one work."""
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
    """Return the numbers of a title, which distinguish "Part I" from "Part II", and 2D from 3D."""
    return re.findall(r"\d+|\b[IVX]+\b", title or "")


def _shared_authors(one: Version, other: Version) -> int | None:
    if not one.authors or not other.authors:
        return None
    return len(set(map(_to_family_name, one.authors)) & set(map(_to_family_name, other.authors)))


def _to_family_name(name: str) -> str:
    return to_family_key(parse_name(name).bare_family).rpartition("-")[2]


def group(
    versions: Sequence[Version],
    pairs: Iterable[Pair],
    join: Iterable[Sequence[str]] = (),
    separate: Iterable[Sequence[str]] = (),
) -> tuple[dict[str, str], list[Pair]]:
    """Map each paper_id to a work_id, the paper_id of its first version, and complete the pairs.

    The returned pairs include those joined or separated by hand. Pairs are joined in order of
    evidence, but never so that papers separated by hand become one work.
    """
    order = {version.paper_id: i for i, version in enumerate(versions)}
    apart = {frozenset(pair) for ids in separate for pair in combinations(ids, 2)}
    joined = {frozenset(pair) for ids in join for pair in combinations(ids, 2)} - apart
    by_ids = {frozenset((pair.paper_id, pair.other_id)): pair for pair in pairs}
    for verdict, chosen in (("joined", joined), ("separate", apart)):
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
            and not _holds_separate(ours, theirs, apart)
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


def _holds_separate(ours: set[str], theirs: set[str], apart: set[frozenset[str]]) -> bool:
    together = ours | theirs
    return any(ids <= together for ids in apart)
