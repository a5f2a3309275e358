"""The notebooks run from top to bottom on the sample."""

import shutil

import pytest
from conftest import ROOT

nbformat = pytest.importorskip("nbformat", reason="needs nbformat: pip install -r requirements-dev.txt")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient: pip install -r requirements-dev.txt")


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's client, not ours
def test_the_notebook_runs_and_ends_in_a_sentence(path, sample_db, tmp_path):
    shutil.copy(sample_db, tmp_path / "papers.db")
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert notebook.cells[-1].outputs[0].text.strip().endswith(".")
    prose = [cell.cell_type for cell in notebook.cells[:2]]
    assert prose == ["markdown", "code"]
