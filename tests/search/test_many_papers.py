"""A search that finds more papers than it looks into page by page,
and than it counts value by value: nothing is lost for that."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import replace

import pytest
from conftest import build_database, make_pdf, serve

from papersette.search.engine import Engine
from papersette.search.index import to_index_folder
from papersette.search.results import Request

PAPERS = 310
"""More than facet_counts.SMALL_RESULT and ranking.PAPER_CANDIDATES,
so that counts are those of sets of bits."""
SEEN_BEFORE = (101, 103, 105, 107, 109)
"""Odd papers that were elsewhere before, tagged even and without text: versions of one work."""
TEXT = (
    "A garden has a hedge and a gate, "
    "and whoever keeps it looks after all of them in every season of the year."
)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    (folder / "pdfs").mkdir()
    lines = ["paper_id,title,year,tags"]
    for n in range(PAPERS):
        lines.append(
            f"p{n},Of garden number {n},{2000 + n % 3},{'odd' if n % 2 else 'even'};number {n}"
        )
        make_pdf(
            folder / f"pdfs/p{n}.pdf",
            [[TEXT], ["Lilacs and hedges, a hedge of lilac." if n == 7 else "Nothing more."]],
        )
    (folder / "papers.csv").write_text("\n".join(lines))
    older = [f"w{n},Of garden number {n},1999,even" for n in SEEN_BEFORE]
    (folder / "older.csv").write_text("\n".join([lines[0], *older]))
    catalog = """
        title: Many
        sources:
          - {kind: table, file: papers.csv, files: pdfs, venue: {venue_id: v, name: V}}
          - {kind: table, file: older.csv, venue: {venue_id: w, name: W}}
    """
    return build_database(folder, catalog)


@pytest.fixture(scope="module")
def site(database, tmp_path_factory):
    with serve(database, tmp_path_factory.mktemp("manysite")) as client:
        yield client


def find(site, q, **more):
    return (
        site.get("/papers/search.json", params={"q": q, "_shape": "array", **more})
        .raise_for_status()
        .json()
    )


@pytest.mark.parametrize(
    ("phrase", "count"), [("lilacs and hedges", 1), ("no such phrase", 0), ("garden has", PAPERS)]
)
def test_any_of_many_phrases_finds_what_one_of_them_finds(database, phrase, count):
    engine = Engine(database, to_index_folder(database))
    words = ("garden", "hedge", "gate", "season", "year")
    nowhere = [f'"{one} {other}"' for one in words for other in words if one != other]
    asked = " OR ".join([f'"{phrase}"', *nowhere])
    found = engine.find_numbers(Request(q=asked))
    assert len(found) == count
    assert set(found) == set(engine.find_numbers(Request(q=f'"{phrase}"'))) or not count


@pytest.mark.parametrize("q", ["gate", "whoever looks after garden and hedge in every season"])
def test_each_paper_comes_once_with_its_passage_on_whatever_page_of_the_results(site, q):
    rows = [row for page in range(1, 17) for row in find(site, q, page=page, size=20)]
    assert sorted(row["paper_id"] for row in rows) == sorted(f"p{n}" for n in range(PAPERS))
    assert {row["snippet_page"] for row in rows} == {1}
    assert all("⟦" in row["snippet"] for row in rows)
    assert {row["found_pages"] for row in rows} <= {1, 2}
    assert (
        site.get("/papers/search", params={"q": q, "page": 16, "size": 20}).text.count(
            'class="passage"'
        )
        == 10
    )


def test_the_best_of_many_is_among_those_that_are_looked_into(site):
    assert find(site, "hedge")[0]["paper_id"] == "p7"
    assert find(site, "whoever looks after garden, hedge and lilac")[0]["snippet_page"] == 2


def test_counts_beside_many_papers_are_those_of_all_of_them(site):
    rows = site.get("/papers/search_facets.json", params={"q": "gate", "_shape": "array"}).json()
    counts = {(row["facet"], row["value"]): row["count"] for row in rows}
    assert counts["matches", None] == PAPERS
    assert (counts["tag", "odd"], counts["tag", "even"]) == (155, 155)
    assert [counts["year", str(year)] for year in (2000, 2001, 2002)] == [104, 103, 103]


def test_a_sentence_is_searched_by_its_selective_terms_and_the_page_names_the_ignored_ones(site):
    q = "whoever keeps a lilac hedge, garden and gate in season"
    rows = site.get("/papers/search_facets.json", params={"q": q, "_shape": "array"}).json()
    common = [row["label"] for row in rows if row["facet"] == "common"]
    assert len(common) == 2
    assert "lilac" not in common
    page = site.get("/papers/search", params={"q": q}).text
    assert (
        f'Ignored because almost every paper contains it: <span dir="auto">{common[0]}</span>'
        in page
    )
    assert find(site, q)[0]["paper_id"] == "p7"


def test_a_work_of_which_two_versions_are_found_counts_once_for_what_either_has(site):
    rows = site.get("/papers/search_facets.json", params={"q": "garden", "_shape": "array"}).json()
    counts = {(row["facet"], row["value"]): row["count"] for row in rows}
    assert (counts["matches", None], counts["versions", None]) == (
        PAPERS,
        PAPERS + len(SEEN_BEFORE),
    )
    assert (counts["tag", "odd"], counts["tag", "even"]) == (155, 155 + len(SEEN_BEFORE))
    assert (counts["venue", "v"], counts["venue", "w"]) == (PAPERS, len(SEEN_BEFORE))


def test_of_few_papers_a_work_counts_once_too(site):
    rows = site.get(
        "/papers/search_facets.json", params={"q": '"garden number 103"', "_shape": "array"}
    ).json()
    counts = {(row["facet"], row["value"]): row["count"] for row in rows}
    assert (
        counts["matches", None],
        counts["versions", None],
        counts["tag", "odd"],
        counts["tag", "even"],
    ) == (1, 2, 1, 1)


def test_a_list_shows_fifteen_values_and_of_equals_those_that_more_papers_have(site):
    found = site.get(
        "/papers/search_facets.json", params={"q": '"garden number 7"', "_shape": "array"}
    ).json()
    assert [row["value"] for row in found if row["facet"] == "tag"] == ["odd", "number-7"]
    assert (
        len(
            [
                row
                for row in site.get("/papers/search_facets.json?q=gate&_shape=array").json()
                if row["facet"] == "tag"
            ]
        )
        == 15
    )


@pytest.mark.parametrize("versions", ["", "all"])
@pytest.mark.parametrize("q", ["", "garden", "gate", "garden -lilac", "tag:odd OR lilac"])
def test_counts_by_sets_of_bits_are_those_of_counting_one_by_one(database, q, versions):
    engine = Engine(database, to_index_folder(database))
    request = Request(q=q, versions=versions)
    found = set(engine.find_numbers(request).tolist())
    truth = defaultdict(set)
    with closing(sqlite3.connect(database)) as conn:
        for facet, value, number, work in conn.execute(
            "select facet, value, number, work_id from paper_facets"
            " join facets using (facet_id) join papers using (number)"
        ):
            if number in found:
                truth[facet, value].add(number if versions else work)
    for facet in ("year", "tag", "venue", "has"):
        counted = engine.search(replace(request, facet=facet)).facets[facet]
        wanted = {value: len(papers) for (name, value), papers in truth.items() if name == facet}
        assert {value.value: count for value, count in counted} == wanted
        beside = engine.search(request).facets[facet]
        least = sorted(wanted.values(), reverse=True)[: len(beside)]
        assert [count for _, count in sorted(beside, key=lambda pair: -pair[1])] == least
