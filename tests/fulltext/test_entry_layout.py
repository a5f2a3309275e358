"""Entries marked by the layout of a list, in PDFs that these tests typeset."""

from itertools import pairwise

import pytest
from conftest import assemble_pdf

from papersette.fulltext import cleaning, entry_layout, references
from papersette.fulltext.engines import read_best
from papersette.knowledge.citations import parse_references

ENTRIES = [
    ["Abel, Ann (1998), Findings of a long", "summer in the north, Bern: Lang."],
    ["Bank of the North (2011), Yearly", "report on the state of lending and", "saving, Oslo."],
    ["Berg, Ida (2003), Bridges in Winter,", "Boston: Freeman."],
    ["Berg, Ida (2008), Tunnels and their", "builders in an age of machines,", "Boston: Freeman."],
    ["Holm, Kai (1999), Piers of the East", "and the West, Bern: Lang."],
    ["Lund, Eva (2001), Old Harbours and", "new ships, Oslo: Example Press."],
]
FIRST_LINES = [first for first, *_ in ENTRIES]


def typeset(path, layout, columns=1, head=""):
    """Write a PDF of one list: entries by "outdent", "indent", "gap" or "none"."""
    shift = {"outdent": (0, 14), "indent": (14, 0)}.get(layout, (0, 0))
    lines, x, y = [], 60, 760
    lines.append((60, 800, head)) if head else None
    lines.append((x, y, "References"))
    for number, entry in enumerate(ENTRIES):
        if columns == 2 and number == len(ENTRIES) // 2:
            x, y = 320, 760
        y -= 8 if layout == "gap" else 0
        for i, line in enumerate(entry):
            y -= 13
            lines.append((x + shift[i > 0], y, line))
    shown = " ".join(
        f"1 0 0 1 {x} {y} Tm ({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj"
        for x, y, line in lines
    )
    path.write_bytes(assemble_pdf([f"BT /F1 10 Tf {shown} ET"]))
    return path


def read_lists(path):
    """Return the marked lines of each page's list."""
    separated = references.separate_references(cleaning.clean([p.text for p in read_best(path)]))
    return entry_layout.mark_entries(path, [refs for _, refs in separated])


def marked(lines):
    return [line for before, line in pairwise(lines) if before == ""]


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("layout", ["outdent", "indent", "gap"])
def test_the_first_lines_of_entries_are_marked(tmp_path, layout, columns):
    (lines,) = read_lists(typeset(tmp_path / "list.pdf", layout, columns))
    found = [line for line in marked(lines) if line != "References"]
    assert found == FIRST_LINES


def test_a_list_without_any_layout_is_left_as_it_is(tmp_path):
    (lines,) = read_lists(typeset(tmp_path / "list.pdf", "none"))
    assert "" not in lines
    assert len(lines) == 1 + sum(map(len, ENTRIES))


def test_a_running_head_with_a_page_number_is_no_part_of_the_list(tmp_path):
    (lines,) = read_lists(typeset(tmp_path / "list.pdf", "outdent", head="214 Notes on Harbours"))
    assert not any("Notes on Harbours" in line for line in lines)


def test_entries_that_the_text_alone_does_not_divide_are_divided_by_layout(tmp_path):
    (lines,) = read_lists(typeset(tmp_path / "list.pdf", "outdent"))
    titles = [entry.title for entry in parse_references([(1, "\n".join(lines))])]
    assert titles == [
        "Findings of a long summer in the north",
        "Yearly report on the state of lending and saving",
        "Bridges in Winter",
        "Tunnels and their builders in an age of machines",
        "Piers of the East and the West",
        "Old Harbours and new ships",
    ]


def test_a_text_file_and_an_unreadable_file_are_left_as_they_are(tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    lines = [["References", *(line for entry in ENTRIES for line in entry)]]
    assert entry_layout.mark_entries(broken, lines) == lines
    assert entry_layout.mark_entries(tmp_path / "list.txt", lines) == lines
