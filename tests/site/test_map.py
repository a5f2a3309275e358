"""The map of the papers: similar papers are neighbours, and a search highlights what it finds."""

import shutil
import sqlite3
from contextlib import closing
from itertools import combinations

import numpy as np
import pytest
from conftest import query, rows
from paper_maps import draw_map
from sqlite_utils import Database

from papersette.database import all_findings, facts
from papersette.knowledge.paper_map import Point
from papersette.knowledge.related import Document
from papersette.knowledge.words import count_words
from papersette.workers import Workers


def draw_again(db, folder):
    """Return the points of the map of a database, drawn once more in a copy."""
    shutil.copy(db, folder / "papers.db")
    with closing(sqlite3.connect(folder / "papers.db")) as conn, Workers() as pool:
        conn.executescript("delete from paper_map; delete from related")
        found = all_findings.AllFindings(pool)
        assert list(found.read(Database(conn)))
        for stage in ("related papers", "map"):
            facts.STAGES[stage](Database(conn), found)
        return conn.execute("select paper_id, x, y from paper_map order by paper_id").fetchall()


def test_the_map_has_each_work_with_text_or_abstract_once(sample_db):
    works = "select distinct work_id from papers where page_count > 0 or abstract is not null"
    on_map = query(sample_db, "select work_id from paper_map join papers using (paper_id)")
    assert sorted(on_map) == sorted(query(sample_db, works))


def test_the_map_is_deterministic(sample_db, tmp_path):
    drawn = draw_again(sample_db, tmp_path)
    assert drawn == query(sample_db, "select paper_id, x, y from paper_map order by paper_id")


def test_neighbours_on_the_map_are_related_more_often_than_random_pairs(sample_db):
    positions = {
        paper_id: np.array(position)
        for paper_id, *position in query(sample_db, "select paper_id, x, y from paper_map")
    }
    related = {
        frozenset(pair)
        for pair in query(sample_db, "select paper_id, other_id from related where rank <= 5")
    }
    pairs = sorted(
        map(frozenset, combinations(positions, 2)),
        key=lambda pair: np.linalg.norm(np.subtract(*map(positions.get, pair))),
    )
    near = pairs[: len(positions)]
    assert len(related & set(near)) / len(near) > 2 * len(related & set(pairs)) / len(pairs)


def documents(bodies):
    """Return twenty papers on gardens and twenty on bicycles;
    with `bodies`, every second has a text."""
    topics = {"g": "hedges shears pruning roses spade", "b": "chains saddles puncture gears brakes"}
    lines = [
        "We show results. The proof is long, and tables follow them.",
        "An experiment with many numbers.",
    ]
    return [
        Document(
            f"{key}{n}",
            f"{key}{n}",
            f"{words} w{key}{n % 5}",
            count_words(f"{words} {' '.join(lines)}" * 3 if bodies and n % 2 else ""),
        )
        for key, words in topics.items()
        for n in range(20)
    ]


def nearest(points: list[Point]) -> dict[str, str]:
    positions = {point.paper_id: np.array([point.x, point.y]) for point in points}
    return {
        own: min(
            (other for other in positions if other != own),
            key=lambda other: float(np.linalg.norm(positions[own] - positions[other])),
        )
        for own in positions
    }


def test_papers_with_and_without_text_mix_within_a_topic():
    found = nearest(draw_map(documents(bodies=True), {}))
    assert all(own[0] == other[0] for own, other in found.items())
    with_text = {key for key in found if int(key[1:]) % 2}
    assert any((own in with_text) != (other in with_text) for own, other in found.items())


def test_a_region_is_named_by_its_distinctive_tag():
    papers = documents(bodies=False)
    tags = {
        p.paper_id: ["science", "gardens" if p.paper_id[0] == "g" else "bicycles"] for p in papers
    }
    for point in draw_map(papers, tags):
        assert point.region in {None, {"g": "gardens", "b": "bicycles"}[point.paper_id[0]]}
    assert {point.region for point in draw_map(papers, tags)} >= {"gardens", "bicycles"}


@pytest.mark.parametrize(
    "given", [[], documents(bodies=False)[:4], [Document(str(n), str(n), "") for n in range(9)]]
)
def test_too_few_papers_or_no_words_give_no_map(given):
    assert draw_map(given, {}) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"q": '"batch normalization"'},
        {"tag": "optimization"},
        {"q": "noise -gan", "venue": "icml-2019"},
    ],
)
def test_the_map_highlights_what_the_search_finds(asked, sample_site, sample_db):
    works = dict(query(sample_db, "select paper_id, work_id from papers"))
    found = {works[row["paper_id"]] for row in rows(sample_site, "search", size="1000", **asked)}
    lit = {
        works[row["paper_id"]]
        for row in rows(sample_site, "map_of_papers", **asked)
        if row["found"]
    }
    on_map = {works[row["paper_id"]] for row in rows(sample_site, "map_of_papers")}
    assert lit == found & on_map
    assert lit


def test_without_a_search_nothing_is_highlighted(sample_site):
    assert {row["found"] for row in rows(sample_site, "map_of_papers")} == {None}
