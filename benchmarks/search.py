"""How well the search ranks, what it finds, how fast: `python benchmarks/search.py` after building catalogs/iclr2019.yml.

Known-item search: 195 sentences that reviewers wrote about a paper (relevance/queries-dev.jsonl of the foreign data), each
asked of the canned query `search` of a served papers.db. Completeness: keywords as phrases against an oracle that
looks through the text of the papers and knows nothing of an index. Speed: the whole first page, counts beside it included, and
a scan for a substring, side by side in one run. `--save` writes the figures into the table evaluation of the database.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import sqlite3
import statistics
import tempfile
import time
import unicodedata
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

from datasette.app import Datasette

from papersette.catalog import read_questions
from papersette.site.evaluation import Figure, ask, rank, serve, to_figures

ROOT = Path(__file__).parent.parent
WHOLE_WORDS = ["nas", "ppo", "bert", "gan"]
"""Words that a substring search finds in the middle of others."""


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--queries", type=Path, default=data / "relevance" / "queries-dev.jsonl")
    parser.add_argument("--save", action="store_true", help="write the figures into the database")
    options = parser.parse_args()
    texts = read_texts(options.db)
    questions = read_questions(options.queries)
    with tempfile.TemporaryDirectory() as folder:
        site = await serve(without_tldr(options.db, Path(folder)), ROOT)
        figures = to_figures([await rank(site, question) for question in questions])
    site = await serve(options.db, ROOT)
    figures += await completeness(site, texts, sample_keywords(options.db, 120))
    figures += await speed(site, options.db, [question.query for question in questions])
    for figure in figures:
        print(f"{figure.measure:44}{figure.value:10.3f}  {figure.about}")
    if options.save:
        save(options.db, figures)


def without_tldr(db: Path, folder: Path) -> Path:
    """A copy in which no tl;dr is indexed: some of the sentences asked say what an author's tl;dr says."""
    copy = folder / "papers.db"
    shutil.copy(db, copy)
    with closing(sqlite3.connect(copy)) as conn, conn:
        conn.execute("update papers set tldr = null")
        for index in ("papers_fts", "papers_text_fts"):
            conn.execute(f"insert into {index}({index}) values ('rebuild')")
    return copy


def save(db: Path, figures: list[Figure]) -> None:
    with closing(sqlite3.connect(db)) as conn, conn:
        conn.execute("delete from evaluation")
        conn.executemany("insert into evaluation values (?, ?, ?)", map(astuple, figures))


def read_texts(db: Path) -> dict[str, str]:
    """All of each paper as plain words: lower case, no accents, nothing but letters and digits between spaces."""
    with closing(sqlite3.connect(db)) as conn:
        rows = conn.execute(
            "select paper_id, coalesce(title, '') || ' | ' || coalesce(abstract, '') || ' | ' || coalesce(tldr, '') || ' | ' || "
            "coalesce(tags, '') || ' | ' || coalesce(authors, '') || ' | ' || coalesce((select group_concat(body, ' ') from "
            "(select body from pages where pages.paper_id = papers.paper_id order by page)), '') || ' | ' || "
            "coalesce((select group_concat(refs, ' ') from (select refs from pages where pages.paper_id = papers.paper_id "
            "order by page)), '') from papers"
        )
        return {paper_id: to_plain(text) for paper_id, text in rows}


def to_plain(text: str) -> str:
    folded = "".join(
        c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c)
    )
    return " " + " ".join(re.findall(r"[^\W_]+|\|", folded)) + " "


def sample_keywords(db: Path, count: int) -> list[str]:
    with closing(sqlite3.connect(db)) as conn:
        keywords = [
            row[0]
            for row in conn.execute("select tag from tags where paper_count > 1 order by tag_id")
        ]
    return random.Random(2019).sample(
        [word for word in keywords if re.fullmatch(r"[\w -]+", word)], count
    )


async def completeness(site: Datasette, texts: dict[str, str], keywords: list[str]) -> list[Figure]:
    right = wanted = given = 0
    for keyword in [*keywords, *WHOLE_WORDS]:
        words = to_plain(keyword)
        truth = {paper_id for paper_id, text in texts.items() if words in text}
        found = (
            set(await ask(site, f'"{keyword}"', size="5000", versions="all")) if truth else set()
        )
        right, wanted, given = right + len(truth & found), wanted + len(truth), given + len(found)
    inside = 0
    for word in WHOLE_WORDS:
        for paper_id in await ask(site, word, size="5000", versions="all"):
            inside += to_plain(word) not in texts[paper_id]
    three = ["dropout", "lstm", "wikitext"]
    truth = {
        paper_id
        for paper_id, text in texts.items()
        if all(to_plain(word) in text for word in three)
    }
    first = await ask(site, " ".join(three), size="5000", versions="all")
    about = f"{len(keywords)} keywords as phrases, and {', '.join(WHOLE_WORDS)}"
    return [
        Figure("recall against the oracle", right / wanted, about),
        Figure("precision against the oracle", right / given, about),
        Figure("hits inside another word", inside, ", ".join(WHOLE_WORDS)),
        Figure(
            f"of the {len(truth)} with all words, come first",
            len(truth & set(first[: len(truth)])),
            " ".join(three),
        ),
    ]


async def speed(site: Datasette, db: Path, sentences: list[str]) -> list[Figure]:
    """200 mixed queries: keywords, phrases, two and three words, fields, and sentences; the page as a reader gets it.

    Everything is done ROUNDS times, pages and scans in turns, and of each query the middle time counts: the first round reads the
    file into memory, and a shared machine stumbles.
    """
    mixed = mix_queries(db, sentences)
    with closing(sqlite3.connect(db)) as conn:
        texts = [
            row[0]
            for row in conn.execute("select coalesce(body, '') || coalesce(refs, '') from pages")
        ]
    folded = [text.lower() for text in texts]

    async def ask_page(q: str) -> None:
        (await site.client.get("/papers/search", params={"q": q})).raise_for_status()

    async def scan(q: str) -> None:
        sum(q.strip('"').lower() in text for text in folded)

    async def fold_and_scan(q: str) -> None:
        sum(q.strip('"').lower() in text.lower() for text in texts)

    rounds = [
        [await time_each(do, mixed) for do in (ask_page, scan, fold_and_scan)]
        for _ in range(ROUNDS)
    ]
    pages, scans, folding_scans = (
        [statistics.median(times) for times in zip(*each, strict=True)]
        for each in zip(*rounds, strict=True)
    )
    about = f"{len(mixed)} mixed queries, first page with counts"
    short = [taken for q, taken in zip(mixed, pages, strict=True) if len(q.split()) < 6]
    return [
        Figure("median ms of a page", statistics.median(pages), about),
        Figure("95th percentile ms of a page", percentile(pages, 95), about),
        Figure(
            "95th percentile ms, queries under six words",
            percentile(short, 95),
            f"{len(short)} of them",
        ),
        Figure(
            "95th percentile ms of a substring scan",
            percentile(folding_scans, 95),
            "the same queries; case folded while scanning, no page made",
        ),
        Figure(
            "the same of text folded before",
            percentile(scans, 95),
            "the same queries, in memory, no page made",
        ),
    ]


ROUNDS = 3


async def time_each(do: Callable[[str], Awaitable[None]], queries: list[str]) -> list[float]:
    """How many milliseconds each takes."""
    times = []
    for q in queries:
        started = time.perf_counter()
        await do(q)
        times.append(1000 * (time.perf_counter() - started))
    return times


def mix_queries(db: Path, sentences: list[str]) -> list[str]:
    choose = random.Random(7)
    keywords = sample_keywords(db, 80)
    return [
        *keywords[:60],
        *(f'"{word}"' for word in keywords[60:80]),
        *(f"{one} {other}" for one, other in zip(keywords[:40], keywords[40:80], strict=True)),
        *(f"title:{word.split()[0]} year:2019" for word in keywords[:20]),
        *(f"dataset:cifar {word.split()[0]}" for word in keywords[20:40]),
        *choose.sample(sentences, 40),
    ]


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]


if __name__ == "__main__":
    asyncio.run(main())
