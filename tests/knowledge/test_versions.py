"""Versions of a work: joined on evidence, possible with little, never against the catalog."""

import json
import random

import pytest
from conftest import ROOT, foreign, replaced

from papersette.knowledge.versions import Version, find_pairs, group

ABSTRACT = (
    "We measure how the noise of small batches walks along a valley of the loss, "
    "and show that the height of the walk above the floor is set by the learning rate, "
    "whereas the batch size decides how far it explores."
)
OTHER = (
    "A survey of cooking with cast iron pans, their seasoning, "
    "and the chemistry of polymerized oils on a hot surface."
)


def version(paper_id, venue="v", **given):
    return Version(paper_id, venue, **given)


def verdicts(*versions):
    return {(pair.paper_id, pair.other_id): pair.verdict for pair in find_pairs(versions)}


def test_one_title_at_two_venues_is_one_work():
    a, b = (
        version("a", "x", title="Learning to Walk Slowly"),
        version("b", "y", title="Learning to walk, slowly."),
    )
    assert verdicts(a, b) == {("a", "b"): "joined"}


def test_one_title_without_a_common_author_is_only_possible():
    a = version("a", "x", title="Learning to Walk Slowly", authors=("Ada Byron",))
    b = version("b", "y", title="Learning to Walk Slowly", authors=("Carl Gauss",))
    assert verdicts(a, b) == {("a", "b"): "possible"}


def test_equal_short_titles_are_no_evidence():
    assert verdicts(version("a", "x", title="Preface"), version("b", "y", title="Preface")) == {}


@pytest.mark.parametrize(("one", "other"), [("Part I", "Part II"), ("in 2D", "in 3D")])
def test_titles_that_differ_in_a_number_are_two_works(one, other):
    a = version("a", "x", title=f"A Longer Theory of Moving Fluids {one}", abstract=ABSTRACT)
    b = version("b", "y", title=f"A Longer Theory of Moving Fluids {other}", abstract=OTHER)
    assert "joined" not in verdicts(a, b).values()


def test_an_abstract_that_was_edited_joins_papers_of_different_titles():
    a = version("a", "x", title="Random Walks of Training", abstract=ABSTRACT)
    b = version(
        "b",
        "y",
        title="On Valleys",
        abstract=replaced(ABSTRACT, "We measure", "This paper measures"),
    )
    c = version("c", "y", title="Pans", abstract=OTHER)
    assert verdicts(a, b, c) == {("a", "b"): "joined"}


def test_two_papers_of_one_conference_are_not_joined_by_their_abstracts():
    a = version("a", title="Random Walks of Training", abstract=ABSTRACT)
    b = version("b", title="On Valleys of the Loss", abstract=ABSTRACT)
    assert verdicts(a, b) == {}


def test_an_item_that_a_list_has_three_times_is_one_work():
    listed = [version(key, title="A Walk in the Garden of Losses", is_list=True) for key in "abc"]
    works, _ = group(listed, find_pairs(listed))
    assert works == {"a": "a", "b": "a", "c": "a"}


def test_releases_that_their_source_keeps_together_are_one_work_whatever_their_titles():
    a, b = (
        version("a", title="Old name of the paper", work="w"),
        version("b", title="Quite another name", work="w"),
    )
    assert verdicts(a, b) == {("a", "b"): "joined"}


def test_papers_joined_or_separated_by_hand_are_marked():
    titles = {"a": "Learning to Walk Slowly", "b": "Learning to Walk Slowly", "c": "Pans"}
    versions = [version(key, key, title=title) for key, title in titles.items()]
    works, pairs = group(versions, find_pairs(versions), join=[("a", "c")], separate=[("a", "b")])
    assert works == {"a": "a", "b": "b", "c": "a"}
    assert {(p.paper_id, p.other_id): (p.verdict, p.reason) for p in pairs} == {
        ("a", "b"): ("separate", "by hand"),
        ("a", "c"): ("joined", "by hand"),
    }


def test_papers_separated_by_hand_are_not_joined_through_a_third():
    versions = [version(key, key, title="Learning to Walk Slowly") for key in "abc"]
    works, _ = group(versions, find_pairs(versions), separate=[("a", "c")])
    assert works["a"] != works["c"]


def test_papers_without_title_and_abstract_are_works_of_their_own():
    works, pairs = group([version("a"), version("b")], find_pairs([version("a"), version("b")]))
    assert (works, pairs) == ({"a": "a", "b": "b"}, [])


def iclr_and_icml():
    foreign("search_iclr_2019.tar.xz")
    import tarfile

    with tarfile.open(foreign("search_iclr_2019.tar.xz")) as packed:
        notes = json.load(packed.extractfile("search_iclr_2019/notes.json"))
    notes = notes["notes"] if isinstance(notes, dict) else notes
    iclr = [
        Version(
            n["forum"],
            "iclr",
            title=n["content"].get("title"),
            abstract=n["content"].get("abstract"),
        )
        for n in notes
    ]
    papers = json.loads((foreign("icml2019") / "icml2019.json").read_text())
    icml = [
        Version(
            str(p["id"]),
            "icml",
            title=p.get("title"),
            abstract=p.get("abstract"),
            authors=tuple(p["author"].split(";")),
        )
        for p in papers
    ]
    return [*iclr, *icml]


def test_iclr_and_icml_2019_share_works_and_of_fifty_checked_by_hand_all_are_right():
    truth = {
        tuple(pair["ids"]): pair["right"]
        for pair in json.loads((ROOT / "tests/truth/versions.json").read_text())
    }
    joined = [
        (p.paper_id, p.other_id)
        for p in find_pairs(iclr_and_icml())
        if p.verdict == "joined" and p.other_id.isdecimal()
    ]
    sample = random.Random(2019).sample(sorted(joined), 50)
    assert len(joined) >= 85
    assert set(sample) == set(truth), "the pairs found have changed: draw and check the sample anew"
    assert sum(truth[pair] for pair in sample) / 50 >= 0.98
