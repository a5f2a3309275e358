"""Papers and searches as Markdown: complete,
and quoted so that no text of a paper is more than that."""

import re

import pytest
from conftest import page, query

PAPER = "/papers/papers/swalp.md"


def test_a_paper_has_its_fields_sections_and_whole_text(sample_site, sample_db):
    answer = sample_site.get(PAPER)
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# SWALP : Stochastic Weight Averaging")
    quoted = " ".join(re.findall(r"^> (.*)$", answer.text.partition("## Page 1")[2], re.MULTILINE))
    bodies = query(sample_db, "select body from pages where paper_id = 'swalp' order by page")
    expected = " ".join(body for (body,) in bodies if body)
    assert re.sub(r"\W", "", quoted) == re.sub(r"\W", "", expected)


def test_pages_may_be_chosen(sample_site, sample_db):
    paper_id = query(sample_db, "select paper_id from pages where page = 2 limit 1")[0][0]
    text = page(sample_site, f"/papers/papers/{paper_id}.md", pages="2")
    assert "## Page 2" in text
    assert "## Page 1" not in text


def test_pages_that_are_not_there_are_an_error(sample_site):
    answer = sample_site.get(f"{PAPER}?pages=99")
    assert (answer.status_code, answer.text) == (
        400,
        "There are no pages 99: the paper has pages 1 to 1.\n",
    )


def test_a_search_has_as_many_results_as_its_json(sample_site):
    rows = sample_site.get("/papers/search.json?q=noise&_shape=objects").json()["rows"]
    text = page(sample_site, "/papers/search.md", q="noise")
    assert re.findall(r"^\d+\. .* paper_id=(\S+)$", text, re.MULTILINE) == [
        row["paper_id"] for row in rows
    ]
    assert "## Receipt" in text


def test_hostile_titles_make_no_headings_and_no_results_of_their_own(odd_site):
    rows = odd_site.get("/papers/search.json?size=500&_shape=objects").json()["rows"]
    text = page(odd_site, "/papers/search.md", size="500")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [f"# {len(rows)} papers in all", "## Receipt"]
    assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == len(rows)


@pytest.mark.parametrize("path", ["/papers/papers.md", "/papers/tags.md", "/papers/about.md"])
def test_other_pages_have_no_markdown(path, sample_site):
    assert sample_site.get(path).status_code == 404
