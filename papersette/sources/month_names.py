"""Names of months and weekdays in sources, in the languages of LANGUAGES (CLDR's names, by Babel).

English names count by their first three letters; those of other languages by a full name or a
usual abbreviation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product

from babel.dates import get_day_names, get_month_names

LANGUAGES = "en fr de es it pt nl ar".split()
WIDTHS = ("wide", "abbreviated")
CONTEXTS = ("format", "stand-alone")
ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "mon tue wed thu fri sat sun".split()
CONNECTIVES = frozenset("de del of the le il den der er st nd rd th".split())
"""Words and endings inside dates: "12 de marzo de 2019", "March 3rd", "1er mars"."""


def to_month(name: str) -> int | None:
    """Return the number of a month by its name; None if it is no name of a month.

    >>> to_month("October"), to_month("août"), to_month("Dez."), to_month("mardi")
    (10, 8, 12, None)
    """
    key = _to_key(name)
    if key in _months() or key in _weekdays() or key[:3] not in ENGLISH:
        return _months().get(key)
    return ENGLISH.index(key[:3]) + 1


def is_filler(word: str) -> bool:
    """Return whether a word of a date says nothing: a weekday, or a connective.

    >>> is_filler("Tuesday"), is_filler("lundi"), is_filler("de"), is_filler("circa")
    (True, True, True, False)
    """
    key = _to_key(word)
    return key[:3] in WEEKDAYS or key in _weekdays() or key in CONNECTIVES


@cache
def _months() -> dict[str, int]:
    return {name: number for number, name in _iterate_names(get_month_names)}


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(name for _, name in _iterate_names(get_day_names))


def _iterate_names(
    get_names: Callable[..., Mapping[int, str]],
) -> Iterator[tuple[int, str]]:
    for width, context, language in product(WIDTHS, CONTEXTS, LANGUAGES):
        for number, name in get_names(width, context, language).items():
            yield number, _to_key(name)


def _to_key(name: str) -> str:
    return name.strip(" .").lower()
