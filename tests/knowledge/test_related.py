"""Related papers: near in what they say and cite, never a version of the same work,
each with its reason."""

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from papersette.knowledge.related import (
    NEIGHBOURS,
    Collection,
    Document,
    WordCounts,
    find_nearest,
)
from papersette.knowledge.words import count_words

TEXTS = {
    "a": "pruning garden hedges with electric shears in spring",
    "b": "electric shears for pruning garden hedges in autumn",
    "c": "bicycle chains, saddles and puncture repair kits",
    "d": "repair kits for a bicycle with a puncture",
}


def documents(**more):
    return [
        Document(key, key, f"{text} {text}", count_words(text)) for key, text in TEXTS.items()
    ] + list(more.values())


def nearest(given):
    return {n.paper_id: n for n in Collection(given).find_neighbours() if n.rank == 1}


def test_the_most_similar_paper_comes_first_with_the_shared_terms():
    found = nearest(documents())
    assert {key: neighbour.other_id for key, neighbour in found.items()} == {
        "a": "b",
        "b": "a",
        "c": "d",
        "d": "c",
    }
    assert {word for term in found["a"].terms for word in term.split()} & {
        "hedges",
        "pruning",
        "shears",
        "electric",
        "garden",
    }


def test_a_version_of_the_same_work_is_no_neighbour():
    twin = Document("a2", "a", TEXTS["a"] * 2)
    assert nearest(documents(twin=twin))["a"].other_id == "b"


def test_works_that_both_cite_bring_papers_together_and_are_counted():
    cited = ("On the art of compost", "Worms")
    given = [
        Document("x", "x", "alpha words", cited=cited),
        Document("y", "y", "beta text", cited=cited),
        *documents(),
    ]
    assert (nearest(given)["x"].other_id, nearest(given)["x"].shared_citations) == ("y", 2)


def test_no_paper_has_more_neighbours_than_asked_and_none_is_its_own():
    given = [Document(str(n), str(n), f"hedges{n % 4} and shears{n % 3}") for n in range(60)]
    found = list(Collection(given).find_neighbours())
    assert max(n.rank for n in found) == NEIGHBOURS
    assert all(n.paper_id != n.other_id for n in found)


def test_papers_without_any_words_have_no_neighbours():
    assert (
        list(Collection([Document("a", "a", ""), Document("b", "b", "")]).find_neighbours()) == []
    )


def to_rows(papers=400, words=600, seed=1):
    """Return random rows of length one; the first words are in many rows."""
    chooser = np.random.default_rng(seed)
    shares = 0.5 / np.sqrt(np.arange(1, words + 1))
    counts = (chooser.random((papers, words)) < shares) * chooser.random((papers, words))
    topics = np.repeat(np.eye(papers // 10), 10, axis=0) * 0.8  # ten papers share a rare word
    return csr_matrix(normalize(np.hstack([counts, topics])))


def test_the_nearest_are_those_of_all_products():
    rows = to_rows()
    products = (rows @ rows.T).toarray()
    for row, (others, scores) in enumerate(find_nearest(rows, 11)):
        assert others.tolist() == np.argsort(-products[row], kind="stable")[:11].tolist()
        assert np.allclose(scores, products[row][others])


def test_without_common_words_as_candidates_nearly_all_nearest_are_found():
    rows = to_rows()
    exact = [set(others) for others, _ in find_nearest(rows, 11)]
    limited = list(find_nearest(rows, 11, most_papers=60))
    found = [len(own & set(others)) / 11 for own, (others, _) in zip(exact, limited, strict=True)]
    assert np.mean(found) > 0.95
    products = (rows @ rows.T).toarray()
    for row, (others, scores) in enumerate(limited):
        assert np.allclose(scores, products[row][others])


def test_the_number_of_threads_changes_nothing():
    rows = to_rows()
    one, two = (list(find_nearest(rows, 11, threads=threads)) for threads in (1, 2))
    assert all((a[0] == b[0]).all() and (a[1] == b[1]).all() for a, b in zip(one, two, strict=True))


def test_counted_words_become_the_vectors_of_scikit_learn():
    texts = [" ".join(f"word{(n * k) % 17} the" for k in range(1, 9)) for n in range(1, 40)]
    counts = WordCounts()
    for text in texts:
        counts.add(count_words(text))
    matrix, names = counts.to_space()
    expected = TfidfVectorizer(min_df=2, max_df=0.5, stop_words=["the"], sublinear_tf=True)
    assert np.allclose(matrix.toarray(), expected.fit_transform(texts).toarray(), atol=1e-6)
    assert names.tolist() == expected.get_feature_names_out().tolist()
