"""Which files a build may replace: those of its own catalog, unless --replace is given."""

import os
import sqlite3
from pathlib import Path

import pytest

from papersette.catalogs.catalog import Catalog
from papersette.database.replacement import check_replaceable, to_catalog_path
from papersette.errors import UserError


def make_database(path, catalog, title):
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as conn:
        conn.execute("create table builds (build_id integer primary key, catalog text, title text)")
        conn.execute("insert into builds (catalog, title) values ('x/first.yml', 'Of old')")
        conn.execute("insert into builds (catalog, title) values (?, ?)", (catalog, title))
    return path


def make_catalog(path, title):
    return Catalog(path=path, title=title, sources=())


def check(database, catalog_path, title):
    check_replaceable(database, make_catalog(catalog_path, title))


def test_its_own_catalog_may_replace_a_database_also_with_a_new_title(tmp_path):
    database = make_database(tmp_path / "papers.db", "catalogs/mine.yml", "Mine")
    check(database, tmp_path / "catalogs" / "mine.yml", "Mine")
    check(database, tmp_path / "catalogs" / "mine.yml", "Mine, second edition")


def test_another_working_directory_does_not_block_a_rebuild(tmp_path, monkeypatch):
    make_database(tmp_path / "site" / "papers.db", "catalogs/mine.yml", "Mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    check(Path("../site/papers.db"), Path("../site/catalogs/mine.yml"), "Edited")


def test_a_renamed_folder_does_not_block_a_rebuild(tmp_path):
    inside = make_database(tmp_path / "old" / "papers.db", "catalogs/mine.yml", "Mine")
    (tmp_path / "old").rename(tmp_path / "new")
    check(tmp_path / "new" / inside.name, tmp_path / "new" / "catalogs" / "mine.yml", "Edited")
    outside = make_database(tmp_path / "papers.db", "/gone/catalogs/mine.yml", "Mine")
    check(outside, tmp_path / "new" / "mine.yml", "Mine")


@pytest.mark.parametrize(
    ("path", "title"),
    [("catalogs/sample.yml", "Sample"), ("catalogs/sample.yml", "Mine"), ("mine.yml", "Sample")],
)
def test_another_catalog_is_refused_with_the_remedy(tmp_path, path, title):
    database = make_database(tmp_path / "papers.db", "catalogs/mine.yml", "Mine")
    with pytest.raises(UserError, match=r"catalogs/mine\.yml \(“Mine”\); add --replace"):
        check(database, tmp_path / path, title)


@pytest.mark.parametrize("content", [b"Dear diary", b"SQLite format 3\0" + b"\0" * 84])
def test_a_file_that_is_no_database_is_refused(tmp_path, content):
    (tmp_path / "papers.db").write_bytes(content)
    with pytest.raises(UserError, match="is not a database made by Papersette; add --replace"):
        check(tmp_path / "papers.db", tmp_path / "mine.yml", "Mine")


def test_a_database_of_another_program_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "papers.db") as conn:
        conn.execute("create table letters (text)")
    with pytest.raises(UserError, match="is not a database made by Papersette"):
        check(tmp_path / "papers.db", tmp_path / "mine.yml", "Mine")


def test_a_missing_or_empty_file_may_be_made(tmp_path):
    check(tmp_path / "papers.db", tmp_path / "mine.yml", "Mine")
    (tmp_path / "papers.db").touch()
    check(tmp_path / "papers.db", tmp_path / "mine.yml", "Mine")


def test_a_catalog_below_the_database_is_recorded_by_its_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    absolute = tmp_path / "catalogs" / "mine.yml"
    for database in (Path("papers.db"), tmp_path / "papers.db"):
        assert to_catalog_path(absolute, database) == "catalogs/mine.yml"
        assert to_catalog_path(Path("catalogs/mine.yml"), database) == "catalogs/mine.yml"
    outside = Path(os.path.relpath(absolute.parent)) / "mine.yml"
    assert to_catalog_path(outside, tmp_path / "db" / "papers.db") == "catalogs/mine.yml"
    assert to_catalog_path(absolute, tmp_path / "db" / "papers.db") == absolute.as_posix()
