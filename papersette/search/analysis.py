"""How text becomes terms, for the index and for queries alike.

A term is a run of letters and digits in lower case without accents. Chinese, Japanese and Korean
text, which has no spaces, becomes overlapping pairs of characters (bigrams), as in Lucene's
CJKBigramFilter, so that a word is found as a phrase of its pairs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from papersette.text import fold

LONGEST_CACHED = 200
"""Characters of a text whose terms are remembered: words and phrases of queries."""
LONGEST_TERM = 60
"""Longer runs of letters are hashes and encoding errors; they are not indexed."""
CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
"""Runs of kana, Han and Hangul."""
SYMBOLS = re.compile(r"(?<![^\W_])([A-Za-z])(\+\+|#)(?![^\W\d]|[#+])")
"""Names of programming languages that end in symbols; a letter alone would be another word. A
version may follow, C++11."""
SYMBOL_NAMES = {"++": "plusplus ", "#": "sharp "}
SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which an address may contain and UTF-8 does not."""
GREEK_SYMBOLS = str.maketrans("ϵϑϕϱϖµϐ", "εθφρπμβ")
"""Letters that fonts for mathematics have twice."""
SPECIAL = re.compile("[\u00b5\u03d0-\u03f5\u0600-\u06ff\u3040-\u9fff\uac00-\udfff\uf900-\ufaff]")
"""Everything that `prepare` changes in composed text: most text has none of it."""


def to_words_analyzer() -> TextAnalyzer:
    """Return the analyzer of exact terms: lower case, without accents."""
    return _builder().build()


def to_stems_analyzer() -> TextAnalyzer:
    """Return the analyzer of English stems (Snowball), which only scores use."""
    return _builder().filter(Filter.stemmer("english")).build()


def _builder() -> TextAnalyzerBuilder:
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(LONGEST_TERM))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )


WORDS = to_words_analyzer()
STEMS = to_stems_analyzer()


def prepare(text: str | None) -> str:
    """Return text as both analyzers expect it: composed, Arabic folded, CJK runs in bigrams, C++
    and C# as words.
    """
    if not text:
        return ""
    if "++" in text or "#" in text:
        text = SYMBOLS.sub(lambda match: match[1] + SYMBOL_NAMES[match[2]], text)
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFC", text)
    if not SPECIAL.search(plain):
        return plain
    plain = SURROGATES.sub("\ufffd", plain).translate(GREEK_SYMBOLS)
    return CJK.sub(_to_bigrams, fold(plain))


def _to_bigrams(run: re.Match[str]) -> str:
    """
    >>> CJK.sub(_to_bigrams, "在機械翻訳x")
    ' 在機 機械 械翻 翻訳 x'
    """
    text = run[0]
    pairs = [text[i : i + 2] for i in range(len(text) - 1)] or [text]
    return f" {' '.join(pairs)} "


def to_terms(text: str) -> tuple[str, ...]:
    """Return the exact terms of a text, in order.

    >>> to_terms("Schölkopf's f-GAN")
    ('scholkopf', 's', 'f', 'gan')
    """
    return _to_terms(text) if len(text) <= LONGEST_CACHED else _to_terms.__wrapped__(text)


@lru_cache(maxsize=4096)
def _to_terms(text: str) -> tuple[str, ...]:
    return tuple(WORDS.analyze(prepare(text)))


def to_stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text, in order.

    >>> to_stems("generalization generalizes")
    ('general', 'general')
    """
    return _to_stems(text) if len(text) <= LONGEST_CACHED else _to_stems.__wrapped__(text)


@lru_cache(maxsize=4096)
def _to_stems(text: str) -> tuple[str, ...]:
    return tuple(STEMS.analyze(prepare(text)))
