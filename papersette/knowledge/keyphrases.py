"""Extracts tags from title and abstract for papers without keywords.

A phrase is scored by its keyphraseness (Mihalcea and Csomai, Wikify!, CIKM 2007): of the papers
with the phrase, the share that have it as a keyword. The keywords of the most similar papers are
added. In a collection without keywords, phrases that several papers repeat are chosen. Extracted
tags are marked as such, to distinguish them from the authors' keywords.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from papersette.knowledge.tags import to_stem

MAX_PHRASE = 5
"""Largest number of words of a phrase."""
MAX_TAGS = 5
"""Largest number of extracted tags of one paper."""
TITLE_WEIGHT = 2.0
NEIGHBOUR_WEIGHT = 0.5
"""Weight of the most similar papers' keywords; chosen with benchmarks/knowledge.py on ICLR 2019."""
MIN_SCORE = 0.12
"""Least score of an extracted tag."""
GENERIC = frozenset(
    """algorithm analysis application approach architecture art case data dataset example
    experiment framework function improvement information learning method model network number
    paper performance problem process property result set state study system task technique theory
    time training use value work""".split()
)
"""Words that are too general for a tag of one word."""


@dataclass(frozen=True)
class Phrases:
    """The phrases of one paper by key: their words in the singular, joined by spaces."""

    counts: Mapping[str, int]
    in_title: frozenset[str]


def to_phrases(title: str, abstract: str) -> Phrases:
    """Return the phrases of up to `MAX_PHRASE` words in a title and an abstract."""
    of_title = list(_iterate_phrases(title))
    return Phrases(Counter([*of_title, *_iterate_phrases(abstract)]), frozenset(of_title))


def _iterate_phrases(text: str) -> Iterator[str]:
    for part in re.split(r"[.,;:!?()\[\]]", text.lower()):
        words = [to_stem(word) for word in re.findall(r"[^\W_]+", part)]
        for size in range(1, MAX_PHRASE + 1):
            for start in range(len(words) - size + 1):
                yield " ".join(words[start : start + size])


class Extractor:
    """Learns the keyphraseness of phrases from papers with keywords.

    When a paper is scored, its own keywords are not used.
    """

    def __init__(self, phrases: Sequence[Phrases], keywords: Sequence[frozenset[str]]) -> None:
        """`keywords`: the phrase keys of each paper's keywords, in the order of `phrases`."""
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
        self, index: int, neighbours: Sequence[tuple[int, float]] = ()
    ) -> list[tuple[str, float]]:
        """Return (phrase key, score) for the paper at an index, best first.

        `neighbours`: (index, similarity) of the most similar papers.
        """
        scores = (
            self._by_keyphraseness(index) if self.has_vocabulary else self._by_repetition(index)
        )
        total = sum(similarity for _, similarity in neighbours) or 1.0
        for other, similarity in neighbours:
            for key in self._keywords[other]:
                scores[key] += NEIGHBOUR_WEIGHT * similarity / total
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))

    def _by_keyphraseness(self, index: int) -> defaultdict[str, float]:
        own, keys = self._phrases[index], self._keywords[index]
        scores: defaultdict[str, float] = defaultdict(float)
        for key, count in own.counts.items():
            present = self._present[key] - bool(keys)
            carried = self._carried[key] - (key in keys)
            if present > 0 and carried > 0 and key not in GENERIC:
                scores[key] = (
                    carried
                    / (present + 1)
                    * (1 + math.log(count))
                    * (TITLE_WEIGHT if key in own.in_title else 1)
                )
        return scores

    def _by_repetition(self, index: int) -> defaultdict[str, float]:
        """Score phrases of two or three words, in the title or repeated, and in another paper."""
        own = self._phrases[index]
        scores: defaultdict[str, float] = defaultdict(float)
        for key, count in own.counts.items():
            words = key.split()
            is_selective = 2 <= len(words) <= 3 and not any(
                word in ENGLISH_STOP_WORDS or len(word) < 3 for word in words
            )
            if (
                is_selective
                and (key in own.in_title or count > 1)
                and self._papers_with[key] > 1
                and words[-1] not in {"based", "paper"}
            ):
                rarity = math.log(len(self._phrases) / self._papers_with[key]) / math.log(
                    len(self._phrases) + 1
                )
                scores[key] = (
                    rarity
                    * (1 + math.log(count))
                    * (TITLE_WEIGHT if key in own.in_title else 1)
                    / 3
                )
        return scores


def choose(scored: Sequence[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """Yield tags with a sufficient score, except phrases that are part of a better tag."""
    chosen: list[str] = []
    for key, score in scored:
        if score < MIN_SCORE or len(chosen) == MAX_TAGS:
            return
        if not any(f" {key} " in f" {other} " for other in chosen):
            chosen.append(key)
            yield key, round(score, 3)
