"""Show the effect of each rule of the ranking: `python benchmarks/ranking.py`.

Known-item search on ICLR 2019 as in benchmarks/search.py, unchanged and with one rule changed.
Times are those of all questions, so that variants can be compared within one run.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

from measures.corpora import ROOT, without_tldr
from measures.table import patched

from papersette.catalogs.catalog import read_questions
from papersette.records import Question
from papersette.search import parser, query, ranking, retrieval
from papersette.search.engine import Engine
from papersette.search.evaluation import rank, to_figures
from papersette.search.index import to_index_folder

SAME_FIELDS = dict.fromkeys(ranking.METADATA_FIELDS, 1.0)
VARIANTS: dict[str, tuple[ModuleType, dict[str, Any]]] = {
    "as it is": (ranking, {}),
    "metadata does not count": (ranking, {"METADATA_WEIGHT": 0.0}),
    "pages do not count": (ranking, {"PAGES_WEIGHT": 0.0}),
    "the text as a whole does not count": (ranking, {"TEXT_WEIGHT": 0.0}),
    "title, tags and abstract count the same": (ranking, {"METADATA_FIELDS": SAME_FIELDS}),
    "the best page alone": (ranking, {"PAGES_POWER": 20}),
    "pages squared": (ranking, {"PAGES_POWER": 2}),
    "pages added up": (ranking, {"PAGES_POWER": 1}),
    "150 pages are candidates, not 600": (ranking, {"PAGE_CANDIDATES": 150}),
    "no word may be missing": (retrieval, {"WORDS_PER_MISSING": parser.LONGEST_QUERY}),
    "half of a sentence may be missing": (retrieval, {"WORDS_PER_MISSING": 2}),
    "common words of a sentence are asked": (retrieval, {"COMMON_SHARE": 1.1}),
    "sentences are asked like short queries": (query, {"SENTENCE_WORDS": parser.LONGEST_QUERY}),
}
"""Name -> (module, constants that are changed in it)."""


def main() -> None:
    """Print a line for each variant."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    parser.add_argument("--queries", type=Path, default=data / "relevance" / "queries-dev.jsonl")
    options = parser.parse_args()
    questions = read_questions(options.queries)
    with tempfile.TemporaryDirectory() as folder:
        copy = without_tldr(options.db, Path(folder))
        engine = Engine(copy, to_index_folder(copy))
        print(f"{len(questions)} questions{'':29} MRR@10 found@10")
        for name, (module, constants) in VARIANTS.items():
            report(name, engine, questions, patched(module, **constants))


def report(
    name: str, engine: Engine, questions: Sequence[Question], change: AbstractContextManager[None]
) -> None:
    """Print how well questions are answered with a change."""
    engine._recent.clear()
    started = time.perf_counter()
    with change:
        mean, found = to_figures([rank(engine, question) for question in questions])
    seconds = time.perf_counter() - started
    print(f"{name:42}{mean.value:7.3f}{found.value:9.3f}{seconds:7.1f} s", flush=True)


if __name__ == "__main__":
    main()
