"""Decide whether a new build may replace a deployed one.

    python build_db.py compare OLD.db NEW.db
    python build_db.py compare OLD.db NEW.db --min-papers 1500 --expect papers=1591

prints what both have, side by side, and every reason to refuse. A rebuild that runs unattended asks
here before it publishes: a source that is down, or has another format, must not empty the site.

Exit status: 0 if NEW may be deployed; 1 if not; 2 for wrong usage. Before the first deployment,
--first judges NEW alone.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from papersette.database.publish import is_index_current
from papersette.errors import UserError
from papersette.files import connect_read_only

COUNTS = """
select 'papers' as name, count(*) as n from papers
union all select 'with text', count(*) from papers where page_count > 0
union all select 'with abstract', count(*) from papers where abstract is not null
union all select 'with authors', count(*) from papers where authors is not null
union all select 'pages', count(*) from pages
union all select 'words', coalesce(sum(word_count), 0) from papers
union all select 'authors', count(*) from authors
union all select 'tags', count(*) from tags
union all select 'references', count(*) from citations
union all select 'sessions', count(*) from sessions
union all select 'venues', count(*) from venues
"""
EXPECTED = re.compile(r"([a-z ]+)=(\d+)(?:\.\.(\d+))?")
MOST_LOSS = 5.0
"""Largest share of anything counted that a new build may lose, in percent."""
MOST_DROP = 0.05
"""Largest drop of any measure, from 0 to 1, of how well the search answers the questions."""


@dataclass(frozen=True)
class Contents:
    """The contents of one database that are compared."""

    title: str
    started: str
    counts: Mapping[str, int]
    papers: frozenset[str]
    problems: int
    lost: int
    """Number of items of sources that are neither papers nor problems."""
    measures: Mapping[str, float]


@dataclass
class Comparison:
    """Lines to print, and the reasons why the new build may not be deployed."""

    lines: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Run the command and return its exit status."""
    options = parse(arguments)
    try:
        old = None if options.first else read_contents(options.old)
        new = read_contents(options.new)
    except UserError as error:
        print(f"build_db.py: {error}", file=sys.stderr)
        return 1
    result = compare(old, new, options)
    if not is_index_current(options.new):
        result.reasons.append(f"{options.new} has no search index of its own build beside it")
    print("\n".join(result.lines))
    for reason in result.reasons:
        print(f"refused: {reason}")
    print("do not deploy" if result.reasons else "may be deployed")
    return int(bool(result.reasons))


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line; wrong usage ends the process with status 2."""
    parser = argparse.ArgumentParser(
        "build_db.py compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("old", type=Path, metavar="OLD", help="the database that is deployed")
    add("new", type=Path, metavar="NEW", help="the database of the new build")
    add("--first", action="store_true", help="there is no OLD yet: judge NEW alone")
    add("--min-papers", type=int, default=1, metavar="N", help="refuse fewer papers (%(default)s)")
    help_of_loss = "refuse if more of anything is gone (%(default)s)"
    add("--most-loss", type=float, default=MOST_LOSS, metavar="PERCENT", help=help_of_loss)
    help_of_totals = "a published total, as papers=1591 or papers=1580..1600; may be repeated"
    add("--expect", action="append", default=[], metavar="NAME=N", help=help_of_totals)
    options = parser.parse_args(arguments)
    for text in options.expect:
        if not EXPECTED.fullmatch(text):
            parser.error(f"--expect {text}: write NAME=N or NAME=LOW..HIGH")
    return options


def read_contents(database: Path) -> Contents:
    """Return the contents to compare. Raises `UserError` if the file is damaged or not a build."""
    if not database.is_file():
        raise UserError(f"{database}: there is no such file")
    try:
        with closing(connect_read_only(database)) as conn:
            (state,) = conn.execute("pragma quick_check(1)").fetchone()
            if state != "ok":
                raise UserError(f"{database}: is damaged: {state}")
            title, started, problems, lost = conn.execute(
                "select title, started, problems, lost from builds order by build_id desc limit 1"
            ).fetchone()
            return Contents(
                title,
                started,
                dict(conn.execute(COUNTS).fetchall()),
                frozenset(row[0] for row in conn.execute("select paper_id from papers")),
                problems or 0,
                lost or 0,
                dict(conn.execute("select measure, value from evaluation").fetchall()),
            )
    except (sqlite3.Error, TypeError) as error:
        raise UserError(f"{database}: is no database made by Papersette: {error}") from error


def compare(old: Contents | None, new: Contents, options: argparse.Namespace) -> Comparison:
    """Compare two builds; without an old one, judge the new one."""
    result = Comparison()
    result.lines.append(f"old: {f'{old.title}, {old.started}' if old else 'there is none'}")
    result.lines.append(f"new: {new.title}, {new.started}")
    result.lines.append(f"{'':40}{'old':>12}{'new':>12}{'change':>10}")
    if new.counts["papers"] < options.min_papers:
        found = f"{new.counts['papers']:,} papers, fewer than {options.min_papers:,}"
        result.reasons.append(f"{found} (--min-papers)")
    for name, count in new.counts.items():
        compare_count(result, name, old.counts.get(name) if old else None, count, options.most_loss)
    if old:
        compare_papers(result, old, new, options.most_loss)
    compare_lost(result, old, new)
    compare_measures(result, old.measures if old else {}, new.measures)
    result.reasons += find_wrong_totals(new.counts, options.expect)
    return result


def compare_count(
    result: Comparison, name: str, before: int | None, now: int, most_loss: float
) -> None:
    """Compare one number."""
    if before is None:
        result.lines.append(f"{name:40}{'':>12}{now:12,}")
        return
    change = 100 * (now - before) / before if before else 0.0
    result.lines.append(f"{name:40}{before:12,}{now:12,}{change:+9.1f}%")
    if -change > most_loss:
        result.reasons.append(
            f"{name}: {before:,} → {now:,}, a loss of {-change:.1f} % (--most-loss {most_loss:g})"
        )


def compare_papers(result: Comparison, old: Contents, new: Contents, most_loss: float) -> None:
    """Compare which papers there are: other papers do not make up for papers that are gone."""
    gone = sorted(old.papers - new.papers)
    result.lines.append(f"{len(new.papers - old.papers):,} papers added, {len(gone):,} removed")
    if len(gone) > most_loss / 100 * len(old.papers):
        examples = ", ".join(gone[:5])
        result.reasons.append(f"{len(gone):,} papers are gone, such as {examples} (--most-loss)")


def compare_lost(result: Comparison, old: Contents | None, new: Contents) -> None:
    """Compare problems, whose number may rise, and lost items, whose number may not."""
    before = f"{old.problems:12,}" if old else " " * 12
    result.lines.append(f"{'problems':40}{before}{new.problems:12,}")
    if new.lost > (old.lost if old else 0):
        result.reasons.append(f"{new.lost:,} items of sources are neither papers nor problems")


def compare_measures(
    result: Comparison, before: Mapping[str, float], now: Mapping[str, float]
) -> None:
    """Compare how well the search answers the catalog's questions."""
    for name, value in now.items():
        known = name in before
        shown = f"{before[name]:12.3f}" if known else " " * 12
        result.lines.append(f"{name:40}{shown}{value:12.3f}")
        if known and 0 <= value <= 1 and before[name] - value > MOST_DROP:
            result.reasons.append(f"the search is worse: {name} {before[name]:.3f} → {value:.3f}")


def find_wrong_totals(counts: Mapping[str, int], expected: list[str]) -> Iterator[str]:
    """Yield a reason for each expected total that the build does not have."""
    for text in expected:
        match = EXPECTED.fullmatch(text)
        name, low = (match[1], int(match[2])) if match else ("", 0)
        high = int(match[3]) if match and match[3] else low
        if name not in counts:
            yield f"--expect {text}: {name} is not counted; known: {', '.join(counts)}"
        elif not low <= counts[name] <= high:
            yield f"{name}: {counts[name]:,}, but --expect {text}"
