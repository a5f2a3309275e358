"""The ends of sentences are found where a reader sees them."""

import pytest

from papersette.sentences import find_ends


def following(text, **options):
    """Return what follows each end of a sentence."""
    return [text[start:] for _, start in find_ends(text, **options)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no end",
        "The last. ",
        "Li et al. (2011) and J. Doe, e.g. Table 2 vs. Fig. 3, i.e. Sec. 4",
        "the rate is 0.5 of x1, . . . . xn",
        "in words (approx. ten. of them)",
    ],
)
def test_an_abbreviation_an_initial_or_a_number_is_no_end(text):
    assert following(text) == []


@pytest.mark.parametrize(
    ("text", "next_sentence"),
    [
        ("It holds for all x. The proof is short", "The proof is short"),
        ("It depends on Y . Its mean does not", "Its mean does not"),
        ("Noise, momentum, etc. These help", "These help"),
        ("They “converge.” (Both do.", "(Both do."),
        ("هل تساعد الضوضاء؟ نعم", "نعم"),
        ("Cela va. Été compris", "Été compris"),
        ("噪声有用。它很小", "它很小"),
        ("It ends\nhere.\nAnd so on", "And so on"),
    ],
)
def test_the_next_sentence_begins_after_a_full_stop(text, next_sentence):
    assert following(text) == [next_sentence]


def test_a_line_is_a_sentence_if_asked():
    text = "4 METHOD\nWe refer to Fig.\n3 here"
    assert following(text, at_lines=True) == ["We refer to Fig.\n3 here"]
