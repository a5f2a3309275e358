"""`python -m papersette.fulltext FILE.pdf`: shows, page by page, what the search will see. "Why was this not found?" """

from __future__ import annotations

import argparse
import time
from pathlib import Path

from papersette.fulltext.engines import ENGINES
from papersette.fulltext.reading import extract


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m papersette.fulltext", description=__doc__.split("`: ")[1])
    parser.add_argument("file", type=Path)
    parser.add_argument("--engine", choices=ENGINES, default="pdfium")
    options = parser.parse_args()
    started = time.perf_counter()
    ((_, text),) = extract([options.file], engine=options.engine)
    if isinstance(text, str):
        print(f"{options.file} {text}")
        return 1
    for number, page in enumerate(text.pages, start=1):
        print(f"──── page {number} ────\n{page.body}")
        if page.refs:
            print(f"──── page {number}, references ────\n{page.refs}")
    print(f"──── {len(text.pages)} pages by {text.engine} in {time.perf_counter() - started:.2f} s, sha256 {text.sha256}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
