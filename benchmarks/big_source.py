"""Make a large source from the text files of a catalog, to measure builds of any size.

    python benchmarks/big_source.py catalogs/iclr2019.yml --data FOLDER target 20657

Each page is taken from any paper at the same position in its paper, as in big_corpus.py. Titles and
abstracts are chains of words (Markov): each word follows the one before it in some paper, so that
no two papers are versions of one work. Authors have the given name of one person and the family
name of another; keywords are those of one paper. The same seed gives the same files. As pages are
drawn repeatedly, the numbers of cited works and words grow with the number of papers, but less than
in a real collection.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from papersette.catalogs import catalog
from papersette.ingest import collection
from papersette.records import Paper

SEED = 2019
LONGEST = 250
"""Largest number of words of a title or an abstract."""
CATALOG = """title: {size} made papers
sources:
  - kind: table
    file: papers.csv
    files: texts
    language: en
    venue: {{venue_id: made, name: Made, year: 2019, kind: conference}}
"""


class Chain:
    """Makes texts in which every pair of consecutive words occurs in the collection."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._following: defaultdict[str | None, list[str | None]] = defaultdict(list)
        for text in texts:
            words: list[str | None] = [None, *text.split(), None]
            for one, other in pairwise(words):
                self._following[one].append(other)

    def make(self, chooser: random.Random) -> str:
        """Return a new text."""
        words: list[str] = []
        word = chooser.choice(self._following[None])
        while word is not None and len(words) < LONGEST:
            words.append(word)
            word = chooser.choice(self._following[word])
        return " ".join(words)


def make(source: Path, data: Path, target: Path, size: int) -> Path:
    """Write texts, metadata and a catalog of `size` papers; return the catalog's path."""
    papers = [paper for paper in read(source, data) if paper.file and paper.title]
    pages = [paper.file.read_bytes().split(b"\f") for paper in papers if paper.file]
    at: defaultdict[int, list[bytes]] = defaultdict(list)
    for own in pages:
        for position, page in enumerate(own):
            at[position].append(page)
    chooser = random.Random(SEED)
    (target / "texts").mkdir(parents=True)
    titles = Chain(paper.title or "" for paper in papers)
    abstracts = Chain(paper.abstract for paper in papers if paper.abstract)
    people = [author.name for paper in papers for author in paper.authors] or ["A. Nobody"]
    with (target / "papers.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["paper_id", "title", "authors", "abstract", "tags"])
        for number in range(1, size + 1):
            original = chooser.randrange(len(papers))
            text = b"\f".join(chooser.choice(at[i]) for i in range(len(pages[original])))
            (target / "texts" / f"made-{number}.txt").write_bytes(text)
            authors = [to_name(people, chooser) for _ in papers[original].authors or (0,)]
            keywords = ";".join(papers[original].tags)
            title, abstract = titles.make(chooser), abstracts.make(chooser)
            table.writerow([f"made-{number}", title, ";".join(authors), abstract, keywords])
    path = target / "catalog.yml"
    path.write_text(CATALOG.format(size=f"{size:,}"), encoding="utf-8")
    return path


def read(source: Path, data: Path) -> list[Paper]:
    """Return the papers of a catalog."""
    publication = catalog.load(source, data, None)
    return collection.read(publication.sources, data, offline=True).papers


def to_name(people: list[str], chooser: random.Random) -> str:
    """Return the given names of one person and the family name of another."""
    given, family = chooser.choice(people), chooser.choice(people)
    return f"{given.rpartition(' ')[0]} {family.rpartition(' ')[2]}".strip()


def main() -> None:
    """Make the source that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("catalog", type=Path, help="a catalog with text files")
    parser.add_argument("--data", type=Path, required=True, help="the folder of its files")
    parser.add_argument("target", type=Path, help="the folder to write")
    parser.add_argument("size", type=int, help="how many papers")
    options = parser.parse_args()
    print(make(options.catalog, options.data, options.target, options.size))


if __name__ == "__main__":
    main()
