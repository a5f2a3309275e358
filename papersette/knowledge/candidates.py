"""Finds the mentions of one paper in a worker, and keeps them in a cache.

The names that are searched for depend on the whole collection, but a paper's mentions only on those
spellings of which it has every word. These, its text and the rules are the key of a cache entry: a
new name in one paper costs no other paper anything.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from papersette.cache import read_entry, save_entry
from papersette.knowledge.findings import PaperText, to_version
from papersette.knowledge.matcher import Matcher, Spelling
from papersette.knowledge.mentions import Mention, find_mentions
from papersette.knowledge.words import Vocabularies
from papersette.text import to_singular


@dataclass(frozen=True)
class MentionJob:
    """A paper and the spellings that it can have: the argument of a worker."""

    text: PaperText
    spellings: tuple[Spelling, ...]

    def to_key(self) -> str:
        """Return the key under which the mentions are kept."""
        return self.text.to_key(to_version(), repr([tuple(one) for one in self.spellings]))


class Chooser:
    """Chooses the spellings of which papers have every word.

    Args:
        spellings: Of all terms.
        vocabularies: The words of all papers.
    """

    def __init__(self, spellings: Iterable[Spelling], vocabularies: Vocabularies) -> None:
        self._vocabularies = vocabularies
        self._exact: defaultdict[str, list[Spelling]] = defaultdict(list)
        self._folded: defaultdict[str, list[Spelling]] = defaultdict(list)
        for one in spellings:
            (self._folded if one.folded else self._exact)[one.words[0]].append(one)
        words = vocabularies.words
        self._beginning = {
            number: found for number, word in enumerate(words) if (found := self._begin_with(word))
        }

    def _begin_with(self, word: str) -> tuple[Spelling, ...]:
        return (*self._exact.get(word, ()), *self._folded.get(to_singular(word), ()))

    def choose(self, paper: int) -> tuple[Spelling, ...]:
        """Return the spellings that a paper can have, by its number in the vocabularies."""
        numbers = self._vocabularies.of(paper)
        beginning = self._beginning.keys() & set(numbers)
        found = {one for number in beginning for one in self._beginning[number]}
        if any(len(one.words) > 1 for one in found):
            found = self._with_all_words(found, numbers)
        return tuple(sorted(found))

    def _with_all_words(self, found: Iterable[Spelling], numbers: array[int]) -> set[Spelling]:
        words = {self._vocabularies.words[number] for number in numbers}
        folded = set(map(to_singular, words))
        return {one for one in found if (folded if one.folded else words).issuperset(one.words)}


def find_cached(job: MentionJob) -> Sequence[Mention] | None:
    """Return the mentions of a paper if they are in the cache; none if it can have no spelling."""
    if not job.spellings:
        return ()
    entry = read_entry(job.text.cache, job.to_key()) if job.text.cache else None
    try:
        return None if entry is None else [Mention(*fields) for fields in entry["mentions"]]
    except (KeyError, TypeError):  # JSON, but not of ours
        return None


def find(job: MentionJob) -> Sequence[Mention]:
    """Return the mentions of a paper, from the cache if it has them.

    Raises nothing if they cannot be kept: `findings.find` has the same trouble and reports it.
    """
    found = find_cached(job)
    if found is not None:
        return found
    found = find_mentions(job.text.bodies, Matcher.of(job.spellings))
    if job.text.cache:
        try:
            entry = {"mentions": [list(astuple(mention)) for mention in found]}
            save_entry(job.text.cache, job.to_key(), entry)
        except OSError:
            return found
    return found
