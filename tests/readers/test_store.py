"""The file readers.db: migrations from version 1, transactions, and writers that take turns."""

import sqlite3
import subprocess
import sys
import threading

import pytest

from papersette.errors import UserError
from papersette.readers import accounts, library, papers
from papersette.readers.store import Migration, Store, read_migrations


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "readers" / "readers.db")
    yield opened
    opened.close()


def test_migrations_are_numbered_from_1_without_gaps():
    numbers = [migration.number for migration in read_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


VERSION_1 = """
insert into readers values (1, 'alice', 'Alice', '2026-11-30T00:00:00Z');
insert into papers values ('p1', 'On noise', null);
insert into library values \
(1, 'p1', 'reading', 'a *note*', '2026-11-30T00:00:00Z', '2026-11-30T00:00:00Z');
insert into tags values (1, 'p1', 'to cite');
insert into ratings values ('p1', 1, 4, '2026-11-30T00:00:00Z');
insert into comments (paper_id, reader_id, text, created) \
values ('p1', 1, 'Yes', '2026-11-30T00:00:00Z');
insert into highlights values \
(1, 1, 'p1', 2, 'the noise', '8-0399bb71', 'the noise is', '', '2026-11-30T00:00:00Z');
insert into views values ('p1', '2026-11-30', 3);
"""


def test_a_file_of_version_1_keeps_all_rows_in_the_newest_version(tmp_path):
    first = next(iter(read_migrations()))
    path = tmp_path / "readers.db"
    Store(path, [first]).close()
    with sqlite3.connect(path) as conn:
        conn.executescript(VERSION_1)
        before = dump(conn)
    conn.close()
    Store(path).close()
    after = dump(conn := sqlite3.connect(path))
    newest = conn.execute("select max(number) from migrations").fetchone()[0]
    conn.close()
    assert newest == len(list(read_migrations()))
    for table, rows in before.items():
        width = len(rows[0]) if rows else 0
        assert [row[:width] for row in after[table]] == rows, table


def dump(conn):
    """Return the rows of each table that readers write."""
    names = (
        "select name from sqlite_master "
        "where type = 'table' and name not like 'sqlite_%' and name <> 'migrations'"
    )
    return {
        name: conn.execute(f"select * from {name}").fetchall()
        for (name,) in conn.execute(names).fetchall()
    }


NEXT = Migration(
    2, "colours", "create table colours (name text);\ninsert into colours values ('red');"
)
BROKEN = Migration(
    2, "broken", "create table colours (name text);\ninsert into nowhere values (1);"
)


def test_a_migration_is_applied_once_and_only_forward(tmp_path):
    (first, *_), path = read_migrations(), tmp_path / "readers.db"
    for _ in range(2):
        with (store := Store(path, [first, NEXT])).read() as conn:
            assert conn.execute("select count(*) from colours").fetchone()[0] == 1
        store.close()
    with pytest.raises(UserError, match=r"has version 2, but this release knows 1"):
        Store(path, [first])


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path):
    (first, *_), path = read_migrations(), tmp_path / "readers.db"
    Store(path, [first]).close()
    with pytest.raises(UserError, match="no such table: nowhere"):
        Store(path, [first, BROKEN])
    with (store := Store(path, [first])).read() as conn:
        assert (
            conn.execute("select name from sqlite_master where name = 'colours'").fetchall() == []
        )
    store.close()


def test_a_file_that_is_no_database_is_an_error_that_names_it(tmp_path):
    (tmp_path / "readers.db").write_text(
        "no database at all, but long enough to be read as one" * 9
    )
    with pytest.raises(UserError, match=r"readers\.db: cannot be opened"):
        Store(tmp_path / "readers.db")


def test_only_the_user_of_the_server_can_read_the_file(store):
    assert store.path.stat().st_mode & 0o077 == 0
    assert store.path.parent.stat().st_mode & 0o077 == 0


def test_a_transaction_that_fails_changes_nothing(store):
    def write():
        with store.write() as conn:
            papers.remember(conn, "p1", "On noise")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    with store.read() as conn:
        assert papers.list_ids(conn) == []


def test_a_connection_to_read_cannot_write(store):
    with store.read() as conn, pytest.raises(sqlite3.OperationalError, match="readonly"):
        papers.remember(conn, "p1", "On noise")


WRITER = """
import sys
from pathlib import Path
from papersette.readers import papers
from papersette.readers.store import Store
store = Store(Path(sys.argv[1]))
for n in range(50):
    with store.write() as conn:
        papers.remember(conn, f"{sys.argv[2]}-{n}", "A paper")
store.close()
"""


def test_writers_in_threads_and_processes_lose_nothing(store):
    def write(name):
        for n in range(50):
            with store.write() as conn:
                papers.remember(conn, f"{name}-{n}", "A paper")

    command = [sys.executable, "-c", WRITER, str(store.path)]
    processes = [subprocess.Popen([*command, name]) for name in ("c", "d")]
    threads = [threading.Thread(target=write, args=[name]) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait() for process in processes] == [0, 0]
    with store.read() as conn:
        assert set(papers.list_ids(conn)) == {f"{w}-{n}" for w in "abcd" for n in range(50)}


def test_papers_that_left_are_marked_with_what_refers_to_them_and_unmarked_when_back(store):
    with store.write() as conn:
        reader = accounts.ensure_reader(conn, "alice", "Alice")
        for name in ("p1", "p2"):
            papers.remember(conn, name, "Old title")
            library.save(conn, reader.reader_id, name, "read")
        assert papers.mark(conn, {"p2": "New title"}) == 1
        assert papers.mark(conn, {"p2": "New title"}) == 0
        gone, here = sorted(library.list_entries(conn, reader.reader_id), key=lambda e: e.paper_id)
        assert (bool(gone.gone), gone.title) == (True, "Old title")
        assert (here.gone, here.title) == (None, "New title")
        papers.mark(conn, {"p1": "Old title", "p2": "New title"})
        assert [entry.gone for entry in library.list_entries(conn, reader.reader_id)] == [None] * 2
