"""Right-to-left text comes in logical order, from both engines and from text files."""

import pytest
from conftest import ROOT, foreign, typeset

from papersette.fulltext import engines, rtl
from papersette.fulltext.reading import Job, read_file

ARABIC = (
    '#set text(lang: "ar", font: ("Noto Sans Arabic", "Libertinus Serif"))\n'
    "#align(center, text(16pt)[تحليل ضجيج التدرج العشوائي])\n#align(center)[محمد علي الأحمد]\n\n"
    "نشرت هذه الورقة على الموقع سنة 2019 في مؤتمر ICML، وفيها الشبكات (Neural Networks) إلى "
    "بيانات CIFAR-10 بنسبة 95.5 والقيمة 12,345 لا غير.\n"
)
HEBREW = (
    '#set text(lang: "he", font: ("Noto Sans Hebrew", "Noto Serif Hebrew", "DejaVu Sans"))\n'
    "#text(16pt)[למידה עמוקה של רשתות]\n\n"
    "זהו מאמר משנת 2019 על רשתות (Deep Networks) שנכתב בירושלים.\n"
)


@pytest.mark.parametrize("read", [engines.read_pdfium, engines.read_pdfminer])
def test_arabic_is_in_logical_order_with_its_ligatures(read, tmp_path):
    (page,) = read(typeset(tmp_path / "a.pdf", ARABIC))
    words = " ".join(page.split())
    assert "تحليل ضجيج التدرج العشوائي" in words
    assert "محمد علي الأحمد" in words
    assert " على " in words
    assert " إلى " in words


def test_numbers_and_latin_words_in_arabic_run_from_left_to_right(tmp_path):
    (page,) = engines.read_pdfium(typeset(tmp_path / "a.pdf", ARABIC))
    words = " ".join(page.split())
    for part in ("2019", "ICML", "(Neural Networks)", "CIFAR-10", "95.5", "12,345"):
        assert part in words


def test_hebrew_is_in_logical_order(tmp_path):
    (page,) = engines.read_pdfium(typeset(tmp_path / "a.pdf", HEBREW))
    words = " ".join(page.split())
    assert "למידה עמוקה של רשתות" in words
    assert "משנת 2019 על רשתות (Deep Networks) שנכתב" in words


def test_the_title_the_author_and_the_language_of_an_arabic_paper_are_read(tmp_path):
    text = read_file(Job(typeset(tmp_path / "a.pdf", ARABIC)))
    assert text.front.title == "تحليل ضجيج التدرج العشوائي"
    assert [author.name for author in text.front.authors] == ["محمد علي الأحمد"]
    assert text.language == "ar"


def test_a_text_file_in_display_order_is_restored(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("ةيبرعلا 2019 ةغللا\n")
    assert engines.read_text(path)[0].text.strip() == "اللغة 2019 العربية"


@pytest.mark.parametrize("read", [engines.read_pdfium, engines.read_pdfminer])
def test_english_references_on_the_last_page_of_an_arabic_paper_are_in_order(read):
    pages = read(ROOT / "data/sample/pdf/mila/flatter-minima.pdf")
    assert "Laurent Dinh, Razvan Pascanu, Samy Bengio and Yoshua Bengio" in pages[-1]


def test_pages_with_few_arabic_letters_are_ordered_only_in_arabic_documents():
    arabic, mixed = "تحليل ضجيج التدرج العشوائي في التعلم", "ضجيج " + "of the gradient " * 4
    english = rtl.Document()
    assert [english.is_ordered_here(page) for page in ("gradient", mixed)] == [False, False]
    document = rtl.Document()
    assert [document.is_ordered_here(page) for page in (arabic * 3, mixed)] == [True, True]


def test_english_pages_are_not_reordered():
    assert not rtl.has_letters("Sets have the size ℵ and the name א here, in English")
    assert rtl.to_logical("left (to right) 12") == "left (to right) 12"


@pytest.mark.parametrize("name", ["ar-arabic-test-20-4-2011", "ar-example-arabic"])
def test_no_text_of_a_real_arabic_file_is_reversed(name):
    text = read_file(Job(foreign(f"wild-pdfs/{name}.pdf")))
    pages = "\n".join(page.body for page in text.pages)
    assert pages.count(" ال") > 10 * pages.count("لا ")
    assert not rtl.is_reversed(pages)
    assert not rtl.is_reversed(text.front.title)
