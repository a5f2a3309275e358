"""Measure a server with little memory: `sudo python benchmarks/memory.py --db papers.db`.

The server runs in a control group of Linux, which also counts the parts of the index and of the
database that it has read and that the system keeps in memory. None of them are there at the start.
200 mixed queries are sent, then sent again, and a page is not cached. Printed are the times of the
pages and the memory of the group. Without --memory it has no limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from measures.corpora import ROOT, Corpus, mix_queries
from measures.served import Site, serve

from papersette.catalogs.catalog import read_questions
from papersette.search.index import to_index_folder

GROUPS = Path("/sys/fs/cgroup")
ROUNDS = 2
FILES = {
    "limit": ("memory.max", "memory.limit_in_bytes"),
    "highest": ("memory.peak", "memory.max_usage_in_bytes"),
}
"""Files of a control group of version 2, and of version 1."""


def main() -> None:
    """Print a line for each round, and one for the memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    questions = data / "relevance" / "queries-dev.jsonl"
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db", help="what is served")
    parser.add_argument("--words", type=Path, help="a database for the words of queries (--db)")
    parser.add_argument("--queries", type=Path, default=questions, help="sentences that are asked")
    parser.add_argument("--memory", type=int, metavar="MB", help="limit of the server")
    options = parser.parse_args()
    sentences = [question.query for question in read_questions(options.queries)]
    queries = mix_queries(Corpus(options.words or options.db), sentences)
    forget_files(options.db)
    with (
        control_group(options.memory) as group,
        tempfile.TemporaryDirectory() as folder,
        serve(Corpus(options.db), Path(folder) / "site", group) as site,
    ):
        for number in range(1, ROUNDS + 1):
            times = fetch_pages(site, queries)
            middle, high = statistics.median(times), np.percentile(times, 95)
            print(f"round {number}: median {middle:.0f} ms, 95th percentile {high:.0f} ms")
        own = site.read_memory()["anonymous"]
        highest = int(_file_of(group, "highest").read_text()) >> 20
        print(f"memory: {own:.0f} MB of the process, {highest:,} MB with files at the highest")


def fetch_pages(site: Site, queries: Sequence[str]) -> list[float]:
    """Return the milliseconds that the page of each query took."""
    times = []
    for query in queries:
        started = time.perf_counter()
        site.get_page(q=query)
        times.append(1000 * (time.perf_counter() - started))
    return times


def forget_files(database: Path) -> None:
    """Take the pages of a database and its index out of the memory of the system."""
    for path in [database, *to_index_folder(database).rglob("*")]:
        if path.is_file():
            with path.open("rb") as file, closing(file):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def control_group(megabytes: int | None) -> Iterator[Path]:
    """Make a control group for a process; it is removed when the process has ended."""
    version_1 = GROUPS / "memory"
    group = (version_1 if version_1.is_dir() else GROUPS) / f"papersette-{os.getpid()}"
    group.mkdir()
    try:
        if megabytes:
            _file_of(group, "limit").write_text(str(megabytes << 20))
        yield group
    finally:
        group.rmdir()


def _file_of(group: Path, name: str) -> Path:
    return next(group / file for file in FILES[name] if (group / file).exists())


if __name__ == "__main__":
    main()
