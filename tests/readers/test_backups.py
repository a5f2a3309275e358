"""Backups of readers.db in use, and their restoration."""

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from papersette.errors import UserError
from papersette.readers import backups, papers
from papersette.readers.__main__ import main
from papersette.readers.store import Store


def write(store, *names):
    with store.write() as conn:
        for name in names:
            papers.remember(conn, name, "A paper")


def names_of(path):
    with closing(sqlite3.connect(path)) as conn:
        return {name for (name,) in conn.execute("select paper_id from papers")}


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "readers" / "readers.db")
    write(opened, "a", "b")
    yield opened
    opened.close()


def test_a_backup_of_a_store_in_use_has_all_that_was_written_and_is_one_file(store, tmp_path):
    (tmp_path / "backups").mkdir()
    found = backups.back_up(store.path, tmp_path / "backups")
    assert names_of(found) == {"a", "b"}
    assert [path.name for path in found.parent.iterdir()] == [found.name]
    assert found.stat().st_mode & 0o077 == 0
    write(store, "c")
    assert names_of(found) == {"a", "b"}


def test_backups_while_others_write_are_whole_and_have_what_was_acknowledged_before(
    store, tmp_path
):
    done, stop = [], threading.Event()

    def run():
        while not stop.is_set():
            write(store, name := f"p{len(done)}")
            done.append(name)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        for number in range(5):
            before = {"a", "b", *done}
            found = backups.back_up(store.path, tmp_path / f"{number}.db")
            assert before <= names_of(found)
            backups.check(found)
    finally:
        stop.set()
        thread.join()
    assert names_of(store.path) == {"a", "b", *done}


def test_a_store_that_nobody_has_open_is_backed_up(store, tmp_path):
    store.close()
    assert names_of(backups.back_up(store.path, tmp_path / "b.db")) == {"a", "b"}


def test_a_backup_overwrites_only_if_asked(store, tmp_path):
    backups.back_up(store.path, tmp_path / "b.db")
    write(store, "c")
    with pytest.raises(UserError, match=r"b\.db: exists; name another file, or give --overwrite"):
        backups.back_up(store.path, tmp_path / "b.db")
    assert names_of(tmp_path / "b.db") == {"a", "b"}
    backups.back_up(store.path, tmp_path / "b.db", overwrite=True)
    assert names_of(tmp_path / "b.db") == {"a", "b", "c"}


def test_a_damaged_store_is_no_backup_and_leaves_no_file(store, tmp_path):
    write(store, *(f"p{n}" for n in range(2000)))
    store.close()
    damage(store.path)
    with pytest.raises(UserError, match=r"readers\.db: (is damaged|cannot be copied)"):
        backups.back_up(store.path, tmp_path / "b.db")
    assert not list(tmp_path.glob("*b.db*"))


def damage(path):
    """Overwrite pages in the middle of a database."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 8192)


def test_a_backup_is_restored_where_nothing_is(store, tmp_path):
    found = backups.back_up(store.path, tmp_path / "b.db")
    assert backups.restore(found, tmp_path / "new" / "readers.db") is None
    restored = Store(tmp_path / "new" / "readers.db")
    write(restored, "c")
    restored.close()
    assert names_of(tmp_path / "new" / "readers.db") == {"a", "b", "c"}
    assert names_of(found) == {"a", "b"}


def test_a_restore_overwrites_only_if_asked_and_keeps_what_was_there(store, tmp_path):
    found = backups.back_up(store.path, tmp_path / "b.db")
    write(store, "c")
    store.close()
    with pytest.raises(UserError, match="give --overwrite to replace it"):
        backups.restore(found, store.path)
    assert names_of(store.path) == {"a", "b", "c"}
    kept = backups.restore(found, store.path, overwrite=True)
    assert names_of(store.path) == {"a", "b"}
    assert names_of(kept) == {"a", "b", "c"}


def test_a_store_in_use_is_not_replaced(store, tmp_path):
    found = backups.back_up(store.path, tmp_path / "b.db")
    write(store, "c")
    with pytest.raises(UserError, match=r"readers\.db: is in use; stop the server first"):
        backups.restore(found, store.path, overwrite=True)
    write(store, "d")
    store.close()
    assert names_of(store.path) == {"a", "b", "c", "d"}


KILLED = """
import os, signal, sys
from pathlib import Path
from papersette.readers import papers
from papersette.readers.store import Store
with Store(Path(sys.argv[1])).write() as conn:
    papers.remember(conn, "killed", "A paper")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_server_left_in_its_log_is_kept_and_not_mixed_with_the_backup(
    store, tmp_path
):
    found = backups.back_up(store.path, tmp_path / "b.db")
    store.close()
    died = subprocess.run([sys.executable, "-c", KILLED, str(store.path)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert store.path.with_name("readers.db-wal").stat().st_size > 0
    kept = backups.restore(found, store.path, overwrite=True)
    assert names_of(store.path) == {"a", "b"}
    assert names_of(kept) == {"a", "b", "killed"}


def test_a_damaged_store_is_replaced_by_its_backup(store, tmp_path):
    write(store, *(f"p{n}" for n in range(2000)))
    found = backups.back_up(store.path, tmp_path / "b.db")
    store.close()
    damage(store.path)
    broken = store.path.read_bytes()
    kept = backups.restore(found, store.path, overwrite=True)
    assert len(names_of(store.path)) == 2002
    assert kept.read_bytes()[4096:] == broken[4096:]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"no database at all, but long enough to be read as one" * 99,
            "or no database of readers",
        ),
        (b"", "or no database of readers"),
    ],
)
def test_what_is_no_backup_replaces_nothing(store, tmp_path, content, message):
    store.close()
    (tmp_path / "b.db").write_bytes(content)
    with pytest.raises(UserError, match=message):
        backups.restore(tmp_path / "b.db", store.path, overwrite=True)
    assert names_of(store.path) == {"a", "b"}


def test_a_damaged_backup_and_one_of_a_newer_release_replace_nothing(store, tmp_path):
    write(store, *(f"p{n}" for n in range(2000)))
    found = backups.back_up(store.path, tmp_path / "b.db")
    newer = backups.back_up(store.path, tmp_path / "newer.db")
    store.close()
    damage(found)
    with pytest.raises(UserError, match=r"b\.db: is damaged"):
        backups.restore(found, store.path, overwrite=True)
    with closing(sqlite3.connect(newer)) as conn:
        conn.execute("insert into migrations values (99, 'later', '2030')")
        conn.commit()
    with pytest.raises(UserError, match="has version 99, but this release knows 1 to"):
        backups.restore(newer, store.path, overwrite=True)
    assert len(names_of(store.path)) == 2002


def test_the_commands_back_up_and_restore_and_report_mistakes(store, tmp_path, capsys):
    backup = str(tmp_path / "b.db")
    assert main(["backup", "--readers", str(store.path), "--to", backup]) == 0
    assert capsys.readouterr().out.strip() == backup
    assert main(["restore", backup, "--readers", str(store.path), "--overwrite"]) == 1
    assert "is in use" in capsys.readouterr().err
    store.close()
    assert main(["restore", backup, "--readers", str(store.path), "--overwrite"]) == 0
    assert "restored; the file before is" in capsys.readouterr().out
    missing = str(tmp_path / "none.db")
    assert main(["backup", "--readers", missing, "--to", str(tmp_path / "c.db")]) == 1
    assert "none.db" in capsys.readouterr().err
