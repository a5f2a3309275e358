"""A database of other code is refused with the remedy, by the server and by commands."""

import asyncio
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from conftest import ROOT
from datasette.app import Datasette

from papersette.__main__ import main as search
from papersette.readers.__main__ import main as readers
from papersette.schema_version import SCHEMA_VERSION, check_version
from papersette.site.datasette_seam import StartupError


@pytest.fixture
def old_db(sample_db, tmp_path):
    """The sample as an older version of Papersette would have built it."""
    path = tmp_path / "papers.db"
    shutil.copy(sample_db, path)
    with closing(sqlite3.connect(path)) as conn:
        conn.execute(f"pragma user_version = {SCHEMA_VERSION - 1}")
    return path


REMEDY = "was built by an older version of Papersette, with other tables; build it again"


def test_a_build_has_the_version_of_its_tables(sample_db):
    check_version(sample_db)


def test_a_server_does_not_start_with_it(old_db):
    async def start():
        await Datasette([str(old_db)], plugins_dir=str(ROOT / "plugins")).invoke_startup()

    with ThreadPoolExecutor(1) as thread, pytest.raises(StartupError, match=REMEDY):
        thread.submit(asyncio.run, start()).result()


def test_commands_refuse_it(old_db, capsys, tmp_path):
    assert search(["search", "noise", "--db", str(old_db)]) != 0
    assert REMEDY in capsys.readouterr().err
    sqlite3.connect(tmp_path / "readers.db").close()
    paths = ["--db", str(old_db), "--readers", str(tmp_path / "readers.db")]
    more = ["--to", str(tmp_path / "out"), "--url", "https://papers.example.org"]
    assert readers(["digest", *paths, *more]) == 1
    assert REMEDY in capsys.readouterr().err


def test_another_database_has_no_version_to_check(tmp_path):
    sqlite3.connect(tmp_path / "other.db").execute("create table t (a)").connection.close()
    check_version(tmp_path / "other.db")
