"""The embedded sample has what its documentation promises."""

import sqlite3

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def rows(sample_db):
    conn = sqlite3.connect(sample_db)
    yield lambda sql: conn.execute(sql).fetchall()
    conn.close()


def test_it_has_papers_of_four_systems(rows):
    counts = dict(rows("select venue_id, count(*) from papers group by 1"))
    assert counts == {"iclr-2019": 9, "icml-2019": 20, "mila": 12, "shamra": 6}


def test_each_of_the_33_reading_notes_says_that_it_is_one(rows):
    first_pages = [body for (body,) in rows("select body from pages where page = 1")]
    assert len(first_pages) == 33
    said = (
        "is a reading note",
        "est une note de lecture",
        "ist eine Lesenotiz",
        "هذه مذكرة قراءة",
    )
    assert all(any(words in body for words in said) for body in first_pages)


def test_fields_that_the_systems_do_not_have_are_null(rows):
    for gap in (
        "title is null",
        "authors is null",
        "abstract is null",
        "tldr is null",
        "tags is null",
        "page_count = 0",
        "year is null",
    ):
        assert rows(f"select count(*) from papers where {gap}")[0][0] > 0, gap
    assert rows(
        "select count(*) from papers where title = '' or authors = '' or title = 'None'"
    ) == [(0,)]


def test_versions_of_one_work_are_separate_papers(rows):
    assert rows("select count(*) from papers where title = 'A Walk with SGD'") == [(3,)]


def test_sessions_have_their_papers_in_order(rows):
    programme = rows(
        "select session_id, count(*), max(position) from session_papers group by 1 order by 1"
    )
    assert programme == [
        ("icml-2019-deep-learning", 10, 10),
        ("icml-2019-deep-learning-optimization", 10, 10),
    ]


def test_the_pdfs_have_features_of_real_papers(rows):
    text = " ".join(body for (body,) in rows("select body from pages where body is not null"))
    sources = " ".join(path.read_text() for path in (ROOT / "data/sample/notes").rglob("*.typ"))
    assert all(
        word in sources
        for word in ("columns: 2", "columns: 1", '"numbered"', '"author-year"', 'lang: "fr"')
    )
    assert "∇" in text
    assert "ﬁ" not in text
    assert "reproductible" in text
    assert rows("select count(*) from pages where refs is not null")[0][0] >= 31


def test_every_file_finds_its_paper_by_id_key_field_or_title(rows):
    assert rows("select count(*) from papers where file is not null") == [(33,)]
    unmatched = rows(
        "select paper_id, file from problems left join papers using (paper_id) "
        "where stage = 'match'"
    )
    assert unmatched
    assert all(paper_id and file is None for paper_id, file in unmatched)
    assert rows("select pdf_url from papers where paper_id = 'disentangled-factors'") == [
        ("/pdf/mila/locally-disentangled.pdf",)
    ]


def test_nothing_is_lost(rows):
    assert rows("select lost from builds") == [(0,)]


def test_a_field_restricts_a_search_to_a_part_of_papers(sample_site):
    def search(q):
        return sample_site.get(
            "/papers/search.json", params={"q": q, "_shape": "array", "size": "100"}
        ).json()

    assert {row["paper_id"] for row in search("method:noise")} < {
        row["paper_id"] for row in search("noise")
    }
    assert {row["snippet_in"] for row in search("references:adam")} == {"references"}
    assert search("method:noise -references:adam")
