"""The HTML pages of canned queries that plugins/query_pages.py serves."""

import re

import pytest
import yaml
from conftest import ROOT
from datasette import hookimpl
from datasette.plugins import pm

PAGES = (
    "/papers/search?q=gan",
    "/papers/search_facets?q=gan&facet=tag",
    "/papers/programme",
    "/papers/reading_list",
)


def test_query_pages_render_no_table_cells(ask):
    class Watch:
        __name__ = "watch"
        cells = 0

        @hookimpl
        def render_cell(self):
            self.cells += 1

    watch = Watch()
    pm.register(watch)
    try:
        assert [answer.status_code for answer in ask(*PAGES)] == [200] * len(PAGES)
        assert watch.cells == 0
        ask("/papers/tags_together")
        assert watch.cells > 0
    finally:
        pm.unregister(watch)


def test_the_sql_is_linked_if_readers_may_execute_sql(ask):
    (allowed,) = ask(PAGES[0])
    (denied,) = ask(PAGES[0], settings={"default_allow_sql": False})
    assert 'href="/papers?sql=select' in allowed.text
    assert "?sql=" not in denied.text
    assert allowed.text.count("<article") == denied.text.count("<article") > 0


def test_query_pages_respect_permissions(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["search"]["allow"] = False
    assert [answer.status_code for answer in ask(*PAGES[:2], metadata=metadata)] == [403, 200]


def with_sql(query, sql):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"][query]["sql"] = sql
    return metadata


ENDLESS = (
    "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n where i < 0"
)


def test_a_query_past_its_time_limit_is_an_error(ask):
    metadata = with_sql("programme", ENDLESS)
    (answer,) = ask("/papers/programme?_timelimit=50", metadata=metadata)
    assert answer.status_code == 400
    assert "took longer than the limit of 0.05 s" in answer.text


def test_an_sql_error_of_a_query_is_no_page_of_results(ask):
    answers = ask(
        "/papers/search_facets?facet=tag",
        "/papers/search_facets.json",
        metadata=with_sql("search_facets", "select nosuch from papers"),
    )
    assert [answer.status_code for answer in answers] == [400, 400]
    assert "no such column: nosuch" in answers[1].text


def test_the_page_of_the_search_and_its_json_have_the_same_papers_in_the_same_order(sample_site):
    for asked in ({"q": "noise"}, {"q": "learning", "page": 2}, {"q": "", "sort": "title"}):
        html = sample_site.get("/papers/search", params=asked).text
        rows = sample_site.get("/papers/search.json", params={**asked, "_shape": "array"}).json()
        shown = re.findall(r'<h2><a href="/papers/papers/([^"?]+)', html)
        assert shown == [row["paper_id"] for row in rows]
        assert len(shown) > 3


def test_sql_of_readers_can_ask_the_engine(sample_site):
    sql = """select count(*) as papers from json_each(search('{"q": "noise", "size": 100}')) as hit
        join papers on papers.paper_id = hit.value ->> 'paper_id'"""
    rows = sample_site.get("/papers.json", params={"sql": sql, "_shape": "array"}).json()
    facets = sample_site.get("/papers/search_facets.json?q=noise&_shape=array").json()
    assert rows[0]["papers"] == next(r["count"] for r in facets if r["facet"] == "matches") > 0


@pytest.mark.parametrize("arguments", ["", "[]", "{", "null", "7", '{"q": 7, "page": []}'])
def test_odd_arguments_of_an_sql_function_are_an_error_of_sql_and_no_crash(sample_site, arguments):
    asked = {"sql": "select search(:asked) as hits", "asked": arguments}
    assert sample_site.get("/papers.json", params=asked).status_code in {200, 400}


def test_a_head_request_has_the_headers_of_the_page(sample_site):
    page = sample_site.get("/papers/search?q=noise")
    head = sample_site.head("/papers/search?q=noise")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "cache-control", "link", "referrer-policy"):
        assert head.headers[name] == page.headers[name]
    assert 'rel="alternate"; type="application/json+datasette"' in page.headers["link"]


def test_only_the_editor_of_sql_is_named_sql(visit):
    page = visit("/papers/whose?text=noise")
    assert page.get_attribute("main textarea", "aria-label") is None
    page = visit("/papers/tags")
    assert page.get_attribute("input[name=_sort_by_desc]", "aria-label") is None
    page = visit("/papers?sql=select+1")
    page.wait_for_selector(".CodeMirror textarea[aria-label=SQL]", state="attached")
