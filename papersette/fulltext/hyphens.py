"""Decide by the whole corpus which words, broken at a line end, are written with a hyphen.

A paper decides first (cleaning.py). Where it writes a compound nowhere else, its two halves are
joined, and the other papers decide: "fullyconnected" becomes "fully-connected" if they write that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from papersette.fulltext.reading import Text

COMPOUND = re.compile(r"(?<![\w-])[^\W\d_]{2,}-[^\W\d_]{2,}(?![\w-])")
WORD = re.compile(r"[^\W\d_]{2,}")
SHORTEST_HALF = 3
"""Letters of the shortest half of a compound that no text has: suffixes are shorter."""
COMMON = 3
"""Texts from which a half of a compound is a common word."""


def restore_compounds(texts: Mapping[Path, Text | str]) -> dict[Path, Text | str]:
    """Return the texts with hyphens where the corpus writes them in words that a line end broke."""
    uncertain = {pair for text in texts.values() if isinstance(text, Text) for pair in text.broken}
    wanted = find_compounds((t for t in texts.values() if isinstance(t, Text)), uncertain)
    return {
        path: _restore(text, wanted) if isinstance(text, Text) else text
        for path, text in texts.items()
    }


def find_compounds(texts: Iterable[Text], uncertain: Iterable[str]) -> dict[str, str]:
    """Return the words to replace: joined form -> compound with its hyphen.

    Args:
        texts: All texts. What a text has broken itself is no evidence.
        uncertain: Compounds in lower case that some text has joined.
    """
    joined = {pair.replace("-", ""): pair for pair in uncertain}
    wanted = joined.keys() | {half for pair in joined.values() for half in pair.split("-")}
    compounds: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for text in texts:
        own = {pair.replace("-", "") for pair in text.broken}
        body = "\n".join(f"{page.body}\n{page.refs}" for page in text.pages).lower()
        compounds.update({one for one in COMPOUND.findall(body) if one.replace("-", "") in joined})
        words.update((wanted & set(WORD.findall(body))) - own)
    return {word: pair for word, pair in joined.items() if is_compound(pair, compounds, words)}


def is_compound(pair: str, compounds: Mapping[str, int], words: Mapping[str, int]) -> bool:
    """Return whether a broken word is a compound, by the number of texts with each form.

    Most texts decide. If none has either form, two common words are a compound: "anis-otropic" are
    none, "gradient-weighted" are.
    """
    joined = words.get(pair.replace("-", ""), 0)
    if compounds.get(pair, 0) or joined:
        return compounds.get(pair, 0) > joined
    return all(
        len(half) >= SHORTEST_HALF and words.get(half, 0) >= COMMON for half in pair.split("-")
    )


def _restore(text: Text, wanted: Mapping[str, str]) -> Text:
    """Return a text with the compounds that it broke itself; its other words are not touched."""
    own = {pair.replace("-", ""): len(pair.partition("-")[0]) for pair in text.broken}
    own = {word: at for word, at in own.items() if wanted.get(word, "").find("-") == at}
    if not own:
        return text
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, own))})(?![\w-])", re.IGNORECASE)

    def with_hyphen(found: re.Match[str]) -> str:
        at = own[found[0].lower()]
        return f"{found[0][:at]}-{found[0][at:]}"

    pages = tuple(
        replace(
            page, body=pattern.sub(with_hyphen, page.body), refs=pattern.sub(with_hyphen, page.refs)
        )
        for page in text.pages
    )
    return replace(text, pages=pages)
