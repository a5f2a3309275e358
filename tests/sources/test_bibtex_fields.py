"""BibTeX as reference managers and people write it: LaTeX, addresses, names, duplicates."""

import pytest
from conftest import make_pdf

from papersette.records import Count, Paper, Problem, Venue
from papersette.sources import bibtex

V = Venue("v-2019", "V 2019", 2019, kind="conference")


def read(tmp_path, content, files=None, venue=V):
    path = tmp_path / "refs.bib"
    path.write_text(content, encoding="utf-8")
    items = list(bibtex.read(bibtex.Settings(venue, path, files)))
    papers = [item for item in items if isinstance(item, Paper)]
    problems = [item for item in items if isinstance(item, Problem)]
    assert sum(i.items for i in items if isinstance(i, Count)) == len(papers) + sum(
        problem.lost for problem in problems
    )
    return papers, problems


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"\texttt{moss-kit}: Gardens in \LaTeX{} and 10% more",
         "moss-kit: Gardens in LaTeX and 10% more"),
        (r"\textsf{Fern} \mbox{at} \text{dusk} in \TeX", "Fern at dusk in TeX"),
        (r"Moss \& fern & \unknown{lichen}", "Moss & fern & lichen"),
        (r"\href{https://example.org}{Moss} in \textcolor{red}{red}", "Moss in red"),
        (r"Moss at 5\% and $\alpha$", r"Moss at 5% and $\alpha$"),
    ],
)  # fmt: skip
def test_a_title_keeps_the_words_inside_commands_and_after_a_percent_sign(tmp_path, written, title):
    (paper,), problems = read(tmp_path, f"@misc{{a, title={{{written}}}}}")
    assert (paper.title, problems) == (title, [])


def test_addresses_and_identifiers_are_verbatim_but_for_the_escapes_of_latex(tmp_path):
    (paper,), _ = read(
        tmp_path,
        r"@misc{a, title={A}, url={https://example.org/~ash/a%20b.pdf}, doi={10.5555/moss\_1},"
        r" pdf={https://example.org/x\_y\%20z.pdf}}",
    )
    assert paper.url == "https://example.org/~ash/a%20b.pdf"
    assert (paper.doi, paper.pdf_url) == ("10.5555/moss_1", "https://example.org/x_y%20z.pdf")


@pytest.mark.parametrize(
    "named",
    [
        r"Full Text PDF:C\:\\Users\\zoe\\Zotero\\storage\\ABC\\jardins.pdf:application/pdf",
        r"C:\Users\zoe\jardins.pdf",
        ":papers/jardins.pdf:PDF",
        "/home/zoe/jardins.pdf",
    ],
)
def test_a_file_is_found_by_the_path_that_a_reference_manager_writes(tmp_path, named):
    (tmp_path / "pdfs").mkdir()
    make_pdf(tmp_path / "pdfs/jardins.pdf", [["text"]])
    (paper,), _ = read(tmp_path, f"@misc{{a, title={{A}}, file={{{named}}}}}", tmp_path / "pdfs")
    assert paper.file == tmp_path / "pdfs/jardins.pdf"


def test_a_second_entry_with_a_key_is_decoded_like_any_other(tmp_path):
    first, second = read(
        tmp_path,
        "@misc{a, title={First}}\n"
        r"""@misc{a, title={Second {G}ardens}, author={M{\"u}ller, Zo{\'e}}}""",
    )[0]
    assert (first.title, second.title) == ("First", "Second Gardens")
    assert [author.name for author in second.authors] == ["Zoé Müller"]
    assert first.paper_id == second.paper_id == "a"


def test_a_field_given_twice_keeps_its_first_value_and_is_reported(tmp_path):
    (paper,), (problem,) = read(
        tmp_path, "@misc{a,\n title={{F}erns},\n Title={Other},\n Author={Ash, Ann and Bay, Bo}}"
    )
    assert paper.title == "Ferns"
    assert [author.name for author in paper.authors] == ["Ann Ash", "Bo Bay"]
    assert (problem.item, problem.paper_id) == ("refs.bib: line 1", "a")
    assert "has the field “title” more than once; the first value is used" in problem.reason


@pytest.mark.parametrize(
    ("written", "names", "reported"),
    [
        ("Ash, Ann; Bay, Bo", ["Ann Ash", "Bo Bay"], "semicolons"),
        ("Ann Ash; Bo Bay; and Cy Coy", ["Ann Ash", "Bo Bay", "Cy Coy"], "semicolons"),
        ("Ash, A. & Bay, B.", ["A. Ash", "B. Bay"], "“&”"),
        (r"Ann Ash, Bo Bay \& Cy Coy", ["Ann Ash", "Bo Bay", "Cy Coy"], "“&”"),
        ("Ash, Ann and Bay, Bo and ", ["Ann Ash", "Bo Bay"], None),
        ("Ash, Ann and others", ["Ann Ash"], None),
        ("Ash, Ann and et al.", ["Ann Ash"], "“et al.”"),
        ("Ann Ash et al.", ["Ann Ash"], "“et al.”"),
        ("{Fern and Moss Society} and Ash, Ann", ["Fern and Moss Society", "Ann Ash"], None),
        (r"M{\"u}ller, J{\"o}rg and {\O}stby, {\AA}se", ["Jörg Müller", "Åse Østby"], None),
        ("Garc&iacute;a, Ann", ["Ann García"], None),
        ("Institute of Gardens & Parks", ["Institute of Gardens & Parks"], None),
    ],
)
def test_authors_are_separated_and_guesses_are_reported(tmp_path, written, names, reported):
    (paper,), problems = read(tmp_path, f"@misc{{a, title={{A}}, author={{{written}}}}}")
    assert [author.name for author in paper.authors] == names
    assert [reported in problem.reason for problem in problems] == [True] * bool(reported)


def test_a_name_that_cannot_be_read_leaves_the_other_fields_decoded(tmp_path):
    (paper,), (problem,) = read(
        tmp_path, r"@misc{a, title={\emph{Ferns}}, author={Ash, B, C, D, Ann Elm and Bay, Bo}}"
    )
    assert paper.title == "Ferns"
    assert "Bo Bay" in [author.name for author in paper.authors]
    assert problem.item == "refs.bib: line 1"


def test_a_list_has_the_venue_of_each_entry_and_a_conference_its_own(tmp_path):
    content = (
        "@article{a, title={A}, journal={Annals of Moss}, note={x}, series={y}, year=2019}\n"
        "@inproceedings{b, title={B}, booktitle={Proceedings of Ferns}, publisher={Green Press}}"
    )
    (a, b), (problem,) = read(tmp_path, content, venue=Venue("ours", "Ours", kind="list"))
    assert (a.venue.name, a.venue.kind) == ("Annals of Moss", "journal")
    assert (b.venue.venue_id, b.venue.publisher) == ("proceedings-of-ferns", "Green Press")
    assert problem.reason == (
        "has fields that are not used, with the number of values: note (1), series (1)"
    )
    (a, b), (problem,) = read(tmp_path, content)
    assert a.venue == b.venue == V
    assert "journal (1)" in problem.reason


@pytest.mark.parametrize(
    ("fields", "expected", "unused"),
    [
        ("journal={M}, volume=3, number={1--2}, pages={1--9}", ("3", "1–2", "1–9"), []),
        ("journal={M}, volume=3, issue=Spring, eid={e12}", ("3", "Spring", "e12"), []),
        ("booktitle={M}, volume={98}, pages={7-9}", ("98", None, "7–9"), []),
        ("booktitle={M}, volume=9, number=4", ("9", "4", None), []),
        ("booktitle={M}, series={L}, number=4", (None, None, None), ["series (1)", "number (1)"]),
        ("institution={M}, number=4", (None, None, None), ["institution (1)", "number (1)"]),
        ("journal={M}", (None, None, None), []),
    ],
)
def test_volume_issue_and_pages_are_read(tmp_path, fields, expected, unused):
    (paper,), problems = read(tmp_path, f"@misc{{a, title={{A}}, {fields}}}")
    assert (paper.volume, paper.issue, paper.pages) == expected
    assert all(name in problems[0].reason for name in unused)
    assert len(problems) == bool(unused)


def test_an_entry_has_the_volume_of_the_entry_that_it_refers_to(tmp_path):
    text = "@inproceedings{a, title={A}, pages={1--2}, crossref={v}}\n"
    (paper,), problems = read(tmp_path, text + "@proceedings{v, title={V}, volume=7, pages={900}}")
    assert (paper.volume, paper.pages, problems) == ("7", "1–2", [])


@pytest.mark.parametrize(
    ("written", "published", "year", "is_reported"),
    [
        ("date={2017-03-04}", "2017-03-04", 2017, False),
        ("date={2017-03/2017-05}", "2017-03", 2017, False),
        ("date={2017-13-40}", "2017", 2017, True),
        ("year=2018, month=mar", "2018-03", 2018, False),
        ("year=2018", None, 2018, False),
        ("year={in press}", None, 2019, True),
    ],
)
def test_the_date_of_an_entry_gives_its_year(tmp_path, written, published, year, is_reported):
    (paper,), problems = read(tmp_path, f"@misc{{a, title={{A}}, {written}}}")
    assert (paper.published, paper.year, len(problems)) == (published, year, is_reported)


def test_a_language_becomes_its_code(tmp_path):
    (paper,), _ = read(tmp_path, "@misc{a, title={A}, langid={russian}}")
    assert paper.language == "ru"


def test_a_file_that_is_missing_is_named(tmp_path):
    entry = "@misc{a, title={A}, file={:papers/missing.pdf:PDF}}"
    _, (problem,) = read(tmp_path, entry)
    assert "names files in 1 entry, but the catalog names no folder" in problem.reason
    (tmp_path / "pdfs").mkdir()
    make_pdf(tmp_path / "pdfs/other.pdf", [["text"]])
    _, (problem,) = read(tmp_path, entry, tmp_path / "pdfs")
    assert (problem.item, problem.paper_id) == ("refs.bib: line 1", "a")
    assert "names the file missing.pdf, which is not in pdfs" in problem.reason


def test_an_entry_takes_venue_and_year_from_the_volume_that_it_names(tmp_path):
    content = (
        "@inproceedings{a, title={A}, crossref={Vol}}\n"
        "@inproceedings{b, title={B}, crossref={gone}, year=2018}\n"
        "@proceedings{vol, title={Proceedings of Moss}, year=2017, publisher={Green}}"
    )
    (a, b), (problem,) = read(tmp_path, content, venue=Venue("ours", "Ours", kind="list"))
    assert (a.title, a.year, a.venue.name, a.venue.publisher) == (
        "A",
        2017,
        "Proceedings of Moss",
        "Green",
    )
    assert (b.year, b.venue.name, problem.paper_id) == (2018, "Ours", "b")
    assert "names the entry gone in “crossref”, which the file does not have" in problem.reason


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (
            "family=Maaten, given=Laurens, prefix=van der, useprefix=true and Ash, Ann",
            [("Laurens van der Maaten", None), ("Ann Ash", None)],
        ),
        ("family=Elm Ash, given={Ann}", [("Ann Elm Ash", "Elm Ash")]),
        ("given=Bo, family={Bay}, suffix=Jr.", [("Bo Bay Jr.", None)]),
    ],
)
def test_a_name_in_the_parts_of_biblatex_is_one_author(tmp_path, written, names):
    (paper,), problems = read(tmp_path, f"@misc{{a, title={{A}}, author={{{written}}}}}")
    assert [(author.name, author.family) for author in paper.authors] == names
    assert problems == []


def test_tags_and_signs_that_mendeley_escapes_are_read(tmp_path):
    (paper,), _ = read(
        tmp_path,
        r"@misc{a, title={{Growth of {\textless}i{\textgreater}E. coli{\textless}/i{\textgreater}"
        r" at {\textless} 10{\^{}}2}}, abstract={A {\textless}b{\textgreater}{\textbar}x"
        r"{\textbar}{\textless}/b{\textgreater}.}}",
    )
    assert (paper.title, paper.abstract) == ("Growth of E. coli at < 10^2", "A |x|.")


def test_files_of_one_name_are_found_by_the_folders_that_zotero_exports(tmp_path):
    folder = tmp_path / "files"
    for number in ("12", "13", "14"):
        (folder / number).mkdir(parents=True)
        make_pdf(folder / number / "paper.pdf", [["text"]])
    content = "".join(
        f"@misc{{k{n}, title={{T}}, file={{Full Text:files/{n}/paper.pdf:application/pdf}}}}\n"
        for n in ("13", "12")
    )
    (first, second), (problem,) = read(tmp_path, content, folder)
    assert (first.file, second.file) == (folder / "13/paper.pdf", folder / "12/paper.pdf")
    assert problem.item == "14/paper.pdf"
    assert "has the same id as 12/paper.pdf" in problem.reason
