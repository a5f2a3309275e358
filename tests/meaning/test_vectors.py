"""The vectors of a collection: saved, opened, and compared with questions."""

import numpy as np
import pytest

from papersette.meaning.vectors import open_vectors, read_texts, save_vectors, to_vectors


def to_units(rows, columns, seed=7):
    vectors = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def collection():
    papers = to_units(6, 384)
    sentences = [
        [],
        list(to_units(3, 384, 1)),
        [],
        list(to_units(1, 384, 2)),
        list(to_units(40, 384, 3)),
        [],
    ]
    return papers, sentences


def test_eight_bits_choose_the_nearest_sentence_that_the_full_numbers_choose(collection):
    papers, sentences = collection
    vectors = to_vectors(papers, sentences)
    for query in to_units(50, 384, 9):
        exact = np.array(sentences[4]) @ query
        index, cosine = vectors.find_sentence(4, query)
        assert cosine == pytest.approx(exact.max(), abs=0.01)
        assert exact[index] == pytest.approx(exact.max(), abs=0.01)


def test_papers_without_sentences_have_none(collection):
    vectors = to_vectors(*collection)
    query = to_units(1, 384)[0]
    assert vectors.find_sentence(2, query) is None
    numbers = np.arange(6)
    best = vectors.score_best_sentences(numbers, query, np.full(6, -9.0))
    assert [score == -9 for score in best] == [True, False, True, False, False, True]
    assert best[1] == pytest.approx(vectors.score_sentences(1, query).max(), abs=1e-6)


def test_saved_vectors_are_opened_again(collection, tmp_path):
    vectors = to_vectors(*collection)
    save_vectors(vectors, "of these texts", tmp_path)
    opened = open_vectors(tmp_path)
    query = to_units(1, 384)[0]
    assert np.array_equal(opened.score_papers(query), vectors.score_papers(query))
    assert opened.find_sentence(4, query) == vectors.find_sentence(4, query)
    assert read_texts(tmp_path) == "of these texts"


def test_a_collection_without_any_sentence_can_be_opened(tmp_path):
    save_vectors(to_vectors(np.zeros((3, 8), np.float32), [[], [], []]), "", tmp_path)
    assert open_vectors(tmp_path).find_sentence(1, np.zeros(8, np.float32)) is None


def test_a_folder_without_vectors_has_no_texts(tmp_path):
    assert read_texts(tmp_path) is None
    (tmp_path / "texts.json").write_text("[]")
    assert read_texts(tmp_path) is None
