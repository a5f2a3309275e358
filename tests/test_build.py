"""build_db.py as a user runs it: catalogs, exit status, what lands in the file."""

import json
import shutil
import sqlite3

import pytest
from conftest import ROOT, make_pdf, run_build

CATALOG = """
title: Test
sources:
  - kind: table
    file: papers.csv
    venue: {venue_id: v-2019, name: V 2019, year: 2019}
"""


@pytest.fixture
def papers(tmp_path):
    (tmp_path / "papers.csv").write_text("paper_id,title,authors\na,First,Ann A\nb,Second,\n")


def rows(path, sql):
    with sqlite3.connect(path) as conn:
        return conn.execute(sql).fetchall()


def test_a_good_catalog_ends_with_status_0_and_counts(build, papers, tmp_path):
    built = build(CATALOG)
    assert built.returncode == 0, built.stderr
    assert "2 papers, 0 pages" in built.stdout
    assert rows(tmp_path / "papers.db", "select paper_id, authors, year from papers") == [
        ("a", "Ann A", 2019),
        ("b", None, 2019),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: table", "kind: tabel", "did you mean “table”"),
        ("kind: table", "knd: table", "lacks “kind”"),
        ("file: papers.csv", "file: paper.csv", "does not exist"),
        ("file: papers.csv", "fiel: papers.csv", "did you mean “file”"),
        ("year: 2019", "year: soon", "must be a whole number"),
        ("venue_id: v-2019, ", "", "lacks “venue_id”"),
        ("title: Test", "titel: Test", "did you mean “title”"),
        ("sources:", "sources: none\nmore:", "not known here"),
        ("title: Test", "title: [Test", "is not YAML"),
        ("title: Test", "title: 2019", "must be text"),
        ("file: papers.csv", "file: papers.csv\n    pdf_url: '/pdf/{fiel}'", "is no address"),
    ],
)
def test_a_bad_catalog_ends_with_status_1_naming_the_file_and_the_remedy(
    build, papers, old, new, said
):
    built = build(CATALOG.replace(old, new, 1))
    assert built.returncode == 1
    assert said in built.stderr
    assert "catalog.yml" in built.stderr
    assert "Traceback" not in built.stderr


def test_a_bad_catalog_is_told_with_its_line(build, papers):
    assert "catalog.yml, line 4: “kind”" in build(CATALOG.replace("kind: table", "kind: x")).stderr


def test_a_failed_build_leaves_the_old_file_as_it_was(build, papers, tmp_path):
    build(CATALOG)
    before = (tmp_path / "papers.db").read_bytes()
    (tmp_path / "papers.csv").write_text("title\n")
    built = build(CATALOG)
    assert (built.returncode, (tmp_path / "papers.db").read_bytes() == before) == (1, True)
    assert "no paper that can be used" in built.stderr
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("arguments", [["--nosuch"], ["--jobs", "0"], ["--jobs", "x"], ["a", "b"]])
def test_wrong_usage_ends_with_status_2(arguments):
    assert run_build(*arguments).returncode == 2


def test_help_says_how_to_use_it():
    told = run_build("--help").stdout
    assert all(
        word in told
        for word in (
            "--data",
            "--db",
            "--jobs",
            "--engine",
            "--cache",
            "catalogs/sample.yml",
            "status 0",
        )
    )


def test_no_such_catalog_names_those_there_are():
    built = run_build("catalogs/smaple.yml")
    assert built.returncode == 1
    assert "catalogs/sample.yml" in built.stderr


def test_no_such_folder_for_the_database_is_told(tmp_path):
    built = run_build("--db", tmp_path / "gone" / "papers.db")
    assert built.returncode == 1
    assert "create it or give another path" in built.stderr


def test_two_builds_of_the_same_input_are_the_same_but_for_the_row_of_builds(
    build, papers, tmp_path
):
    dumps = []
    for _ in range(2):
        build(CATALOG)
        with sqlite3.connect(tmp_path / "papers.db") as conn:
            dumps.append([line for line in conn.iterdump() if 'INTO "builds"' not in line])
    assert dumps[0] == dumps[1]


def test_the_same_id_twice_loses_no_paper(build, tmp_path):
    (tmp_path / "papers.csv").write_text("paper_id,title\na,First\na,Second\na,Third\n")
    assert build(CATALOG).returncode == 0
    assert rows(tmp_path / "papers.db", "select paper_id from papers order by number") == [
        ("a",),
        ("a-2",),
        ("a-3",),
    ]
    assert rows(tmp_path / "papers.db", "select count(*), sum(lost) from problems") == [(2, 0)]


def test_a_bad_pdf_costs_its_text_and_is_told(build, tmp_path):
    (tmp_path / "pdfs").mkdir()
    make_pdf(tmp_path / "pdfs" / "a.pdf", [["A page of text."]])
    (tmp_path / "pdfs" / "b.pdf").write_bytes(b"<html>no</html>")
    (tmp_path / "papers.csv").write_text("paper_id,title\na,First\nb,Second\n")
    built = build(CATALOG.replace("papers.csv", "papers.csv\n    files: pdfs"))
    assert built.returncode == 0, built.stderr
    assert rows(tmp_path / "papers.db", "select paper_id, page_count, word_count from papers") == [
        ("a", 1, 4),
        ("b", 0, 0),
    ]
    ((stage, reason),) = rows(tmp_path / "papers.db", "select stage, reason from problems")
    assert (stage, "no PDF" in reason) == ("text", True)


def test_tags_and_authors_that_differ_in_case_hyphens_or_accents_are_one(build, tmp_path):
    (tmp_path / "papers.csv").write_text(
        "paper_id,authors,tags\na,Léon Bottou,Meta-Learning;SGD\nb,Leon Bottou,meta learning\nc,,meta-learning;Meta-learning\nd,,meta-learning\n"
    )
    build(CATALOG)
    assert rows(tmp_path / "papers.db", "select * from tags order by tag_id") == [
        ("meta-learning", "meta-learning", 4),
        ("sgd", "SGD", 1),
    ]
    assert rows(tmp_path / "papers.db", "select * from authors") == [
        ("leon-bottou", "Léon Bottou", 2, "Léon Bottou; Leon Bottou")
    ]
    assert rows(tmp_path / "papers.db", "select spelling from paper_tags order by rowid")[0] == (
        "Meta-Learning",
    )


def test_sessions_keep_the_order_of_the_programme(build, tmp_path):
    (tmp_path / "papers.csv").write_text("paper_id,session\nb,Two\na,One\nc,Two\n")
    build(CATALOG)
    sql = "select title, paper_id, session_papers.position from sessions join session_papers using (session_id) order by sessions.position, 3"
    assert rows(tmp_path / "papers.db", sql) == [("Two", "b", 1), ("Two", "c", 2), ("One", "a", 1)]


def test_the_file_tells_how_it_was_made_and_is_known_to_datasette(build, papers, tmp_path):
    build(CATALOG)
    ((title, papers_built, version),) = rows(
        tmp_path / "papers.db", "select title, papers, papersette from builds"
    )
    assert (title, papers_built) == ("Test", 2)
    inspected = json.loads((tmp_path / "inspect-data.json").read_text())
    assert inspected["papers"]["tables"]["papers"]["count"] == 2
    assert version in (ROOT / "papersette" / "__init__.py").read_text()


def test_the_command_line_of_sqlite_is_as_good_as_the_site(build, papers, tmp_path):
    build(CATALOG)
    assert rows(
        tmp_path / "papers.db",
        "select p.title from papers_text_fts join papers p on p.number = papers_text_fts.rowid where papers_text_fts match 'ann'",
    ) == [("First",)]
    assert rows(tmp_path / "papers.db", "pragma integrity_check") == [("ok",)]


FOLDER = """
title: PDFs
sources:
  - {kind: folder, files: pdfs, pdf_url: "/pdf/{file}", venue: {venue_id: mine, name: Mine}}
"""


def test_a_folder_of_pdfs_gets_titles_and_abstracts_from_page_1(build, tmp_path):
    shutil.copytree(ROOT / "data/sample/pdf/icml2019", tmp_path / "pdfs" / "deep")
    shutil.copy(tmp_path / "pdfs/deep/swalp.pdf", tmp_path / "pdfs/the same.pdf")
    make_pdf(tmp_path / "pdfs" / "scan.pdf", [[]])
    built = build(FOLDER)
    assert built.returncode == 0, built.stderr
    found = dict(rows(tmp_path / "papers.db", "select paper_id, title from papers"))
    assert (
        found["deep/lit-compression"]
        == "LIT: Learned Intermediate Representation Training for Model Compression"
    )
    assert (len(found), found["scan"]) == (19, None)
    assert rows(tmp_path / "papers.db", "select count(*) from papers where abstract is null") == [
        (1,)
    ]
    problems = rows(tmp_path / "papers.db", "select item, stage, lost from problems order by item")
    assert problems == [("scan.pdf", "text", 0), ("the same.pdf", "skip", 0)]


def test_an_empty_folder_is_told(build, tmp_path):
    (tmp_path / "pdfs").mkdir()
    assert "has no PDF" in build(FOLDER).stderr


def test_a_second_build_with_nothing_changed_is_not_made(build, papers, tmp_path):
    build(CATALOG)
    before = (tmp_path / "papers.db").read_bytes()
    again = build(CATALOG)
    assert (again.returncode, "nothing has changed" in again.stdout) == (0, True)
    assert (tmp_path / "papers.db").read_bytes() == before


def test_what_came_changed_and_went_is_told_and_kept_from_build_to_build(build, papers, tmp_path):
    build(CATALOG)
    assert rows(tmp_path / "papers.db", "select count(*) from changes") == [(0,)]
    (tmp_path / "papers.csv").write_text("paper_id,title,authors\na,First edited,Ann A\nc,Third,\n")
    build(CATALOG)
    changes = [("a", "changed", "title"), ("c", "added", None), ("b", "removed", None)]
    assert rows(tmp_path / "papers.db", "select paper_id, change, fields from changes") == changes
    (tmp_path / "papers.csv").write_text("paper_id,title,authors\na,First edited,Ann A\n")
    build(CATALOG)
    assert rows(tmp_path / "papers.db", "select paper_id, change, fields from changes") == [
        *changes,
        ("c", "removed", None),
    ]
    assert rows(tmp_path / "papers.db", "select count(*) from builds") == [(3,)]


def test_a_build_over_a_file_of_another_shape_is_made_without_its_history(build, papers, tmp_path):
    with sqlite3.connect(tmp_path / "papers.db") as conn:
        conn.execute("create table builds (build_id)")
    assert build(CATALOG).returncode == 0
    assert rows(tmp_path / "papers.db", "select count(*) from papers") == [(2,)]


def test_check_says_what_would_be_built_and_builds_nothing(build, papers, tmp_path):
    (tmp_path / "papers.csv").write_text("paper_id,title\na,First\nb,Second,too,many\n")
    built = build(CATALOG, "--check")
    assert built.returncode == 0, built.stderr
    assert "v-2019 (table): 2 items: 1 papers, 1 lost" in built.stdout
    assert "papers.csv: line 3 has more cells" in built.stdout
    assert not (tmp_path / "papers.db").exists()


def test_items_of_a_source_add_up(build, papers, tmp_path):
    build(CATALOG)
    assert rows(tmp_path / "papers.db", "select source, items, papers, lost from sources") == [
        ("v-2019", 2, 2, 0)
    ]


COMPLETED = (
    CATALOG
    + """
  - kind: table
    file: later.csv
    completes: v-2019
    columns: {ratings: marks}
    venue: {venue_id: later, name: Later}
"""
)


def test_a_source_completes_the_papers_of_another(build, papers, tmp_path):
    (tmp_path / "later.csv").write_text(
        'paper_id,title,authors,marks,decision\na,First,Other Name,,\nb,,Bo B,"6, 8",Accept (Oral)\nz,,,,\n'
    )
    assert build(COMPLETED).returncode == 0
    found = rows(
        tmp_path / "papers.db",
        "select paper_id, authors, decision, rating, top_percent from papers",
    )
    assert found == [("a", "Ann A", None, None, None), ("b", "Bo B", "oral", 7.0, 100)]
    values = rows(
        tmp_path / "papers.db",
        "select paper_id, field, value, used from alternate_values order by paper_id, field",
    )
    assert values == [
        ("a", "authors", "Other Name", 0),
        ("b", "authors", "Bo B", 1),
        ("b", "decision", "oral", 1),
        ("b", "reviews", "6; 8", 1),
    ]
    assert rows(
        tmp_path / "papers.db", "select completed, skipped from sources where source = 'later'"
    ) == [(2, 1)]


def test_completing_a_source_that_is_not_there_is_told(build, papers, tmp_path):
    (tmp_path / "later.csv").write_text("paper_id\n")
    built = build(COMPLETED.replace("completes: v-2019", "completes: v-2018"))
    assert (
        built.returncode,
        "no venue_id of a source above it; there are v-2019" in built.stderr,
    ) == (1, True)


def test_overrides_join_works_and_a_bad_group_is_told_with_its_line(build, papers, tmp_path):
    (tmp_path / "joined.yml").write_text("join:\n  - [a, b]\n  - [a, nosuch]\n")
    assert build("works: joined.yml" + CATALOG).returncode == 0
    assert rows(tmp_path / "papers.db", "select work_id, paper_count from works") == [("a", 2)]
    assert rows(tmp_path / "papers.db", "select item, stage from problems") == [("nosuch", "merge")]
    (tmp_path / "joined.yml").write_text("join:\n  - [a]\n")
    built = build("works: joined.yml" + CATALOG)
    assert (built.returncode, "joined.yml, line 2" in built.stderr) == (1, True)
