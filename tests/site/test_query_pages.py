"""The HTML pages of canned queries that plugins/query_pages.py serves."""

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
    assert 'href="/papers?sql=with' in allowed.text
    assert "?sql=" not in denied.text
    assert allowed.text.count("<article") == denied.text.count("<article") > 0


def test_query_pages_respect_permissions(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["search"]["allow"] = False
    assert [answer.status_code for answer in ask(*PAGES[:2], metadata=metadata)] == [403, 200]


def test_a_search_past_its_time_limit_is_an_error(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n where i < 0"
    metadata["databases"]["papers"]["queries"]["search"]["sql"] = endless
    (answer,) = ask("/papers/search?q=learning&_timelimit=50", metadata=metadata)
    assert answer.status_code == 400
    assert "took longer than the limit of 0.05 s" in answer.text
    assert "No paper contains" not in answer.text


def test_an_sql_error_is_shown_on_the_page_of_the_search(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["search"]["sql"] = "select nosuch from papers"
    (answer,) = ask("/papers/search?q=learning", metadata=metadata)
    assert answer.status_code == 400
    assert "The search failed: no such column: nosuch" in answer.text


def test_a_head_request_has_the_headers_of_the_page(sample_site):
    page = sample_site.get("/papers/search?q=noise")
    head = sample_site.head("/papers/search?q=noise")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "cache-control", "link", "referrer-policy"):
        assert head.headers[name] == page.headers[name]
    assert 'rel="alternate"; type="application/json+datasette"' in page.headers["link"]
