"""Pages of a collection with a model of meaning, and of one without."""

import csv
import io
import re

import pytest
from conftest import axe_findings, follow, page, rows, visiting

QUESTION = "noise escape bad valleys"
ADDRESS = "/papers/search?q=noise+escape+bad+valleys"
NOISE = "H1M7soActX"
PASSAGE = "The noise of the gradient is not the same in all directions."


@pytest.fixture
def visit(browser, meaning_site):
    with visiting(browser, meaning_site) as visit:
        yield visit


@pytest.mark.parametrize(
    ("language", "count", "mark"),
    [
        ("en", "1 result, and 3 more by meaning", "by meaning"),
        ("fr", "1 résultat, et 3 autres par le sens", "par le sens"),
        ("ar", "1 نتيجة, و3 أخرى بالمعنى", "بالمعنى"),
    ],
)
def test_a_hit_found_by_meaning_is_marked_in_three_languages(visit, language, count, mark):
    opened = visit(ADDRESS, extra_http_headers={"accept-language": language})
    assert " ".join(opened.locator(".count").inner_text().split()) == count
    marked = opened.locator("article:has(.by-meaning)").first
    assert marked.get_attribute("data-paper") == NOISE
    assert marked.locator(".by-meaning").inner_text() == mark
    assert "anisotropic noise escapes from minima" in marked.locator(".passage").inner_text()
    assert opened.locator("article").count() == 4
    assert axe_findings(opened) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_with_such_hits_is_not_wider_than_the_window(visit, width):
    opened = visit(ADDRESS, viewport={"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_meaning_is_turned_off_and_on_again_and_links_keep_the_choice(visit):
    opened = visit(ADDRESS)
    opened.locator(".options summary").click()
    follow(opened.locator(".options a", has_text="words only"))
    assert opened.locator(".by-meaning").count() == 0
    assert "meaning=off" in opened.locator(".chip").first.get_attribute("href")
    opened.locator(".options summary").click()
    follow(opened.locator(".options a", has_text="words and meaning"))
    assert opened.locator(".by-meaning").count() == 3


def test_a_search_by_words_offers_no_such_choice(meaning_site, sample_site):
    assert "words only" in page(meaning_site, "/papers/search", q=QUESTION)
    assert "words only" not in page(meaning_site, "/papers/search", q="dropout")
    assert "words only" not in page(sample_site, "/papers/search", q=QUESTION)


def test_json_csv_and_bibtex_have_the_hits_of_the_page(meaning_site):
    found = rows(meaning_site, "search", q=QUESTION)
    assert [(row["paper_id"], row["found_by"]) for row in found][1] == (NOISE, "meaning")
    asked = {"q": QUESTION, "_size": "max"}
    table = list(
        csv.DictReader(
            io.StringIO(meaning_site.get("/papers/search.csv", params=asked).text.lstrip("\ufeff"))
        )
    )
    assert [row["paper_id"] for row in table] == [row["paper_id"] for row in found]
    assert meaning_site.get("/papers/search.bib", params={"q": QUESTION}).text.count("@") == len(
        found
    )
    assert len(rows(meaning_site, "search", q=QUESTION, meaning="off")) == 1


def test_the_numbers_of_a_search_say_what_was_found_by_meaning(meaning_site, sample_site):
    def numbers(site, **more):
        return {
            (row["facet"], row["value"]): row["count"]
            for row in rows(site, "search_facets", q=QUESTION, **more)
            if row["facet"] in {"matches", "meaning"}
        }

    assert numbers(meaning_site) == {("matches", None): 1, ("meaning", "on"): 3}
    assert numbers(meaning_site, meaning="off") == {("matches", None): 1, ("meaning", "off"): 0}
    assert numbers(sample_site) == {("matches", None): 1}


def test_the_ranking_is_explained_with_its_part_of_meaning(meaning_site):
    assert re.search(
        r"<li>meaning: [\d.]+</li>", page(meaning_site, "/papers/search", q=QUESTION, explain="1")
    )


def test_about_names_the_model_or_says_that_there_is_none(meaning_site, sample_site):
    assert "all-MiniLM-L6-v2 (Apache-2.0)" in page(meaning_site, "/about")
    assert "this collection was built without a model for it" in page(sample_site, "/about")


def test_similar_passages_quote_other_papers_with_their_page(visit):
    opened = visit(f"/papers/similar_passages?text={PASSAGE}")
    assert "compared by words and meaning" in opened.locator(".facts").inner_text()
    passages = opened.locator("ol.passages > li")
    assert 5 <= passages.count() <= 15
    follow(passages.first.locator("a.page"))
    assert opened.locator(".passage, .quoted").count()
    follow(opened.locator("a", has_text="Similar passages"))
    assert opened.locator("ol.passages > li").count()
    assert axe_findings(opened) == []


def test_similar_passages_work_without_a_model_and_in_json(sample_site, meaning_site):
    shown = page(sample_site, "/papers/similar_passages", text=PASSAGE)
    assert "compared by words" in shown
    assert "compared by words and meaning" not in shown
    by_words = rows(sample_site, "similar_passages", text=PASSAGE)
    by_both = rows(meaning_site, "similar_passages", text=PASSAGE)
    assert {row["cosine"] for row in by_words} == {None}
    assert all(0 < row["cosine"] <= 1 for row in by_both)
    assert page(sample_site, "/papers/similar_passages")
    assert rows(sample_site, "similar_passages", text="") == []


def test_a_passage_of_a_paper_leads_to_similar_ones(meaning_site):
    shown = page(meaning_site, f"/papers/papers/{NOISE}", q="anisotropic")
    links = re.findall(r'href="(/papers/similar_passages\?text=[^"]+)"', shown)
    assert links
    assert "⟦" not in links[0]
    assert "%E2%9F%A6" not in links[0]


def test_papers_related_by_an_aspect_have_a_reason(meaning_site, sample_site):
    for site in (meaning_site, sample_site):
        shown = page(site, f"/papers/papers/{NOISE}")
        listed = shown.partition('class="by-aspect"')[2].partition("</details>")[0]
        assert "<h3>Method</h3>" in listed
        assert listed.count("<li>") == listed.count("shared terms:") > 0


def test_a_query_for_papers_like_a_sentence_is_offered_where_it_finds_some(sample_site):
    assert re.search(r"<code[^>]*>similar:&#34;", page(sample_site, "/papers/search"))
