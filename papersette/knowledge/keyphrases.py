"""Tags for papers without keywords, found in title and abstract.

The rule: what the corpus's own authors use as keywords is preferred: a phrase counts by the share of the papers with it that
carry it as a keyword (its keyphraseness), and by what the nearest papers carry. A corpus without keywords gets phrases that
its papers repeat. Extracted tags are marked as such and never mixed up with the authors' own.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from papersette.knowledge.tags import to_stem

LONGEST = 5
"""Words of a phrase."""
MOST = 5
"""Tags of one paper."""
IN_TITLE = 2.0
FROM_NEIGHBOURS = 0.5
"""Weight of the nearest papers' tags against a phrase's own score, tried on ICLR 2019."""
LEAST = 0.12
"""Score below which a tag is left out: a guess that is worth nothing is worse than none."""
GENERIC = frozenset(
    """algorithm analysis application approach architecture art case data dataset example experiment framework function
    improvement information learning method model network number paper performance problem process property result set state study
    system task technique theory time training use value work""".split()
)
"""Words that say nothing as a tag of one word, in any field."""


@dataclass(frozen=True)
class Phrases:
    """The phrases of one paper by their key, words in the singular joined by a space."""

    counts: Mapping[str, int]
    in_title: frozenset[str]


def to_phrases(title: str, abstract: str) -> Phrases:
    title_keys = _count(title)
    return Phrases(title_keys + _count(abstract), frozenset(title_keys))


def _count(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in re.split(r"[.,;:!?()\[\]]", text.lower()):
        words = [to_stem(word) for word in re.findall(r"[^\W_]+", part)]
        for size in range(1, LONGEST + 1):
            counts.update(
                " ".join(words[start : start + size]) for start in range(len(words) - size + 1)
            )
    return counts


class Extractor:
    """Learns from papers with keywords what a phrase is worth; asked for a paper, leaves that paper out."""

    def __init__(self, phrases: Sequence[Phrases], keywords: Sequence[frozenset[str]]) -> None:
        """`keywords` are the phrase keys of each paper's own keywords, empty for a paper without."""
        self._phrases, self._keywords = phrases, keywords
        vocabulary = {key for keys in keywords for key in keys}
        self._present: Counter[str] = Counter()
        self._carried: Counter[str] = Counter()
        for own, keys in zip(phrases, keywords, strict=True):
            if keys:
                present = own.counts.keys() & vocabulary
                self._present.update(present)
                self._carried.update(present & keys)
        self._papers_with = (
            Counter(key for own in phrases for key in own.counts) if not vocabulary else Counter()
        )
        self.has_vocabulary = bool(vocabulary)

    def extract(
        self, place: int, neighbours: Sequence[tuple[int, float]] = ()
    ) -> list[tuple[str, float]]:
        """The phrase keys for the paper at `place` with their scores, best first; `neighbours` are (place, similarity)."""
        scores = (
            self._by_keyphraseness(place) if self.has_vocabulary else self._by_repetition(place)
        )
        total = sum(similarity for _, similarity in neighbours) or 1.0
        for other, similarity in neighbours:
            for key in self._keywords[other]:
                scores[key] += FROM_NEIGHBOURS * similarity / total
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))

    def _by_keyphraseness(self, place: int) -> defaultdict[str, float]:
        own, keys = self._phrases[place], self._keywords[place]
        scores: defaultdict[str, float] = defaultdict(float)
        for key, count in own.counts.items():
            present = self._present[key] - bool(keys)
            carried = self._carried[key] - (key in keys)
            if present > 0 and carried > 0 and key not in GENERIC:
                scores[key] = (
                    carried
                    / (present + 1)
                    * (1 + math.log(count))
                    * (IN_TITLE if key in own.in_title else 1)
                )
        return scores

    def _by_repetition(self, place: int) -> defaultdict[str, float]:
        """Phrases of two and three words that stand in the title or twice in the abstract, and in another paper."""
        own = self._phrases[place]
        scores: defaultdict[str, float] = defaultdict(float)
        for key, count in own.counts.items():
            words = key.split()
            telling = 2 <= len(words) <= 3 and not any(
                word in ENGLISH_STOP_WORDS or len(word) < 3 for word in words
            )
            if (
                telling
                and (key in own.in_title or count > 1)
                and self._papers_with[key] > 1
                and words[-1] not in {"based", "paper"}
            ):
                rarity = math.log(len(self._phrases) / self._papers_with[key]) / math.log(
                    len(self._phrases) + 1
                )
                scores[key] = (
                    rarity * (1 + math.log(count)) * (IN_TITLE if key in own.in_title else 1) / 3
                )
        return scores


def choose(scored: Sequence[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """The tags that are good enough, without a phrase that stands inside a better one."""
    chosen: list[str] = []
    for key, score in scored:
        if score < LEAST or len(chosen) == MOST:
            return
        if not any(f" {key} " in f" {other} " for other in chosen):
            chosen.append(key)
            yield key, round(score, 3)
