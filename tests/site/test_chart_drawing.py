"""Charts in a browser: drawn in light and dark, with tooltips and links,
and no script of a title is run."""

import re
from urllib.parse import urlencode

import pytest
import yaml
from conftest import CHARTS, ROOT, axe_findings, follow, rows, serve, wait_until
from corpora import HOSTILE

DRAWN = "[...document.querySelectorAll('figure.chart:has(.plot)')].every(figure => figure.chart)"
POINT = """([figure, title]) => {
    const view = figure.chart.view, \
row = view.data('source_0').find(row => row.title.includes(title));
    const box = figure.querySelector('canvas').getBoundingClientRect(), \
[left, top] = view.origin(), padding = view.padding();
    return {row, x: box.x + left + padding.left + view.scale('x')(row.x), \
y: box.y + top + padding.top + view.scale('y')(row.y)};
}"""


def wait_until_drawn(page):
    wait_until(page, DRAWN)
    return page


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_charts_are_drawn_within_the_screen_in_light_and_dark(visit, rated_site, width):
    screen = {"width": width, "height": 800}
    page = visit("/-/dashboards/pictures", rated_site, color_scheme="light", viewport=screen)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        wait_until_drawn(page)
        drawn = [name for name in CHARTS if page.locator(f"#{name} .plot").count()]
        without_data = {"phrase_by_venue", "citations_by_year", "tags_by_tag"}
        assert set(CHARTS) - set(drawn) == without_data  # no texts, and one tag a paper
        for name in drawn:
            chart = page.locator(f"#{name}")
            marks = chart.locator(".mark-rect path").count()
            assert chart.locator("canvas").count() or marks > 5, (name, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("window.hacked") is None


@pytest.mark.slow
def test_drawn_charts_have_no_serious_finding_of_axe(visit):
    page = visit("/-/dashboards/pictures", color_scheme="light")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        wait_until_drawn(page)
        assert axe_findings(page) == [], scheme


def test_text_of_a_chart_changes_color_with_the_color_scheme(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year", color_scheme="light"))
    color = "document.querySelector('.plot .mark-text text').getAttribute('fill')"
    light = page.evaluate(color)
    page.emulate_media(color_scheme="dark")
    wait_until(page, f"{color} !== '{light}'")
    ink = page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
    )
    assert page.evaluate(color) == ink


def test_a_point_of_the_map_shows_its_title_and_opens_its_paper(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/map_of_papers"))
    figure = page.query_selector("#map_of_papers")
    point = page.evaluate(POINT, [figure, "Walk with SGD"])
    page.mouse.move(point["x"], point["y"])
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert point["row"]["title"] in page.inner_text("#vg-tooltip-element")
    page.mouse.click(point["x"], point["y"])
    page.wait_for_url(f"**{point['row']['href']}")
    assert page.inner_text("h1").strip() == point["row"]["title"]


def test_a_title_with_a_script_is_shown_as_text(visit, rated_site):
    page = wait_until_drawn(visit("/-/dashboards/pictures/map_of_papers", rated_site))
    point = page.evaluate(POINT, [page.query_selector("#map_of_papers"), HOSTILE])
    page.mouse.move(point["x"], point["y"])
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert HOSTILE in page.inner_text("#vg-tooltip-element")
    assert page.evaluate("window.hacked") is None


WITHOUT_ROWS = """() => {
    const figure = document.querySelector('figure.chart');
    const script = figure.querySelector("script[type='application/json']");
    const {rows, ...rest} = JSON.parse(script.textContent);
    script.textContent = JSON.stringify({...rest, source: '/-/charts/nosuch.json'});
    delete figure.rows;
    drawAll();
}"""
"""Draws a chart again, with the address of rows that the site does not have."""


def test_a_chart_whose_rows_cannot_be_fetched_is_replaced_by_a_message(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year"))
    assert not page.locator(".failed").is_visible()
    page.evaluate(WITHOUT_ROWS)
    page.locator(".failed").wait_for(state="visible")
    assert "could not be drawn" in page.inner_text(".failed")
    assert not page.locator(".plot").is_visible()


def test_the_legend_of_a_chart_fits_a_screen_that_becomes_narrow(visit):
    page = wait_until_drawn(
        visit("/-/dashboards/pictures/phrase_by_venue?phrase=hessian,noise,sgd")
    )
    drawn = "document.querySelector('figure.chart').chart.view"
    page.evaluate(f"void (window.before = {drawn})")
    page.set_viewport_size({"width": 390, "height": 800})
    wait_until(page, f"window.before !== {drawn}")
    lines = page.eval_on_selector_all(
        ".plot .mark-symbol path", "found => found.map(e => e.getBoundingClientRect().x)"
    )
    assert len(lines) == 3
    assert len(set(lines)) == 1, "one below the other"


@pytest.mark.parametrize("locale", ["en", "fr", "ar"])
def test_the_fields_of_a_chart_have_most_of_the_width_of_a_phone(visit, locale):
    for name in ("map_of_papers", "citations_by_year"):
        path = f"/-/dashboards/pictures/{name}"
        shown = visit(path, locale=locale, viewport={"width": 390, "height": 800})
        widths = [field.bounding_box()["width"] for field in shown.locator(".chart input").all()]
        assert widths
        assert min(widths) > 195, name


def test_a_bar_opens_the_search_for_its_papers(visit):
    page = wait_until_drawn(
        visit("/-/dashboards/pictures/phrase_by_venue?phrase=batch+normalization")
    )
    page.locator(".plot .mark-rect path").first.click()
    page.wait_for_url("**/papers/search?*")
    assert page.locator(".card").count() > 0


def test_keys_lead_from_mark_to_mark_and_open_what_a_click_opens(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year"))
    page.locator(".plot [tabindex='0']").first.focus()
    first = page.inner_text(".reading")
    page.keyboard.press("ArrowDown")
    second = page.inner_text(".reading")
    assert first
    assert first != second
    focused = page.evaluate(
        "({role: document.activeElement.getAttribute('role'), "
        "outline: getComputedStyle(document.activeElement).outlineStyle})"
    )
    assert focused == {"role": "link", "outline": "solid"}
    page.keyboard.press("Home")
    assert page.inner_text(".reading") == first
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/search?*")
    assert page.locator(".card").count() > 0


def test_marks_are_described_with_the_titles_of_columns_in_the_language(visit):
    for locale, title in (("en", "Venue and year: "), ("fr", "Lieu de publication et année: ")):
        page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year", locale=locale))
        label = page.locator(".plot svg [tabindex='0']").get_attribute("aria-label")
        assert "venue_year" not in label
        assert re.search(title, label), label


@pytest.mark.parametrize("locale", ["en", "fr", "ar"])
def test_axes_are_not_described_in_english_on_pages_in_another_language(visit, locale):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year", locale=locale))
    axes = page.locator(".plot svg [aria-label^='X-axis'], .plot svg [aria-label^='Y-axis']")
    assert (axes.count() > 0) == (locale == "en")


def test_one_tab_enters_a_chart_and_the_next_leaves_its_marks(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year"))
    assert page.locator(".plot svg [tabindex='0']").count() == 1


@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_has_a_role_a_label_and_a_table_of_its_numbers(
    visit, rated_site, sample_site, name
):
    site = rated_site if name == "ratings_by_decision" else sample_site
    page = wait_until_drawn(visit(f"/-/dashboards/pictures/{name}", site))
    assert page.get_attribute(".plot", "role") == "group"
    title = page.inner_text("h1")
    assert title in page.get_attribute(".plot", "aria-label")
    labelled = page.locator(".plot canvas[role=img], .plot [role='graphics-document']").first
    assert title in labelled.get_attribute("aria-label")
    page.locator("details.numbers summary").click()
    shown = page.locator("details.numbers tbody tr").count()
    assert shown == min(100, len(rows(site, name)))


def test_the_table_of_a_chart_has_its_links(visit):
    page = visit("/-/dashboards/pictures/papers_by_year", java_script_enabled=False)
    page.locator("details.numbers summary").click()
    follow(page.locator("details.numbers tbody a").first)
    assert "/papers/search?" in page.url


MANY = """
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 201)
    select 'V ' || i as venue_year, 'v' || i as venue_id, i as year, i as papers from n
"""


@pytest.mark.slow
def test_rows_of_a_large_chart_are_not_in_its_page(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["papers_by_year"]["sql"] = MANY
    paths = "/-/dashboards/pictures/papers_by_year", "/-/charts/papers_by_year.json"
    page, data = ask(*paths, metadata=metadata)
    inline = re.search(r'<script type="application/json">(.*?)</script>', page.text, re.DOTALL)[1]
    assert '"source": "/-/charts/papers_by_year.json?"' in inline
    assert '"rows"' not in inline
    assert len(data.json()) == 201
    assert data.json()[0]["href"] == "/papers/search?venue=v1&year=1"


def pixels(page):
    return page.evaluate(
        "[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 1100, 500).data]"
        ".filter((v, i) => i % 4 === 3 && v > 200).length"
    )


@pytest.mark.slow
def test_a_search_on_the_map_dims_other_papers(visit):
    all_lit = pixels(wait_until_drawn(visit("/-/dashboards/pictures/map_of_papers?q=the")))
    page = visit("/-/dashboards/pictures/map_of_papers")
    page.fill("main input[name=q]", '"batch normalization"')
    page.click("main form button")
    page.wait_for_url("**q=*")
    assert 0 < pixels(wait_until_drawn(page)) < all_lit


def test_without_javascript_the_table_is_linked(visit):
    page = visit("/-/dashboards/pictures/tags_by_year", java_script_enabled=False)
    assert "needs JavaScript" in page.inner_text("noscript")
    follow(page.locator("figure a:has-text('Table')"))
    assert page.locator("table.rows-and-columns tr").count() > 5


@pytest.mark.parametrize("phrase", [HOSTILE, '"><img src=x onerror="window.hacked = 1">'])
def test_input_is_never_executed(visit, phrase):
    page = wait_until_drawn(
        visit(f"/-/dashboards/pictures/phrase_by_venue?{urlencode({'phrase': phrase})}")
    )
    page.locator(".plot svg.marks").hover()
    assert page.evaluate("window.hacked") is None
    assert page.input_value("main input[name=phrase]") == phrase


@pytest.mark.slow
def test_the_chart_in_the_documentation_works_as_printed(visit, sample_db, tmp_path):
    query, chart = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs/charts.md").read_text(), re.DOTALL
    )
    settings = yaml.safe_load((ROOT / "metadata.yml").read_text())
    settings["databases"]["papers"]["queries"] |= yaml.safe_load(query)
    settings["plugins"]["datasette-dashboards"]["pictures"]["charts"] |= yaml.safe_load(chart)
    (tmp_path / "metadata.yml").write_text(yaml.safe_dump(settings, allow_unicode=True))
    (tmp_path / "site").mkdir()
    with serve(sample_db, tmp_path / "site", metadata=tmp_path / "metadata.yml") as site:
        page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_language", site))
        assert (
            page.locator(".plot .mark-rect path").count()
            == len(rows(site, "papers_by_language"))
            > 1
        )
        page.locator(".plot .mark-rect path").first.click()
        page.wait_for_url("**/papers/search?language=*")


def test_an_embedded_chart_has_no_header(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year/embed"))
    assert not page.locator("header.site").is_visible()
    assert page.locator(".plot .mark-rect path").count() > 1
