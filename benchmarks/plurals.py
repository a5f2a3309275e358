"""Compare the rules for singulars with simplemma: `python benchmarks/plurals.py`.

Words and their singulars are in tests/truth/singulars.yml. simplemma is compared if it is
installed; "simplemma, then rules" uses it for the words that it knows. Results are compared in
lower case. Times are for all words, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import yaml

from papersette.text import to_singular

TRUTH = Path(__file__).parent.parent / "tests" / "truth" / "singulars.yml"


def main() -> None:
    samples = yaml.safe_load(TRUTH.read_text(encoding="utf-8"))
    for name, rule in to_rules().items():
        started = time.perf_counter()
        wrong = {
            sample: [word for word, singular in words.items() if rule(word).lower() != singular]
            for sample, words in samples.items()
        }
        seconds = time.perf_counter() - started
        print(f"{name} ({1000 * seconds:.1f} ms)")
        for sample, words in samples.items():
            right = len(words) - len(wrong[sample])
            errors = ", ".join(f"{word} → {rule(word)}" for word in wrong[sample])
            print(f"  {sample}: {right} of {len(words)} right; wrong: {errors or 'none'}")


def to_rules() -> dict[str, Callable[[str], str]]:
    """Return name -> rules to compare; without simplemma only ours."""
    try:
        import simplemma
    except ImportError:
        return {"rules": to_singular}
    return {
        "rules": to_singular,
        "simplemma": lambda word: simplemma.lemmatize(word, lang="en"),
        "simplemma, then rules": lambda word: (
            simplemma.lemmatize(word, lang="en")
            if simplemma.is_known(word, lang="en")
            else to_singular(word)
        ),
    }


if __name__ == "__main__":
    main()
