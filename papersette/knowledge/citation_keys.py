"""Makes keys for citing papers in BibTeX, such as brock2019large.

A key is the family name of the first author, the year and the first significant word of the title,
in ASCII letters and digits. Papers with equal keys get an additional letter: brock2019largea.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from anyascii import anyascii

from papersette.names import parse_with_family
from papersette.records import Paper

LONGEST_PART = 24
"""Largest number of letters of a name or a word in a key."""
NOBODY = "anon"
"""Name in the key of a paper without authors."""
INSIGNIFICANT = frozenset(
    """
    a an the and or nor but of on in at by to for from with without into onto via per as is are be
    was were do does did can could will would should may might how what when where which who why
    whether it its their our we you
    le la les un une des du de et ou sur dans par pour avec
    der die das den dem des ein eine einer eines und oder von im zur zum auf mit für über
    el los las una unos unas y en con para por del al
    """.split()
)
"""Common words in titles, insignificant for keys, in English, French, German and Spanish."""
MARKUP = re.compile(r"\$[^$]*\$|\\[A-Za-z]+")
"""Mathematics and TeX commands in a title."""


def to_citation_keys(papers: Iterable[Paper]) -> dict[str, str]:
    """Return the citation key of each paper by its id. Keys differ even if case is ignored."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    used: Counter[str] = Counter()
    for paper in papers:
        author = paper.authors[0] if paper.authors else None
        name, family = (author.name, author.family) if author else (None, None)
        base = to_base(name, paper.year, paper.title, family)
        for key in _candidates(base, used):
            if key not in taken:
                break
        taken.add(key)
        keys[paper.paper_id] = key
    return keys


def to_base(
    author: str | None, year: int | None, title: str | None, family: str | None = None
) -> str:
    """Return a key from the name of the first author, the year and the title, each if known.

    `family` is the family name, where the source gives it.

    >>> to_base("Laurens van der Maaten", 2008, "Visualizing Data using t-SNE")
    'maaten2008visualizing'
    >>> to_base("Łukasz Kaiser", 2017, "One Model To Learn Them All"), to_base(None, None, None)
    ('kaiser2017one', 'anon')
    """
    first = _to_family(author, family) if author else ""
    return (first or NOBODY) + (str(year) if year else "") + _to_word(title or "")


def _to_family(author: str, family: str | None) -> str:
    """Return the family name of a person, or the first significant word of an organisation."""
    parsed = parse_with_family(author, family)
    if not parsed.given and " " in parsed.family:
        return _to_word(parsed.family)
    return "".join(_to_words(parsed.bare_family))[:LONGEST_PART]


def _to_word(text: str) -> str:
    """Return the first significant word, or else the first word."""
    words = list(_to_words(MARKUP.sub(" ", text)))
    significant = (word for word in words if len(word) > 1 and word not in INSIGNIFICANT)
    return next(significant, next(iter(words), ""))[:LONGEST_PART]


def _to_words(text: str) -> list[str]:
    """Return the words of a text in lower case, in Latin letters without accents."""
    return re.findall("[a-z0-9]+", re.sub("['’‘`ʿʾ]", "", anyascii(text)).lower())


def _candidates(base: str, used: Counter[str]) -> Iterator[str]:
    """Yield the key itself, then with a, b, …, z, aa, ab, …, starting after those already tried."""
    while True:
        yield base + _to_suffix(used[base])
        used[base] += 1


def _to_suffix(number: int) -> str:
    """Return letters that number keys: "" for 0, a for 1, z for 26, aa for 27."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters
