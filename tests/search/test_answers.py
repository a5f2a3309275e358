"""Answers from the papers: the sentences that answer best,
and how often they are the right ones."""

import pytest
from conftest import ROOT, query
from weights import Multilingual

from papersette.catalogs.catalog import read_questions
from papersette.meaning.vectors import open_vectors
from papersette.records import Question
from papersette.search.answers import MEASURE, find_answers, is_answered, measure
from papersette.search.engine import Engine
from papersette.search.meaning import FOLDER, Meaning, write_meaning
from papersette.search.nearest import SentenceFinder
from papersette.search.results import Request

QUESTIONS = [q for q in read_questions(ROOT / "data/sample/queries.jsonl") if q.pages]


@pytest.fixture(scope="module")
def engine(meaning_db):
    return Engine(meaning_db, meaning_db.with_suffix(".index"))


@pytest.fixture(scope="module")
def by_words(engine):
    return SentenceFinder(engine.index, engine.corpus, engine.connect, None)


def places(sentences):
    return [(sentence.paper_id, sentence.page) for sentence in sentences]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.query[:40])
def test_the_right_page_is_among_the_first_three_by_words_alone(by_words, question):
    assert is_answered(by_words, question)


def test_the_build_stores_how_often_the_right_page_is_first_with_meaning_and_without(meaning_db):
    stored = dict(query(meaning_db, "select measure, value from evaluation"))
    assert {stored[MEASURE], stored[f"{MEASURE}, by words alone"]} == {1.0}


def test_questions_without_pages_measure_nothing(engine):
    assert measure(engine, [Question("noise", "H1M7soActX")]) == []


def test_a_question_that_is_answered_elsewhere_is_not_answered(by_words):
    wrong = Question(QUESTIONS[0].query, pages=((QUESTIONS[0].pages[0][0], 2000),))
    assert not is_answered(by_words, wrong)


def test_the_passage_of_a_paper_without_text_is_a_sentence_of_its_abstract(quoted):
    (hit,) = quoted.search(Request(q="unicorn gardens")).hits
    assert (hit.source, hit.page) == ("abstract", None)
    assert "⟦Unicorns⟧ have been observed in ⟦gardens⟧" in hit.passage


def test_an_abstract_answers_where_a_paper_has_no_text(quoted):
    answer = find_answers(quoted.sentences, "Where have unicorns been observed?")[0]
    assert (answer.paper_id, answer.page) == ("c", None)


def test_each_page_answers_once_and_no_sentence_comes_twice(by_words):
    found = find_answers(by_words, "Does SGD cross barriers of the loss?")
    assert len(set(places(found))) == len(found) > 1
    assert len({sentence.text for sentence in found}) == len(found)


def test_an_answer_comes_with_the_sentences_around_it(by_words):
    question = "If the relation is exact, what can an experiment still test?"
    answer = find_answers(by_words, question)[0]
    assert answer.before
    assert answer.after


def test_one_paper_is_asked_alone(by_words):
    found = find_answers(by_words, "learning rate", papers=["SkNksoRctQ"])
    assert {paper_id for paper_id, _ in places(found)} == {"SkNksoRctQ"}
    assert find_answers(by_words, "learning rate", papers=["none"]) == []


@pytest.mark.parametrize("q", ["", "?", "\x00", "\ud800", "(" * 500, "xyzzyq"])
def test_no_question_is_an_error(engine, by_words, q):
    assert find_answers(by_words, q) == []
    assert isinstance(find_answers(engine.sentences, q), list)


@pytest.mark.slow
def test_a_model_of_several_languages_finds_english_sentences_for_an_arabic_question(
    meaning_db, tmp_path
):
    encoder = Multilingual()
    list(write_meaning(meaning_db, tmp_path, encoder, tmp_path / "cache"))
    meaning = Meaning(encoder, open_vectors(tmp_path / FOLDER))
    engine = Engine(meaning_db, meaning_db.with_suffix(".index"), meaning=meaning)
    question = "هل يساعد ضجيج التدرج على الخروج من النهايات الصغرى الحادة؟"
    english = {paper_id for paper_id, _ in places(find_answers(engine.sentences, question))}
    assert english & {"H1M7soActX", "tail-index", "SkgEaj05t7", "B1l6e3RcF7"}
