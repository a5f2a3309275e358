"""Turns text into keys and letters, and words into their singular and plural.

`fold` makes searchable text, `to_slug` makes readable keys for addresses, and `to_key` makes keys
for comparisons. All keep every script, and indexes and queries fold alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache

ARABIC = re.compile("[\u0600-\u06ff]")
SIGNS = "\u0670" + "".join(map(chr, range(0x64B, 0x656)))
"""Arabic vowel signs and combining hamzas."""
NO_LETTERS = re.compile(r"[^0-9a-z]+")
FOLDED = str.maketrans("أإآٱؤئىة", "ااااوييه", "ـ" + SIGNS)
"""Arabic letters -> the same without vowel signs, tatweel and hamza, as people type them. After
Lucene's ArabicNormalizer, which keeps the hamza on waw and yeh."""
BASIC_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
)
"""Letters that Unicode does not decompose, as those who lack them on their keyboard type them."""
NOT_ALPHANUMERIC = {code: None for code in range(128) if not chr(code).isalnum()}
"""ASCII characters that are neither letters nor digits -> None, for `str.translate`."""


def fold(text: str) -> str:
    """Return Arabic text in one spelling and other text unchanged: SQLite folds case and accents.

    >>> fold("مُحَمَّــد أحمد"), fold("Léon")
    ('محمد احمد', 'Léon')
    """
    return text.translate(FOLDED) if ARABIC.search(text) else text


def to_slug(text: str) -> str:
    """Return a short name for addresses: lower case, no accents, words joined by hyphens.

    >>> to_slug("Deep Learning: Léon's Session"), to_slug("Łukasz Sønderby")
    ('deep-learning-leon-s-session', 'lukasz-sonderby')
    """
    plain = text.lower()
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", fold(plain.translate(BASIC_LETTERS)))
        plain = "".join(c for c in letters if not unicodedata.combining(c))
    return "-".join(re.findall(r"\w+", plain.replace("_", " ")))


def to_key(text: str) -> str:
    """Return the letters and digits of a text, for comparing titles.

    >>> to_key("On Learning Graphs with Edge-Detecting Queries: $G$")
    'onlearninggraphswithedgedetectingqueriesg'
    """
    if text.isascii():
        return text.lower().translate(NOT_ALPHANUMERIC)
    plain = unicodedata.normalize("NFKD", fold(text.lower()))
    return "".join(c for c in plain if c.isalnum())


def to_letters(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of a text, in lower case without accents, and their indexes.

    >>> to_letters("Lévy-ﬂights")
    ('levyflights', [0, 1, 2, 3, 5, 5, 6, 7, 8, 9, 10])
    """
    letters: list[str] = []
    indexes: list[int] = []
    for index, character in enumerate(text):
        plain = character.lower()
        if not character.isascii():
            plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if c.isalnum())
        elif not character.isalnum():
            continue
        letters += plain
        indexes += [index] * len(plain)
    return "".join(letters), indexes


def to_letters_only(text: str) -> str:
    """Return the letters of `to_letters` without the indexes: many times faster in ASCII.

    >>> to_letters_only("Lévy-ﬂights"), to_letters_only("A/B test, 2 ways")
    ('levyflights', 'abtest2ways')
    """
    return NO_LETTERS.sub("", text.lower()) if text.isascii() else to_letters(text)[0]


def unique_id(base: str, taken: Container[str]) -> str:
    """Return `base`, or `base` with the first number that makes an id that is not taken.

    >>> unique_id("smith19", {"smith19", "smith19-2"})
    'smith19-3'
    """
    found, number = base, 2
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found


IRREGULAR = {
    plural: singular
    for singular, plurals in (
        pair.split(":")
        for pair in """
        alumnus:alumni antenna:antennae apex:apices appendix:appendices automaton:automata axis:axes
        bacterium:bacteria child:children codex:codices corpus:corpora,corpuses criterion:criteria
        echo:echoes extremum:extrema focus:foci,focuses foot:feet formula:formulae fungus:fungi
        genus:genera goose:geese half:halves helix:helices hero:heroes index:indices,indexes
        knife:knives larva:larvae leaf:leaves lemma:lemmata lexicon:lexica life:lives locus:loci
        loaf:loaves man:men matrix:matrices maximum:maxima minimum:minima mouse:mice nucleus:nuclei
        optimum:optima phenomenon:phenomena polyhedron:polyhedra potato:potatoes quantum:quanta
        quiz:quizzes radius:radii self:selves schema:schemata shelf:shelves simplex:simplices
        spectrum:spectra stimulus:stimuli stratum:strata syllabus:syllabi thief:thieves
        tomato:tomatoes tooth:teeth torus:tori,toruses veto:vetoes vertex:vertices vortex:vortices
        wolf:wolves woman:women alias:aliases atlas:atlases bias:biases bonus:bonuses bus:buses
        campus:campuses canvas:canvases census:censuses chorus:choruses circus:circuses
        consensus:consensuses gas:gases lens:lenses minus:minuses plus:pluses
        prospectus:prospectuses status:statuses surplus:surpluses virus:viruses analysis:analyses
        basis:bases crisis:crises diagnosis:diagnoses emphasis:emphases hypothesis:hypotheses
        metamorphosis:metamorphoses neurosis:neuroses oasis:oases parenthesis:parentheses
        prognosis:prognoses prosthesis:prostheses synopsis:synopses synthesis:syntheses
        thesis:theses ache:aches avalanche:avalanches cache:caches cliche:cliches headache:headaches
        niche:niches psyche:psyches cookie:cookies die:dies lie:lies movie:movies newbie:newbies
        pie:pies selfie:selfies tie:ties zombie:zombies ai:ais api:apis bci:bcis emoji:emojis
        gui:guis mri:mris poi:pois roi:rois taxi:taxis wiki:wikis cpu:cpus emu:emus gnu:gnus
        gpu:gpus gru:grus guru:gurus menu:menus npu:npus relu:relus tpu:tpus
        """.split()
    )
    for plural in plurals.split(",")
}
"""Plural -> singular, where the rules below would be wrong."""
PLURALS = {
    singular: frozenset(plural for plural, one in IRREGULAR.items() if one == singular)
    for singular in IRREGULAR.values()
}
INVARIANT = frozenset(
    """
    afterwards always aws backwards bayes besides chaos collins cosmos does downwards ethos forwards
    gauss gibbs has hastings hermes hopkins https inwards ios james jones kansas karras keras
    kubernetes kudos las mars moses news nowadays onwards ours outwards overseas pandas paris pathos
    perhaps sans series species stokes texas thanks this thus towards upwards was watkins whereas
    windows yes
    """.split()
)
"""Words that end in s but are not plurals: names, adverbs, and nouns with one form."""
COUNTABLE_ICS = frozenset(
    """academics basics characteristics clinics comics critics diagnostics fabrics geodesics
    harmonics heuristics logics lyrics metrics mosaics nonparametrics picnics relics skeptics
    topics""".split()
)
"""Plurals in -ics; other words in -ics are fields, such as physics."""
US_PLURAL = re.compile("(?<![aobcfmr])(?<!cl)(?<!en)(?<!^)(?<!^re)(?<!^mis)(?<!^over)uses$")
"""Plurals of nouns in -us, such as apparatuses; not of cause, house, fuse, use or reuse."""


@lru_cache(maxsize=65_536)
def to_singular(word: str) -> str:
    """Return the singular of an English word in lower case; other words only in lower case.

    benchmarks/plurals.py compares these rules and their exceptions with simplemma.

    >>> [to_singular(word) for word in ("Networks", "policies", "caches", "biases", "bayes")]
    ['network', 'policy', 'cache', 'bias', 'bayes']
    """
    low = word.lower()
    if low in IRREGULAR:
        return IRREGULAR[low]
    if (
        len(low) < 4
        or low in INVARIANT
        or not low.endswith("s")
        or low.endswith(("ss", "us", "is"))
    ):
        return low
    if low in PLURALS or (low.endswith("ics") and low not in COUNTABLE_ICS):
        return low
    if low.endswith("lens"):
        return low
    if low.endswith("selves"):
        return low[:-3] + "f"
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith(("sses", "xes", "ches", "shes", "zzes")) or US_PLURAL.search(low):
        return low[:-2]
    return low[:-1]


def to_plurals(singular: str) -> set[str]:
    """Return the plurals of an English word in lower case, irregular and regular.

    >>> sorted(to_plurals("index")), to_plurals("policy")
    (['indexes', 'indices'], {'policies'})
    """
    known = PLURALS.get(singular, frozenset())
    if singular in INVARIANT or singular.endswith(("ics", "is", "ous", "z")):
        return {*known}
    if singular.endswith(("s", "x", "ch", "sh")):
        return {*known, singular + "es"}
    regular = singular[:-1] + "ies" if re.search("[^aeiou]y$", singular) else singular + "s"
    return {*known, regular}


def number_variants(word: str) -> set[str]:
    """Return a word in lower case with its singular and plurals: the forms to search for.

    >>> sorted(number_variants("biases")), number_variants("Bayes")
    (['bias', 'biases'], {'bayes'})
    """
    singular = to_singular(word)
    return {word.lower(), singular, *to_plurals(singular)}
