"""Measure tags, related papers and the map: `python benchmarks/knowledge.py`.

Build catalogs/iclr2019.yml first. Extracted tags: P@5 against the authors' keywords of 400 random
papers, each left out of training. Related papers: share of the citations between papers of the
collection whose cited paper is among the ten most similar; the same on the map. Cited works: the
most cited, for comparison by hand. Time and memory: all stages on the papers of the database, in
one process. See also citations.py and mentions.py.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from itertools import chain
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from papersette.database import aspects, facts
from papersette.database.all_findings import AllFindings
from papersette.database.publish import FAST_PRAGMAS
from papersette.knowledge import keyphrases, tags
from papersette.workers import Workers

ROOT = Path(__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    options = parser.parse_args()
    with closing(sqlite3.connect(options.db)) as conn:
        print(f"extracted tags, P@5: {measure_extracted_tags(conn):.3f}")
        share, count = measure_related(conn)
        print(f"related papers, citations among the ten most similar: {share:.3f} of {count}")
        ten, thirty = measure_map(conn)
        print(f"on the map, citations among the ten nearest: {ten:.3f}, the thirty: {thirty:.3f}")
        for title, count in conn.execute(
            "select title, citing_count from cited_works order by citing_count desc limit 5"
        ):
            print(f"cited by {count}: {title}")
    measure_speed(options.db)


def measure_extracted_tags(conn: sqlite3.Connection) -> float:
    """Return the precision of the first five extracted tags of 400 papers left out of training."""
    rows = list(
        conn.execute(
            "select paper_id, coalesce(title, ''), coalesce(abstract, ''), coalesce(tags, '') "
            "from papers order by number"
        )
    )
    phrases = [keyphrases.to_phrases(title, abstract) for _, title, abstract, _ in rows]
    keys = [
        frozenset(
            " ".join(tags.to_words(part))
            for entry in given.split("; ")
            for part in tags.split(entry)
        )
        for *_, given in rows
    ]
    indices = {row[0]: i for i, row in enumerate(rows)}
    neighbours: dict[str, list[tuple[int, float]]] = {}
    for paper_id, other_id, score in conn.execute("select paper_id, other_id, score from related"):
        neighbours.setdefault(paper_id, []).append((indices[other_id], score))
    extractor = keyphrases.Extractor(phrases, keys)
    sample = random.Random(1).sample([i for i, own in enumerate(keys) if own], 400)
    found = [
        {key for key, _ in extractor.extract(i, neighbours.get(rows[i][0], ()))[:5]} & keys[i]
        for i in sample
    ]
    return sum(map(len, found)) / 5 / len(sample)


EDGES = """
select distinct citations.paper_id, cited_works.paper_id
from citations join cited_works using (cited_work_id)
where cited_works.paper_id is not null and citations.paper_id <> cited_works.paper_id
"""


def measure_map(conn: sqlite3.Connection) -> tuple[float, float]:
    """Return the share of citations among the ten and thirty nearest points."""
    ids, xs, ys = zip(*conn.execute("select paper_id, x, y from paper_map"), strict=True)
    points = np.column_stack([xs, ys])
    rows = {paper_id: row for row, paper_id in enumerate(ids)}
    ranks = []
    for citing, cited in conn.execute(EDGES):
        if citing in rows and cited in rows:
            away = np.linalg.norm(points - points[rows[citing]], axis=1)
            # The citing paper itself is nearest, and is counted as one.
            ranks.append(int((away < away[rows[cited]]).sum()))
    ten, thirty = (sum(rank <= most for rank in ranks) / max(1, len(ranks)) for most in (10, 30))
    return ten, thirty


def measure_related(conn: sqlite3.Connection) -> tuple[float, int]:
    """Return the share of citations among the ten most similar papers, and their number."""
    edges = set(conn.execute(EDGES))
    near = set(conn.execute("select paper_id, other_id from related"))
    return len(edges & near) / max(1, len(edges)), len(edges)


def measure_speed(db: Path) -> None:
    """Print time and memory of all stages for a quarter, half and all of the papers."""
    for part in (4, 2, 1):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "papers.db"
            shutil.copy(db, copy)
            papers, stages = run_stages(Database(copy), part)
        seconds = sum(stages.values())
        print(f"{papers} papers: {seconds:.1f} s, {1000 * seconds / papers:.1f} ms a paper")
    print(", ".join(f"{stage}: {taken:.1f} s" for stage, taken in stages.items()))
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB at most")


def run_stages(database: Database, part: int) -> tuple[int, dict[str, float]]:
    """Return the number of papers and the seconds of each stage, for every part-th paper.

    Raises `RuntimeError` if a stage fails, as its time would be that of the failure.
    """
    database.conn.executescript(FAST_PRAGMAS)
    database.conn.execute("pragma foreign_keys = off")
    for table in chain.from_iterable(facts.TABLES.values()):
        database.table(table).delete_where()
    for table in ("papers", "pages", "authorships"):
        database.execute(
            f"delete from {table} where paper_id not in "
            "(select paper_id from papers where number % ? = 0)",
            [part],
        )
    database.execute("delete from papers where page_count = 0")
    database.execute("delete from problems")
    database.conn.commit()
    taken, started = {}, time.perf_counter()
    with Workers(os.cpu_count() or 1) as pool:
        found = AllFindings(pool)
        papers = len(list(found.read(database)))
        taken["papers"], started = time.perf_counter() - started, time.perf_counter()
        for stage in facts.save_facts(database, found):
            taken[stage], started = time.perf_counter() - started, time.perf_counter()
        aspects.start_relating(database, found)
        for stage in facts.save_last_facts(database, found):
            taken[stage], started = time.perf_counter() - started, time.perf_counter()
    for (reason,) in database.execute(FAILED, [facts.ALL_SOURCES]):
        raise RuntimeError(f"a stage {reason}")
    return papers, taken


FAILED = "select reason from problems where source = ?"


if __name__ == "__main__":
    main()
