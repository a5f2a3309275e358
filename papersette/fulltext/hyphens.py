"""Decide from the whole corpus which words, broken at a line end, are written with a hyphen.

The text of the paper is used first (cleaning.py). If it does not write a compound elsewhere, its
two halves are joined, and the other papers decide: "fullyconnected" becomes "fully-connected" if
they write that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

COMPOUND = re.compile(r"(?<![\w-])[^\W\d_]{2,}-[^\W\d_]{2,}(?![\w-])")
WORD = re.compile(r"[^\W\d_]{2,}")
SHORTEST_HALF = 3
"""Letters of the shortest half of a compound that no text has: shorter halves are suffixes."""
COMMON = 3
"""Number of texts that make a half of a compound a common word."""


def to_forms(text: str) -> str:
    """Return the words and compounds of a text, each once, in lower case."""
    tokens = set(text.lower().split())
    plain = {token for token in tokens if len(token) > 1 and token.isalpha()}
    others = tokens - plain
    words = WORD.findall(" ".join(others))
    compounds = COMPOUND.findall(" ".join(token for token in others if "-" in token))
    return " ".join(sorted(plain.union(words, compounds)))


def find_compounds(
    forms: Iterable[tuple[str, Iterable[str]]], uncertain: Iterable[str]
) -> dict[str, str]:
    """Return the words to replace: joined form -> compound with its hyphen.

    Args:
        forms: (forms of a text, compounds that were broken in it) of each text; the latter are no
            evidence.
        uncertain: Compounds in lower case that were joined in some text.
    """
    joined = {pair.replace("-", ""): pair for pair in uncertain}
    wanted = joined.keys() | {half for pair in joined.values() for half in pair.split("-")}
    compounds: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for text, broken in forms:
        own = {pair.replace("-", "") for pair in broken}
        found = text.split(" ")
        compounds.update(one for one in found if "-" in one and one.replace("-", "") in joined)
        words.update(wanted.intersection(found) - own)
    return {word: pair for word, pair in joined.items() if is_compound(pair, compounds, words)}


def is_compound(pair: str, compounds: Mapping[str, int], words: Mapping[str, int]) -> bool:
    """Return whether a broken word is a compound, by the number of texts with each form.

    Most texts decide. If no text has either form, two common words are a compound:
    "gradient-weighted" is one, "anis-otropic" is not.
    """
    joined = words.get(pair.replace("-", ""), 0)
    if compounds.get(pair, 0) or joined:
        return compounds.get(pair, 0) > joined
    return all(
        len(half) >= SHORTEST_HALF and words.get(half, 0) >= COMMON for half in pair.split("-")
    )


def restore(body: str, broken: Iterable[str], wanted: Mapping[str, str]) -> str:
    """Return a text with hyphens in the compounds broken in it; its other words are not changed."""
    own = {pair.replace("-", ""): len(pair.partition("-")[0]) for pair in broken}
    own = {word: at for word, at in own.items() if wanted.get(word, "").find("-") == at}
    if not own:
        return body
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, own))})(?![\w-])", re.IGNORECASE)

    def with_hyphen(found: re.Match[str]) -> str:
        at = own[found[0].lower()]
        return f"{found[0][:at]}-{found[0][at:]}"

    return pattern.sub(with_hyphen, body)
