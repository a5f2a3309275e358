"""Measure answers from the papers: `python benchmarks/ask.py --alt ALT.db --sample SAMPLE.db`.

Prints for how many questions the page with the answer is among the first three passages, with
meaning if the build has a model, and by words alone, and which questions are missed. ALT 2019 is
built with catalogs/alt2019.yml, the sample with catalogs/sample.yml, both with `--meaning` for the
former figure. `--papers ICLR.db` prints for how many questions of `--queries` the right paper is
among the first three passages, by words alone, for weights of papersette/search/ranking.py that
were not chosen with the questions of pages. `--quotations ANY.db` prints how many of 100 sentences,
chosen at random and altered in several ways, are found on their pages, and with which result.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from papersette.catalogs.catalog import read_questions
from papersette.meaning.sentences import split_sentences
from papersette.records import Question
from papersette.search import nearest
from papersette.search.answers import FEW, find_answers, is_answered
from papersette.search.engine import Engine
from papersette.search.index import to_index_folder
from papersette.search.nearest import SentenceFinder
from papersette.search.quotations import find_sources

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = {
    "alt": ROOT / "benchmarks" / "questions" / "alt2019.jsonl",
    "sample": ROOT / "data" / "sample" / "queries.jsonl",
}
SENTENCES = 100
LENGTHS = range(60, 300)
"""Length of a quoted sentence in characters."""
OTHERS = "very model large noise data of the".split()
"""Words that replace others."""
CONTEXTS, PAGES = (0.0, 0.3, 0.5), (0.0, 0.2, 0.4, 0.6)
"""Weights that are compared."""


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
    if options.quotations:
        measure_quotations(options.quotations)
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
    parser.add_argument("--quotations", type=Path, help="any database, to look for its sentences")
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


def measure_quotations(database: Path) -> None:
    """Print how many altered sentences are found on their pages, and with which result."""
    engine, chance = Engine(database, to_index_folder(database)), random.Random(3)
    sql = "select paper_id, page, body from pages where length(body) > 1500"
    pages = engine.connect().execute(sql).fetchall()
    for name, alter in ALTERED.items():
        kinds: Counter[str] = Counter()
        begun = time.perf_counter()
        for _ in range(SENTENCES):
            paper_id, page, sentence = choose_sentence(pages, chance)
            found = find_sources(engine, alter(sentence.split(), chance))
            own = (s.kind for s in found if (s.paper_id, s.page) == (paper_id, page))
            kinds[next(own, "not found")] += 1
        each = 1000 * (time.perf_counter() - begun) / SENTENCES
        print(f"{database.name}, {name}: {dict(kinds)}, {each:.0f} ms each")


def choose_sentence(
    pages: Sequence[tuple[str, int, str]], chance: random.Random
) -> tuple[str, int, str]:
    """Return (paper_id, page, sentence) of a page chosen at random."""
    while True:
        paper_id, page, body = chance.choice(pages)
        sentences = [body[start:end] for start, end in split_sentences(body)]
        if long := [sentence for sentence in sentences if len(sentence) in LENGTHS]:
            return paper_id, page, chance.choice(long)


def break_lines(words: list[str], chance: random.Random) -> str:
    """Return the words in lines, with words hyphenated at line ends, ligatures and quotes."""
    text = ""
    for number, word in enumerate(words):
        middle = len(word) // 2
        is_broken = number % 6 == 5 and word.isalpha() and len(word) > 6
        text += f"{word[:middle]}-\n{word[middle:]} " if is_broken else f"{word} "
    return f"“{text.strip()}”".replace("fi", "ﬁ").replace("fl", "ﬂ")


def leave_out(words: list[str], chance: random.Random) -> str:
    """Return the words without the middle third."""
    third = len(words) // 3
    return " ".join([*words[:third], "[…]", *words[2 * third :]])


def replace_words(words: list[str], chance: random.Random) -> str:
    """Return the words with one in eight replaced."""
    changed = list(words)
    for _ in range(max(1, len(words) // 8)):
        changed[chance.randrange(len(words))] = chance.choice(OTHERS)
    return " ".join(changed)


ALTERED = {
    "line breaks, hyphens, ligatures": break_lines,
    "a third left out": leave_out,
    "one word in eight replaced": replace_words,
}


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
