"""The map of small and uniform collections: no input ends the process."""

import numpy as np
import pytest
from paper_maps import draw_map

from papersette.knowledge.related import Collection, Document
from papersette.knowledge.words import count_words

COLLECTIONS = {
    "abstracts that differ in one word": [
        f"We study the noise of stochastic gradient descent in {word} networks"
        for word in ("deep", "wide", "small", "large", "binary")
    ],
    "titles that differ in the year": [
        f"Proceedings of the workshop {n}" for n in range(2014, 2020)
    ],
    "abstracts of one letter": ["s"] * 5,
    "one text": ["stochastic gradient descent"] * 7,
    "one word": ["noise"] * 6,
    "two texts": ["alpha beta"] * 3 + ["gamma delta"] * 3,
    "three texts": ["alpha beta"] * 3 + ["gamma delta"] * 3 + ["noise of", "noise of"],
    "no text": [""] * 5,
}


def to_documents(texts, bodies=()):
    bodies = [*bodies, *[""] * len(texts)]
    return [
        Document(f"p{n}", f"p{n}", text, count_words(bodies[n])) for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize("texts", COLLECTIONS.values(), ids=COLLECTIONS)
def test_papers_that_hardly_differ_have_no_map_and_end_no_build(texts):
    documents = to_documents(texts)
    assert draw_map(documents, {}) == []
    assert all(0 <= neighbour.score <= 1 for neighbour in Collection(documents).find_neighbours())


def test_papers_with_the_same_words_share_a_point():
    words = "noise gradient bandit kernel image speech graph proof".split()
    texts = [f"{word} {other}" for word in words for other in words if word != other]
    documents = to_documents([*texts, texts[0], texts[0]])
    points = draw_map(documents, {})
    assert len(points) == len(documents)
    assert np.isfinite([(point.x, point.y) for point in points]).all()
    assert {(p.x, p.y) for p in (points[0], points[-1], points[-2])} == {(points[0].x, points[0].y)}
    assert len({(point.x, point.y) for point in points}) > 20
