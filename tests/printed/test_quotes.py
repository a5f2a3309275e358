"""Links to passages: right after a rebuild, or they say that the text has changed."""

import pytest

from papersette.printed.quotes import locate, to_quote

PAGES = {
    1: "Stochastic gradients are noisy. The noise is anisotropic, as its covariance shows.",
    2: "The noise is anisotropic. The noise is anisotropic, as we prove here in detail.",
    3: "",
}
PASSAGE = "The ⟦noise⟧ is anisotropic, as its covariance shows…"


def test_a_passage_is_found_again_on_its_page():
    found = locate(*to_quote(PASSAGE), PAGES, 1)
    assert (found.page, found.state) == (1, "same")
    assert found.passage == "The noise is anisotropic, as its covariance shows"


@pytest.mark.parametrize(
    "text",
    [
        "Stochastic gradients. The noise is an-isotropic, as its\ncovariance shows.",
        "THE NOISE IS ANISOTROPIC as its  covariance shows",
        "The noise is anisotropic, as its covaríance shows",
    ],
)
def test_hyphens_spaces_case_and_accents_change_nothing(text):
    assert locate(*to_quote(PASSAGE), {1: text}, 1).state == "same"


def test_a_passage_that_moved_is_found_on_its_new_page():
    found = locate(*to_quote(PASSAGE), {4: PAGES[1], 1: "Another text."}, 1)
    assert (found.page, found.state) == (4, "same")


def test_a_passage_that_is_twice_in_a_paper_is_the_one_of_its_page():
    pages = {1: PAGES[1], 5: PAGES[1]}
    assert locate(*to_quote(PASSAGE), pages, 5).page == 5


def test_another_text_with_the_same_first_words_has_changed():
    found = locate(*to_quote(PASSAGE), {1: "The noise is anisotropic, as its spectrum shows."}, 1)
    assert found.state == "changed"
    assert found.passage.startswith("The noise is anisotropic, as its spectrum")


def test_the_right_one_of_two_with_the_same_first_words_is_found():
    passage = "The noise is anisotropic, as we prove here in detail."
    found = locate(*to_quote(passage), PAGES, 2)
    assert (found.state, found.passage) == ("same", passage.rstrip("."))


def test_a_passage_that_is_gone_is_not_found():
    assert locate(*to_quote(PASSAGE), {1: "Nothing of it."}, 1) is None
    assert locate(*to_quote(PASSAGE), {}, 1) is None


@pytest.mark.parametrize(
    "check", ["", "x", "-1-00000000", "999999-00000000", "5-zzzzzzzz", "٣-00000000"]
)
def test_a_damaged_link_is_a_changed_passage(check):
    assert locate("The noise is", check, PAGES, 1).state == "changed"


@pytest.mark.parametrize("quote", ["", "…", "⟦⟧", "?!", "x" * 100_000])
def test_a_quote_without_letters_or_too_long_is_not_found(quote):
    assert locate(quote, "5-00000000", PAGES, 1) is None


def test_arabic_passages_have_links_too():
    text = "نستخدم شبكات عصبية عميقة لتحليل الضجيج غير المتجانس في التدرج"
    assert locate(*to_quote(text), {1: text}, 1).state == "same"
