"""Vectors of texts, made with real weights: all-MiniLM-L6-v2 in 8 bits."""

import sys

import numpy as np
import pytest

from papersette.errors import UserError
from papersette.meaning.encoder import OnnxEncoder, is_installed
from papersette.meaning.models import Model, read_folder

SENTENCES = [
    "The noise of stochastic gradients helps to leave sharp minima.",
    "Random fluctuations of minibatches let training escape narrow valleys.",
    "The session on Tuesday is chaired by the programme committee.",
]


@pytest.fixture(scope="module")
def encoder(minilm):
    return OnnxEncoder(read_folder(minilm))


def test_a_paraphrase_without_shared_words_is_nearer_than_another_sentence(encoder):
    noise, paraphrase, other = encoder.encode(SENTENCES)
    assert noise @ paraphrase > 0.4 > noise @ other


def test_vectors_have_length_one(encoder):
    vectors = encoder.encode(SENTENCES)
    assert vectors.shape == (3, encoder.dimensions) == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_vector_of_a_text_does_not_depend_on_others_or_on_threads(minilm, encoder):
    parallel = OnnxEncoder(read_folder(minilm), threads=2)
    together = list(parallel.encode_all([*SENTENCES, "a " * 5000]))
    assert np.array_equal(together[1], encoder.encode([SENTENCES[1]])[0])


def test_a_long_text_and_an_empty_one_have_vectors(encoder):
    assert np.isfinite(encoder.encode(["word " * 100_000, "", "\udcff"[:0], "🙂", "م"])).all()


def test_a_model_that_wants_prefixes_gets_them(minilm):
    model = read_folder(minilm, Model("x", query_prefix="query: ", text_prefix="passage: "))
    prefixed, plain = OnnxEncoder(model), OnnxEncoder(read_folder(minilm))
    assert np.array_equal(prefixed.encode_query("noise"), plain.encode_query("query: noise"))
    assert np.array_equal(prefixed.encode(["noise"]), plain.encode(["passage: noise"]))


def test_questions_are_remembered(encoder, monkeypatch):
    first = encoder.encode_query("what is noise?")
    monkeypatch.setattr(encoder, "_run", lambda text: pytest.fail("run again"))
    assert np.array_equal(encoder.encode_query("what is noise?"), first)


def test_missing_packages_are_named_with_the_remedy(minilm, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert not is_installed()
    with pytest.raises(UserError, match=r"pip install -r requirements-meaning\.txt"):
        OnnxEncoder(read_folder(minilm))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_model_is_an_error_that_names_its_folder(minilm, tmp_path, name):
    for path in minilm.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(UserError, match=f"{tmp_path.name}: the model cannot be opened"):
        OnnxEncoder(read_folder(tmp_path))
