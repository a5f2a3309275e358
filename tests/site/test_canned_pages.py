"""Pages of canned queries in a table: forms, suggested values, paging, and links to all rows."""

import csv
import io
import re

import pytest
import yaml
from conftest import METADATA, ROOT, axe_findings, follow, page, rows

from papersette.site.columns import to_visible
from papersette.site.query_settings import DataSettings

CONFIG = yaml.safe_load((ROOT / "data_page.yml").read_text())
SETTINGS = DataSettings.from_config(CONFIG)
LISTED = [name for group in SETTINGS.groups for name in group.queries]
TABLES = [
    name
    for name in LISTED
    if name not in {"search", "similar_passages", "programme", "reading_list"}
]
ALL = ("moderate", "serious", "critical")


def test_every_canned_query_is_in_one_group_or_a_helper():
    assert len(LISTED) == len(set(LISTED))
    assert set(LISTED) | SETTINGS.helper_queries == set(METADATA["queries"])
    assert not set(LISTED) & SETTINGS.helper_queries


def test_every_table_is_in_one_group_or_a_helper():
    tables = [name for group in SETTINGS.groups for name in group.tables]
    assert len(tables) == len(set(tables))
    assert set(tables) | SETTINGS.helper_tables == set(METADATA["tables"])


@pytest.mark.parametrize("name", TABLES)
def test_fields_and_headings_have_words(name, sample_site):
    query = METADATA["queries"][name]
    assert set(query.get("params", [])) <= set(SETTINGS.inputs)
    answer = sample_site.get(f"/papers/{name}.json?_shape=objects").json()
    assert set(to_visible(answer["columns"])) <= set(SETTINGS.columns)


@pytest.mark.parametrize(
    "wrong",
    [
        {"group": []},
        {"groups": [{"title": "A", "query": []}]},
        {"inputs": {"q": {"label": "Q", "size": 7}}},
        {"groups": ["A"]},
        ["groups"],
        {"groups": [{"about": "no title"}]},
    ],
)
def test_a_wrong_setting_is_named(wrong):
    with pytest.raises(ValueError, match=r"data_page\.yml"):
        DataSettings.from_config(wrong)


@pytest.mark.parametrize("name", TABLES)
def test_a_page_has_a_title_of_its_own_and_says_what_it_shows(name, sample_site):
    html = page(sample_site, f"/papers/{name}")
    title = re.search("<title>(.*?)</title>", html, re.DOTALL)[1]
    assert METADATA["queries"][name]["title"] in title
    assert "Custom SQL" not in html
    assert 'role="status"' in html


def test_a_form_suggests_values_of_this_collection(sample_site):
    html = page(sample_site, "/papers/tags_together")
    suggested = re.findall(r'<option value="([^"]+)">', html)
    assert set(suggested) & {row["tag"] for row in rows(sample_site, "tag_list")}
    fixed = page(sample_site, "/papers/datasets_and_techniques")
    assert '<option value="technique">technique</option>' in fixed


def test_a_suggested_value_is_understood_by_the_query_that_suggests_it(sample_site):
    without = {"best_rated", "ratings_by_decision", "used_together"}
    """Queries that find nothing in the sample: it has no ratings, and few terms."""
    for name in sorted(set(TABLES) - without):
        for param in METADATA["queries"][name].get("params", []):
            facet = SETTINGS.input_of(param).facet
            values = rows(sample_site, "input_values", facet=facet) if facet else []
            for value in values[:1]:
                assert rows(sample_site, name, **{param: value["label"]}), (name, param, value)


@pytest.mark.parametrize("name", sorted(SETTINGS.required.keys() & set(TABLES)))
def test_a_query_that_lacks_a_value_asks_for_it_and_does_not_run(name, sample_site):
    html = page(sample_site, f"/papers/{name}")
    assert "Fill in the form" in html
    assert "<table" not in html


def test_a_form_is_filled_in_shown_and_kept_in_the_address(visit):
    shown = visit("/papers/phrase_pages")
    assert "For example:" in shown.inner_text("main")
    shown.get_by_label("Phrase or word").fill("batch normalization")
    follow(shown.get_by_role("button", name="Show"))
    assert "phrase=batch+normalization" in shown.url
    assert shown.get_by_label("Phrase or word").input_value() == "batch normalization"
    assert "batch normalization" in shown.title()
    assert "batch normalization" in shown.inner_text("p.shown")
    assert shown.locator("td mark").count() > 3


def test_pages_have_every_row_once_and_exports_have_all(visit, sample_site):
    shown = visit("/papers/phrase_pages?phrase=noise&_size=10")
    seen, last = [], None
    while True:
        seen += shown.locator("tbody tr").all_inner_texts()
        if not shown.locator("a[rel=next]").count():
            break
        follow(shown.locator("a[rel=next]"))
        last = shown.url
    everything = rows(sample_site, "phrase_pages", phrase="noise")
    assert len(seen) == len(everything) > 20
    assert "_page=3" in last
    link = shown.locator(".exports a", has_text="CSV").get_attribute("href")
    assert "_page=" not in link
    assert len(list(csv.reader(io.StringIO(sample_site.get(link).text)))) == len(everything) + 1


@pytest.mark.parametrize(
    "asked", ["_page=0", "_page=99999999999", "_page=x", "_size=0", "_size=-1"]
)
def test_odd_pages_are_pages(asked, sample_site):
    assert "<tbody>" in page(sample_site, f"/papers/most_cited_works?{asked}")


def test_a_result_past_the_limit_of_rows_says_that_downloads_have_all(ask):
    (answer,) = ask("/papers/phrase_pages?phrase=the", settings={"max_returned_rows": 30})
    assert "Pages show the first 30 rows; downloads have all." in answer.text


def test_keys_are_links_and_not_columns_of_their_own(sample_site):
    html = page(sample_site, "/papers/most_cited_works")
    assert '<th scope="col" class="col-cited_work_id">' not in html
    assert 'href="/papers/cited_works/' in html
    assert 'class="col-papers number"' in html


def test_long_texts_are_cut_with_a_link_to_the_paper(sample_site):
    html = page(sample_site, "/papers/papers_citing", name="Bengio, Y")
    cells = re.findall(r'<td class="col-entry[^>]*>(.*?)</td>', html, re.DOTALL)
    cut = [cell for cell in cells if 'class="more" href="/papers/papers/' in cell]
    assert cut
    assert max(len(re.sub("<.*?>", "", cell)) for cell in cells) < 220


def test_the_best_rated_papers_fit_on_a_few_screens_of_a_phone(visit, rated_site):
    shown = visit("/papers/best_rated", rated_site, viewport={"width": 390, "height": 800})
    assert shown.locator("main > .table-wrapper tbody tr").count() == 25
    assert shown.evaluate("document.documentElement.scrollHeight") < 6_000
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.locator(".plot").count() == 1


def test_a_value_that_sqlite_refuses_is_an_error_beside_the_form(sample_site):
    answer = sample_site.get("/papers/papers_citing", params={"work": ")" * 4000, "page": "1"})
    assert answer.status_code == 400
    assert "LIKE or GLOB pattern too complex" in answer.text
    assert 'name="work"' in answer.text


def test_sql_is_one_click_away(visit):
    shown = visit("/papers/most_cited_works")
    follow(shown.locator("a", has_text="View and edit SQL"))
    assert "cited_works" in shown.input_value("#sql-editor")


def test_values_of_a_form_are_text(sample_site):
    hostile = '"><script>alert(1)</script>'
    html = page(sample_site, "/papers/phrase_pages", phrase=hostile)
    assert "<script>alert" not in html


@pytest.mark.parametrize(
    ("locale", "label", "button"),
    [("fr", "Expression ou", "Afficher"), ("ar", "عبارة أو كلمة", "اعرض")],
)
def test_a_form_speaks_the_language_of_the_reader(visit, locale, label, button):
    shown = visit("/papers/phrase_pages", locale=locale, viewport={"width": 390, "height": 800})
    shown.get_by_label(label).fill("noise")
    follow(shown.get_by_role("button", name=button, exact=True))
    assert shown.locator("td mark").count() > 3
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe_findings(shown, ALL) == []


@pytest.mark.parametrize("path", ["phrase_pages?phrase=noise", "author_profile", "papers_by_year"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_a_canned_query(visit, path, scheme):
    shown = visit(f"/papers/{path}", color_scheme=scheme)
    assert axe_findings(shown, ALL) == []


def test_examples_of_values_that_have_commas_are_separated_otherwise(sample_site):
    html = page(sample_site, "/papers/papers_citing")
    examples = html[html.index('class="examples"') :]
    examples = re.sub(r"<[^>]+>", "", examples[: examples.index("</p>")])
    assert re.search(r"\w+, \w ·\s+\w+, \w ·", examples)
    assert re.search(r'placeholder="\w+, \w"', html)


def test_a_venue_named_with_its_year_has_the_year_once(sample_site):
    found = rows(sample_site, "works_with_versions")
    assert "ICLR 2019; Mila publications" in found[0]["venues"]
    assert all("2019 2019" not in row["venues"] for row in found)
    assert all(" ;" not in row["venues"] for row in found)
