"""Texts are divided into sentences that are quoted as they stand."""

import pytest

from papersette.meaning.sentences import LONGEST, split_sentences


def split(text):
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("One sentence without an end", ["One sentence without an end"]),
        ("We follow J. Smith et al. (2019). The rate is 0.5 in Eq. 3, i.e. Low enough here.",
         ["We follow J. Smith et al. (2019).", "The rate is 0.5 in Eq. 3, i.e. Low enough here."]),
        ("Does it converge quickly enough? It does so in all of our trials! "
         "That is very good news here indeed.",
         ["Does it converge quickly enough?", "It does so in all of our trials!",
          "That is very good news here indeed."]),
        ("يدرس هذا البحث ضوضاء التدرج العشوائي. هل تساعد الضوضاء على مغادرة النهايات الحادة؟ "
         "نعم تساعد على ذلك كثيرا في التجارب.",
         ["يدرس هذا البحث ضوضاء التدرج العشوائي.",
          "هل تساعد الضوضاء على مغادرة النهايات الحادة؟",
          "نعم تساعد على ذلك كثيرا في التجارب."]),
        ("L’article compare les méthodes. À notre avis, c’est utile pour tous.",
         ["L’article compare les méthodes.", "À notre avis, c’est utile pour tous."]),
        ("4 METHOD\nWe train the network with noise added to its gradients.",
         ["4 METHOD\nWe train the network with noise added to its gradients."]),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text, sentences):
    assert split(text) == sentences


def test_long_texts_are_cut_at_spaces_and_no_word_is_lost():
    text = "word " * 1000
    parts = split(text)
    assert all(len(part) <= LONGEST for part in parts)
    assert " ".join(parts).split() == text.split()


def test_a_text_without_spaces_is_cut_and_nothing_is_lost():
    assert "".join(split("x" * 2000)) == "x" * 2000
