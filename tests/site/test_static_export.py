"""The publication as plain files:
every link resolves, the search runs in a browser, data is complete."""

import contextlib
import csv
import functools
import http.server
import json
import re
import sqlite3
import threading
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
import pytest
from conftest import follow, run_build, visiting

from papersette.site.static_names import Names

pytestmark = pytest.mark.slow

pytest.importorskip("pagefind", reason="pip install -r requirements-dev.txt")


@pytest.fixture(scope="module")
def exported(once, sample_db):
    """The sample as a static site."""

    def fill(folder):
        done = run_build("export-site", folder / "site", "--db", sample_db)
        assert done.returncode == 0, done.stderr

    return once("static", fill) / "site"


@pytest.fixture(scope="module")
def odd_export(once, tmp_path_factory, odd_site):
    """The papers with hostile titles and strange ids as a static site."""

    def fill(folder):
        (folder / "papers.db").write_bytes(odd_site.get("/papers.db").content)
        done = run_build("export-site", folder / "site", "--db", folder / "papers.db")
        assert done.returncode == 0, done.stderr

    return once("odd-static", fill) / "site"


def pages_of(folder):
    return sorted(path for path in folder.rglob("*.html") if "pagefind" not in path.parts)


def links_of(path):
    """Yield the addresses that a page links to or loads."""
    tree = lxml.html.parse(path).getroot()
    for element, _, address, _ in tree.iterlinks():
        yield element.tag, address
    for script in tree.xpath("//script[@type='application/json']"):
        for row in json.loads(script.text)["rows"]:
            if "href" in row:
                yield "a", row["href"]


@pytest.mark.parametrize("site", ["exported", "odd_export"])
def test_every_internal_link_leads_to_a_file_and_an_anchor(site, request):
    folder = request.getfixturevalue(site)
    pages, broken, ids = pages_of(folder), [], {}
    assert len(pages) > 10
    for page in pages:
        here = page.relative_to(folder).as_posix()
        for tag, address in links_of(page):
            assert not address.startswith("/"), (here, address)
            assert not address.startswith("javascript:"), (here, address)
            if urlsplit(address).scheme:
                assert tag == "a", f"{here} loads {address}"
                continue
            target = urlsplit(urljoin(f"http://x/{here}", address))
            file = folder / unquote(target.path).lstrip("/")
            if not address or not file.is_file():
                broken.append((here, address))
            elif target.fragment:
                found = ids.setdefault(file, set(re.findall(r'id="([^"]+)"', file.read_text())))
                if target.fragment not in found:
                    broken.append((here, address))
    assert broken == []


def test_every_paper_tag_author_and_session_has_a_page_that_is_linked_to(exported, sample_db):
    linked = {
        (page.parent / address.partition("#")[0]).resolve()
        for page in pages_of(exported)
        for _, address in links_of(page)
        if not urlsplit(address).scheme
    }
    assert [page for page in pages_of(exported) if page.resolve() not in linked] == []
    with sqlite3.connect(sample_db) as conn:
        for kind in ("papers", "tags", "authors", "sessions"):
            (count,) = conn.execute(f"select count(*) from {kind} where 1").fetchone()
            files = [path for path in (exported / kind).glob("*.html") if path.stem != "index"]
            assert len(files) == count > 0, kind


def test_the_tables_are_complete_as_csv_and_json(exported, sample_db):
    with sqlite3.connect(sample_db) as conn:
        conn.row_factory = sqlite3.Row
        for table in ("papers", "pages", "citations", "paper_tags", "problems"):
            rows = [dict(row) for row in conn.execute(f"select * from {table}")]
            assert json.loads((exported / f"data/{table}.json").read_text()) == rows
            with (exported / f"data/{table}.csv").open(encoding="utf-8-sig", newline="") as lines:
                assert len(list(csv.DictReader(lines))) == len(rows) > 0


def test_no_page_has_a_form_that_needs_a_server_or_may_run_inline_scripts(exported):
    for page in pages_of(exported):
        tree = lxml.html.parse(page).getroot()
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
        assert "script-src 'self'" in policy
        assert tree.xpath("//script[not(@src) and @type!='application/json']") == []
        assert all(form.get("method", "get") == "get" for form in tree.xpath("//form"))
        targets = {form.get("action") for form in tree.xpath("//form")}
        assert targets <= {None, "search.html"}, page


def test_hostile_titles_are_text(odd_export):
    pages = [page.read_text() for page in pages_of(odd_export)]
    assert any("&lt;script&gt;alert" in html for html in pages)
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html


@dataclass
class Static:
    """A served folder, as `visiting` wants a site."""

    base_url: str


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Static(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Print nothing."""


def test_the_full_text_is_searched_in_the_browser_without_any_server_of_ours(browser, exported):
    with served(exported) as site, visiting(browser, site) as visit:
        page = visit("/")
        refused = []
        page.on("console", lambda m: "Security Policy" in m.text and refused.append(m.text))
        page.fill("#q", "anisotropic noise")
        follow(page.locator("form.find button"))
        page.wait_for_selector("article.card")
        titles = page.locator("article.card h2").all_text_contents()
        assert any("Anisotropic Noise" in title for title in titles)
        found = int(re.search(r"\d+", page.locator("#count").text_content())[0])
        assert len(titles) == min(found, 10) > 0
        assert page.locator("article.card mark").count() > 0
        assert not re.search(r"</mark>\w", page.locator("#results").inner_html())
        assert refused == []
        link = page.locator("article.card a.page").first
        assert "#page-" in link.get_attribute("href")
        follow(link)
        assert "noise" in page.locator("main").inner_text().lower()


def test_a_chart_is_drawn_without_the_site(browser, exported):
    (name, *_) = sorted(path.name for path in (exported / "charts").glob("tags_*.html"))
    with served(exported) as site, visiting(browser, site) as visit:
        page = visit(f"/charts/{name}")
        page.wait_for_selector(".plot svg, .plot canvas")


def test_without_text_no_text_is_published_and_the_search_finds_abstracts(sample_db, tmp_path):
    done = run_build("export-site", tmp_path / "site", "--db", sample_db, "--no-text")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "site/text").exists()
    assert not (tmp_path / "site/data/pages.csv").exists()
    assert (tmp_path / "site/pagefind/pagefind.js").is_file()


def test_a_folder_of_something_else_is_not_replaced(sample_db, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    done = run_build("export-site", tmp_path, "--db", sample_db)
    assert done.returncode == 1
    assert "is not empty, and no earlier export" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "mine"
    done = run_build("export-site", tmp_path / "new", "--db", tmp_path / "no.db")
    assert (done.returncode, "there is no such file" in done.stderr) == (1, True)


def test_names_that_differ_in_case_only_get_files_of_their_own():
    names = Names({"papers": ["B1x", "b1X", "index", "a/b", "x" * 300, "x" * 299 + "y"]})
    paths = [names.path("papers", key) for key in ("B1x", "b1X", "index", "a/b")]
    assert paths == [
        "papers/B1x.html",
        "papers/b1X~2.html",
        "papers/index~.html",
        "papers/a~2Fb.html",
    ]
    assert names.path("papers", "x" * 300) != names.path("papers", "x" * 299 + "y")
    assert names.path("papers", "nosuch") is None
