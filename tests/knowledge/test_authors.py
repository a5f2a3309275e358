"""Authors: spellings of one name are joined only if one author can be meant."""

import pytest

from papersette.knowledge.authors import group_names


@pytest.mark.parametrize(
    ("names", "author"),
    [
        (
            ["Ryan P. Adams", "Ryan P Adams", "Ryan Adams", "R. P. Adams", "R. Adams"],
            "Ryan P. Adams",
        ),
        (["Léon Bottou", "Leon Bottou", "LEON BOTTOU", "Bottou, Léon"], None),
        (["Jean-Yves Girard", "J.-Y. Girard"], "Jean-Yves Girard"),
        (["Laurens van der Maaten", "L. Maaten", "Maaten, Laurens van der"], None),
        (["Wei Li", "Wei LI", "Li W"], "Wei Li"),
    ],
)
def test_spellings_of_one_name_are_one_author(names, author):
    found = group_names(names)
    assert len(set(found.values())) == 1
    assert author is None or found[names[-1]] == author


@pytest.mark.parametrize(
    "names",
    [
        ["Wei Wang 0001", "Wei Wang 0002"],
        ["Ryan Adams", "Rose Adams"],
        ["Ryan P. Adams", "Ryan Q. Adams"],
        ["Hinton", "Geoffrey Hinton"],
        ["John Smith", "John Smith Jr."],
        ["محمد علي", "أحمد علي"],
    ],
)
def test_names_of_two_people_are_not_joined(names):
    assert len(set(group_names(names).values())) == 2


def test_an_initial_that_fits_two_people_is_not_joined():
    assert len(set(group_names(["Ryan Adams", "Rose Adams", "R. Adams"]).values())) == 3


def test_a_name_without_middle_initial_is_not_joined_if_two_are_known():
    assert len(set(group_names(["Ryan P. Adams", "Ryan Q. Adams", "Ryan Adams"]).values())) == 3
