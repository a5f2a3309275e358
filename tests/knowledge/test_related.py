"""Related papers: near in what they say and cite, never a version of the same work, each with its reason."""

from papersette.knowledge.related import NEIGHBOURS, Document, find_neighbours
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
    return {n.paper_id: n for n in find_neighbours(given) if n.rank == 1}


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
    found = list(find_neighbours(given))
    assert max(n.rank for n in found) == NEIGHBOURS
    assert all(n.paper_id != n.other_id for n in found)


def test_papers_without_any_words_have_no_neighbours():
    assert list(find_neighbours([Document("a", "a", ""), Document("b", "b", "")])) == []
