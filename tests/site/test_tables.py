"""Pages of tables, rows and SQL, and the Data page, in a browser."""

import re

import pytest
from conftest import COLORS, METADATA, axe_findings, follow, page

ALL = ("moderate", "serious", "critical")
PATHS = {
    "data": "/papers",
    "table": "/papers/citations",
    "filtered": "/papers/citations?year__gt=2015&_sort_desc=year",
    "view": "/papers/venue_years",
    "row": "/papers/citations/1",
    "sql": "/papers?sql=select+*+from+papers",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PATHS)
def test_axe_finds_nothing_on_pages_of_data(visit, name):
    shown = visit(PATHS[name], color_scheme="light")
    assert axe_findings(shown, ALL) == []
    shown.emulate_media(color_scheme="dark")
    assert axe_findings(shown, ALL, COLORS) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PATHS)
def test_arabic_pages_of_data_are_right_to_left_and_fit_a_phone(visit, name):
    shown = visit(PATHS[name], locale="ar", viewport={"width": 390, "height": 800})
    assert shown.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe_findings(shown, ALL) == []


@pytest.mark.slow
@pytest.mark.parametrize("table", METADATA["tables"])
def test_no_table_page_is_longer_than_a_few_screens(visit, table):
    if table == "papers":
        return  # its page is the search
    shown = visit(f"/papers/{table}")
    assert shown.evaluate("document.documentElement.scrollHeight") <= 4_000
    assert len(shown.content().encode()) < 250_000


def test_the_data_page_groups_tables_and_queries_and_hides_helpers(visit):
    shown = visit("/papers")
    groups = shown.locator(".data-group h2").all_inner_texts()
    assert groups[:2] == ["Papers and venues", "Authors and tags"]
    assert "Other tables and queries" not in groups
    citations = shown.locator("#citations").inner_text()
    assert "Most cited works" in citations
    assert re.search(r"citations\s+121 rows", citations)
    assert not shown.locator("a", has_text="papers_text_fts_data").first.is_visible()
    assert shown.locator("a", has_text="Paper cards").count() == 0
    shown.locator(".helpers summary").click()
    assert shown.locator(".helpers a", has_text="paper_facets").is_visible()
    assert shown.locator(".helpers a", has_text="_fts_idx").count() == 0  # their rows have no page


def test_what_a_collection_lacks_is_not_offered_as_a_query(sample_site):
    html = page(sample_site, "/papers")
    assert "/papers/best_rated" not in html  # the sample has no ratings
    assert re.search(r"Without rows:.*?reviews", html, re.DOTALL)


def test_sql_is_written_and_run_from_the_data_page(visit):
    shown = visit("/papers", java_script_enabled=False)
    shown.locator("details.sql summary").click()
    shown.fill("#sql", "select title from papers where year = :year order by title")
    follow(shown.get_by_role("button", name="Run SQL"))
    shown.fill("#qp1", "2019")
    follow(shown.get_by_role("button", name="Run SQL"))
    assert shown.locator("tbody tr").count() > 10


def test_a_long_result_of_sql_has_pages(visit):
    sql = "select page_id, body from pages order by page_id"
    shown = visit(f"/papers?sql={sql}")
    assert "Rows 1 to 25 of 58" in shown.inner_text("p.shown")
    for _ in range(2):
        follow(shown.locator("a[rel=next]"))
    assert shown.locator("tbody tr").count() == 8
    assert shown.input_value("#sql-editor") == sql


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sql_editor_is_readable_in_light_and_dark(visit, scheme):
    sql = "select 'text', 12, count(*) from papers -- comment"
    shown = visit(f"/papers?sql={sql}", color_scheme=scheme)
    shown.wait_for_selector(".CodeMirror .cm-keyword")
    background = luminance(color(shown, ".CodeMirror", "backgroundColor"))
    assert (background < 0.1) == (scheme == "dark")
    for token in ("keyword", "string", "number", "comment"):
        found = luminance(color(shown, f".CodeMirror .cm-{token}", "color"))
        lighter, darker = max(found, background), min(found, background)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, token


def color(shown, selector, name):
    script = f"node => getComputedStyle(node).{name}"
    return shown.locator(selector).first.evaluate(script)


def luminance(text):
    """Return the relative luminance of a colour, as WCAG defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", text)[:3]]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_filters_of_a_table_work_without_javascript(visit):
    shown = visit("/papers/citations", java_script_enabled=False)
    shown.locator(".filtering summary").click()
    shown.locator("select[name=_filter_column]").select_option("year")
    shown.locator("select[name=_filter_op]").select_option("gt")
    shown.locator("input[name=_filter_value]").fill("2017")
    follow(shown.get_by_role("button", name="Apply"))
    assert "year > 2017" in shown.inner_text("p.shown")
    years = shown.locator("td.col-year").all_inner_texts()
    assert years
    assert all(int(year) > 2017 for year in years)


def test_pages_of_a_table_go_on_to_the_last_row(visit):
    shown = visit("/papers/citations")
    count = shown.locator("tbody tr").count()
    while shown.locator("a[rel=next]").count():
        follow(shown.locator("a[rel=next]"))
        count += shown.locator("tbody tr").count()
    assert count == 121
    follow(shown.locator("a", has_text="First page"))
    assert "_next" not in shown.url


def test_a_long_text_of_a_table_leads_to_its_row(visit):
    shown = visit("/papers/citations")
    cell = shown.locator("td.col-raw:has(a.more)").first
    assert len(cell.inner_text()) < 220
    beginning = cell.inner_text()[:60]
    follow(cell.locator("a.more"))
    whole = shown.locator("dd", has_text=beginning).inner_text()
    assert len(whole) > 200


def test_columns_are_wide_enough_to_read(visit):
    shown = visit("/papers/citations")
    assert shown.locator("td.col-raw").first.evaluate("node => node.offsetWidth") > 250
    assert shown.locator("td.number").first.evaluate(
        "node => getComputedStyle(node).textAlign"
    ) in {"right", "end"}


def test_a_table_is_a_list_of_short_cards_on_a_phone(visit):
    shown = visit("/papers/citations", viewport={"width": 390, "height": 800})
    heights = shown.eval_on_selector_all("tbody tr", "all => all.map(row => row.offsetHeight)")
    assert max(heights) < 300
    label = "getComputedStyle(document.querySelector('td.col-raw'), '::before').content"
    assert shown.evaluate(label) == '"raw: "'


@pytest.mark.parametrize(("locale", "words"), [("fr", "year > 2017"), ("ar", "title يحتوي noise")])
def test_filters_are_described_in_the_language_of_the_reader(visit, locale, words):
    asked = "year__gt=2017" if locale == "fr" else "title__contains=noise"
    shown = visit(f"/papers/citations?{asked}", locale=locale)
    assert words in shown.inner_text("p.shown")
    assert "where" not in shown.inner_text("p.shown")


@pytest.mark.parametrize("width", [1280, 390])
def test_facets_of_a_table_unfold_and_filter(visit, width):
    shown = visit("/papers/terms", viewport={"width": width, "height": 800})
    assert not shown.locator(".facet-info").first.is_visible()
    shown.locator(".table-facets > summary").click()
    follow(shown.locator("#facet-kind a", has_text="dataset"))
    assert "kind=dataset" in shown.url
    assert shown.locator(".facet-info").first.is_visible()


def test_a_row_has_its_columns_with_descriptions_and_its_links(visit):
    shown = visit("/papers/citations/1")
    assert "Position in the reference list, from 1" in shown.inner_text(".row-values")
    follow(shown.locator(".row-values dd a").first)
    assert "/papers/papers/" in shown.url


def test_a_title_in_a_reference_list_leads_to_the_cited_work(sample_site):
    html = page(sample_site, "/papers/citations")
    assert re.search(r'col-title[^>]*><a href="/papers/cited_works/', html)


def test_the_arrow_of_a_sorted_column_points_up_for_ascending_rows(sample_site):
    for sort, order, arrow in (("_sort", "ascending", "▲"), ("_sort_desc", "descending", "▼")):
        html = sample_site.get(f"/papers/tags?{sort}=paper_count").text
        (heading,) = re.findall(r"<th[^>]*aria-sort[^>]*>.*?</th>", html, re.DOTALL)
        assert f'aria-sort="{order}"' in heading
        assert f"paper_count {arrow}" in heading


def test_names_and_descriptions_of_columns_are_separate_words(visit):
    shown = visit("/papers/paper_tags", locale="ar")
    shown.locator(".definition summary").click()
    assert "tag_id الوسم" in " ".join(shown.inner_text(".column-descriptions").split())


def test_a_short_value_of_a_row_is_beside_its_name_whatever_its_script(visit):
    shown = visit("/papers/citations/1", locale="ar")
    name, value = (shown.locator(f".row-values {tag}").first.bounding_box() for tag in ("dt", "dd"))
    assert 0 < name["x"] - (value["x"] + value["width"]) < 40


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en", "Sort descending"), ("fr", "Tri décroissant"), ("ar", "ترتيب تنازلي")],
)
def test_the_menu_of_a_column_is_in_the_language_of_the_reader(visit, locale, text):
    shown = visit("/papers/citations", locale=locale)
    shown.locator("th.col-page .dropdown-menu-icon").click()
    entries = shown.locator(".dropdown-menu a")
    assert text in entries.all_inner_texts()
    follow(entries.filter(has_text=text))
    assert "_sort_desc=page" in shown.url
