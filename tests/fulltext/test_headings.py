"""Headings with and without numbers, and what looks like one and is none."""

from conftest import ROOT, typeset

from papersette.fulltext import extract
from papersette.fulltext.headings import may_follow, to_headings
from papersette.fulltext.reading import Job, read_file

NOTE = ROOT / "data/sample/pdf/icml2019/adagrad-stepsizes.pdf"
BODY = "\n#par(lorem(70))\n"


def read_headings(tmp_path, source):
    return read_file(Job(typeset(tmp_path / "a.pdf", source))).headings


def test_headings_are_found_with_number_and_page():
    ((_, text),) = extract([NOTE])
    found = [(heading.number, heading.title) for heading in text.headings]
    assert found[:2] == [("1", "The trouble with step sizes"), ("2", "The method")]
    pages = [heading.page for heading in text.headings]
    assert pages == sorted(pages)


def headings(*pages):
    return [
        (heading.number, heading.page)
        for heading in to_headings([page.split("\n") for page in pages])
    ]


def test_lists_and_tables_are_not_headings():
    page = (
        "1 Introduction\nWe do three things.\n1. First we look.\n2. Then we\n3. At last,\n"
        "2 Related Work\n2.1 Trees\n12 34 Resnet\n3 Method"
    )
    assert headings(page) == [("1", 1), ("2", 1), ("2.1", 1), ("3", 1)]


def test_the_candidate_in_the_format_of_the_introduction_is_preferred():
    first = (
        "1. Introduction\nA claim\n2 items that go on in the running text of this page and\nmore"
    )
    assert headings(first, "2. Preliminaries\n3. Results") == [("1", 1), ("2", 2), ("3", 2)]


def test_appendices_follow_the_sections():
    assert headings(
        "1 Introduction\n2 Method", "Appendix A. Proofs\nA.1 First Lemma\nAppendix B. Data"
    ) == [("1", 1), ("2", 1), ("A", 2), ("A.1", 2), ("B", 2)]


def test_a_text_file_without_numbers_has_no_headings():
    assert headings("Introduction\nSome text.\n2019 was a year") == []


def test_a_subsection_follows_its_section():
    assert may_follow("2", "2.1")
    assert not may_follow("2", "3.1")


def test_headings_without_numbers_are_found_by_their_type(tmp_path):
    source = (
        "#text(18pt)[The Growth of Hedges]\n\nAda Byron\n\n"
        f"*Introduction*\n{BODY}*Slow plants*\n{BODY}#pagebreak()\n*Fast plants*\n{BODY}"
        f"_A kind of moss_\n{BODY}_Another kind_\n{BODY}#pagebreak()\n_Third kind_\n{BODY}"
        f"*Conclusion*\n{BODY}"
    )
    found = read_headings(tmp_path, source)
    assert [(h.number, h.title, h.page) for h in found if h.level == 1] == [
        ("", "Introduction", 1),
        ("", "Slow plants", 1),
        ("", "Fast plants", 2),
        ("", "Conclusion", 3),
    ]


def test_numbered_affiliations_notes_and_references_are_no_headings(tmp_path):
    source = (
        "#text(18pt)[The Growth of Hedges]\n\nAda Byron1, Bo Li2\n\n"
        "1 University of Gardens, Bern\n\n2 Institute of Walls, Basel\n\n"
        f"*Introduction*\n{BODY}*Results*\n{BODY}"
        "1 Most hedges are older\n\n2 Walls are not considered\n\n3 Neither are fences\n"
    )
    found = read_headings(tmp_path, source)
    assert [(h.number, h.title) for h in found] == [("", "Introduction"), ("", "Results")]


def test_bold_captions_and_running_heads_are_no_headings(tmp_path):
    head = "#set page(header: [*Garden Notes on Hedges*])\n"
    caption = "*Figure 1: A hedge*\n"
    source = head + "".join(
        f"*{title}*\n{BODY}{caption}#pagebreak()\n"
        for title in ("Introduction", "Slow plants", "Fast plants", "Conclusion")
    )
    titles = [heading.title for heading in read_headings(tmp_path, source)]
    assert titles == ["Introduction", "Slow plants", "Fast plants", "Conclusion"]
