"""Measure the page reader: `python benchmarks/page_reader.py FOLDER`, by default the sample's PDFs.

Prints how long the layout and the image of a page take, at first and from the cache, and the
processor time that they need, which depends less on other programs. Each page is read once; the
images go to a temporary folder. The first page also starts the workers.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from papersette.printed.pages import read_layout, render
from papersette.site.pdf_folder import Pdf, hash_pdf
from papersette.site.printed_pages import WIDTHS, PrintedPages, Settings

ROOT = Path(__file__).parent.parent
MOST_PAGES = 200


def main() -> None:
    """Print the times for the folder on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "data/sample/pdf")
    parser.add_argument("--pages", type=int, default=MOST_PAGES, help="at most (default: 200)")
    options = parser.parse_args()
    pages = list_pages(options.folder)[: options.pages]
    with tempfile.TemporaryDirectory() as folder:
        times, sizes = asyncio.run(measure(pages, Path(folder) / "pages"))
    times |= {
        "layout, processor": [processor_seconds(read_layout, p.path, n) for p, n in pages],
        "image, processor": [processor_seconds(render, p.path, n, WIDTHS[0]) for p, n in pages],
    }
    print(f"{len(pages)} pages of {options.folder}; images of {WIDTHS[0]} pixels")
    print(f"start of the workers and first page: {times.pop('start') * 1000:.0f} ms")
    print("| | median | 95th percentile |\n|---|--:|--:|")
    for name, found in times.items():
        ordered = sorted(found)
        last = ordered[int(len(ordered) * 0.95)]
        print(f"| {name} | {statistics.median(found) * 1000:.1f} ms | {last * 1000:.1f} ms |")
    print(f"size of an image: {statistics.median(sizes) / 1000:.0f} kB")


def list_pages(folder: Path) -> list[tuple[Pdf, int]]:
    """Return (file, page) of every page, the first pages of all files first."""
    found = []
    for path in sorted(folder.rglob("*.pdf")):
        try:
            count = read_layout(path, 1).pages
        except Exception as error:  # noqa: BLE001 - a damaged file is skipped
            print(f"{path.name} is left out: {error}")
            continue
        pdf = Pdf(path, hash_pdf(path))
        found += [(number, path, pdf) for number in range(1, count + 1)]
    return [(pdf, number) for number, _, pdf in sorted(found, key=lambda page: page[:2])]


async def measure(pages: list[tuple[Pdf, int]], folder: Path) -> tuple[dict, list[int]]:
    """Return the times of each step in seconds, and the sizes of the images."""
    printed = PrintedPages(Settings(cache=str(folder)))
    steps = ("layout, at first", "layout, again", "image, at first", "image, from the cache")
    times: dict = {"start": await seconds(printed.layout(*pages[0]))}
    times |= {step: [] for step in steps}
    sizes = []
    try:
        for pdf, number in pages[1:]:
            for step in steps[:2]:
                times[step].append(await seconds(printed.layout(pdf, number)))
            for step in steps[2:]:
                times[step].append(await seconds(printed.image(pdf, number, WIDTHS[0])))
            sizes.append(len((await printed.image(pdf, number, WIDTHS[0]))[1]))
    finally:
        printed.close()
    return times, sizes


def processor_seconds(function: Callable[..., object], *arguments: object) -> float:
    """Return the processor seconds of this process for a function."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


async def seconds(awaited: Awaitable[object]) -> float:
    """Return the seconds that an awaitable takes."""
    start = time.perf_counter()
    await awaited
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
