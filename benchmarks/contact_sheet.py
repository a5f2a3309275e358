"""Takes pictures of every kind of page, and puts them on contact sheets for review.

    python benchmarks/contact_sheet.py [--db papers.db] [--out contact-sheet] [--only home results]

Each kind of page of page_kinds.yml is shown at 1280, 768 and 390 px, light and dark, in English,
French and Arabic: OUT/<kind>.html has its 18 pictures, OUT/index.html all kinds. Prints the pages
that are taller than 4,000 px on a desktop, wider than their screen, or larger than 250 KB.
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = (1280, 768, 390)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "fr", "ar")
TALLEST, LARGEST = 4_000, 250_000
"""Limits: pixels of a page on a desktop, and bytes of its HTML."""
SHOWN = 2_400
"""Number of pixels of a page, from its top, that its picture shows."""
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
STYLE = """body{font:14px system-ui;margin:1rem;background:#ddd}h2{margin:2rem 0 .5rem}
div{display:flex;gap:1rem;align-items:start;overflow-x:auto}figure{margin:0}
img{display:block;height:560px;width:auto;border:1px solid #888}"""


class Shot(NamedTuple):
    """One picture of a page."""

    kind: str
    width: int
    scheme: str
    language: str

    @property
    def file(self) -> str:
        """Return the name of the picture's file."""
        name = re.sub(r"\W+", "-", self.kind)
        return f"{name}-{self.width}-{self.scheme}-{self.language}.png"


def main() -> None:
    """Read the arguments, take the pictures and write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db", help="the database to show")
    parser.add_argument("--out", type=Path, default=ROOT / "contact-sheet", help="a folder")
    parser.add_argument("--only", nargs="*", help="kinds of pages; all without it")
    given = parser.parse_args()
    if not given.db.is_file():
        sys.exit(
            f"{given.db} does not exist: build it with python build_db.py, or name another --db"
        )
    kinds = read_kinds()
    if unknown := set(given.only or ()) - kinds.keys():
        sys.exit(f"unknown kinds of pages: {', '.join(sorted(unknown))}; see page_kinds.yml")
    kinds = {kind: kinds[kind] for kind in given.only or kinds}
    given.out.mkdir(parents=True, exist_ok=True)
    with served(given.db) as address:
        kinds = {kind: path for kind, path in kinds.items() if is_there(address + path, kind)}
        found = take_pictures(address, kinds, given.out)
    write_sheets(kinds, given.out)
    print("\n".join(found) or "no page is too tall, too wide or too large")
    print(f"{given.out / 'index.html'} has {len(kinds)} kinds of pages")


def read_kinds() -> dict[str, str]:
    """Return kind of page -> its path."""
    text = Path(__file__).with_name("page_kinds.yml").read_text(encoding="utf-8")
    kinds: dict[str, str] = yaml.safe_load(text)
    return kinds


def is_there(address: str, kind: str) -> bool:
    """Return whether a collection has a page; the error page always exists."""
    try:
        with urllib.request.urlopen(address.partition("#")[0]):
            return True
    except urllib.error.HTTPError:
        return kind == "not found"


@contextmanager
def served(database: Path) -> Iterator[str]:
    """Serve a database as `make serve` does; yield its address."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        folder = Path(name)
        for part in ("metadata.yml", "settings.json", "plugins", "templates", "static"):
            (folder / part).symlink_to(ROOT / part)
        (folder / "papers.db").symlink_to(database.resolve())
        index = database.resolve().with_suffix(".index")
        if index.is_dir():
            (folder / "papers.index").symlink_to(index)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "datasette", "serve", name, "--port", str(port)]
        command += ["--static", f"static:{ROOT / 'static'}"]
        command += ["--static", f"pdf:{ROOT / 'data/sample/pdf'}"]
        log = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT) as server:
            try:
                address = f"http://127.0.0.1:{port}"
                wait_for(address + "/papers/search?q=x")
                yield address
            finally:
                server.terminate()


def wait_for(address: str, seconds: float = 120) -> None:
    """Wait until the server, which first makes its index, answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def take_pictures(address: str, kinds: dict[str, str], folder: Path) -> list[str]:
    """Save the pictures of all kinds of pages; return messages about wrong sizes."""
    from playwright.sync_api import sync_playwright

    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        sys.exit("needs Chromium: apt-get install chromium-headless-shell")
    found = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for language, (kind, path) in product(LANGUAGES, kinds.items()):
            page = browser.new_page(locale=language)
            answer = page.goto(address + path)
            page.wait_for_load_state("networkidle")
            if "#" in path:  # a disclosure that has to be opened
                page.locator(f"{path[path.index('#') :]} > summary").click()
            if answer and len(answer.body()) > LARGEST:
                found.append(f"{kind}, {language}: {len(answer.body()) // 1000} KB")
            for width, scheme in product(WIDTHS, SCHEMES):
                found += take_picture(page, Shot(kind, width, scheme, language), folder)
            page.close()
        browser.close()
    return found


def take_picture(page: Any, shot: Shot, folder: Path) -> list[str]:
    """Save one picture of the open page; return messages about its size."""
    page.emulate_media(color_scheme=shot.scheme)
    page.set_viewport_size({"width": shot.width, "height": 900})
    size = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollHeight]")
    area = {"x": 0, "y": 0, "width": shot.width, "height": min(max(size[1], 900), SHOWN)}
    page.screenshot(path=folder / shot.file, full_page=True, clip=area)
    label = f"{shot.kind}, {shot.width} px, {shot.scheme}, {shot.language}"
    problems = []
    if size[0] > shot.width:
        problems.append(f"{label}: {size[0]} px wide")
    if shot.width == max(WIDTHS) and size[1] > TALLEST:
        problems.append(f"{label}: {size[1]} px tall")
    return problems


def write_sheets(kinds: dict[str, str], folder: Path) -> None:
    """Write a page with the pictures of each kind, and one with a picture of every kind."""
    for kind, path in kinds.items():
        body = ""
        for scheme, language in product(SCHEMES, LANGUAGES):
            shots = [Shot(kind, width, scheme, language) for width in WIDTHS]
            body += f"<h2>{scheme}, {language}</h2><div>{''.join(map(to_figure, shots))}</div>"
        write_page(folder / to_page(kind), f"{kind}: {path}", body)
    body = ""
    for kind in kinds:
        shots = [Shot(kind, 1280, "light", "en"), Shot(kind, 1280, "dark", "ar")]
        shots += [Shot(kind, 390, "light", "fr"), Shot(kind, 390, "dark", "en")]
        link = f'<a href="{to_page(kind)}">{html.escape(kind)}</a>'
        body += f"<h2>{link}</h2><div>{''.join(map(to_figure, shots))}</div>"
    write_page(folder / "index.html", "Contact sheet", body)


def to_page(kind: str) -> str:
    """Return the name of the file with the pictures of one kind."""
    return re.sub(r"\W+", "-", kind) + ".html"


def to_figure(shot: Shot) -> str:
    """Return one picture as HTML, linked to its file."""
    return f'<figure><a href="{shot.file}"><img src="{shot.file}" alt="{shot.file}"></a></figure>'


def write_page(path: Path, title: str, body: str) -> None:
    """Write an HTML page of pictures."""
    head = f"<meta charset=utf-8><title>{html.escape(title)}</title><style>{STYLE}</style>"
    path.write_text(f"<!doctype html>{head}<h1>{html.escape(title)}</h1>{body}", encoding="utf-8")


if __name__ == "__main__":
    main()
