"""The embedded sample: what it promises to show is there."""

import sqlite3

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def rows(sample_db):
    conn = sqlite3.connect(sample_db)
    yield lambda sql: conn.execute(sql).fetchall()
    conn.close()


def test_it_has_the_papers_of_the_four_systems(rows):
    counts = dict(rows("select venue_id, count(*) from papers group by 1"))
    assert counts == {"iclr-2019": 9, "icml-2019": 20, "mila": 12, "shamra": 6}


def test_thirty_one_reading_notes_are_read_and_each_says_that_it_is_one(rows):
    firsts = [body for (body,) in rows("select body from pages where page = 1")]
    assert len(firsts) == 31
    assert all("is a reading note" in body or "est une note de lecture" in body for body in firsts)


def test_what_the_systems_did_not_show_is_missing(rows):
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


def test_versions_of_one_work_are_listed_apart(rows):
    assert rows("select count(*) from papers where title = 'A Walk with SGD'") == [(3,)]


def test_sessions_have_their_papers_in_order(rows):
    programme = rows(
        "select session_id, count(*), max(position) from session_papers group by 1 order by 1"
    )
    assert programme == [
        ("icml-2019-deep-learning", 10, 10),
        ("icml-2019-deep-learning-optimization", 10, 10),
    ]


def test_the_pdfs_have_what_real_ones_do_to_a_reader(rows):
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
    assert rows("select count(*) from papers where file is not null") == [(31,)]
    assert (
        rows(
            "select reason from problems where reason like '%guess%' or reason like '%belongs to no%'"
        )
        == []
    )
    assert rows("select pdf_url from papers where paper_id = 'disentangled-factors'") == [
        ("/pdf/mila/locally-disentangled.pdf",)
    ]


def test_nothing_is_lost(rows):
    assert rows("select lost from builds") == [(0,)]


def test_a_field_restricts_a_search_to_a_part_of_papers(sample_site):
    def asked(q):
        return sample_site.get(
            "/papers/search.json", params={"q": q, "_shape": "array", "size": "100"}
        ).json()

    assert {row["paper_id"] for row in asked("method:noise")} < {
        row["paper_id"] for row in asked("noise")
    }
    assert {row["snippet_in"] for row in asked("references:adam")} == {"references"}
    assert asked("method:noise -references:adam")
