"""Detect the language of a text with py3langid, a naive Bayes model of sequences of bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

LANGUAGES = (
    "ar bg ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka ko la lt lv mk ms"
    " nl no pl pt ro ru sk sl sq sr sv th tr uk ur vi zh"
).split()
"""Languages of papers; with all languages of the model, formulas look like rare ones."""
FEWEST = 60
"""Least number of characters of a text whose language is detected."""
CERTAIN = 0.9
"""Least probability of a language that is returned."""
PIECES = 20
"""Number of pieces of a long text that are classified first; they suffice for nearly all papers."""
PIECE = 150
"""Length of a piece, in characters."""
MANY = 4
"""A text is long if its length is more than this multiple of the length of all pieces."""
NO_DOUBT = 0.99
"""Least probability at which the pieces suffice; below it, the whole text is classified."""
MOST = 12_000
"""Approximate number of words of the whole text that are classified."""
RUN = 20
LONGEST = 1_440_000
"""Number of characters at the start of a text that are used."""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    # A text uses few rows of this table; numpy has chosen an order of memory that scatters them.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc)
    return identifier


def load() -> None:
    """Load the model, so that its memory is not counted as memory used for a file."""
    _identifier()


def detect(pages: Sequence[str]) -> str | None:
    """Return the ISO 639-1 code of the language of a text, or None if it is not certain.

    >>> detect(["Die Wörter dieses Satzes stehen in einer Reihenfolge, die nur im Deutschen geht."])
    'de'
    """
    text = " ".join(pages)[:LONGEST]
    if len(text) > MANY * PIECE * PIECES:
        step = len(text) // PIECES
        pieces = (text[i : i + PIECE].split()[1:-1] for i in range(0, len(text), step))
        language, probability = _classify([" ".join(piece) for piece in pieces])
        if probability >= NO_DOUBT:
            return language
    language, probability = _classify([text])
    return language if probability >= CERTAIN else None


def _classify(texts: Sequence[str]) -> tuple[str | None, float]:
    """Return the most probable language of the texts, and its probability."""
    words = [word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)]
    words = [w for w in words if not w.isupper() or not w.isascii()] or words
    step = RUN * max(1, len(words) // MOST)
    # Runs of words: the end of a word and the beginning of the next are evidence together.
    runs = " ".join(word for i in range(0, len(words), step) for word in words[i : i + RUN])
    if len(runs) < FEWEST:
        return None, 0.0
    language, probability = _identifier().classify(runs)
    return str(language), float(probability)
