"""Tables as organisers keep them: authors, affiliations, dates, DOIs, and Excel's CSV."""

import json

import pytest

from papersette.errors import UserError
from papersette.records import Author, Paper, Problem, Venue
from papersette.sources import recognition, table

V = Venue("v-2020", "V 2020", 2020)


def read(tmp_path, rows, **more):
    """Read a table of rows, or of text in CSV."""
    path = tmp_path / ("t.json" if isinstance(rows, list) else "t.csv")
    path.write_text(json.dumps(rows) if isinstance(rows, list) else rows, encoding="utf-8")
    items = list(table.read(table.Settings(V, path, **more)))
    papers = [item for item in items if isinstance(item, Paper)]
    return papers, [item for item in items if isinstance(item, Problem)]


@pytest.mark.parametrize(
    ("cell", "separators", "names", "is_reported"),
    [
        ("A. B. Ash and C. D. Bay", ";|", ["A. B. Ash", "C. D. Bay"], False),
        ("Ash, Ann; Bay, Bo", ";|", ["Ann Ash", "Bo Bay"], False),
        ("Ash, Ann; Bay, Bo", ",;|", ["Ann Ash", "Bo Bay"], False),
        ("Fay, Flo, Gee, Gus", ";|", ["Flo Fay", "Gus Gee"], True),
        ("Fay, Flo, Gee, Gus", ",;|", ["Flo Fay", "Gus Gee"], True),
        ("Ann Ash, Bo Bay, Cy Coy", ";|", ["Ann Ash", "Bo Bay", "Cy Coy"], True),
        ("Ann Ash, Bo Bay and Cy Coy", ",;|", ["Ann Ash", "Bo Bay", "Cy Coy"], False),
        ("Ann Ash, Bo Bay; Cy Coy", ",;|", ["Ann Ash", "Bo Bay", "Cy Coy"], False),
        ("Fern and Moss Society", ";|", ["Fern and Moss Society"], False),
        ("Ann Ash, PhD", ";|", ["Ann Ash, PhD"], False),
        ("Wei Li; Bo Bay; Wei Li", ";|", ["Wei Li", "Bo Bay", "Wei Li"], False),
        ("Wei Li, Bo Bay and Wei Li", ",;|", ["Wei Li", "Bo Bay", "Wei Li"], False),
        (["Wei Li", "Wei Li"], ";|", ["Wei Li", "Wei Li"], False),
    ],
)
def test_names_are_separated_as_people_write_them(tmp_path, cell, separators, names, is_reported):
    (paper,), problems = read(tmp_path, [{"title": "A", "authors": cell}], separators=separators)
    assert [author.name for author in paper.authors] == names
    assert ["separate them by “;”" in problem.reason for problem in problems] == [
        True
    ] * is_reported


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Ash, Ann; Bay, Bo; et al.", ["Ann Ash", "Bo Bay"]),
        ("Ann Ash et al", ["Ann Ash"]),
        ("Ann Ash and 3 others", ["Ann Ash"]),
        (["Ann Ash", "..."], ["Ann Ash"]),
        ("Alice Othersen; Al Et", None),
    ],
)
def test_words_for_further_authors_are_no_names_and_are_reported(tmp_path, cell, names):
    (paper,), problems = read(tmp_path, [{"title": "A", "authors": cell}])
    found = [author.name for author in paper.authors]
    assert found == (names or ["Alice Othersen", "Al Et"])
    assert ["so that the others are unknown" in one.reason for one in problems] == [True] * bool(
        names
    )


@pytest.mark.parametrize(
    ("cell", "separators", "places"),
    [
        ("Uni A; Uni A", ";|", ["Uni A", "Uni A"]),
        ("Fern Lab, Uni A; Moss Lab, Uni B", ",;|", ["Fern Lab, Uni A", "Moss Lab, Uni B"]),
        ("Uni A | Uni B; Lab", ";|", ["Uni A", "Uni B; Lab"]),
        (["Uni A", None], ";|", ["Uni A", None]),
    ],
)
def test_each_author_keeps_an_affiliation(tmp_path, cell, separators, places):
    row = {"title": "A", "authors": "Ann Ash; Bo Bay", "affiliations": cell}
    (paper,), problems = read(tmp_path, [row], separators=separators)
    assert ([author.affiliation for author in paper.authors], problems) == (places, [])


def test_tags_and_entities_of_html_are_no_text_and_paragraphs_stay_apart(tmp_path):
    abstract = "<p>One.</p><p>Two &lt; 3, a <b and c> d.</p>"
    row = {"title": "<i>Moss</i> &amp; fern<br>on a < b", "abstract": abstract}
    (paper,), problems = read(tmp_path, [row])
    assert (paper.title, paper.paper_id) == ("Moss & fern on a < b", "moss-fern-on-a-b")
    assert (paper.abstract, problems) == ("One.\n\nTwo < 3, a <b and c> d.", [])


def test_a_repeated_column_is_reported_and_the_first_one_is_used(tmp_path):
    (paper,), (problem,) = read(tmp_path, "title , authors,title\nA,Ann Ash,B\n")
    assert (paper.title, [author.name for author in paper.authors]) == ("A", ["Ann Ash"])
    assert (
        "has a column that is not used, with the number of values: title (2) (1)" in problem.reason
    )


def test_affiliations_of_another_number_than_the_authors_are_reported(tmp_path):
    row = {"title": "A", "authors": "Ann Ash; Bo Bay", "affiliations": "Uni A; Uni B; Uni C"}
    (paper,), (problem,) = read(tmp_path, [row])
    assert [author.affiliation for author in paper.authors] == [None, None]
    assert problem.paper_id == paper.paper_id
    assert "has 3 affiliations (Uni A, …) for 2 authors, so that" in problem.reason


@pytest.mark.parametrize(
    ("cell", "published", "year", "is_reported"),
    [
        ("2018-05-01", "2018-05-01", 2018, False),
        ("11.06.2019", "2019-06-11", 2019, False),
        ("25/03/2019", "2019-03-25", 2019, False),
        ("12/03/2019", "2019", 2019, True),
        ("43536", "2019-03-12", 2019, False),
        ("11 June 2019", "2019-06-11", 2019, False),
        ("3 mai 2019", "2019-05-03", 2019, False),
        ("3 floréal 2019", "2019", 2019, True),
        ("2019-02-31", "2019", 2019, True),
        ("soon", None, 2020, True),
    ],
)
def test_a_date_becomes_iso_or_a_year_and_never_stays_as_written(
    tmp_path, cell, published, year, is_reported
):
    (paper,), problems = read(tmp_path, f"title,date\nA,{cell}\n", columns={"published": "date"})
    assert (paper.published, paper.year) == (published, year)
    assert [cell in problem.reason for problem in problems] == [True] * is_reported


@pytest.mark.parametrize(
    ("cell", "published"),
    [
        ("12 de marzo de 2019", "2019-03-12"),
        ("mardi 2 avril 2019", "2019-04-02"),
        ("mar. 2 avril 2019", "2019-04-02"),
        ("1er août 2019", "2019-08-01"),
        ("3. Dezember 2019", "2019-12-03"),
        ("١٢ مارس ٢٠١٩", "2019-03-12"),
        ("May 3rd, 2019", "2019-05-03"),
    ],
)
def test_months_have_names_in_other_languages(tmp_path, cell, published):
    (paper,), problems = read(tmp_path, [{"title": "A", "published": cell}])
    assert (paper.published, problems) == (published, [])


@pytest.mark.parametrize(
    ("cell", "ratings"), [("7,5; 8", [7.5, 8]), ("7, 10, 9", [7, 10, 9]), ("7.5|6", [7.5, 6])]
)
def test_commas_in_ratings_are_decimal_where_something_else_separates(tmp_path, cell, ratings):
    (paper,), _ = read(tmp_path, [{"title": "A", "ratings": cell}])
    assert [review.rating for review in paper.reviews] == ratings


@pytest.mark.parametrize(
    ("other", "published"), [("25/03/2019", "2019-03-12"), ("03/25/2019", "2019-12-03")]
)
def test_other_dates_of_a_column_show_the_order_of_day_and_month(tmp_path, other, published):
    (paper, _), problems = read(tmp_path, f"title,published\nA,12/03/2019\nB,{other}\n")
    assert (paper.published, problems) == (published, [])


def test_a_year_that_is_none_is_reported(tmp_path):
    (paper, other), (problem,) = read(tmp_path, "title,year\nA,to appear\nB,Spring 2019\n")
    assert (paper.year, other.year, problem.paper_id) == (2020, 2019, paper.paper_id)
    assert "has the year “to appear”, which is none" in problem.reason


def test_a_table_has_dois_and_venues(tmp_path):
    text = "title,doi,Journal\nA,https://doi.org/10.5555/Moss,Annals of Moss\nB,none yet,\n"
    (first, second), (problem,) = read(tmp_path, text, columns={"venue": "Journal"})
    assert (first.doi, first.url) == ("10.5555/moss", "https://doi.org/10.5555/moss")
    assert (first.venue.name, second.venue) == ("Annals of Moss", V)
    assert (problem.item, second.doi) == ("t.csv: line 3", None)
    assert "“none yet”" in problem.reason


@pytest.mark.parametrize(
    ("row", "columns", "expected"),
    [
        ({"volume": 12, "issue": 3, "pages": "45-67"}, {}, ("12", "3", "45–67")),
        ({"volume": "12.0", "first_page": "45", "last_page": "67"}, {}, ("12", None, "45–67")),
        ({"Art. No.": "1004"}, {"article_number": "Art. No."}, (None, None, "1004")),
        ({"Seiten": "12"}, {"pages": "Seiten"}, (None, None, "12")),
        ({}, {}, (None, None, None)),
    ],
)
def test_a_table_has_volumes_issues_and_pages(tmp_path, row, columns, expected):
    (paper,), problems = read(tmp_path, [{"title": "A", **row}], columns=columns)
    assert (paper.volume, paper.issue, paper.pages) == expected
    assert problems == []


def test_a_column_of_page_counts_is_not_used_and_reported(tmp_path):
    rows = [{"title": "A", "pages": 12}, {"title": "B", "pages": "8"}]
    papers, (problem,) = read(tmp_path, rows)
    assert [paper.pages for paper in papers] == [None, None]
    assert "has a column that is not used, with the number of values: pages (2)" in problem.reason


def test_a_column_named_venue_does_not_replace_the_venue_of_the_catalog(tmp_path):
    (paper,), (problem,) = read(tmp_path, "title,venue\nA,Elsewhere\n")
    assert paper.venue == V
    assert "venue (1)" in problem.reason


HEADERS = {
    "capitals": ("TITLE,AUTHORS,YEAR", []),
    "blanks": ("Paper Title, Author Names ,Publication Year",
               ["“Paper Title” is title, “Author Names” is authors, “Publication Year” is year;"]),
    "French": ("Titre de l'article,Auteur(s),Année",
               ["“Titre de l'article” is title, “Auteur(s)” is authors, “Année” is year;"]),
    "Arabic": ("العنوان,المؤلفون,السنة",
               ["“العنوان” is title, “المؤلفون” is authors, “السنة” is year;"]),
}  # fmt: skip


@pytest.mark.parametrize(("header", "guesses"), HEADERS.values(), ids=HEADERS)
def test_headers_are_recognised_without_a_map_and_guesses_are_reported(tmp_path, header, guesses):
    (paper,), problems = read(tmp_path, f"{header}\nMoss,Ann Ash,2018\n")
    assert (paper.title, paper.authors, paper.year) == ("Moss", (Author("Ann Ash"),), 2018)
    assert [problem.reason for problem in problems] == [
        f"has columns whose fields are guessed: {guess} if one is wrong, “columns” in the catalog "
        "maps fields to columns"
        for guess in guesses
    ]


def test_ids_decisions_and_ratings_are_not_guessed_from_other_headers(tmp_path):
    text = "title,id,Status,Scores,Number\nMoss,7,Reject,3,1\n"
    (paper,), (problem,) = read(tmp_path, text)
    assert (paper.paper_id, paper.decision, paper.reviews) == ("moss", None, ())
    assert (
        "not used, with the number of values: id (1), Status (1), Scores (1), N" in problem.reason
    )


def test_with_a_map_only_names_of_fields_are_recognised(tmp_path):
    text = "TITLE,Speakers,Paper ID,Summary\nMoss,Ann Ash,7,We grow moss.\n"
    (paper,), (problem,) = read(tmp_path, text, columns={"authors": "Speakers"})
    assert (paper.title, paper.paper_id, paper.abstract) == ("Moss", "7", None)
    assert "a column that is not used, with the number of values: Summary (1);" in problem.reason


def test_a_name_in_lower_case_is_used_before_the_same_in_capitals(tmp_path):
    (paper,), (problem,) = read(tmp_path, "TITLE,title\nFern,Moss\n")
    assert paper.title == "Moss"
    assert "not used, with the number of values: TITLE (1);" in problem.reason


UNTITLED = {
    "no header": (
        "Deep moss,Ann Ash,2019\nFern,Bo Bay,2020\n",
        {},
        "Deep moss, Ann Ash, 2019",
        "…",
    ),
    "other words": ("Betreff,Ort\nMoss,Oslo\n", {}, "Betreff, Ort", "…"),
    "a map of other fields": ("Betreff,Wer\nMoss,Ann\n", {"authors": "Wer"}, "Betreff, Wer", "…"),
    "JSON": ([{"subject": "Moss"}], {}, "subject", "…"),
    "two columns": ("Title,TITLE\nMoss,Fern\n", {}, "Title, TITLE", "Title"),
    "nearly the name": ("The title,Authors\nMoss,Ann Ash\n", {}, "The title, Authors", "The title"),
}


@pytest.mark.parametrize(("rows", "columns", "shown", "column"), UNTITLED.values(), ids=UNTITLED)
def test_a_table_without_titles_is_refused_with_its_first_row_and_the_remedy(
    tmp_path, rows, columns, shown, column
):
    with pytest.raises(UserError) as refused:
        read(tmp_path, rows, columns=columns)
    path = tmp_path / ("t.json" if isinstance(rows, list) else "t.csv")
    assert str(refused.value) == (
        f"{path}: is a table without a column of titles (its first row has {shown}); if these are "
        f"the names of columns, rename one to “title”, or add “columns: {{title: {column}}}” to "
        "the source; if not, put the names into the first line, as in title,authors,year"
    )


def test_a_table_with_ids_needs_no_titles_as_it_may_complete_another_source(tmp_path):
    (paper,), problems = read(tmp_path, "paper_id,ratings\nB1x,7\n")
    assert (paper.paper_id, paper.reviews[0].rating, problems) == ("B1x", 7, [])


def test_rows_of_markdown_with_another_number_of_cells_are_reported_with_the_remedy(tmp_path):
    path = tmp_path / "t.md"
    path.write_text("| title | year |\n|---|---|\n| A |\n| B | 2019 | x | y |\n| C | 2020 |\n")
    items = list(table.read(table.Settings(V, path)))
    assert [item.reason for item in items if isinstance(item, Problem)] == [
        "has 1 cell where the header has 2; add the others, empty if need be",
        "has 4 cells where the header has 2; write \\| for a bar in a cell",
    ]


def test_rows_of_csv_with_fewer_cells_than_others_are_reported_and_read(tmp_path):
    papers, problems = read(tmp_path, "title,authors,year\nA,Ann Ash\nB,Bo Bay,2019\nC\n")
    assert [paper.title for paper in papers] == ["A", "B", "C"]
    assert [(problem.item, problem.reason, problem.paper_id) for problem in problems] == [
        ("t.csv: line 2", "has 2 cells where the header has 3; " + ADD, "a"),
        ("t.csv: line 4", "has 1 cell where the header has 3; " + ADD, "c"),
    ]
    assert not any(problem.lost for problem in problems)


ADD = "add the others, empty if need be"


@pytest.mark.parametrize("rows", ["A\nB\n", "A,Ann Ash\nB,\n"])
def test_empty_cells_at_the_ends_of_all_rows_may_be_omitted(tmp_path, rows):
    papers, problems = read(tmp_path, "title,authors,year\n" + rows)
    assert ([paper.title for paper in papers], problems) == (["A", "B"], [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"title": "A"}]', "is JSON, named as CSV; rename it to t.json"),
        ('{"title": "A"}\n{"title": "B"}\n', "is JSON, named as CSV; rename it to t.jsonl"),
        ("| title |\n|---|\n| A |\n", "is a Markdown table, named as CSV; rename it to t.md"),
        ("title | a\n--- | ---\nA | B", "is a Markdown table, named as CSV; rename it to t.md"),
    ],
)
def test_another_kind_of_table_that_is_named_as_csv_is_refused(tmp_path, text, reason):
    with pytest.raises(UserError) as refused:
        read(tmp_path, text)
    assert str(refused.value) == f"{tmp_path / 't.csv'}: {reason}"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("title,authors\nA,Ann Ash\n", "if it is a table, rename it to t.csv"),
        ('[{"title": "A"}]', "if it is JSON, rename it to t.json"),
        ("| title |\n|---|\n| A |\n", "if it is a Markdown table, rename it to t.md"),
    ],
)
def test_a_table_named_as_text_is_refused_with_the_name_that_it_needs(tmp_path, text, remedy):
    path = tmp_path / "t.txt"
    path.write_text(text)
    with pytest.raises(UserError, match=f"a table is a .csv, .* file; {remedy}"):
        list(table.read(table.Settings(V, path)))


MARKDOWN = {
    "no bars at the ends": "Title | Year\n---|---\nMoss | 2019\nFern | 2020\n",
    "bars at the beginnings": "|Title | Year\n|:-|-:\n|Moss | 2019\n|Fern | 2020\n",
    "bars at some ends": "| Title | Year |\n|---|---|\nMoss | 2019\n| Fern | 2020\n",
    "after a line with a bar": "A | B\n\nTitle | Year\n--- | ---\nMoss | 2019\nFern | 2020\n",
}


@pytest.mark.parametrize("markdown", MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_with_or_without_bars_at_the_ends_is_read(tmp_path, markdown):
    path = tmp_path / "t.md"
    path.write_text(markdown)
    columns = {"title": "Title", "year": "Year"}
    items = list(table.read(table.Settings(V, path, columns=columns)))
    assert [item for item in items if isinstance(item, Problem)] == []
    papers = [(item.title, item.year) for item in items if isinstance(item, Paper)]
    assert papers == [("Moss", 2019), ("Fern", 2020)]


@pytest.mark.parametrize("mark", [";", "\t", ",", "|"])
def test_csv_of_every_country_is_read_and_recognised(tmp_path, mark):
    rows = [["Title", "Authors"], ['"Moss, fern; lichen"', '"Ash, Ann; Bay, Bo"']]
    text = "\n".join(mark.join(row) for row in rows) + "\n"
    columns = {"title": "Title", "authors": "Authors"}
    (paper,), problems = read(tmp_path, text, columns=columns)
    assert (paper.title, len(paper.authors)) == ("Moss, fern; lichen", 2)
    assert problems == []
    found = recognition.recognise(tmp_path / "t.csv")
    assert (found.kind, found.settings["columns"]) == ("table", columns)


def test_files_that_rows_name_without_a_folder_are_one_problem(tmp_path):
    _, (problem,) = read(tmp_path, "title,file\nA,a.pdf\nB,b.pdf\n")
    assert problem.reason.startswith("names files in 2 rows, but the catalog names no folder")


@pytest.mark.parametrize(
    ("cell", "authors"),
    [
        ("Ann Ash (Uni A)*; Bo Bay (Fern Group, Uni B)",
         [("Ann Ash", "Uni A"), ("Bo Bay", "Fern Group, Uni B")]),
        ("Ann Ash (Uni A, Oslo), Bo Bay (Moss and Fern Lab)",
         [("Ann Ash", "Uni A, Oslo"), ("Bo Bay", "Moss and Fern Lab")]),
        ("Ash, Ann (57190000001); Bay, Bo (b@x.org)", [("Ann Ash", None), ("Bo Bay", None)]),
        ("Ash, Ann (1, 2); Bay, Bo (2)", [("Ann Ash", None), ("Bo Bay", None)]),
        ("Ash, Ann (Ed.); Bay, Bo (presenter)", [("Ann Ash", None), ("Bo Bay", None)]),
        ("Xiao (Bob) Wang (A (B)), Bo Bay (C)", [("Xiao (Bob) Wang", "A (B)"), ("Bo Bay", "C")]),
        ("Fern Society (FS); Ann Ash†", [("Fern Society (FS)", None), ("Ann Ash", None)]),
    ],
)  # fmt: skip
def test_brackets_after_a_name_are_its_affiliation_without_numbers_and_addresses(
    tmp_path, cell, authors
):
    (paper,), _ = read(tmp_path, [{"title": "A", "authors": cell}])
    assert [(author.name, author.affiliation) for author in paper.authors] == authors


def test_a_name_in_another_script_in_brackets_is_another_spelling(tmp_path):
    (paper,), _ = read(tmp_path, [{"title": "A", "authors": "Wei Li (李伟)"}])
    assert (paper.authors[0].name, paper.authors[0].variants) == ("Wei Li", ("李伟",))


def test_authors_that_are_objects_are_read_and_those_without_name_reported(tmp_path):
    people = [
        {"first": "Ann", "last": "Elm Ash", "affiliation": "Uni A", "email": "a@x.org"},
        {"Name": "Bo Bay", "institutions": [{"name": "Uni B"}], "orcid": "0000-0002-1825-0097"},
        "Cy Coy",
        {"email": "nobody@x.org"},
    ]
    row = {"title": "A", "authors": people, "tags": [{"id": 3}]}
    (paper,), (lost, tags) = read(tmp_path, [row])
    assert paper.authors == (
        Author("Ann Elm Ash", "Uni A", family="Elm Ash"),
        Author("Bo Bay", "Uni B", orcid="0000-0002-1825-0097"),
        Author("Cy Coy"),
    )
    assert "has no “name”, or “first” and “last”, for 1 of its 4 authors;" in lost.reason
    assert "has objects in “tags”" in tags.reason


def test_an_export_of_scopus_gives_ids_full_names_and_the_affiliation_of_each(tmp_path):
    text = (
        "Authors,Author full names,Title,Link,Authors with affiliations,Language\n"
        '"Ash A.; Bay B.C.","Ash, Ann (57190000001); Bay, Bo Cy (57190000002)",Roots,'
        "https://www.scopus.com/inward/record.uri?eid=2-s2.0-85&doi=10.1016%2fj&partnerID=40,"
        '"Ash A., Uni A, Oslo; Bay B.C., Uni B",English\n'
    )
    columns = recognised(tmp_path, text)
    (paper,), _ = read(tmp_path, text, columns=columns)
    assert (paper.paper_id, paper.language) == ("2-s2.0-85", "en")
    assert paper.authors == (Author("Ann Ash", "Uni A, Oslo"), Author("Bo Cy Bay", "Uni B"))


def recognised(tmp_path, text):
    """Return the columns that are guessed for a table in CSV."""
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    return recognition.recognise(tmp_path / "t.csv").settings["columns"]


def test_rows_without_values_and_the_line_by_which_excel_names_the_separator_are_no_rows(tmp_path):
    text = "sep=;\r\nTitle;Authors\r\nA;Ann Ash\r\n;;\r\n ;\r\nB;Bo Bay\r\n"
    assert recognised(tmp_path, text) == {"title": "Title", "authors": "Authors"}
    papers, problems = read(tmp_path, text, columns={"title": "Title", "authors": "Authors"})
    assert [(p.title, p.item) for p in papers] == [("A", "t.csv: line 3"), ("B", "t.csv: line 6")]
    assert problems == []


def test_a_table_in_the_encoding_of_windows_is_refused_with_the_words_of_excel(tmp_path):
    (tmp_path / "t.csv").write_bytes("Titre;Résumé\nÉté;x\n".encode("cp1252"))
    reason = recognition.recognise(tmp_path / "t.csv").reason
    assert "save it in Excel as “CSV UTF-8”, or convert it" in reason


def test_values_of_the_wrong_type_are_reported_in_the_order_of_the_fields(tmp_path):
    names = ["title", "year", "abstract", "doi", "volume", "url", "session"]
    _, problems = read(tmp_path, [{name: {"a": 1} for name in reversed(names)}])
    assert [problem.reason.split("”")[0].lstrip("“") for problem in problems] == names
