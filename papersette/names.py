"""Parses personal names, for bylines, reference lists, authors, exports and author queries.

A name is parsed by its form alone, without a list of known names. Particles ("van der") belong to
the family name. The functions below say how ambiguous forms are parsed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from papersette.text import to_slug

PARTICLES = frozenset(
    """van von der den de del della di da das do dos du la le el ten ter zu zur af av al bin ibn abu
    st v. d.""".split()
)
"""Words before a family name that belong to it, in several languages."""
CAPITAL_PARTICLES = frozenset("Van Von Der Den De Del Della El".split())
"""Particles that may have a capital; "Di", "Bin", "Le" and "Du" may also be given names."""
ARABIC_PARTICLES = frozenset("بن ابن أبو ابو آل".split())
SAINTS = frozenset({"St.", "Ste."})
"""Abbreviations that begin family names, "St. Orme", also after particles."""
ALL_PARTICLES = PARTICLES | CAPITAL_PARTICLES | ARABIC_PARTICLES
SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())
INITIALS_OR_SUFFIX = frozenset({"JR", "SR"})
"""Suffixes that are initials after a family name alone: "Landis JR", as Vancouver prints them."""
CONJUNCTIONS = frozenset("y e i".split())
"""Words that join two family names: "Ortega y Gasset"."""
ABD = "عبد"
"""First word of a name of two words, "عبد الله"."""
ORGANISATION = re.compile(
    r"\b(?:collaboration|consortium|committee|company|team|group|project|initiative|society|organi[sz]ation"
    r"|commission|council|network|agency|nations|investigators|inc|ltd)\b",
    re.IGNORECASE,
)
"""Words of the names of groups, which have no family name."""
SPACING_ACCENTS = re.compile("[´`¨ˆ˜ˇ¯˙˚¸˘˝~^°]")
"""Accents that PDFs leave beside their letter, "Ko¨nig"."""
TRANSLITERATIONS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
"""How letters are written where a keyboard or a typesetter lacks them: Schoelkopf."""
NUMBER = re.compile(r"\s+(\d{4})$")
"""The number with which DBLP distinguishes namesakes, "Wei Wang 0002"."""
EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Kana, Han and Hangul: names in these scripts begin with the family name."""
INITIALS_LENGTH = 8
"""Longest word of initials in characters, such as "J.-P.-F."."""


INITIALS_AS_WORD = 4
"""Most letters of initials without stops, "AGDG Matthews"; more capitals are a name."""


@dataclass(frozen=True)
class Name:
    """A personal name; an organisation, or a name of one word, has only a family name."""

    family: str
    """Family name with its particles: "van der Maaten"."""
    given: str = ""
    suffix: str = ""
    """Suffix such as "Jr." or "III"."""
    number: str = ""
    """DBLP's number that distinguishes namesakes, "0002"."""

    @property
    def particles(self) -> str:
        """The particles at the start of the family name, "van der"; "" if there are none."""
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
        """The folded family name and an initial: the same for all spellings, "van-der-maaten-l"."""
        return "-".join(filter(None, (to_family_key(self.family), to_slug(self.initial or ""))))


def parse_name(text: str) -> Name:
    """Parse a name in either order, "Laurens van der Maaten" or "van der Maaten, Laurens".

    "Bengio Y" is parsed as family name and initial, but "Wei LI" as given and family name, because
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
    >>> parse_with_family("Mao Zedong", "Mao").given
    'Zedong'
    """
    words, suffix = _split_suffix(text)
    name = " ".join(words)
    if family and f" {name}".endswith(f" {family}"):
        return Name(family, name.removesuffix(family).strip(), suffix)
    if family and f"{name} ".startswith(f"{family} "):
        return Name(family, name.removeprefix(family).strip(), suffix)
    return parse_name(text)


def to_cited_name(words: Sequence[str], given: Sequence[str] | None = None) -> Name | None:
    """Parse a name in a reference: all its words, or the words of its family and given names.

    Only the first initial of the given names is kept, since references differ in the rest.
    "Hinton GE" is parsed as family name and initials, as in the Vancouver style, which prints
    particles last: "Maaten LJP van der".

    >>> to_cited_name("Laurens van der Maaten".split()).key
    'van-der-maaten-l'
    >>> to_cited_name(["Maaten"], ["L.", "van", "der"]).key
    'van-der-maaten-l'
    >>> to_cited_name(["Planck", "Collaboration"]).key
    'planck-collaboration'
    """
    if given is None and is_organisation(" ".join(words)) and "." not in words[-2]:
        return Name(" ".join(words).strip(".,;:"))
    if given is None:
        are_initials = len(words) == 2 and words[1].rstrip(".") in INITIALS_OR_SUFFIX
        plain = [word for word in words if are_initials or word.lower() not in SUFFIXES]
        if plain and plain[-1][:-1] in PARTICLES:
            plain[-1] = plain[-1].rstrip(".")  # the stop ends the list
        size = _count_capitals(plain) or _count_before_initials(plain)
        name = _inverted(plain[:size], plain[size:]) if size else _direct(plain, initials=3)
    else:
        name = _inverted(words, given)
    family = name.family.strip(".,;:")
    return Name(family, name.initial or "") if family else None


def is_organisation(name: str) -> bool:
    """Return whether the last of several words is one of a group: "Planck Collaboration"."""
    _, space, last = name.rpartition(" ")
    return bool(space) and ORGANISATION.match(last) is not None


def _count_capitals(words: Sequence[str]) -> int:
    """Count the words of a family name in capitals at the start: 3 in "DE LA CROIX Marie"."""
    count = 0
    while count < len(words) and words[count].isupper() and "." not in words[count]:
        count += 1
    is_family = 0 < count < len(words) and not any(map(str.isupper, words[count:]))
    return count if is_family and len(words[count - 1]) > INITIALS_AS_WORD else 0


def _count_before_initials(words: Sequence[str]) -> int:
    """Count the words of a family name before initials and particles: 1 in "Maaten LJP van der"."""
    if not words or words[-1] not in PARTICLES or is_initials(words[0]):
        return 0
    return next((i for i, word in enumerate(words) if _are_initials(word, 3)), 0)


def _split_suffix(text: str) -> tuple[list[str], str]:
    """Return the words of a name without its suffix, and the suffix."""
    words = text.split()
    for i, word in enumerate(words):
        if i and word.lower().rstrip(",") in SUFFIXES:
            before = words[:i]
            if word.endswith(",") and not before[-1].endswith(","):
                before[-1] += ","  # "King Jr., Martin Luther"
            return [*before, *words[i + 1 :]], word.rstrip(",")
    return words, ""


def _inverted(family: Sequence[str], given: Sequence[str]) -> Name:
    """Return the name printed as "family, given"; "Maaten, Laurens van der" ends with particles."""
    end = len(given)
    while end and given[end - 1] in PARTICLES:
        end -= 1
    return Name(" ".join([*given[end:], *family]), " ".join(given[:end]))


def _direct(words: Sequence[str], initials: int) -> Name:
    """Parse a name without a comma; at its end, up to `initials` capitals are initials."""
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
    # As in BibTeX, the family name begins at the first particle: "Diego de Las Casas".
    start = next((i for i in range(1, start) if words[i] in PARTICLES), start)
    return Name(" ".join(words[start:]), " ".join(words[:start]))


def _belongs(words: Sequence[str], i: int) -> bool:
    """Return whether a word belongs to the family name that begins after it."""
    return (
        words[i] in ALL_PARTICLES
        or words[i] in SAINTS
        or words[i] == ABD
        or words[i] in CONJUNCTIONS
        or words[i + 1] in CONJUNCTIONS
    )


@lru_cache(maxsize=65_536)
def is_initials(word: str) -> bool:
    """Return whether a word is one or more initials: "J.", "J.-Y.", "GE", "Y.J.", "C.h."."""
    letters = word.replace(".", "").replace("-", "")
    if len(word) > INITIALS_LENGTH or not letters.isalpha() or not letters[0].isupper():
        return False
    return len(letters) <= word.count(".") or (letters.isupper() and len(letters) <= 3)


def _are_initials(word: str, most: int) -> bool:
    """Return whether a word is initials: with stops, or of at most `most` letters."""
    return is_initials(word) and ("." in word or "-" in word or len(word) <= most)


def _count_particles(words: Sequence[str]) -> int:
    """Count the particles at the start of a family name; at least one word is not a particle."""
    count = 0
    while count < len(words) - 1 and words[count] in ALL_PARTICLES:
        count += 1
    return count


@lru_cache(maxsize=65_536)
def to_family_key(family: str) -> str:
    """Return a family name as a key, without accents, case and apostrophes.

    >>> to_family_key("Ko¨nig") == to_family_key("König")
    True
    """
    plain = re.sub("['’‘]", "", SPACING_ACCENTS.sub("", family)).replace("ı", "i")
    return to_slug(plain) or family.lower()


def to_name_keys(name: str) -> frozenset[str]:
    """Return the keys of a name in an index; see `to_query_name_keys`.

    Each word is a key. A family name with the first given name gives up to three keys:
    "bengio yoshua", "bengio y" for any given name in y, and "bengio y." for only the initial.

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

    Given names or initials are optional and may come before or after the family name.

    >>> sorted(to_query_name_keys("Bengio, Y")), sorted(to_query_name_keys("Merriënboer"))
    (['bengio y'], ['merrienboer'])
    """
    family, _, given = typed.partition(",")
    return _to_query_keys(family.split(), next(iter(given.split()), ""))


def to_keys_without_particles(typed: str) -> frozenset[str]:
    """Return the keys of a query read without its particles; none where it has none.

    Such a reading also finds other people: see `Corpus.find_names`.

    >>> sorted(to_keys_without_particles("van Merriënboer")), to_keys_without_particles("Y. LeCun")
    (['merrienboer'], frozenset())
    """
    family, _, given = typed.partition(",")
    words = family.split()
    bare = [word for word in words if word.lower() not in PARTICLES]
    if not bare or len(bare) == len(words):
        return frozenset()
    return _to_query_keys(bare, next(iter(given.split()), ""))


def to_given_name(typed: str) -> str:
    """Return the full given name in a query for an author, as a key; "" where it has none.

    >>> to_given_name("Yoshua Bengio"), to_given_name("Bengio, Yoshua"), to_given_name("Y. Bengio")
    ('yoshua', 'yoshua', '')
    """
    given = parse_name(typed).given.split()
    return _squeeze(given[0]) if given and not is_initials(given[0]) else ""


def _to_query_keys(words: Sequence[str], given: str) -> frozenset[str]:
    keys: set[str] = set()
    other = [_transliterate(word) for word in words]
    both = (words,) if other == [*words] else (words, other)
    for family, first in (reading for form in both for reading in _readings(form, given)):
        if len(family) > 1 or EAST_ASIAN.match(family):
            full = len(first) > 1 and not is_initials(first)
            word = _squeeze(first)
            forms = [word, f"{word[:1]}."] if full else [word[:1]]
            keys |= {f"{family} {form}".strip() for form in forms}
    return frozenset(keys)


def matches_name(typed: str, name: str) -> bool:
    """Whether a query for an author finds this name.

    >>> [matches_name(q, "Yoshua Bengio") for q in ("bengio yoshua", "Y. Bengio", "Bengio S")]
    [True, True, False]
    """
    keys = to_query_name_keys(typed) | to_keys_without_particles(typed)
    return not keys.isdisjoint(to_name_keys(name))


def _readings(words: Sequence[str], given: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to read a query: family name as a key, first given name as typed or ""."""
    yield _squeeze("".join(words)), given
    is_family = words and words[0] in PARTICLES and any(word[:1].isupper() for word in words)
    if given or is_family:  # "de Sa" is not Soham De
        return
    is_direct = any(word.lower() in PARTICLES for word in words[1:-1])
    for size in range(1, min(3, len(words))):
        yield _squeeze("".join(words[-size:])), words[0]
        if not is_direct:  # "Laurent El Ghaoui" is not Gilles Laurent
            yield _squeeze("".join(words[:size])), words[size]


def _family_forms(name: Name) -> Iterator[str]:
    """Yield keys of the family name: with and without particles, its parts, and joined to the word
    before it, which may be its first part ("Gabriel García Márquez").
    """
    yield _squeeze(name.family)
    yield _squeeze(name.bare_family)
    yield from (_squeeze(part) for part in re.split(r"[\s-]", name.bare_family) if len(part) > 1)
    if (other := _transliterate(name.family)) != name.family:
        yield _squeeze(other)
    before = name.given.split()[1:]
    if before and not is_initials(before[-1]):
        yield _squeeze(before[-1] + name.bare_family)


def _transliterate(text: str) -> str:
    """Return "Schoelkopf" for "Schölkopf", in lower case; a text without such letters as it is."""
    plain = unicodedata.normalize("NFC", SPACING_ACCENTS.sub("", text)).lower()
    other = plain.translate(TRANSLITERATIONS)
    return text if other == plain else other


def _squeeze(text: str) -> str:
    """Return the key of a name without separators, so that "Le Cun" and "LeCun" are equal."""
    return to_family_key(text).replace("-", "")
