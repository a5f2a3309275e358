"""Find the mentions of one paper in a worker, and cache them.

The names that are searched for depend on the whole collection, but the mentions of a paper only on
spellings whose words it all has. These spellings, the paper's text and the rules are the key of a
cache entry, so that a new name in one paper does not invalidate the entries of other papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from papersette.cache import read_entry, save_entry
from papersette.knowledge.findings import PaperText, to_version
from papersette.knowledge.matcher import Matcher, Spelling
from papersette.knowledge.mentions import Mention, find_mentions
from papersette.knowledge.words import Vocabularies, to_numbering
from papersette.text import to_singular


@dataclass(frozen=True)
class MentionJob:
    """A paper, and the spellings that it can contain: the argument of a worker."""

    text: PaperText
    spellings: tuple[Spelling, ...]

    def to_key(self) -> str:
        """Return the key of the mentions in the cache."""
        return self.text.to_key(to_version(), repr([tuple(one) for one in self.spellings]))


class SpellingChooser:
    """Chooses for each paper the spellings whose words it all has.

    Args:
        spellings: The spellings of all terms.
        vocabularies: The words of all papers.
    """

    def __init__(self, spellings: Sequence[Spelling], vocabularies: Vocabularies) -> None:
        self._vocabularies = vocabularies
        self._spellings = sorted(set(spellings))
        forms = to_numbering()
        needed = [[forms[word, one.folded] for word in one.words] for one in self._spellings]
        self._needed = np.fromiter(chain.from_iterable(needed), np.int32)
        """The forms of words that the spellings need, one spelling after the other."""
        self._starts = np.cumsum([0, *map(len, needed)])[:-1]
        self._count = len(forms)
        words = vocabularies.words
        # Of each word in the texts: the form that it has, or the first number that is no form.
        self._exact = np.array([forms.get((word, False), self._count) for word in words], np.int32)
        self._folded = np.array(
            [forms.get((to_singular(word), True), self._count) for word in words], np.int32
        )

    def choose(self, paper: int) -> tuple[Spelling, ...]:
        """Return the spellings that a paper can contain, by its number in the vocabularies."""
        if not self._spellings:
            return ()
        numbers = np.array(self._vocabularies.of(paper), np.int32)
        has = np.zeros(self._count + 1, np.bool_)
        has[self._exact[numbers]] = True
        has[self._folded[numbers]] = True
        found = np.logical_and.reduceat(has[self._needed], self._starts)
        return tuple(self._spellings[i] for i in np.flatnonzero(found).tolist())


def find_cached(job: MentionJob) -> Sequence[Mention] | None:
    """Return the mentions of a paper: cached ones, or none if it can contain no spelling."""
    if not job.spellings:
        return ()
    entry = read_entry(job.text.cache, job.to_key()) if job.text.cache else None
    try:
        return None if entry is None else [Mention(*fields) for fields in entry["mentions"]]
    except (KeyError, TypeError):  # valid JSON, but not a cache entry of this program
        return None


def find(job: MentionJob) -> Sequence[Mention]:
    """Return the mentions of a paper, from the cache if possible.

    If they cannot be cached, no error is raised: `findings.find` reports the same fault.
    """
    found = find_cached(job)
    if found is not None:
        return found
    found = find_mentions(job.text.bodies, Matcher.of(job.spellings))
    if job.text.cache:
        try:
            entry = {"mentions": [_to_fields(mention) for mention in found]}
            save_entry(job.text.cache, job.to_key(), entry)
        except OSError:
            return found
    return found


def _to_fields(mention: Mention) -> list[Any]:
    return [mention.term_id, mention.count, mention.first_page, mention.evidence]
