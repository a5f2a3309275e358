"""Collects the names under which readers look for a dataset or technique beside its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from papersette.knowledge.tags import Tags, shipped_acronyms, to_words
from papersette.knowledge.terms import Term


def to_other_names(
    terms: Iterable[Term], explained: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the other names of each term by its id: spellings, acronyms and long forms.

    Args:
        terms: All terms of a collection.
        explained: Long forms of acronyms that papers explain, as `Acronyms.known` returns them.

    >>> gan = Term("gan", "GAN", "technique", ("GAN",))
    >>> long = Term("gans", "generative adversarial network", "technique", ())
    >>> to_other_names([gan, long], {})["gans"]
    ('GAN',)
    """
    grouping = Tags([], explained)
    acronyms: defaultdict[str, set[str]] = defaultdict(set)
    for acronym, long in {**explained, **shipped_acronyms()}.items():
        acronyms["".join(to_words(long))].add(acronym.upper())
    listed = list(terms)
    same: defaultdict[str, set[str]] = defaultdict(set)
    for term in listed:
        if term.kind == "technique":
            same[grouping.to_group_key(term.name)].add(term.name)
    found = {}
    for term in listed:
        names = {*term.spellings, *term.cued}
        if term.kind == "technique":
            group = grouping.to_group_key(term.name)
            names |= same[group] | acronyms[group]
        found[term.term_id] = tuple(sorted(names - {term.name}))
    return found
