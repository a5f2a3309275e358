"""Measures search by meaning: ranks with and without it, its weights, and its time."""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from measures.corpora import Corpus, say
from measures.relevance import HALVES, halve
from measures.table import Row, patched, percentile, show, time_in_turns, time_ms
from papersette.files import connect_read_only
from papersette.meaning.encoder import OnnxEncoder
from papersette.meaning.models import read_folder
from papersette.meaning.vectors import open_vectors
from papersette.records import Question
from papersette.search import hybrid, ranking
from papersette.search.engine import Engine, Request
from papersette.search.evaluation import DEPTH, rank, to_figures
from papersette.search.index import to_index_folder
from papersette.search.meaning import FOLDER, Meaning, read_papers, write_meaning
from papersette.search.parser import parse

WEIGHTS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
"""Weights of meaning; 0 is a search by words alone."""
SHARES = (0.0, 1 / 3, 1 / 2)
"""Weights of the nearest sentence."""
MOST_MS = {"20,657": 60.0}
"""Number of papers -> limit of the 95th percentile of a search, in milliseconds."""
SAMPLE = 20
"""Papers of which vectors are made to measure their time."""
LARGEST = 200_000
"""Largest number of papers for which the search is exact."""


@dataclass(frozen=True)
class Model:
    """A model, and the folder of its vectors."""

    encoder: OnnxEncoder
    work: Path

    @classmethod
    def open(cls, folder: Path, work: Path) -> Model:
        """Open the model in a folder."""
        return cls(OnnxEncoder(read_folder(folder), threads=2), work)

    def to_engine(self, database: Path) -> Engine:
        """Return an engine of a database with the vectors of its papers, which are made if they are
        missing.
        """
        folder = self.work / "meaning" / database.parent.name
        for done, total in write_meaning(database, folder, self.encoder, self.work / "models"):
            if done % 2000 == 0:
                say(f"{done:,} of {total:,} texts have vectors")
        meaning = Meaning(self.encoder, open_vectors(folder / FOLDER))
        return Engine(database, to_index_folder(database), meaning=meaning)


def measure_relevance(
    engine: Engine, questions: Sequence[Question], sample: tuple[Engine, Sequence[Question]]
) -> None:
    """Print ranks with and without meaning, and how well its weights work for other questions."""
    figures = {
        name: to_figures([rank(engine, question, meaning) for question in questions])
        for name, meaning in (("words", "off"), ("both", ""))
    }
    for position, (name, least) in enumerate((("MRR@10", 0.915), ("found@10", 0.975))):
        values = {key: found[position].value for key, found in figures.items()}
        show(
            f"known-item search, {len(questions)} questions" if not position else "",
            [Row(name, values, {"both": least}, at_least=True, digits=3)],
        )
    table = [to_row(engine, q) for q in questions]
    table += [to_row(sample[0], question) for question in sample[1]]
    cross_validate(np.array(table), len(questions))


def to_row(engine: Engine, question: Question) -> list[float]:
    """Return the reciprocal rank of the answer for each weight and share."""
    request = Request(q=question.query, versions="all")
    query, filters = engine._interpret(request)
    matching = engine.retriever.match(query, filters)
    words = engine.ranker.rank(query, matching)
    number = engine.corpus.numbers[question.paper_id or ""]
    read = engine._read_question(request, query)
    row = []
    for share in SHARES:
        with patched(hybrid, SENTENCE_SHARE=share):
            near = engine._compare(read, request, query, matching, words)
        for weight in WEIGHTS:
            with patched(ranking, MEANING_WEIGHT=weight):
                both = words
                if near and weight:
                    both = engine.ranker.blend(words, near.scores, near.alone)
            first = both.numbers[:DEPTH].tolist()
            row.append(1 / (first.index(number) + 1) if number in first else 0.0)
    return row


def cross_validate(table: NDArray[np.float64], count: int) -> None:
    """Choose weight and share on half of the questions, and measure and print the other half."""
    grid = list(itertools.product(SHARES, WEIGHTS))
    current = grid.index((ranking.SENTENCE_SHARE, ranking.MEANING_WEIGHT))
    chooser = random.Random(2019)
    chosen, gains, held_out = Counter(), [], {"chosen": [], "current": [], "words": []}
    for _ in range(HALVES):
        one, other = halve(count, len(table) - count, chooser)
        best = int(np.argmax(table[one].mean(axis=0)))
        chosen[grid[best]] += 1
        means = table[other].mean(axis=0)
        for name, column in (("chosen", best), ("current", current), ("words", 0)):
            held_out[name].append(float(means[column]))
        gains.append(float(means[best] - means[0]))
    print("\nshare of sentences and weight of meaning, chosen on one half of the")
    print(f"{len(table)} questions and measured on the other, {HALVES} random halves: MRR@10")
    for name, values in held_out.items():
        deviation = statistics.stdev(values)
        print(f"  {name:10} mean {statistics.mean(values):.3f}, standard deviation {deviation:.3f}")
    span = f"{min(gains):.3f} to {max(gains):.3f}"
    print(f"  gain over words alone: mean {statistics.mean(gains):.3f}, {span}")
    for (share, weight), times in chosen.most_common(6):
        mean = table[:, grid.index((share, weight))].mean()
        print(f"  {share:5.2f} {weight:5.2f}  chosen {times:3} times, all questions {mean:.3f}")


def measure_speed(corpora: Sequence[Corpus], model: Model, queries: Sequence[str]) -> None:
    """Print the time of searches by words and meaning, and by words alone, in the same run."""
    natural = [q for q in queries if hybrid.to_question(parse(q), q)]
    rows: dict[str, dict[str, float]] = {}
    for corpus in corpora:
        engine = model.to_engine(corpus.database)
        times = time_in_turns(
            {"words": to_search(engine, "off"), "both": to_search(engine, "")}, natural
        )
        for name, each in times.items():
            values = {"median": statistics.median(each.wall), "95th": percentile(each.wall, 95)}
            for measure, value in values.items():
                rows.setdefault(f"{name}: {measure}", {})[corpus.name] = value
            rows.setdefault(f"{name}: 95th, processor", {})[corpus.name] = percentile(each.cpu, 95)
    ratio = {key: rows["both: 95th"][key] / rows["words: 95th"][key] for key in rows["both: 95th"]}
    limits = {key: most for key, most in MOST_MS.items() if key in ratio}
    shown = [
        Row(name, each, limits if name == "both: 95th" else None) for name, each in rows.items()
    ]
    shown.append(Row("both / words, 95th percentile", ratio, digits=2))
    show(f"{len(natural)} queries that have a meaning, ms", shown)
    alone = {
        "encoding a question": _question_ms(model, natural),
        f"comparing it with {LARGEST:,} papers": _exact_ms(model),
        "making the vectors of a paper, processor": _paper_ms(model, corpora[0]),
    }
    show("the model alone, ms", [Row(name, {"": value}) for name, value in alone.items()])


def to_search(engine: Engine, meaning: str) -> Callable[[str], None]:
    """Return a function that searches without any memory of earlier questions."""

    def search(q: str) -> None:
        encoder = engine.meaning.encoder if engine.meaning else None
        if isinstance(encoder, OnnxEncoder):
            encoder._known.clear()
        engine._search(Request(q=q, size=20, meaning=meaning))

    return search


def _question_ms(model: Model, queries: Sequence[str]) -> float:
    return statistics.median(time_ms(model.encoder._run, q) for q in queries)


def _paper_ms(model: Model, corpus: Corpus) -> float:
    """Return the processor time of the vectors of one paper: title, abstract and its sentences."""
    with closing(connect_read_only(corpus.database)) as conn:
        papers = list(itertools.islice(read_papers(conn), SAMPLE))
    texts = [text for paper in papers for text in (paper.whole, *paper.sentences) if text]
    model.encoder._known.clear()
    before = time.process_time()
    model.encoder.encode(texts)
    return 1000 * (time.process_time() - before) / len(papers)


def _exact_ms(model: Model) -> float:
    """Return the milliseconds to compare one question with `LARGEST` papers."""
    generator = np.random.default_rng(2019)
    papers = generator.standard_normal((LARGEST, model.encoder.dimensions), np.float32)
    query = papers[0] / np.linalg.norm(papers[0])
    return statistics.median(time_ms(lambda: papers @ query) for _ in range(9))
