"""Sends hostile requests to a served site: `python benchmarks/fuzz.py site`.

Every route and parameter gets values that a seed determines. Failures are responses of status 500
and above (except 503 of a full queue), responses that take longer than the time limits allow,
tracebacks in the log, and memory over the limit. The exit status is 1 if there are any.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import logging
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import yaml
from datasette.app import Datasette

from papersette.commands import main as build_database

ROOT = Path(__file__).parent.parent
SLOWEST = 30.0
"""Longest response in seconds: the time limit of an export, with a margin."""
MEMORY_CAP = 2_000_000_000
TRACEBACK = "Traceback (most recent call last)"
FORMATS = [
    "", "", "", ".json", ".csv", ".bib", ".ris", ".csl", ".atom", ".ics", ".xml", ".jsono",
    ".blob", ".md",
]  # fmt: skip
VALUES = [
    "", "x", "0", "1", "-1", "999999999999999999999", "1e309", "NaN", "null", "on", "off",
    "max", "\0", "a\0b", "\ud800", "\ufeff=1", "é", "ש", "\u202e", "'", '"', "''", "`", ";",
    "--", "/*", "%", "%00", "%zz", "_", "*", "a*", "(", ")", ")" * 4000, "(" * 4000, '"' * 2001,
    "NEAR(", "NEAR(a b, 99999)", "a OR", "OR OR OR", "-", "--a", "title:", "year:..",
    "year:2019..x", "cites:(a)", "citations(citations(x))", "similar(nothing)", "in:references",
    "a" * 20000, "a " * 5000, "\\", "/\\evil.example", "//evil.example", "../../etc/passwd",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "[]", "{}", "[1", '{"a": 1}', '"x"',
    "[[[[[[[[", "2019-02-30", "2019-01-01", "10000", "1.5", "paper_id", "title", "rowid",
    "nothing", "papers", "tags", "year", "select 1", "null,1", "\t", "\r\nX: y", "\x7f",
    "😀" * 500, "ﷺ", "ß", "İ", "noise", "the", "a,b,c", "~2F", "+",
]  # fmt: skip
OPERATORS = [
    "exact", "not", "contains", "notcontains", "startswith", "endswith", "gt", "gte", "lt",
    "lte", "like", "notlike", "glob", "in", "notin", "arraycontains", "arraynotcontains",
    "date", "isnull", "notnull", "isblank", "notblank", "nothing",
]  # fmt: skip
SPECIAL = [
    "_size", "_next", "_sort", "_sort_desc", "_sort_by_desc", "_facet", "_facet_array",
    "_facet_date", "_facet_size", "_facet_all_rows", "_facet_linked", "_linked_tags",
    "_linked_authors", "_linked_nothing", "_search", "_search_title", "_search_nothing",
    "_searchmode", "_shape", "_json", "_json_infinity", "_labels", "_label", "_col", "_nocol",
    "_where", "_through", "_timelimit", "_ttl", "_trace", "_stream", "_nl", "_header", "_dl",
    "_nocount", "_nofacet", "_nosuggest", "_raw", "_hide_sql", "_show_sql", "_extra",
    "_filter_column", "_filter_op", "_filter_value", "_fl", "_blob_column", "_blob_hash",
    "_cols",
]  # fmt: skip
SHAPES = ["arrays", "objects", "array", "arrayfirst", "object", "nothing"]
SQL = [
    "select 1", "select * from papers", "select ?", "select :a", "select x'00ff'",
    "select 1e999", "select null", "select 1; select 2", "insert into papers values (1)",
    "pragma table_info(papers)", "select load_extension('x')", "attach 'x' as y",
    "with a as (select 1) select * from a", "explain select 1", "/*" * 30 + "select",
    "select '", "select search('')", "select search('{')", "select search('[]')",
    "select search(null)", "select search(x'ff')", "select search_facets('{\"q\": 1}')",
    "select search_numbers('1')", "select search_passages(1, 2)",
    "select search_passages('{}', null)", "select search_similar(null)",
    "select search_suggestions(null)", "select escape_fts(null)", "select escape_fts(x'00ff')",
    "select spelling_likeness(1, x'ff')", "select search_slug(null)",
    "select search_words(1.5)", "select trim('a', hex(zeroblob(100)))",
    "select hex(zeroblob(9000000))", "select json('[' || hex(zeroblob(10)))",
    "select * from pages_fts('\"')", "select * from papers where title glob '[' ",
    "select group_concat(body) from pages", "select char(0)",
    "select 9223372036854775807 + 1, -9223372036854775808", "select replace(null, 1, 2)",
    "select instr(1, 2)", "select * from sqlite_master", "select json_patch('{}', '{}')",
    "select \ud800",
]  # fmt: skip


Names = dict[str, list[str]]
"""Table or query -> its columns, some of its keys, or its parameters."""


class Fuzzer:
    """Makes requests from the names in a database and its metadata."""

    def __init__(self, seed: int, tables: Names, keys: Names, queries: Names) -> None:
        self.random = random.Random(seed)
        self.tables, self.keys, self.queries = tables, keys, queries

    def value(self) -> str:
        chosen = self.random.choice(VALUES)
        if self.random.random() < 0.15:
            chosen += self.random.choice(VALUES)[:200]
        if self.random.random() < 0.05:
            chosen = "".join(chr(self.random.randrange(1, 0x2FFF)) for _ in range(20))
        return chosen

    def address(self) -> str:
        """Return one address with a query string."""
        kinds = [self.query, self.query, self.table, self.table, self.row, self.sql, self.other]
        path, arguments = self.random.choice(kinds)()
        given = [(name, value) for name, value in arguments if len(value) < 20000]
        query = urlencode(given, errors="surrogatepass")[:50_000]
        if self.random.random() < 0.03:
            query += self.random.choice(["&&&", "&=", "%", "&%zz=%", "&a=%ff", ";a=1", "&_sort"])
        return f"{path}?{query}" if query else path

    def query(self) -> tuple[str, list[tuple[str, str]]]:
        name = self.random.choice(list(self.queries))
        known = [*self.queries[name], "q", "size", "page", "sort", "versions", "facet", "receipt"]
        arguments = [
            (self.random.choice(known), self.value()) for _ in range(self.random.randrange(5))
        ]
        return f"/papers/{name}{self.random.choice(FORMATS)}", arguments + self.special(1)

    def table(self) -> tuple[str, list[tuple[str, str]]]:
        name = self.random.choice([*self.tables, "nothing"])
        arguments = self.special(self.random.randrange(4))
        columns = self.tables.get(name, ["x"])
        for _ in range(self.random.randrange(3)):
            operator = self.random.choice(OPERATORS)
            arguments.append((f"{self.random.choice(columns)}__{operator}", self.value()))
        return f"/papers/{name}{self.random.choice(FORMATS)}", arguments

    def special(self, count: int) -> list[tuple[str, str]]:
        pairs = []
        for _ in range(count):
            name = self.random.choice(SPECIAL)
            columns = self.random.choice(list(self.tables.values()))
            value = self.random.choice([self.value(), self.random.choice(columns)])
            pairs.append((name, self.random.choice(SHAPES) if name == "_shape" else value))
        return pairs

    def row(self) -> tuple[str, list[tuple[str, str]]]:
        table = self.random.choice(list(self.tables))
        key = self.random.choice([*self.keys.get(table, []), self.value()])
        encoded = self.random.choice([to_tilde(key), quote(key, safe="", errors="surrogatepass")])
        path = f"/papers/{table}/{encoded[:2000]}{self.random.choice(FORMATS)}"
        return path, [("q", self.value()), *self.special(self.random.randrange(3))]

    def sql(self) -> tuple[str, list[tuple[str, str]]]:
        arguments = [("sql", self.random.choice(SQL)), ("a", self.value()), *self.special(1)]
        return f"/papers{self.random.choice(['', '.json', '.csv', '.bib', '.atom'])}", arguments

    def other(self) -> tuple[str, list[tuple[str, str]]]:
        value = quote(self.value()[:2000], safe="/", errors="surrogatepass")
        path = self.random.choice([
            "/", "/.json", "/papers", "/papers.db", "/llms.txt", "/about", "/-/search",
            "/papers/ask", "/papers/whose.json",
            "/-/metadata.json", "/-/dashboards", "/-/dashboards/pictures",
            "/-/dashboards/pictures/map_of_papers", "/-/versions.json", "/-/settings.json",
            "/-/plugins.json", "/-/threads.json", "/-/databases.json", "/-/actor.json",
            "/-/language/fr", "/-/language/xx", f"/-/dashboards/{value}", f"/pdf/{value}",
            f"/pdf/{value}.pdf", f"/static/{value}", f"/-/static/{value}", f"/{value}",
            f"/papers/{value}", f"/papers/papers/{value}", f"/-/{value}", f"//{value}",
            "/robots.txt", "/sitemap.xml", f"/sitemap-{value}.xml", f"/-/card/{value}.png",
            "/-/oai", "/-/unapi", "/-/mcp", "/papers/openapi.json",
            "/-/logout", "/-/permissions", "/-/allow-debug", "/-/messages", "/favicon.ico",
        ])  # fmt: skip
        arguments = [("back", self.value()), ("q", self.value()), *self.special(2)]
        return path, [a for a in arguments if self.random.random() < 0.5]


def to_tilde(text: str) -> str:
    return "".join(
        chr(b) if chr(b).isalnum() and b < 128 else f"~{b:02X}"
        for b in text.encode("utf-8", "surrogatepass")
    )


async def open_site(db: Path) -> Any:
    """Return a Datasette of this project that runs in this process."""
    settings = json.loads((ROOT / "settings.json").read_text())
    site = Datasette(
        [],
        immutables=[str(db)],
        metadata=yaml.safe_load((ROOT / "metadata.yml").read_text()),
        settings=settings,
        plugins_dir=str(ROOT / "plugins"),
        template_dir=str(ROOT / "templates"),
        static_mounts=[("static", str(ROOT / "static")), ("pdf", str(ROOT / "data/sample/pdf"))],
    )
    await site.invoke_startup()
    return site


async def to_fuzzer(site: Any, seed: int) -> Fuzzer:
    database = site.get_database("papers")
    tables, keys = {}, {}
    names = "select name from sqlite_master where type in ('table', 'view') order by name"
    for (name,) in [tuple(row) for row in (await database.execute(names)).rows]:
        tables[name] = await database.table_columns(name) or ["x"]
        with contextlib.suppress(Exception):
            first = f"select {tables[name][0]} from [{name}] limit 3"
            keys[name] = [str(row[0]) for row in (await database.execute(first)).rows]
    metadata = site.metadata("queries", database="papers")
    return Fuzzer(seed, tables, keys, {n: q.get("params", []) for n, q in metadata.items()})


@dataclass
class Report:
    """The requests of a run, and its failures."""

    cases: int = 0
    memory: float = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the report to print."""
        statuses = ", ".join(f"{n:,} × {status}" for status, n in sorted(self.statuses.items()))
        shown = [text.encode("ascii", "backslashreplace").decode() for text in self.failures[:60]]
        return "\n".join(
            [
                *shown,
                f"{self.cases:,} requests, {self.memory / 1e6:.0f} MB: {statuses}",
                f"{len(self.failures)} failures",
            ]
        )


def fuzz_site(seed: int, count: int, seconds: float, keep: Path | None = None) -> Report:
    """Send `count` requests to a site of the sample, which is built if there is no papers.db."""
    del keep  # the address in the report is enough to repeat a failure
    if (ROOT / "papers.db").exists():
        return run_logged(ROOT / "papers.db", seed, count, seconds)
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "papers.db"
        build_database(["--db", str(db), "--cache", f"{folder}/cache"], site_folder=ROOT)
        return run_logged(db, seed, count, seconds)


def run_logged(db: Path, seed: int, count: int, seconds: float, at_a_time: int = 4) -> Report:
    """Fuzz a site, and count tracebacks in its log as failures."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    try:
        with contextlib.redirect_stderr(log):
            report = asyncio.run(fuzz(db, seed, count, seconds, at_a_time))
    finally:
        logging.getLogger().removeHandler(handler)
    _, *tracebacks = log.getvalue().split(TRACEBACK)
    report.failures += [f"{TRACEBACK}{rest[:2000]}" for rest in tracebacks]
    return report


async def fuzz(db: Path, seed: int, count: int, seconds: float, at_a_time: int) -> Report:
    """Send `count` requests to a site of a database, some at the same time."""
    site = await open_site(db)
    fuzzer = await to_fuzzer(site, seed)
    addresses = [fuzzer.address() for _ in range(count)]
    report, ends = Report(), time.monotonic() + seconds

    async def ask_all() -> None:
        while addresses and time.monotonic() < ends:
            await ask(site, addresses.pop(), report)

    await asyncio.gather(*(ask_all() for _ in range(at_a_time)))
    report.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if report.memory > MEMORY_CAP:
        report.failures.append(f"memory grew to {report.memory / 1e6:.0f} MB")
    return report


async def ask(site: Any, address: str, report: Report) -> None:
    """Send one request, and report what is wrong with the response."""
    report.cases += 1
    started, shown = time.monotonic(), address[:300]
    try:
        async with asyncio.timeout(2 * SLOWEST):
            status = (await site.client.get(address)).status_code
    except Exception as error:  # noqa: BLE001 - every error is reported
        report.failures.append(f"{type(error).__name__}: {error}: {shown}")
        return
    report.statuses[status] += 1
    if status >= 500 and status != 503:
        report.failures.append(f"{status}: {shown}")
    if time.monotonic() - started > SLOWEST:
        report.failures.append(f"{time.monotonic() - started:.0f} s: {shown}")


def main() -> int:
    """Fuzz, print the report, and return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, help="papers.db, or the sample where there is none")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--at-a-time", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=3600, help="stop after so long")
    options = parser.parse_args()
    given = (options.seed, options.requests, options.seconds)
    report = run_logged(options.db, *given, options.at_a_time) if options.db else fuzz_site(*given)
    print(report.text())
    return int(bool(report.failures))


if __name__ == "__main__":
    sys.exit(main())
