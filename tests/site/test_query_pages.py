"""Pages of cards are Datasette's pages of canned queries, but for the table that they do not show."""

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


def test_no_plugin_is_asked_for_cells_that_are_not_shown(ask):
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


def test_the_sql_of_a_search_is_linked_where_readers_may_change_it(ask):
    (free,) = ask(PAGES[0])
    (bound,) = ask(PAGES[0], settings={"default_allow_sql": False})
    assert 'href="/papers?sql=with' in free.text
    assert "?sql=" not in bound.text
    assert free.text.count("<article") == bound.text.count("<article") > 0


def test_a_query_that_is_not_for_all_is_kept(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["search"]["allow"] = False
    assert [answer.status_code for answer in ask(*PAGES[:2], metadata=metadata)] == [403, 200]


def test_a_search_that_is_broken_off_says_so_and_not_that_nothing_was_found(ask):
    (answer,) = ask("/papers/search?q=learning&_timelimit=1")
    assert answer.status_code == 400
    # SQLite's word for it depends on whether it was reading the schema just then
    assert "took longer than the limit" in answer.text or "The search failed" in answer.text
    assert "No paper contains" not in answer.text
