"""Rules of the code base: imports point one way, everything is described, no file is large."""

import ast
import hashlib
import re
import sqlite3
import subprocess
from pathlib import Path

import pytest
from conftest import METADATA, ROOT

from papersette.database.schema import PAGES_PER_PAPER, SCHEMA
from papersette.schema_version import SCHEMA_VERSION
from papersette.search.corpus import FACETS

LEAVES = (
    "__version__ records errors text names progress files list_headings loading markup stopping "
    "system cache workers schema_version sentences plugin_settings languages"
)
MAY_IMPORT = {
    "papersette/records.py": "",
    "papersette/errors.py": "",
    "papersette/loading.py": "errors yaml_mistakes",
    "papersette/yaml_mistakes.py": "",
    "papersette/markup.py": "loading",
    "papersette/list_headings.py": "",
    "papersette/text.py": "",
    "papersette/sentences.py": "",
    "papersette/names.py": "text",
    "papersette/progress.py": "",
    "papersette/files.py": "",
    "papersette/schema_version.py": "errors files",
    "papersette/site_metadata.py": "errors loading",
    "papersette/plugin_settings.py": "",
    "papersette/stopping.py": "",
    "papersette/system.py": "",
    "papersette/cache.py": "files",
    "papersette/workers.py": "stopping system",
    "papersette/cluster.py": "cache errors workers",
    "papersette/meaning": f"{LEAVES} meaning",
    "papersette/sources": f"{LEAVES} meaning sources",
    "papersette/fulltext": f"{LEAVES} fulltext",
    "papersette/knowledge": f"{LEAVES} knowledge",
    "papersette/mathematics.py": "",
    "papersette/languages.py": "",
    "papersette/translations.py": "languages",
    "papersette/printed": f"{LEAVES} search printed",
    "papersette/readers": f"{LEAVES} exports readers search site_metadata sources translations",
    "papersette/exports": f"{LEAVES} exports",
    "papersette/search": f"{LEAVES} meaning search",
    "papersette/prose": f"{LEAVES} meaning search prose",
    "papersette/catalogs": f"{LEAVES} yaml_mistakes catalogs meaning sources",
    "papersette/ingest": f"{LEAVES} catalogs sources fulltext knowledge ingest",
    "papersette/database": f"{LEAVES} catalogs fulltext knowledge search database",
    "papersette/agents": f"{LEAVES} exports search agents",
    "papersette/site": f"{LEAVES} catalogs exports prose search printed readers agents site",
    "papersette/proposals": f"{LEAVES} catalogs database fulltext ingest proposals sources",
    "papersette/__main__.py": f"{LEAVES} search agents",
    "papersette/options.py": "cache fulltext",
    "papersette/extraction.py": "catalogs database errors fulltext progress workers",
    "papersette/preloaded.py": "database fulltext knowledge",
    "papersette/commands.py": "build database proposals site stopping",
    "papersette/build.py": f"{LEAVES} cluster extraction options catalogs proposals sources ingest "
    "fulltext knowledge meaning database search site_metadata",
    "plugins": f"{LEAVES} catalogs mathematics search printed readers exports agents site "
    "translations",
}
"""The modules and packages of papersette that each file or package may import."""


def own_imports(path: Path) -> set[str]:
    """Return the modules of papersette that a file imports."""
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
    assert files
    allowed = {f"papersette.{name}" for name in MAY_IMPORT[path].split()}
    for file in files:
        found = {
            ".".join(name.split(".")[:2]) for name in own_imports(file) if name != "papersette"
        }
        assert not found - allowed, f"{file.relative_to(ROOT)} imports {found - allowed}"


def test_the_import_rules_cover_every_module():
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


def read_schema(sql):
    conn = sqlite3.connect(":memory:")
    conn.executescript(SCHEMA)
    found = conn.execute(sql).fetchall()
    conn.close()
    return found


COLUMNS = {
    table: columns.split()
    for table, columns in read_schema(
        "select tables.name, group_concat(columns.name, ' ') "
        "from sqlite_master as tables join pragma_table_info(tables.name) as columns "
        "where tables.type in ('table', 'view') group by tables.name"
    )
}
"""Columns of each table and view, in order."""
REFERENCED = {
    table
    for (table,) in read_schema(
        'select keys."table" from sqlite_master as tables '
        "join pragma_foreign_key_list(tables.name) as keys where tables.type = 'table'"
    )
}
"""Tables that foreign keys refer to."""


@pytest.mark.parametrize(("table", "columns"), COLUMNS.items())
def test_every_table_and_column_is_described(table, columns):
    described = METADATA["tables"][table]
    assert described["description"]
    assert list(described["columns"]) == columns
    assert all(described["columns"].values())


def test_only_existing_tables_are_described():
    assert set(METADATA["tables"]) == set(COLUMNS)


def test_every_table_that_a_foreign_key_refers_to_has_a_label():
    assert "papers" in REFERENCED
    labels = {table: METADATA["tables"][table].get("label_column") for table in REFERENCED}
    assert [table for table, label in labels.items() if label not in COLUMNS[table]] == []


@pytest.mark.parametrize("name", METADATA["queries"])
def test_every_canned_query_has_a_title_and_a_description(name):
    query = METADATA["queries"][name]
    assert query["title"]
    assert query["description"].endswith(".") or query["description"].endswith('".')


def test_no_canned_query_computes_page_ids():
    numbers = {str(PAGES_PER_PAPER), str(PAGES_PER_PAPER - 1)}
    computing = {
        name
        for name, query in METADATA["queries"].items()
        if numbers & set(re.findall(r"\d+", query["sql"]))
    }
    assert computing == set()


def test_searches_ask_the_engine_and_match_no_papers_in_sql():
    for name in ("search", "search_facets", "map_of_papers"):
        sql = METADATA["queries"][name]["sql"]
        assert re.search(r"\b(search|search_facets|search_numbers)\(json_object\(", sql), name
        assert "_fts" not in sql


def test_a_search_passes_every_parameter_to_the_engine():
    for name in ("search", "search_facets", "map_of_papers"):
        query = METADATA["queries"][name]
        assert re.findall(r"'(\w+)', :\1\b", query["sql"]) == query["params"]
        assert set(FACETS) <= set(query["params"])


def test_metadata_is_under_70_kilobytes():
    assert (ROOT / "metadata.yml").stat().st_size < 70_000


def tracked() -> list[Path]:
    """Return the files that git tracks; skips the test outside a git repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git repository")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    files = [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    assert ROOT / "metadata.yml" in files
    return files


def test_the_schema_version_changes_with_the_tables():
    pragma, _, tables = SCHEMA.partition("create index")[0].strip().partition("\n")
    assert pragma == f"pragma user_version = {SCHEMA_VERSION}; -- SCHEMA_VERSION"
    digest = hashlib.sha256(" ".join(tables.split()).encode()).hexdigest()[:16]
    assert (SCHEMA_VERSION, digest) == (3, "56d0504a82bd8590"), (
        "increase SCHEMA_VERSION for other tables"
    )


def test_no_file_of_the_repository_is_large():
    assert not [path.name for path in tracked() if path.stat().st_size > 1_000_000]


def test_the_pdfs_of_the_sample_stay_under_4_megabytes():
    sizes = [path.stat().st_size for path in (ROOT / "data/sample/pdf").rglob("*.pdf")]
    assert 0 < sum(sizes) < 4_000_000


def test_the_weights_of_the_ranking_are_in_one_module():
    ranking = ROOT / "papersette/search/ranking.py"
    tuned = re.compile(r"bm25|_(?:WEIGHT|BONUS|POWER)\s*=")
    assert tuned.search(ranking.read_text())
    for path in [
        *(ROOT / "papersette/search").rglob("*.py"),
        *(ROOT / "papersette/site").rglob("*.py"),
        *(ROOT / "plugins").glob("*.py"),
    ]:
        assert path == ranking or not tuned.search(path.read_text()), path
