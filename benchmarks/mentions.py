"""Measure mentions of datasets: `python benchmarks/mentions.py`.

Build catalogs/iclr2019.yml first. Precision: tests/truth/mentions.json has 150 random mentions of
datasets (`--draw 150 --seed 2020`), each judged by its sentence, and 60 more of names that are
ordinary words (`--cued`). The rules were written with other samples of the same papers, but two
errors of this one have been fixed. Recall, of well-known names only: compared with a broad regular
expression. Time and memory: one process.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import resource
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from papersette.files import connect_read_only
from papersette.knowledge.datasets import load_datasets
from papersette.knowledge.matcher import Matcher
from papersette.knowledge.mentions import Mention, find_mentions
from papersette.knowledge.mining import Miner
from papersette.knowledge.terms import Term, to_terms

ROOT = Path(__file__).parent.parent
TRUTH = ROOT / "tests" / "truth" / "mentions.json"
FAMOUS = {
    "CIFAR-10": r"(?i)\bcifar[\s-]{0,2}10\b",
    "MNIST": r"\bMNIST\b",
    "ImageNet": r"(?i)\bimagenet\b|\bILSVRC",
    "Penn Treebank": r"(?i)\bpenn[\s-]treebank\b|\bPTB\b",
    "HalfCheetah": r"(?i)\bhalf[\s-]?cheetah\b",
}
"""Unambiguous name -> the broadest regular expression for it."""

Mentions = dict[str, list[Mention]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    parser.add_argument(
        "--draw",
        type=int,
        help="print so many mentions of datasets with their sentences, to be judged",
    )
    parser.add_argument(
        "--cued", action="store_true", help="draw among names that are ordinary words"
    )
    parser.add_argument("--seed", type=int, default=2020)
    options = parser.parse_args()
    with closing(connect_read_only(options.db)) as conn:
        terms, mentions = find_all_mentions(conn)
        if options.draw:
            draw(terms, mentions, options)
        else:
            measure_precision(terms, mentions)
            measure_recall(conn, terms, mentions)


def print_figure(claim: str, measured: str) -> None:
    print(f"{claim:72} {measured}", flush=True)


def read_papers(conn: sqlite3.Connection) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Yield each paper's id, with (number, body) of its pages."""
    rows = conn.execute(
        "select paper_id, page, body from pages where body is not null order by page_id"
    )
    for paper_id, pages in itertools.groupby(rows, lambda row: row[0]):
        yield paper_id, [(page, body) for _, page, body in pages]


def find_all_mentions(conn: sqlite3.Connection) -> tuple[dict[str, Term], Mentions]:
    """Return the terms by id, and the mentions of each paper; print their numbers and the time."""
    started = time.perf_counter()
    miner = Miner()
    for _, pages in read_papers(conn):
        miner.add(body for _, body in pages)
    mined = time.perf_counter()
    tags = [
        row[0] for row in conn.execute("select spelling from paper_tags where origin = 'author'")
    ]
    terms = to_terms(tags, load_datasets(), miner.datasets(), miner.frequencies)
    matcher = Matcher(terms)
    found = {paper_id: find_mentions(pages, matcher) for paper_id, pages in read_papers(conn)}
    done = time.perf_counter()
    print_figure("papers, terms looked for", f"{len(found)}, {len(terms)}")
    print_figure("mentions: paper and term", f"{sum(map(len, found.values()))}")
    print_figure("seconds: mining, finding", f"{mined - started:.1f}, {done - mined:.1f}")
    print_figure("peak memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    return {term.term_id: term for term in terms}, found


def draw(terms: dict[str, Term], mentions: Mentions, options: argparse.Namespace) -> None:
    wanted = {
        id_
        for id_, term in terms.items()
        if term.kind == "dataset" and (term.needs_cue or not options.cued)
    }
    found = sorted(
        (paper_id, m.term_id, m.evidence)
        for paper_id, ms in mentions.items()
        for m in ms
        if m.term_id in wanted
    )
    for paper_id, term_id, evidence in random.Random(options.seed).sample(found, options.draw):
        print(f"{paper_id} [{term_id}] {evidence}")


def measure_precision(terms: dict[str, Term], mentions: Mentions) -> None:
    found = {(paper_id, mention.term_id) for paper_id, ms in mentions.items() for mention in ms}
    truth = json.loads(TRUTH.read_text())
    for sample in dict.fromkeys(row["sample"] for row in truth):
        drawn = Counter(row["right"] for row in truth if row["sample"] == sample)
        kept = [
            row
            for row in truth
            if row["sample"] == sample and (row["paper_id"], row["term_id"]) in found
        ]
        right = sum(row["right"] for row in kept)
        print_figure(
            f"mentions of datasets that are right, {sample}: when drawn",
            f"{drawn[True] / drawn.total():.3f} of {drawn.total()}",
        )
        print_figure(
            f"    of the same, those still found (lost: {drawn[True] - right} right)",
            f"{right / len(kept):.3f} of {len(kept)}",
        )
    mined = [term.name for term in terms.values() if term.origin == "mined"]
    print_figure("names mined", f"{len(mined)}: {', '.join(mined)}")


def measure_recall(conn: sqlite3.Connection, terms: dict[str, Term], mentions: Mentions) -> None:
    bodies = {
        paper_id: "\n".join(body for _, body in pages) for paper_id, pages in read_papers(conn)
    }
    counts = Counter(mention.term_id for ms in mentions.values() for mention in ms)
    for name, pattern in FAMOUS.items():
        term_id = next(term.term_id for term in terms.values() if term.name == name)
        plain = sum(bool(re.search(pattern, body)) for body in bodies.values())
        print_figure(
            f"papers that mention {name}; by plain expression", f"{counts[term_id]}; {plain}"
        )


if __name__ == "__main__":
    main()
