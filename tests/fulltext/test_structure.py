"""Structure and text quality: title, abstract and headings of pages; extraction problems."""

import sqlite3
from contextlib import closing

import pytest
from conftest import ROOT, foreign

from papersette.fulltext import accents, extract, quality, structure
from papersette.fulltext.bylines import to_authors
from papersette.records import Paper, Venue
from papersette.sources import bibtex
from papersette.text import to_key

NOTE = ROOT / "data/sample/pdf/icml2019/adagrad-stepsizes.pdf"
FRENCH = ROOT / "data/sample/pdf/icml2019/unreproducible-research.pdf"


@pytest.fixture(scope="module")
def texts():
    return dict(extract([NOTE, FRENCH]))


def test_the_title_is_in_the_largest_font_of_page_1(texts):
    assert (
        texts[NOTE].front.title == "AdaGrad stepsizes: sharp convergence over nonconvex landscapes"
    )


def test_the_authors_block_is_between_title_and_abstract(texts):
    assert "Rachel Ward, Xiaoxia Wu, Leon Bottou" in texts[NOTE].front.authors


def test_the_abstract_begins_and_ends_at_its_borders_in_english_and_french(texts):
    english, french = texts[NOTE].front.abstract, texts[FRENCH].front.abstract
    assert english.startswith("AdaGrad adjusts its step")
    assert english.endswith("needs to be known.")
    assert french.startswith("L’article distingue")
    assert french.endswith("la recherche empirique.")


def test_headings_are_found_with_number_and_page(texts):
    found = [(heading.number, heading.title) for heading in texts[NOTE].headings]
    assert found[:2] == [("1", "The trouble with step sizes"), ("2", "The method")]
    assert [heading.page for heading in texts[NOTE].headings] == sorted(
        heading.page for heading in texts[NOTE].headings
    )


def headings(*pages):
    return [
        (heading.number, heading.page)
        for heading in structure.to_headings([page.split("\n") for page in pages])
    ]


def test_lists_and_tables_are_not_headings():
    page = "1 Introduction\nWe do three things.\n1. First we look.\n2. Then we\n3. At last,\n2 Related Work\n2.1 Trees\n12 34 Resnet\n3 Method"
    assert headings(page) == [("1", 1), ("2", 1), ("2.1", 1), ("3", 1)]


def test_the_candidate_in_the_format_of_the_introduction_is_preferred():
    first = (
        "1. Introduction\nA claim\n2 items that go on in the running text of this page and\nmore"
    )
    assert headings(first, "2. Preliminaries\n3. Results") == [("1", 1), ("2", 2), ("3", 2)]


def test_appendices_follow_the_sections():
    assert headings("1 Introduction\n2 Method", "Appendix A. Proofs\nA.1 First Lemma\nAppendix B. Data") == [
        ("1", 1), ("2", 1), ("A", 2), ("A.1", 2), ("B", 2),
    ]  # fmt: skip


def test_a_paper_without_numbers_has_no_headings():
    assert headings("Introduction\nSome text.\n2019 was a year") == []


@pytest.mark.parametrize(
    "lines",
    [
        ["Abstract", "We ask.", "1 Introduction", "More."],
        ["Abstract. We ask.", "Keywords: trees"],
        ["A BSTRACT", "We ask.", "Introduction"],
        ["ABSTRACT", "We ask.", "c 2019 A. Author.", "I. INTRODUCTION"],
    ],
)
def test_the_abstract_ends_where_something_else_begins(lines):
    assert structure.to_abstract([["A Title", *lines]]) == "We ask."


def test_a_paper_without_the_heading_has_no_abstract():
    assert structure.to_abstract([["A Title", "Some text."]]) is None


@pytest.mark.parametrize(
    ("text", "boxes", "placed"),
    [
        (
            "Bartok´ x",
            {4: (30, 0, 38, 7), 5: (38, 0, 46, 7), 6: (32, 8, 35, 10), 8: (60, 0, 66, 7)},
            "Bartók x",
        ),
        (
            "v ´ ari",
            {
                0: (0, 0, 8, 7),
                2: (9, 8, 12, 10),
                4: (8, 0, 14, 7),
                5: (14, 0, 18, 7),
                6: (18, 0, 20, 7),
            },
            "vári",
        ),
        ("xˆ", {0: (0, 0, 8, 7), 1: (2, 30, 5, 33)}, "xˆ"),
    ],
)
def test_a_separate_accent_is_combined_with_the_letter_below_it(text, boxes, placed):
    assert (
        accents.attach_accents(text, lambda i: boxes.get(i, (i * 8.0, 0.0, i * 8.0 + 8, 7.0)))
        == placed
    )


def test_unreadable_characters_are_reported_with_their_share_and_a_remedy():
    pages = ["\ue000\ue001\ue002 some words here are fine and enough"] * 3
    assert "Unicode map" in quality.to_warning(
        ["\ue000" * 50 + "some words that are fine, enough of them"] * 3
    )
    assert quality.to_warning(pages) is None


def test_a_partly_scanned_paper_is_reported():
    assert "no text on 3 of its 4 pages" in quality.to_warning(
        ["A page that has enough letters to be text."] + [""] * 3
    )


def test_a_text_unlike_all_others_is_a_problem(build, tmp_path):
    (tmp_path / "texts").mkdir()
    for number in range(24):
        (tmp_path / "texts" / f"p{number}.txt").write_text(
            f"Gradient descent with momentum converges, paper {number}. " * 3
        )
    (tmp_path / "texts" / "bad.txt").write_text(
        "Hsbejfou eftdfou xjui npnfouvn dpowfshft, qbqfs. " * 3
    )
    ids = "".join(f"p{number}\n" for number in range(24))
    (tmp_path / "papers.csv").write_text(f"paper_id\n{ids}bad\n")
    catalog = "title: T\nsources:\n  - {kind: table, file: papers.csv, files: texts, venue: {venue_id: v, name: V}}\n"
    assert build(catalog).returncode == 0
    with closing(sqlite3.connect(tmp_path / "papers.db")) as conn:
        assert conn.execute("select paper_id, stage from problems").fetchall() == [("bad", "text")]
        assert (
            conn.execute("select text_quality from papers where paper_id = 'p3'").fetchone()[0]
            > 0.9
        )


@pytest.mark.parametrize(
    ("block", "names"),
    [
        (
            "Ada Byron∗ ada@u.edu\nAda Byron∗\nUniversity of X\nBo van Dyk",
            ("Ada Byron", "Bo van Dyk"),
        ),
        ("ADA BYRON, BO LI", ("ADA BYRON", "BO LI")),
        (
            "Ada Byron1,2, Zoë Ångström3 and J.-P. O'Neil",
            ("Ada Byron", "Zoë Ångström", "J.-P. O'Neil"),
        ),
        ("Haifa, Israel\nNew York, NY 10027\nDept. of Gardens", ()),
        ("Editors: Cy Twombly and Di Prima", ()),
        ("Under review as a conference paper", ()),
        (None, ()),
    ],
)
def test_authors_are_only_what_is_certainly_a_name(block, names):
    assert to_authors(block) == names


def test_the_authors_of_alt_2019_are_found_on_its_first_pages():
    found = false = 0
    read = bibtex.read(bibtex.Settings(Venue("a", "A"), foreign("alt2019") / "ALT19.bib"))
    papers = [item for item in read if isinstance(item, Paper)]
    surnames = {to_key(author.name.split()[-1]) for paper in papers for author in paper.authors}
    for path in sorted(foreign("alt2019").glob("*.pdf")):
        names = {
            to_key(name.split()[-1]) for name in to_authors(structure.read_front(path, []).authors)
        }
        found, false = found + len(names & surnames), false + len(names - surnames)
    assert (found, false <= 2) == (93, True)
