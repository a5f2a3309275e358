"""Find the lines of a reference list that begin an entry, by their positions on the page.

Most typesetters show where an entry begins: its first line is outdented or indented, or a gap is
above it. pdfium reports the position of each character. The lines of the pages with a list are read
again, and the indentation or spacing of the list shows the entries. In a list that uses neither, no
line is marked, and entries are recognised by their text alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from papersette.fulltext.positions import (
    FLUSH,
    MIN_LINES,
    Line,
    find_running_heads,
    find_spacing,
    read_lines,
    to_key,
)
from papersette.fulltext.references import START

OWN_LAYOUT = 20
"""Least number of lines of a column whose layout may differ from that of the other columns."""
INDENT = (4.0, 60.0)
"""Smallest and largest indentation, in points."""
LEAST, MOST = 0.1, 0.85
"""Smallest and largest share of lines that begin entries; other shares mean something else."""
GAP = 1.2
"""Least gap above an entry, in spacings of lines."""
NOWHERE = 1000.0
"""Indentation of a line in a column without an edge, in points; such a line begins no entry."""
CLEAR = 0.15
"""Least difference between two kinds of lines in the share that look like starts of entries."""


def mark_entries(path: Path, lists: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the lines of each page's list with an empty line before the first line of each entry.

    `lists` has the cleaned lines of each page. If the layout of the file does not show entries, or
    the file cannot be read, the lines are returned without empty lines.
    """
    plain = [[line for line in lines if line] for lines in lists]
    if path.suffix.lower() != ".pdf" or sum(map(len, plain)) < MIN_LINES:
        return plain
    pages = [number for number, lines in enumerate(plain) if lines]
    try:
        lines = read_lines(path, pages)
    except (ImportError, RuntimeError):  # pypdfium2 is missing, or raises an error of its own
        return plain
    heads = find_running_heads(lines)
    plain = [[line for line in own if to_key(line) not in heads[n]] for n, own in enumerate(plain)]
    own = {number: _select(lines[number], plain[number]) for number in pages}
    starts = find_starts([line for number in pages for line in own[number]])
    for number in pages:
        plain[number] = _insert(plain[number], [line for line in own[number] if line in starts])
    return plain


def _select(lines: Sequence[Line], cleaned: Sequence[str]) -> list[Line]:
    """Return the lines of a page that are among the cleaned lines of its list, in order."""
    keys = Counter(map(to_key, cleaned))
    selected = []
    for line in lines:
        key = to_key(line.text)
        if keys[key] > 0:
            keys[key] -= 1
            selected.append(line)
    return selected


def find_starts(lines: Sequence[Line]) -> set[Line]:
    """Return the lines that begin an entry, if the layout of the list shows them.

    The layout of a column is used if it shows entries; otherwise that of most columns is used,
    as other text may follow the list.
    """
    placed = list(_place(lines))
    columns: defaultdict[int, list[int]] = defaultdict(list)
    for i, line in enumerate(placed):
        columns[line.column].append(i)
    layouts = {column: _find_layout([placed[i] for i in own]) for column, own in columns.items()}
    votes = Counter({layout: 0 for layout in layouts.values() if layout})
    for column, layout in layouts.items():
        votes[layout or ""] += len(columns[column])
    del votes[""]
    common = max(votes, key=lambda layout: votes[layout], default=_find_layout(placed))
    return {
        lines[i]
        for column, own in columns.items()
        for i in _starts_by(_choose(layouts[column], common, len(own)), placed, own)
    }


def _choose(own: str, common: str, count: int) -> str:
    """Return the layout of a column of `count` lines: its own only if it has enough of them."""
    return own if own and (count >= OWN_LAYOUT or not common) else common


def _place(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines with their indentation, which is huge for a line without a column's edge."""
    columns: defaultdict[int, list[float]] = defaultdict(list)
    for line in lines:
        columns[line.column].append(line.left)
    edges = {
        column: edge
        for column, own in columns.items()
        if len(own) >= MIN_LINES and (edge := _find_edge(own)) is not None
    }
    for line in lines:
        edge = edges.get(line.column)
        if edge is None:  # a short column: its lines begin where those of another page do
            near = [x for x in edges.values() if -FLUSH <= line.left - x <= INDENT[1]]
            edge = max(near, default=line.left + NOWHERE)
        yield replace(line, indent=line.left - edge)


def _find_edge(lefts: list[float]) -> float | None:
    """Return where the leftmost lines of a column begin; a single line does not count."""
    ordered = sorted(lefts)
    return next((a for a, b in pairwise(ordered) if b - a <= FLUSH), None)


def _find_layout(placed: Sequence[Line]) -> str:
    """Return how these lines show entries: "outdent", "indent", "gap", or "" for not at all."""
    if len(placed) < MIN_LINES:
        return ""
    every = range(len(placed))
    spacing = find_spacing(placed)
    outer = [i for i in every if abs(placed[i].indent) <= FLUSH]
    inner = [i for i in every if INDENT[0] <= placed[i].indent <= INDENT[1]]
    apart = [i for i in every if placed[i].gap > GAP * spacing > 0]
    close = [i for i in every if 0 < placed[i].gap <= GAP * spacing]
    for layout, starts, others in (("outdent", outer, inner), ("indent", inner, outer)):
        if _differ(placed, starts, others):
            return layout
    return "gap" if _differ(placed, apart, close) else ""


def _differ(placed: Sequence[Line], starts: list[int], others: list[int]) -> bool:
    """Whether the count of `starts` is plausible, and they look more like starts than others do."""
    share = len(starts) / len(placed)
    return (
        LEAST <= share <= MOST
        and len(others) >= LEAST * len(placed)
        and _share_of_starts(placed, starts) - _share_of_starts(placed, others) >= CLEAR
    )


def _share_of_starts(placed: Sequence[Line], indexes: list[int]) -> float:
    return sum(bool(START.match(placed[i].text)) for i in indexes) / len(indexes)


def _starts_by(layout: str, placed: Sequence[Line], own: list[int]) -> list[int]:
    """Return the lines of a column that begin an entry in this layout."""
    if layout == "gap":
        limit = GAP * find_spacing([placed[i] for i in own])
        tops = [i for i in own if not placed[i].gap and START.match(placed[i].text)]
        return sorted({*tops, *(i for i in own if placed[i].gap > limit > 0)})
    if layout == "outdent":
        return [i for i in own if abs(placed[i].indent) <= FLUSH]
    if layout == "indent":
        return [i for i in own if INDENT[0] <= placed[i].indent <= INDENT[1]]
    return []


def _insert(cleaned: list[str], starts: Sequence[Line]) -> list[str]:
    """Return the cleaned lines with an empty line before each line that begins an entry."""
    keys = [to_key(line) for line in cleaned]
    found: set[int] = set()
    after = 0
    for line in starts:
        key = to_key(line.text)
        index = next((i for i in range(after, len(keys)) if keys[i] == key), None)
        if index is not None:
            found.add(index)
            after = index + 1
    return [
        part for i, line in enumerate(cleaned) for part in (["", line] if i in found else [line])
    ]
