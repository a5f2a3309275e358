"""The map of the papers: the like stand together, each work once, and what a search finds lights up."""

import sqlite3
from contextlib import closing
from itertools import combinations

import numpy as np
import pytest
from conftest import query, rows
from sqlite_utils import Database

from papersette.database import facts
from papersette.knowledge.map import Point, draw_map
from papersette.knowledge.related import Document


def documents_of(db):
    with closing(sqlite3.connect(db)) as conn:
        shown = {paper_id for (paper_id,) in conn.execute(facts.MAPPED_PAPERS)}
        return [
            document
            for document in facts._read_documents(Database(conn))
            if document.paper_id in shown
        ]


def test_the_map_has_each_work_with_a_text_once(sample_db):
    works = "select distinct work_id from papers where page_count > 0 or abstract is not null"
    on_map = query(sample_db, "select work_id from paper_map join papers using (paper_id)")
    assert sorted(on_map) == sorted(query(sample_db, works))


def test_the_same_papers_make_the_same_map(sample_db):
    drawn = [(point.paper_id, point.x, point.y) for point in draw_map(documents_of(sample_db), {})]
    assert sorted(drawn) == query(
        sample_db, "select paper_id, x, y from paper_map order by paper_id"
    )


def test_papers_that_are_near_on_the_map_are_related_more_often_than_chance(sample_db):
    places = {
        paper_id: np.array(place)
        for paper_id, *place in query(sample_db, "select paper_id, x, y from paper_map")
    }
    related = {
        frozenset(pair)
        for pair in query(sample_db, "select paper_id, other_id from related where rank <= 5")
    }
    pairs = sorted(
        map(frozenset, combinations(places, 2)),
        key=lambda pair: np.linalg.norm(np.subtract(*map(places.get, pair))),
    )
    near = pairs[: len(places)]
    assert len(related & set(near)) / len(near) > 2 * len(related & set(pairs)) / len(pairs)


def documents(bodies):
    """Twenty papers of gardens and twenty of bicycles; every second one has its text here where `bodies` says so."""
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
            body=f"{words} {' '.join(lines)}" * 3 if bodies and n % 2 else "",
        )
        for key, words in topics.items()
        for n in range(20)
    ]


def nearest(points: list[Point]) -> dict[str, str]:
    places = {point.paper_id: np.array([point.x, point.y]) for point in points}
    return {
        own: min(
            (other for other in places if other != own),
            key=lambda other: float(np.linalg.norm(places[own] - places[other])),
        )
        for own in places
    }


def test_what_is_missing_of_a_paper_moves_it_to_no_other_country():
    found = nearest(list(draw_map(documents(bodies=True), {})))
    assert all(own[0] == other[0] for own, other in found.items())
    with_text = {key for key in found if int(key[1:]) % 2}
    assert any((own in with_text) != (other in with_text) for own, other in found.items())


def test_a_region_bears_the_tag_that_its_papers_carry_more_than_others():
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
def test_few_papers_or_none_with_words_make_no_map(given):
    assert list(draw_map(given, {})) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"q": '"batch normalization"'},
        {"tag": "optimization"},
        {"q": "noise -gan", "venue": "icml-2019"},
    ],
)
def test_what_the_search_finds_lights_up(asked, sample_site, sample_db):
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


def test_without_a_search_nothing_is_dimmed(sample_site):
    assert {row["found"] for row in rows(sample_site, "map_of_papers")} == {None}
