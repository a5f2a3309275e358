"""affiliation: finds the papers of an institution, and shows whose affiliation it is."""

import json

import pytest
from conftest import build_database

from papersette.search.engine import Engine
from papersette.search.index import to_index_folder
from papersette.search.results import Request
from papersette.search.rows import word_rows

CATALOG = """
title: Gardens
sources:
  - {kind: table, file: papers.json, venue: {venue_id: v, name: Gardens, year: 2019}}
"""
PAPERS = [
    {
        "paper_id": "moss",
        "title": "Moss",
        "abstract": "Moss grows on stones.",
        "authors": "Ann Ash; Bo Bay",
        "affiliations": "University of Oslo; ETH Zürich, Switzerland",
    },
    {
        "paper_id": "fern",
        "title": "Fern",
        "authors": "Cy Coy; Ann Ash",
        "affiliations": "Garden of Oslo; University of Bergen",
    },
    {"paper_id": "oslo", "title": "The moss of Oslo", "authors": "Di Day"},
]


@pytest.fixture(scope="module")
def database(once):
    def fill(folder):
        (folder / "papers.json").write_text(json.dumps(PAPERS), encoding="utf-8")
        build_database(folder, CATALOG)

    return once("affiliations", fill) / "papers.db"


@pytest.fixture(scope="module")
def search(database):
    engine = Engine(database, to_index_folder(database))
    return lambda q: engine.search(Request(q=q))


def ids(result):
    return {hit.paper_id for hit in result.hits}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("affiliation:oslo", {"moss", "fern"}),
        ('affiliation:"university of oslo"', {"moss"}),
        ("institution:zurich", {"moss"}),
        ("university: Bergen", {"fern"}),
        ("moss -affiliation:zurich", {"oslo"}),
        ("affiliation:oslo OR title:oslo", {"moss", "fern", "oslo"}),
        ("switzerland", {"moss"}),
    ],
)
def test_papers_are_found_by_the_affiliations_of_their_authors(search, typed, found):
    assert ids(search(typed)) == found


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("affiliation:zürich", "Bo Bay: ETH ⟦Zürich⟧, Switzerland"),
        ("switzerland", "Bo Bay: ETH Zürich, ⟦Switzerland⟧"),
    ],
)
def test_the_author_with_the_affiliation_is_shown(search, typed, shown):
    (hit,) = search(typed).hits
    assert (hit.source, hit.passage, hit.page) == ("affiliation", shown, None)


def test_the_affiliation_is_shown_beside_the_sentence_with_the_other_words(search):
    (hit,) = search("stones affiliation:zürich").hits
    shown = {hit.source: hit.passage} | {one.source: one.text for one in hit.evidence}
    assert shown["affiliation"] == "Bo Bay: ETH ⟦Zürich⟧, Switzerland"


def test_a_collection_without_the_affiliation_says_so(search):
    result = search("affiliation:nowhere")
    assert (result.hits, result.missing) == ([], ("affiliation:nowhere",))


@pytest.mark.parametrize(
    ("typed", "guess"), [("affiliation:Zurihc", ("zurich",)), ("author:Assh", ("Ash",))]
)
def test_a_misspelled_affiliation_or_author_has_a_suggestion(search, typed, guess):
    assert [(n.kind, n.also) for n in search(typed).notices] == [("did_you_mean", guess)]


def test_a_given_name_needs_no_suggestion(search):
    assert (search("author:Ann").notices, ids(search("author:Ann"))) == ([], {"moss", "fern"})


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("papers from Oslo", "affiliation:Oslo"),
        (
            "Which papers are by authors at the University of Oslo?",
            'affiliation:"University of Oslo"',
        ),
        ("papers by ETH Zurich", 'affiliation:"ETH Zurich"'),
        ("papers by Ann Ash", 'author:"Ann Ash"'),
        ("articles de chercheurs de l'ETH", "affiliation:ETH"),
        ("أوراق من Bergen", "affiliation:Bergen"),
        ("papers from Bergen since 2018", "affiliation:Bergen year:2018.."),
    ],
)
def test_institutions_in_words_are_read_as_affiliations_and_that_is_said(search, typed, fields):
    result = search(typed)
    assert [(n.kind, n.also) for n in result.notices] == [("fields", (fields,))]
    assert result.hits
    assert ids(result) == ids(search(fields))


@pytest.mark.parametrize("typed", ["papers from Stanford", "papers at dusk", "papers by Google"])
def test_institutions_that_are_in_no_affiliation_are_words(search, typed):
    assert [n.kind for n in search(typed).notices if n.kind == "fields"] == []


def test_the_name_of_an_institution_is_not_corrected_to_a_word_of_the_texts(database):
    engine = Engine(database, to_index_folder(database))
    assert word_rows(engine, "papers from Bergen") == "[]"
    assert word_rows(engine, "affiliation:bergen mosss") == '["mosss"]'
