"""Which papers have the commonest words, kept as sets of bits beside the index.

Most of the time of an exact count goes into reading the long lists of papers that have common
words. Such a word has its papers as bits in a file that is mapped into memory, so that the papers
with several words are an AND of bits (Culpepper and Moffat, "Efficient set intersection for
inverted indexing", 2010).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tantivy import Schema, Searcher

from papersette.search import adapter

FOLDER = "common"
"""Name of the folder with the sets, in the folder of the index."""
FIELDS = ("text", "refs")
"""Fields of papers that have such sets."""
COMMON_SHARE = 1 / 32
"""A word is common if this share of the papers have it."""
MOST_WORDS = 8192
"""Words of each field."""

Bits = NDArray[np.uint8]
"""A set of papers by number, eight in a byte, the lowest number in the lowest bit."""


class CommonWords:
    """The sets of one index.

    Args:
        folder: The folder of the index.
    """

    def __init__(self, folder: Path) -> None:
        self._rows: dict[tuple[str, str], int] = {}
        self._bits: dict[str, Bits] = {}
        for field in FIELDS:
            words = json.loads((folder / FOLDER / f"{field}.json").read_text(encoding="utf-8"))
            self._rows |= {(field, word): row for row, word in enumerate(words)}
            # An empty file cannot be mapped.
            path = folder / FOLDER / f"{field}.npy"
            bits = np.load(path, mmap_mode="r") if words else np.load(path)
            self._bits[field] = bits.view(np.ndarray)  # rows of a memmap take longer to make

    def find(self, field: str, word: str, size: int) -> NDArray[np.bool_] | None:
        """Return which of `size` papers have a word in a field, or None where it is not common."""
        row = self._rows.get((field, word))
        if row is None:
            return None
        return np.unpackbits(self._bits[field][row], count=size, bitorder="little").view(np.bool_)


def write_common_words(searcher: Searcher, schema: Schema, folder: Path, size: int) -> None:
    """Write the sets of an index of papers.

    Args:
        searcher: Of the papers.
        schema: Of the papers.
        folder: The folder of the index.
        size: One more than the highest number of a paper.
    """
    (folder / FOLDER).mkdir()
    least = max(1, searcher.num_docs * COMMON_SHARE)
    for field in FIELDS:
        found = searcher.terms_with_prefix(field, "", limit=MOST_WORDS)
        words = [word for word, count in found if count >= least]
        (folder / FOLDER / f"{field}.json").write_text(json.dumps(words), encoding="utf-8")
        path = folder / FOLDER / f"{field}.npy"
        bits = np.zeros((len(words), (size + 7) // 8), np.uint8)
        for row, word in enumerate(words):
            members = np.zeros(size, np.bool_)
            query = adapter.term(schema, field, word)
            members[adapter.find_values(searcher, query, "number")] = True
            bits[row] = np.packbits(members, bitorder="little")
        np.save(path, bits)
