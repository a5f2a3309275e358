"""Pictures in a browser: drawn within the screen in light and dark, told and opened by the pointer, and never run as a script."""

import re
from urllib.parse import urlencode

import pytest
import yaml
from conftest import CHARTS, ROOT, follow, rows, serve
from corpora import HOSTILE

DRAWN = (
    "[...document.querySelectorAll('figure.picture:has(.plot)')].every(figure => figure.picture)"
)
POINT = """([figure, title]) => {
    const view = figure.picture.view, row = view.data('source_0').find(row => row.title.includes(title));
    const box = figure.querySelector('canvas').getBoundingClientRect(), [left, top] = view.origin(), padding = view.padding();
    return {row, x: box.x + left + padding.left + view.scale('x')(row.x), y: box.y + top + padding.top + view.scale('y')(row.y)};
}"""


def wait_until_drawn(page):
    page.wait_for_function(DRAWN)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_each_picture_is_drawn_with_marks_within_the_screen(visit, rated_site, scheme, width):
    page = wait_until_drawn(
        visit(
            "/-/dashboards/pictures",
            rated_site,
            color_scheme=scheme,
            viewport={"width": width, "height": 800},
        )
    )
    drawn = [name for name in CHARTS if page.locator(f"#{name} .plot").count()]
    assert set(CHARTS) - set(drawn) == {
        "phrase_by_venue",
        "citations_by_year",
        "tags_by_tag",
    }  # no texts, and a tag a paper
    for name in drawn:
        figure = page.locator(f"#{name}")
        assert figure.locator("canvas").count() or figure.locator(".mark-rect path").count() > 5, (
            name
        )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("", "light"), *[(name, "dark") for name in sorted(set(CHARTS) - {"ratings_by_decision"})]],
)
def test_a_drawn_picture_has_no_serious_finding_of_axe(visit, name, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install -r requirements-dev.txt"
    )
    page = wait_until_drawn(visit(f"/-/dashboards/pictures/{name}", color_scheme=scheme))
    serious = [
        v
        for v in axe.Axe().run(page).response["violations"]
        if v["impact"] in {"serious", "critical"}
    ]
    assert not serious, [
        (v["id"], [node["html"][:200] for node in v["nodes"][:3]]) for v in serious
    ]


def test_words_in_a_drawing_stand_out_and_follow_a_change_to_dark(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year", color_scheme="light"))
    color = "document.querySelector('.plot .mark-text text').getAttribute('fill')"
    light = page.evaluate(color)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{color} !== '{light}'")
    ink = page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
    )
    assert page.evaluate(color) == ink


def test_a_point_of_the_map_tells_its_title_and_opens_its_paper(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/map_of_papers"))
    figure = page.query_selector("#map_of_papers")
    place = page.evaluate(POINT, [figure, "Walk with SGD"])
    page.mouse.move(place["x"], place["y"])
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert place["row"]["title"] in page.inner_text("#vg-tooltip-element")
    page.mouse.click(place["x"], place["y"])
    page.wait_for_url(f"**{place['row']['href']}")
    assert page.inner_text("h1").strip() == place["row"]["title"]


def test_a_title_that_would_run_is_told_as_it_is(visit, rated_site):
    page = wait_until_drawn(visit("/-/dashboards/pictures/map_of_papers", rated_site))
    place = page.evaluate(POINT, [page.query_selector("#map_of_papers"), HOSTILE])
    page.mouse.move(place["x"], place["y"])
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert HOSTILE in page.inner_text("#vg-tooltip-element")
    assert page.evaluate("window.hacked") is None


def test_a_bar_opens_the_papers_behind_it(visit):
    page = wait_until_drawn(
        visit("/-/dashboards/pictures/phrase_by_venue?phrase=batch+normalization")
    )
    page.locator(".plot .mark-rect path").first.click()
    page.wait_for_url("**/papers/search?*")
    assert page.locator(".card").count() > 0


def pixels(page):
    return page.evaluate(
        "[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 1100, 500).data].filter((v, i) => i % 4 === 3 && v > 200).length"
    )


def test_a_search_on_the_map_dims_the_rest(visit):
    all_lit = pixels(wait_until_drawn(visit("/-/dashboards/pictures/map_of_papers?q=the")))
    page = visit("/-/dashboards/pictures/map_of_papers")
    page.fill("main input[name=q]", '"batch normalization"')
    page.click("main form button")
    page.wait_for_url("**q=*")
    assert 0 < pixels(wait_until_drawn(page)) < all_lit


def test_without_javascript_there_is_the_table(visit):
    page = visit("/-/dashboards/pictures/tags_by_year", java_script_enabled=False)
    assert "Without JavaScript" in page.inner_text("noscript")
    follow(page.locator("figure a:has-text('its table')"))
    assert page.locator("table.rows-and-columns tr").count() > 5


@pytest.mark.parametrize("phrase", [HOSTILE, '"><img src=x onerror="window.hacked = 1">'])
def test_what_a_reader_asks_for_is_never_run(visit, phrase):
    page = wait_until_drawn(
        visit(f"/-/dashboards/pictures/phrase_by_venue?{urlencode({'phrase': phrase})}")
    )
    page.locator(".plot svg.marks").hover()
    assert page.evaluate("window.hacked") is None
    assert page.input_value("main input[name=phrase]") == phrase


def test_the_picture_of_the_documentation_is_drawn_as_it_stands_there(visit, sample_db, tmp_path):
    query, chart = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs/pictures.md").read_text(), re.DOTALL
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


def test_an_embedded_picture_stands_alone(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year/embed"))
    assert not page.locator("header.site").is_visible()
    assert page.locator(".plot .mark-rect path").count() > 1
