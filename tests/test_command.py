"""python -m papersette search: the engine of the site without a server."""

import json
import shutil

import pytest

from papersette.__main__ import main


@pytest.fixture
def run(capsys, sample_db):
    def run(*arguments, db=sample_db):
        code = main(["search", *arguments, "--db", str(db)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_results_are_text_with_passages_and_addresses(run):
    code, text, _ = run("noise", "--size", "2")
    assert code == 0
    assert text.startswith("# 18 papers for: noise\n")
    assert "#page=" in text
    assert "Shown: 1 to 2 of 18." in text


def test_json_has_the_results_and_the_receipt_of_the_site(run, sample_site):
    _, text, _ = run("noise", "--json", "--size", "15")
    found = json.loads(text)
    served = sample_site.get("/papers/search.json?q=noise&receipt=1").json()
    assert found["receipt"] == served["receipt"]
    assert [row["paper_id"] for row in found["rows"]] == [r["paper_id"] for r in served["rows"]]
    columns = list(served["rows"][0])
    scores = columns[columns.index("score") : columns.index("without") + 1]
    paper = {"title", "authors", "year", "venue", "url", "pdf_url", "rank"}
    assert {*scores, "found_versions", "explanation", *paper} <= set(found["rows"][0])


def test_nothing_found_is_no_error(run):
    code, text, _ = run("zzyzx")
    assert code == 0
    assert "Nothing found." in text


def test_a_missing_index_is_made(run, sample_db, tmp_path):
    copy = tmp_path / "papers.db"
    shutil.copy(sample_db, copy)
    code, text, said = run("noise", db=copy)
    assert (code, "making the search index" in said) == (0, True)
    assert "# 18 papers" in text
    assert run("noise", db=copy)[2] == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "does not exist; build it"), (b"no database" * 100, "is not a database of Papersette")],
)
def test_what_cannot_be_searched_is_said(content, said, run, tmp_path):
    path = tmp_path / "papers.db"
    if content:
        path.write_bytes(content)
    code, text, error = run("noise", db=path)
    assert (code, text) == (1, "")
    assert said in error


def test_too_many_results_are_refused(run):
    code, _, error = run("noise", "--size", "1000")
    assert code == 1
    assert "size must be from 1 to 20" in error
