"""Detect the language of a text with py3langid, a naive Bayes model over sequences of bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

LANGUAGES = (
    "ar bg ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka ko la lt lv mk ms"
    " nl no pl pt ro ru sk sl sq sr sv th tr uk ur vi zh"
).split()
"""Languages that papers are written in: formulas would otherwise look like rare languages."""
FEWEST = 60
"""Letters from which a text is enough."""
CERTAIN = 0.9
"""Probability from which a language is returned."""
SAMPLE = 600
"""Words that are looked at, spread over the text."""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


def load() -> None:
    """Read the model, so that its memory is not counted as that of a file."""
    _identifier()


def detect(pages: Sequence[str]) -> str | None:
    """Return the ISO 639-1 code of the language of a text, or None if it is not certain.

    >>> detect(["Die Wörter dieses Satzes stehen in einer Reihenfolge, die nur im Deutschen geht."])
    'de'
    """
    words = re.findall(r"[^\W\d_]{2,}", " ".join(pages)[: 40 * 60 * SAMPLE])
    words = [w for w in words if not w.isupper() or not w.isascii()] or words
    step = max(1, len(words) // SAMPLE // 20)
    # Runs of twenty words: the end of a word and the beginning of the next one are evidence, too.
    runs = [words[i : i + 20] for i in range(0, len(words), 20 * step)]
    text = " ".join(word for run in runs for word in run)
    if len(text) < FEWEST:
        return None
    language, probability = _identifier().classify(text)
    return str(language) if probability >= CERTAIN else None
