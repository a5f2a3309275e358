"""The served site: search, cards, paper pages and downloads of a small corpus of odd papers."""

import json
import re

import pytest
from conftest import METADATA, page
from corpora import ARABIC, ODD_PAPERS


@pytest.fixture(scope="module")
def site(odd_site):
    return odd_site


def ids(site, **asked):
    answer = site.get("/papers/search.json", params={"_shape": "array", **asked})
    assert answer.status_code == 200, answer.text
    return [row["paper_id"] for row in answer.json()]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("dropout lstm", ["dropout"]),
        ('"anisotropic noise"', ["dropout"]),
        ("wikitext OR lstm", ["dropout", "wikitext"]),
        ("anisotropic -lstm", ["wikitext"]),
        ("transf*", ["wikitext"]),
        ("use NEAR/3 lstm", ["dropout"]),
        ("anisotropic -use NEAR lstm", ["wikitext"]),
        ("title:dropout", ["dropout"]),
        ("tag:dropout", ["dropout", "wikitext"]),
        ("author:angstrom", ["hostile"]),
        ("abstract:gradients", ["hostile"]),
        ("body:transformer", ["wikitext"]),
        ("year:2018 noise", ["hostile"]),
        ("venue:odd lstm", ["dropout"]),
        ("ångström", ["hostile"]),
        (ARABIC, ["arabic"]),
        ('tag:"odd ids"', ["a/b?c#d %41 ü"]),
    ],
)
def test_queries_find_the_expected_papers(site, q, found):
    assert sorted(ids(site, q=q)) == sorted(found)


def test_search_rows_have_a_passage_and_the_documented_columns(site):
    (row,) = site.get(
        "/papers/search.json", params={"q": '"anisotropic noise"', "_shape": "array"}
    ).json()
    assert [*row][:8] == [
        "paper_id",
        "title",
        "venue",
        "year",
        "tldr",
        "score",
        "snippet",
        "snippet_page",
    ]
    assert (row["snippet_page"], row["snippet"].count("⟦")) == (1, 2)


def test_words_on_different_pages_of_a_paper_match(site):
    assert ids(site, q="lstm page two") == ["dropout"]


def test_if_no_paper_has_all_words_partial_matches_name_the_missing_ones(site):
    assert sorted(ids(site, q="dropout lstm wikitext zzzz")) == ["dropout", "wikitext"]
    html = page(site, "/papers/search", q="lstm wikitext zzzz")
    assert 'None of these papers contains: <b dir="auto">zzzz</b>' in html
    assert re.findall("Missing: ([^<]+)<", html) == ["lstm", "wikitext"]


def test_a_word_that_only_other_papers_have_is_not_said_to_be_in_none(sample_site):
    assert "No paper" not in sample_site.get("/papers/search?q=dropout").text
    html = sample_site.get("/papers/search?q=dropout+dataset:mnist").text
    assert 'None of these papers contains: <b dir="auto">dropout</b>' in html
    assert "No paper contains" not in html


def test_a_phrase_without_matches_is_relaxed_to_its_words(site):
    assert set(ids(site, q='"noise anisotropic"')) == {"dropout", "wikitext"}
    assert "No paper contains the exact phrase" in page(
        site, "/papers/search", q='"noise anisotropic"'
    )


def test_near_without_matches_is_relaxed_to_its_words(site):
    assert ids(site, q="use NEAR/2 lstm") == ["dropout"]
    assert "No paper has these words that close together" in page(
        site, "/papers/search", q="use NEAR/2 lstm"
    )
    assert "close together" not in page(site, "/papers/search", q="use NEAR/3 lstm")


def test_an_empty_search_lists_all_papers(site):
    html = page(site, "/papers/search")
    assert f"<b>{len(ODD_PAPERS)}</b> results" in html


def test_filters_apply_and_are_kept_in_links(site):
    assert set(ids(site, q="noise", tag="dropout")) == {"dropout", "wikitext"}
    assert ids(site, q="noise", year="2018") == ["hostile"]
    assert ids(site, q="noise", author="zoe-angstrom") == ["hostile"]
    assert ids(site, q="noise", venue="nosuch") == []
    html = page(site, "/papers/search", q="filler", tag="filler", sort="title")
    assert 'href="/papers/search?q=filler&amp;tag=filler&amp;sort=title&amp;page=2"' in html


def test_pages_show_every_result_once_and_the_last_page_is_known(site):
    found = [i for number in (1, 2, 3) for i in ids(site, q="filler", page=number)]
    assert len(found) == len(set(found)) == 45
    assert "no page 9" in page(site, "/papers/search", q="filler", page=9)


@pytest.mark.parametrize("sort", ["year", "title", "nosuch"])
def test_sorting_does_not_change_the_set_of_results(site, sort):
    everything = {i for number in (1, 2, 3) for i in ids(site, q="filler", page=number)}
    assert {
        i for number in (1, 2, 3) for i in ids(site, q="filler", page=number, sort=sort)
    } == everything


def test_facet_counts_cover_all_matches(site):
    rows = site.get(
        "/papers/search_facets.json", params={"q": "filler", "page": 2, "_shape": "array"}
    ).json()
    years = {row["value"]: row["count"] for row in rows if row["facet"] == "year"}
    assert years == {"2000": 15, "2001": 15, "2002": 15}


HOSTILE = ['"', '""', "(", "a\x00b", "<script>alert(1)</script>", "x" * 10_000, ARABIC, "🙂",
           "' or 1=1 --", "AND", "NEAR(", "*", "-", "title:", "%00", "⟦", "\\", "{q}",
           "{{7*7}}"]  # fmt: skip


@pytest.mark.parametrize("q", HOSTILE)
@pytest.mark.parametrize(
    "path", ["/papers/search", "/-/search", "/papers/papers/dropout", "/papers/phrase_pages"]
)
def test_hostile_input_is_escaped(site, q, path):
    asked = {"phrase": q, "q": q}
    html = page(site, path, **asked)
    assert "<script>alert" not in html
    assert "onerror=alert(1)>" not in html
    assert "49" not in re.sub(r"\d{3,}", "", html) or "{{" not in q


@pytest.mark.parametrize("q", HOSTILE)
@pytest.mark.parametrize(
    "path",
    [
        "/papers/papers.json",
        "/papers/pages.json",
        "/papers/authors.json",
        "/papers/tags.json",
        "/papers/paper_texts.json",
    ],
)
def test_hostile_input_to_table_search_is_no_error(site, q, path):
    assert site.get(path, params={"_search": q}).status_code == 200


@pytest.mark.parametrize("paper_id", [paper["paper_id"] for paper in ODD_PAPERS[:6]])
def test_every_card_links_to_the_page_of_its_paper(site, paper_id):
    (card,) = site.get(
        "/papers/cards.json", params={"ids": json.dumps([paper_id]), "_shape": "array"}
    ).json()
    listed = page(site, "/papers/search", q=card["title"] or "", page=4 if not card["title"] else 1)
    links = re.findall(r'<h2><a href="([^"]+)"', listed)
    pages = [page(site, link.replace("&amp;", "&")) for link in links]
    assert any(f"<dd>{card['paper_id']}</dd>" in text or "<dt>Id</dt>" in text for text in pages)


def test_markup_in_titles_is_shown_as_text(site):
    for path in ("/papers/papers/hostile", "/papers/search?q=noise", "/papers/papers",
                 "/papers/papers?_view=table", "/-/search?q=noise", "/papers/tags_together",
                 "/papers/papers_missing_something", "/papers/venues/odd"):  # fmt: skip
        html = page(site, path)
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="javascript:' not in html
    assert "&lt;script&gt;alert" in page(site, "/papers/papers/hostile")


def test_a_paper_without_fields_has_a_page(site):
    html = page(site, "/papers/papers/bare")
    assert "Untitled paper" in html
    assert not re.search(r">\s*None\s*<", html)


def test_a_paper_page_shows_the_passages_of_its_query(site):
    html = page(site, "/papers/papers/dropout", q="dropout")
    assert '2 matching pages for <b dir="auto">dropout</b>' in html
    assert 'href="/papers/papers/dropout/read?page=2&amp;q=dropout&amp;quote=' in html


def test_unknown_papers_and_queries_are_404_pages(site):
    for path in ("/papers/papers/nosuch", "/papers/nosuch", "/papers/tags/nosuch"):
        answer = site.get(path)
        assert (answer.status_code, "<header" in answer.text) == (404, True)


@pytest.mark.parametrize(
    "path",
    [
        "/papers/tags/noise",
        "/papers/authors/zoe-angstrom",
        "/papers/sessions/odd-morning-1",
        "/papers/venues/odd",
    ],
)
def test_row_pages_list_their_papers(site, path):
    assert "papers/papers/hostile" in page(site, path)


def test_table_search_uses_the_full_text_indexes(site):
    def found(table, words):
        return site.get(
            f"/papers/{table}.json", params={"_search": words, "_shape": "array"}
        ).json()

    assert [row["paper_id"] for row in found("papers", "transformer")] == ["wikitext"]
    assert [row["page"] for row in found("pages", "page two")] == [2]
    assert [row["author_id"] for row in found("authors", "zoe")] == ["zoe-angstrom"]
    assert [row["tag_id"] for row in found("tags", "odd")] == ["odd-ids"]


def test_search_all_links_to_rows_of_every_table(site):
    html = page(site, "/-/search", q="dropout")
    assert all(
        link in html
        for link in (
            'href="/papers/papers/dropout"',
            'href="/papers/tags/dropout"',
            'href="/papers/pages/50001"',
        )
    )


def test_every_canned_query_works_without_parameters(site):

    for name in METADATA["queries"]:
        for ending in ("", ".json", ".csv"):
            assert site.get(f"/papers/{name}{ending}").status_code == 200, name


def test_canned_queries_return_the_expected_rows(site):
    def rows(name, **asked):
        return site.get(f"/papers/{name}.json", params={"_shape": "array", **asked}).json()

    assert {(row["paper_id"], row["page"]) for row in rows("phrase_pages", phrase="dropout")} == {
        ("dropout", 1),
        ("dropout", 2),
    }
    assert rows("tags_together", tag="noise")[0]["papers"] == 1
    assert [row["paper_id"] for row in rows("session_programme")] == ["hostile", "dropout"]
    assert "bare" in [row["paper_id"] for row in rows("papers_missing_something", missing="title")]
    assert len(rows("random_papers")) == 10
    assert rows("longest_and_shortest")[0]["paper_id"] == "dropout"
    assert rows("phrase_by_venue", phrase="dropout")[0].keys() >= {
        "venue",
        "year",
        "papers_with_it",
        "percent",
    }
    assert rows("authors_by_papers")[0]["papers"] == 1


def test_the_notice_is_on_every_page(site):
    for path in ("/", "/papers", "/papers/papers", "/papers/papers/bare", "/papers/search"):
        assert "All of this is &lt;made up&gt;." in page(site, path)


def test_the_home_page_has_a_search_form_and_tags(site):
    html = page(site, "/")
    assert 'name="q"' in html
    assert html.count('<code dir="auto">') > 3
    assert 'href="/papers/tags/filler"' in html


def test_the_database_can_be_downloaded_but_not_changed(site):
    assert site.get("/papers.db").content[:15] == b"SQLite format 3"
    assert site.get("/papers.json", params={"sql": "delete from papers"}).status_code == 400
