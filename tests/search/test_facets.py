"""Facets: right in HTML and JSON, on page 2, beside a filter and a search,
with several values ANDed."""

import pytest
from conftest import page
from corpora import ODD_PAPERS

TABLE = "/papers/papers.json"


@pytest.fixture(scope="module")
def site(odd_site):
    return odd_site


def facet(answer, name):
    return {value["value"]: value["count"] for value in answer["facet_results"][name]["results"]}


def truth(*tags, **columns):
    fitting = [
        p
        for p in ODD_PAPERS
        if set(tags) <= set(p.get("tags", [])) and all(p.get(k) == v for k, v in columns.items())
    ]
    return sorted(p["paper_id"] for p in fitting)


def get(site, **asked):
    return site.get(TABLE, params={"_shape": "objects", **asked}).json()


def all_ids(site, **asked):
    return sorted(row["paper_id"] for row in get(site, _size=1000, **asked)["rows"])


def test_counts_are_of_the_whole_table(site):
    assert facet(get(site), "tags") == {
        "filler": 45, "noise": 3, "dropout": 2,
        "b-bold-b": 1, "cplusplus": 1, "odd-ids": 1, "شبكات": 1,
    }  # fmt: skip


def test_counts_on_page_2_are_those_of_page_1(site):
    first = get(site, _size=20)
    second = get(site, _size=20, _next=first["next"])
    for name in ("tags", "authors", "sessions", "year", "decision", "language", "venue_id"):
        assert facet(second, name) == facet(first, name)
    assert second["rows"][0] != first["rows"][0]


def test_links_of_a_facet_lead_back_to_page_1(site):
    first = get(site, _size=20)
    second = get(site, _size=20, _next=first["next"])
    links = [v["toggle_url"] for f in second["facet_results"].values() for v in f["results"]]
    assert links
    assert not any("_next" in link for link in links)


@pytest.mark.parametrize("tags", [["noise"], ["noise", "dropout"], ["filler", "noise"]])
def test_several_values_are_anded(site, tags):
    assert all_ids(site, _linked_tags=tags) == truth(*tags)


def test_a_column_filter_beside_it_holds_for_both(site):
    answer = get(site, _linked_tags="dropout", decision="poster")
    assert sorted(row["paper_id"] for row in answer["rows"]) == ["dropout", "wikitext"]
    assert facet(answer, "tags") == {"dropout": 2, "noise": 1}
    assert all_ids(site, _linked_tags="filler", year=2001) == truth("filler", year=2001)


def test_a_search_beside_it_holds_for_both(site):
    answer = get(site, _search="anisotropic", _linked_tags="noise")
    assert [row["paper_id"] for row in answer["rows"]] == ["dropout"]
    assert facet(answer, "tags") == {"noise": 1, "dropout": 1}


def test_a_chosen_value_is_shown_as_chosen_and_its_link_removes_it(site):
    results = get(site, _linked_tags="noise")["facet_results"]["tags"]["results"]
    chosen = [value for value in results if value["selected"]]
    assert [value["value"] for value in chosen] == ["noise"]
    assert "_linked_tags" not in chosen[0]["toggle_url"]


def test_the_page_shows_the_same_counts_as_the_json(site):
    html = page(site, "/papers/papers", _linked_tags="noise")
    assert "3 rows" in html
    assert "tags include &#34;noise&#34;" in html or "tags include &quot;noise&quot;" in html


@pytest.mark.parametrize(
    "asked",
    [
        {"_linked_tags": "nosuch"},
        {"_linked_tags": "' or 1=1"},
        {"_linked_nosuch": "x"},
        {"_facet_linked": "nosuch"},
    ],
)
def test_an_unknown_value_or_facet_is_no_error(site, asked):
    assert site.get(TABLE, params=asked).status_code == 200


def test_a_linked_facet_can_be_asked_for_in_the_address(site):
    assert (
        facet(site.get("/papers/tags.json", params={"_facet_linked": "papers"}).json(), "papers")[
            "hostile"
        ]
        == 3
    )
