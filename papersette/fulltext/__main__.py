"""`python -m papersette.fulltext FILE.pdf`: print the text of each page as it is indexed."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from papersette.fulltext import quality
from papersette.fulltext.engines import ENGINES
from papersette.fulltext.reading import Text, extract


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m papersette.fulltext", description=__doc__.split("`: ")[1]
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--engine", choices=ENGINES, default="pdfium")
    parser.add_argument(
        "--ocr",
        action="store_true",
        help="recognise scanned pages with ocrmypdf, if it is installed",
    )
    options = parser.parse_args()
    plain, structured = (_timed(options, structure) for structure in (False, True))
    text = structured[0]
    if isinstance(text, str):
        print(f"{options.file} {text}")
        return 1
    _show_structure(text)
    for number, page in enumerate(text.pages, start=1):
        print(f"──── page {number}, read by {page.engine} ────\n{page.body}")
        if page.refs:
            print(f"──── page {number}, references ────\n{page.refs}")
    print(
        f"──── {len(text.pages)} pages, {plain[1]:.2f} s including the start of a process; "
        f"structure {structured[1] - plain[1]:+.2f} s"
    )
    print(
        f"──── text: {text.warning or 'no extraction problems'} "
        f"(limit: {quality.BAD_PAGE:.0%} unreadable characters); sha256 {text.sha256}"
    )
    return 0


def _timed(options: argparse.Namespace, structure: bool) -> tuple[Text | str, float]:
    started = time.perf_counter()
    ((_, text),) = extract(
        [options.file], engine=options.engine, structure=structure, ocr=options.ocr
    )
    return text, time.perf_counter() - started


def _show_structure(text: Text) -> None:
    print(
        f"title: {text.front.title}\nlanguage: {text.language}\n"
        f"abstract: {text.front.abstract}\nauthors:"
    )
    for author in text.front.authors:
        print(f"  {author.name}, {author.affiliation or 'no affiliation'}")
    print("headings:")
    for heading in text.headings:
        print(f"  {heading.number:8}{heading.title}, page {heading.page}")


def run() -> int:
    """Run `main`; exit quietly if a pipe closes the output early, as `| head` does."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes the output again when it exits, which would fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


if __name__ == "__main__":
    raise SystemExit(run())
