"""Measure the parsing of reference lists: `python benchmarks/citations.py` after a build.

Without labels: a citation in the text, "(Kingma & Ba, 2014)", must be in the paper's list. Names:
papers that cite G. Hinton, compared with a hundred papers of ICLR 2019 read by hand (tests/truth).
Times are of one process.
"""

import argparse
import json
import re
import sqlite3
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from papersette.knowledge.citations import (
    CollectionPaper,
    Entry,
    describe_works,
    group_works,
    link_to_papers,
    parse_references,
)
from papersette.names import PARTICLES, parse_name, to_family_key

ROOT = Path(__file__).parent.parent
TRUTH = ROOT / "tests" / "truth" / "hinton.json"
FAMILY = r"(?:(?:[Vv][ao]n|[Dd]e[rnl]?|[Dd]i|[Dd]u|[Ll]e|[Ll]a|[Ee]l|[Tt]en) )*[A-ZÀ-Þ][\w’'´¨-]+"
BEFORE = r"(?:(?:e\.g\.|i\.e\.|see|also|cf\.|and|see also|see, e\.g\.),? )*"
CITATION = re.compile(
    rf"{BEFORE}({FAMILY})(?:,? et al\.?|(?: and | & )({FAMILY}))?,? ((?:19|20)\d\d)[a-z]?"
)
BRACKETS = re.compile(r"\(([^()]{6,400})\)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    conn = sqlite3.connect(parser.parse_args().db)
    lists = parse_all(conn)
    measure_cited_in_text(conn, lists)
    measure_works(conn, lists)
    print_names(lists)
    measure_hinton(lists)


def parse_all(conn: sqlite3.Connection) -> dict[str, list[Entry]]:
    """Return the entries of each paper that has a list."""
    pages = defaultdict(list)
    for paper_id, page, refs in conn.execute(
        "select paper_id, page, refs from pages where refs is not null order by paper_id, page"
    ):
        pages[paper_id].append((page, refs))
    lists, times = {}, []
    for paper_id, own in pages.items():
        started = time.perf_counter()
        lists[paper_id] = parse_references(own)
        times.append(time.perf_counter() - started)
    entries = [entry for own in lists.values() for entry in own]
    median, mean = statistics.median(map(len, lists.values())), 1000 * statistics.mean(times)
    print(f"{len(entries):,} entries in the lists of {len(lists):,} papers, median {median}")
    print(f"{sum(times):.1f} s, {mean:.1f} ms a paper, at most {1000 * max(times):.0f}")
    without = {
        name: sum(not getattr(entry, name) for entry in entries)
        for name in ("authors", "title", "year", "venue")
    }
    print("without " + ", ".join(f"{name} {count:,}" for name, count in without.items()))
    return lists


def measure_cited_in_text(conn: sqlite3.Connection, lists: dict[str, list[Entry]]) -> None:
    """Print how many citations in the text are in the reference list of their paper."""
    count: Counter[str] = Counter()
    for paper_id, entries in lists.items():
        years, seconds = defaultdict(set), defaultdict(set)
        for entry in entries:
            if entry.authors:
                first = to_bare_key(entry.authors[0].family)
                years[first].add(entry.year)
                seconds[first] |= {to_bare_key(name.family) for name in entry.authors[1:2]}
        bodies = conn.execute(
            "select body from pages where paper_id = ? order by page", (paper_id,)
        )
        for first, second, year in find_citations("\n".join(body or "" for (body,) in bodies)):
            count["all"] += 1
            count["first author"] += first in years
            count["first author and year"] += year in years.get(first, ())
            count["pairs"] += bool(second)
            count["both authors of a pair"] += bool(second) and second in seconds.get(first, ())
    for name, among in (
        ("first author", "all"),
        ("first author and year", "all"),
        ("both authors of a pair", "pairs"),
    ):
        share = count[name] / max(1, count[among])
        print(f"cited in the text, {name} found in the list: {share:.4f} of {count[among]:,}")


def find_citations(body: str) -> Iterator[tuple[str, str | None, int]]:
    """Yield (first family name, second of a pair, year) of each citation in brackets."""
    for match in BRACKETS.finditer(body):
        for part in match[1].split(";"):
            if found := CITATION.fullmatch(" ".join(part.split())):
                yield (
                    to_bare_key(found[1]),
                    to_bare_key(found[2]) if found[2] else None,
                    int(found[3]),
                )


def to_bare_key(family: str) -> str:
    """Return the key of a family name without particles, which texts often omit."""
    words = to_family_key(family).split("-")
    while len(words) > 1 and words[0] in PARTICLES:
        words = words[1:]
    return "-".join(words)


def measure_works(conn: sqlite3.Connection, lists: dict[str, list[Entry]]) -> None:
    """Print the number of works, the most cited, and the links to papers of the collection."""
    entries = [entry for own in lists.values() for entry in own]
    citing = [paper_id for paper_id, own in lists.items() for _ in own]
    started = time.perf_counter()
    groups = group_works(entries)
    works = describe_works(entries, groups)
    print(f"{len(works):,} works, in {time.perf_counter() - started:.1f} s; most cited:")
    by_work: dict[str, set[str]] = defaultdict(set)
    for i, key in groups.items():
        by_work[key].add(citing[i])
    for key in sorted(by_work, key=lambda key: -len(by_work[key]))[:10]:
        print(f"{len(by_work[key]):5} {works[key].title}")
    started = time.perf_counter()
    links = link_to_papers(works.values(), read_papers(conn))
    seconds = time.perf_counter() - started
    pairs = {
        (paper_id, cited) for key, cited in links for paper_id in by_work[key] if paper_id != cited
    }
    citing_count, cited_count = len({a for a, _ in pairs}), len({b for _, b in pairs})
    print(
        f"{len(pairs)} links in the collection, from {citing_count} papers to {cited_count}"
        f" in {seconds:.1f} s"
    )


def print_names(lists: dict[str, list[Entry]]) -> None:
    """Print the twenty names that most papers cite."""
    papers = to_citing_papers(lists)
    most = sorted(papers, key=lambda key: -len(papers[key]))[:20]
    print("names:", ", ".join(f"{key} {len(papers[key])}" for key in most))


def read_papers(conn: sqlite3.Connection) -> list[CollectionPaper]:
    """Return the papers with a title, each with its first author."""
    first = dict(conn.execute("select paper_id, name from authorships where position = 1"))
    rows = conn.execute(
        "select paper_id, title, year from papers where title is not null"
    ).fetchall()
    names = {paper_id: parse_name(name) for paper_id, name in first.items()}
    return [
        CollectionPaper(paper_id, title, year, (names[paper_id],) if paper_id in names else ())
        for paper_id, title, year in rows
    ]


def to_citing_papers(lists: dict[str, list[Entry]]) -> dict[str, set[str]]:
    """Return the key of each name with the papers that cite it."""
    papers: dict[str, set[str]] = defaultdict(set)
    for paper_id, entries in lists.items():
        for entry in entries:
            for name in entry.authors:
                papers[name.key].add(paper_id)
    return papers


def measure_hinton(lists: dict[str, list[Entry]]) -> None:
    """Print precision and recall of the papers that cite G. Hinton, for those read by hand."""
    truth = {
        paper_id: cites
        for paper_id, cites in json.loads(TRUTH.read_text()).items()
        if paper_id in lists
    }
    if not truth:
        return
    found = to_citing_papers(lists)["hinton-g"] & set(truth)
    right = sum(truth[paper_id] for paper_id in found)
    print(
        f"papers citing G. Hinton, {len(truth)} read by hand: precision {right / len(found):.3f},",
        end=" ",
    )
    print(f"recall {right / sum(truth.values()):.3f}")


if __name__ == "__main__":
    main()
