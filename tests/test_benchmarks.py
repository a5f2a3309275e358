"""The made corpora and the tables of benchmarks/."""

import sqlite3
from contextlib import closing

import pytest
from conftest import ROOT

from papersette.search.engine import Engine, Request
from papersette.search.index import build_index, to_index_folder


@pytest.fixture(autouse=True)
def benchmarks_folder(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


def fetch(database, sql):
    with closing(sqlite3.connect(database)) as conn:
        return conn.execute(sql).fetchall()


def test_a_made_corpus_is_the_same_each_time(sample_db, tmp_path):
    import big_corpus

    for name in ("one.db", "other.db"):
        big_corpus.make(sample_db, tmp_path / name, 60)
    pages = "select page_id, paper_id, page, body, refs from pages order by page_id"
    one, other = (fetch(tmp_path / name, pages) for name in ("one.db", "other.db"))
    assert one == other
    assert len(one) > 60


def test_a_made_corpus_is_consistent_and_searched_at_its_size(sample_db, tmp_path):
    import big_corpus

    database = tmp_path / "papers.db"
    big_corpus.make(sample_db, database, 60)
    assert fetch(database, "pragma foreign_key_check") == []
    assert fetch(database, "select count(*) from papers where rowid <> number") == [(0,)]
    wrong = """
        select facet_id, paper_count, count(*) from facets join paper_facets using (facet_id)
        group by facet_id having count(*) <> paper_count"""
    assert fetch(database, wrong) == []
    build_index(database, to_index_folder(database))
    engine = Engine(database, to_index_folder(database))
    assert engine.search(Request()).count == 60
    found = engine.search(Request(q="learning"))
    assert found.count == len(engine.find_numbers(Request(q="learning"))) > 20
    assert all("⟦" in hit.passage for hit in found.hits)


def test_a_figure_that_misses_its_requirement_is_marked():
    from measures.table import Row

    values = {"1,589": 4.0, "20,657": 16.0}
    row = Row("p95", values, {"1,589": 5.0, "20,657": 15.0})
    assert row.lines()[1].split() == ["required", "≤", "5.0", "≤", "15.0", "MISSED"]
    row = Row("recall", {"": 0.9}, {"": 0.895}, at_least=True, digits=3)
    assert row.lines()[1].split() == ["required", "≥", "0.895"]


def test_halves_of_the_questions_are_disjoint_and_complete():
    import random

    from measures.relevance import halve

    one, other = halve(7, 4, random.Random(1))
    assert sorted(one + other) == list(range(11))
    assert sum(i >= 7 for i in one) == sum(i >= 7 for i in other) == 2


def test_the_rank_of_an_answer_follows_the_weights():
    import numpy as np
    from measures.relevance import Scored

    scored = Scored(np.array([[1.0, 0.2], [0.1, 1.0], [0.0, 0.0], [0.0, 0.0]]), answer=1)
    assert scored.reciprocal_rank((1.0, 0.0, 0.0)) == 0.5
    assert scored.reciprocal_rank((0.0, 1.0, 0.0)) == 1.0
    assert Scored(scored.parts, None).reciprocal_rank((1.0, 1.0, 1.0)) == 0.0
