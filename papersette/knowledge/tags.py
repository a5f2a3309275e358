"""Which spellings are one tag.

The rule: only what surely is the same is joined (case, hyphens, spaces, accents); the commonest spelling becomes the
label, and paper_tags keeps what each paper wrote.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from papersette.keys import to_slug


def to_tag_id(written: str) -> str:
    """
    >>> to_tag_id("Batch-Normalization") == to_tag_id("batch  normalization")
    True
    """
    return to_slug(written) or written.strip().lower()


def to_labels(written: Iterable[str]) -> dict[str, str]:
    """For each tag_id its label: the commonest spelling, of equals the one with the fewest capitals."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for spelling in written:
        spellings[to_tag_id(spelling)][spelling] += 1
    return {tag_id: _commonest(counts) for tag_id, counts in spellings.items()}


def _commonest(counts: Counter[str]) -> str:
    return min(counts, key=lambda spelling: (-counts[spelling], sum(c.isupper() for c in spelling), spelling))
