"""Groups papers that are versions of one work: submission, preprint, publication, or duplicates.

Precision comes before recall. Pairs are joined only on evidence, which is stored; pairs that are
only likely are marked possible, to be joined or separated in the catalog. Abstracts and titles are
compared by TF-IDF (scikit-learn) and edit distance (rapidfuzz). The thresholds are measured in
docs/knowledge.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sparse_dot_topn import sp_matmul_topn

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
"""Texts that are compared with all at once, which limits memory."""
MOST_SIMILAR = 1000
"""Texts that one is compared with, the most similar ones: a form that all papers filled in would
make as many pairs as papers squared."""


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
    keys = [to_key(version.title or "") for version in versions]
    families = [frozenset(map(_to_family_name, version.authors)) for version in versions]
    same_work = _same(version.work for version in versions)
    same_title = _same(key if len(key) >= MIN_TITLE else None for key in keys)
    abstracts = dict(_similar([v.abstract for v in versions], ABSTRACT_WITH_TITLE, (1, 2)))
    titles = dict(_similar([v.title for v in versions], 0.5, (1, 1)))
    candidates = sorted({*same_work, *same_title, *abstracts, *titles})
    pairs = []
    for i, j in candidates:
        likeness = _Likeness(
            same_work=(i, j) in same_work,
            same_title=(i, j) in same_title,
            title_length=min(len(keys[i]), len(keys[j])),
            title_ratio=fuzz.ratio(keys[i], keys[j]) if keys[i] and keys[j] else 0.0,
            title_words=titles.get((i, j), 0.0),
            abstracts=abstracts.get((i, j)),
            shared_authors=_count_shared(families[i], families[j]),
        )
        if pair := _judge(versions[i], versions[j], likeness):
            pairs.append(pair)
    return pairs


def _same(values: Iterable[str | None]) -> set[tuple[int, int]]:
    """Return the pairs of positions with the same value."""
    indices: defaultdict[str, list[int]] = defaultdict(list)
    for i, value in enumerate(values):
        if value:
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
    columns = matrix.T.tocsr()
    for start in range(0, len(given), BLOCK):
        rows = matrix[start : start + BLOCK]
        block = sp_matmul_topn(rows, columns, top_n=MOST_SIMILAR, threshold=least, n_threads=2)
        found = block.tocoo()
        kept = found.row + start < found.col
        for row, column, value in zip(
            found.row[kept], found.col[kept], found.data[kept], strict=True
        ):
            yield (given[row + start], given[column]), round(float(value), 3)


@dataclass(frozen=True)
class _Likeness:
    """How alike two papers are."""

    same_work: bool
    """Whether their source gives both the same id of a work."""
    same_title: bool
    title_length: int
    """Letters and digits of the shorter title."""
    title_ratio: float
    """Similarity of the titles, from 0 to 100."""
    title_words: float
    """Cosine of the words of the titles."""
    abstracts: float | None
    """Cosine of the abstracts; None if it is small or an abstract is missing."""
    shared_authors: int | None
    """Number of shared authors; None if one of the two papers has no authors."""


def _judge(one: Version, other: Version, found: _Likeness) -> Pair | None:
    """Return the pair with its verdict, or None if there is too little evidence."""
    reason, doubt = _find_reason(one, other, found), _find_doubt(one, other, found)
    verdict = "joined" if reason and not doubt else "possible"
    if verdict == "possible":
        reason = reason or _find_weak_reason(one, other, found)
        one_venue = one.venue_id == other.venue_id and not one.is_list
        if not reason or (one_venue and not found.same_title):
            return None  # no evidence, or two papers of a conference on the same subject
        reason = "; but ".join(filter(None, (reason, doubt)))
    return Pair(
        one.paper_id, other.paper_id, verdict, reason or "", round(found.title_ratio, 1),
        found.abstracts, found.shared_authors,
    )  # fmt: skip


def _find_reason(one: Version, other: Version, found: _Likeness) -> str | None:
    """Return the first reason to join two papers, or None."""
    abstracts = found.abstracts or 0.0
    nearly_same_title = (
        found.title_ratio >= TITLE_ALONE
        and found.title_length >= MIN_TITLE
        and _numbers(one.title) == _numbers(other.title)
    )
    similar_title = (
        found.title_ratio >= TITLE_WITH_ABSTRACT or found.title_words >= TITLE_WORDS_WITH_ABSTRACT
    )
    reasons = {
        "its source keeps them as one work": found.same_work,
        "the same title": found.same_title,
        "nearly the same title": nearly_same_title,
        "nearly the same abstract": abstracts >= ABSTRACT_ALONE,
        "similar title and abstract": abstracts >= ABSTRACT_WITH_TITLE and similar_title,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _find_weak_reason(one: Version, other: Version, found: _Likeness) -> str | None:
    """Return a reason why two papers may be one work, which is not enough to join them."""
    if (found.abstracts or 0.0) >= ABSTRACT_POSSIBLE:
        return "a similar abstract"
    if found.shared_authors != 0 and _is_shortened(one.title, other.title):
        return "a title with words added"
    return None


def _is_shortened(one: str | None, other: str | None) -> bool:
    """Whether one title is the other with words added; both have three words of four letters."""
    words = [set(re.findall(r"[^\W\d_]{4,}", (title or "").lower())) for title in (one, other)]
    return (
        min(map(len, words)) >= 3
        and fuzz.token_set_ratio(*(" ".join(sorted(w)) for w in words)) >= TITLE_WORDS_POSSIBLE
    )


def _find_doubt(one: Version, other: Version, found: _Likeness) -> str | None:
    """Return a reason against joining two papers that seem to be one work, or None."""
    if found.same_work:
        return None
    if found.shared_authors == 0:
        return "no author in common"
    is_repeated = found.same_title and (
        found.shared_authors or (found.abstracts or 0.0) >= ABSTRACT_ALONE
    )
    if one.venue_id == other.venue_id and not one.is_list and not is_repeated:
        return "two entries of one venue"
    return None


def _numbers(title: str | None) -> list[str]:
    """Return the numbers of a title, which distinguish "Part I" from "Part II", and 2D from 3D."""
    return re.findall(r"\d+|\b[IVX]+\b", title or "")


def _count_shared(one: Set[str], other: Set[str]) -> int | None:
    """Return how many family names two papers share; None if one of them has no authors."""
    return len(one & other) if one and other else None


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
    apart = _to_pairs(separate)
    together = [ids for ids in _to_pairs(join) if ids not in apart]
    by_ids = {frozenset((pair.paper_id, pair.other_id)): pair for pair in pairs}
    for verdict, chosen in (("joined", together), ("separate", apart)):
        for ids in chosen:
            first, second = sorted(ids, key=order.__getitem__)
            known = by_ids.get(ids, Pair(first, second, verdict, ""))
            by_ids[ids] = replace(known, verdict=verdict, reason="by hand")
    members = _join([version.paper_id for version in versions], by_ids.values(), apart)
    works = {paper_id: min(ids, key=order.__getitem__) for paper_id, ids in members.items()}
    completed = sorted(by_ids.values(), key=lambda p: (order[p.paper_id], order[p.other_id]))
    return works, completed


def _to_pairs(groups: Iterable[Sequence[str]]) -> dict[frozenset[str], None]:
    """Return the pairs in groups of ids, in order: in a set, their order would differ by build."""
    return dict.fromkeys(frozenset(pair) for ids in groups for pair in combinations(ids, 2))


def _join(
    ids: Sequence[str], pairs: Iterable[Pair], apart: Collection[frozenset[str]]
) -> dict[str, set[str]]:
    """Map each paper_id to the ids of all versions of its work."""
    members = {paper_id: {paper_id} for paper_id in ids}
    for pair in sorted(pairs, key=_strength):
        ours, theirs = members[pair.paper_id], members[pair.other_id]
        if (
            pair.verdict == "joined"
            and ours is not theirs
            and not _holds_separate(ours, theirs, apart)
        ):
            ours |= theirs
            members |= dict.fromkeys(theirs, ours)
    return members


def _strength(pair: Pair) -> tuple[bool, float, float]:
    return (pair.reason != "by hand", -(pair.title_ratio or 0), -(pair.abstract_similarity or 0))


def _holds_separate(ours: set[str], theirs: set[str], apart: Collection[frozenset[str]]) -> bool:
    together = ours | theirs
    return any(ids <= together for ids in apart)
