"""Sentences of a model are kept only with the support of a passage that they cite."""

import pytest

from papersette.prose.support import check

PASSAGES = {
    1: "Dropout does not restore the effect of importance weights in deep networks.",
    2: "L2 regularization brings back some of it for 30 epochs.",
    4: "يحدد معدل التعلم وحجم الدفعة اتساع النهاية الصغرى.",
}


def texts(answer):
    kept, dropped = check(answer, PASSAGES)
    return [(sentence.text, sentence.numbers) for sentence in kept], dropped


def test_a_sentence_with_the_words_of_its_passage_is_kept_without_the_number():
    answer = "Dropout does not bring back the effect of importance weights [1]."
    assert texts(answer) == (
        [("Dropout does not bring back the effect of importance weights.", (1,))],
        0,
    )


def test_a_range_cites_every_passage_in_it():
    answer = "L2 regularization brings back some of it for 30 epochs [1–4]."
    kept, dropped = texts(answer)
    assert [numbers for _, numbers in kept] == [(1, 2, 4)]
    assert dropped == 0


def test_a_number_after_the_full_stop_belongs_to_the_sentence_before():
    answer = "Dropout restores no effect of weights. [1] L2 regularization brings back some [2]."
    kept, dropped = texts(answer)
    assert [numbers for _, numbers in kept] == [(1,), (2,)]
    assert dropped == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "Dropout does not restore the effect of importance weights.",
        "Dropout does not restore the effect of importance weights [3].",
        "Dropout does not restore the effect of importance weights [2].",
        "Batch normalization of wide residual networks doubles accuracy [1].",
        "L2 regularization brings back some of it for 300 epochs [2].",
        "Dropout restores importance weights, see https://evil.example/x [1].",
        "Dropout restores importance weights, see evil.com [1].",
        "Dropout restores [importance weights](javascript:alert(1)) [1].",
        "Dropout restores <b>importance weights</b> [1].",
        "Weights [1].",
    ],
    ids=["no number", "unknown number", "another passage", "other words", "another figure",
         "address", "host", "link of Markdown", "HTML", "too few words"],
)  # fmt: skip
def test_a_sentence_is_dropped_and_counted(sentence):
    assert texts(sentence) == ([], 1)


def test_sentences_in_arabic_are_checked_as_well():
    answer = (
        "يحدد معدل التعلم وحجم الدفعة الاتساع [4]. تسبح البطاريق في البحار الباردة البعيدة جدا [4]."
    )
    kept, dropped = texts(answer)
    assert [numbers for _, numbers in kept] == [(4,)]
    assert dropped == 1


def test_several_passages_may_support_a_sentence_together():
    answer = (
        "Dropout does not restore importance weights, L2 regularization brings back some [1, 2]."
    )
    assert texts(answer)[0][0][1] == (1, 2)


def test_formatting_is_removed():
    answer = "**Dropout** does not restore the `effect` of importance weights [1]."
    assert texts(answer)[0][0][0] == "Dropout does not restore the effect of importance weights."


def test_an_empty_answer_has_no_sentences():
    assert check("", PASSAGES) == ([], 0)
