"""The fingerprint of a build changes with everything that the result depends on."""

import ast
import shutil
import sys
from importlib import metadata

import pytest
from conftest import ROOT

from papersette.database import history

SITE_FILES = ["metadata.yml", "settings.json", "plugins/search.py"]
SHIPPED = sorted(
    path.relative_to(ROOT / "papersette").as_posix()
    for path in (ROOT / "papersette").rglob("*")
    if path.suffix not in {".py", ".pyc"} and path.is_file()
)


@pytest.fixture
def fingerprint(tmp_path, monkeypatch):
    """Return a function that gives the fingerprint of a copy of the package and the site."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "papersette", tmp_path / "papersette", ignore=ignore)
    for name in SITE_FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "paper.pdf").write_bytes(b"%PDF")
    monkeypatch.setattr(history, "PACKAGE", tmp_path / "papersette")
    return lambda inputs=("catalog",): history.to_fingerprint(
        inputs, [tmp_path / "paper.pdf"], tmp_path
    )


def test_the_package_ships_lists_beside_its_code():
    assert {"knowledge/acronyms.yml", "knowledge/datasets.yml"} <= set(SHIPPED)


@pytest.mark.parametrize(
    "name",
    [
        "paper.pdf",
        *SITE_FILES,
        *(f"papersette/{name}" for name in ["build.py", "search/query.py", *SHIPPED]),
    ],
)
def test_an_edited_file_gives_another_fingerprint(fingerprint, tmp_path, name):
    before = fingerprint()
    assert fingerprint() == before
    with (tmp_path / name).open("a", encoding="utf-8") as file:
        file.write("\n# edited\n")
    assert fingerprint() != before


@pytest.mark.parametrize("library", history.LIBRARIES)
def test_another_version_of_a_library_gives_another_fingerprint(fingerprint, monkeypatch, library):
    before = fingerprint()
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "999" if name == library else real(name))
    assert fingerprint() != before


def test_the_fingerprint_covers_every_library_that_computes_facts():
    computing = set()
    for folder in ("knowledge", "database", "search"):
        for path in (ROOT / "papersette" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    computing.add(node.module.split(".")[0])
                elif isinstance(node, ast.Import):
                    computing |= {alias.name.split(".")[0] for alias in node.names}
    computing -= {*sys.stdlib_module_names, "papersette"}
    distributions = metadata.packages_distributions()
    names = {distributions[module][0].lower().replace("_", "-") for module in computing}
    # These read a file or a table, find words or limit threads: others give the same rows.
    others = {"ahocorasick-rs", "pyyaml", "sqlite-utils", "threadpoolctl"}
    assert names - set(history.LIBRARIES) == others


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("sqlite3.sqlite_version", "3.99.0"),
        ("sys.version_info", type("Version", (), {"major": 3, "minor": 99})),
        ("papersette.fulltext.engines.VERSION", "another pdfium"),
    ],
)
def test_another_python_sqlite_or_pdf_engine_gives_another_fingerprint(
    fingerprint, monkeypatch, target, value
):
    before = fingerprint()
    monkeypatch.setattr(target, value)
    assert fingerprint() != before


def test_the_version_of_the_engines_names_pdfium_itself_and_pdfminer():
    pypdfium2 = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    version = history.to_versions()["engines"]
    assert str(pypdfium2.PDFIUM_INFO) in version
    assert metadata.version("pdfminer.six") in version


def test_compiled_files_do_not_change_the_fingerprint(fingerprint, tmp_path):
    before = fingerprint()
    (tmp_path / "papersette" / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "papersette" / "__pycache__" / "build.cpython-311.pyc").write_bytes(b"\0")
    assert fingerprint() == before


def test_other_inputs_give_another_fingerprint(fingerprint):
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
