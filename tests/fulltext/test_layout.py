"""The contract with pdfminer.six: our scanner returns the characters that its parser returns."""

from collections import Counter

import pytest
from conftest import ROOT, foreign
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTTextContainer
from pdfminer.psparser import LIT

from papersette.fulltext import layout, operators, typography

NOTES = sorted((ROOT / "data/sample/pdf").rglob("*.pdf"))


def characters(pages):
    """Count the characters of each page; the order of boxes with equal positions is not fixed."""
    texts = [[box.get_text() for box in page if isinstance(box, LTTextContainer)] for page in pages]
    return [Counter("".join("".join(boxes).split())) for boxes in texts]


@pytest.mark.parametrize("path", NOTES[::3], ids=lambda path: path.stem)
def test_every_character_of_a_reading_note_is_read_as_by_the_stock_parser(path):
    assert characters(layout.read_layout(path)) == characters(
        extract_pages(path, laparams=LAParams(all_texts=True))
    )


def test_every_character_of_a_real_paper_is_read_as_by_the_stock_parser():
    path = foreign("alt2019/bullins19a.pdf")
    assert characters(layout.read_layout(path)) == characters(
        extract_pages(path, laparams=LAParams(all_texts=True))
    )


def scan(data):
    return list(operators.scan(data))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"(a (nested) \\) \\101\\n b) Tj", [("Tj", [b"a (nested) ) A\n b"])]),
        (b"(broken \\\nover lines)Tj", [("Tj", [b"broken over lines"])]),
        (b"<48 65 6C6c6> Tj", [("Tj", [b"Hell`"])]),
        (b"[(a) -250.5(b)+3 .5]TJ", [("TJ", [[b"a", -250.5, b"b", 3, 0.5]])]),
        (
            b"/F#31 12 Tf % a comment (with a string\n1 0 0 1 7 8 Tm",
            [("Tf", [LIT("F1"), 12]), ("Tm", [1, 0, 0, 1, 7, 8])],
        ),
        (b"/OC /MC0 BDC 1 2 m 3 4 l S EMC (x)Tj", [("Tj", [b"x"])]),
        (
            b"/Span <</ActualText (q Tj)>> BDC (x) ' 1 2 (y) \" T*",
            [("'", [b"x"]), ('"', [1, 2, b"y"]), ("T*", [])],
        ),
        (b"BI /W 2 /H 2 ID \xff(Tj\x00 EI (x) Tj", [("Tj", [b"x"])]),
    ],
)
def test_operators_are_scanned_with_their_operands(data, found):
    assert scan(data) == found


@pytest.mark.parametrize(
    "data", [b"(never closed Tj", b"BI /W 1 ID no end", b"\xff\xfe", b"1.2.3 Td", b"/\xff Tf"]
)
def test_what_the_scanner_does_not_cover_is_left_to_the_stock_parser(data):
    with pytest.raises(operators.Unscannable):
        scan(data)


class Found:
    """The characters of a line that ends in a control character,
    as fonts without a Unicode map give."""

    text = "word \x1c"

    def box(self, index):
        return (10.0 * index, 0.0, 10.0 * index + 9, 9.0)

    def origin(self, index):
        return (10.0 * index, 0.0)

    def type_of(self, index):
        return (10.0, False, False)


def test_a_column_without_letters_is_left_out():
    lines = [[list(range(4)), [5]]]
    assert list(typography._join_parts(Found(), lines)) == [[0, 1, 2, 3]]
