"""The house rules that a machine can hold: imports point one way, everything is described, nothing foreign is tracked."""

import ast
import sqlite3
import subprocess
from pathlib import Path

import pytest
from conftest import METADATA, ROOT

from papersette.database import schema as shape

LEAVES = "records errors text names progress"
MAY_IMPORT = {
    "papersette/records.py": "",
    "papersette/errors.py": "",
    "papersette/text.py": "",
    "papersette/names.py": "text",
    "papersette/progress.py": "",
    "papersette/sources": f"{LEAVES} sources",
    "papersette/fulltext": f"{LEAVES} fulltext",
    "papersette/knowledge": f"{LEAVES} knowledge",
    "papersette/exports": f"{LEAVES} exports",
    "papersette/search": f"{LEAVES} search",
    "papersette/catalog.py": f"{LEAVES} sources",
    "papersette/ingest": f"{LEAVES} catalog sources fulltext knowledge ingest",
    "papersette/database": f"{LEAVES} catalog fulltext knowledge search database",
    "papersette/site": f"{LEAVES} search site",
    "papersette/build.py": f"{LEAVES} catalog sources ingest fulltext database search site",
    "plugins": f"{LEAVES} search exports site",
}
"""File or package -> the modules and packages of papersette that it may import."""


def imports(path: Path) -> set[str]:
    return {name for name in all_imports(path) if name.split(".")[0] == "papersette"}


def all_imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "papersette"
                else {node.module}
            )
    return found


@pytest.mark.parametrize("path", MAY_IMPORT)
def test_imports_point_one_way(path):
    files = [ROOT / path] if path.endswith(".py") else sorted((ROOT / path).rglob("*.py"))
    allowed = {f"papersette.{name}" for name in MAY_IMPORT[path].split()}
    for file in files:
        found = {".".join(name.split(".")[:2]) for name in imports(file) if name != "papersette"}
        assert not found - allowed, f"{file.relative_to(ROOT)} imports {found - allowed}"


def test_every_module_of_the_package_is_in_the_table_of_imports():
    modules = {
        f"papersette/{path.name}"
        for path in (ROOT / "papersette").iterdir()
        if path.suffix == ".py" or path.is_dir()
    }
    assert modules - {"papersette/__init__.py", "papersette/__pycache__"} <= MAY_IMPORT.keys()


def test_only_the_site_and_the_plugins_import_datasette():
    for path in (ROOT / "papersette").rglob("*.py"):
        if path.parent.name != "site":
            assert "datasette" not in {module.split(".")[0] for module in all_imports(path)}, path


def described(name):
    return METADATA["tables"].get(name, {})


def schema():
    conn = sqlite3.connect(":memory:")
    conn.executescript(shape.SCHEMA)
    names = [
        row[0]
        for row in conn.execute("select name from sqlite_master where type in ('table', 'view')")
    ]
    return {name: [row[1] for row in conn.execute(f"pragma table_info({name})")] for name in names}


@pytest.mark.parametrize(("table", "columns"), schema().items())
def test_every_table_and_column_is_described(table, columns):
    assert described(table).get("description")
    assert list(described(table).get("columns", {})) == columns


def test_nothing_is_described_that_is_not_there():
    assert set(METADATA["tables"]) == set(schema())


@pytest.mark.parametrize("name", METADATA["queries"])
def test_every_canned_query_has_a_title_and_a_description(name):
    query = METADATA["queries"][name]
    assert query["title"]
    assert query["description"].endswith(".") or query["description"].endswith('".')


def test_search_its_counts_and_the_map_find_papers_by_the_same_sql():
    searches = [
        METADATA["queries"][name]["sql"] for name in ("search", "search_facets", "map_of_papers")
    ]
    assert (
        len({sql[: sql.index("select number, null, null from allowed")] for sql in searches}) == 1
    )


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_no_file_of_the_repository_is_large():
    assert not [path.name for path in tracked() if path.stat().st_size > 1_000_000]


def test_the_pdfs_of_the_sample_stay_under_4_megabytes():
    assert (
        sum(path.stat().st_size for path in (ROOT / "data/sample/pdf").rglob("*.pdf")) < 4_000_000
    )


def test_ranking_is_in_metadata_alone():
    for path in [
        *(ROOT / "papersette").rglob("*.py"),
        *(ROOT / "plugins").glob("*.py"),
        *(ROOT / "templates").glob("*.html"),
    ]:
        assert "bm25" not in path.read_text(), path
