"""Which names over papers are one author, as far as the names alone tell.

The rule: names are joined only where nothing speaks against it. "R. P. Adams" is Ryan P. Adams if only one author here can be
meant; a number that a database has added, "Wei Wang 0002", keeps people apart; names as printed stay with the papers.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from papersette.text import to_slug


def group_names(printed: Iterable[str]) -> dict[str, str]:
    """For each name as printed the name of its author: the fullest spelling, of equals the commonest.

    Joined are names that differ in case, accents, hyphens or order ("Bengio, Yoshua"), in middle names that one of them
    leaves out or shortens, and in a first name of which one gives the initial, if it can be only one.
    """
    counts = Counter(printed)
    parts = {name: _to_parts(name) for name in counts}
    families: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, (_, surname, number) in parts.items():
        families[surname, number].append(name)
    author_of: dict[str, str] = {}
    for names in families.values():
        groups = _group([parts[name][0] for name in names])
        members: defaultdict[int, list[str]] = defaultdict(list)
        for name, group in zip(names, groups, strict=True):
            members[group].append(name)
        for together in members.values():
            best = min(together, key=lambda name: _rank(name, parts[name][0], counts[name]))
            author_of |= dict.fromkeys(together, best)
    return author_of


def _rank(name: str, given: tuple[str, ...], count: int) -> tuple[int, bool, int, int, int, str]:
    """What makes a spelling the author's name: the fullest, not in capitals alone, the commonest, one that keeps its accents."""
    return (
        -len("".join(given)),
        name.isupper(),
        -count,
        -sum(not c.isascii() for c in name),
        -len(name),
        name,
    )


def _to_parts(name: str) -> tuple[tuple[str, ...], str, str]:
    """Given names, surname, and the number that tells namesakes apart; all folded.

    >>> _to_parts("Adams, Ryan P."), _to_parts("Wei Wang 0002")
    ((('ryan', 'p'), 'adams', ''), (('wei',), 'wang', '0002'))
    """
    family, comma, given = name.partition(",")
    ordered = f"{given} {family}" if comma and given.strip() else name
    number = re.search(r"\b\d{4}$", ordered)
    words = to_slug(ordered[: number.start()] if number else ordered).split("-")
    return tuple(words[:-1]), words[-1], number.group() if number else ""


def _group(given: list[tuple[str, ...]]) -> list[int]:
    """Of names with one surname the number of each one's group: the fullest found groups, others join the only one they fit."""
    order = sorted(range(len(given)), key=lambda place: -len("".join(given[place])))
    groups: list[list[int]] = []
    of = [0] * len(given)
    for place in order:
        fitting = [
            number
            for number, members in enumerate(groups)
            if all(_may_be_one(given[place], given[m]) for m in members)
        ]
        same = [
            number
            for number in fitting
            if any(given[place] == given[member] for member in groups[number])
        ]
        chosen = same or fitting
        if len(chosen) == 1 and (same or given[place]):
            of[place] = chosen[0]
            groups[chosen[0]].append(place)
        else:
            of[place] = len(groups)
            groups.append([place])
    return of


def _may_be_one(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether given names agree: word by word the same or an initial of it, those at the end perhaps left out.

    >>> _may_be_one(("ryan",), ("ryan", "p")), _may_be_one(("r", "p"), ("ryan",)), _may_be_one(("ryan",), ("rose",))
    (True, True, False)
    """
    if not one or not other:
        return one == other
    return all(
        a == b or (1 in {len(a), len(b)} and a[:1] == b[:1])
        for a, b in zip(one, other, strict=False)
    )
