"""Search by words and meaning on the sample, whose vectors come from real weights."""

import json
import shutil
import sqlite3
import sys

import pytest
from conftest import ROOT, build_here
from weights import Multilingual

from papersette.catalogs.catalog import read_questions
from papersette.meaning.models import read_description
from papersette.meaning.vectors import open_vectors
from papersette.search.engine import Engine
from papersette.search.evaluation import to_ndcg
from papersette.search.index import build_index, is_current, to_index_folder
from papersette.search.meaning import FOLDER, Meaning, read_paper, write_meaning
from papersette.search.parser import parse
from papersette.search.query import Function
from papersette.search.results import Request

QUESTION = "noise escape bad valleys"
"""One paper has its words, and the one about anisotropic noise means it."""
NOISE = "H1M7soActX"


@pytest.fixture(scope="module")
def engine(meaning_db):
    return Engine(meaning_db, to_index_folder(meaning_db))


@pytest.fixture(scope="module")
def search(engine):
    return lambda q, **more: engine.search(Request(q=q, **more))


def ids(result):
    return [hit.paper_id for hit in result.hits]


def alone(result):
    return [hit.paper_id for hit in result.hits if hit.found_by == "meaning"]


def test_a_paper_that_lacks_the_words_is_found_by_its_meaning(search):
    result = search(QUESTION)
    assert NOISE in alone(result)
    assert NOISE not in ids(search(QUESTION, meaning="off"))


def test_a_hit_found_by_meaning_shows_the_nearest_sentence_of_its_abstract(search, engine):
    hit = next(hit for hit in search(QUESTION).hits if hit.paper_id == NOISE)
    sentences = read_paper(engine.connect(), hit.number).sentences
    query = engine.meaning.read(QUESTION)
    cosines = engine.meaning.encoder.encode(sentences) @ query
    assert hit.source == "abstract"
    assert hit.passage.translate({ord("⟦"): None, ord("⟧"): None}) == sentences[cosines.argmax()]


def test_the_count_is_that_of_the_words_and_meaning_is_counted_beside_it(search):
    both, words = search(QUESTION), search(QUESTION, meaning="off")
    assert both.count == words.count == len(ids(words))
    assert both.by_meaning == len(alone(both)) > 0
    assert words.by_meaning == 0
    assert both.facets == words.facets


def test_every_hit_of_the_words_is_still_found(search):
    for q in (QUESTION, "why do large batches generalize worse?", "batch normalization"):
        assert set(ids(search(q, meaning="off", size=50))) <= set(ids(search(q, size=50)))


def test_pages_of_results_together_have_each_work_once(search):
    q = "why do large batches generalize worse?"
    whole = search(q, size=50)
    pages = [ids(search(q, size=3, page=page)) for page in range(1, 8)]
    assert [paper for page in pages for paper in page] == ids(whole)
    assert len(whole.hits) == whole.count + whole.by_meaning


@pytest.mark.parametrize(
    "q",
    ['cites:"Yoshua Bengio"', '"anisotropic noise"', "dropout", "title:noise", "year:2019",
     "noise OR batch", f"similar({NOISE})", "citations(noise batch)", "regulari*",
     "noise batch in:references", ""],
)  # fmt: skip
def test_fields_phrases_and_single_words_are_searched_by_words(search, q):
    result = search(q)
    assert result.meaning == ""
    assert ids(result) == ids(search(q, meaning="off"))


def test_filters_and_excluded_words_hold_for_papers_found_by_meaning(search):
    assert NOISE in alone(search(QUESTION, filters=(("venue", "iclr-2019"),)))
    assert NOISE not in ids(search(QUESTION, filters=(("venue", "icml-2019"),)))
    assert NOISE not in ids(search(f"{QUESTION} -anisotropic"))


def test_another_order_than_relevance_lists_papers_with_the_words_only(search):
    result = search(QUESTION, sort="title")
    assert alone(result) == []
    assert result.by_meaning == 0


def test_a_work_found_by_words_is_not_found_again_by_meaning(search, engine):
    for q in (
        QUESTION,
        "bouncing between the walls of a valley",
        "guarantees that an unrolled algorithm converges",
    ):
        numbers = [hit.number for hit in search(q, size=50).hits]
        works = engine.corpus.works[numbers].tolist()
        assert len(works) == len(set(works))


def test_the_ranking_explains_what_meaning_added(search):
    hits = search(QUESTION, explain=True).hits
    assert hits[0].explanation["scores"]["meaning"] > 0
    by_meaning = next(hit for hit in hits if hit.found_by == "meaning")
    assert set(by_meaning.explanation["scores"]) == {"meaning"}


@pytest.mark.parametrize(
    ("q", "kind", "argument"),
    [
        ('similar:"noise of gradients"', "similar:", "noise of gradients"),
        ("Similar:noise", "similar:", "noise"),
        ("similar:“noise of gradients”", "similar:", "noise of gradients"),
        ("similar(x1)", "similar", "x1"),
    ],
)
def test_papers_similar_to_a_sentence_are_a_clause_of_a_query(q, kind, argument):
    assert parse(q).clauses == (Function(kind, argument),)
    assert parse(str(parse(q).clauses[0])).clauses == parse(q).clauses


def test_papers_similar_to_a_sentence_come_in_order_with_their_nearest_sentence(search):
    result = search('similar:"the noise of gradients helps to leave sharp minima"')
    assert result.hits[0].paper_id == NOISE
    assert result.hits[0].source == "abstract"
    filtered = search(
        'similar:"the noise of gradients helps to leave sharp minima" -tag:regularization'
    )
    assert filtered.count == len(filtered.hits) < len(result.hits) or NOISE not in ids(filtered)


def test_similar_to_a_sentence_works_by_words_without_a_model(sample_db):
    engine = Engine(sample_db, to_index_folder(sample_db))
    result = engine.search(Request(q='similar:"anisotropic noise of stochastic gradient descent"'))
    assert engine.meaning is None
    assert result.hits[0].paper_id == NOISE
    assert result.hits[0].source == "abstract"
    assert "⟦noise⟧" in result.hits[0].passage


def test_papers_similar_to_a_paper_show_the_sentence_that_has_most_of_its_title(sample_db):
    engine = Engine(sample_db, to_index_folder(sample_db))
    result = engine.search(Request(q=f"similar({NOISE})"))
    assert {hit.source for hit in result.hits} <= {"abstract", None}
    assert any("⟦" in (hit.passage or "") for hit in result.hits)


def test_sentences_near_a_text_are_compared_by_words_and_meaning(engine, sample_db):
    text = "Does noise of the gradient that points along curved directions help?"
    found = engine.find_sentences(text, 5)
    assert found[0].cosine > 0.4
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    without = Engine(sample_db, to_index_folder(sample_db)).find_sentences(text, 5)
    assert without
    assert all(sentence.cosine is None for sentence in without)
    inside = engine.find_sentences(text, 5, [NOISE])
    assert {sentence.paper_id for sentence in inside} == {NOISE}
    assert engine.find_sentences(text, 5, ["nosuch"]) == []


def test_similar_passages_of_a_passage_are_not_the_passage_itself(engine):
    passage = engine.find_sentences("noise of the gradient", 1)[0].text
    assert passage not in [sentence.text for sentence in engine.find_similar_passages(passage)]


@pytest.mark.parametrize(
    "text", ["", " ", "?", "\x00", "⟦⟧", "x" * 100_000, "机器", "\ud800", '"', "(" * 50]
)
def test_no_text_is_an_error(engine, text):
    engine.find_sentences(text)
    engine.find_similar(text)
    engine.find_similar_passages(text)
    engine.search(Request(q=f"{text} and what else is there?"))
    engine.search(Request(q=f'similar:"{text}"'))


def copy(database, folder):
    """Copy a publication as to a server; return its database."""
    shutil.copy(database, folder / "papers.db")
    shutil.copytree(to_index_folder(database), folder / "papers.index")
    return folder / "papers.db"


def test_a_publication_that_is_copied_has_its_model_and_needs_no_other_file(meaning_db, tmp_path):
    database = copy(meaning_db, tmp_path)
    assert read_description(tmp_path / "papers.index" / FOLDER).name == "all-MiniLM-L6-v2"
    assert is_current(database, to_index_folder(database))
    engine = Engine(database, to_index_folder(database))
    assert NOISE in alone(engine.search(Request(q=QUESTION)))


def test_an_index_that_a_server_makes_anew_keeps_the_model_and_the_vectors(meaning_db, tmp_path):
    database = copy(meaning_db, tmp_path)
    (tmp_path / "papers.index/manifest.json").write_text("{}")
    build_index(database, to_index_folder(database))
    assert is_current(database, to_index_folder(database))
    assert Engine(database, to_index_folder(database)).meaning is not None


def test_vectors_of_other_texts_are_not_kept(meaning_db, tmp_path):
    database = copy(meaning_db, tmp_path)
    with sqlite3.connect(database) as conn:
        conn.execute("update papers set abstract = 'Another one.' where paper_id = ?", (NOISE,))
    build_index(database, to_index_folder(database))
    assert Engine(database, to_index_folder(database)).meaning is None


@pytest.mark.parametrize("name", ["model.onnx", "papers.npy", "sentences.npy"])
def test_a_damaged_file_of_the_model_makes_the_index_not_current(meaning_db, tmp_path, name):
    database = copy(meaning_db, tmp_path)
    (tmp_path / "papers.index" / FOLDER / name).write_bytes(b"damaged")
    assert not is_current(database, to_index_folder(database))
    engine = Engine(database, to_index_folder(database))
    assert engine.meaning is None
    assert engine.meaning_problem
    assert engine.search(Request(q=QUESTION)).count


def test_without_the_packages_papers_are_found_by_words_and_the_reason_is_kept(
    meaning_db, monkeypatch
):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    engine = Engine(meaning_db, to_index_folder(meaning_db))
    assert engine.meaning is None
    assert "pip install -r requirements-meaning.txt" in engine.meaning_problem
    result = engine.search(Request(q=QUESTION))
    assert (result.meaning, result.by_meaning) == ("", 0)
    assert result.hits


@pytest.fixture(scope="module")
def multilingual(sample_db, tmp_path_factory):
    """The engine of the sample with vectors of a multilingual model."""
    folder = tmp_path_factory.mktemp("multilingual")
    encoder = Multilingual()
    list(write_meaning(sample_db, folder, encoder, folder / "cache"))
    meaning = Meaning(encoder, open_vectors(folder / FOLDER))
    return Engine(sample_db, to_index_folder(sample_db), meaning=meaning)


@pytest.mark.parametrize(
    ("q", "paper_id"),
    [
        ("un optimiseur qui est lui-même appris", "learned-optimizers"),
        (
            "reconnaître des étiquettes fausses dans les données d’entraînement",
            "robust-generative-classifiers",
        ),
        ("خوارزمية تحسين تتعلمها الشبكة", "learned-optimizers"),
        ("تسميات خاطئة في بيانات التدريب", "robust-generative-classifiers"),
    ],
)
def test_a_french_or_arabic_question_finds_an_english_paper_with_a_multilingual_model(
    multilingual, q, paper_id
):
    assert paper_id in ids(multilingual.search(Request(q=q)))[:5]


def test_a_multilingual_model_answers_french_questions_better_than_words(multilingual):
    questions = [
        q for q in read_questions(ROOT / "data/sample/queries.jsonl") if q.language == "fr"
    ]
    gains = {
        meaning: sum(to_ndcg(multilingual, q, meaning) for q in questions) / len(questions)
        for meaning in ("", "off")
    }
    assert gains[""] >= 0.58
    assert gains["off"] <= 0.32


def test_a_build_measures_its_questions_with_and_without_meaning(meaning_db):
    with sqlite3.connect(meaning_db) as conn:
        figures = dict(conn.execute("select measure, value from evaluation"))
    for language in ("en", "fr"):
        name = f"nDCG of the first ten, {language}"
        assert figures[name] > figures[f"{name}, by words alone"] + 0.05
    assert figures["nDCG of the first ten, en"] >= 0.7
    found = "found in the first ten"
    assert figures[found] >= figures[f"{found}, by words alone"]


@pytest.mark.slow
def test_a_second_build_has_nothing_to_do_and_another_model_makes_it_anew(
    meaning_db, minilm, tmp_path
):
    shutil.copytree(meaning_db.parent, tmp_path / "site")
    paths = ("--db", tmp_path / "site/papers.db", "--cache", tmp_path / "site/cache")
    paths = (*paths, "--downloads", tmp_path / "site/downloads")
    # The catalog's path is part of the fingerprint of neither.
    again = build_here(*paths, "--meaning", minilm)
    assert (again.returncode, "nothing has changed" in again.stdout) == (0, True), again.stderr
    index = tmp_path / "site/papers.index"
    shutil.rmtree(index)
    build_here(*paths, "--meaning", minilm)
    assert read_description(index / FOLDER)
    without = build_here(*paths, "--meaning", "off")
    assert (without.returncode, "nothing has changed" in without.stdout) == (0, False)
    assert not (index / FOLDER).exists()
    manifest = json.loads((index / "manifest.json").read_text())
    assert not [name for name in manifest["checksums"] if name.startswith(FOLDER)]


def test_check_tells_which_model_a_build_would_use(minilm):
    assert "meaning: none; papers are found by their words" in build_here("--check").stdout
    named = build_here("--check", "--meaning", minilm)
    assert f"meaning: all-MiniLM-L6-v2 (English), in {minilm}" in named.stdout
    hub = build_here("--check", "--meaning", "all-MiniLM-L6-v2")
    assert (
        "the build will fetch 24 MB from https://huggingface.co/sentence-transformers" in hub.stdout
    )
    wrong = build_here("--check", "--meaning", "nosuch")
    assert (wrong.returncode, "is no known model" in wrong.stderr) == (1, True)
