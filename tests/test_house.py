"""The house rules that a machine can hold: imports point one way, everything is described, nothing foreign is tracked."""

import ast
import sqlite3
import subprocess
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from papersette import schema as shape

METADATA = yaml.safe_load((ROOT / "metadata.yml").read_text())["databases"]["papers"]
RECORDS = {"papersette.records", "papersette.problems", "papersette.keys"}
MAY_IMPORT = {
    "papersette/records.py": set(),
    "papersette/problems.py": set(),
    "papersette/keys.py": set(),
    "papersette/search.py": {"papersette.keys"},
    "papersette/counting.py": set(),
    "papersette/canned.py": set(),
    "papersette/progress.py": set(),
    "papersette/schema.py": set(),
    "papersette/sources": RECORDS | {"papersette.sources"},
    "papersette/fulltext": {"papersette.fulltext"},
    "papersette/knowledge": RECORDS | {"papersette.knowledge"},
    "papersette/facts.py": {"papersette.keys", "papersette.knowledge"},
    "papersette/questions.py": {"papersette.problems"},
    "papersette/evaluation.py": {"papersette.canned", "papersette.questions"},
    "papersette/catalog.py": RECORDS | {"papersette.questions", "papersette.sources"},
    "papersette/matching.py": RECORDS | {"papersette.fulltext"},
    "papersette/merging.py": RECORDS,
    "papersette/history.py": set(),
    "papersette/fetch.py": {"papersette"},
    "papersette/grouping.py": RECORDS | {"papersette.catalog", "papersette.knowledge"},
    "papersette/collect.py": RECORDS
    | {
        "papersette.fulltext",
        "papersette.matching",
        "papersette.merging",
        "papersette.catalog",
        "papersette.knowledge",
        "papersette.fetch",
    },
    "papersette/database.py": RECORDS
    | {
        "papersette",
        "papersette.catalog",
        "papersette.collect",
        "papersette.fulltext",
        "papersette.history",
        "papersette.knowledge",
        "papersette.merging",
        "papersette.schema",
    },
    "papersette/facets.py": {"papersette.counting", "papersette.keys"},
    "papersette/garbled.py": {"papersette.problems", "papersette.schema"},
    "papersette/exporting": {"papersette.exporting"},
    "plugins": {"papersette.search", "papersette.canned", "papersette.counting", "papersette.exporting"},
}
"""Room -> what of this project it may import; docs/design.md draws it."""


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "papersette" else {node.module}
    return {name for name in found if name.split(".")[0] == "papersette"}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room):
    files = [ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py"))
    allowed = MAY_IMPORT[room]
    for path in files:
        wrong = {name for name in imports(path) if not any(name == a or name.startswith(a + ".") for a in allowed)}
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_every_module_of_the_package_has_its_rule_of_imports():
    for path in (ROOT / "papersette").glob("*.py"):
        assert path.name == "__init__.py" or f"papersette/{path.name}" in MAY_IMPORT


def described(name):
    return METADATA["tables"].get(name, {})


def schema():
    conn = sqlite3.connect(":memory:")
    conn.executescript(shape.SCHEMA)
    names = [row[0] for row in conn.execute("select name from sqlite_master where type in ('table', 'view')")]
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
    searches = [METADATA["queries"][name]["sql"] for name in ("search", "search_facets", "map_of_papers")]
    assert len({sql[: sql.index("select number, null, null from allowed")] for sql in searches}) == 1


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_no_file_of_the_repository_is_large():
    assert not [path.name for path in tracked() if path.stat().st_size > 1_000_000]


def test_the_pdfs_of_the_sample_stay_under_4_megabytes():
    assert sum(path.stat().st_size for path in (ROOT / "data/sample/pdf").rglob("*.pdf")) < 4_000_000


def test_ranking_is_in_metadata_alone():
    for path in [*(ROOT / "papersette").rglob("*.py"), *(ROOT / "plugins").glob("*.py"), *(ROOT / "templates").glob("*.html")]:
        assert "bm25" not in path.read_text(), path
