"""By-lines: people, not institutions; affiliations by marks and by columns."""

import pytest
from conftest import foreign, typeset

from papersette.fulltext import extract
from papersette.fulltext.bylines import to_authors, to_stated_authors
from papersette.fulltext.people import is_name
from papersette.fulltext.reading import Job, read_file
from papersette.fulltext.typography import Line
from papersette.records import Paper, Venue
from papersette.sources import bibtex
from papersette.text import to_key

TITLE = "#align(center, text(16pt)[The Growth of Hedges])\n"
BODY = "\n\n*Abstract*\n\n#par(lorem(120))\n"


def to_lines(block):
    return [Line(text, baseline=-12.0 * i) for i, text in enumerate((block or "").splitlines())]


def names(block):
    return tuple(author.name for author in to_authors(to_lines(block)))


def read_authors(tmp_path, byline):
    found = read_file(Job(typeset(tmp_path / "a.pdf", TITLE + byline + BODY))).front
    assert found.title == "The Growth of Hedges"
    return [(author.name, author.affiliation) for author in found.authors]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "Ada Byron∗ ada@u.edu\nUniversity of X\nBo van Dyk",
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
        ("Marianne de Jong, MD\nMarja Punt, PT, MSc", ("Marianne de Jong", "Marja Punt")),
        ("Holger SCHWENK et Hélène BONNEAU-MAYNARD", ("Holger SCHWENK", "Hélène BONNEAU-MAYNARD")),
        ("by Marina Andrade e Barros", ("Marina Andrade e Barros",)),
        ("Исаев И. П., студент 4 курса кафедры КТ\nisaev@rain.ru", ("Исаев И. П.",)),
        ("محمد علي الأحمد\nجامعة دمشق", ("محمد علي الأحمد",)),
        ("王小明，李华\n云南大学", ("王小明", "李华")),
        (None, ()),
    ],
)
def test_authors_are_only_what_is_certainly_a_name(block, expected):
    assert names(block) == expected


@pytest.mark.parametrize(
    "text",
    [
        "UC Santa Cruz", "TU Berlin", "Google Brain", "Vatican City", "United Kingdom",
        "Machine Learning", "The Free Haven", "Quadrat B", "Вестник Университета", "جامعة دمشق",
        "Queen Mary", "South Africa",
    ],
)  # fmt: skip
def test_institutions_places_and_subjects_are_no_names(text):
    assert not is_name(text)


def test_columns_of_authors_have_their_own_affiliations(tmp_path):
    column = "#align(center)[{}\\ _{}_\\ #text(8pt)[{}]]"
    cells = ", ".join(
        f"[{column.format(*person)}]"
        for person in (
            ("Ada Byron", "UC Santa Cruz", "byron\\@ucsc.edu"),
            ("Bo Li", "Naval Research Lab", "li\\@nrl.mil"),
        )
    )
    assert read_authors(tmp_path, f"#grid(columns: (1fr, 1fr), {cells})") == [
        ("Ada Byron", "UC Santa Cruz"),
        ("Bo Li", "Naval Research Lab"),
    ]


def test_an_institution_between_a_name_and_its_address_is_no_author(tmp_path):
    byline = "#align(center)[Ada Byron\\ Cold Harbor\\ byron\\@harbor.org]"
    assert read_authors(tmp_path, byline) == [("Ada Byron", "Cold Harbor")]


def test_marks_assign_affiliations(tmp_path):
    byline = (
        "#align(center)[Ada Byron#super[1,2], Bo Li#super[2]\\ "
        "_#super[1]University of Gardens_\\ _#super[2]Institute of Walls, Bern_]"
    )
    assert read_authors(tmp_path, byline) == [
        ("Ada Byron", "University of Gardens; Institute of Walls, Bern"),
        ("Bo Li", "Institute of Walls, Bern"),
    ]


def test_names_side_by_side_are_separate(tmp_path):
    assert [
        name for name, _ in read_authors(tmp_path, "#align(center)[Ada Byron #h(2em) Bo Li]")
    ] == [
        "Ada Byron",
        "Bo Li",
    ]


def test_rows_of_a_table_and_sentences_are_no_names(tmp_path):
    table = (
        "Beautiful hedges are better than ugly ones.\n\n#table(columns: 2, [Ada Byron], [Bo Li])"
    )
    assert read_authors(tmp_path, table) == []


def test_authors_of_metadata_count_only_if_the_page_shows_them():
    assert to_stated_authors("Microsoft Office User", "The Growth of Hedges Ada Byron") == ()
    (author,) = to_stated_authors("Byron, Ada", "The Growth of Hedges, Ada Byron")
    assert author.name == "Ada Byron"


@pytest.mark.slow
def test_the_authors_of_alt_2019_are_found_on_its_first_pages():
    found = false = 0
    read = bibtex.read(bibtex.Settings(Venue("a", "A"), foreign("alt2019") / "ALT19.bib"))
    papers = [item for item in read if isinstance(item, Paper)]
    surnames = {to_key(author.name.split()[-1]) for paper in papers for author in paper.authors}
    for _, text in extract(sorted(foreign("alt2019").glob("*.pdf")), jobs=2):
        own = {to_key(author.name.split()[-1]) for author in text.front.authors}
        found, false = found + len(own & surnames), false + len(own - surnames)
    assert found >= 93
    assert false == 0
