"""Measure a light page beside eight of the heaviest requests: `python benchmarks/load.py`.

Serves a database with the settings of this project. Eight connections repeat complete exports, SQL
at its time limit and wide searches, while light pages are requested one by one. The exit status is
1 if the 95th percentile of a light page exceeds five times its own (and 50 ms), or one request a
second.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
FILES = (
    "metadata.yml",
    "settings.json",
    "plugins",
    "templates",
    "static",
    "locales",
    "data_page.yml",
)
MOST_TIMES, MOST_SECONDS = 5.0, 1.0
LEAST_SECONDS = 0.05
"""Longest time that is never slow, in seconds: some files take only a millisecond alone."""
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
WORST = {
    "all papers as CSV": "/papers/search.csv?q=a*",
    "all papers as BibTeX": "/papers/search.bib?q=a*",
    "all papers as a feed": "/papers/search.atom?q=a*",
    "all texts as JSON": "/papers/pages.json?_stream=on",
    "endless SQL": f"/papers.json?sql={ENDLESS.replace('+', '%2B')}",
    "SQL with a function": "/papers.json?sql=select sum(length(escape_fts(body))) from pages",
    "a wide search": "/papers/search?q=a* OR the* OR net*",
    "a table with facets": "/papers/papers?_facet=year&_facet=title&_facet=url",
}


def main() -> int:
    """Measure, print a table, and return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    parser.add_argument("--requests", type=int, default=100, help="of each light page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(options.db, Path(folder)) as address:
        paths = light_pages(address)
        measure(address, paths, 10)
        alone = measure(address, paths, options.requests)
        with worst_requests(address) as answers:
            beside = measure(address, paths, options.requests)
    failures = 0
    print(f"{'page':40} {'alone p50':>10} {'p95':>8} {'beside p50':>11} {'p95':>8} {'times':>6}")
    for path in paths:
        own, other = percentile(alone[path]), percentile(beside[path])
        middle, loaded = statistics.median(alone[path]), statistics.median(beside[path])
        print(
            f"{path[:40]:40} {middle * 1000:7.0f} ms {own * 1000:5.0f} ms "
            f"{loaded * 1000:8.0f} ms {other * 1000:5.0f} ms {other / own:6.1f}"
        )
        is_slow = other > max(MOST_TIMES * own, LEAST_SECONDS)
        failures += is_slow or max(beside[path]) > MOST_SECONDS
        print(f"{'':40} longest beside: {max(beside[path]) * 1000:.0f} ms")
    for name, codes in answers.items():
        print(f"{name:40} " + ", ".join(f"{n} × {code}" for code, n in sorted(codes.items())))
    print(f"{failures} failures")
    return int(failures > 0)


@contextlib.contextmanager
def serving(db: Path, folder: Path) -> Iterator[str]:
    """Serve a copy of a database in a separate process; yield its address."""
    for name in FILES:
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(db, folder / "papers.db")
    shutil.copy(db.with_name("inspect-data.json"), folder)
    shutil.copytree(db.with_suffix(".index"), folder / "papers.index")
    command = [sys.executable, "-m", "datasette", "serve", str(folder), "--port", "0"]
    command += ["--static", f"static:{ROOT / 'static'}"]
    log = folder / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            yield wait_for(log)
        finally:
            process.terminate()
            process.wait()


def wait_for(log: Path) -> str:
    """Return the address of a server as soon as it answers searches."""
    deadline = time.monotonic() + 600
    while not (found := re.search(r"running on (http://\S+)", log.read_text())):
        if time.monotonic() > deadline:
            raise SystemExit(f"the server did not start: {log.read_text()[-500:]}")
        time.sleep(0.1)
    while httpx.get(found[1] + "/papers/search?q=a", timeout=60).status_code == 503:
        time.sleep(1)
    return found[1]


def light_pages(address: str) -> list[str]:
    """Return the paths of light pages: the home page, a paper, a paper as JSON, a file."""
    sql = "select paper_id from papers order by length(title) limit 1"
    asked = {"sql": sql, "_shape": "arrayfirst"}
    (paper,) = httpx.get(f"{address}/papers.json", params=asked, timeout=60).json()
    return ["/", f"/papers/papers/{paper}", f"/papers/papers/{paper}.json", "/static/charts.js"]


def measure(address: str, paths: list[str], count: int) -> dict[str, list[float]]:
    """Return the seconds that each of `count` requests of each path took."""
    times: dict[str, list[float]] = {path: [] for path in paths}
    with httpx.Client(base_url=address, timeout=120) as client:
        for _ in range(count):
            for path in paths:
                started = time.perf_counter()
                client.get(path).raise_for_status()
                times[path].append(time.perf_counter() - started)
    return times


@contextlib.contextmanager
def worst_requests(address: str) -> Iterator[dict[str, Counter[int]]]:
    """Repeat the worst requests, one connection each, during the block; count their statuses."""
    stop = threading.Event()
    answers: dict[str, Counter[int]] = {name: Counter() for name in WORST}

    def repeat(name: str, path: str) -> None:
        with httpx.Client(base_url=address, timeout=120) as client:
            while not stop.is_set():
                with contextlib.suppress(httpx.HTTPError), client.stream("GET", path) as answer:
                    answers[name][answer.status_code] += 1
                    for _ in answer.iter_raw():
                        if stop.is_set():
                            break

    threads = [threading.Thread(target=repeat, args=item) for item in WORST.items()]
    for thread in threads:
        thread.start()
    time.sleep(2)
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def percentile(times: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
