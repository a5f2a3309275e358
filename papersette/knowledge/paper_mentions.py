"""Find the mentions of one paper in a worker, and cache them.

The names that are searched for depend on the whole collection, but the mentions of a paper only on
spellings whose words it all has. These spellings, the paper's text and the rules are the key of a
cache entry, so that a new name in one paper does not invalidate the entries of other papers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from papersette.cache import read_entry, save_entry
from papersette.knowledge.findings import PaperText, to_version
from papersette.knowledge.matcher import Matcher, Spelling
from papersette.knowledge.mentions import Mention, find_mentions
from papersette.knowledge.words import Vocabularies
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
        self._exact: defaultdict[str, list[Spelling]] = defaultdict(list)
        self._folded: defaultdict[str, list[Spelling]] = defaultdict(list)
        for one in spellings:
            (self._folded if one.folded else self._exact)[one.words[0]].append(one)
        words = vocabularies.words
        self._beginning: dict[int, tuple[Spelling, ...]] = {}
        needed = {word for one in spellings for word in one.words}
        self._forms: defaultdict[tuple[str, bool], set[int]] = defaultdict(set)
        for number, word in enumerate(words):
            singular = to_singular(word)
            if found := (*self._exact.get(word, ()), *self._folded.get(singular, ())):
                self._beginning[number] = found
            if word in needed:
                self._forms[word, False].add(number)
            if singular in needed:
                self._forms[singular, True].add(number)

    def choose(self, paper: int) -> tuple[Spelling, ...]:
        """Return the spellings that a paper can contain, by its number in the vocabularies."""
        numbers = set(self._vocabularies.of(paper))
        beginning = self._beginning.keys() & numbers
        found = {one for number in beginning for one in self._beginning[number]}
        return tuple(sorted(one for one in found if self._has_every_word(numbers, one)))

    def _has_every_word(self, numbers: set[int], one: Spelling) -> bool:
        return len(one.words) == 1 or all(
            not numbers.isdisjoint(self._forms[word, one.folded]) for word in one.words
        )


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
            entry = {"mentions": [list(astuple(mention)) for mention in found]}
            save_entry(job.text.cache, job.to_key(), entry)
        except OSError:
            return found
    return found
