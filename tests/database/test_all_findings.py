"""Facts of single papers: found once, kept until the paper changes, and lost for no other paper."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from conftest import build_catalog
from six_papers import CATALOG, WORDS, write_six_papers

from papersette.database import all_findings
from papersette.knowledge import findings
from papersette.workers import Workers


@pytest.fixture
def corpus(tmp_path):
    """Six papers, built."""
    write_six_papers(tmp_path)
    assert build_catalog(tmp_path, CATALOG).returncode == 0
    return tmp_path


def dump(folder):
    with closing(sqlite3.connect(folder / "papers.db")) as conn:
        skipped = ('INTO "builds"', 'INTO "changes"')
        return [line for line in conn.iterdump() if not any(part in line for part in skipped)]


def entries(folder):
    return {path.name for path in (folder / "cache").rglob("*.gz")}


def change(folder, name, text):
    with (folder / "texts" / name).open("a") as file:
        file.write(text)


def test_only_a_changed_paper_is_examined_again(corpus):
    before = entries(corpus)
    change(corpus, "p3.txt", "[4] A. Author. On the bandit. In V, 2019.\n")
    assert build_catalog(corpus, CATALOG).returncode == 0
    new = entries(corpus) - before
    assert len(new) == 3  # its text, its findings and its mentions


@pytest.mark.slow
def test_what_is_found_in_the_cache_gives_the_same_database(corpus):
    change(corpus, "p3.txt", "[4] A. Author. On the bandit. In V, 2019.\n")
    assert build_catalog(corpus, CATALOG).returncode == 0
    found = dump(corpus)
    shutil.rmtree(corpus / "cache")
    assert build_catalog(corpus, CATALOG, "--rebuild").returncode == 0
    assert dump(corpus) == found


def test_a_damaged_cache_gives_the_same_database(corpus):
    found = dump(corpus)
    for number, path in enumerate(sorted((corpus / "cache").rglob("*.gz"))):
        path.write_bytes((b"", b"no gzip", path.read_bytes()[:-9])[number % 3])
    assert build_catalog(corpus, CATALOG, "--rebuild").returncode == 0
    assert dump(corpus) == found


class Failing(Workers):
    """Workers that fail for one paper, as a bug in the rules would make them."""

    def run(self, function, jobs, *, seconds=None, find=lambda job: None):
        for outcome in super().run(function, jobs, seconds=seconds, find=find):
            if outcome.job.paper_id == "p2":
                raising = type(outcome)(outcome.job, None, _Broken())
                yield raising
            else:
                yield outcome


class _Broken:
    def result(self):
        raise ValueError("not enough values")


def test_a_paper_that_cannot_be_examined_loses_its_own_facts_only(corpus):
    from sqlite_utils import Database

    with closing(sqlite3.connect(corpus / "papers.db")) as conn, Failing() as pool:
        found = all_findings.AllFindings(pool)
        assert len(list(found.read(Database(conn)))) == len(WORDS)
        told = conn.execute("select paper_id, stage, reason from problems").fetchall()
    assert {paper_id for paper_id, _ in found.entries} == {"p0", "p1", "p3", "p4", "p5"}
    ((paper_id, stage, reason),) = told
    assert (paper_id, stage) == ("p2", "facts")
    assert "not enough values" in reason


def test_rules_that_fail_for_a_paper_are_a_problem_of_it(corpus, monkeypatch):
    def find_known(text):
        failures = {"citations": "ValueError: not enough values"} if text.paper_id == "p2" else {}
        return findings.Findings(failures=failures)

    monkeypatch.setattr(all_findings, "_find_known", find_known)
    assert build_catalog(corpus, CATALOG, "--rebuild").returncode == 0
    with closing(sqlite3.connect(corpus / "papers.db")) as conn:
        told = conn.execute("select paper_id, source, stage, reason from problems").fetchall()
    assert [row[:3] for row in told] == [("p2", "v", "citations")]
    assert told[0][3].startswith("lacks its part of “citations”, which failed with ValueError")
