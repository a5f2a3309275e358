"""Parts of a paper: by the headings of the first level, each page in the parts that stand on it."""

from papersette.knowledge.parts import Part, to_parts

HEADINGS = [
    ("1", "Introduction", 1), ("2", "Hedges", 2), ("2.1", "Experiments of others", 2),
    ("3", "Experiments", 4), ("4", "Conclusion", 6), ("A", "Experiments, continued", 7),
]  # fmt: skip


def test_headings_divide_the_pages_and_a_shared_page_belongs_to_both():
    assert list(to_parts(HEADINGS, 9)) == [
        Part("introduction", 1, 2), Part("method", 2, 4), Part("experiments", 4, 6),
        Part("conclusion", 6, 7), Part("appendix", 7, 9),
    ]  # fmt: skip


def test_headings_may_be_missing_or_out_of_order():
    assert list(to_parts([("2", "Later", 5), ("1", "Introduction", 2)], 6)) == [
        Part("method", 5, 5),
        Part("introduction", 2, 6),
    ]
    assert list(to_parts([], 3)) == []
