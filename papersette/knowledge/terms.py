"""The names to look for: datasets from lists and from the text, techniques from the authors' own tags.

The rule: a name that is also a word, a person or another abbreviation counts only beside a cue; which ones are is said in the
list, and counted in the text. What a list knows is neither mined nor taken from tags again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from papersette.knowledge.words import Frequencies, is_acronym, split
from papersette.text import to_key, to_singular, to_slug

MIN_PAPERS = 2
"""A tag that a single paper has links it to no other."""
COMMON_SHARE = 0.5
"""A single word that half the papers hold tells none of them from the others."""
MAX_WORDS = 6
"""Longer tags are sentences: "learning to learn by gradient descent by gradient descent"."""
ADJECTIVE = re.compile(r"\w{2,}(?:al|ive|ous|ic|able|ible|ed|less|ary)")
"""How adjectives end; one alone ("adversarial", "unsupervised") names no technique."""
GENERIC = frozenset(
    """
    abstraction acceleration accuracy agent ai algorithm analogy analysis application approximation architecture audio
    benchmark bias bioinformatics biology chemistry classification classifier code communication comparison complexity
    composition computation concept confidence context control convergence correlation cost data database dataset decision
    deep depth design detection diversity domain dynamic efficiency embedding environment error estimation evaluation
    evolution experiment explanation exploration feature finance framework function game generalization generation geometry
    gradient graph health hierarchy human image inference influence information initialization intelligence interpretation
    knowledge label language layer learning limit linear localization logic loss machine mathematics matrix measure medicine
    memory method metric mining model modeling molecule multimodal music navigation network neural neuron neuroscience noise
    norm normalization object online optimisation optimization optimizer parameter perception performance physics planning
    policy prediction privacy probability problem program programming question reasoning recognition regression relation
    representation reproducibility research retrieval review reward robot robotics robust safety sampling science search
    security selection sentence sequence set shape signal similarity simulation software space sparse speech speed stability
    state statistics strategy structure supervision survey syntax system task technique test testing text theory time tool
    training transfer translation tree uncertainty understanding variance vector verification video vision visualization word
    """.split()
)
"""Single words that say what a paper is about, or that it is one, but not what it uses; in the singular."""


@dataclass(frozen=True)
class Term:
    """One thing that papers mention, with every way it is written."""

    term_id: str
    """A slug of the name."""
    name: str
    kind: str
    """"dataset" or "technique"."""
    spellings: tuple[str, ...]
    """Taken wherever they stand."""
    cued: tuple[str, ...] = ()
    """Spellings that are ordinary words too: taken only beside a cue."""
    case_sensitive: bool = True
    origin: str = "shipped"
    """"shipped", "catalog", "mined" or "tag"."""

    @property
    def needs_cue(self) -> bool:
        """Whether no spelling stands by itself."""
        return not self.spellings


def to_terms(
    tags: Iterable[str],
    datasets: Iterable[Term],
    mined: Iterable[Term] = (),
    frequencies: Frequencies | None = None,
) -> list[Term]:
    """All that is looked for in a corpus, datasets first; a name mined or tagged that is listed already is left out.

    `tags` are the authors' keywords as written, one for each paper that has it. `frequencies`, of the corpus (see
    `mining.Miner`), tells which names are ordinary words there; without it only the lists tell.
    """
    techniques = list(_to_techniques(tags, frequencies))
    known = {_to_key(spelling) for term in techniques for spelling in term.spellings}
    terms = list(datasets)
    taken = {_to_key(spelling) for term in terms for spelling in (*term.spellings, *term.cued)}
    for term in mined:
        if not taken & set(_beginnings(term.name)) and _to_key(term.name) not in known:
            terms.append(term)
    terms = [_cue_ordinary(term, frequencies) if frequencies else term for term in terms]
    taken |= {_to_key(term.name) for term in terms}
    return terms + [term for term in techniques if taken.isdisjoint(map(_to_key, term.spellings))]


def _beginnings(name: str) -> Iterator[str]:
    """Keys of the first word, of the first two, and so on: "ImageNet 2012" is a part of ImageNet and no dataset of its own."""
    words = split(name)[0]
    return (_to_key(" ".join(words[:end])) for end in range(1, len(words) + 1))


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
    for written in tags:
        plain = " ".join(
            re.sub(r"\([^()]*\)", " ", written).split()
        )  # "generative adversarial networks (GANs)"
        groups[_to_key(plain)][plain] += 1
    for key, counts in sorted(groups.items()):
        words = split(key)[0]
        if counts.total() >= MIN_PAPERS and words and not _is_generic(counts, frequencies):
            yield _to_technique(counts)


def _to_key(name: str) -> str:
    """Words in the singular, joined: "auto-encoders" and "Autoencoder" are one."""
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
    """The spellings in capitals of a tag of one word, where most authors write it so: GAN, but not DropOut."""
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
