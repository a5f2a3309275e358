"""Drop the numbers that drafts print beside their lines, wherever the text engine put them.

They are lines of their own, begin lines, or are inside them where the engine joined lines: "the
395 trees", or "gar396 dens" for a word broken over a line end. They count up through all pages;
other numbers, as those of tables, do not do so for hundreds of lines.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

NUMBER = re.compile(r"\d+(?!\S)")
MAX_DIGITS = 4
MAX_STEP = 6
"""Largest difference of consecutive numbers; some at the edges of pages are dropped as headers."""
MIN_PER_PAGE = 20
"""Least numbers a page of a sequence that numbers lines. The two drafts of ICLR 2019 with such
numbers have 53 and 32, and other papers at most 4. Also the least numbers of a page alone."""
MIN_PAGES = 3
"""Number of pages that count up at least; a short file may be one long table."""


class _Number(NamedTuple):
    page: int
    line: int
    start: int
    end: int
    value: int


def drop_line_numbers(pages: list[list[str]]) -> list[list[str]]:
    """Return the lines of each page without the numbers of lines, if they are printed."""
    chain = _find_longest_chain(_find_numbers(pages))
    if len(chain) < MIN_PER_PAGE * max(MIN_PAGES, sum(map(bool, pages))):
        return [_without_margin(page) for page in pages]
    printed: defaultdict[tuple[int, int], list[_Number]] = defaultdict(list)
    for number in chain:
        printed[number.page, number.line].append(number)
    return [
        [
            shortened
            for i, line in enumerate(lines)
            if (shortened := _without(line, printed[page, i])) or not printed[page, i]
        ]
        for page, lines in enumerate(pages)
    ]


def _find_numbers(pages: list[list[str]]) -> list[_Number]:
    """Return the numbers that are words, or are glued to the letters before them."""
    return [
        _Number(page, i, *match.span(), int(match[0]))
        for page, lines in enumerate(pages)
        for i, line in enumerate(lines)
        for match in NUMBER.finditer(line)
        if len(match[0]) <= MAX_DIGITS and _is_free(line[: match.start()][-1:])
    ]


def _is_free(before: str) -> bool:
    return not before or before == " " or before.isalpha()


def _find_longest_chain(numbers: list[_Number]) -> list[_Number]:
    """Return the longest sequence of numbers that counts up, in their order on the pages."""
    best: dict[int, tuple[int, int]] = {}  # value -> length of its chain, index of its number
    previous: list[int] = []
    for index, number in enumerate(numbers):
        steps = range(number.value - MAX_STEP, number.value)
        length, before = max((best[value] for value in steps if value in best), default=(0, -1))
        previous.append(before)
        if length + 1 >= best.get(number.value, (0, -1))[0]:
            best[number.value] = (length + 1, index)
    _, index = max(best.values(), default=(0, -1))
    chain = []
    while index >= 0:
        chain.append(numbers[index])
        index = previous[index]
    return chain[::-1]


def _without(line: str, numbers: list[_Number]) -> str:
    """Return a line without these numbers; the parts of a word around a number are joined."""
    for number in reversed(numbers):
        line = line[: number.start] + line[number.end :].removeprefix(" ")
    return line.rstrip()


def _without_margin(page: list[str]) -> list[str]:
    """Return a page without lines that are numbers; fewer than twenty may be a table."""
    numbers = [line for line in page if _is_number(line)]
    if len(numbers) < MIN_PER_PAGE or sorted(numbers, key=int) != numbers:
        return page
    return [line for line in page if not _is_number(line)]


def _is_number(line: str) -> bool:
    return len(line) <= MAX_DIGITS and line.isdecimal()
