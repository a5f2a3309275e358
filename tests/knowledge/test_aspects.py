"""Papers related by background, method or results:
sections are cut exactly, and a reason is given."""

import numpy as np
import pytest

from papersette.knowledge.aspect_texts import find_aspects, to_aspect_texts, to_beginning
from papersette.knowledge.aspects import Aspects, find_related

HEADINGS = (
    ("1", "Introduction", 1),
    ("2", "Related work", 1),
    ("3", "Noisy gradients", 2),
    ("3.1", "A bound", 2),
    ("4", "Experiments", 2),
    ("5", "Conclusion", 3),
    ("A", "Proofs", 3),
)
PAGES = (
    (1, "A title\n1 INTRODUCTION\nGardens grow.\n2 Related  work\nHedges were cut before."),
    (
        2,
        "by others.\n3 Noisy gradients\nWe add noise.\n3.1 A bound\nIt holds.\n"
        "4. Experiments\nOn lawns",
    ),
    (3, "and meadows.\n5 Conclusion\nNoise helps.\nA Proofs\nTrivial."),
)


def test_sections_are_cut_where_their_headings_are():
    texts = to_aspect_texts(HEADINGS, PAGES)
    assert texts == {
        "background": "Gardens grow.\nHedges were cut before.\nby others.",
        "method": "We add noise.\n3.1 A bound\nIt holds.",
        "result": "On lawns\nand meadows.\nNoise helps.",
    }


def test_a_heading_that_is_not_in_the_text_cuts_at_the_start_of_its_page():
    texts = to_aspect_texts(
        (("1", "Introduction", 1), ("2", "Experiments", 2)), ((1, "Why."), (2, "How."))
    )
    assert texts == {"background": "Why.", "result": "How."}


@pytest.mark.parametrize("headings", [(), (("1", "Introduction", 9),)])
def test_a_paper_without_headings_has_no_aspects(headings):
    assert to_aspect_texts(headings, ((1, "Text."),)) == {}


TITLES = {"background": "Introduction", "method": "Method", "result": "Results"}


def relate(texts, candidates=None, vectors=None, works=None):
    papers = [(name, (works or {}).get(name, name)) for name in texts]
    aspects = Aspects()
    for own in texts.values():
        headings = [("1", TITLES[name], page) for page, name in enumerate(own)]
        aspects.add(find_aspects(headings, list(enumerate(own.values()))))
    every = candidates or {name: [other for other in texts if other != name] for name in texts}
    return list(find_related(aspects, papers, every, vectors or {}))


TEXTS = {
    "a": {"method": "stochastic pruning of hedges with shears", "result": "roses bloom"},
    "b": {"method": "stochastic pruning of hedges by robots", "result": "tulips fade"},
    "c": {"method": "watering lawns by night", "result": "roses bloom and bloom"},
}


def test_papers_are_related_by_the_aspect_that_they_share_with_the_reason():
    found = {(r.paper_id, r.aspect): (r.other_id, r.terms) for r in relate(TEXTS)}
    assert found["a", "method"][0] == "b"
    assert set(found["a", "method"][1]) == {"stochastic", "pruning", "hedges"}
    assert found["a", "result"] == ("c", ("bloom", "roses"))
    assert ("c", "method") not in found


def test_only_candidates_are_compared_and_never_versions_of_the_same_work():
    assert {r.other_id for r in relate(TEXTS, {"a": ["c"]})} == {"c"}
    assert ("a", "b") not in {
        (r.paper_id, r.other_id) for r in relate(TEXTS, works={"a": "w", "b": "w"})
    }


def test_the_model_decides_between_papers_that_share_as_many_words():
    texts = {
        "a": {"method": "pruning hedges"},
        "b": {"method": "pruning lawns"},
        "c": {"method": "hedges watered"},
        "d": {"method": "lawns watered"},
    }
    vectors = {
        to_beginning(own["method"]): np.array([0.0, 1.0], np.float32) for own in texts.values()
    }
    vectors["pruning hedges"] = vectors["hedges watered"] = np.array([1.0, 0.0], np.float32)
    first = next(r for r in relate(texts, vectors=vectors) if r.paper_id == "a")
    assert first.other_id == "c"
    vectors["pruning lawns"] = vectors["pruning hedges"]
    vectors["hedges watered"] = np.array([0.0, 1.0], np.float32)
    assert next(r for r in relate(texts, vectors=vectors) if r.paper_id == "a").other_id == "b"


@pytest.mark.parametrize(
    "texts", [{}, {"a": {}}, {"a": {"method": "the of and"}, "b": {"method": "1 2 3"}}]
)
def test_papers_without_words_are_not_related(texts):
    assert relate(texts) == []
