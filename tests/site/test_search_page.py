"""The search page in a browser: cards, controls, filters, keyboard, and how large pages are."""

import re

import pytest
from conftest import axe_findings, follow, page, query, visiting, wait_until

NARROW = {"width": 390, "height": 800}
TALLEST, LARGEST = 4_000, 250_000
"""Pixels of a page on a desktop, and bytes of its HTML."""


def tops(opened, *selectors):
    """Return the upper edges of the first element of each selector."""
    boxes = [opened.locator(selector).first.bounding_box() for selector in selectors]
    return [round(box["y"]) for box in boxes]


def test_a_card_shows_title_facts_passage_actions_and_tags_in_this_order(visit):
    opened = visit("/papers/search?q=noise")
    card = opened.locator(".card").first
    parts = ("h2", ".by", ".passage", ".links", ".tags")
    edges = [card.locator(part).first.bounding_box() for part in parts]
    assert [box["y"] for box in edges] == sorted(box["y"] for box in edges)
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    by, passage = (card.locator(part).evaluate(size) for part in (".by", ".passage"))
    assert passage > by
    assert card.locator(".passage .page").count() == 1
    actions = [box["y"] for box in (one.bounding_box() for one in card.locator(".links > *").all())]
    assert max(actions) - min(actions) < 12, "one line"


def test_one_line_of_controls_is_above_the_first_hit(visit):
    opened = visit("/papers/search?q=noise")
    count, controls, hit = tops(opened, ".count", ".controls", ".card")
    assert abs(count - controls) < 12
    assert controls < hit
    assert opened.locator(".controls").bounding_box()["height"] < 40


@pytest.mark.parametrize("has_javascript", [True, False])
def test_exports_are_behind_a_button_that_opens_them(visit, has_javascript):
    opened = visit("/papers/search?q=noise", java_script_enabled=has_javascript)
    link = opened.locator(".exports a", has_text="BibTeX")
    assert not link.is_visible()
    opened.locator(".exports summary").click()
    with opened.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(".bib")


def test_menus_close_on_escape_and_when_another_opens(visit):
    opened = visit("/papers/search?q=noise")
    opened.locator(".exports summary").click()
    opened.locator(".options summary").click()
    wait_until(opened, "document.querySelectorAll('details.menu[open]').length === 1")
    opened.keyboard.press("Escape")
    opened.locator("details.menu[open]").wait_for(state="detached")


@pytest.mark.parametrize("has_javascript", [True, False])
def test_filters_are_beside_the_results_on_wide_screens_and_behind_a_button_on_narrow_ones(
    visit, has_javascript
):
    opened = visit(
        "/papers/search?q=noise&tag=optimization&year=2019", java_script_enabled=has_javascript
    )
    aside, hits = (opened.locator(part).bounding_box() for part in ("aside.facets", ".hits"))
    assert aside["x"] >= hits["x"] + hits["width"]
    assert abs(aside["y"] - hits["y"]) < 200
    button = opened.locator(".show-facets")
    assert not button.is_visible()
    opened.set_viewport_size(NARROW)
    assert not opened.locator("aside.facets").is_visible()
    assert button.inner_text() == "Filters (2)"
    assert button.bounding_box()["y"] < NARROW["height"], "on the first screen"
    button.click()
    assert opened.locator("aside.facets").is_visible()
    follow(opened.locator("aside.facets a.chosen").first)
    assert opened.locator(".show-facets").inner_text() == "Filters (1)"


def test_chosen_filters_are_chips_with_their_labels_that_remove_them(visit):
    opened = visit("/papers/search?q=noise&author=devansh-arpit")
    chip = opened.locator(".chips a")
    assert chip.inner_text() == "Author: Devansh Arpit ✕"
    follow(chip)
    assert "author=" not in opened.url


@pytest.mark.parametrize(
    "q", ["noise", "batch normalization", "nosuchword noise", '"batch normalization" -lstm']
)
def test_the_first_result_is_within_two_tabs_of_the_search_box(visit, q):
    opened = visit(f"/papers/search?q={q}")
    opened.focus("#q")
    reached = []
    for _ in range(2):
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate("document.activeElement.closest('.card h2') !== null"))
    assert any(reached)


def test_a_question_mark_lists_the_shortcuts_and_escape_closes_them(visit):
    opened = visit("/papers/search?q=noise")
    opened.keyboard.press("?")
    dialog = opened.locator("dialog[open]")
    assert dialog.locator("dt").all_inner_texts() == ["/", "j", "k", "?"]
    assert dialog.evaluate("node => node.contains(document.activeElement)")
    opened.keyboard.press("Escape")
    opened.locator("dialog").wait_for(state="detached")


def test_without_javascript_the_shortcuts_are_listed_in_the_footer(visit):
    opened = visit("/", java_script_enabled=False)
    opened.locator("footer .shortcuts summary").click()
    assert opened.locator("footer .shortcuts dt").first.is_visible()


def test_a_passage_keeps_the_direction_of_its_language_on_an_arabic_page(visit):
    opened = visit("/papers/search?q=noise", locale="ar")
    direction = "node => getComputedStyle(node).direction"
    assert opened.locator(".hits").evaluate(direction) == "rtl"
    assert opened.locator(".passage").first.evaluate(direction) == "ltr"


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/papers/search?q=noise&tag=optimization&explain=1",
        "/papers/search?q=qwertyuiop",
        "/papers/search_facets?q=noise&facet=author",
        "/-/search?q=noise",
    ],
)
def test_pages_of_the_search_have_no_moderate_findings_with_everything_open(visit, path, width):
    opened = visit(path, viewport={"width": width, "height": 800})
    assert axe_findings(opened, ("moderate", "serious", "critical")) == []
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert axe_findings(opened, ("moderate", "serious", "critical")) == []


# /papers/papers


def test_papers_is_the_search_without_a_query(sample_site):
    html = page(sample_site, "/papers/papers")
    assert 'class="search-page"' in html
    assert 'aria-current="page">Papers<' in html
    narrowed = page(sample_site, "/papers/papers", year=2021)
    assert '<b>1</b> result' in narrowed  # fmt: skip


@pytest.mark.parametrize(
    "asked", ["_view=table", "_sort=title", "title__contains=noise", "_search=noise", "_size=2"]
)
def test_the_rows_of_papers_are_a_table_where_anything_of_them_is_asked(sample_site, asked):
    html = sample_site.get(f"/papers/papers?{asked}").text
    assert "rows-and-columns" in html
    assert "search-page" not in html


def test_the_table_of_papers_is_one_click_from_the_search(visit):
    opened = visit("/papers/papers")
    opened.locator(".options summary").click()
    follow(opened.locator("text=All papers as a table"))
    assert opened.locator("table.rows-and-columns").count() == 1


def test_papers_as_json_and_csv_are_rows_of_the_table(sample_site):
    rows = sample_site.get("/papers/papers.json?_shape=array&_size=3").json()
    assert "page_count" in rows[0]
    assert "page_count" in sample_site.get("/papers/papers.csv?_size=3").text.partition("\n")[0]


# Size

UNASKED = [
    "/",
    "/papers/papers",
    "/papers/search?q=learning",
    "/papers/search?q=batch+normalization",
    "/papers/search_facets?q=&facet=tag",
    "/papers/search_facets?q=&facet=cited",
    "/-/search?q=learning",
]


def check_size(visit, site, path):
    assert len(site.get(path).content) <= LARGEST
    opened = visit(path, site)
    assert opened.evaluate("document.documentElement.scrollHeight") <= TALLEST
    assert opened.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("path", UNASKED)
def test_no_page_of_the_sample_is_large_or_tall(visit, sample_site, path):
    check_size(visit, sample_site, path)


@pytest.mark.parametrize("path", UNASKED)
def test_no_page_of_iclr_2019_is_large_or_tall(browser, iclr_site, path):
    with visiting(browser, iclr_site) as visit:
        check_size(visit, iclr_site, path)


def test_close_stays_above_the_filters_of_a_phone_and_covers_what_is_behind_it(visit):
    opened = visit("/papers/search", viewport={"width": 390, "height": 400})
    opened.locator(".show-facets").click()
    filters, close = opened.locator("#filters"), opened.locator("#filters > button")
    filters.evaluate("panel => panel.scrollTo(0, 60)")
    panel, bar = filters.bounding_box(), close.bounding_box()
    assert filters.evaluate("panel => panel.scrollTop") == 60
    assert bar["y"] - panel["y"] <= 1  # the border
    text = panel["width"] - 32
    assert bar["width"] >= text
    assert close.evaluate("bar => getComputedStyle(bar).backgroundColor") == filters.evaluate(
        "panel => getComputedStyle(panel).backgroundColor"
    )
    opened.locator("#filters a").last.focus()
    opened.locator("#filters summary").first.focus()
    first = opened.locator("#filters summary").first.bounding_box()
    assert first["y"] >= bar["y"] + bar["height"]


@pytest.mark.parametrize("locale", ["en", "fr", "ar"])
def test_a_phone_user_gets_from_home_to_a_passage_without_javascript(visit, locale):
    opened = visit("/", viewport=NARROW, locale=locale, java_script_enabled=False)
    opened.fill("#q", "noise")
    follow(opened.locator("form.search button"))
    opened.locator(".show-facets").click()
    follow(opened.locator("aside.facets a", has_text="ICLR 2019"))
    assert "(1)" in opened.locator(".show-facets").inner_text()
    assert opened.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    first = opened.locator(".card").first
    assert first.locator(".passage mark").count() > 0
    follow(first.locator("h2 a"))
    assert "noise" in opened.locator("main").inner_text().lower()


def test_a_search_without_results_offers_nothing_to_sort_filter_or_export(sample_site):
    offered = ("Sort by:", "Export", ">Filters<", "Show on the map")
    found, empty = (sample_site.get(f"/papers/search?q={q}").text for q in ("noise", "qwertyuiop"))
    assert [one for one in offered if one not in found] == []
    assert [one for one in offered if one in empty] == []
    assert "Cite this search" in empty


def test_codes_of_the_search_tips_are_isolated_from_the_direction_of_the_page(sample_site):
    html = sample_site.get("/papers/search", headers={"Accept-Language": "ar"}).text
    tips = html[html.index('id="search-help"') :]
    tips = tips[: tips.index("</details>")]
    assert re.findall(r'(?<!<bdi dir="ltr">)<code>[^<]*', tips) == []
    assert '<bdi dir="ltr"><code>introduction: related:' in tips
    assert "lang:</code>" in tips


def test_cards_on_the_page_of_a_venue_have_the_year_but_not_its_name(sample_site):
    cards = "".join(
        re.findall(r"<article.*?</article>", page(sample_site, "/papers/venues/shamra"), re.S)
    )
    assert cards.count("<article") == 6
    assert 'href="/papers/venues/' not in cards
    assert re.findall(r'class="where">(\d+)<', cards) == ["2021", "2019"]
    other = page(sample_site, "/papers/authors/devansh-arpit")
    assert 'class="where"><a href="/papers/venues/' in other


def test_the_page_of_an_author_has_each_work_once_and_links_to_all_its_versions(sample_site):
    html = page(sample_site, "/papers/authors/devansh-arpit")
    assert re.findall(r'data-paper="([^"]+)"', html) == ["walk-with-sgd", "flatter-minima"]
    assert "Versions of a work are grouped (2 hidden)." in html
    (link,) = re.findall(r'href="([^"]+)">Show all versions', html)
    versions = sample_site.get(link.replace("&amp;", "&")).text
    assert len(re.findall(r'data-paper="', versions)) == 4


def test_the_page_of_a_work_has_all_its_versions(sample_site):
    html = page(sample_site, "/papers/works/B1l6e3RcF7")
    assert len(re.findall(r'data-paper="', html)) == 4
    assert "are grouped" not in html


@pytest.mark.parametrize("facet", ["/papers/search", "/papers/search_facets?facet=has"])
def test_values_of_has_are_in_the_language_of_the_page(sample_site, facet):
    html = sample_site.get(facet, headers={"Accept-Language": "fr"}).text
    assert re.search(r'has=abstract[^>]*">\s*résumé</a>', html)
    assert ">abstract</a>" not in html


@pytest.mark.parametrize("facet", ["/papers/search", "/papers/search_facets?facet=language"])
@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", {"en": "English", "fr": "French"}),
        ("fr", {"en": "anglais", "fr": "français"}),
        ("ar", {"en": "الإنجليزية", "fr": "الفرنسية"}),
    ],
)
def test_languages_have_names_in_the_language_of_the_page(sample_site, facet, language, names):
    html = sample_site.get(facet, headers={"Accept-Language": language}).text
    found = dict(re.findall(r'[?&;]language=(\w+)[^>]*">\s*([^<]*)</a>', html))
    assert names.items() <= found.items()


def test_a_chosen_language_and_that_of_a_paper_are_named(sample_site, sample_db):
    french = {"Accept-Language": "fr"}
    html = sample_site.get("/papers/search?language=-de", headers=french).text
    assert re.search(r"exclure Langue(?: |&nbsp;)?:</span> <bdi>allemand</bdi>", html)
    ((key,),) = query(sample_db, "select paper_id from papers where language = 'de'")
    html = sample_site.get(f"/papers/papers/{key}", headers=french).text
    assert "<dt>Langue</dt><dd>allemand</dd>" in html


def test_two_mistyped_words_are_corrected_by_one_link(sample_site):
    html = page(sample_site, "/papers/search", q="anisotropc noise covarianse")
    assert re.findall(r"Did you mean\s+<a [^>]*>([^<]*)</a>\?", html) == [
        "anisotropic noise covariance"
    ]


def test_a_passage_that_begins_with_its_heading_has_it_once(sample_site):
    html = page(sample_site, "/papers/search", q='"the role of noise"')
    passages = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", part))
        for part in re.findall(r'<p class="passage".*?</p>', html, re.S)
    ]
    assert any("5 The role of noise" in one for one in passages)
    assert all(one.count("5 The role of noise") < 2 for one in passages)
    assert 'class="where-in"' in page(sample_site, "/papers/search", q="noise")
