"""Which spellings of a keyword are one tag.

The rule: only what surely is the same is joined: case, accents, hyphens, spaces, plural, -ise and -ize, and acronyms with their
long form. The commonest spelling becomes the label, paper_tags keeps what each paper wrote. What only looks alike is a
suggestion for a person, never joined: "deep Q-learning" is not deep learning. Measured in docs/knowledge.md.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from papersette.text import to_key, to_singular, to_slug, unique_id

KEEPS_ISE = re.compile(
    r"(?:no|prec|conc|exerc|expert|enterpr|surpr|prem|prom|comprom|superv|rev|adv|dev|improv|disgu|r|ra|w)is(?:e|ing|ed)"
)
"""Words whose -ise is no suffix, so that there is no -ize beside it: noise, supervised."""
FEWEST_PAPERS, DOMINANT = 10, 0.6
"""An acronym is believed from ten papers on, if six in ten explain it so; with three, MAP became a mean average precision."""
ACRONYM = re.compile(r" \(([A-Z]{2,8})s?\)")
BEFORE = 100
"""Characters before an acronym in which its long form stands."""
SIMILAR = 92
"""rapidfuzz ratio from which on two tags are suggested to a person."""


def split(written: str) -> list[str]:
    """The keywords of one entry of a list: some authors write all of theirs into one.

    >>> split("GANs, deep learning; noise")
    ['GANs', 'deep learning', 'noise']
    """
    return [part for part in (part.strip(" .") for part in re.split("[;,]", written)) if part]


def to_stem(word: str) -> str:
    """A lower-case word without plural and with -ize.

    >>> [to_stem(word) for word in ("networks", "policies", "classes", "bias", "optimisation", "supervised")]
    ['network', 'policy', 'class', 'bias', 'optimization', 'supervised']
    """
    word = to_singular(word)
    if len(word) > 5 and not KEEPS_ISE.search(word):
        word = re.sub(r"is(e|ed|er|ing|ation|able)$", r"iz\1", word)
    return word


def to_words(written: str) -> list[str]:
    """The stemmed words of a keyword; "C++" and "C#" are not one letter."""
    spelt = written.replace("++", "plusplus").replace("#", "sharp")
    return [to_stem(word) for word in to_slug(spelt).split("-") if word]


@cache
def shipped_acronyms() -> Mapping[str, str]:
    """Key of an acronym -> its long form, of the list beside this file."""
    table = yaml.safe_load((Path(__file__).parent / "acronyms.yml").read_text(encoding="utf-8"))
    pairs = (
        (acronym, long)
        for long, given in table.items()
        for acronym in (given if isinstance(given, list) else [given])
    )
    return {"".join(to_words(acronym)): long for acronym, long in pairs}


class Acronyms:
    """Learns from papers what they mean by an acronym: "generative adversarial network (GAN)"."""

    def __init__(self) -> None:
        self._papers: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def read(self, bodies: Iterable[str]) -> None:
        """Take in the pages of one paper."""
        pairs = {(acronym, long) for body in bodies for acronym, long in _explained(body)}
        for acronym, long in pairs:
            self._papers[acronym][long] += 1

    def known(self) -> dict[str, str]:
        """Key of an acronym -> its long form, where enough papers agree."""
        found = {}
        for acronym, counts in self._papers.items():
            long, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            if count >= FEWEST_PAPERS and count >= DOMINANT * counts.total():
                found["".join(to_words(acronym))] = long
        return found


def _explained(body: str) -> Iterator[tuple[str, str]]:
    """The pairs in which the acronym is made of the initials of the words before it."""
    for match in ACRONYM.finditer(body):
        acronym = match.group(1)
        words = re.split(r"[\s-]", body[max(0, match.start() - BEFORE) : match.start()])[
            -len(acronym) :
        ]
        if "".join(word[:1] for word in words).upper() == acronym and all(
            word.isalpha() for word in words
        ):
            yield acronym, " ".join(to_stem(word.lower()) for word in words)


class Tags:
    """All keywords of a corpus, joined to tags."""

    def __init__(self, written: Iterable[str], explained: Mapping[str, str] | None = None) -> None:
        spellings = Counter(written)
        self._explained = explained or {}
        by_key: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for spelling, count in spellings.items():
            by_key[self._to_key(spelling)][spelling] += count
        self.labels: dict[str, str] = {}
        """tag_id -> the commonest spelling, of equals the one with the fewest capitals."""
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

    def _to_key(self, written: str) -> str:
        bare = re.sub(
            r"\s*\([A-Za-z]{2,8}\)$", "", written
        )  # "Generative Adversarial Networks (GANs)"
        key = "".join(to_words(bare)) or to_key(written) or written.strip().lower()
        long = shipped_acronyms().get(key) or (
            self._explained.get(key) if bare.removesuffix("s").isupper() else None
        )
        return "".join(to_words(long)) if long else key

    def _to_free_id(self, label: str) -> str:
        base = "-".join(to_words(label)) or label.strip().lower()
        return unique_id(base, self.labels)

    def to_id(self, written: str) -> str:
        """The tag_id of a keyword that is among those given."""
        return self._ids[self._to_key(written)]

    def find(self, key: str) -> str:
        """The tag_id of a phrase of stemmed words, as keyphrases.py has them; one of its own where no keyword is written so."""
        return self._ids.get(self._to_key(key)) or key.replace(" ", "-")

    def suggestions(self) -> Iterator[tuple[str, str, float]]:
        """Yield (tag_id, other tag_id, ratio) of tags that look alike and may be one, for a person to judge."""
        ids = sorted(self.labels)
        texts = [self.labels[tag_id].lower() for tag_id in ids]
        for start in range(0, len(ids), 1000):
            ratios = process.cdist(
                texts[start : start + 1000], texts, scorer=fuzz.ratio, score_cutoff=SIMILAR
            )
            for row, column in zip(*ratios.nonzero(), strict=True):
                if start + row < column:
                    yield ids[start + row], ids[column], round(float(ratios[row, column]), 1)
