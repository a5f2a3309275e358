"""Sets of papers are those that the engine finds for the same clause,
of common and of rare words."""

import numpy as np
import pytest

from papersette.search import adapter, common_words
from papersette.search.engine import Engine
from papersette.search.index import build_index, to_index_folder
from papersette.search.parser import parse


@pytest.fixture(scope="module", params=["common", "rare"])
def engine(request, searched_db, tmp_path_factory):
    """The engine, once with sets for all words of more than one paper in 32, once with none."""
    if request.param == "common":
        return Engine(searched_db, to_index_folder(searched_db))
    folder = tmp_path_factory.mktemp("rare") / "papers.index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common_words, "COMMON_SHARE", 2.0)
        build_index(searched_db, folder)
    return Engine(searched_db, folder)


def clause_of(engine, q):
    (clause,) = engine.retriever.compiler.to_clauses(parse(q), [])
    return clause


@pytest.mark.parametrize(
    "q",
    ["normalization", "schölkopf", "C++", "zebra-without-any-paper", "cites:bengio", "year:..2030"],
)
def test_the_papers_of_a_word_or_facet_are_those_that_the_engine_finds(engine, q):
    clause = clause_of(engine, q)
    papers = engine.retriever.sets.of_each([clause])[0]
    asked = adapter.find_values(engine.index.papers, clause.query, "number")
    assert np.flatnonzero(papers).tolist() == sorted(asked.tolist())


@pytest.mark.parametrize("q", ['"spectral normalization"', "norm*", "機", "title:gan", "a OR b"])
def test_what_is_no_single_word_is_left_to_the_engine(engine, q):
    assert engine.retriever.sets.find(clause_of(engine, q)) is None


@pytest.mark.parametrize("q", ["normalization -batch", "normalization -cites:bengio", "-year:2019"])
def test_excluded_papers_are_not_found(engine, q):
    query = parse(q)
    excluded = engine.retriever.compiler.to_exclusions(query)
    found = engine.retriever.match(query).numbers
    unwanted = adapter.find_values(
        engine.index.papers, adapter.any_of(c.query for e in excluded for c in e.clauses), "number"
    )
    assert len(unwanted)
    assert not set(found.tolist()) & set(unwanted.tolist())


def test_hyphenated_words_of_a_sentence_that_no_paper_has_together_are_reported_missing(engine):
    sentence = "this is about spectral normalization and normalization-spectral of batch layers"
    result = engine.retriever.match(parse(sentence))
    assert "normalization-spectral" in result.missing
    assert not {"spectral", "normalization"} & set(result.missing)
