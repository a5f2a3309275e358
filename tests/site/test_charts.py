"""Charts: their data, pages and links. test_chart_drawing.py tests how they are drawn."""

import html
import re

import pytest
import yaml
from conftest import CHARTS, METADATA, ROOT, query, rows
from corpora import HOSTILE


def named(part):
    """Return the columns that the configuration of a chart uses."""
    if isinstance(part, dict):
        own = {part["field"]} if isinstance(part.get("field"), str) else set()
        return own.union(*map(named, part.values())) - {part.get("as")}
    if isinstance(part, list):
        return set().union(*map(named, part))
    return set(re.findall(r"datum\.(\w+)", str(part)))


def computed(part):
    """Return the columns that it computes itself."""
    if isinstance(part, dict):
        return ({part["as"]} if "as" in part else set()).union(*map(computed, part.values()))
    return set().union(*map(computed, part)) if isinstance(part, list) else set()


@pytest.mark.parametrize("name", CHARTS)
def test_the_query_of_a_chart_returns_the_columns_it_uses(name, sample_site, rated_site):
    chart = CHARTS[name]
    found = rows(rated_site if name == "ratings_by_decision" else sample_site, name)
    most = chart.get("most", {"by": []})
    wanted = named(chart["display"]) - computed(chart["display"]) - {"href"}
    wanted |= {*most["by"], most.get("of")} - {None} | set(
        re.findall(r"{(\w+)}", str(chart.get("opens")))
    )
    assert found
    assert wanted <= set(found[0]), wanted - set(found[0])


def test_a_chart_has_a_canned_query_and_no_sql_of_its_own():
    assert set(CHARTS) <= set(METADATA["queries"])
    assert not [name for name, chart in CHARTS.items() if "query" in chart or "db" in chart]


def test_more_than_24_venue_years_are_shown_by_year_only(rated_site, sample_site):
    assert [row["venue_year"] for row in rows(rated_site, "papers_by_year")] == [
        str(year) for year in range(1990, 2020)
    ]
    assert {"ICLR 2019", "Shamra Academia, 2021"} < {
        row["venue_year"] for row in rows(sample_site, "papers_by_year")
    }


@pytest.mark.parametrize(
    "phrase",
    ["noise", "noise, batch normalization", '"noise", \\ ,,\t\n,%', HOSTILE, "a,b,c,d,e,f,g,h"],
)
def test_phrases_are_separated_by_commas(phrase, sample_site):
    asked = {part.strip() for part in phrase.replace('"', " ").replace("\\", " ").split(",")} - {""}
    assert len({row["phrase"] for row in rows(sample_site, "phrase_by_venue", phrase=phrase)}) == (
        0 if "\t" in phrase else min(6, len(asked))
    )


def test_the_share_of_a_phrase_is_relative_to_papers_with_text(sample_site, sample_db):
    found = {
        row["venue_year"]: row
        for row in rows(sample_site, "phrase_by_venue", phrase="batch normalization")
    }
    with_text = query(
        sample_db, "select count(*) from papers where venue_id = 'icml-2019' and page_count > 0"
    )[0][0]
    row = found["ICML 2019"]
    assert row["papers"] == with_text
    assert row["percent"] == round(100 * row["papers_with_it"] / with_text, 1)
    wanted = rows(
        sample_site, "search_facets", q='"batch normalization"', venue="icml-2019", versions="all"
    )
    assert row["papers_with_it"] == wanted[0]["count"] > 0


@pytest.mark.parametrize(
    ("name", "counted"),
    [("tags_by_year", "papers_with_it"), ("citations_by_year", "papers_citing")],
)
def test_a_click_finds_as_many_papers_as_the_chart_shows(name, counted, sample_site):
    marks = [row for row in rows(sample_site, name) if row["venue_id"] == "iclr-2019"]
    assert marks
    for row in marks:
        filled = {
            key: text.format(**row)
            for key, text in CHARTS[name]["opens"].items()
            if "None" not in text.format(**row)
        }
        found = rows(sample_site, "search_facets", versions="all", **filled)
        assert found[0]["count"] == row[counted], row


def test_citations_by_year_filters_by_name_and_work(sample_site):
    assert {row["cited"] for row in rows(sample_site, "citations_by_year", name="Kingma, D")} == {
        "Kingma, D"
    }
    assert {
        row["cited_work_id"]
        for row in rows(sample_site, "citations_by_year", work="kingma-2015-adam-a-method-for")
    } == {"kingma-2015-adam-a-method-for"}


def test_pairs_of_tags_are_symmetric_and_of_different_tags(sample_site):
    pairs = {
        (row["tag_id"], row["other_tag_id"]): row["papers"]
        for row in rows(sample_site, "tags_by_tag")
    }
    assert pairs == {(other, one): papers for (one, other), papers in pairs.items()}
    assert all(one != other for one, other in pairs)
    beside = {row["tag_id"] for row in rows(sample_site, "tags_by_tag", tag="generalization")}
    assert "generalization" in beside
    assert len(beside) <= 20


def test_the_short_url_redirects_to_the_charts_and_pages_link_there(sample_site):
    assert sample_site.get("/pictures").headers["location"] == "/-/dashboards/pictures"
    home = sample_site.get("/").text
    assert 'href="/-/dashboards/pictures"' in home
    assert ">Dashboards<" not in home


@pytest.mark.parametrize(
    "path",
    ["tags/optimization", "cited_works/kingma-2015-adam-a-method-for", "cited_names/kingma-d"],
)
def test_row_pages_link_to_charts_of_the_row(path, sample_site):
    links = re.findall(
        r'href="(/-/dashboards/pictures/\w+\?[^"]+)"', sample_site.get(f"/papers/{path}").text
    )
    assert len(links) == 2
    assert all("plot" in sample_site.get(link).text for link in links)


def test_charts_are_translated(sample_site):
    page = sample_site.get(
        "/-/dashboards/pictures/tags_by_year", headers={"accept-language": "fr"}
    ).text
    assert "Mots-clés au fil du temps" in page
    assert "% des articles" in page


def test_a_caption_describes_the_data(sample_site):
    page = " ".join(sample_site.get("/-/dashboards/pictures/papers_by_year").text.split())
    most = max(rows(sample_site, "papers_by_year"), key=lambda row: row["papers"])
    assert f"Maximum: <bdi>{most['venue_year']}</bdi> (<bdi>{most['papers']}</bdi>)." in page
    lit = [row["found"] for row in rows(sample_site, "map_of_papers", q="noise")]
    page = sample_site.get("/-/dashboards/pictures/map_of_papers?q=noise").text
    assert f"Shows {len(lit)} works, {sum(lit)} match the search." in page


@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_links_to_its_table_and_sql(name, sample_site):
    page = sample_site.get(f"/-/dashboards/pictures/{name}").text
    links = [
        link.replace("&amp;", "&") for link in re.findall(rf'href="(/papers/{name}[^"]*)"', page)
    ]
    links = list(dict.fromkeys(links))  # the table of many rows is linked twice
    assert len(links) == 4
    assert all(sample_site.get(link).status_code == 200 for link in links)
    assert METADATA["queries"][name]["sql"].splitlines()[0] in html.unescape(
        sample_site.get(links[1]).text
    )


def test_an_unknown_chart_is_a_404(sample_site):
    assert sample_site.get("/-/dashboards/pictures/nosuch").status_code == 404


def test_charts_respect_permissions_and_work_without_execute_sql(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["tags_by_year"]["allow"] = False
    paths = (
        "/papers.json?sql=select+1",
        "/-/dashboards/pictures/papers_by_year",
        "/-/dashboards/pictures/tags_by_year",
    )
    answers = ask(*paths, settings={"default_allow_sql": False}, metadata=metadata)
    assert [answer.status_code for answer in answers] == [403, 200, 403]
