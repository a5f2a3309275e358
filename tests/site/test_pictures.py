"""Pictures: what they draw is in their tables, and their pages link to it. How they are drawn is in test_drawing.py."""

import html
import re

import pytest
import yaml
from conftest import CHARTS, METADATA, ROOT, query, rows
from corpora import HOSTILE


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


@pytest.mark.parametrize("name", CHARTS)
def test_every_picture_has_rows_with_the_columns_that_it_draws(name, sample_site, rated_site):
    chart = CHARTS[name]
    found = rows(rated_site if name == "ratings_by_decision" else sample_site, name)
    most = chart.get("most", {"by": []})
    wanted = named(chart["display"]) - computed(chart["display"]) - {"href"}
    wanted |= {*most["by"], most.get("of")} - {None} | set(
        re.findall(r"{(\w+)}", str(chart.get("opens")))
    )
    assert found
    assert wanted <= set(found[0]), wanted - set(found[0])


def test_a_picture_names_its_canned_query_and_has_no_sql_of_its_own():
    assert set(CHARTS) <= set(METADATA["queries"])
    assert not [name for name, chart in CHARTS.items() if "query" in chart or "db" in chart]


def test_papers_of_more_than_24_venues_and_years_are_told_by_year_alone(rated_site, sample_site):
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
def test_phrases_are_parted_by_commas_and_any_of_them_is_words(phrase, sample_site):
    asked = {part.strip() for part in phrase.replace('"', " ").replace("\\", " ").split(",")} - {""}
    assert len({row["phrase"] for row in rows(sample_site, "phrase_by_venue", phrase=phrase)}) == (
        0 if "\t" in phrase else min(6, len(asked))
    )


def test_the_share_of_a_phrase_is_of_the_papers_whose_text_is_here(sample_site, sample_db):
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
def test_a_click_finds_as_many_papers_as_the_mark_says(name, counted, sample_site):
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


def test_citations_of_a_name_and_of_a_work_can_be_asked_for(sample_site):
    assert {row["cited"] for row in rows(sample_site, "citations_by_year", name="Kingma, D")} == {
        "Kingma, D"
    }
    assert {
        row["cited_work_id"]
        for row in rows(sample_site, "citations_by_year", work="kingma-2015-adam-a-method-for")
    } == {"kingma-2015-adam-a-method-for"}


def test_tags_go_together_both_ways_and_never_with_themselves(sample_site):
    pairs = {
        (row["tag_id"], row["other_tag_id"]): row["papers"]
        for row in rows(sample_site, "tags_by_tag")
    }
    assert pairs == {(other, one): papers for (one, other), papers in pairs.items()}
    assert all(one != other for one, other in pairs)
    beside = {row["tag_id"] for row in rows(sample_site, "tags_by_tag", tag="generalization")}
    assert "generalization" in beside
    assert len(beside) <= 20


def test_the_friendly_address_leads_to_the_pictures_and_every_page_links_there(sample_site):
    assert sample_site.get("/pictures").headers["location"] == "/-/dashboards/pictures"
    home = sample_site.get("/").text
    assert 'href="/-/dashboards/pictures"' in home
    assert ">Dashboards<" not in home


@pytest.mark.parametrize(
    "path",
    ["tags/optimization", "cited_works/kingma-2015-adam-a-method-for", "cited_names/kingma-d"],
)
def test_a_row_page_links_to_its_own_picture(path, sample_site):
    links = re.findall(
        r'href="(/-/dashboards/pictures/\w+\?[^"]+)"', sample_site.get(f"/papers/{path}").text
    )
    assert len(links) == 2
    assert all("plot" in sample_site.get(link).text for link in links)


def test_pictures_speak_the_readers_language(sample_site):
    page = sample_site.get(
        "/-/dashboards/pictures/tags_by_year", headers={"accept-language": "fr"}
    ).text
    assert "Mots-clés au fil du temps" in page
    assert "% des articles" in page


def test_a_caption_tells_in_words_what_the_picture_shows(sample_site):
    page = sample_site.get("/-/dashboards/pictures/papers_by_year").text
    most = max(rows(sample_site, "papers_by_year"), key=lambda row: row["papers"])
    assert f"The most: <bdi>{most['venue_year']}</bdi> (<bdi>{most['papers']}</bdi>)." in page
    lit = [row["found"] for row in rows(sample_site, "map_of_papers", q="noise")]
    page = sample_site.get("/-/dashboards/pictures/map_of_papers?q=noise").text
    assert f"{len(lit)} works are on it, {sum(lit)} of them found." in page


@pytest.mark.parametrize("name", CHARTS)
def test_each_picture_links_to_a_table_that_answers_and_its_sql(name, sample_site):
    page = sample_site.get(f"/-/dashboards/pictures/{name}").text
    links = [
        link.replace("&amp;", "&") for link in re.findall(rf'href="(/papers/{name}[^"]*)"', page)
    ]
    assert len(links) == 4
    assert all(sample_site.get(link).status_code == 200 for link in links)
    assert METADATA["queries"][name]["sql"].splitlines()[0] in html.unescape(
        sample_site.get(links[1]).text
    )


def test_a_picture_that_does_not_exist_is_not_found(sample_site):
    assert sample_site.get("/-/dashboards/pictures/nosuch").status_code == 404


def test_pictures_need_no_free_sql_and_keep_a_query_that_is_not_for_all(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["tags_by_year"]["allow"] = False
    paths = (
        "/papers.json?sql=select+1",
        "/-/dashboards/pictures/papers_by_year",
        "/-/dashboards/pictures/tags_by_year",
    )
    answers = ask(*paths, settings={"default_allow_sql": False}, metadata=metadata)
    assert [answer.status_code for answer in answers] == [403, 200, 403]
