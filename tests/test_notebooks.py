"""The notebooks run from top to bottom on the sample, and their saved output is clean."""

import os
import shutil
import sqlite3

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow

nbformat = pytest.importorskip(
    "nbformat", reason="needs nbformat: pip install -r requirements-dev.txt"
)
nbclient = pytest.importorskip(
    "nbclient", reason="needs nbclient: pip install -r requirements-dev.txt"
)


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's client, not ours
def test_the_notebook_runs_and_ends_in_a_sentence(path, sample_db, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "notebooks")]))
    shutil.copy(sample_db, tmp_path / "papers.db")
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert notebook.cells[-1].outputs[0].text.strip().endswith(".")
    prose = [cell.cell_type for cell in notebook.cells[:2]]
    assert prose == ["markdown", "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_saved_output_is_small_and_has_no_local_paths(path):
    text = path.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert str(ROOT) not in text
    assert "/tmp/" not in text
    assert all(
        cell.outputs == [] or cell.execution_count
        for cell in nbformat.reads(text, as_version=4).cells
        if "outputs" in cell
    )


def test_every_notebook_is_in_the_readme():
    assert NOTEBOOKS
    readme = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert all(path.name in readme for path in NOTEBOOKS)


@pytest.fixture
def helpers(monkeypatch):
    pytest.importorskip(
        "matplotlib", reason="needs matplotlib: pip install -r requirements-dev.txt"
    )
    monkeypatch.syspath_prepend(ROOT / "notebooks")
    return pytest.importorskip("helpers")


def test_a_notebook_cannot_write_to_the_database(helpers, sample_db):
    conn = helpers.connect(sample_db)
    assert (
        helpers.ask(
            conn, "select count(*) as papers from papers where year = :year", year=2019
        ).papers[0]
        > 0
    )
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        conn.execute("delete from papers")
    conn.close()


def test_the_error_for_a_missing_database_names_make_serve(helpers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(helpers, "ROOT", tmp_path)
    with pytest.raises(FileNotFoundError, match="make serve"):
        helpers.find_database()
