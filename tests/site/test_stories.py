"""Four readers come for something and leave with it, in English, French and Arabic.

The tests follow links and fill forms as a reader does; other files test each page by itself.
"""

import contextlib
import csv
import re
import shutil

import pytest
from babel.messages.pofile import read_po
from conftest import ROOT, axe_findings, build_here, follow, serve, visiting

from papersette.proposals import new_catalog

LOCALES = ["en", "fr", "ar"]
PHONE = {"width": 390, "height": 844}
BIB = """@inproceedings{swalp, \
title={{SWALP}: Stochastic Weight Averaging in Low-Precision Training},
  author={Guandao Yang and Tianyi Zhang}, booktitle={Averaging 2019}, year={2019}}
@inproceedings{unread, title={A paper without a file}, author={Ada Keeper}, \
booktitle={Averaging 2019}, year={2019}}
"""

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("locale", LOCALES)]


def translate(locale, text):
    """Return a text of the interface in a language."""
    if locale == "en":
        return text
    with (ROOT / f"locales/{locale}.po").open("rb") as file:
        return read_po(file).get(text).string


def read_download(page, link):
    """Follow a link to a file; return its name and its text."""
    with page.expect_download() as download:
        link.click()
    return download.value.suggested_filename, download.value.path().read_text("utf-8-sig")


def check_language(page, locale):
    assert page.get_attribute("html", "lang") == locale
    assert page.evaluate("getComputedStyle(document.body).direction") == (
        "rtl" if locale == "ar" else "ltr"
    )


def test_a_researcher_finds_the_page_on_which_a_technique_is_used_and_cites_the_paper(
    visit, locale
):
    page = visit("/", locale=locale)
    check_language(page, locale)
    page.fill("#q", '"anisotropic noise"')
    follow(page.get_by_role("button", name=translate(locale, "Search"), exact=True))
    card = page.locator(".card").first
    assert "anisotropic noise" in card.locator(".passage").inner_text().casefold()
    title = card.locator("h2").inner_text()
    follow(card.locator(".passage a.page"))
    check_language(page, locale)
    assert "/read?page=" in page.url
    assert page.locator("svg rect.passage, svg rect.word").count() > 0
    follow(page.locator("h1 a"))
    assert page.inner_text("h1") == title
    page.get_by_role("button", name=translate(locale, "Cite")).first.click()
    page.wait_for_selector(".bibtex pre")
    assert page.inner_text(".bibtex pre").startswith("@")


def test_a_researcher_sees_the_reference_that_cites_a_name(visit, locale):
    page = visit("/", locale=locale)
    page.fill("#q", 'cites:"Diederik Kingma"')
    page.press("#q", "Enter")
    page.wait_for_url("**q=cites*")
    for card in page.locator(".card").all():
        assert "Kingma" in card.locator(".passage").inner_text()
    assert page.locator(".card").count() > 0


@pytest.fixture(scope="module")
def own_site(once, tmp_path_factory):
    """The site of an organiser with a folder of PDFs and a .bib: init, then a build."""

    def fill(folder):
        papers = folder / "papers"
        papers.mkdir()
        (papers / "papers.bib").write_text(BIB)
        shutil.copy(next((ROOT / "data/sample/pdf").rglob("swalp.pdf")), papers / "averaging.pdf")
        paths = ("--db", str(folder / "papers.db"), "--cache", str(folder / "cache"))
        with contextlib.redirect_stdout(None):
            new_catalog.main([str(papers), *paths, "--yes", "--jobs", "1"])
        built = build_here(papers / "catalog.yml", *paths)
        assert built.returncode == 0, built.stderr

    database = once("own", fill) / "papers.db"
    with serve(database, tmp_path_factory.mktemp("ownsite")) as client:
        yield client


def test_an_organiser_publishes_a_folder_and_reads_what_is_missing(browser, own_site, locale):
    with visiting(browser, own_site) as visit:
        page = visit("/", locale=locale)
        check_language(page, locale)
        assert page.locator("dl.figures dd").first.inner_text() in {"2", "٢"}
        follow(page.locator("nav a[href='/papers'], footer a[href='/papers']").first)
        follow(page.locator("main a[href*='papers_missing_something']").first)
        assert "A paper without a file" in page.inner_text("main")
        page.goto(page.url.split("/papers/")[0] + "/papers/search?q=stochastic+weight+averaging")
        assert "SWALP" in page.locator(".card h2").first.inner_text()


def test_an_analyst_gets_from_a_question_to_a_table_its_file_and_its_sql(visit, locale):
    page = visit("/papers", locale=locale)
    check_language(page, locale)
    follow(page.locator("main a[href$='/papers/phrase_by_venue']").first)
    page.fill("#field-phrase", "batch normalization, dropout")
    follow(page.get_by_role("button", name=translate(locale, "Show"), exact=True))
    rows = page.locator("main tbody tr").count()
    assert rows > 1
    name, text = read_download(page, page.locator(".downloads a", has_text="CSV").first)
    assert name.endswith(".csv")
    phrases = {row["phrase"] for row in csv.DictReader(text.splitlines())}
    assert phrases == {"batch normalization", "dropout"}
    follow(page.locator(".downloads a[href*='/papers?sql=']"))
    assert page.input_value("#sql-editor").startswith("with requested as")
    assert page.locator("main tbody tr").count() > 1


def test_a_phone_user_filters_a_search_and_reads_the_page_without_scrolling_sideways(visit, locale):
    page = visit("/", locale=locale, viewport=PHONE, has_touch=True)
    fits(page)
    page.fill("#q", "noise")
    follow(page.get_by_role("button", name=translate(locale, "Search"), exact=True))
    fits(page)
    page.locator(".show-facets").tap()
    with page.expect_navigation():
        page.locator("aside.facets a", has_text="ICLR 2019").first.tap()
    fits(page)
    assert re.search(r"\(.\)", page.locator(".show-facets").inner_text()), "one filter is chosen"
    with page.expect_navigation():
        page.locator(".card .passage a.page").first.tap()
    fits(page)
    with page.expect_navigation():
        page.locator("h1 a").tap()
    fits(page)
    assert axe_findings(page, ("moderate", "serious", "critical")) == []


def fits(page):
    """Assert that a page is no wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
