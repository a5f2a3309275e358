"""Measure answers from the papers: `python benchmarks/ask.py --alt ALT.db --sample SAMPLE.db`.

Prints for how many questions the page that answers is among the first three passages, with meaning
where the build has a model and by words alone, and which questions are missed. ALT 2019 is built
with catalogs/alt2019.yml, the sample with catalogs/sample.yml, both with `--meaning` for the former
figure. `--papers ICLR.db` prints for how many questions of `--queries` the right paper is among the
first three passages, by words alone, for weights of papersette/search/ranking.py: none of the
questions of pages chose them.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Sequence
from pathlib import Path

from papersette.catalogs.catalog import read_questions
from papersette.records import Question
from papersette.search import nearest
from papersette.search.answers import FEW, find_answers, is_answered
from papersette.search.engine import Engine
from papersette.search.index import to_index_folder
from papersette.search.nearest import SentenceFinder

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = {
    "alt": ROOT / "benchmarks" / "questions" / "alt2019.jsonl",
    "sample": ROOT / "data" / "sample" / "queries.jsonl",
}
CONTEXTS, PAGES = (0.0, 0.3, 0.5), (0.0, 0.2, 0.4, 0.6)
"""Weights that are tried."""


def main() -> None:
    """Print the figures that the command line asks for."""
    options = read_options()
    totals: dict[str, list[bool]] = {}
    for name, path in QUESTIONS.items():
        if database := getattr(options, name):
            asked = [question for question in read_questions(path) if question.pages]
            for kind, answered in measure(database, asked).items():
                totals.setdefault(kind, []).extend(answered)
    for kind, answered in totals.items():
        print(f"all, {kind}: {sum(answered)} of {len(answered)}")
    if options.papers:
        try_weights(options.papers, read_questions(options.queries))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--alt", type=Path, help="ALT 2019, built")
    parser.add_argument("--sample", type=Path, help="the sample, built")
    parser.add_argument("--papers", type=Path, help="ICLR 2019, built, to try weights")
    queries = data / "relevance" / "queries-dev.jsonl"
    parser.add_argument("--queries", type=Path, default=queries, help="questions about its papers")
    return parser.parse_args()


def measure(database: Path, asked: Sequence[Question]) -> dict[str, list[bool]]:
    """Print the figures of one database; return whether each question is answered."""
    engine = Engine(database, to_index_folder(database))
    alone = SentenceFinder(engine.index, engine.corpus, engine.connect, None)
    finders = {"with meaning": engine.sentences} if engine.meaning else {}
    found = {}
    for kind, finder in {**finders, "by words": alone}.items():
        begun = time.perf_counter()
        found[kind] = [is_answered(finder, question) for question in asked]
        each = 1000 * (time.perf_counter() - begun) / len(asked)
        print(f"{database.name}, {kind}: {sum(found[kind])} of {len(asked)}, {each:.0f} ms each")
        for question, is_found in zip(asked, found[kind], strict=True):
            if not is_found:
                print(f"  missed: {question.query}")
    return found


def try_weights(database: Path, asked: Sequence[Question]) -> None:
    """Print how often the right paper is among the first passages, for several weights."""
    engine = Engine(database, to_index_folder(database))
    finder = SentenceFinder(engine.index, engine.corpus, engine.connect, None)
    for context, page in itertools.product(CONTEXTS, PAGES):
        nearest.PASSAGE_CONTEXT_WEIGHT, nearest.PASSAGE_PAGE_WEIGHT = context, page
        found = sum(
            question.paper_id in {s.paper_id for s in find_answers(finder, question.query, FEW)}
            for question in asked
        )
        print(f"sentences around {context}, page {page}: right paper {found} of {len(asked)}")


if __name__ == "__main__":
    main()
