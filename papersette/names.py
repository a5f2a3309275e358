"""Parses personal names, for by-lines, reference lists, authors, exports and author queries.

A name is read by its form alone; no list of known names is consulted. Particles ("van der") belong
to the family name.
Where a form is ambiguous, the functions below say which reading they take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from papersette.text import to_slug

PARTICLES = frozenset(
    """van von der den de del della di da das do dos du la le el ten ter zu zur af av al bin ibn abu
    st v. d.""".split()
)
"""Words before a family name that belong to it, in the languages that have them."""
CAPITAL_PARTICLES = frozenset("Van Von Der Den De Del Della El".split())
"""Particles also with a capital; "Di", "Bin", "Le" and "Du" are as often given names."""
ARABIC_PARTICLES = frozenset("بن ابن أبو ابو آل".split())
ALL_PARTICLES = PARTICLES | CAPITAL_PARTICLES | ARABIC_PARTICLES
SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())
CONJUNCTIONS = frozenset("y e i".split())
"""Words that join two family names: "Ortega y Gasset"."""
ABD = "عبد"
"""Begins a name of two words, "عبد الله"."""
ORGANISATION = re.compile(
    r"\b(?:collaboration|consortium|committee|company|team|group|project|initiative|society|organi[sz]ation|inc|ltd)\b",
    re.IGNORECASE,
)
SPACING_ACCENTS = re.compile("[´`¨ˆ˜ˇ¯˙˚¸˘˝~^°]")
"""Accents that a PDF has left beside their letter, "Ko¨nig"."""
NUMBER = re.compile(r"\s+(\d{4})$")
"""The number by which DBLP distinguishes namesakes, "Wei Wang 0002"."""
EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Kana, Han and Hangul: names in these scripts begin with the family name."""
INITIALS_LENGTH = 8
"""Characters of the longest word of initials, as "J.-P.-F."."""


INITIALS_AS_WORD = 4
"""Letters of the longest initials without stops, "AGDG Matthews"; longer capitals are a name."""


@dataclass(frozen=True)
class Name:
    """A personal name; an organisation, or a name of one word, has a family name only."""

    family: str
    """With its particles: "van der Maaten"."""
    given: str = ""
    suffix: str = ""
    """"Jr.", "III"."""
    number: str = ""
    """DBLP's number of namesakes, "0002"."""

    @property
    def particles(self) -> str:
        """The particles at the start of the family name, "van der"; "" where there are none."""
        words = self.family.split()
        return " ".join(words[: _count_particles(words)])

    @property
    def bare_family(self) -> str:
        """The family name without its particles."""
        words = self.family.split()
        return " ".join(words[_count_particles(words) :])

    @property
    def initial(self) -> str | None:
        """The first letter of the given names, as a capital."""
        return next((c.upper() for c in self.given if c.isalpha()), None)

    @property
    def key(self) -> str:
        """The folded family name and one initial: one key for all spellings, "van-der-maaten-l"."""
        return "-".join(filter(None, (to_family_key(self.family), to_slug(self.initial or ""))))


def parse_name(text: str) -> Name:
    """Parse a name in either order, "Laurens van der Maaten" or "van der Maaten, Laurens".

    "Bengio Y" is read as family name and initial, but "Wei LI" as given and family name, because
    lists of authors print family names in capitals more often than initials without stops.

    >>> name = parse_name("Laurens van der Maaten, Jr.")
    >>> name.given, name.family, name.bare_family, name.suffix
    ('Laurens', 'van der Maaten', 'Maaten', 'Jr.')
    """
    plain = " ".join(text.split())
    number = NUMBER.search(plain)
    if number:
        plain = plain[: number.start()]
    words, suffix = _split_suffix(plain)
    name = " ".join(words).rstrip(",")
    family, comma, given = (part.strip() for part in name.partition(","))
    if ORGANISATION.search(name) or "," in given:
        found = Name(name)
    elif comma and family:
        found = _inverted(family.split(), given.split())
    else:
        found = _direct((family or given).split(), initials=1)
    return Name(found.family, found.given, suffix, number[1] if number else "")


def parse_with_family(text: str, family: str | None) -> Name:
    """Parse a name whose family name is known, if one is given.

    >>> [parse_with_family("Ann Elm Ash", family).given for family in ("Elm Ash", None)]
    ['Ann', 'Ann Elm']
    """
    words, suffix = _split_suffix(text)
    name = " ".join(words)
    if not family or not f" {name}".endswith(f" {family}"):
        return parse_name(text)
    return Name(family, name.removesuffix(family).strip(), suffix)


def to_cited_name(words: Sequence[str], given: Sequence[str] | None = None) -> Name | None:
    """Parse a name in a reference: all its words, or the words of its family and given names.

    Of the given names only the first initial is kept, since references differ in the rest.
    "Hinton GE" is read as family name and initials, as the Vancouver style prints it.

    >>> to_cited_name("Laurens van der Maaten".split()).key
    'van-der-maaten-l'
    >>> to_cited_name(["Maaten"], ["L.", "van", "der"]).key
    'van-der-maaten-l'
    """
    if given is None:
        plain = [word for word in words if word.lower() not in SUFFIXES]
        capitals = _count_capitals(plain)
        name = (
            _inverted(plain[:capitals], plain[capitals:])
            if capitals
            else _direct(plain, initials=3)
        )
    else:
        name = _inverted(words, given)
    family = name.family.strip(".,;")
    return Name(family, name.initial or "") if family else None


def _count_capitals(words: Sequence[str]) -> int:
    """How many words at the start are a family name in capitals: "DE LA CROIX Marie" has three."""
    count = 0
    while count < len(words) and words[count].isupper() and "." not in words[count]:
        count += 1
    is_family = 0 < count < len(words) and not any(map(str.isupper, words[count:]))
    return count if is_family and len(words[count - 1]) > INITIALS_AS_WORD else 0


def _split_suffix(text: str) -> tuple[list[str], str]:
    """The words of a name without its suffix, and the suffix."""
    words = text.split()
    for i, word in enumerate(words):
        if i and word.lower().rstrip(",") in SUFFIXES:
            before = words[:i]
            if word.endswith(",") and not before[-1].endswith(","):
                before[-1] += ","  # "King Jr., Martin Luther"
            return [*before, *words[i + 1 :]], word.rstrip(",")
    return words, ""


def _inverted(family: Sequence[str], given: Sequence[str]) -> Name:
    """Return the name printed as "family, given"; "Maaten, Laurens van der" ends in particles."""
    end = len(given)
    while end and given[end - 1] in PARTICLES:
        end -= 1
    return Name(" ".join([*given[end:], *family]), " ".join(given[:end]))


def _direct(words: Sequence[str], initials: int) -> Name:
    """A name without a comma. At its end up to so many capitals without stops are initials."""
    if not words:
        return Name("")
    if not words[0].isascii() and all(map(EAST_ASIAN.fullmatch, words)):
        return Name(words[0], " ".join(words[1:]))
    if len(words) > 1 and _are_initials(words[-1], initials) and not is_initials(words[0]):
        first = next(i for i, word in enumerate(words) if is_initials(word))
        return Name(" ".join(words[:first]), " ".join(words[first:]))
    start = len(words) - 1
    while start > 1 and _belongs(words, start - 1):
        start -= 1
    # As BibTeX reads names: the family name begins at the first particle, "Diego de Las Casas".
    start = next((i for i in range(1, start) if words[i] in PARTICLES), start)
    return Name(" ".join(words[start:]), " ".join(words[:start]))


def _belongs(words: Sequence[str], i: int) -> bool:
    """Whether a word belongs to the family name that begins after it."""
    return (
        words[i] in ALL_PARTICLES
        or words[i] == ABD
        or words[i] in CONJUNCTIONS
        or words[i + 1] in CONJUNCTIONS
    )


def is_initials(word: str) -> bool:
    """Whether a word is one initial or several: "J.", "J.-Y.", "GE", "Y.J.", "C.h."."""
    letters = word.replace(".", "").replace("-", "")
    if len(word) > INITIALS_LENGTH or not letters.isalpha() or not letters[0].isupper():
        return False
    return len(letters) <= word.count(".") or (letters.isupper() and len(letters) <= 3)


def _are_initials(word: str, most: int) -> bool:
    """Whether a word is initials; without a stop, at most so many letters."""
    return is_initials(word) and ("." in word or "-" in word or len(word) <= most)


def _count_particles(words: Sequence[str]) -> int:
    """How many words at the start of a family name are particles; never all of them."""
    count = 0
    while count < len(words) - 1 and words[count] in ALL_PARTICLES:
        count += 1
    return count


@lru_cache(maxsize=65_536)
def to_family_key(family: str) -> str:
    """A family name as a key, without accents, case and apostrophes.

    >>> to_family_key("Ko¨nig") == to_family_key("König")
    True
    """
    plain = re.sub("['’‘]", "", SPACING_ACCENTS.sub("", family)).replace("ı", "i")
    return to_slug(plain) or family.lower()


def to_name_keys(name: str) -> frozenset[str]:
    """Return the keys by which an index of names finds this one; see `to_query_name_keys`.

    Each word is a key. A family name with the first given name is a key in up to three forms:
    "bengio yoshua", "bengio y" for any given name in y, and "bengio y." for the initial alone.

    >>> sorted(to_name_keys("Y. van Bengio"))
    ['bengio', 'bengio y', 'bengio y.', 'vanbengio', 'vanbengio y', 'vanbengio y.']
    """
    parsed = parse_name(name)
    families = set(_family_forms(parsed))
    words = {_squeeze(word) for word in re.split(r"[\s-]", f"{parsed.given} {parsed.bare_family}")}
    keys = families | {word for word in words if len(word) > 1 or EAST_ASIAN.match(word)}
    if EAST_ASIAN.match(parsed.family):
        keys.add(_squeeze(parsed.family + parsed.given))
    first = next(iter(parsed.given.split()), "")
    for family in families if first else ():
        initial = _squeeze(first)[:1]
        given = (
            {f"{initial}."}
            if is_initials(first)
            else {_squeeze(first), _squeeze(first.split("-")[0])}
        )
        keys |= {f"{family} {form}" for form in {initial, *given}}
    return frozenset(keys)


def to_query_name_keys(typed: str) -> frozenset[str]:
    """Return the keys that a query for an author asks for; a name matches if it has one of them.

    Given names or initials are optional and may come before or after the family name; particles
    are optional.

    >>> sorted(to_query_name_keys("Bengio, Y")), sorted(to_query_name_keys("Merriënboer"))
    (['bengio y'], ['merrienboer'])
    """
    keys: set[str] = set()
    for family, given in _readings(typed):
        if len(family) > 1 or EAST_ASIAN.match(family):
            full = len(given) > 1 and not is_initials(given)
            word = _squeeze(given)
            forms = [word, f"{word[:1]}."] if full else [word[:1]]
            keys |= {f"{family} {form}".strip() for form in forms}
    return frozenset(keys)


def matches_name(typed: str, name: str) -> bool:
    """Whether a query for an author finds this name.

    >>> [matches_name(q, "Yoshua Bengio") for q in ("bengio yoshua", "Y. Bengio", "Bengio S")]
    [True, True, False]
    """
    return not to_query_name_keys(typed).isdisjoint(to_name_keys(name))


def _readings(typed: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to read a query: family name as a key, first given name as typed or ""."""
    family, _, given = typed.partition(",")
    first = next(iter(given.split()), "")
    every = tuple(family.split())
    bare = tuple(word for word in every if word.lower() not in PARTICLES) or every
    for words in {every, bare}:
        yield _squeeze("".join(words)), first
        for size in range(1, min(3, len(words))) if not first else ():
            yield _squeeze("".join(words[-size:])), words[0]
            yield _squeeze("".join(words[:size])), words[size]


def _family_forms(name: Name) -> Iterator[str]:
    """Yield keys of the family name: with and without particles, its parts, and joined to the word
    before it, which may be its first part ("Gabriel García Márquez").
    """
    yield _squeeze(name.family)
    yield _squeeze(name.bare_family)
    yield from (_squeeze(part) for part in re.split(r"[\s-]", name.bare_family) if len(part) > 1)
    before = name.given.split()[1:]
    if before and not is_initials(before[-1]):
        yield _squeeze(before[-1] + name.bare_family)


def _squeeze(text: str) -> str:
    """The key of a name without separators, so that "Le Cun" is "LeCun"."""
    return to_family_key(text).replace("-", "")
