"""The databases that are measured: a built one, and large ones made from it, which are kept."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import big_corpus

from papersette.database.publish import save_inspection
from papersette.files import connect_read_only
from papersette.search.engine import Engine
from papersette.search.index import build_index, is_current, to_index_folder

ROOT = Path(__file__).parents[2]


@dataclass
class Corpus:
    """A database with its search index."""

    database: Path

    @cached_property
    def engine(self) -> Engine:
        """The search engine, opened at the first use."""
        return Engine(self.database, to_index_folder(self.database))

    @cached_property
    def size(self) -> int:
        """The number of papers."""
        return int(self.fetch("select count(*) from papers")[0][0])

    @property
    def name(self) -> str:
        """The number of papers as the heading of a column."""
        return f"{self.size:,}"

    def fetch(self, sql: str) -> list[tuple]:
        """Return the rows of a query."""
        with closing(connect_read_only(self.database)) as conn:
            return conn.execute(sql).fetchall()

    def read_texts(self) -> list[str]:
        """Return the text of every page."""
        return [row[0] for row in self.fetch(PAGE_TEXTS)]


PAGE_TEXTS = "select coalesce(body, '') || coalesce(refs, '') from pages"


def open_corpora(database: Path, sizes: Sequence[int], work: Path) -> list[Corpus]:
    """Return the database and corpora of these sizes made from it, all indexed.

    Args:
        work: The folder for these corpora; existing ones are used again.
    """
    corpora = [Corpus(indexed(database, work))]
    for size in sizes:
        target = work / str(size) / "papers.db"
        if not target.exists():
            say(f"making {size:,} papers in {target.parent}")
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(".part")
            big_corpus.make(database, part, size)
            part.rename(target)
        inspection = target.with_name("inspect-data.json")
        if not inspection.exists():
            save_inspection(inspection, target)
        corpora.append(Corpus(indexed(target, work)))
    return corpora


def indexed(database: Path, work: Path) -> Path:
    """Return a database with a current index beside it: itself, or a copy in `work`."""
    copy = database
    if not database.is_relative_to(work):
        copy = work / database.stem / database.name
    for path in (database, copy):
        if path.exists() and is_current(database, to_index_folder(path)):
            return path
    say(f"indexing {database}")
    if copy != database:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(database, copy)
        save_inspection(copy.with_name("inspect-data.json"), copy)
    build_index(copy, to_index_folder(copy))
    return copy


def build_sample(work: Path) -> Path:
    """Return the database of the sample, built in `work` if it is missing."""
    database = work / "sample" / "papers.db"
    if not database.exists():
        say(f"building the sample in {database.parent}")
        database.parent.mkdir(parents=True, exist_ok=True)
        paths = ["--db", str(database), "--cache", str(database.with_name("cache"))]
        command = [sys.executable, str(ROOT / "build_db.py"), *paths]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return database


def without_tldr(database: Path, folder: Path) -> Path:
    """Return an indexed copy without tl;dr, as some questions repeat an author's tl;dr."""
    copy = Path(shutil.copy(database, folder / database.name))
    with closing(sqlite3.connect(copy)) as conn, conn:
        conn.execute("update papers set tldr = null")
    build_index(copy, to_index_folder(copy))
    return copy


def sample_keywords(corpus: Corpus, count: int) -> list[str]:
    """Return keywords that at least two papers have: a random choice that is always the same."""
    rows = corpus.fetch("select tag from tags where paper_count > 1 order by tag_id")
    words = [row[0] for row in rows if re.fullmatch(r"[\w -]+", row[0])]
    return random.Random(2019).sample(words, count)


def mix_queries(corpus: Corpus, sentences: Sequence[str]) -> list[str]:
    """Return 200 queries: keywords, phrases, two and more words, fields, and sentences."""
    keywords = sample_keywords(corpus, 80)
    return [
        *keywords[:60],
        *(f'"{word}"' for word in keywords[60:80]),
        *(f"{one} {other}" for one, other in zip(keywords[:40], keywords[40:80], strict=True)),
        *(f"title:{word.split()[0]} year:2019" for word in keywords[:20]),
        *(f"dataset:cifar {word.split()[0]}" for word in keywords[20:40]),
        *random.Random(7).sample(list(sentences), 40),
    ]


def hard_queries(corpus: Corpus) -> dict[str, dict[str, str]]:
    """Return name -> parameters of searches that are slow."""
    phrases = [f'"{word}"' for word in sample_keywords(corpus, 300) if " " in word]
    return {
        "r*": {"q": "r*"},
        "48 phrases": {"q": " OR ".join(phrases[:48])},
        "page 5,000": {"q": "learning", "page": "5000"},
        "the": {"q": "the"},
    }


def say(message: str) -> None:
    """Print a message about progress to standard error."""
    print(message, file=sys.stderr, flush=True)
