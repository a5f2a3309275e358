"""Measure builds: `python benchmarks/builds.py CATALOG --data FOLDER [--sizes 20657]`.

The first build reads every file that --cache does not have. The second has nothing to do. The third
computes everything that is not in the cache, as after a change of metadata. With --sizes, sources
of this many papers are made from the text files of the catalog (big_source.py), built, and built
again after one paper has changed. Each build is a separate process. Printed are seconds, processor
seconds of all its processes, the largest memory of one process and of all together, and the bytes
of the database for each byte of text.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import big_source
from measures.processes import Usage

ROOT = Path(__file__).parent.parent
TEXT_BYTES = """
select sum(coalesce(length(cast(body as blob)), 0) + coalesce(length(cast(refs as blob)), 0))
from pages
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "catalog", nargs="?", type=Path, default=ROOT / "catalogs/iclr2019-decided.yml"
    )
    data = os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument(
        "--cache", type=Path, help="folder with the results of earlier builds; by default a new one"
    )
    parser.add_argument("--jobs", help="worker processes of each build")
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="papers of made sources")
    parser.add_argument("--work", type=Path, help="folder of what is made; by default removed")
    options = parser.parse_args()
    more = ["--jobs", options.jobs] if options.jobs else []
    print(f"{'':34}{'s':>8}{'cpu s':>8}{'ms/paper':>10}{'MiB':>7}{'all MiB':>9}{'db/text':>9}")
    with tempfile.TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        build = Build(options.catalog, options.data, work / "given", options.cache, more)
        build.run("first build")
        build.run("nothing changed")
        build.run("no file changed", "--rebuild")
        for size in options.sizes:
            source = work / str(size)
            catalog = source / "catalog.yml"
            if not catalog.exists():
                big_source.make(options.catalog, options.data, source, size)
            made = Build(catalog, source, source / "build", None, more)
            made.run(f"{size:,} papers")
            change(source / "texts" / "made-1.txt")
            made.run(f"{size:,} papers, one changed")


class Build:
    """Builds of one catalog in one folder."""

    def __init__(
        self, catalog: Path, data: Path, folder: Path, cache: Path | None, more: list[str]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.database = folder / "papers.db"
        command = [sys.executable, ROOT / "build_db.py", catalog, "--data", data, *more]
        command += ["--db", self.database, "--cache", cache or folder / "cache"]
        self.command = [str(part) for part in command]

    def run(self, name: str, *more: str) -> None:
        """Build once, and print the time, memory and size."""
        started = time.perf_counter()
        with subprocess.Popen([*self.command, *more], cwd=ROOT, stderr=subprocess.PIPE) as process:
            usage = Usage(process.pid)
            _, printed = process.communicate()
            usage.stop()
        seconds = time.perf_counter() - started
        if process.returncode:
            sys.exit(printed.decode()[-2000:])
        with closing(sqlite3.connect(self.database)) as conn:
            papers = conn.execute("select count(*) from papers").fetchone()[0]
            text = conn.execute(TEXT_BYTES).fetchone()[0]
        share = self.database.stat().st_size / text if text else 0
        print(
            f"{name:34}{seconds:8.1f}{usage.seconds:8.1f}{1000 * seconds / papers:10.1f}"
            f"{usage.largest >> 10:7,}{usage.total >> 10:9,}{share:9.2f}",
            flush=True,
        )


def change(path: Path) -> None:
    """Add a sentence to a text."""
    with path.open("a", encoding="utf-8") as file:
        file.write("\nThis sentence was added.\n")


if __name__ == "__main__":
    main()
