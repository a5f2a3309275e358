"""build_db.py as a user runs it: catalogs, exit status, contents of the database."""

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, build_here, make_pdf, replaced, run_build

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
    ("old", "new", "message"),
    [
        ("kind: table", "kind: tabel", "did you mean “table”"),
        ("kind: table", "knd: table", "has no “kind”"),
        ("file: papers.csv", "file: paper.csv", "does not exist"),
        ("file: papers.csv", "fiel: papers.csv", "did you mean “file”"),
        ("year: 2019", "year: soon", "must be a whole number"),
        ("venue_id: v-2019, ", "", "has no “venue_id”"),
        ("title: Test", "titel: Test", "did you mean “title”"),
        ("sources:", "sources: none\nmore:", "not a known key"),
        ("title: Test", "title: [Test", "is not YAML"),
        ("title: Test", "title: 2019", "must be text"),
        ("file: papers.csv", "file: papers.csv\n    pdf_url: '/pdf/{fiel}'", "is not a URL"),
    ],
)
def test_a_bad_catalog_ends_with_status_1_naming_the_file_and_the_remedy(
    build, papers, old, new, message
):
    built = build(replaced(CATALOG, old, new, 1))
    assert built.returncode == 1
    assert message in built.stderr
    assert "catalog.yml" in built.stderr
    assert "Traceback" not in built.stderr


def test_an_error_in_a_catalog_names_the_line(build, papers):
    built = build(replaced(CATALOG, "kind: table", "kind: x"))
    assert "catalog.yml, line 4: “kind”" in built.stderr


def test_a_failed_build_leaves_the_old_file_unchanged(build, papers, tmp_path):
    build(CATALOG)
    before = (tmp_path / "papers.db").read_bytes()
    (tmp_path / "papers.csv").write_text("title\n")
    built = build(CATALOG)
    assert (built.returncode, (tmp_path / "papers.db").read_bytes() == before) == (1, True)
    assert "no usable paper" in built.stderr
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    "arguments", [["--nosuch"], ["--jobs", "0"], ["--jobs", "x"], ["a.yml", "b.yml"]]
)
def test_wrong_usage_ends_with_status_2(arguments):
    built = build_here(*arguments)
    assert (built.returncode, "usage: build_db.py" in built.stderr) == (2, True)


def test_the_status_is_that_of_the_process():
    assert run_build("--nosuch").returncode == 2


def test_help_lists_the_options_the_exit_status_and_the_rule_of_replacement():
    shown = build_here("--help").stdout
    for option in ("--data", "--db", "--jobs", "--engine", "--cache", "--replace"):
        assert option in shown
    assert "catalogs/sample.yml" in shown
    assert "Exit status: 0" in shown
    assert "replaces only a database of its own catalog" in shown


@pytest.mark.parametrize("key", ["datasets", "works", "questions"])
def test_relative_paths_of_a_catalog_start_at_the_data_folder(papers, tmp_path, key):
    (tmp_path / "catalogs").mkdir()
    catalog = tmp_path / "catalogs" / "mine.yml"
    catalog.write_text(f"{key}: lists/mine{CATALOG}")
    options = ("--check", "--data", tmp_path, "--downloads", tmp_path / "downloads")
    (tmp_path / "catalogs" / "lists").mkdir()
    (tmp_path / "catalogs" / "lists" / "mine").write_text("beside the catalog")
    missing = build_here(catalog, *options)
    assert missing.returncode == 1
    assert f"mine.yml, line 1: “{key}” names lists/mine, which does not exist in {tmp_path}" in (
        missing.stderr
    )
    (tmp_path / "lists").mkdir()
    contents = {
        "datasets": "CIFAR-10\n",
        "works": "join: []\n",
        "questions": '{"query": "first", "paper_id": "a"}\n',
    }
    (tmp_path / "lists" / "mine").write_text(contents[key])
    found = build_here(catalog, *options)
    assert found.returncode == 0, found.stderr


def test_a_missing_catalog_is_an_error_that_names_the_existing_ones(monkeypatch):
    monkeypatch.chdir(ROOT)
    built = build_here("catalogs/smaple.yml")
    assert built.returncode == 1
    assert "catalogs/sample.yml" in built.stderr


def test_a_missing_folder_for_the_database_is_an_error(build, papers, tmp_path):
    built = build(CATALOG, "--db", tmp_path / "gone" / "papers.db")
    assert built.returncode == 1
    assert "create it or give another path" in built.stderr


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs Linux")
def test_a_folder_that_cannot_be_written_is_an_error_with_the_remedy(build, papers):
    built = build(CATALOG, "--db", "/proc/papers.db")  # not even root may write there
    assert built.returncode == 1
    assert "/proc/papers.db: its folder cannot be written" in built.stderr
    assert "give another path with --db" in built.stderr
    assert ".lock" not in built.stderr


@pytest.mark.parametrize("option", ["--rebuild", "--replace"])
def test_an_option_that_check_ignores_is_a_warning(build, papers, option):
    built = build(CATALOG, "--check", option)
    assert built.returncode == 0
    assert f"warning: --check builds nothing; leave it out to build with {option}" in built.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.5\n\xff", "is a binary file, not text; name a catalog"),
        (b"SQLite format 3\0", "is a binary file, not text; name a catalog"),
        (None, "is a folder; write its catalog with “build_db.py init"),
    ],
    ids=["PDF", "database", "folder"],
)
def test_what_is_no_catalog_is_an_error_that_says_how_to_write_one(tmp_path, content, message):
    path = tmp_path / "papers"
    path.mkdir() if content is None else path.write_bytes(content)
    built = build_here(path)
    assert built.returncode == 1
    assert f"{path}: {message}" in built.stderr


def test_two_builds_of_the_same_input_differ_only_in_the_table_builds(build, papers, tmp_path):
    dumps = []
    for options in ([], ["--rebuild"]):
        assert "2 papers" in build(CATALOG, *options).stdout
        with sqlite3.connect(tmp_path / "papers.db") as conn:
            dumps.append([line for line in conn.iterdump() if 'INTO "builds"' not in line])
    assert dumps[0] == dumps[1]


def test_a_duplicate_id_loses_no_paper(build, tmp_path):
    (tmp_path / "papers.csv").write_text("paper_id,title\na,First\na,Second\na,Third\n")
    assert build(CATALOG).returncode == 0
    assert rows(tmp_path / "papers.db", "select paper_id from papers order by number") == [
        ("a",),
        ("a-2",),
        ("a-3",),
    ]
    assert rows(tmp_path / "papers.db", "select count(*), sum(lost) from problems") == [(2, 0)]


def test_a_bad_pdf_is_a_problem_and_its_paper_is_kept(build, tmp_path):
    (tmp_path / "pdfs").mkdir()
    make_pdf(tmp_path / "pdfs" / "a.pdf", [["A page of text."]])
    (tmp_path / "pdfs" / "b.pdf").write_bytes(b"<html>no</html>")
    (tmp_path / "papers.csv").write_text("paper_id,title\na,First\nb,Second\n")
    built = build(replaced(CATALOG, "papers.csv", "papers.csv\n    files: pdfs"))
    assert built.returncode == 0, built.stderr
    assert rows(tmp_path / "papers.db", "select paper_id, page_count, word_count from papers") == [
        ("a", 1, 4),
        ("b", 0, 0),
    ]
    ((stage, reason),) = rows(tmp_path / "papers.db", "select stage, reason from problems")
    assert (stage, "cannot be opened as a PDF" in reason) == ("text", True)


def test_tags_and_authors_that_differ_in_case_hyphens_or_accents_are_one(build, tmp_path):
    (tmp_path / "papers.csv").write_text(
        "paper_id,authors,tags\na,Léon Bottou,Meta-Learning;SGD\nb,Leon Bottou,meta learning\n"
        "c,,meta-learning;Meta-learning\nd,,meta-learning\n"
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
    sql = (
        "select title, paper_id, session_papers.position "
        "from sessions join session_papers using (session_id) order by sessions.position, 3"
    )
    assert rows(tmp_path / "papers.db", sql) == [("Two", "b", 1), ("Two", "c", 2), ("One", "a", 1)]


def test_the_database_records_its_build_and_is_inspected_for_datasette(build, papers, tmp_path):
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
        "select p.title from papers_text_fts join papers p on p.number = papers_text_fts.rowid "
        "where papers_text_fts match 'ann'",
    ) == [("First",)]
    assert rows(tmp_path / "papers.db", "pragma integrity_check") == [("ok",)]


FOLDER = """
title: PDFs
sources:
  - {kind: folder, files: pdfs, pdf_url: "/pdf/{file}", venue: {venue_id: mine, name: Mine}}
"""


@pytest.mark.slow
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


def test_an_empty_folder_is_an_error(build, tmp_path):
    (tmp_path / "pdfs").mkdir()
    assert "has no PDF" in build(FOLDER).stderr


def test_a_folder_with_an_archive_is_an_error_that_says_to_unpack_it(build, tmp_path):
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "papers.zip").write_bytes(b"PK\x03\x04")
    assert "has no PDF and no text; unpack papers.zip" in build(FOLDER).stderr


def test_a_table_whose_files_are_in_an_archive_has_a_problem_that_says_to_unpack_it(
    build, papers, tmp_path
):
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "papers.zip").write_bytes(b"PK\x03\x04")
    built = build(replaced(CATALOG, "file: papers.csv", "file: papers.csv\n    files: pdfs"))
    assert built.returncode == 0, built.stderr
    ((reason,),) = rows(tmp_path / "papers.db", "select reason from problems where item = 'pdfs'")
    assert reason.endswith("such as papers.zip; they are not used: unpack archives")


def test_a_second_build_without_changes_does_nothing(build, papers, tmp_path):
    build(CATALOG)
    before = (tmp_path / "papers.db").read_bytes()
    again = build(CATALOG)
    assert (again.returncode, "nothing has changed" in again.stdout) == (0, True)
    assert (tmp_path / "papers.db").read_bytes() == before


def test_added_changed_and_removed_papers_are_recorded_in_each_build(build, papers, tmp_path):
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


def test_a_build_over_an_older_schema_starts_a_new_history(build, papers, tmp_path):
    with sqlite3.connect(tmp_path / "papers.db") as conn:
        conn.execute("create table builds (build_id, catalog, title)")
        conn.execute("insert into builds values (7, 'catalog.yml', 'Test')")
    assert build(CATALOG).returncode == 0
    assert rows(tmp_path / "papers.db", "select build_id, papers from builds") == [(1, 2)]


def test_a_database_of_another_catalog_is_replaced_only_when_asked(build, papers, tmp_path):
    build(CATALOG)
    before = (tmp_path / "papers.db").read_bytes()
    (tmp_path / "other.yml").write_text(replaced(CATALOG, "title: Test", "title: Other"))
    options = ("--data", tmp_path, "--db", tmp_path / "papers.db", "--cache", tmp_path / "cache")
    refused = build_here(tmp_path / "other.yml", *options, "--rebuild")
    assert refused.returncode == 1
    assert "papers.db: was built from another catalog, catalog.yml (“Test”)" in refused.stderr
    assert (tmp_path / "papers.db").read_bytes() == before
    assert build_here(tmp_path / "other.yml", *options, "--check").returncode == 0
    assert build_here(tmp_path / "other.yml", *options, "--replace").returncode == 0
    assert rows(tmp_path / "papers.db", "select catalog, title from builds") == [
        ("other.yml", "Other")
    ]
    assert rows(tmp_path / "papers.db", "select count(*) from changes") == [(0,)]


def test_a_file_that_papersette_did_not_make_is_not_replaced(build, papers, tmp_path):
    (tmp_path / "papers.db").write_text("Dear diary")
    refused = build(CATALOG)
    assert refused.returncode == 1
    assert "is not a database made by Papersette; add --replace" in refused.stderr
    assert (tmp_path / "papers.db").read_text() == "Dear diary"


def test_an_edited_list_of_datasets_is_a_change(build, papers, tmp_path):
    (tmp_path / "mine.txt").write_text("Zebra-10\n")
    build("datasets: mine.txt" + CATALOG)
    (tmp_path / "mine.txt").write_text("Zebra-100\n")
    assert "2 papers" in build("datasets: mine.txt" + CATALOG).stdout


def test_inspection_of_other_databases_in_the_folder_is_kept(build, papers, tmp_path):
    other = {"hash": "0", "size": 1, "file": "others.db", "tables": {}}
    (tmp_path / "inspect-data.json").write_text(json.dumps({"others": other, "papers": {}}))
    build(CATALOG)
    inspected = json.loads((tmp_path / "inspect-data.json").read_text())
    assert inspected["others"] == other
    assert inspected["papers"]["tables"]["papers"]["count"] == 2


def test_make_serve_builds_the_sample_only_where_there_is_no_database(tmp_path):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for folder in (".venv", "catalogs", "papersette"):
        (tmp_path / folder).mkdir()

    def run(target):
        command = ["make", "--dry-run", "PYTHON=python3", target]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert "build_db.py catalogs/sample.yml" in run("serve")
    (tmp_path / "papers.db").touch()
    for name in ("catalogs/sample.yml", "papersette/build.py", ".venv/installed"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (4e9, 4e9))
    assert "build_db.py catalogs" not in run("serve")
    assert "datasette serve" in run("serve")


def test_check_reports_what_would_be_built_and_builds_nothing(build, papers, tmp_path):
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
        "paper_id,title,authors,marks,decision\na,First,Other Name,,\n"
        'b,,Bo B,"6, 8",Accept (Oral)\nz,,,,\n'
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


def test_completing_a_missing_source_is_an_error(build, papers, tmp_path):
    (tmp_path / "later.csv").write_text("paper_id\n")
    built = build(replaced(COMPLETED, "completes: v-2019", "completes: v-2018"))
    assert (
        built.returncode,
        "not the venue_id of a source above it; there are v-2019" in built.stderr,
    ) == (1, True)


def test_overrides_join_works_and_a_bad_group_is_an_error_with_its_line(build, papers, tmp_path):
    (tmp_path / "joined.yml").write_text("join:\n  - [a, b]\n  - [a, nosuch]\n")
    assert build("works: joined.yml" + CATALOG).returncode == 0
    assert rows(tmp_path / "papers.db", "select work_id, paper_count from works") == [("a", 2)]
    assert rows(tmp_path / "papers.db", "select item, stage from problems") == [("nosuch", "merge")]
    (tmp_path / "joined.yml").write_text("join:\n  - [a]\n")
    built = build("works: joined.yml" + CATALOG)
    assert (built.returncode, "joined.yml, line 2" in built.stderr) == (1, True)
