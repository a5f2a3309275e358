"""Measures the time of searches: in the engine, as a page over HTTP, beside simpler searches."""

from __future__ import annotations

import cProfile
import pstats
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tantivy import Query as EngineQuery

from measures.corpora import Corpus, hard_queries
from measures.served import Site
from measures.table import ROUNDS, Row, percentile, show, time_in_turns, time_ms
from papersette.search.adapter import any_of
from papersette.search.analysis import to_terms
from papersette.search.engine import Engine, Request
from papersette.search.parser import parse
from papersette.search.query import iterate_terms

ENGINE_LIMITS = {"1,589": 5.0, "20,657": 15.0, "100,000": 50.0}
"""Number of papers -> limit of the 95th percentile, in milliseconds."""
SLOWEST_LIMIT = {"100,000": 300.0}
PAGE_SHARE = 1 / 3
"""Limit of the time of a page of the smallest corpus, as a share of the time to scan its texts."""
PAGE_GROWTH = 3.0
"""Limit of the time of a page of the largest corpus, as a multiple of that of the smallest."""
SENTENCE = 6
"""Least number of words of a query that counts as a sentence here."""


def measure_engine(corpora: Sequence[Corpus], queries: Sequence[str]) -> None:
    """Print the time of hits, count, facet counts and 20 passages, beside bare Tantivy's top 20."""
    times = {}
    for corpus in corpora:
        tasks = {"engine": to_search(corpus.engine), "bare": to_bare_search(corpus.engine, queries)}
        times[corpus.name] = time_in_turns(tasks, queries)
    engine = {name: each["engine"].wall for name, each in times.items()}
    cpu = {name: each["engine"].cpu for name, each in times.items()}
    bare = {name: each["bare"].wall for name, each in times.items()}
    limits = {name: limit for name, limit in ENGINE_LIMITS.items() if name in times}
    show(
        f"engine, {len(queries)} mixed queries, ms",
        [
            Row("median", _apply(statistics.median, engine), digits=2),
            Row("95th percentile", _apply(_p95, engine), limits, digits=2),
            Row("processor time: median", _apply(statistics.median, cpu), digits=2),
            Row("processor time: 95th percentile", _apply(_p95, cpu), digits=2),
            *_by_length(engine, queries),
            Row("slowest", _apply(max, engine), digits=2),
            Row(
                "bare Tantivy, top 20 and count: median", _apply(statistics.median, bare), digits=2
            ),
            Row("bare Tantivy, 95th percentile", _apply(_p95, bare), digits=2),
        ],
    )


def _by_length(times: Mapping[str, list[float]], queries: Sequence[str]) -> list[Row]:
    """Return rows for short queries and for sentences."""
    rows = []
    for name, wanted in (("short queries", False), ("sentences", True)):
        chosen = [i for i, q in enumerate(queries) if (len(q.split()) >= SENTENCE) == wanted]
        some = {key: [values[i] for i in chosen] for key, values in times.items()}
        rows.append(Row(f"{len(chosen)} {name}: median", _apply(statistics.median, some), digits=2))
        rows.append(Row(f"{len(chosen)} {name}: 95th percentile", _apply(_p95, some), digits=2))
    return rows


def to_search(engine: Engine) -> Callable[[str], Any]:
    """Return a function that searches without the engine's memory of recent results."""
    return lambda q: engine._search(Request(q=q, size=20))


def to_bare_search(engine: Engine, queries: Sequence[str]) -> Callable[[str], Any]:
    """Return a function that only asks Tantivy for any of a query's words in the text."""
    schema, searcher = engine.index.papers_schema, engine.index.papers
    terms = {
        q: [t for term in iterate_terms(parse(q).clauses) for t in to_terms(term.text)]
        for q in queries
    }
    asked = {
        q: any_of(EngineQuery.term_query(schema, "text", t, "freq") for t in terms[q] or ["the"])
        for q in queries
    }
    return lambda q: searcher.search(asked[q], 20, count=True)


def to_fetch(site: Site) -> Callable[[str], Any]:
    """Return a function that fetches the first page of a search."""
    return lambda q: site.get_page(q=q)


def measure_pages(
    corpora: Sequence[Corpus], sites: Mapping[str, Site], queries: Sequence[str]
) -> None:
    """Print the time of the first page over HTTP, beside a scan of the smallest corpus's texts."""
    texts = corpora[0].read_texts()
    tasks = {name: to_fetch(site) for name, site in sites.items()}
    tasks["scan"] = lambda q: sum(q.strip('"').lower() in text.lower() for text in texts)
    before = {name: site.read_processor_ms() for name, site in sites.items()}
    times = {name: each.wall for name, each in time_in_turns(tasks, queries).items()}
    pages_asked = ROUNDS * len(queries)
    cpu = {n: (site.read_processor_ms() - before[n]) / pages_asked for n, site in sites.items()}
    scan = _p95(times.pop("scan"))
    pages = _apply(_p95, times)
    show(
        f"first page over HTTP, {len(queries)} mixed queries",
        [
            Row("median, ms", _apply(statistics.median, times)),
            Row("95th percentile, ms", pages),
            Row("mean processor time of the server, ms", cpu),
            *_by_length(times, queries),
            *compare_pages(pages, scan),
        ],
    )


def compare_pages(pages: Mapping[str, float], scan: float) -> list[Row]:
    """Return rows that compare pages with a scan of the smallest corpus, and with its page.

    Args:
        pages: Number of papers, ascending -> milliseconds of a page.
        scan: Milliseconds of a scan.
    """
    names = list(pages)
    smallest, largest = names[0], names[-1]
    shares = {name: value / scan for name, value in pages.items()}
    growth = {name: value / pages[smallest] for name, value in pages.items()}
    return [
        Row(f"scan of the texts of {smallest}, 95th, ms", dict.fromkeys(pages, scan)),
        Row("page / scan", shares, {smallest: PAGE_SHARE}, digits=2),
        Row(f"page / page of {smallest}", growth, {largest: PAGE_GROWTH}, digits=2),
    ]


def measure_hard(corpora: Sequence[Corpus], sites: Mapping[str, Site]) -> None:
    """Print the times of slow queries: in the engine, and as a page."""
    rows = []
    for name, parameters in hard_queries(corpora[0]).items():
        request = Request.from_arguments(parameters)
        taken = {c.name: _median_ms(c.engine._search, request) for c in corpora}
        limits = {size: limit for size, limit in SLOWEST_LIMIT.items() if size in taken}
        rows.append(Row(f"{name}: engine", taken, limits))
        pages = {c.name: _median_page_ms(sites[c.name], parameters) for c in corpora}
        rows.append(Row(f"{name}: page", pages, limits))
    show("slow queries, ms", rows)


def _median_ms(do: Callable[..., Any], *arguments: Any) -> float:
    return statistics.median(time_ms(do, *arguments) for _ in range(ROUNDS))


def _median_page_ms(site: Site, parameters: dict[str, str]) -> float:
    """Return the median time of a page; different capitals make each request a new search."""
    own = iter(range(ROUNDS))

    def fetch() -> None:
        site.get_page(**parameters, size=str(20 + next(own)))

    return _median_ms(fetch)


def profile(corpus: Corpus, queries: Sequence[str], lines: int) -> None:
    """Print the functions in which a thread spends its time, for short queries and sentences."""
    search = to_search(corpus.engine)
    for name, wanted in (("short queries", False), ("sentences", True)):
        chosen = [q for q in queries if (len(q.split()) >= SENTENCE) == wanted]
        for q in chosen:  # a first round reads the files into memory
            search(q)
        profiler = cProfile.Profile(time.thread_time)
        profiler.enable()
        for q in chosen:
            search(q)
        profiler.disable()
        print(f"\n{corpus.name} papers, {len(chosen)} {name}")
        stats = pstats.Stats(profiler).strip_dirs()
        stats.sort_stats("tottime").print_stats(lines)
        stats.sort_stats("cumulative").print_stats(lines)


def _p95(values: Sequence[float]) -> float:
    return percentile(values, 95)


def _apply(
    function: Callable[[Sequence[float]], float], times: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    return {name: function(values) for name, values in times.items()}
