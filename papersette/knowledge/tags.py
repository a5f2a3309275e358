"""Groups spellings of keywords into tags.

Spellings are joined if they differ in case, accents, hyphens, spaces, number, or -ise and -ize, or
are an acronym and its long form. The most frequent spelling is the label; paper_tags keeps the
spelling of each paper. Tags that are only similar are suggested for review, never joined: "deep
Q-learning" is not deep learning. The rules are ours; docs/knowledge.md has figures.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from papersette.text import to_key, to_singular, to_slug, unique_id

KEEPS_ISE = re.compile(
    r"(?:no|prec|conc|exerc|expert|enterpr|surpr|prem|prom|comprom|superv|rev|adv|dev|improv|disgu"
    r"|r|ra|w)is(?:e|ing|ed)"
)
"""Words in which -ise is not a suffix and has no variant in -ize: noise, supervised."""
MIN_PAPERS = 10
"""Least number of papers that explain an acronym; with three, MAP was "mean average precision"."""
MIN_SHARE = 0.6
"""Least share of these papers that give the same long form."""
ACRONYM = re.compile(r" \(([A-Z]{2,8})s?\)")
MAX_LONG_FORM = 100
"""Number of characters before an acronym in which its long form is searched."""
SIMILAR = 92
"""Least rapidfuzz ratio of two tags that are suggested for review."""


def split(entry: str) -> list[str]:
    """Split one entry of a list of keywords; some authors enter all keywords as one.

    >>> split("GANs, deep learning; noise")
    ['GANs', 'deep learning', 'noise']
    """
    return [part for part in (part.strip(" .") for part in re.split("[;,]", entry)) if part]


@lru_cache(maxsize=65_536)
def to_stem(word: str) -> str:
    """Return a lower-case word in the singular, and with -ize for -ise.

    >>> [to_stem(word) for word in ("networks", "bias", "optimisation", "supervised")]
    ['network', 'bias', 'optimization', 'supervised']
    """
    word = to_singular(word)
    if len(word) > 5 and not KEEPS_ISE.search(word):
        word = re.sub(r"is(e|ed|er|ing|ation|able)$", r"iz\1", word)
    return word


def to_words(keyword: str) -> list[str]:
    """Return the stemmed words of a keyword; "C++" and "C#" keep their signs as words."""
    plain = keyword.replace("++", "plusplus").replace("#", "sharp")
    return [to_stem(word) for word in to_slug(plain).split("-") if word]


@cache
def shipped_acronyms() -> Mapping[str, str]:
    """Return key -> long form of the acronyms in acronyms.yml."""
    table = yaml.safe_load((Path(__file__).parent / "acronyms.yml").read_text(encoding="utf-8"))
    pairs = (
        (acronym, long)
        for long, given in table.items()
        for acronym in (given if isinstance(given, list) else [given])
    )
    return {"".join(to_words(acronym)): long for acronym, long in pairs}


class Acronyms:
    """Learns acronyms that papers explain: "generative adversarial network (GAN)".

    As in Schwartz and Hearst (PSB 2003), but the letters must be the initials of the words.
    """

    def __init__(self) -> None:
        self._papers: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def count(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Count the acronyms of one paper, each with its long form."""
        for acronym, long in pairs:
            self._papers[acronym][long] += 1

    def known(self) -> dict[str, str]:
        """Return key -> long form of the acronyms on which enough papers agree."""
        found = {}
        for acronym, counts in self._papers.items():
            long, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            if count >= MIN_PAPERS and count >= MIN_SHARE * counts.total():
                found["".join(to_words(acronym))] = long
        return found


def find_acronyms(bodies: Iterable[str]) -> list[tuple[str, str]]:
    """Return (acronym, long form) of the acronyms that the pages of a paper explain, each once."""
    return sorted({pair for body in bodies for pair in _find_acronyms(body)})


def _find_acronyms(body: str) -> Iterator[tuple[str, str]]:
    """Yield acronyms that are the initials of the words before them, with these words."""
    for match in ACRONYM.finditer(body):
        acronym = match.group(1)
        words = re.split(r"[\s-]", body[max(0, match.start() - MAX_LONG_FORM) : match.start()])[
            -len(acronym) :
        ]
        if "".join(word[:1] for word in words).upper() == acronym and all(
            word.isalpha() for word in words
        ):
            yield acronym, " ".join(to_stem(word.lower()) for word in words)


class Tags:
    """The keywords of a collection, grouped into tags."""

    def __init__(self, keywords: Iterable[str], explained: Mapping[str, str] | None = None) -> None:
        spellings = Counter(keywords)
        self._explained = explained or {}
        by_key: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for spelling, count in spellings.items():
            by_key[self.to_group_key(spelling)][spelling] += count
        self.labels: dict[str, str] = {}
        """tag_id -> most frequent spelling; of equal ones, the one with the fewest capitals."""
        self._ids: dict[str, str] = {}
        for key, counts in by_key.items():
            label = min(
                counts,
                key=lambda spelling: (
                    -counts[spelling],
                    sum(c.isupper() for c in spelling),
                    spelling,
                ),
            )
            tag_id = self._to_free_id(label)
            self.labels[tag_id] = label
            self._ids[key] = tag_id

    def to_group_key(self, keyword: str) -> str:
        """Return a key that is the same for all spellings of one tag."""
        # "Generative Adversarial Networks (GANs)"
        bare = re.sub(r"\s*\([A-Za-z]{2,8}\)$", "", keyword)
        key = "".join(to_words(bare)) or to_key(keyword) or keyword.strip().lower()
        long = shipped_acronyms().get(key) or (
            self._explained.get(key) if bare.removesuffix("s").isupper() else None
        )
        return "".join(to_words(long)) if long else key

    def _to_free_id(self, label: str) -> str:
        base = "-".join(to_words(label)) or label.strip().lower()
        return unique_id(base, self.labels)

    def to_id(self, keyword: str) -> str:
        """Return the tag_id of a keyword that was passed to the constructor."""
        return self._ids[self.to_group_key(keyword)]

    def find(self, key: str) -> str:
        """Return the tag_id of a phrase of stemmed words, or a new one if no keyword has these."""
        return self._ids.get(self.to_group_key(key)) or key.replace(" ", "-")

    def suggestions(self) -> Iterator[tuple[str, str, float]]:
        """Yield (tag_id, other tag_id, ratio) of similar tags for review."""
        ids = sorted(self.labels)
        texts = [self.labels[tag_id].lower() for tag_id in ids]
        for start in range(0, len(ids), 1000):
            ratios = process.cdist(
                texts[start : start + 1000], texts, scorer=fuzz.ratio, score_cutoff=SIMILAR
            )
            for row, column in zip(*ratios.nonzero(), strict=True):
                if start + row < column:
                    yield ids[start + row], ids[column], round(float(ratios[row, column]), 1)
