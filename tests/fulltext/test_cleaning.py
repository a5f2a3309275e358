"""Cleaning: each rule with the input that requires it."""

from pathlib import Path

import pytest

from papersette.fulltext import cleaning, reading, references
from papersette.fulltext.engines import RawPage


def cleaned(*pages):
    return [cleaning.to_paragraphs(lines) for lines in cleaning.clean(list(pages))]


@pytest.mark.parametrize("mark", ["-\n", "\ufffe", "\x02", "\u00ad\n", "-\r\n"])
def test_a_word_broken_over_a_line_end_is_joined(mark):
    assert cleaned(f"the anis{mark}otropic noise of gradients") == [
        "the anisotropic noise of gradients"
    ]


def test_a_compound_that_is_written_with_its_hyphen_elsewhere_keeps_it():
    assert cleaned("a high-dimensional space and a high-\ndimensional sphere") == [
        "a high-dimensional space and a high-dimensional sphere"
    ]


def test_a_capital_after_the_break_keeps_the_hyphen():
    assert cleaned("by Jean-\nMarc and others") == ["by Jean-Marc and others"]


def test_a_break_that_pdftotext_left_inside_a_line_is_joined_when_the_paper_has_the_word():
    assert cleaned("outperforming others, and out- performing them; pre- and post-norm") == [
        "outperforming others, and outperforming them; pre- and post-norm"
    ]


def test_running_headers_and_page_numbers_are_dropped():
    text = "\n".join(
        f"line {n} of the text" for n in ("one", "two", "three", "four", "five", "six")
    )
    pages = [
        f"Under review at X 2019\n{n} begins\n{text}\n{n} ends\n{i}"
        for i, n in enumerate("abcdef", start=1)
    ]
    assert cleaned(*pages)[2].startswith("c begins line one")
    assert cleaned(*pages)[2].endswith("six of the text c ends")


def test_a_running_header_that_is_joined_to_the_text_under_it_is_cut():
    text = "\n".join(
        f"line {n} of the text" for n in ("one", "two", "three", "four", "five", "six")
    )
    pages = [
        f"Under review at X 2019{joined}{n} begins\n{text}"
        for n, joined in zip("abcdef", "\n\n\n\n  ", strict=True)
    ]
    assert cleaned(*pages)[5].startswith("f begins line one")


def test_a_title_that_begins_as_the_running_header_is_kept():
    filler = "\n".join("some more words of text" for _ in range(6))
    pages = [f"Proceedings 2019\nOn the Trees and Bushes\nAnn Author\nText one.\n{filler}\n1"]
    pages += [f"On the Trees\nText {w}.\n{filler}\n{i}" for i, w in ((2, "two"), (3, "three"))]
    assert "On the Trees and Bushes" in cleaned(*pages)[0]


def test_a_short_page_is_not_taken_for_its_header():
    assert (
        cleaned(*[f"Page {n} has text.\nSecond line." for n in range(5)])[3]
        == "Page 3 has text. Second line."
    )


def test_a_title_that_is_the_header_of_later_pages_is_kept():
    filler = "\n".join("some more words of text" for _ in range(6))
    pages = [f"Proceedings 2019\nOn Trees\nAnn Author\nText one.\n{filler}\n1"]
    pages += [f"ON TREES\nText {w}.\n{filler}\n{i}" for i, w in ((2, "two"), (3, "three"))]
    assert "On Trees" in cleaned(*pages)[0]
    assert "ON TREES" not in cleaned(*pages)[1]


def test_line_numbers_are_dropped_but_a_short_column_is_kept():
    margin = "\n".join(f"{n:03}" for n in range(54))
    assert "017" not in cleaned(f"{margin}\nthe text")[0]
    assert "1 2 3" in cleaned("a table\n1\n2\n3\nends")[0]


def test_line_numbers_inside_lines_are_dropped_and_broken_words_joined():
    def draft(page):
        number = iter(range(54 * page, 54 * page + 54))
        lines = [f"{next(number)} Oaks of page {page} grow 7 metres" for _ in range(26)]
        lines += [f"the gar{next(number)} dens of {next(number)} 12 towns", f"{next(number)}"]
        return "\n".join([*lines, *(f"{n} and more" for n in number)])

    text = " ".join(cleaned(*map(draft, range(3))))
    assert "Oaks of page 2 grow 7 metres Oaks" in text
    assert "the gardens of 12 towns and more" in text


def test_numbers_of_a_table_on_one_of_several_pages_are_kept():
    table = "\n".join(f"{n} trees" for n in range(1, 50))
    assert "31 trees" in cleaned("text", "text", table)[2]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("eﬃcient oﬀice ﬁnd", "efficient office find"),
        ("Aur´elien G¨odel Franc¸ois Lo¨ıc", "Aurélien Gödel François Loïc"),
        ("x² ≤ ½ ℝⁿ", "x² ≤ ½ ℝⁿ"),
        ("𝐀𝑥", "Ax"),
        ("a\x00b\x0cc", "abc"),
        ("gl\ue000yph (cid:12) z", "glyph z"),
        ("تعلّم", "تعلّم"),
        ("ﻻ", "لا"),
    ],
)
def test_characters_are_cleaned(raw, clean):
    assert " ".join(cleaning.fold_characters(raw).split()) == clean


REFERENCES = ["References", "[1] A. Author. On noise. 2015.", "[2] B. Writer. On trees. 2016."]


def test_references_are_separated_from_the_text_across_pages():
    separated = references.separate_references([["Text.", *REFERENCES], ["[3] C. Third. 2017."]])
    assert separated[0][0] == ["Text."]
    assert separated[1] == ([], ["[3] C. Third. 2017."])


def test_text_after_an_appendix_heading_is_body_text():
    separated = references.separate_references(
        [[*REFERENCES, "A PROOFS OF THEOREMS", "We prove it."]]
    )
    assert separated[0][0] == ["A PROOFS OF THEOREMS", "We prove it."]


@pytest.mark.parametrize(
    "heading",
    [
        "6 Supplementary Material",
        "7 TRAINING DETAILS",
        "A.1 PROOF OF THEOREM 3.1",
        "B DOE ET AL. (2017)",
    ],
)
def test_text_after_a_numbered_heading_is_body_text(heading):
    proof = [
        "The trees of Doe (2017) are tall",
        "and green, as we",
        "prove, while others",
        "are small.",
    ]
    text = [heading, *proof]
    assert references.separate_references([["References", *entries(6), *text]])[0][0] == text


def test_a_line_that_continues_an_entry_is_no_heading():
    lines = ["Ann Ash. On paths. Gardens, pp. 39-", "49. ACM, 2017."]
    refs = ["References", *entries(6), *lines]
    assert references.separate_references([refs]) == [([], refs)]


def test_a_long_caption_interrupts_a_list():
    caption = f"Figure 7: {'The trees of our forests, and their leaves. ' * 8}"
    picture = [caption, *["height of a tree"] * 9]
    lines = ["References", *entries(6), *picture, *entries(12)[6:]]
    assert references.separate_references([lines])[0][0] == picture


PROSE = [
    "The trees of Doe (2017) are measured as follows. We cut each of them when it is as tall as",
    "a house, since our saws are not long enough for taller ones, and then we count the rings.",
    "Where a ring was not seen in the wood, we have used the mean of both rings that are next",
    "to it. This does not change the results, which can be reproduced with the saws that we sell.",
]
"""In sentences, with a year."""


@pytest.mark.parametrize("heading", [[], ["DETAILS OF THE TREES"]])
def test_sentences_after_a_list_are_body_text_with_their_heading(heading):
    text = [*heading, *PROSE]
    assert references.separate_references([["References", *entries(6), *text]])[0][0] == text


def test_sentences_do_not_end_the_last_entry_too_early():
    last = [
        "Ann Ash and Ben Birch. On the age of trees that are found in",
        "valleys. Leaves, 2019.",
    ]
    lines = ["References", *entries(6), *last]
    assert references.separate_references([[*lines, *PROSE]])[0][1] == lines


def test_a_list_goes_on_after_sentences_but_not_after_the_heading_of_an_appendix():
    start, rest = ["References", *entries(6)], entries(15)[6:]
    assert references.separate_references([[*start, *PROSE, *rest]])[0] == (PROSE, start + rest)
    lines = [*start, *PROSE, "A PROOFS OF THEOREMS", *["By induction."] * 30, *rest]
    assert references.separate_references([lines])[0][1] == start


def test_a_column_called_references_is_not_a_reference_list():
    lines = ["Model", "References", "ours", "yes", "theirs", "no"]
    assert references.separate_references([lines]) == [(lines, [])]


def test_headings_in_small_capitals_and_in_french_are_found():
    for heading in ("R EFERENCES", "7 References", "Références", "BIBLIOGRAPHY"):
        assert references.separate_references([[heading, *REFERENCES[1:]]])[0][0] == []


def entries(count):
    return [
        f"Ann Author and Ben Writer. On the noise of trees in forest {n}. "
        f"In Journal of Noise, 20{n:02}."
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "entry", [["[1] Ann Ash. On paths.", "Gardens, 2001."], ["Ash, A. (2001). On paths. Gardens."]]
)
def test_a_list_of_one_entry_is_found_at_the_end_of_the_text(entry):
    refs = ["References", *entry]
    assert references.separate_references([["Text.", *refs]]) == [(["Text."], refs)]
    appendix = ["A PROOFS", "By induction."]
    assert references.separate_references([["Text.", *refs, *appendix]])[0][1] == refs
    more = ["Other lines follow."] * 7
    assert references.separate_references([["Text.", *refs, *more]])[0][1] == []
    table = ["Method", "References", "0.84", "0.91 (2001)"]
    assert references.separate_references([table]) == [(table, [])]


def test_a_list_without_heading_or_with_one_letter_of_it_is_found():
    for lines in (entries(9), ["R", *entries(9)]):
        separated = references.separate_references([["We show this.", *lines]])
        assert separated == [(["We show this."], lines)]


def test_a_heading_joined_to_its_first_entry_begins_the_list():
    first, *more = entries(5)
    assert references.separate_references([["Text.", f"REFERENCES {first}", *more]])[0][0] == [
        "Text."
    ]


def test_text_after_the_last_year_is_body_text():
    proof = [f"Step {n} follows from the lemma." for n in range(30)]
    assert references.separate_references([[*REFERENCES, *proof]])[0][0] == proof


def test_a_table_inside_a_list_interrupts_it():
    table = [f"row {n}" for n in range(30)]
    first, second = entries(12)[:6], entries(12)[6:]
    assert references.separate_references([["References", *first, *table, *second]])[0] == (
        table,
        ["References", *first, *second],
    )


def test_the_lines_of_a_reference_list_are_kept():
    raw = [
        RawPage(
            "Text.\nReferences\n\n[1] A. Author. On noise.\n2015.\n[2] B. Writer. On trees. 2016.",
            "text",
        )
    ]
    refs = reading.to_entry(reading.Job(Path("x.txt")), raw)["pages"][0][1]
    assert refs.split("\n")[1:] == [
        "[1] A. Author. On noise.",
        "2015.",
        "[2] B. Writer. On trees. 2016.",
    ]


def test_page_breaks_are_kept():
    raw = [RawPage(text, "text") for text in ("one", "", "three")]
    assert [body for body, _, _ in reading.to_entry(reading.Job(Path("x.txt")), raw)["pages"]] == [
        "one",
        "",
        "three",
    ]


HEADINGS = {
    "de": "Literaturverzeichnis", "fr": "Références bibliographiques", "es": "Bibliografía",
    "pt": "Referências", "ru": "Список литературы", "ar": "المراجع", "zh": "参考文献",
    "numbered": "8. Literature", "Roman": "V. References", "spaced": "L I T E R A T U R",
    "doubled": "RReeffeerreenncceess",
}  # fmt: skip


@pytest.mark.parametrize("heading", HEADINGS.values(), ids=HEADINGS)
def test_a_list_begins_at_its_heading_in_any_language(heading):
    text = ["This was shown long ago.", heading, *entries(8)]
    body, refs = references.separate_references([text])[0]
    assert (body, refs) == (text[:1], text[1:])


def test_a_heading_of_other_text_begins_no_list():
    prose = [
        f"as those of 19{n} say in the" if n % 3 == 0 else "that trees are green and"
        for n in range(20, 80)
    ]
    assert references.separate_references([["Literature", *prose]])[0][1] == []


def test_a_table_of_contents_begins_no_list():
    contents = ["Contents", "1 Introduction", "References", "We thank A. Bell (2004) and others."]
    text = [f"The trees of this forest are {n} years old and green." for n in range(300)]
    refs = references.separate_references([[*contents, *text, "References", *entries(9)]])[0][1]
    assert refs == ["References", *entries(9)]


def test_a_list_ends_at_the_heading_of_other_text():
    after = ["About the authors", "Ann Author is professor of trees.", "Since 2004 she lives here."]
    for heading in ("About the authors", "Anhang", "Anmerkungen", "Remerciements"):
        text = ["References", *entries(6), heading, *after[1:]]
        assert references.separate_references([text])[0][0] == [heading, *after[1:]]


def test_a_numbered_list_without_heading_is_found():
    numbered = [
        f"{n}. Silva AB. Care of trees {n}. Rev Trees. 20{n:02};1(2):3-7." for n in range(1, 9)
    ]
    body, refs = references.separate_references([["We show this.", *numbered]])[0]
    assert (body, refs) == (["We show this."], numbered)
