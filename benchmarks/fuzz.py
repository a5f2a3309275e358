"""Feed Papersette mutated inputs: `python benchmarks/fuzz.py metadata --seconds 240 --seed 1`.

A part is a module beside this one with a function that runs its cases; `PARTS` names it. A case
that crashes, hangs, takes too much memory or loses an item is a failure. Failures are saved in the
folder --keep, and the exit status is then 1. The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

PARTS = {
    "metadata": ("fuzz_metadata", "fuzz_metadata"),
    "site": ("fuzz_site", "fuzz_site"),
    "pdf": ("fuzz_pdf", "fuzz_pdf"),
}
"""Part -> (module, function); a function is called as function(seed, count, seconds, keep) and
returns a Report."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--seconds", type=float, default=300, help="time limit (%(default)s)")
    parser.add_argument("--count", type=int, default=12_000, help="inputs at most (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations (%(default)s)")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that fail")
    options = parser.parse_args()
    module, function = PARTS[options.part]
    fuzz = getattr(importlib.import_module(module), function)
    report = fuzz(options.seed, options.count, options.seconds, options.keep)
    print(report.text())
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
