"""Optional stages: one that fails costs its own tables, and says so."""

import errno
import sqlite3

import pytest
from conftest import build_catalog
from six_papers import CATALOG, write_six_papers

from papersette.database import facts


def rows(path, sql):
    with sqlite3.connect(path) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def corpus(tmp_path):
    """Six papers, not built."""
    write_six_papers(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", facts.STAGES)
def test_a_stage_that_fails_half_way_leaves_its_tables_empty_and_a_problem(
    corpus, monkeypatch, name
):
    stage = facts.STAGES[name]

    def fail(db, known):
        stage(db, known)
        raise ValueError("array must not contain NaN")

    monkeypatch.setitem(facts.STAGES, name, fail)
    built = build_catalog(corpus, CATALOG)
    assert built.returncode == 0, built.stderr
    database = corpus / "papers.db"
    for table in facts.TABLES[name]:
        assert rows(database, f"select count(*) from {table}") == [(0,)]
    ((source, item, reason),) = rows(
        database, f"select source, item, reason from problems where stage = '{name}'"
    )
    assert (source, item) == ("all sources", f"stage “{name}”")
    assert reason.startswith("failed with ValueError: array must not contain NaN")
    assert f"warning: stage “{name}” failed" in built.stderr
    assert rows(database, "pragma foreign_key_check") == []


def test_a_full_disk_in_a_stage_ends_the_build(corpus, monkeypatch):
    def fail(db, known):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(facts.STAGES, "map", fail)
    built = build_catalog(corpus, CATALOG)
    assert (built.returncode, "No space left on device" in built.stderr) == (1, True)
    assert not (corpus / "papers.db").exists()


def test_the_tables_of_every_stage_are_listed(corpus, sample_db):
    assert build_catalog(corpus, CATALOG).returncode == 0
    for tables in facts.TABLES.values():
        assert any(
            rows(database, f"select 1 from {table} limit 1")
            for database in (corpus / "papers.db", sample_db)
            for table in tables
        ), tables


@pytest.mark.slow
@pytest.mark.parametrize(
    "lines",
    [
        [f"p{n},,We study the noise of the {word} network" for n, word in enumerate("abcde")],
        [f"p{year},Proceedings of the workshop {year}," for year in range(2014, 2020)],
        [f"p{n},,s" for n in range(5)],
    ],
)
def test_small_ordinary_collections_are_built(tmp_path, lines):
    (tmp_path / "papers.csv").write_text("\n".join(["paper_id,title,abstract", *lines]) + "\n")
    built = build_catalog(tmp_path, CATALOG.replace("files: texts, ", ""))
    assert built.returncode == 0, built.stderr
    assert rows(tmp_path / "papers.db", "select count(*) from papers") == [(len(lines),)]
    assert (
        rows(tmp_path / "papers.db", "select stage from problems where source = 'all sources'")
        == []
    )
