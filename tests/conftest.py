"""Real parts for the tests: small PDFs, built databases, a served Datasette, a browser."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import yaml
from datasette.app import Datasette

ROOT = Path(__file__).parent.parent
METADATA = yaml.safe_load((ROOT / "metadata.yml").read_text())["databases"]["papers"]
"""What metadata.yml says of the database."""
DATA = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
"""Foreign data, never part of the project; tests that want it skip where it is missing."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


def make_pdf(path: Path, pages: list[list[str]]) -> Path:
    """Write a PDF with the given lines on each page, in Helvetica: the least a PDF can be."""
    objects: list[bytes] = [
        b"",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for lines in pages:
        shown = " ".join(f"({_escape(line)}) Tj T*" for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 60 780 Td {shown} ET".encode("cp1252")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % len(objects)
        )
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    path.write_bytes(_assemble(objects))
    return path


def _escape(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _assemble(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(
        out
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    )


def run_build(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run build_db.py as a user does; warnings are errors."""
    command = [sys.executable, "-W", "error", str(ROOT / "build_db.py"), *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )


def build_database(folder: Path, catalog: str) -> Path:
    """Build a catalog given as text, with its data in `folder`, into papers.db there."""
    (folder / "catalog.yml").write_text(catalog, encoding="utf-8")
    built = run_build(
        folder / "catalog.yml",
        "--data",
        folder,
        "--db",
        folder / "papers.db",
        "--cache",
        folder / "cache",
    )
    assert built.returncode == 0, built.stderr
    return folder / "papers.db"


@contextlib.contextmanager
def serve(
    database: Path, folder: Path, *options: str, metadata: Path = ROOT / "metadata.yml"
) -> Iterator[httpx.Client]:
    """Serve a database with this project's metadata, plugins and templates, as `make serve` does; give a client of it."""
    (folder / "metadata.yml").symlink_to(metadata)
    for name in ("settings.json", "plugins", "templates", "static"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(database, folder / "papers.db")
    shutil.copy(database.with_name("inspect-data.json"), folder / "inspect-data.json")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", str(folder), "--port", str(port)]
    command += [
        "--static",
        f"pdf:{ROOT / 'data/sample/pdf'}",
        "--static",
        f"static:{ROOT / 'static'}",
        *options,
    ]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                _wait_for(client, process, folder / "log")
                yield client
        finally:
            process.terminate()


def _wait_for(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            client.get("/-/versions.json")
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail("Datasette did not start: " + log.read_text()[-2000:])


@pytest.fixture(scope="session")
def sample_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded sample, built from nothing."""
    folder = tmp_path_factory.mktemp("sample")
    built = run_build("--db", folder / "papers.db", "--cache", folder / "cache")
    assert built.returncode == 0, built.stderr
    return folder / "papers.db"


@pytest.fixture(scope="session")
def sample_site(
    sample_db: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with serve(sample_db, tmp_path_factory.mktemp("site")) as client:
        yield client


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Build a catalog given as text, with data in tmp_path, into tmp_path/papers.db."""

    def run(text: str, *more: object) -> subprocess.CompletedProcess[str]:
        (tmp_path / "catalog.yml").write_text(text, encoding="utf-8")
        places = ("--data", tmp_path, "--db", tmp_path / "papers.db", "--cache", tmp_path / "cache")
        return run_build(tmp_path / "catalog.yml", *places, *more)

    return run


def foreign(name: str) -> Path:
    """A file of the foreign data; skips the test where it is not there."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {name} of the foreign data: set PAPERSETTE_DATA to its folder")
    return path


def chromium() -> str:
    """Where the browser is; skips the test where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs a browser: install Chromium (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def browser():
    path = chromium()
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: pip install -r requirements-dev.txt"
    )
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def visit(browser, sample_site):
    """Open a path of the sample's site, or of another; every error of a page fails the test, and every request to elsewhere."""
    contexts, errors = [], []

    def go(path, site=sample_site, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        home = str(site.base_url).rstrip("/")
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                asked.url.startswith((home, "data:", "blob:")) or errors.append(asked.url)
            ),
        )
        page.goto(home + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert errors == []


HOSTILE = "</script><script>window.hacked = 1</script>"
RATED = "\n".join(
    ["title,year,ratings,decision,tags,abstract"]
    + [f"{HOSTILE if n == 1 else f'Hedges in {n}'},{1990 + n % 30},{n % 9 + 1};{n % 5 + 3},{'Accept' if n % 3 else 'Reject'},{tag},{tag} of {n}"
       for n in range(60) for tag in [("pruning" if n % 2 else "garden shears")]]
)  # fmt: skip


@pytest.fixture(scope="module")
def rated_site(tmp_path_factory):
    """Papers of thirty years, with ratings; one has a title that would run as a script."""
    folder = tmp_path_factory.mktemp("rated")
    (folder / "rated.csv").write_text(RATED)
    catalog = "title: Rated\nsources:\n  - {kind: table, file: rated.csv, venue: {venue_id: v, name: Gardens, kind: conference}}\n"
    with serve(build_database(folder, catalog), tmp_path_factory.mktemp("ratedsite")) as client:
        yield client


def rows(site, query, /, **given):
    """The rows of a canned query of a served site."""
    answer = site.get(f"/papers/{query}.json", params={"_shape": "array", "_size": "max", **given})
    assert answer.status_code == 200, answer.text
    return answer.json()


def query(db, sql):
    """The rows that a database file answers with."""
    with contextlib.closing(sqlite3.connect(db)) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def ask(sample_db):
    """Asks a Datasette made with these settings for pages, in a thread: the browser of other tests keeps a loop in this one."""

    def ask(*paths, settings=(), metadata=None):
        metadata = metadata or yaml.safe_load((ROOT / "metadata.yml").read_text())
        folders = {"plugins_dir": str(ROOT / "plugins"), "template_dir": str(ROOT / "templates")}
        site = Datasette(
            [], immutables=[sample_db], metadata=metadata, settings=dict(settings), **folders
        )

        async def get():
            return [await site.client.get(path) for path in paths]

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, get()).result()

    return ask
