"""Makes the keys by which papers are cited in BibTeX, such as brock2019large.

A key is the family name of the first author, the year and the first significant word of the title,
in ASCII letters and digits. Papers with the same three get a letter more: brock2019largea.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from anyascii import anyascii

from papersette.names import parse_name
from papersette.records import Paper

LONGEST_PART = 24
"""Letters of a name or a word in a key."""
NOBODY = "anon"
"""Stands for the name of a paper without authors."""
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
"""Words that begin many titles and tell little, in English, French, German and Spanish."""
MARKUP = re.compile(r"\$[^$]*\$|\\[A-Za-z]+")
"""Mathematics and commands of TeX."""


def to_citation_keys(papers: Iterable[Paper]) -> dict[str, str]:
    """Return the citation key of each paper by its id. Keys differ even if case is ignored."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    used: Counter[str] = Counter()
    for paper in papers:
        author = paper.authors[0].name if paper.authors else None
        base = to_base(author, paper.year, paper.title)
        for key in _candidates(base, used):
            if key not in taken:
                break
        taken.add(key)
        keys[paper.paper_id] = key
    return keys


def to_base(author: str | None, year: int | None, title: str | None) -> str:
    """Return a key from the name of the first author, the year and the title, each if known.

    >>> to_base("Laurens van der Maaten", 2008, "Visualizing Data using t-SNE")
    'maaten2008visualizing'
    >>> to_base("Łukasz Kaiser", 2017, "One Model To Learn Them All"), to_base(None, None, None)
    ('kaiser2017one', 'anon')
    """
    family = _to_family(author) if author else ""
    return (family or NOBODY) + (str(year) if year else "") + _to_word(title or "")


def _to_family(author: str) -> str:
    """The family name of a person, or the first significant word of an organisation."""
    parsed = parse_name(author)
    if not parsed.given and " " in parsed.family:
        return _to_word(parsed.family)
    return "".join(_to_words(parsed.bare_family))[:LONGEST_PART]


def _to_word(text: str) -> str:
    """The first significant word; the first word where there is none."""
    words = list(_to_words(MARKUP.sub(" ", text)))
    telling = (word for word in words if len(word) > 1 and word not in INSIGNIFICANT)
    return next(telling, next(iter(words), ""))[:LONGEST_PART]


def _to_words(text: str) -> list[str]:
    """The words of a text in lower case, in Latin letters without accents."""
    return re.findall("[a-z0-9]+", re.sub("['’‘`ʿʾ]", "", anyascii(text)).lower())


def _candidates(base: str, used: Counter[str]) -> Iterator[str]:
    """Yield the key itself, then with a, b, …, z, aa, ab, …, from the first not tried before."""
    while True:
        yield base + _to_letters(used[base])
        used[base] += 1


def _to_letters(number: int) -> str:
    """0 is no letter, 1 is a, 26 is z, 27 is aa."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters
