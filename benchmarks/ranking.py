"""What each rule of the ranking is worth: `python benchmarks/ranking.py` after building catalogs/iclr2019.yml.

Known-item search as in benchmarks/search.py, asked of the SQL of metadata.yml itself and of variants with one rule changed. The
tl;dr is left out of both indexes of papers. Seconds are those of all questions, so that variants can be compared within one run.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import yaml

from papersette.catalog import read_questions
from papersette.records import Question
from papersette.search import query as language
from papersette.site.evaluation import DEPTH, to_figures

ROOT = Path(__file__).parent.parent
VARIANTS = {
    "as it is": [],
    "no word of a sentence may lack": [("typed / 3", "0")],
    "a quarter may lack": [("typed / 3", "typed / 4")],
    "all words decide, however common": [("papers < 0.8", "papers < 1.1")],
    "words of 3/5 of the papers do not": [("papers < 0.8", "papers < 0.6")],
    "every paper is looked into page by page": [("from matched) > 200", "from matched) > 1e9")],
    "pages squared": [("cube_root(sum(score * score * score))", "square_root(sum(score * score))")],
    "the best page alone": [("cube_root(sum(score * score * score))", "max(score)")],
    "title, tags and abstract count whole": [("score / 2, null", "score, null")],
    "title, tags and abstract count a quarter": [("score / 2, null", "score / 4, null")],
}
"""Name -> what stands in the SQL, and what is put in its place."""
LONG = 999
"""More words than any question has: as `language.SENTENCE`, plural and singular are looked for in every one."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--queries", type=Path, default=data / "relevance" / "queries-dev.jsonl")
    options = parser.parse_args()
    questions = read_questions(options.queries)
    query = yaml.safe_load((ROOT / "metadata.yml").read_text())["databases"]["papers"]["queries"][
        "search"
    ]
    without_tldr = runpy.run_path(str(ROOT / "benchmarks/search.py"))["without_tldr"]
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(without_tldr(options.db, Path(folder)))) as conn,
    ):
        runpy.run_path(str(ROOT / "plugins/search.py"))["prepare_connection"](conn)
        conn.create_function("square_root", 1, lambda x: x**0.5, deterministic=True)
        for name, changes in VARIANTS.items():
            report(name, conn, changed(query["sql"], changes), query["params"], questions)
        language.SENTENCE = LONG
        language.parse.cache_clear()
        report(
            "plural and singular in sentences, too", conn, query["sql"], query["params"], questions
        )


def changed(sql: str, changes: Sequence[tuple[str, str]]) -> str:
    for old, new in changes:
        if old not in sql:
            raise ValueError(f"metadata.yml no longer says “{old}”")
        sql = sql.replace(old, new)
    return sql


def report(
    name: str,
    conn: sqlite3.Connection,
    sql: str,
    params: Sequence[str],
    questions: Sequence[Question],
) -> None:
    started = time.perf_counter()
    ranks = [rank(conn, sql, params, question) for question in questions]
    mean, found = to_figures(ranks)
    print(
        f"{name:42}{mean.value:7.3f}{found.value:7.3f}{time.perf_counter() - started:7.1f} s",
        flush=True,
    )


def rank(
    conn: sqlite3.Connection, sql: str, params: Sequence[str], question: Question
) -> int | None:
    given = dict.fromkeys(params, "") | {"q": question.query, "versions": "all", "size": str(DEPTH)}
    found = [row[0] for row in conn.execute(sql, given)]
    return found.index(question.paper_id) + 1 if question.paper_id in found else None


if __name__ == "__main__":
    main()
