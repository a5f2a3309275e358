"""Wordings that address a program instead of a reader, from machine_text.yml, in ten languages.

"Ignore all previous instructions" in a paper is meant for an assistant or an automatic review.
Papers about such attacks quote it, so that a match is a hint, not a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from papersette.loading import load_yaml
from papersette.text import fold

FILE = Path(__file__).with_name("machine_text.yml")


@dataclass(frozen=True)
class Wording:
    """A pattern of words that address a program."""

    words: tuple[str, ...]
    """Words in this order, or a single phrase."""
    within: int = 0
    """Largest number of other words between two consecutive words."""
    is_letters: bool = False
    """Whether it is a run of letters in a script without spaces."""

    def find(self, text: str) -> tuple[int, int] | None:
        """Return the span of the wording in a folded text, or None.

        >>> Wording(("ignore", "instructions"), 2).find("Ignore all\\nprevious instructions!")
        (0, 32)
        >>> Wording(("ignore", "instructions"), 2).find("instructions we ignore")
        """
        words = (r"\W+".join(map(re.escape, word.split())) for word in self.words)
        between = rf"\W+(?:\w+\W+){{0,{self.within}}}?"
        edge = "" if self.is_letters else r"\b"
        found = re.search(edge + between.join(words) + edge, text, re.IGNORECASE)
        return found.span() if found else None


def load_wordings() -> tuple[Wording, ...]:
    """Return all wordings, with each combination of alternative words."""
    return tuple(wording for entry in load_yaml(FILE).value for wording in _to_wordings(entry))


def _to_wordings(entry: dict[str, Any]) -> Iterator[Wording]:
    if "letters" in entry:
        yield Wording((entry["letters"],), is_letters=True)
    elif "phrase" in entry:
        yield Wording((fold(entry["phrase"]),))
    else:
        for words in product(*entry["words"]):
            yield Wording(tuple(map(fold, words)), entry["within"])
