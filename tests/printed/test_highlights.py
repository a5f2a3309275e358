"""Words and passages on pages of real PDFs: found, and where they are printed."""

import io
import random
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, make_pdf

from papersette.printed.highlights import (
    find_passage,
    find_words,
    locate_in_paragraphs,
    to_boxes,
    to_lines,
)
from papersette.printed.pages import NoPageError, read_layout, render
from papersette.search.needles import Needle, to_words

NOTE = ROOT / "data/sample/pdf/iclr2019/H1M7soActX.pdf"


@pytest.fixture(scope="module")
def typeset(tmp_path_factory):
    """Return a function that typesets a page of Typst and returns its PDF."""
    typst = pytest.importorskip("typst", reason="needs typst: pip install -r requirements-dev.txt")

    def typeset(source):
        folder = tmp_path_factory.mktemp("typst")
        (folder / "page.typ").write_text(source, encoding="utf-8")
        (folder / "page.pdf").write_bytes(typst.compile(str(folder / "page.typ")))
        return folder / "page.pdf"

    return typeset


def needles(*typed):
    return [Needle(to_words(text), clause=n) for n, text in enumerate(typed)]


def printed(layout, start, end):
    return "".join(c for c in layout.text[start:end] if c.isalnum())


def ink_of(path, layout, box):
    """Return the share of dark pixels of a rectangle of the page."""
    from PIL import Image

    _, content = render(path, 1, 1200)
    image = Image.open(io.BytesIO(content)).convert("L")
    scale = image.width / layout.width
    part = image.crop(tuple(round(side * scale) for side in box))
    levels = part.histogram()
    return sum(levels[:128]) / sum(levels)


def test_a_word_is_marked_where_its_ink_is():
    layout = read_layout(NOTE, 1)
    lines = to_lines(layout)
    found = find_words(layout, needles("anisotropic"))
    assert len(found) >= 3
    for start, end in found:
        assert printed(layout, start, end).lower() == "anisotropic"
        (box,) = to_boxes(layout, lines, start, end)
        assert ink_of(NOTE, layout, box) > 0.05
        beside = box._replace(left=2, right=40)  # the margin
        assert ink_of(NOTE, layout, beside) == 0


def test_a_word_broken_over_two_lines_has_two_boxes(tmp_path):
    path = make_pdf(
        tmp_path / "a.pdf",
        [["Here we see aniso-", "tropic noise and a high-", "dimensional space."]],
    )
    layout = read_layout(path, 1)
    lines = to_lines(layout)
    (broken,) = find_words(layout, needles("anisotropic"))
    boxes = to_boxes(layout, lines, *broken)
    assert [round(box.top) for box in boxes] == sorted({round(box.top) for box in boxes})
    assert len(boxes) == 2
    for typed in ("high-dimensional", "highdimensional"):
        (compound,) = find_words(layout, needles(typed))
        assert len(to_boxes(layout, lines, *compound)) == 2


def test_a_passage_is_found_whatever_its_hyphens_spaces_and_accents(typeset):
    path = typeset(
        "#set page(width: 9cm, height: 9cm)\n#set par(justify: true)\n"
        '#set text(hyphenate: true, lang: "en")\n'
        "The stochastic gradient noise of Şimşekli is efficiently characterised by heavy-tailed"
        " distributions of the covariance, whatever the architecture."
    )
    layout = read_layout(path, 1)
    passage = "gradient noise of Simsekli is efficiently characterised by heavytailed distributions"
    start, end = find_passage(layout, passage)
    assert printed(layout, start, end).startswith("gradientnoise")
    assert printed(layout, start, end).endswith("distributions")
    boxes = to_boxes(layout, to_lines(layout), start, end)
    assert len(boxes) >= 2
    assert all(0 <= box.left < box.right <= layout.width for box in boxes)


def test_a_passage_interrupted_by_a_running_head_is_found(tmp_path):
    path = make_pdf(
        tmp_path / "a.pdf",
        [
            [
                "The covariance of the noise decides",
                "12 A HEAD",
                "how fast the iterate escapes from a sharp minimum.",
            ]
        ],
    )
    layout = read_layout(path, 1)
    found = find_passage(
        layout,
        "The covariance of the noise decides how fast the iterate escapes from a sharp minimum.",
    )
    assert found
    assert (
        find_passage(layout, "A sentence about cooking that is nowhere on this page at all.")
        is None
    )
    assert find_passage(layout, "") is None


def test_columns_are_lines_of_their_own():
    layout = read_layout(NOTE, 1)
    lines = to_lines(layout)
    body = [line for line in lines if line.box.top > layout.height * 0.4]
    assert max(line.box.right - line.box.left for line in body) < layout.width * 0.55
    assert any(line.box.left > layout.width / 2 for line in body)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_follow_the_rotation_and_the_crop_of_a_page(tmp_path, rotate):
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import RectangleObject

    plain = make_pdf(tmp_path / "plain.pdf", [["", "", "Anisotropic noise"]])
    writer = PdfWriter()
    page = writer.add_page(PdfReader(plain).pages[0])
    page.cropbox = RectangleObject((40, 300, 500, 800))
    page.rotate(rotate)
    path = tmp_path / "turned.pdf"
    writer.write(path)
    layout = read_layout(path, 1)
    (word,) = find_words(layout, needles("anisotropic"))
    boxes = to_boxes(layout, to_lines(layout), *word)
    assert sum(ink_of(path, layout, box) for box in boxes) > 0.03


def test_arabic_words_are_marked_from_right_to_left(typeset):
    path = typeset(
        '#set text(lang: "ar", dir: rtl, font: ("Noto Naskh Arabic", "DejaVu Sans"))\n'
        "نستخدم شبكات عصبية عميقة لتحليل الضجيج غير المتجانس في التدرج مع SGD هنا."
    )
    layout = read_layout(path, 1)
    if "الضجيج" not in layout.text:
        pytest.skip("needs a font with Arabic letters")
    lines = to_lines(layout)
    assert lines[0].is_rtl
    places = {}
    for typed in ("شبكات", "الضَّجيج", "SGD"):
        (word,) = find_words(layout, needles(typed))
        (places[typed],) = to_boxes(layout, lines, *word)
    assert places["شبكات"].left > places["الضَّجيج"].right > places["SGD"].right
    assert all(ink_of(path, layout, box) > 0.03 for box in places.values())


def test_every_occurrence_of_a_word_is_marked(tmp_path):
    path = make_pdf(tmp_path / "a.pdf", [["noise " * 12] * 4])
    assert len(find_words(read_layout(path, 1), needles("noise"))) == 48


def test_a_page_of_text_is_a_png_in_its_colours_and_one_with_a_photograph_a_webp(typeset, tmp_path):
    from PIL import Image

    kind, content = render(typeset("#text(fill: red)[Red words]"), 1, 1200)
    assert kind == "image/png"
    colours = [colour for _, colour in Image.open(io.BytesIO(content)).convert("RGB").getcolors()]
    assert any(red > 200 and green < 90 and blue < 90 for red, green, blue in colours)
    assert (255, 255, 255) in colours
    photograph = tmp_path / "photograph.pdf"
    Image.frombytes("RGB", (200, 200), random.Random(1).randbytes(120_000)).save(photograph)
    kind, content = render(photograph, 1, 1200)
    assert kind == "image/webp"
    assert content[:4] == b"RIFF"


def test_the_image_of_an_enormous_page_is_bounded(tmp_path, typeset):
    from PIL import Image

    path = typeset("#set page(width: 3cm, height: 480cm)\nLong")
    image = Image.open(io.BytesIO(render(path, 1, 2400)[1]))
    assert image.width * image.height < 13_000_000


@pytest.mark.parametrize("number", [0, 3, 10_000, -1])
def test_a_page_that_the_file_lacks_is_an_error_with_a_reason(number):
    with pytest.raises(NoPageError, match="2 pages"):
        read_layout(NOTE, number)


def test_a_file_that_is_no_pdf_is_an_error_with_a_reason(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_text("<!doctype html>")
    with pytest.raises(NoPageError, match="cannot be opened"):
        render(path, 1, 1200)


def test_a_name_that_is_not_utf_8_is_read(tmp_path):
    path = tmp_path / "caf\udce9.pdf"
    shutil.copy(NOTE, path)
    assert read_layout(Path(path), 1).pages == 2


def test_a_passage_is_located_in_paragraphs_that_it_spans():
    located = locate_in_paragraphs(["One two. Three", "four five", "six"], "three four")
    assert [text[start:end] for text, (start, end) in located] == ["Three", "four", ""]
    assert all(span == (0, 0) for _, span in locate_in_paragraphs(["One"], ""))
    assert all(span == (0, 0) for _, span in locate_in_paragraphs(["One"], "nowhere"))
