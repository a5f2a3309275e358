"""Whose sentence is this: quotations are found however they were copied."""

import pytest
from conftest import foreign
from corpora import QUOTED_ABSTRACT

from papersette.search.engine import Engine
from papersette.search.quotations import LONGEST_QUOTATION, find_sources, mark_differences

SENTENCE = (
    "There is a set of parameters for which the network converges to a solution of the problem"
)


@pytest.fixture(scope="module")
def sample(sample_db):
    return Engine(sample_db, sample_db.with_suffix(".index"))


def found(engine, quotation):
    return [
        (source.kind, source.paper_id, source.page) for source in find_sources(engine, quotation)
    ]


@pytest.mark.parametrize(
    "quotation",
    [
        "The efficient classification of flat minima needs neither noise nor very large batches",
        "“The efficient classification of flat minima needs neither noise nor very large batches”",
        "the efﬁcient classiﬁcation of ﬂat minima needs neither noise nor very large batches",
        ("The efficient classi-\nfication of flat minima\n"
         "needs neither noise nor very large batches"),
        ("The efficient classi\u00adfication of flat minima "
         "needs neither noise nor very large batches"),
        "the EFFICIENT classification of flat minima... nor very large batches of data",
        "The efficient classification […] nor very large batches of data.",
        "flat minima needs neither",
    ],
    ids=["as it is", "quotation marks", "ligatures", "hyphen at a line end", "soft hyphen",
         "three dots", "omission", "a part"],
)  # fmt: skip
def test_a_copied_quotation_is_exact(quoted, quotation):
    assert found(quoted, quotation) == [("exact", "a", 1)]


def test_a_sentence_that_ends_on_the_next_page_is_found_where_it_begins(quoted):
    quotation = (
        "orthogonal to all of its earlier directions while the learning rate is kept constant"
    )
    assert found(quoted, quotation)[0] == ("exact", "a", 2)


def test_a_few_other_words_make_it_near_and_are_marked(quoted):
    quotation = (
        "The efficient classification of sharp minima needs neither noise nor large batches of data"
    )
    (source,) = find_sources(quoted, quotation)
    assert (source.kind, source.paper_id, source.page) == ("near", "a", 1)
    assert "of ⟦flat⟧ minima" in source.marked
    assert 0.8 < source.likeness < 1


def test_other_words_make_it_a_paraphrase(quoted):
    quotation = (
        "Forecasts of weather are made from simulations of the atmosphere, "
        "many of which are averaged"
    )
    assert found(quoted, quotation)[0] == ("paraphrase", "b", 1)


def test_an_abstract_is_quoted_without_a_page(quoted):
    assert found(quoted, QUOTED_ABSTRACT[:60]) == [("exact", "c", None)]


def test_a_sentence_of_no_paper_is_not_found(quoted):
    assert (
        found(quoted, "Penguins of the southern ocean dive deeper than any other kind of bird")
        == []
    )


@pytest.mark.parametrize(
    "quotation", ["", "   ", "flat minima", "……", "[…]", '"" --- ""', "\x00\ud800"]
)
def test_what_is_too_short_to_be_a_quotation_finds_nothing(quoted, quotation):
    assert found(quoted, quotation) == []


def test_what_is_beyond_the_limit_is_ignored(quoted):
    quotation = "The efficient classification of flat minima needs neither noise"
    assert found(quoted, quotation + " " * LONGEST_QUOTATION + "and penguins") == [
        ("exact", "a", 1)
    ]


@pytest.mark.parametrize(
    "quotation", ['a" OR (b* NEAR/3 ^c:', "title:x AND -y " * 20, "[1] " * 500]
)
def test_no_input_is_an_error(quoted, quotation):
    assert isinstance(found(quoted, quotation), list)


def test_a_french_and_an_arabic_sentence_are_found(sample):
    french = (
        "Le rang d'un modèle change d'un essai à l'autre, "
        "et davantage encore d'un jeu de données à l'autre"
    )
    arabic = "تسأل الورقة عما يحدد اتساع النهاية الصغرى التي يصل إليها الانحدار العشوائي"
    assert found(sample, french)[0] == ("exact", "unreproducible-research", 1)
    assert found(sample, arabic)[0] == ("exact", "flatter-minima", 1)


def test_vowel_signs_and_other_quotation_marks_do_not_matter(sample):
    assert found(sample, f"«{SENTENCE}»")[0] == ("exact", "linearized-admm", 1)


def test_words_of_both_are_not_marked():
    assert (
        mark_differences("The Noise, is large.", "the noise is “large”") == "the noise is “large”"
    )


def test_sentences_of_real_proceedings_are_found_however_they_are_broken(iclr_db):
    foreign("search_iclr_2019.tar.xz")
    engine = Engine(iclr_db, iclr_db.with_suffix(".index"))
    rows = engine.connect().execute(
        "select paper_id, page, substr(body, 800, 160) from pages "
        "where length(body) > 2000 and page_id % 401 = 7 limit 25"
    )
    for paper_id, page, text in rows.fetchall():
        words = text.split()[1:-1]
        broken = "\n".join(" ".join(words[start : start + 6]) for start in range(0, len(words), 6))
        assert ("exact", paper_id, page) in found(engine, broken), broken
