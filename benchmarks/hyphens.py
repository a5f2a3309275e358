"""Measure the joining of words broken at line ends: `python benchmarks/hyphens.py`.

Words that are unbroken in a text are broken again: compounds at their hyphen, and other words
between two letters, if possible where both halves are also words. They do not count as evidence for
themselves. Printed is the share that is restored, by the paper alone and by the corpus. Needs
alt2019/ and search_iclr_2019.tar.xz.
"""

import argparse
import os
import random
import re
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from papersette.fulltext import Text, cleaning, extract, hyphens

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
SAMPLED = 40
"""Number of compounds, and of other words, that are broken in each text."""
TOKEN = re.compile(r"(?<![\w-])[a-z]{2,}(?:-[a-z]{2,})?(?![\w-])")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="the folder (%(default)s)")
    parser.add_argument("--texts", type=int, default=300, help="texts of ICLR 2019 (%(default)s)")
    options = parser.parse_args()
    measure("ALT 2019", extract(sorted((options.data / "alt2019").glob("*.pdf")), structure=False))
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(options.data / "search_iclr_2019.tar.xz") as packed:
            packed.extractall(folder, filter="data")
        files = sorted(Path(folder).rglob("*.txt"))[: options.texts]
        measure("ICLR 2019", extract(files, structure=False))


def measure(name: str, read: Iterable[tuple[Path, Text | str]]) -> None:
    """Print the shares of compounds and words that are restored."""
    texts = [text for _, text in read if isinstance(text, Text)]
    trials = list(to_trials(texts))
    corpus = to_corpus(texts)
    for rule, restore in (
        ("paper", by_paper),
        ("corpus", lambda *trial: by_corpus(*trial, corpus)),
    ):
        right = Counter((kind, restore(*trial) == kind) for kind, *trial in trials)
        for kind, what in ((True, "compounds"), (False, "words")):
            count = right[kind, True] + right[kind, False]
            share = right[kind, True] / count
            print(f"{name:10} {what:10} restored by the {rule:7} {share:.1%} of {count:,}")


def to_trials(texts: list[Text]) -> Iterator[tuple[bool, str, Counter[str]]]:
    """Yield for each trial whether it has a hyphen, the broken word, and the paper's words."""
    generator = random.Random(2019)
    for text in texts:
        body = "\n".join(page.body for page in text.pages)
        words = Counter(cleaning.WHOLE_WORD.findall(body.lower()))
        found = TOKEN.findall(body)
        compounds = [token for token in found if "-" in token]
        others = [token for token in found if len(token) > 6 and "-" not in token]
        for compound in generator.sample(compounds, min(SAMPLED, len(compounds))):
            yield True, compound, words
        for word in generator.sample(others, min(SAMPLED, len(others))):
            ends = [i for i in range(2, len(word) - 2) if words[word[:i]] and words[word[i:]]]
            at = generator.choice(ends or range(2, len(word) - 2))
            yield False, f"{word[:at]}-{word[at:]}", words


def by_paper(broken: str, words: Counter[str]) -> bool:
    """Return whether the paper alone keeps the hyphen of a word, which it does not count itself."""
    return broken in join(broken, without(broken, words), {})


def join(broken: str, words: Counter[str], uncertain: dict[str, None]) -> str:
    one, _, other = broken.partition("-")
    return " ".join(cleaning.join_hyphenated([f"x {one}-", f"{other} y"], words, uncertain))


def without(broken: str, words: Counter[str]) -> Counter[str]:
    """Return the words without one occurrence of the broken word, as a compound or joined."""
    less = Counter(words)
    for form in (broken, broken.replace("-", "")):
        if less[form]:
            less[form] -= 1
            break
    return +less


def to_corpus(texts: list[Text]) -> tuple[Counter[str], Counter[str]]:
    """Return the number of texts with each compound, and with each word."""
    compounds: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for text in texts:
        body = "\n".join(page.body for page in text.pages).lower()
        compounds.update(set(hyphens.COMPOUND.findall(body)))
        words.update(set(hyphens.WORD.findall(body)))
    return compounds, words


def by_corpus(broken: str, words: Counter[str], corpus: tuple[Counter[str], Counter[str]]) -> bool:
    """Return whether the paper, and the corpus without this paper, keep the hyphen."""
    uncertain: dict[str, None] = {}
    less = without(broken, words)
    if broken in join(broken, less, uncertain):
        return True
    compounds, others = (
        Counter({w: counts[w] for w in forms})
        for counts, forms in (
            (corpus[0], [broken]),
            (corpus[1], [broken.replace("-", ""), *broken.split("-")]),
        )
    )
    compounds[broken] -= words[broken] > 0
    for word in others:
        others[word] -= words[word] > 0
    return bool(uncertain) and hyphens.is_compound(broken, compounds, others)


if __name__ == "__main__":
    main()
