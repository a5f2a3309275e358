"""Find where the entries of a list end and those of other text begin.

The publisher's other publications, tables or addresses may follow a list, and their lines look like
entries. All entries of a list have the same style: the list is the part from the start in which
entries of this style most outnumber others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from papersette.knowledge.citations.authors import Authors

MIN_ENTRIES = 3
"""Least number of entries with a recognisable style."""
SAMPLE = 40
"""Number of entries that determine the style; other text may be longer than the list."""
SAME_STYLE = 0.7
"""Least share of these entries whose author lists end in the same way, for a list with a style."""
MOSTLY = 0.6
"""Least share of entries of the style among those kept."""


def count_entries(authors: Sequence[Authors | None], complete: Sequence[bool]) -> int:
    """Return how many entries from the start belong to the list.

    `authors`: the authors of each entry. `complete`: whether each has a title and a year.
    """
    if len(authors) < MIN_ENTRIES:
        return len(authors)
    endings = Counter(found.ending for found in authors[:SAMPLE] if found)
    style, times = endings.most_common(1)[0] if endings else ("", 0)
    has_style = times >= SAME_STYLE * endings.total()
    fits = [
        is_complete and found is not None and (not has_style or found.ending == style)
        for found, is_complete in zip(authors, complete, strict=True)
    ]
    scores = list(accumulate(1 if fit else -1 for fit in fits))
    best = max(range(len(scores)), key=lambda i: (scores[i], i)) + 1
    return best if best >= MIN_ENTRIES and sum(fits[:best]) >= MOSTLY * best else len(fits)
