"""Pictures: what they draw is in their tables, the map keeps the like together, and a browser shows them as they are meant."""

import asyncio
import html
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import combinations
from urllib.parse import urlencode

import numpy as np
import pytest
import yaml
from conftest import ROOT, build_database, serve
from datasette.app import Datasette
from sqlite_utils import Database
from test_house import METADATA

from papersette import facts
from papersette.knowledge.map import Point, draw_map
from papersette.knowledge.related import Document

CHARTS = yaml.safe_load((ROOT / "metadata.yml").read_text())["plugins"]["datasette-dashboards"]["pictures"]["charts"]
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
    catalog = (
        "title: Rated\nsources:\n  - {kind: table, file: rated.csv, venue: {venue_id: v, name: Gardens, kind: conference}}\n"
    )
    with serve(build_database(folder, catalog), tmp_path_factory.mktemp("ratedsite")) as client:
        yield client


def rows(site, query, /, **given):
    answer = site.get(f"/papers/{query}.json", params={"_shape": "array", "_size": "max", **given})
    assert answer.status_code == 200, answer.text
    return answer.json()


def named(part):
    """The columns that a configuration of a picture asks for."""
    if isinstance(part, dict):
        own = {part["field"]} if isinstance(part.get("field"), str) else set()
        return own.union(*map(named, part.values())) - {part.get("as")}
    if isinstance(part, list):
        return set().union(*map(named, part))
    return set(re.findall(r"datum\.(\w+)", str(part)))


def computed(part):
    """The columns that it computes itself."""
    if isinstance(part, dict):
        return ({part["as"]} if "as" in part else set()).union(*map(computed, part.values()))
    return set().union(*map(computed, part)) if isinstance(part, list) else set()


def query(db, sql):
    with closing(sqlite3.connect(db)) as conn:
        return conn.execute(sql).fetchall()


@pytest.mark.parametrize("name", CHARTS)
def test_every_picture_has_rows_with_the_columns_that_it_draws(name, sample_site, rated_site):
    chart = CHARTS[name]
    found = rows(rated_site if name == "ratings_by_decision" else sample_site, name)
    most = chart.get("most", {"by": []})
    wanted = named(chart["display"]) - computed(chart["display"]) - {"href"}
    wanted |= {*most["by"], most.get("of")} - {None} | set(re.findall(r"{(\w+)}", str(chart.get("opens"))))
    assert found
    assert wanted <= set(found[0]), wanted - set(found[0])


def test_a_picture_names_its_canned_query_and_has_no_sql_of_its_own():
    assert set(CHARTS) <= set(METADATA["queries"])
    assert not [name for name, chart in CHARTS.items() if "query" in chart or "db" in chart]


def test_papers_of_more_than_24_venues_and_years_are_told_by_year_alone(rated_site, sample_site):
    assert [row["place"] for row in rows(rated_site, "papers_by_year")] == [str(year) for year in range(1990, 2020)]
    assert {"ICLR 2019", "Shamra Academia, 2021"} < {row["place"] for row in rows(sample_site, "papers_by_year")}


@pytest.mark.parametrize("phrase", ["noise", "noise, batch normalization", '"noise", \\ ,,\t\n,%', HOSTILE, "a,b,c,d,e,f,g,h"])
def test_phrases_are_parted_by_commas_and_any_of_them_is_words(phrase, sample_site):
    asked = {part.strip() for part in phrase.replace('"', " ").replace("\\", " ").split(",")} - {""}
    assert len({row["phrase"] for row in rows(sample_site, "phrase_by_venue", phrase=phrase)}) == (
        0 if "\t" in phrase else min(6, len(asked))
    )


def test_the_share_of_a_phrase_is_of_the_papers_whose_text_is_here(sample_site, sample_db):
    found = {row["place"]: row for row in rows(sample_site, "phrase_by_venue", phrase="batch normalization")}
    with_text = query(sample_db, "select count(*) from papers where venue_id = 'icml-2019' and page_count > 0")[0][0]
    row = found["ICML 2019"]
    assert row["papers"] == with_text
    assert row["percent"] == round(100 * row["papers_with_it"] / with_text, 1)
    wanted = rows(sample_site, "search_facets", q='"batch normalization"', venue="icml-2019", versions="all")
    assert row["papers_with_it"] == wanted[0]["count"] > 0


@pytest.mark.parametrize(("name", "counted"), [("tags_by_year", "papers_with_it"), ("citations_by_year", "papers_citing")])
def test_a_click_finds_as_many_papers_as_the_mark_says(name, counted, sample_site):
    for row in [row for row in rows(sample_site, name) if row["venue_id"] == "iclr-2019"]:
        filled = {key: text.format(**row) for key, text in CHARTS[name]["opens"].items() if "None" not in text.format(**row)}
        found = rows(sample_site, "search_facets", versions="all", **filled)
        assert found[0]["count"] == row[counted], row


def test_citations_of_a_name_and_of_a_work_can_be_asked_for(sample_site):
    assert {row["cited"] for row in rows(sample_site, "citations_by_year", name="Kingma, D")} == {"Kingma, D"}
    assert {row["cited_work_id"] for row in rows(sample_site, "citations_by_year", work="kingma-2015-adam-a-method-for")} == {
        "kingma-2015-adam-a-method-for"
    }


def test_tags_go_together_both_ways_and_never_with_themselves(sample_site):
    pairs = {(row["tag_id"], row["other_tag_id"]): row["papers"] for row in rows(sample_site, "tags_by_tag")}
    assert pairs == {(other, one): papers for (one, other), papers in pairs.items()}
    assert all(one != other for one, other in pairs)
    beside = {row["tag_id"] for row in rows(sample_site, "tags_by_tag", tag="generalization")}
    assert "generalization" in beside
    assert len(beside) <= 20


# The map


def documents_of(db):
    with closing(sqlite3.connect(db)) as conn:
        shown = {paper_id for (paper_id,) in conn.execute(facts.SHOWN)}
        return [document for document in facts._documents(Database(conn)) if document.paper_id in shown]


def test_the_map_has_each_work_with_a_text_once(sample_db):
    works = "select distinct work_id from papers where page_count > 0 or abstract is not null"
    on_map = query(sample_db, "select work_id from paper_map join papers using (paper_id)")
    assert sorted(on_map) == sorted(query(sample_db, works))


def test_the_same_papers_make_the_same_map(sample_db):
    drawn = [(point.paper_id, point.x, point.y) for point in draw_map(documents_of(sample_db), {})]
    assert sorted(drawn) == query(sample_db, "select paper_id, x, y from paper_map order by paper_id")


def test_papers_that_are_near_on_the_map_are_related_more_often_than_chance(sample_db):
    places = {paper_id: np.array(place) for paper_id, *place in query(sample_db, "select paper_id, x, y from paper_map")}
    related = {frozenset(pair) for pair in query(sample_db, "select paper_id, other_id from related where place <= 5")}
    pairs = sorted(map(frozenset, combinations(places, 2)), key=lambda pair: np.linalg.norm(np.subtract(*map(places.get, pair))))
    near = pairs[: len(places)]
    assert len(related & set(near)) / len(near) > 2 * len(related & set(pairs)) / len(pairs)


def documents(bodies):
    """Twenty papers of gardens and twenty of bicycles; every second one has its text here where `bodies` says so."""
    topics = {"g": "hedges shears pruning roses spade", "b": "chains saddles puncture gears brakes"}
    lines = ["We show results. The proof is long, and tables follow them.", "An experiment with many numbers."]
    return [
        Document(
            f"{key}{n}", f"{key}{n}", f"{words} w{key}{n % 5}", body=f"{words} {' '.join(lines)}" * 3 if bodies and n % 2 else ""
        )
        for key, words in topics.items()
        for n in range(20)
    ]


def nearest(points: list[Point]) -> dict[str, str]:
    places = {point.paper_id: np.array([point.x, point.y]) for point in points}
    return {
        own: min(
            (other for other in places if other != own), key=lambda other: float(np.linalg.norm(places[own] - places[other]))
        )
        for own in places
    }


def test_what_is_missing_of_a_paper_moves_it_to_no_other_country():
    found = nearest(list(draw_map(documents(bodies=True), {})))
    assert all(own[0] == other[0] for own, other in found.items())
    with_text = {key for key in found if int(key[1:]) % 2}
    assert any((own in with_text) != (other in with_text) for own, other in found.items())


def test_a_region_bears_the_tag_that_its_papers_carry_more_than_others():
    papers = documents(bodies=False)
    tags = {p.paper_id: ["science", "gardens" if p.paper_id[0] == "g" else "bicycles"] for p in papers}
    for point in draw_map(papers, tags):
        assert point.region in {None, {"g": "gardens", "b": "bicycles"}[point.paper_id[0]]}
    assert {point.region for point in draw_map(papers, tags)} >= {"gardens", "bicycles"}


@pytest.mark.parametrize("given", [[], documents(bodies=False)[:4], [Document(str(n), str(n), "") for n in range(9)]])
def test_few_papers_or_none_with_words_make_no_map(given):
    assert list(draw_map(given, {})) == []


@pytest.mark.parametrize(
    "asked", [{"q": '"batch normalization"'}, {"tag": "optimization"}, {"q": "noise -gan", "venue": "icml-2019"}]
)
def test_what_the_search_finds_lights_up(asked, sample_site, sample_db):
    works = dict(query(sample_db, "select paper_id, work_id from papers"))
    found = {works[row["paper_id"]] for row in rows(sample_site, "search", size="1000", **asked)}
    lit = {works[row["paper_id"]] for row in rows(sample_site, "map_of_papers", **asked) if row["found"]}
    on_map = {works[row["paper_id"]] for row in rows(sample_site, "map_of_papers")}
    assert lit == found & on_map
    assert lit


def test_without_a_search_nothing_is_dimmed(sample_site):
    assert {row["found"] for row in rows(sample_site, "map_of_papers")} == {None}


# The pages


def test_the_friendly_address_leads_to_the_pictures_and_every_page_links_there(sample_site):
    assert sample_site.get("/pictures").headers["location"] == "/-/dashboards/pictures"
    home = sample_site.get("/").text
    assert 'href="/-/dashboards/pictures"' in home
    assert ">Dashboards<" not in home


@pytest.mark.parametrize("path", ["tags/optimization", "cited_works/kingma-2015-adam-a-method-for", "cited_names/kingma-d"])
def test_a_row_page_links_to_its_own_picture(path, sample_site):
    links = re.findall(r'href="(/-/dashboards/pictures/\w+\?[^"]+)"', sample_site.get(f"/papers/{path}").text)
    assert len(links) == 2
    assert all("plot" in sample_site.get(link).text for link in links)


def test_pictures_speak_the_readers_language(sample_site):
    page = sample_site.get("/-/dashboards/pictures/tags_by_year", headers={"accept-language": "fr"}).text
    assert "Mots-clés au fil du temps" in page
    assert "% des articles" in page


def test_a_caption_tells_in_words_what_the_picture_shows(sample_site):
    page = sample_site.get("/-/dashboards/pictures/papers_by_year").text
    most = max(rows(sample_site, "papers_by_year"), key=lambda row: row["papers"])
    assert f"The most: <bdi>{most['place']}</bdi> (<bdi>{most['papers']}</bdi>)." in page
    lit = [row["found"] for row in rows(sample_site, "map_of_papers", q="noise")]
    page = sample_site.get("/-/dashboards/pictures/map_of_papers?q=noise").text
    assert f"{len(lit)} works are on it, {sum(lit)} of them found." in page


@pytest.mark.parametrize("name", CHARTS)
def test_each_picture_links_to_a_table_that_answers_and_its_sql(name, sample_site):
    page = sample_site.get(f"/-/dashboards/pictures/{name}").text
    links = [link.replace("&amp;", "&") for link in re.findall(rf'href="(/papers/{name}[^"]*)"', page)]
    assert len(links) == 4
    assert all(sample_site.get(link).status_code == 200 for link in links)
    assert METADATA["queries"][name]["sql"].splitlines()[0] in html.unescape(sample_site.get(links[1]).text)


def test_an_embedded_picture_stands_alone(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year/embed"))
    assert not page.locator("header.site").is_visible()
    assert page.locator(".plot .mark-rect path").count() > 1


def test_a_picture_that_does_not_exist_is_not_found(sample_site):
    assert sample_site.get("/-/dashboards/pictures/nosuch").status_code == 404


DRAWN = "[...document.querySelectorAll('figure.picture:has(.plot)')].every(figure => figure.picture)"
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
        visit("/-/dashboards/pictures", rated_site, color_scheme=scheme, viewport={"width": width, "height": 800})
    )
    drawn = [name for name in CHARTS if page.locator(f"#{name} .plot").count()]
    assert set(CHARTS) - set(drawn) == {"phrase_by_venue", "citations_by_year", "tags_by_tag"}  # no texts, and a tag a paper
    for name in drawn:
        figure = page.locator(f"#{name}")
        assert figure.locator("canvas").count() or figure.locator(".mark-rect path").count() > 5, name
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("name", sorted(set(CHARTS) - {"ratings_by_decision"}))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drawn_picture_has_no_serious_finding_of_axe(visit, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install -r requirements-dev.txt")
    page = wait_until_drawn(visit(f"/-/dashboards/pictures/{name}", color_scheme=scheme))
    serious = [v for v in axe.Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert not serious, [(v["id"], [node["html"][:200] for node in v["nodes"][:3]]) for v in serious]


def test_words_in_a_drawing_stand_out_and_follow_a_change_to_dark(visit):
    page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_year", color_scheme="light"))
    color = "document.querySelector('.plot .mark-text text').getAttribute('fill')"
    light = page.evaluate(color)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{color} !== '{light}'")
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()")
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
    page = wait_until_drawn(visit("/-/dashboards/pictures/phrase_by_venue?phrase=batch+normalization"))
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
    page.click("figure a:has-text('its table')")
    assert page.locator("table.rows-and-columns tr").count() > 5


@pytest.mark.parametrize("phrase", [HOSTILE, '"><img src=x onerror="window.hacked = 1">'])
def test_what_a_reader_asks_for_is_never_run(visit, phrase):
    page = wait_until_drawn(visit(f"/-/dashboards/pictures/phrase_by_venue?{urlencode({'phrase': phrase})}"))
    page.locator(".plot svg.marks").hover()
    assert page.evaluate("window.hacked") is None
    assert page.input_value("main input[name=phrase]") == phrase


def test_the_picture_of_the_documentation_is_drawn_as_it_stands_there(visit, sample_db, tmp_path):
    query, chart = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/pictures.md").read_text(), re.DOTALL)
    settings = yaml.safe_load((ROOT / "metadata.yml").read_text())
    settings["databases"]["papers"]["queries"] |= yaml.safe_load(query)
    settings["plugins"]["datasette-dashboards"]["pictures"]["charts"] |= yaml.safe_load(chart)
    (tmp_path / "metadata.yml").write_text(yaml.safe_dump(settings, allow_unicode=True))
    (tmp_path / "site").mkdir()
    with serve(sample_db, tmp_path / "site", metadata=tmp_path / "metadata.yml") as site:
        page = wait_until_drawn(visit("/-/dashboards/pictures/papers_by_language", site))
        assert page.locator(".plot .mark-rect path").count() == len(rows(site, "papers_by_language")) > 1
        page.locator(".plot .mark-rect path").first.click()
        page.wait_for_url("**/papers/search?language=*")


def test_pictures_need_no_free_sql_and_keep_a_query_that_is_not_for_all(sample_db):
    settings = yaml.safe_load((ROOT / "metadata.yml").read_text())
    settings["databases"]["papers"]["queries"]["tags_by_year"]["allow"] = False
    folders = {"plugins_dir": str(ROOT / "plugins"), "template_dir": str(ROOT / "templates")}
    site = Datasette([], immutables=[sample_db], metadata=settings, settings={"default_allow_sql": False}, **folders)

    async def ask():
        paths = ("/papers.json?sql=select+1", "/-/dashboards/pictures/papers_by_year", "/-/dashboards/pictures/tags_by_year")
        return [(await site.client.get(path)).status_code for path in paths]

    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop running in this one
        assert thread.submit(asyncio.run, ask()).result() == [403, 200, 403]
