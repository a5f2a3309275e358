"""Pages offer what a collection has, and nothing else; their example queries find something."""

import re
from html import unescape

import pytest
from conftest import page, serve

from papersette.site.collection import FACET_NEEDS, HAS, NEEDS, to_candidates


@pytest.fixture(scope="module")
def plain_site(searched_db, tmp_path_factory):
    """Papers without authors, sessions, ratings, decisions, tl;drs and abstracts."""
    with serve(searched_db, tmp_path_factory.mktemp("plainsite")) as client:
        yield client


def links(html):
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', html)]


def examples_of(site):
    """Return the queries that the home page offers, of its list of examples only."""
    listed = re.search(r'<ul class="list examples">.*?</ul>', page(site, "/"), re.DOTALL).group()
    return [link for link in links(listed) if "search?q=" in link]


@pytest.mark.parametrize("name", ["sample_site", "odd_site", "plain_site", "rated_site"])
def test_every_example_on_the_home_page_and_in_the_help_finds_papers(name, request):
    site = request.getfixturevalue(name)
    help_page = (
        page(site, "/papers/search").partition('id="search-help"')[2].partition("</details>")[0]
    )
    found = examples_of(site) + [link for link in links(help_page) if "search?q=" in link]
    assert len(found) > 4
    for link in found:
        html = site.get(link).text
        count = re.search(r'role="status"><b>([\d,]+)</b>', html).group(1)
        assert int(count.replace(",", "")) > 0, link
        assert "No paper contains" not in html, link


def test_what_a_collection_lacks_is_offered_nowhere(plain_site):
    home, results = page(plain_site, "/"), page(plain_site, "/papers/search", q="networks")
    for html in (home, results):
        assert "/papers/authors" not in html
        assert "/papers/programme" not in html
        assert "author:" not in html
        assert "No authors given" not in html
    assert "best_rated" not in home
    assert "authors_by_papers" not in home
    assert "ratings_by_decision" not in home
    assert "sort=rating" not in results
    assert "Abstract" not in results


def test_what_a_collection_has_is_offered(sample_site, rated_site):
    home, results = page(sample_site, "/"), page(sample_site, "/papers/search", q="noise")
    for offered in ("/papers/authors", "/papers/programme", "/papers/tags"):
        assert offered in home
        assert offered in results
    assert "No authors given" in results, "other papers have authors"
    assert "best_rated" in page(rated_site, "/")
    assert "sort=rating" in page(rated_site, "/papers/search")


def test_a_fact_that_all_papers_lack_is_not_said_to_be_missing(plain_site):
    html = page(plain_site, "/papers/search", q="networks")
    for said in ("No authors", "No tl;dr", "No abstract"):
        assert said not in html


def test_the_numbers_of_the_home_page_are_those_of_the_collection(sample_site):
    shown = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page(sample_site, "/")))
    sql = "select count(*) as papers, sum(page_count > 0) as texts from papers"
    (row,) = sample_site.get("/papers.json", params={"sql": sql, "_shape": "array"}).json()
    assert int(shown["papers"]) == row["papers"]
    assert int(shown["of them with text"]) == row["texts"]


def test_everything_that_is_needed_is_a_capability():
    needs = {need for needs in NEEDS.values() for need in needs.split()}
    assert needs | set(FACET_NEEDS.values()) <= set(re.findall(r"as (\w+)", HAS))


def test_values_that_could_break_a_query_are_quoted_or_left_out():
    labels = {"tag": ['odd "tag"', "deep learning", "a-b"], "dataset": ["MNIST"]}
    candidates = to_candidates(labels, ["x1"])
    assert candidates["phrase"] == ['"deep learning"']
    assert candidates["tag"] == ['tag:"odd  tag "', 'tag:"deep learning"', 'tag:"a-b"']
    assert candidates["dataset"] == ["dataset:MNIST"]
    assert candidates["similar"] == ["similar(x1)"]


def test_a_collection_without_any_values_has_no_candidates_of_them():
    assert not any(queries for kind, queries in to_candidates({}, []).items() if kind != "has")
