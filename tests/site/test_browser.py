"""The site in a real browser:
on wide and narrow screens, in dark mode, by keyboard, without JavaScript."""

import re

import pytest
import yaml
from conftest import COLORS, ROOT, axe_findings, follow, wait_until

from papersette.search.results import PAGE_SIZE

PATHS = yaml.safe_load((ROOT / "benchmarks" / "page_kinds.yml").read_text()) | {
    "text of a page": "/papers/pages/10001",
    "works": "/papers/works_with_versions",
    "citing": "/papers/papers_citing?name=Hinton%2C+G",
}
"""A page of each kind."""
IMPACTS = ("moderate", "serious", "critical")
"""Findings of axe that no page may have."""


def luminance(color):
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def faint_text(page):
    """Return {selector: colors} of text with too little contrast to the background."""
    background = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    colors = {
        selector: page.eval_on_selector_all(
            f"main {selector}", "found => found.map(e => getComputedStyle(e).color)"
        )
        for selector in ("h1", "p", "a:not(.button)")
    }
    return {
        selector: color
        for selector, found in colors.items()
        for color in found
        if abs(luminance(color) - background) <= 0.35
    }


UNLABELLED = """[...document.querySelectorAll(
    'header input[type=search], main form.search input[type=search], \
main form.find input:not([type=hidden])'
)].filter(field => !field.labels.length).length"""


@pytest.mark.slow
@pytest.mark.parametrize("name", PATHS)
def test_a_page_is_accessible_in_light_and_dark_and_fits_every_screen(visit, name):
    page = visit(PATHS[name], color_scheme="light", viewport={"width": 390, "height": 800})
    assert page.locator("h1").count() == 1
    assert page.evaluate(UNLABELLED) == 0
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert faint_text(page) == {}, scheme
    assert axe_findings(page, IMPACTS) == []
    page.emulate_media(color_scheme="dark")
    assert axe_findings(page, IMPACTS, COLORS) == []


def test_search_works_with_the_keyboard_only(visit):
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.focus("#q")
    page.keyboard.type('"anisotropic noise"')
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/search?q=*")
    assert "results" in page.inner_text("[role=status]")
    assert "anisotropic noise" in page.inner_text("mark >> nth=0").lower()


def test_search_works_without_javascript(visit):
    page = visit("/", java_script_enabled=False)
    page.fill("#q", "batch normalization")
    follow(page.locator("form.search button"))
    follow(page.locator("aside >> text=ICML 2019"))
    assert "venue=icml-2019" in page.url
    follow(page.locator("article.card h2 a").first)
    assert page.locator("#inside").count() == 1


def test_an_abstract_is_collapsed_and_expands_in_place(visit):
    page = visit(PATHS["results"])
    abstract = page.locator("article.card .abstract").first
    assert not abstract.is_visible()
    page.locator("article.card details:has(.abstract) summary").first.click()
    assert abstract.is_visible()


def test_a_passage_leads_to_its_page_of_the_pdf(visit, sample_site):
    reader = visit(PATHS["results"])
    follow(reader.locator(".passage a.page").first)
    path, _, page = reader.get_attribute("a[href*='#page=']", "href").partition("#page=")
    assert page.isdigit()
    answer = sample_site.get(path)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_search_all_shows_results_that_link_to_their_rows(visit):
    page = visit(PATHS["search all"])
    links = page.eval_on_selector_all(
        "#search-all-results li a", "found => found.map(e => e.getAttribute('href'))"
    )
    assert {link.split("/")[2] for link in links} == {"papers", "pages", "tags"}
    follow(page.locator("#search-all-results li a").first)
    assert "/papers/papers/" in page.url


def test_search_all_accepts_odd_input(visit):
    page = visit("/-/search")
    for q in ('"', "", "((", "🙂"):
        page.fill("#search-all-q", q)
        with page.expect_navigation():
            page.press("#search-all-q", "Enter")
        assert page.locator("h1").inner_text() == "Search all tables", q


def test_arabic_text_is_right_to_left_in_an_english_page(visit):
    page = visit(PATHS["paper without title"])
    assert page.evaluate("getComputedStyle(document.querySelector('.tldr')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"


def test_slash_focuses_the_search_box_and_j_and_k_move_between_results(visit):
    page = visit(PATHS["results"])
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator(".card h2 a").nth(1)
    assert second.evaluate("node => node === document.activeElement")
    page.keyboard.press("k")
    assert page.locator(".card h2 a").first.evaluate("node => node === document.activeElement")
    page.keyboard.press("/")
    assert page.locator("#q").evaluate("node => node === document.activeElement")


def test_typing_shows_suggestions(visit):
    page = visit("/")
    page.locator("#q").press_sequentially("generali")
    wait_until(page, "document.querySelectorAll('#q-suggestions option').length > 1")
    assert 'tag:"generalization"' in page.locator("#q-suggestions option").evaluate_all(
        "all => all.map(one => one.value)"
    )


def test_typing_a_cited_name_suggests_the_query_that_finds_its_papers(visit):
    page = visit("/")
    page.locator("#q").press_sequentially("bengio")
    wait_until(page, "document.querySelectorAll('#q-suggestions option').length > 0")
    options = page.locator("#q-suggestions option").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.value, one.label]))"
    )
    assert options['cites:"Bengio, Y"'] == "Bengio, Y – Cited name (12)"
    page.locator("#q").fill('cites:"Bengio, Y"')
    follow(page.locator("form.search button"))
    assert page.inner_text("[role=status]").endswith("11 results")
    assert "grouped (1 hidden)" in page.inner_text(".results")
    assert "bengio" in page.inner_text(".card .passage mark >> nth=0").lower()
    assert page.inner_text(".card .where-in >> nth=0") == "cited in the references"


def test_a_mentioned_dataset_shows_the_sentence_of_its_first_mention(visit):
    page = visit("/papers/search?q=dataset:mnist")
    assert page.locator(".card").count() == page.locator(".card:has(.passage mark)").count() == 7
    assert page.inner_text(".card .where-in >> nth=0") == "first mention"


def test_explaining_the_ranking_shows_scores_and_matched_fields(visit):
    page = visit("/papers/search?q=anisotropic+noise&page=1")
    assert page.locator(".explanation").count() == 0
    page.locator(".options summary").click()
    follow(page.locator("text=Explain the ranking"))
    shown = page.inner_text(".explanation >> nth=0")
    assert "words next to or near each other: 6" in shown
    assert re.search(r"anisotropic: .*title.*text", shown)
    page.locator(".options summary").click()
    follow(page.locator("text=Hide the explanation"))
    assert page.locator(".explanation").count() == 0


@pytest.mark.parametrize("path", ["venues/v", "tags/pruning"])
def test_the_papers_of_a_row_go_on_in_their_search(visit, rated_site, path):
    page = visit(f"/papers/{path}", rated_site)
    ids = "found => found.map(card => card.dataset.paper)"
    seen = page.eval_on_selector_all(".card", ids)
    assert len(seen) == PAGE_SIZE
    while page.locator("a[rel=next]").count():
        follow(page.locator("a[rel=next]"))
        seen += page.eval_on_selector_all(".card", ids)
    assert "/papers/search?" in page.url
    assert len(seen) == len(set(seen)) == (60 if path == "venues/v" else 30)


@pytest.mark.parametrize("has_javascript", [True, False])
def test_searching_inside_a_paper_shows_its_pages_in_order(visit, has_javascript):
    page = visit("/papers/papers/H1M7soActX", java_script_enabled=has_javascript)
    page.fill("#inside-q", "anisotropic noise")
    follow(page.locator("main form.find button").first)
    passages = page.locator("ol.passages li")
    assert page.inner_text("[role=status]").startswith(f"{passages.count()} matching page")
    pages = [int(text.split()[-1]) for text in passages.locator(".page").all_inner_texts()]
    assert len(pages) > 1
    assert pages == sorted(pages)
    assert all("noise" in text.lower() for text in passages.all_inner_texts())
    page.fill("#inside-q", "nosuchword")
    follow(page.locator("main form.find button").first)
    assert page.inner_text("[role=status]") == "No page of this paper contains: nosuchword"


def test_a_facet_filters_results_and_its_chip_removes_the_filter(visit):
    page = visit("/papers/search?q=noise")
    before = page.locator(".card").count()
    follow(page.locator("aside a", has_text="Mila publications"))
    assert 0 < page.locator(".card").count() < before
    follow(page.locator(".chips a"))
    assert page.locator(".card").count() == before


def test_each_term_of_a_query_has_a_chip_that_removes_it(visit):
    page = visit('/papers/search?q="batch normalization" noise -lstm')
    assert page.locator(".chip").all_inner_texts() == [
        '"batch normalization" ✕',
        "noise ✕",
        "-lstm ✕",
    ]
    follow(page.locator(".chip", has_text="noise"))
    assert page.locator("#q").input_value() == '"batch normalization" -lstm'


def test_links_change_how_words_must_match(visit):
    page = visit("/papers/search?q=batch+noise")
    counts = {}
    for reading in ("exact phrase", "any word"):
        page.locator(".options summary").click()
        follow(page.locator(".options a", has_text=reading))
        counts[reading] = page.locator("#q").input_value()
    assert counts == {"exact phrase": '"batch noise"', "any word": "batch OR noise"}


def test_more_passages_of_a_paper_expand_in_place(visit):
    page = visit("/papers/search?q=noise")
    card = page.locator(".card", has=page.locator("details.passages")).first
    before = card.locator(".passage").count()
    card.locator("details.passages summary").click()
    wait_until(page, "document.querySelectorAll('details.passages .passage').length > 0")
    assert card.locator(".passage").count() > before == 1
    assert card.locator("details.passages mark").count() > 0


def test_typing_filters_the_values_of_a_facet_and_clearing_restores_them(visit):
    page = visit("/papers/search")
    author = page.locator("aside details", has=page.locator("h2", has_text="Author"))
    if author.get_attribute("open") is None:
        author.locator("summary").click()
    names = author.locator("li a:not(.not)")
    most_frequent = names.all_inner_texts()
    author.locator("input[name=named]").fill("arpi")
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(names.filter(has_not_text=re.compile("arpi", re.IGNORECASE))).to_have_count(0)
    expect(names).not_to_have_count(0)
    author.locator("input[name=named]").fill("")
    expect(names).to_have_text(most_frequent)


def test_without_javascript_the_values_of_a_facet_have_a_page(visit):
    page = visit("/papers/search?q=noise", java_script_enabled=False)
    author = page.locator("aside details", has=page.locator("h2", has_text="Author"))
    if author.get_attribute("open") is None:
        author.locator("summary").click()
    follow(author.get_by_role("button", name="more"))
    assert "facet=author" in page.url
    follow(page.locator(".values a").first)
    assert "author=" in page.url
    assert page.locator(".card").count() > 0


@pytest.mark.parametrize("name", ["home", "results", "paper", "session", "term", "about"])
def test_arabic_pages_are_right_to_left_and_fit_every_screen(visit, name):
    page = visit(PATHS[name], locale="ar")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    heading = page.locator("h2:not(.unseen)").first
    assert heading.evaluate("node => getComputedStyle(node).textAlign") in {"right", "start"}
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_lines_of_a_card_begin_on_the_side_of_its_title_in_an_arabic_page(visit):
    page = visit(PATHS["results"], locale="ar")
    first = page.locator(".card").filter(has=page.locator(".passage")).first
    left = [
        first.locator(selector).first.evaluate("node => node.getBoundingClientRect().left")
        for selector in ("h2 a", ".by > *", ".links > *", ".tags > *")
    ]
    assert max(left) - min(left) < 10
    assert first.evaluate("node => getComputedStyle(node).direction") == "ltr"


def test_the_heading_of_a_paper_is_on_the_side_where_lines_begin(visit):
    for locale, side in (("en", "left"), ("ar", "right")):
        heading = visit(PATHS["paper"], locale=locale).locator("h1")
        assert heading.evaluate("node => getComputedStyle(node).textAlign") == side


@pytest.mark.parametrize(
    ("locale", "search", "cite"), [("en", "Search", "Cite"), ("ar", "بحث", "الاستشهاد")]
)
def test_a_visitor_gets_from_home_to_a_paper_and_its_bibtex(visit, locale, search, cite):
    page = visit("/", locale=locale)
    page.locator("#q").fill("noise")
    follow(page.get_by_role("button", name=search, exact=True))
    follow(page.locator("aside a", has_text="ICLR 2019"))
    follow(page.locator(".card h2 a").first)
    page.get_by_role("button", name=cite).click()
    page.wait_for_selector(".bibtex pre")
    assert page.inner_text(".bibtex pre").startswith("@")
    with page.expect_download() as download:
        page.locator(".links a", has_text="BibTeX").click()
    assert download.value.suggested_filename.endswith(".bib")


def test_cite_shows_bibtex_to_copy_and_hides_it_again(visit):
    page = visit("/papers/search?q=noise")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cite = page.locator(".card a.cite").nth(1)
    cite.click()
    page.wait_for_selector(".bibtex pre")
    entry = page.locator(".card").nth(1).locator(".bibtex")
    paper_id = page.locator(".card").nth(1).get_attribute("data-paper")
    entry.get_by_role("button", name="Copy").click()
    entry.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@")
    assert copied == entry.locator("pre").inner_text()
    assert (
        copied
        in page.request.get(
            str(page.url).split("/papers/")[0] + f"/papers/papers/{paper_id}.bib?_nocol=abstract"
        ).text()
    )
    assert "abstract" not in copied
    cite.click()
    assert not entry.is_visible()
    assert cite.get_attribute("aria-expanded") == "false"


def test_stars_make_a_reading_list_that_is_stored_and_has_a_url(visit):
    page = visit("/papers/search?q=noise")
    link = page.locator("header a.reading-list")
    assert not link.is_visible()
    stars = page.locator(".card .star")
    ids = page.eval_on_selector_all(".card", "found => found.map(card => card.dataset.paper)")
    for n in (1, 0, 2):
        stars.nth(n).click()
    stars.nth(2).click()
    assert [stars.nth(n).get_attribute("aria-pressed") for n in range(3)] == [
        "true",
        "true",
        "false",
    ]
    page.reload()
    assert link.inner_text() == "Reading list (2)"
    follow(link)
    assert page.eval_on_selector_all(".card", "found => found.map(card => card.dataset.paper)") == [
        ids[1],
        ids[0],
    ]
    with page.expect_download() as download:
        page.locator(".exports a", has_text="BibTeX").click()
    assert download.value.suggested_filename == "reading_list.bib"
