"""Collects the names to search for in papers: datasets from lists and text, techniques from tags.

A name that is also an ordinary word, a person or another abbreviation counts only with a cue next
to it; such names are marked in the lists or recognised by their frequency. Names in a list are
neither mined nor taken from tags.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from papersette.knowledge.words import Frequencies, is_acronym, split
from papersette.text import to_key, to_singular, to_slug

MIN_PAPERS = 2
"""Least number of papers with a tag; the tag of a single paper links it to no other."""
COMMON_SHARE = 0.5
"""Share of the papers from which a single word does not distinguish them."""
MAX_WORDS = 6
"""Largest number of words of a tag; longer tags are sentences."""
ADJECTIVE = re.compile(r"\w{2,}(?:al|ive|ous|ic|able|ible|ed|less|ary)")
"""Endings of adjectives; a single one ("adversarial", "unsupervised") is not a technique."""
GENERIC = frozenset(
    """
    abstraction acceleration accuracy agent ai algorithm analogy analysis application approximation
    architecture audio benchmark bias bioinformatics biology chemistry classification classifier
    code communication comparison complexity composition computation concept confidence context
    control convergence correlation cost data database dataset decision deep depth design detection
    diversity domain dynamic dynamics efficiency embedding environment error estimation evaluation
    evolution experiment explanation exploration feature finance framework function game
    generalization generation geometry gradient graph health hierarchy human image inference
    influence information initialization intelligence interpretation knowledge label language layer
    learning limit linear localization logic loss machine mathematics matrix measure medicine memory
    method metric mining model modeling molecule multimodal music navigation network neural neuron
    neuroscience noise norm normalization object online optimisation optimization optimizer
    parameter perception performance physics planning policy prediction privacy probability problem
    program programming question reasoning recognition regression relation representation
    reproducibility research retrieval review reward robot robotics robust safety sampling science
    search security selection sentence sequence set shape signal similarity simulation software
    space sparse speech speed stability state statistics strategy structure supervision survey
    syntax system task technique test testing text theory time tool training transfer translation
    tree uncertainty understanding variance vector verification video vision visualization word
    """.split()
)
"""Single words, in the singular, that name the subject of a paper, but not a technique."""


@dataclass(frozen=True)
class Term:
    """A dataset or technique, with all its spellings."""

    term_id: str
    """Slug of the name."""
    name: str
    kind: str
    """"dataset" or "technique"."""
    spellings: tuple[str, ...]
    """Spellings that always count as a mention."""
    cued: tuple[str, ...] = ()
    """Spellings that are also ordinary words, and count only next to a cue."""
    case_sensitive: bool = True
    origin: str = "shipped"
    """Origin of the term: "shipped", "catalog", "mined" or "tag"."""

    @property
    def needs_cue(self) -> bool:
        """Whether every spelling needs a cue."""
        return not self.spellings


def to_terms(
    tags: Iterable[str],
    datasets: Iterable[Term],
    mined: Iterable[Term] = (),
    frequencies: Frequencies | None = None,
) -> list[Term]:
    """Return all terms to search a collection for, datasets first, without duplicates.

    `tags` are the authors' keywords in their spelling, repeated for each paper. `frequencies` of
    the collection (see `mining.Miner`) show which names are ordinary words; without them only the
    lists do.
    """
    techniques = list(_to_techniques(tags, frequencies))
    known = {_to_name_key(spelling) for term in techniques for spelling in term.spellings}
    terms = list(datasets)
    taken = {_to_name_key(spelling) for term in terms for spelling in (*term.spellings, *term.cued)}
    for term in mined:
        if not taken & set(_beginnings(term.name)) and _to_name_key(term.name) not in known:
            terms.append(term)
    terms = [_cue_ordinary(term, frequencies) if frequencies else term for term in terms]
    taken |= {_to_name_key(term.name) for term in terms}
    return terms + [
        term for term in techniques if taken.isdisjoint(map(_to_name_key, term.spellings))
    ]


def _beginnings(name: str) -> Iterator[str]:
    """Yield the keys of the first word, the first two, and so on: "ImageNet 2012" is ImageNet."""
    words = split(name)[0]
    return (_to_name_key(" ".join(words[:end])) for end in range(1, len(words) + 1))


def _cue_ordinary(term: Term, frequencies: Frequencies) -> Term:
    ordinary = tuple(
        name for name in term.spellings if frequencies.is_ordinary(name, term.spellings)
    )
    return replace(
        term,
        spellings=tuple(name for name in term.spellings if name not in ordinary),
        cued=term.cued + ordinary,
    )


def _to_techniques(tags: Iterable[str], frequencies: Frequencies | None) -> Iterator[Term]:
    groups: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for spelling in tags:
        # "generative adversarial networks (GANs)"
        plain = " ".join(re.sub(r"\([^()]*\)", " ", spelling).split())
        groups[_to_name_key(plain)][plain] += 1
    for key, counts in sorted(groups.items()):
        words = split(key)[0]
        if counts.total() >= MIN_PAPERS and words and not _is_generic(counts, frequencies):
            yield _to_technique(counts)


def _to_name_key(name: str) -> str:
    """Return a name's words in the singular, joined: "auto-encoders" and "Autoencoder" are one."""
    return to_key("".join(to_singular(word) for word in split(name)[0]))


def _to_technique(counts: Counter[str]) -> Term:
    name = min(
        counts, key=lambda spelling: (-counts[spelling], sum(map(str.isupper, spelling)), spelling)
    )
    capitals = _acronyms(counts)
    return Term(
        term_id=to_slug(name),
        name=name,
        kind="technique",
        spellings=tuple(sorted(capitals or counts)),
        case_sensitive=bool(capitals),
        origin="tag",
    )


def _acronyms(counts: Counter[str]) -> list[str]:
    """Return the spellings in capitals of a one-word tag if most authors use capitals: GAN."""
    found = [
        spelling for spelling in counts if len(split(spelling)[0]) == 1 and is_acronym(spelling)
    ]
    return found if 2 * sum(counts[spelling] for spelling in found) > counts.total() else []


def _is_generic(counts: Counter[str], frequencies: Frequencies | None) -> bool:
    words = split(next(iter(counts)))[0]
    if len(words) != 1:
        return len(words) > MAX_WORDS
    word = to_singular(words[0])
    if word in GENERIC or _acronyms(counts):
        return word in GENERIC
    common = frequencies is not None and frequencies.share(word) >= COMMON_SHARE
    return common or len(word) < 3 or ADJECTIVE.fullmatch(word) is not None
