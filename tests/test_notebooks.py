"""The notebooks run from top to bottom on the sample."""

import os
import shutil

import pytest
from conftest import ROOT

nbformat = pytest.importorskip("nbformat", reason="needs nbformat: pip install -r requirements-dev.txt")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient: pip install -r requirements-dev.txt")


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's client, not ours
def test_the_notebook_runs_and_ends_in_a_sentence(path, sample_db, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "notebooks")]))
    shutil.copy(sample_db, tmp_path / "papers.db")
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert notebook.cells[-1].outputs[0].text.strip().endswith(".")
    prose = [cell.cell_type for cell in notebook.cells[:2]]
    assert prose == ["markdown", "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_keeps_is_small_and_names_no_machine(path):
    text = path.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert str(ROOT) not in text
    assert "/tmp/" not in text
    assert all(
        cell.outputs == [] or cell.execution_count for cell in nbformat.reads(text, as_version=4).cells if "outputs" in cell
    )


def test_every_notebook_is_in_the_readme():
    readme = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert all(path.name in readme for path in NOTEBOOKS)
