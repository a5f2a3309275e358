"""Builds that end early: signals, kills, full disks, and other builds of the same file."""

import errno
import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest
from bad_pdfs import make_endless
from conftest import ROOT, build_catalog, build_here, make_pdf, replaced
from kills import ends

from papersette import stopping, system
from papersette.database import indexes, part_files, publish
from papersette.search import index
from papersette.workers import Outcome

pytestmark = pytest.mark.slow

CATALOG = """
title: Test
sources:
  - {kind: table, file: papers.csv, venue: {venue_id: v, name: V}}
"""


def rows(path, sql):
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def built(tmp_path):
    """A folder with a built database."""
    (tmp_path / "papers.csv").write_text("paper_id,title\na,First\nb,Second\n")
    assert build_catalog(tmp_path, CATALOG).returncode == 0
    return tmp_path


def is_whole(folder):
    database = folder / "papers.db"
    return publish.is_index_current(database) and publish.is_inspected(
        folder / "inspect-data.json", database
    )


def hidden(folder):
    return sorted(path.name for path in folder.glob(".*"))


# Parts and locks


def test_a_build_leaves_no_lock_and_no_part(built):
    assert is_whole(built)
    assert hidden(built) == []


LEFT = (
    ".papers.db.x0_abcde.part",
    ".papers.index.build.part/papers/meta.json",
    ".papers.index.old.part/manifest.json",
    ".inspect-data.json.papers.part",
    ".papers.db.lock",
)


@pytest.mark.parametrize("more", [(), ("--rebuild",)])
def test_the_next_build_removes_the_parts_of_one_that_was_killed(built, more):
    for name in LEFT:
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_text("half")
    others = (".other.db.x0_abcde.part", ".inspect-data.json.other.part", ".papers.index.part")
    for name in others:
        (built / name).write_text("of another build, or of a server that is indexing")
    assert build_catalog(built, CATALOG, *more).returncode == 0
    assert hidden(built) == sorted(others)


def test_an_old_part_of_a_server_is_removed(built):
    folder = built / ".papers.index.part"
    folder.mkdir()
    (folder / "meta.json").write_text("half")
    for path in (folder / "meta.json", folder):
        os.utime(path, (1e9, 1e9))
    assert build_catalog(built, CATALOG).returncode == 0
    assert hidden(built) == []


def test_an_old_part_of_the_cache_is_removed_and_a_new_one_is_kept(built):
    folder = built / "cache" / "ab"
    folder.mkdir(parents=True)
    for name in ("old.part", "new.part"):
        (folder / name).write_text("half")
    os.utime(folder / "old.part", (1e9, 1e9))
    assert build_catalog(built, CATALOG, "--rebuild").returncode == 0
    assert [path.name for path in folder.iterdir()] == ["new.part"]


def test_a_second_build_of_a_file_that_is_being_built_ends_and_removes_nothing(built):
    part = built / ".papers.db.x0_abcde.part"
    part.write_text("of the build that runs")
    with (built / ".papers.db.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        refused = build_catalog(built, CATALOG, "--rebuild")
    assert (refused.returncode, "another build is writing this file" in refused.stderr) == (1, True)
    assert part.exists()
    assert build_catalog(built, CATALOG, "--rebuild").returncode == 0
    assert not part.exists()


def test_a_file_system_without_locks_builds_and_removes_nothing(built, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    (built / ".papers.db.x0_abcde.part").write_text("of a build that may run")
    monkeypatch.setattr(fcntl, "flock", fail)
    assert build_catalog(built, CATALOG, "--rebuild").returncode == 0
    assert hidden(built) == [".papers.db.x0_abcde.part"]


def test_builds_of_two_files_in_one_folder_do_not_hinder_each_other(built):
    with part_files.lock(built / "papers.db"):
        other = build_here(built / "catalog.yml", "--data", built, "--db", built / "other.db")
    assert other.returncode == 0, other.stderr
    assert set(json.loads((built / "inspect-data.json").read_text())) == {"papers", "other"}


# Files that belong together


class Killed(BaseException):
    """Stands for SIGKILL, after which no handler runs."""


@pytest.mark.parametrize("step", ["the database", "the old index", "the index"])
def test_a_kill_between_the_renames_is_repaired_by_the_next_build(built, monkeypatch, step):
    (built / "papers.csv").write_text("paper_id,title\na,First\nc,Third\n")
    replace, rename = Path.replace, Path.rename

    def kill_after(done):
        if done == step:
            raise Killed

    def own_replace(self, target):
        replace(self, target)
        kill_after("the database" if Path(target).name == "papers.db" else "")

    def own_rename(self, target):
        rename(self, target)
        names = {Path(target).name: "the index", self.name: "the old index"}
        kill_after(names.get("papers.index", ""))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", own_replace)
        patch.setattr(Path, "rename", own_rename)
        with pytest.raises(Killed):
            build_catalog(built, CATALOG)
    assert not is_whole(built)
    again = build_catalog(built, CATALOG)
    assert (again.returncode, "nothing has changed" in again.stdout) == (0, True)
    assert is_whole(built)
    assert rows(built / "papers.db", "select paper_id from papers") == [("a",), ("c",)]
    assert hidden(built) == []


@pytest.mark.parametrize(
    "damage", ["no index", "a damaged index", "no inspection", "old inspection"]
)
def test_a_build_without_changes_repairs_what_belongs_to_the_database(built, damage):
    index_folder, inspection = built / "papers.index", built / "inspect-data.json"
    if damage == "no index":
        index_folder.rename(built / "elsewhere")
    elif damage == "a damaged index":
        (index_folder / "pages" / "meta.json").write_text("{")
    elif damage == "no inspection":
        inspection.unlink()
    else:
        inspection.write_text(replaced(inspection.read_text(), '"hash": "', '"hash": "0'))
    before = (built / "papers.db").read_bytes()
    again = build_catalog(built, CATALOG)
    assert (again.returncode, "nothing has changed" in again.stdout) == (0, True)
    assert is_whole(built)
    assert (built / "papers.db").read_bytes() == before
    assert index.is_current(built / "papers.db", index_folder)


# Signals


def start(folder, *options):
    (folder / "catalog.yml").write_text(CATALOG.replace("file: papers.csv,", FILES))
    command = [
        sys.executable,
        str(ROOT / "build_db.py"),
        "catalog.yml",
        "--data",
        ".",
        "--jobs",
        "2",
    ]
    return subprocess.Popen(
        [*command, "--db", "papers.db", "--cache", "cache", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


FILES = "file: papers.csv, files: pdfs,"


@pytest.fixture
def endless(tmp_path):
    """A folder whose build takes for ever in its workers, once two papers are read."""
    (tmp_path / "pdfs").mkdir()
    for number in range(2):
        make_pdf(tmp_path / "pdfs" / f"p{number}.pdf", [[f"Paper {number} on noise."]])
    for number in (2, 3):
        make_endless(tmp_path / "pdfs" / f"p{number}.pdf")
    (tmp_path / "papers.csv").write_text("paper_id\np0\np1\np2\np3\n")
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to_workers", [False, True])
def test_a_signal_ends_a_build_with_one_line_and_no_worker_survives(endless, number, to_workers):
    with start(endless) as process:
        while len(list((endless / "cache").rglob("*.gz"))) < 4 and process.poll() is None:
            time.sleep(0.02)
        (os.killpg if to_workers else os.kill)(process.pid, number)
        _, message = process.communicate(timeout=300)
    assert process.returncode == 128 + number, message
    assert message.splitlines() == ["reading sources: 1", "reading papers: 4", ENDED]
    assert ends(process.pid)
    assert hidden(endless) == []


ENDED = f"build_db.py: {stopping.MESSAGE}"


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.3, 0.7, 1.5, 2.5])
def test_ctrl_c_while_the_workers_start_ends_the_build_with_its_line(endless, delay):
    with start(endless) as process:
        assert process.stderr.readline() == "reading sources: 1\n"
        assert process.stderr.readline() == "reading papers: 4\n"
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGINT)
        _, message = process.communicate(timeout=300)
    assert process.returncode == 130
    assert message == f"{ENDED}\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_modules_are_imported_shows_one_line(tmp_path, number):
    program = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from papersette import stopping
def action():
    os.kill(os.getpid(), {int(number)})
    import papersette.build
    return 0
sys.exit(stopping.run(action, "stopped"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (128 + number, "stopped\n")


def test_a_signal_in_a_callback_of_sqlite_is_no_error_of_sqlite(tmp_path):
    program = f"""
import os, signal, sqlite3, sys
sys.path.insert(0, {str(ROOT)!r})
from papersette import stopping
def action():
    conn = sqlite3.connect(":memory:")
    conn.create_function("kill", 0, lambda: os.kill(os.getpid(), signal.SIGTERM))
    conn.execute("select kill()").fetchall()
    return 0
sys.exit(stopping.run(action, "stopped"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (143, "stopped\n")


def test_a_signal_during_the_renames_waits_until_they_are_done(tmp_path):
    program = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from papersette import stopping
def action():
    with stopping.deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        print("renamed", flush=True)
    print("not reached")
    return 0
sys.exit(stopping.run(action, "stopped"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "renamed\n", "stopped\n")


# Disks


def test_a_full_disk_ends_with_its_remedy_and_keeps_the_old_file(built, monkeypatch):
    before = (built / "papers.db").read_bytes()
    monkeypatch.setattr(publish, "FAST_PRAGMAS", publish.FAST_PRAGMAS + "pragma max_page_count=60;")
    ended = build_catalog(built, CATALOG, "--rebuild")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        f"build_db.py: {built / 'papers.db'} is not built: No space left on device; "
        "free some space, or name other folders with --db and --cache"
    )
    assert (built / "papers.db").read_bytes() == before
    assert is_whole(built)
    assert hidden(built) == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "full"), "No space left on device; free some space"),
        (ValueError("IoError: 'No space left on device (os error 28)'"), "No space left on device"),
        (OSError(errno.EIO, "broken"), "Input/output error"),
    ],
)
def test_an_index_that_cannot_be_written_keeps_the_old_file(built, monkeypatch, error, reason):
    class Failing(indexes.Workers):
        def start(self, function, job, seconds):
            (job[1] / "papers").mkdir()
            failed = Future()
            failed.set_exception(error)
            return Outcome(job, None, failed)

    before = (built / "papers.db").read_bytes()
    monkeypatch.setattr(indexes, "Workers", Failing)
    ended = build_catalog(built, CATALOG, "--rebuild")
    assert (ended.returncode, reason in ended.stderr, "Traceback" in ended.stderr) == (
        1,
        True,
        False,
    )
    assert (built / "papers.db").read_bytes() == before
    assert hidden(built) == []


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOENT])
def test_a_folder_that_cannot_be_written_is_named_with_the_remedy(built, monkeypatch, code):
    opened = Path.open

    def fail(self, *arguments, **options):
        if self.name == ".papers.db.lock":
            raise OSError(code, os.strerror(code), str(self))
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", fail)
    ended = build_catalog(built, CATALOG, "--rebuild")
    assert ended.returncode == 1
    assert os.strerror(code) in ended.stderr
    assert f"{built / 'papers.db'}: its folder cannot be written" in ended.stderr
    assert "writable for this user, or give another path with --db" in ended.stderr


def test_a_bug_is_no_error_of_the_system():
    assert system.to_reason(KeyError("x")) is None
    assert system.to_reason(sqlite3.OperationalError("no such table: x")) is None


# Locales


def test_a_build_reads_and_writes_utf8_under_any_locale(tmp_path):
    (tmp_path / "catalog.yml").write_text(
        CATALOG.replace("Test", "Café — العربية").replace("name: V", "name: Zürich"),
        encoding="utf-8",
    )
    (tmp_path / "papers.csv").write_text("paper_id,title\na,Über Bäume\nb,x,y\n", encoding="utf-8")
    command = [
        sys.executable,
        str(ROOT / "build_db.py"),
        "catalog.yml",
        "--data",
        ".",
        "--db",
        "papers.db",
    ]
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    for more in ([], ["--check"]):
        done = subprocess.run(
            [*command, *more],
            cwd=tmp_path,
            env=os.environ | locale,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert rows(tmp_path / "papers.db", "select title from papers") == [("Über Bäume",)]
    assert rows(tmp_path / "papers.db", "select title from builds") == [("Café — العربية",)]
