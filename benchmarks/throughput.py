"""Measure how many readers a server can serve at once: `python benchmarks/throughput.py`.

Sixteen clients request pages for a minute. Measured are the search page over all texts, with
queries that repeat and with queries that are all different, and alternatives without this project:
Datasette's own search of a table, over all pages and over titles and abstracts only, and a scan
for a part of a text. If nginx is installed, two servers behind it are also measured.

The clients run on the same machine as the servers. `--only` names the series to measure.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from measures.clients import CLIENTS, Load, at_random, in_parts, put_load
from measures.corpora import ROOT, Corpus, indexed, mix_queries, sample_keywords, say
from measures.served import SEARCH, Site, proxied, serve, serve_stock

from papersette.catalogs.catalog import read_questions
from papersette.files import connect_read_only

REQUIRED_RATE, REQUIRED_MS = 4 * 38, 300
"""Required responses a second, four times those of November 2026, and 95th percentile in ms."""
MOST_GROWTH = 1.15
"""Limit of the memory at the end, divided by the memory after a fifth of the time."""
DIFFERENT = 60_000
"""Number of different queries: more than are sent in a minute."""
SCAN = """select papers.paper_id, title from papers
where paper_id in (select paper_id from pages where instr(lower(body), lower(:q)) > 0) limit 20"""
Paths = Callable[[int], Iterator[str]]


@dataclass(frozen=True)
class Series:
    """Requests that are measured together."""

    name: str
    paths: Paths
    server: str = "papersette"
    """Server: papersette, stock (only Datasette), or replicas (two of papersette behind nginx)."""
    is_required: bool = False


def main() -> None:
    """Measure and print a table."""
    options = read_options()
    corpus = Corpus(indexed(options.db, options.work))
    series = {one.name: one for one in to_series(corpus, options.queries)}
    if not shutil.which("nginx"):
        say("nginx is not installed (apt-get install nginx-light): no replicas are measured")
        series = {name: one for name, one in series.items() if one.server != "replicas"}
    chosen = [one for name, one in series.items() if not options.only or name in options.only]
    print(f"{CLIENTS} clients, {options.seconds:g} s each, {corpus.name} papers", flush=True)
    columns = ("requests/s", "p50 ms", "p95 ms", "p99 ms", "kB each", "MB before", "MB after")
    print(f"{'':34}" + "".join(f"{column:>11}" for column in columns))
    for one in chosen:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            address, sites = start(stack, one.server, corpus, folder)
            put_load(address, one.paths, min(2.0, options.seconds / 5))  # opens files, compiles
            print(measure(one, address, sites, options.seconds), flush=True)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
    add = parser.add_argument
    add("--db", type=Path, default=ROOT / "papers.db", help="ICLR 2019, built")
    add("--queries", type=Path, default=data / "relevance" / "queries-dev.jsonl")
    add("--work", type=Path, default=Path(tempfile.gettempdir()) / "papersette-benchmarks")
    add("--seconds", type=float, default=60)
    add("--only", nargs="+", help="names of series")
    return parser.parse_args()


def to_series(corpus: Corpus, questions: Path) -> list[Series]:
    """Return the series to measure, in the order of the table."""
    queries = mix_queries(corpus, [question.query for question in read_questions(questions)])
    words = [q for q in sample_keywords(corpus, 120) if q.isalpha()]
    different = in_parts([to_path(SEARCH, q=q) for q in to_different(corpus)])
    search = at_random([to_path(SEARCH, q=q) for q in queries])
    scan = at_random([to_path("/papers.json", sql=SCAN, q=q) for q in words])
    pages = at_random([to_path("/papers/pages", _search=q) for q in words])
    abstracts = at_random([to_path("/papers/papers", _search=q) for q in words])
    return [
        Series("search page", search, is_required=True),
        Series("search page, no query twice", different),
        Series("two servers: search page", search, "replicas"),
        Series("two servers, no query twice", different, "replicas"),
        Series("stock Datasette: table of pages", pages, "stock"),
        Series("stock Datasette: abstracts only", abstracts, "stock"),
        Series("substring scan of all pages", scan, "stock"),
    ]


def to_path(path: str, **arguments: str) -> str:
    """Return the path with its query."""
    return f"{path}?{urlencode(arguments)}"


def to_different(corpus: Corpus) -> list[str]:
    """Return queries of two words of abstracts, each once: random, but always the same."""
    with closing(connect_read_only(corpus.database)) as conn:
        rows = conn.execute("select abstract from papers where abstract is not null").fetchall()
    chance = random.Random(38)
    words = sorted({word for (text,) in rows for word in text.lower().split() if word.isalpha()})
    found: dict[str, None] = {}
    while len(found) < DIFFERENT:
        found[" ".join(chance.sample(words, 2))] = None
    return list(found)


def start(stack: ExitStack, server: str, corpus: Corpus, folder: Path) -> tuple[str, list[Site]]:
    """Start servers; return the address for requests, and the servers."""
    if server == "stock":
        site = stack.enter_context(serve_stock(corpus, folder / "stock"))
        return site.address, [site]
    count = 2 if server == "replicas" else 1
    sites = [stack.enter_context(serve(corpus, folder / str(n))) for n in range(count)]
    if server == "replicas":
        return stack.enter_context(proxied([site.address for site in sites], folder)), sites
    return sites[0].address, sites


def measure(series: Series, address: str, sites: list[Site], seconds: float) -> str:
    """Send requests, and return the lines of the table."""
    first = put_load(address, series.paths, seconds / 5)
    before = sum(site.read_memory()["resident"] for site in sites)
    load = put_load(address, skipping(series.paths, first), seconds)
    after = sum(site.read_memory()["resident"] for site in sites)
    kilobytes = load.bytes / max(1, sum(load.statuses.values())) / 1000
    shown = [load.rate, *(load.percentile(share) for share in (50, 95, 99)), kilobytes]
    cells = "".join(f"{value:11,.0f}" for value in (*shown, before, after))
    lines = [f"{series.name:34}{cells}"]
    others = {code: n for code, n in load.statuses.items() if code != 200}
    if others:
        lines.append(f"{'':34}  other answers: {others}")
    if series.is_required:
        lines.append(to_verdict(load, after / before))
    return "\n".join(lines)


def skipping(paths: Paths, load: Load) -> Paths:
    """Return the paths after those that a load has requested, approximately."""
    count = sum(load.statuses.values()) // CLIENTS * 2 + 100

    def to_paths(client: int) -> Iterator[str]:
        rest = paths(client)
        for _ in range(count):
            next(rest)
        return rest

    return to_paths


def to_verdict(load: Load, growth: float) -> str:
    """Return a line with the requirements, and whether they are met."""
    parts = [
        (f"at least {REQUIRED_RATE} requests/s", load.rate >= REQUIRED_RATE),
        (f"p95 at most {REQUIRED_MS} ms", load.percentile(95) <= REQUIRED_MS),
        (f"memory at most × {MOST_GROWTH}", growth <= MOST_GROWTH),
    ]
    said = ", ".join(text + ("" if is_held else " MISSED") for text, is_held in parts)
    return f"{'':2}required: {said}"


if __name__ == "__main__":
    main()
