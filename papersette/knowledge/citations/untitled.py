"""Reads references that name no title: "N. Bohr, Phys. Rev. 48, 696 (1935)".

Physicists, chemists and astronomers print them so: journal, volume, first page and year directly
follow the authors. Read as other references, their journals would be authors and titles. The rules
are ours; tests/knowledge/test_untitled_references.py has an example of each style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from papersette.knowledge.citations.authors import Authors, read_authors
from papersette.knowledge.citations.journals import (
    ALL_ABBREVIATED,
    BEFORE_VOLUME,
    IS_ABBREVIATED,
    JOURNAL,
)

# In these patterns, [^\W\d_a-z] is a capital of any alphabet, and [^\W\d_] any letter.
VOLUME = r"(?P<volume>[A-Z]{0,2}\d{1,5}[A-Z]?)(?:\s?\(\d[\d–/-]*\))?"
PAGE = r"(?:pp?\.\s?)?(?P<page>[A-Za-z]{0,4}\d{1,7})(?:\([A-Z]\))?(?:\s?[–—-]+\s?[A-Z]?\d{1,7})?\b"
YEAR = r"(?:1[6-9]|20)\d\d"
START = re.compile(rf"(?:(?P<first>{YEAR})\s)?{JOURNAL}{BEFORE_VOLUME}")
"""A journal, and the year before it in some styles: "2009 Rev. Mod. Phys. 81 109"."""
NUMBERS = [
    re.compile(form)
    for form in (
        rf"{VOLUME}[,:]\s?{PAGE},?\s?\((?P<year>{YEAR})\)",  # 48, 696 (1935)
        rf"{VOLUME},?\s?\((?P<year>{YEAR})\)[,:]?\s?{PAGE}",  # 19 (1967) 1264
        rf"{VOLUME}\s(?P<year>{YEAR})[,:]?\s{PAGE}",  # 3(2) 2007 109-129
        rf"(?P<year>{YEAR}),\s?{VOLUME},\s?{PAGE}",  # 2008, 130, 1234
    )
]
"""Volume, first page and year, in the orders of several styles."""
VOLUME_AND_PAGE = re.compile(rf"{VOLUME}(?:[,:]\s?|\s){PAGE}")
"""The same where the year is before them."""
BEGIN = re.compile(rf"(?<=[,;.:\]])\s(?=[^\W\d_a-z])|\s(?={YEAR}\s[^\W\d_a-z])")
"""Where a journal, or the year before it, may begin."""
INITIAL = re.compile(r"\b[^\W\d_a-z](?:\.|\b)")
"""A capital alone, with or without a full stop."""
LAST_NAME = re.compile(r".*(?:,|;|\sand|\s&)\s(?=.)", re.DOTALL)
"""All of an author list but its last part."""
AND_LAST = re.compile(r"(?:\sand|\s&)\s[^,;]*,?$")
"""The last author after "and"."""
ENDS_IN_WORD = re.compile(r"(?<!\bal)(?<!\bJr)(?<!\bSr)(?<!\bothers)(?<=[^\W\d_]{3})\.$")
"""Three or more letters and a full stop at the end, which are no initial."""
ENDS_IN_INITIAL = re.compile(r"(?:\b|\W)[^\W\d_a-z]{1,3}\.?,?$")
FAMILY_FIRST = re.compile(r"[^,.]+,\s[^\W\d_a-z]\.")
"""A list in the style of "Roe, K., Doe, J."."""
ET_AL = re.compile(r"\b(?:et al|others)\b")
COLLABORATION = re.compile(r"[\[(][^\])]{1,200}[\])]")
"""What may stand between authors and journal: "[ATLAS Collaboration]"."""
LONGEST_JOURNAL = 90
"""Characters of a journal's name and of what stands before it, after the last name."""
VOLUME_NEXT = re.compile(r"[^\W_](?:\.|\))?,?\s[A-Z]{0,2}\d{1,5}[A-Z]?(?:\s?\(|[,:;]|\s\d)")
"""A number that may be a volume, or a year before one; most entries have none so near the names."""


@dataclass(frozen=True)
class Untitled:
    """A reference that names no title."""

    authors: Authors
    """With the end of the reference, and the year."""
    journal: str
    label: str
    """Journal, volume and first page, which serve as its title: "Phys. Rev. 48, 696"."""


def read_untitled(
    text: str, authors: Authors | None, *, vancouver: bool = False
) -> Untitled | None:
    """Return a reference that names no title; None where it names one or is of another kind.

    Args:
        text: Of the entry, without its label.
        authors: What `read_authors` read, by which the journal may have been taken for a name.
        vancouver: See `read_authors`.
    """
    if authors and authors.ending == "year":
        return _read_after_year(text, authors)
    last = (authors.end if authors else 0) + LONGEST_JOURNAL
    if not VOLUME_NEXT.search(text, 0, last):
        return None
    every = list(_iterate_untitled(text[: last + LONGEST_JOURNAL], vancouver))
    # Of "Roe, K. J. Am. Chem. Soc. 2008", the most initials: not "Roe", and K. before K. J.
    return max(every, key=_count_initials, default=None)


def _read_after_year(text: str, authors: Authors) -> Untitled | None:
    """Read journal, volume and page after authors and year, as astronomers print them."""
    rest = text[authors.end :].lstrip(" .,:;")
    journal = ALL_ABBREVIATED.match(rest)
    numbers = VOLUME_AND_PAGE.match(rest, journal.end()) if journal else None
    if journal is None or numbers is None:
        return None
    end = len(text) - len(rest) + numbers.end()
    return _to_untitled(replace(authors, end=end), journal["journal"], numbers)


def _iterate_untitled(text: str, vancouver: bool) -> Iterator[Untitled]:
    """Yield every reading of an entry as authors, journal and numbers."""
    for gap in BEGIN.finditer(text):
        journal = START.match(text, gap.end())
        numbers = _match_numbers(text, journal) if journal else None
        before = text[: gap.start()]
        if journal is None or numbers is None or not _is_list(before, journal["journal"]):
            continue
        authors = read_authors(before, vancouver=vancouver)
        if authors and not any(map(str.isalpha, COLLABORATION.sub("", before[authors.end :]))):
            year = int(journal["first"] or numbers["year"])
            authors = replace(authors, end=numbers.end(), ending="year", year=year)
            yield _to_untitled(authors, journal["journal"], numbers)


def _match_numbers(text: str, journal: re.Match[str]) -> re.Match[str] | None:
    """Match volume, page and year after a journal; the year may be before it."""
    forms = [VOLUME_AND_PAGE] if journal["first"] else NUMBERS
    return next(filter(None, (form.match(text, journal.end()) for form in forms)), None)


def _to_untitled(authors: Authors, journal: str, numbers: re.Match[str]) -> Untitled:
    name = journal.rstrip(",")
    return Untitled(authors, name, f"{name} {numbers['volume']}, {numbers['page']}")


def _count_initials(untitled: Untitled) -> int:
    return sum(name.initial is not None for name in untitled.authors.names)


def _is_list(before: str, journal: str) -> bool:
    """Whether a text can be a list of authors only: names have initials, or the journal is sure."""
    if ENDS_IN_WORD.search(before):
        return False  # "J. Comput." of "J. Comput. Phys." is no name
    if not INITIAL.search(before):
        return IS_ABBREVIATED.search(journal) is not None
    last = LAST_NAME.sub("", before)
    if ET_AL.search(last) or last.rstrip(",").endswith(("]", ")")):
        return True
    if FAMILY_FIRST.match(before) and not AND_LAST.search(before):
        return ENDS_IN_INITIAL.search(last) is not None
    return INITIAL.search(last) is not None
