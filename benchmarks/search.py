"""Measure the search: `python benchmarks/search.py` after building catalogs/iclr2019.yml.

Prints how well it ranks, what it finds, how fast it is, how large its index is and how much memory
a server uses, with the required values. `--sizes 20657 100000` adds corpora of these sizes, made
from the same pages; they are kept in the folder `--work`. Times are medians of three rounds, in
which everything measured takes turns, as other processes may run.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from measures import completeness, meaning, relevance, speed, storage
from measures.corpora import (
    ROOT,
    Corpus,
    build_sample,
    indexed,
    mix_queries,
    open_corpora,
    say,
    without_tldr,
)
from measures.served import Site, serve

from papersette.catalogs.catalog import read_questions
from papersette.records import Question

PARTS = ("relevance", "completeness", "meaning", "engine", "pages", "index")
SAMPLE_QUESTIONS = ROOT / "data" / "sample" / "queries.jsonl"


def main() -> None:
    """Print the figures for the options of the command line."""
    options = read_options()
    corpora = open_corpora(options.db, options.sizes, options.work)
    questions = read_questions(options.queries)
    queries = mix_queries(corpora[0], [question.query for question in questions])[:: options.every]
    if options.profile:
        for corpus in corpora:
            speed.profile(corpus, queries, options.profile)
        return
    if "relevance" in options.only:
        measure_relevance(options, questions)
        if options.model:
            measure_meaning(options, questions)
    if "completeness" in options.only:
        completeness.measure(corpora[0])
    if "meaning" in options.only and options.model:
        model = meaning.Model.open(options.model, options.work)
        meaning.measure_speed(corpora, model, [*queries, *(q.query for q in questions)])
    if "engine" in options.only:
        speed.measure_engine(corpora, queries)
    if "pages" in options.only:
        measure_served(corpora, queries)
    if "index" in options.only:
        storage.measure_index(corpora)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    questions = data / "relevance" / "queries-dev.jsonl"
    work = Path(tempfile.gettempdir()) / "papersette-benchmarks"
    add = parser.add_argument
    add("--db", type=Path, default=ROOT / "papers.db", help="ICLR 2019, built")
    add("--queries", type=Path, default=questions, help="questions about its papers")
    add(
        "--sample",
        type=Path,
        help="the built sample, whose questions count when weights are chosen",
    )
    add("--sizes", type=int, nargs="*", default=[], help="numbers of papers of larger corpora")
    add("--work", type=Path, default=work, help="where these are made and kept")
    add("--model", type=Path, help="the folder of a model, to measure search by meaning as well")
    add("--only", choices=PARTS, nargs="+", default=PARTS, help="what to measure")
    add("--every", type=int, default=1, metavar="N", help="time only every Nth query")
    add("--profile", type=int, metavar="LINES", help="show what takes the engine's time, no more")
    return parser.parse_args()


def measure_relevance(options: argparse.Namespace, questions: Sequence[Question]) -> None:
    """Measure on a copy whose tl;dr is not indexed."""
    sample = indexed(options.sample or build_sample(options.work), options.work)
    known = [question for question in read_questions(SAMPLE_QUESTIONS) if question.paper_id]
    asked = (Corpus(sample).engine, known)
    with tempfile.TemporaryDirectory() as folder:
        copy = without_tldr(options.db, Path(folder))
        relevance.measure(Corpus(copy).engine, questions, asked)


def measure_meaning(options: argparse.Namespace, questions: Sequence[Question]) -> None:
    """Measure ranks with and without meaning, on a copy whose tl;dr is not indexed."""
    model = meaning.Model.open(options.model, options.work)
    sample = indexed(options.sample or build_sample(options.work), options.work)
    known = [question for question in read_questions(SAMPLE_QUESTIONS) if question.paper_id]
    with tempfile.TemporaryDirectory() as folder:
        copy = without_tldr(options.db, Path(folder))
        asked = (model.to_engine(sample), known)
        meaning.measure_relevance(model.to_engine(copy), questions, asked)


def measure_served(corpora: Sequence[Corpus], queries: Sequence[str]) -> None:
    """Serve every corpus in a separate process; measure pages, slow queries and memory."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sites: dict[str, Site] = {}
        for corpus in corpora:
            say(f"serving {corpus.name} papers")
            sites[corpus.name] = stack.enter_context(serve(corpus, folder / str(corpus.size)))
        speed.measure_pages(corpora, sites, queries)
        storage.measure_memory(sites)
        speed.measure_hard(corpora, sites)


if __name__ == "__main__":
    main()
