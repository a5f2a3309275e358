"""The made corpora and the tables of benchmarks/."""

import shutil
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


def test_only_pages_of_the_smallest_corpus_are_required_to_be_faster_than_a_scan_of_it():
    from measures.speed import compare_pages

    _, shares, growth = compare_pages({"1,589": 30.0, "20,657": 40.0, "100,000": 60.0}, 100.0)
    assert shares.lines()[1].split() == ["required", "≤", "0.33"]
    assert growth.lines()[1].split() == ["required", "≤", "3.00"]
    _, shares, growth = compare_pages({"1,589": 40.0, "100,000": 160.0}, 100.0)
    assert shares.lines()[1].split() == ["required", "≤", "0.33", "MISSED"]
    assert growth.lines()[1].split() == ["required", "≤", "3.00", "MISSED"]


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


def test_the_contact_sheet_has_every_kind_of_page_of_the_sample(sample_site, sample_db, tmp_path):
    import contact_sheet

    kinds = contact_sheet.read_kinds()
    for kind, path in kinds.items():
        expected = 404 if kind == "not found" else 200
        assert sample_site.get(path.partition("#")[0]).status_code == expected, kind
    shots = [contact_sheet.Shot(kind, 390, "dark", "ar").file for kind in kinds]
    assert len(set(shots)) == len(kinds)


def test_the_contact_sheet_shows_each_page_in_all_widths_themes_and_languages(
    sample_site, browser, tmp_path
):
    import contact_sheet

    page = browser.new_page()
    page.goto(f"{sample_site.base_url}/about")
    problems = contact_sheet.take_picture(
        page, contact_sheet.Shot("about", 390, "dark", "en"), tmp_path
    )
    contact_sheet.write_sheets({"about": "/about"}, tmp_path)
    page.close()
    assert problems == []
    assert (tmp_path / "about-390-dark-en.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "about.html").read_text().count("<img") == 3 * 2 * 3


GOLD = (
    "<author><surname>Adler</surname>, <given-names>Mia</given-names></author> "
    "(<year>1999</year>): <title>Städte im Wandel</title>. "
    "<other>Bern</other>: <publisher>Lang</publisher>.\n"
    "<editor>Ministry of Tides</editor> (<year>2004</year>) <url>http://example.org</url>\n"
    "<author><surname>Berg</surname></author>, <year>2001</year>, <title>Roads</title>.\n"
)


def test_references_are_compared_with_lists_segmented_by_hand(tmp_path):
    from measures import reference_truth

    from papersette.knowledge.citations import parse_references

    (tmp_path / "gold.xml").write_text(GOLD, encoding="latin-1")
    truth = reference_truth.read_references(tmp_path / "gold.xml")
    assert [(r.first_author, r.year, r.title) for r in truth] == [
        ("Adler", 1999, "Städte im Wandel"),
        (None, 2004, ""),
        ("Berg", 2001, "Roads"),
    ]
    lists = (
        "\nAdler, Mia (1999): Städte im Wandel. Bern: Lang.\n\nMinistry of Tides (2004) "
        "http://example.org\n\nCole, Tom (2003): Something else entirely. Bern: Lang."
    )
    compared = reference_truth.compare(truth, parse_references([(1, lists)]))
    assert [reference.title for reference, _ in compared.found] == ["Städte im Wandel"]
    assert [reference.title for reference in compared.missing] == ["Roads"]
    assert [entry.title for entry in compared.wrong] == ["Something else entirely"]
    assert reference_truth.count_fields(compared.found)["first author"] == 1


def test_each_client_has_paths_of_its_own(sample_db):
    from measures.clients import CLIENTS, in_parts

    paths = [f"/{n}" for n in range(100)]
    to_paths = in_parts(paths)
    asked = [path for client in range(CLIENTS) for path in to_paths(client)]
    assert sorted(asked) == sorted(paths)


def test_a_load_counts_what_a_server_answers(sample_site):
    from measures.clients import CLIENTS, at_random, put_load

    paths = at_random(["/papers/search?q=noise", "/papers/nothing"])
    load = put_load(str(sample_site.base_url), paths, seconds=1)
    assert set(load.statuses) <= {200, 404}
    assert sum(load.statuses.values()) >= CLIENTS
    assert load.statuses[200] == len(load.times)
    assert load.bytes > 0


@pytest.mark.slow
def test_the_stages_of_the_facts_are_timed_on_empty_tables(sample_db, tmp_path):
    import knowledge
    from sqlite_utils import Database

    from papersette.database import facts

    shutil.copy(sample_db, tmp_path / "papers.db")
    database = Database(tmp_path / "papers.db")
    assert database.table("code_links").count == 0
    database.execute("insert into code_links select paper_id, 1, 'old', 1, '' from papers")
    papers, seconds = knowledge.run_stages(database, 1)
    assert papers > 20
    assert list(seconds) == ["papers", *facts.STAGES]
    assert database.table("code_links").count == 0
    assert database.table("mentions").count > 0
    database.close()
