"""Write a catalog for a folder of papers, and list what is in doubt.

    python build_db.py init FOLDER          look at the folder, ask a little, write a catalog
    python build_db.py init FOLDER --yes    ask nothing

The catalog is FOLDER/catalog.yml. A file that exists is replaced only with --overwrite. Every doubt
is listed with its remedy, and the next command at the end.

Exit status: 0 if the catalog is written; 1 if there are no papers, or the file exists or cannot be
written; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from papersette.catalogs import catalog
from papersette.catalogs.catalog import Catalog
from papersette.database import replacement
from papersette.errors import UserError
from papersette.fulltext import extract
from papersette.ingest import collection, matching
from papersette.progress import Progress
from papersette.proposals.proposal import Proposal, propose
from papersette.records import Problem
from papersette.sources import dates

MOST_LISTED = 8
"""Largest number of items named in a message for one reason."""
NAME = "catalog.yml"


def main(arguments: list[str]) -> int:
    """Run the command and return its exit status."""
    options = parse(arguments)
    try:
        run(options)
    except UserError as error:
        print(f"build_db.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"build_db.py: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace) -> None:
    """Write the catalog and print what was found. Raises `UserError` and `OSError`."""
    ask = to_ask(options.yes)
    folder, chosen = to_folder(options.folder or ask("The folder with your papers", ""))
    output = options.output or folder / NAME
    if output.exists() and not options.overwrite and not agrees(ask, output):
        raise UserError(
            f"{output}: exists and is not replaced; add --overwrite, or name another file with "
            "--output"
        )
    proposal = propose(folder, chosen)
    ask_names(proposal, ask)
    data = os.path.relpath(folder.resolve(), output.resolve().parent)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(proposal.to_text(Path(data).as_posix()), encoding="utf-8")
    publication = catalog.load(output, None)
    lines, problems = check(publication, options)
    print(to_report(proposal, output, lines, problems))
    print(to_next(publication, options, proposal))


Ask = Callable[[str, str], str]
"""Called with a question and its default answer; returns the answer."""


def to_ask(is_silent: bool) -> Ask:
    """Return a function that asks on the terminal; without a terminal it returns the default."""
    if is_silent or not (sys.stdin and sys.stdin.isatty()):
        return lambda question, default: default

    def ask(question: str, default: str) -> str:
        try:
            return input(f"{question} [{default}]: ").strip() or default
        except EOFError:
            print()
            return default

    return ask


def to_folder(given: Path | str) -> tuple[Path, Path | None]:
    """Return the folder, and the metadata file if that was named instead of the folder."""
    if not str(given):
        raise UserError("name the folder that holds your papers: python build_db.py init FOLDER")
    path = Path(given).expanduser()
    if path.is_file():
        return _with_name(path.parent), _with_name(path.parent) / path.name
    if not path.is_dir():
        raise UserError(f"{path}: there is no such folder; name the one that holds your papers")
    return _with_name(path), None


def _with_name(folder: Path) -> Path:
    """Return a folder by its name, from which titles are guessed: “.” and “..” have none."""
    return folder.resolve() if folder.name in {"", ".."} else folder


def agrees(ask: Ask, output: Path) -> bool:
    """Return whether the user agrees to replace an existing file."""
    return ask(f"{output} exists. Replace it? (yes/no)", "no").lower() in {"yes", "y"}


def ask_names(proposal: Proposal, ask: Ask) -> None:
    """Ask for the title and, if there is one source, for the name and year of its venue."""
    proposal.title = ask("Title of the site", proposal.title)
    if len(proposal.sources) == 1:
        source = proposal.sources[0]
        name = ask("Name of the venue or list", source.venue.name)
        year = ask("Year of the papers, if it is one", str(source.venue.year or ""))
        source.venue = replace(source.venue, name=name, year=dates.to_year(year))


def check(publication: Catalog, options: argparse.Namespace) -> tuple[list[str], list[Problem]]:
    """Read the sources as a build does; return a line for each source, and the problems.

    Files that no entry names are read and matched by title; a later build takes their text from the
    cache.
    """
    items = collection.read(publication.sources, options.cache, offline=True)
    paths = [file.path for file in items.loose]
    reading = extract(paths, jobs=options.jobs, engine="pdfium", cache_folder=options.cache)
    texts = dict(Progress().over("reading PDFs", reading, len(paths)))
    papers, problems = matching.match(items.papers, items.loose, texts)
    lines = []
    for tally in items.tallies:
        own = [p for p in papers if (p.source or p.venue.venue_id) == tally.source]
        with_file = sum(paper.file is not None for paper in own)
        noun = "paper" if tally.papers == 1 else "papers"
        lines.append(f"{tally.source}: {tally.papers:,} {noun}, {with_file:,} with a file")
    return lines, [*items.problems, *problems]


def to_report(
    proposal: Proposal, output: Path, lines: Sequence[str], problems: Sequence[Problem]
) -> str:
    """Return what was found and written, and every doubt with its remedy."""
    doubts = [*proposal.doubts, *to_lines(problems)]
    found = [draft.found for draft in proposal.sources]
    report = [
        f"Found in {proposal.folder}:",
        *(f"  {one.format}, {one.path.name}" for one in found),
    ]
    report += [f"Wrote {output}:", *(f"  {line}" for line in lines)]
    if doubts:
        report += [f"Please check ({len(doubts)}):", *(f"- {doubt}" for doubt in doubts)]
    return "\n".join(report)


def to_lines(problems: Iterable[Problem]) -> list[str]:
    """Return a line for each reason, with the first items that it applies to."""
    items: defaultdict[str, list[str]] = defaultdict(list)
    for problem in problems:
        items[problem.reason].append(problem.item)
    return [f"{_to_items(named)} {reason}" for reason, named in items.items()]


def _to_items(named: Sequence[str]) -> str:
    """Return a list of items for a message.

    >>> _to_items(["a.bib: line 3", "a.bib: line 9", "b.pdf"])
    '3 times (a.bib: line 3, line 9, b.pdf):'
    """
    if len(named) == 1:
        return named[0]
    first = named[0].partition(": ")[0] + ": "
    rest = [item.removeprefix(first) for item in named[1:MOST_LISTED]]
    more = ", …" if len(named) > MOST_LISTED else ""
    return f"{len(named):,} times ({', '.join([named[0], *rest])}{more}):"


def to_next(publication: Catalog, options: argparse.Namespace, proposal: Proposal) -> str:
    """Return the commands that build and serve the publication."""
    build = [_to_python(), "build_db.py", str(publication.path)]
    if options.db != DB:
        build += ["--db", str(options.db)]
    try:
        replacement.check_replaceable(options.db, publication)
    except UserError:
        build.append("--replace")
    serve = "make serve"
    if root := proposal.pdf_root():
        serve += f" PDFS={shlex.quote(str(root))}"
    return f"Correct the catalog where it is wrong, then:\n  {shlex.join(build)}\n  {serve}"


def _to_python() -> str:
    """Return the command that runs this Python from the current folder."""
    path = os.path.relpath(sys.executable)
    if not path.startswith(".."):
        return path
    return "python" if shutil.which("python") == sys.executable else sys.executable


DB = Path("papers.db")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line; wrong usage ends the process with status 2."""
    parser = argparse.ArgumentParser(
        "build_db.py init",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        help="the folder of your papers, or the file that lists them",
    )
    parser.add_argument("--output", type=Path, help=f"the catalog to write (FOLDER/{NAME})")
    parser.add_argument("--overwrite", action="store_true", help="replace a catalog that exists")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--db", type=Path, default=DB, help="the SQLite file (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help=argparse.SUPPRESS)
    parser.add_argument(
        "--cache", type=Path, default=Path(".cache/fulltext"), help=argparse.SUPPRESS
    )
    return parser.parse_args(arguments)
