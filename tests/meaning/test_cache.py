"""Vectors are kept by model and text: the next build makes only what is new."""

import numpy as np
import pytest

from papersette.meaning.cache import VectorCache
from papersette.meaning.models import Model


class Counting:
    """An encoder of three dimensions that keeps what it was asked."""

    dimensions = 3

    def __init__(self, name="m", tokens=256):
        self.model, self.asked = Model(name, tokens=tokens), []

    def encode(self, texts):
        self.asked += texts
        return np.array([[len(t), t.count("a"), 1] for t in texts], np.float32)

    def encode_query(self, text):
        return self.encode([text])[0]


def test_only_new_texts_are_encoded(tmp_path):
    first = Counting()
    made = dict(VectorCache(tmp_path, first).encode(["a", "bb", "a"]))
    assert first.asked == ["a", "bb"]
    second = Counting()
    again = dict(VectorCache(tmp_path, second).encode(["bb", "ccc"]))
    assert second.asked == ["ccc"]
    assert np.array_equal(again["bb"], made["bb"])


def test_another_model_does_not_use_the_vectors_of_the_first(tmp_path):
    list(VectorCache(tmp_path, Counting()).encode(["a"]))
    other = Counting(tokens=128)
    list(VectorCache(tmp_path, other).encode(["a"]))
    assert other.asked == ["a"]


def test_a_build_that_is_killed_keeps_the_vectors_that_it_made(tmp_path, monkeypatch):
    monkeypatch.setattr("papersette.meaning.cache.SAVED_AT_ONCE", 2)
    texts = [f"text {n}" for n in range(5)]
    making = VectorCache(tmp_path, Counting()).encode(texts)
    for _ in range(3):
        next(making)
    making.close()
    later = Counting()
    assert len(dict(VectorCache(tmp_path, later).encode(texts))) == 5
    assert later.asked == texts[2:]


@pytest.mark.parametrize("text", ["", "\ud800", "م" * 10_000])
def test_any_text_can_be_kept(tmp_path, text):
    list(VectorCache(tmp_path, Counting()).encode([text]))
    later = Counting()
    list(VectorCache(tmp_path, later).encode([text]))
    assert later.asked == []
