"""What the documentation says to whoever queries is so: each query of docs/sql.md, and its answer."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys

import pytest
from conftest import ROOT, run_build

SQL = (ROOT / "docs/sql.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"### \d+\. ([^\n]+)\n\n```sql( reviews)?\n(.*?)```\n\n((?:\|[^\n]*\n)+)", SQL, flags=re.DOTALL)
"""(question, " reviews" where the sample has none of what it asks for, SQL, table of the first lines of the answer)."""
RATED = """title,ratings,decision
One,"8, 8, 7",Accept (Oral)
Two,"8, 7, 7",Reject
Three,"7, 7, 6",Accept (Poster)
Four,"6, 7, 6",Accept (Poster)
Five,"4, 3, 5",Reject
"""


@pytest.fixture(scope="module")
def reviews_db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rated")
    (folder / "rated.csv").write_text(RATED)
    (folder / "catalog.yml").write_text(
        "title: Rated\nsources:\n  - {kind: table, file: rated.csv, venue: {venue_id: v, name: V 2019, year: 2019, kind: conference}}\n"
    )
    built = run_build(folder / "catalog.yml", "--data", folder, "--db", folder / "papers.db", "--cache", folder / "cache")
    assert built.returncode == 0, built.stderr
    return folder / "papers.db"


def test_the_drawing_shows_the_tables_as_they_are():
    checked = subprocess.run(
        [sys.executable, "docs/draw_schema.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_every_block_of_sql_belongs_to_a_question_with_an_answer():
    assert (
        len(QUESTIONS)
        == len(re.findall(r"^```sql", SQL, flags=re.MULTILINE))
        == len(re.findall(r"^### \d+\.", SQL, re.MULTILINE))
    )


def to_cell(value):
    return "" if value is None else " ".join(str(value).split()).replace("|", "\\|")


@pytest.mark.parametrize(("question", "reviews", "sql", "shown"), QUESTIONS, ids=[question[0] for question in QUESTIONS])
def test_the_answer_begins_as_the_documentation_shows(question, reviews, sql, shown, sample_db, request):
    db = sqlite3.connect(request.getfixturevalue("reviews_db") if reviews else sample_db)
    cursor = db.execute(sql)
    names = [column[0] for column in cursor.description]
    rows = [list(map(to_cell, row)) for row in cursor]
    db.close()
    lines = [re.split(r" (?<!\\)\| ", line.removeprefix("| ").removesuffix(" |")) for line in shown.splitlines()]
    expected = [names, ["---"] * len(names), *rows[: len(lines) - 2]]
    assert len(lines) > 2
    assert lines[:1] + lines[2:] == expected[:1] + expected[2:], "the table in docs/sql.md would be:\n" + "\n".join(
        f"| {' | '.join(row)} |" for row in expected
    )


@pytest.mark.parametrize("sql", [sql for _, reviews, sql, _ in QUESTIONS if not reviews])
def test_the_site_answers_the_same_within_its_limits(sql, sample_db, sample_site):
    answer = sample_site.get("/papers.json", params={"sql": sql, "_shape": "arrays"}).json()
    assert (answer["ok"], answer["truncated"]) == (True, False)
    db = sqlite3.connect(sample_db)
    assert answer["rows"] == [list(row) for row in db.execute(sql)]
    db.close()
