"""Title and abstract of first pages, also of cover sheets, several lines and odd fonts."""

import pypdfium2
import pytest
from conftest import ROOT, replaced, typeset

from papersette.fulltext import covers, extract, front, titles, typography
from papersette.fulltext.reading import Job, read_file
from papersette.fulltext.typography import Metadata

NOTE = ROOT / "data/sample/pdf/icml2019/adagrad-stepsizes.pdf"
FRENCH = ROOT / "data/sample/pdf/icml2019/unreproducible-research.pdf"
BODY = "#par(lorem(120))\n"


@pytest.fixture(scope="module")
def texts():
    return dict(extract([NOTE, FRENCH]))


def read_front(tmp_path, source):
    return read_file(Job(typeset(tmp_path / "a.pdf", source))).front


def test_the_title_of_a_note_is_read(texts):
    title = "AdaGrad stepsizes: sharp convergence over nonconvex landscapes"
    assert texts[NOTE].front.title == title


def test_the_authors_of_a_note_are_read(texts):
    names = [author.name for author in texts[NOTE].front.authors]
    assert names == ["Rachel Ward", "Xiaoxia Wu", "Leon Bottou"]


def test_the_abstract_begins_and_ends_at_its_borders_in_english_and_french(texts):
    english, french = texts[NOTE].front.abstract, texts[FRENCH].front.abstract
    assert english.startswith("AdaGrad adjusts its step")
    assert english.endswith("needs to be known.")
    assert french.startswith("L’article distingue")
    assert french.endswith("la recherche empirique.")


def test_a_title_of_two_lines_is_whole(tmp_path):
    head = "#align(center, text(16pt)[The Slow Growth of Hedges in Gardens\\ That Nobody Visits])\n"
    assert read_front(tmp_path, head + BODY).title == (
        "The Slow Growth of Hedges in Gardens That Nobody Visits"
    )


def test_a_subtitle_is_part_of_the_title(tmp_path):
    head = (
        "#align(center)[#text(18pt)[Hedges and Time]\\ #text(14pt)[How slow growth is measured]]\n"
        "#align(center)[Ada Byron]\n"
    )
    assert read_front(tmp_path, head + BODY).title == "Hedges and Time: How slow growth is measured"


@pytest.mark.parametrize(
    "above",
    [
        "#text(20pt)[Journal of Slow Gardening]\n",
        "#text(20pt)[Garden Notes]\n\nAda Byron, The Growth of Hedges, in: Garden Notes, 12, 3\n",
        "#text(20pt)[Research Article]\n",
        "#text(8pt)[Proceedings of the 3rd Conference on Gardens, pp. 1–12, 2019]\n",
    ],
)
def test_what_journals_print_above_a_title_is_no_title(above, tmp_path):
    head = above + '#v(1cm)\n#text(14pt, weight: "bold")[The Growth of Hedges]\n\nAda Byron\n\n'
    assert read_front(tmp_path, head + BODY).title == "The Growth of Hedges"


def test_a_page_of_text_in_one_type_is_no_title(tmp_path):
    title = read_front(tmp_path, "#par(lorem(250))\n").title
    assert title is None


SHEETS = {
    "SSOAR": "#text(20pt)[www.ssoar.info]\n\n#text(14pt)[The Growth of Hedges]\n\nByron, Ada\n\n"
    "Empfohlene Zitierung / Suggested Citation: Byron, Ada: The Growth of Hedges",
    "JSTOR": "#text(14pt)[The Growth of Hedges]\n\nStable URL: https:/\\/www.jstor.org/stable/1\n\n"
    "Your use of the JSTOR archive indicates your acceptance of the terms.",
    "HAL": "#text(16pt)[The Growth of Hedges]\n\nHAL Id: hal-1\n\n"
    "HAL is a multi-disciplinary open access archive",
    "ResearchGate": "See discussions, stats, and author profiles for this publication\n\n"
    "#text(18pt)[The Growth of Hedges]\n\n"
    "Some of the authors of this publication are also working on these projects",
}


@pytest.mark.parametrize("archive", SHEETS)
def test_a_cover_sheet_is_not_the_paper(archive, tmp_path):
    paper = (
        "#pagebreak()\n#text(16pt)[The Growth of Hedges: A Study]\n\nAda Byron\n\n"
        "University of Gardens\n\nAbstract\n\nWe measure hedges.\n\n1 Introduction\n\n"
    )
    found = read_front(tmp_path, SHEETS[archive] + paper + BODY)
    assert found.title == "The Growth of Hedges: A Study"
    assert [(a.name, a.affiliation) for a in found.authors] == [
        ("Ada Byron", "University of Gardens")
    ]
    assert found.abstract == "We measure hedges."


def test_a_long_page_with_a_note_of_an_archive_is_no_cover_sheet():
    note = "HAL Id: hal-1. HAL is a multi-disciplinary open access archive. "
    assert covers.is_cover(note)
    assert not covers.is_cover(note + "word " * 500)


@pytest.mark.parametrize("title", ["Microsoft Word - final.doc", "untitled", "paper.dvi", "  "])
def test_a_title_that_a_program_made_of_a_file_name_is_no_witness(title):
    assert titles.to_stated(Metadata(title)) is None


def test_metadata_decide_between_blocks_of_one_size(tmp_path):
    source = (
        '#set document(title: "On Walls")\n#text(14pt)[On Hedges]\n\n#v(3cm)\n'
        "#text(14pt)[On Walls]\n\n"
    )
    assert read_front(tmp_path, source + BODY).title == "On Walls"


def test_a_title_of_metadata_that_no_page_shows_is_not_used(tmp_path):
    source = '#set document(title: "The title of a template")\n'
    assert read_front(tmp_path, source + "#par(lorem(250))\n").title is None


def test_a_title_in_an_unreadable_font_is_read_by_the_second_engine(tmp_path, monkeypatch):
    path = typeset(tmp_path / "a.pdf", "#text(16pt)[The Growth of Hedges]\n\n" + BODY)
    read = pypdfium2.PdfTextPage.get_text_range
    monkeypatch.setattr(
        pypdfium2.PdfTextPage, "get_text_range", lambda page: "\ue000" * len(read(page))
    )
    assert read_file(Job(path)).front.title == "The Growth of Hedges"


def test_a_page_in_a_font_without_a_map_to_characters_has_no_lines(tmp_path):
    other = '#pagebreak()\n#text(font: "New Computer Modern")[#lorem(120)]\n'
    path = typeset(tmp_path / "a.pdf", "#text(16pt)[The Growth of Hedges]\n\n" + BODY + other)
    path.write_bytes(replaced(path.read_bytes(), b"/ToUnicode", b"/NoUnicode", 1))
    pages = typography._read_with_pdfminer(path, [0, 1])
    assert [page.lines == () for page in pages] == [True, False]


@pytest.mark.parametrize(
    "lines",
    [
        ["Abstract", "We ask.", "1 Introduction", "More."],
        ["Abstract. We ask.", "Keywords: trees"],
        ["A BSTRACT", "We ask.", "Introduction"],
        ["ABSTRACT", "We ask.", "c 2019 A. Author.", "I. INTRODUCTION"],
        ["Zusammenfassung", "We ask.", "1 Einleitung"],
        ["Аннотация", "We ask.", "Введение"],
        ["الملخص", "We ask.", "الكلمات المفتاحية: أشجار"],
        ["摘 要", "We ask.", "关键词：树"],
    ],
)
def test_the_abstract_ends_where_something_else_begins(lines):
    assert front.to_abstract([["A Title", *lines]]) == "We ask."


def test_a_paper_without_the_heading_has_no_abstract():
    assert front.to_abstract([["A Title", "Some text."]]) is None
