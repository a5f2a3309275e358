"""Text of poor quality is found by comparing the words of papers, and reported."""

import sqlite3

import pytest
from conftest import METADATA
from sqlite_utils import Database

from papersette.database import indexes, load, text_quality
from papersette.database.schema import PAGES_PER_PAPER, SCHEMA
from papersette.fulltext import Page, Text
from papersette.records import Paper, Venue

GOOD = "the gradient noise of small batches widens flat minima during training"
BAD = "gsv hizwrvmg mlrhv lu hnzoo yzgxsvh drwvmh uozg nrmrnz wfirmt gizrmrmt"
VENUE = Venue("v", "Venue")


@pytest.fixture
def build(tmp_path):
    """Build a database of papers, each with the text of its pages and its language."""

    def build(papers):
        files = {name: tmp_path / f"{name}.pdf" for name in papers}
        records = [
            Paper(paper_id=name, venue=VENUE, title=name, language=language, file=files[name])
            for name, (_, language) in papers.items()
        ]
        texts = {
            files[name]: Text(pages=tuple(Page(body, "", "text") for body in pages), sha256="0")
            for name, (pages, _) in papers.items()
        }
        db = Database(sqlite3.connect(":memory:"))
        db.conn.executescript(SCHEMA)
        list(load.save_papers(db, records, texts, {name: name for name in papers}))
        indexes.index_texts(db)
        return db

    return build


def corpus(**more):
    enough = text_quality.MIN_PAPERS
    return {f"p{n}": ([GOOD], "en") for n in range(enough)} | more


def test_a_paper_whose_words_no_other_paper_has_is_a_problem(build):
    db = build(corpus(bad=([BAD], "en")))
    (problem,) = text_quality.score_texts(db)
    assert (problem.stage, problem.paper_id) == ("text", "bad")
    scores = dict(db.execute("select paper_id, text_quality from papers"))
    assert (scores["p0"], scores["bad"]) == (1.0, 0.0)
    load.save_problems(db, [problem])
    found = list(db.query(METADATA["queries"]["extraction_problems"]["sql"]))
    assert [row["paper_id"] for row in found] == ["bad"]


def test_only_the_page_of_median_length_counts(build):
    db = build(corpus(mixed=([BAD[:20], GOOD, BAD * 3], "en")))
    assert list(text_quality.score_texts(db)) == []


def test_a_language_with_few_papers_is_not_scored(build):
    db = build(corpus(french=([BAD], "fr")))
    assert list(text_quality.score_texts(db)) == []
    assert db.execute("select text_quality from papers where language = 'fr'").fetchone() == (None,)


def test_accents_do_not_lower_the_score(build):
    text = "la méthode présentée améliore les modèles génératifs entraînés"
    db = build({f"p{n}": ([text], "fr") for n in range(text_quality.MIN_PAPERS)})
    assert list(text_quality.score_texts(db)) == []
    assert set(db.execute("select text_quality from papers")) == {(1.0,)}


def test_a_script_without_spaces_is_not_scored(build):
    papers = range(text_quality.MIN_PAPERS)
    db = build({f"p{n}": ([f"機械翻訳の評価手法を提案する{n}"], "ja") for n in papers})
    assert list(text_quality.score_texts(db)) == []
    assert set(db.execute("select text_quality from papers")) == {(None,)}


def test_letters_that_stand_apart_are_no_words(build):
    db = build(corpus(apart=(["t h e g r a d i e n t"], "en")))
    assert [problem.paper_id for problem in text_quality.score_texts(db)] == ["apart"]


def test_a_word_on_another_page_of_the_same_paper_does_not_count(build):
    db = build(corpus(bad=([BAD, BAD, BAD], "en")))
    assert [problem.paper_id for problem in text_quality.score_texts(db)] == ["bad"]


def test_page_ids_give_the_paper_by_division(build):
    db = build(corpus(last=([GOOD, GOOD], "en")))
    wrong = f"""
        select page_id from pages join papers using (paper_id)
        where page_id / {PAGES_PER_PAPER} <> number or page_id % {PAGES_PER_PAPER} <> page
    """
    assert list(db.execute("select count(*) from pages")) == [(text_quality.MIN_PAPERS + 2,)]
    assert list(db.execute(wrong)) == []
