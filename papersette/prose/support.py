"""Checks each sentence of a model's answer against the passages that it cites.

A sentence is kept if it cites a passage that the model was given, if the cited passages contain
half of its words and all of its numbers, and if it has no link. This finds invented statements, but
not reversed ones: “A is better than B” and “B is better than A” have the same words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from papersette.meaning.sentences import split_sentences
from papersette.search.analysis import to_stems
from papersette.search.parser import STOP_WORDS

LEAST_SHARE = 0.5
"""Share of the words of a sentence that the cited passages must contain."""
LEAST_WORDS = 2
CITATION = re.compile(r"\s*\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]")
RANGE = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
"""A number, or the first and the last number of a range, in a citation."""
STRAY = re.compile(r"([.!?؟。])((?:\s*\[[\d\s,;–-]+\])+)")
"""A citation after the full stop of its sentence."""
LINK = re.compile(r"https?:|www\.|\b[\w.+-]+@[\w-]+\.\w|\]\(|<\w|\w\.(?:com|org|net|io)\b", re.I)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
FORMATTING = re.compile(
    r"[*`#_]{1,3}(?=\S)|(?<=\S)[*`#_]{1,3}|^\s*(?:[-•]|\d+[.)])\s+", re.MULTILINE
)


@dataclass(frozen=True)
class Supported:
    """A sentence of an answer with the passages that support it."""

    text: str
    """The sentence without the numbers of passages."""
    numbers: tuple[int, ...]
    """Numbers of the passages that support the sentence, from 1."""


def check(answer: str, passages: Mapping[int, str]) -> tuple[list[Supported], int]:
    """Return the supported sentences of an answer, and the number of its other sentences.

    Args:
        answer: The answer of a model.
        passages: Number -> passage, of the passages that the model was given.
    """
    plain = STRAY.sub(r"\2\1", FORMATTING.sub("", answer))
    spans = split_sentences(plain)
    checked = [to_supported(plain[start:end], passages) for start, end in spans]
    kept = [sentence for sentence in checked if sentence]
    return kept, len(checked) - len(kept)


def to_supported(sentence: str, passages: Mapping[int, str]) -> Supported | None:
    """Return a sentence with the passages that support it; None if no passage does.

    >>> to_supported("Noise escapes sharp minima [1].", {1: "The noise escapes from sharp minima"})
    Supported(text='Noise escapes sharp minima.', numbers=(1,))
    """
    cited = to_numbers(sentence)
    text = " ".join(CITATION.sub("", sentence).split())
    numbers = tuple(number for number in cited if number in passages)
    if not numbers or LINK.search(text):
        return None
    source = " ".join(passages[number] for number in numbers)
    return Supported(text, numbers) if is_said(text, source) else None


def to_numbers(sentence: str) -> list[int]:
    """Return the numbers of the passages that a sentence cites.

    >>> to_numbers("It holds [2, 3] for all [5–7].")
    [2, 3, 5, 6, 7]
    """
    found: list[int] = []
    for cited in CITATION.findall(sentence):
        for first, last in RANGE.findall(cited):
            found += range(int(first), int(last or first) + 1)
    return list(dict.fromkeys(found))


def is_said(text: str, source: str) -> bool:
    """Return whether a source has enough of the words of a text, and all of its numbers."""
    words, known = to_content(text.split()), set(to_stems(source))
    shared = [word for word in words if word in known]
    if len(shared) < LEAST_WORDS or len(shared) < LEAST_SHARE * len(words):
        return False
    return set(NUMBER.findall(text)) <= set(NUMBER.findall(source))


def to_content(words: Sequence[str]) -> list[str]:
    """Return the distinct stems of the words, without stop words."""
    plain = (word.strip(".,;:!?()\"'“”").lower() for word in words)
    text = " ".join(word for word in plain if word not in STOP_WORDS)
    return list(dict.fromkeys(to_stems(text)))
