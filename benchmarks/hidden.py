"""Count papers with text that addresses programs, and measure the time to find it.

    python benchmarks/hidden.py --db papers.db FOLDER-OF-PDFS...

Prints the papers of a database whose text addresses programs, the PDFs with text that readers
cannot see, and the time for a page with and without this search.
"""

import argparse
import time
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from papersette.database.machine_text import find_machine_text
from papersette.files import connect_read_only
from papersette.fulltext import engines, front
from papersette.fulltext.characters import Characters
from papersette.fulltext.hidden import find_hidden
from papersette.fulltext.typography import read_type


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path)
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    if options.db:
        measure_wordings(options.db)
    measure_pdfs(sorted(path for folder in options.folders for path in folder.rglob("*.pdf")))


def measure_wordings(database):
    with closing(connect_read_only(database)) as conn:
        started = time.perf_counter()
        found = list(find_machine_text(Database(conn)))
        seconds = time.perf_counter() - started
        papers = conn.execute("select count(*) from papers").fetchone()[0]
    print(f"{database}: {len(found)} of {papers:,} papers address programs ({seconds:.1f} s)")
    for problem in found:
        print(f"  {problem.paper_id} {problem.reason}")


def measure_pdfs(paths):
    pages, read, asked, looked = 0, 0.0, 0.0, 0.0
    hidden, is_white = [], Characters.is_white
    for path in paths:
        try:
            texts, seconds = timed(engines.read_pdfium, path)
        except engines.Unreadable:
            continue
        (typed, _), with_colour = timed(read_type, path, front.PAGES, len(texts))
        found, finding = timed(find_hidden, path, typed)
        Characters.is_white = lambda self, index: False
        _, without = timed(read_type, path, front.PAGES, len(texts))
        Characters.is_white = is_white
        pages, read = pages + len(texts), read + seconds + without
        asked, looked = asked + with_colour - without, looked + finding
        hidden += [(path.name, *one) for one in found]
    if pages:
        print(f"{len(paths)} PDFs with {pages:,} pages: {len(hidden)} pages with hidden text")
        print(f"  {1000 * read / pages:.2f} ms a page without looking for it, and with it")
        print(f"  {1000 * (asked + looked) / pages:+.2f} ms ({(asked + looked) / read:+.1%})")
    for one in hidden:
        print(" ", *one)


def timed(function, *arguments):
    """Return the result of a function and the processor seconds that it takes."""
    started = time.process_time()
    return function(*arguments), time.process_time() - started


if __name__ == "__main__":
    main()
