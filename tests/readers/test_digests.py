"""Digests by e-mail: what is in the files, that no news are in two, and how they are ended."""

import email
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from email.policy import default

import pytest
from conftest import ROOT

from papersette.readers import accounts, follows, mail_settings
from papersette.readers.__main__ import main, opened
from papersette.readers.store import Store

URL = "https://papers.example.org"


@pytest.fixture
def folder(tmp_path, sample_db):
    """Return a folder with the sample, and readers.db, whose reader follows a tag and a search.

    All papers of both but one are known, so that the others are news.
    """
    shutil.copy(sample_db, tmp_path / "papers.db")
    (tmp_path / "papers.index").symlink_to(sample_db.with_suffix(".index"))
    store = Store(tmp_path / "readers.db")
    with store.write() as conn, opened(tmp_path / "papers.db") as collection:
        reader_id = accounts.ensure_reader(conn, "alice", "Alice").reader_id
        mail_settings.save(conn, reader_id, "alice@example.org", "en")
        for kind, target in (("tag", tag_of(tmp_path)), ("search", "q=noise")):
            found = collection.find(kind, target)
            assert len(found.ids) > 1, kind
            known = follows.Found(found.title, found.ids[:1])
            follows.add(conn, reader_id, kind, target, known, "2001, an earlier build")
    store.close()
    return tmp_path


def tag_of(folder):
    with closing(sqlite3.connect(folder / "papers.db")) as conn:
        sql = "select tag_id from tags order by paper_count desc, tag_id limit 1"
        return conn.execute(sql).fetchone()[0]


def write(folder, *more):
    """Run the command; return its status and the messages in its folder, oldest first."""
    given = ["--db", folder / "papers.db", "--readers", folder / "readers.db", "--url", URL]
    given += ["--to", folder / "outbox", "--site", ROOT, *more]
    status = main(["digest", *map(str, given)])
    files = sorted((folder / "outbox").glob("*"), key=lambda path: path.stat().st_mtime_ns)
    return status, [email.message_from_bytes(path.read_bytes(), policy=default) for path in files]


def texts_of(message):
    """Return the plain text and the HTML of a message."""
    plain, html = message.iter_parts()
    assert [plain.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    return plain.get_content(), html.get_content()


def test_a_blocked_reader_gets_no_digest(folder):
    (folder / "metadata.yml").write_text("plugins: {papersette-readers: {blocked: [alice]}}")
    for name in ("templates", "locales"):
        (folder / name).symlink_to(ROOT / name)
    assert write(folder, "--site", folder) == (0, [])
    (folder / "metadata.yml").unlink()
    assert len(write(folder, "--site", folder)[1]) == 1


def titles_of_news(folder):
    with closing(sqlite3.connect(folder / "readers.db")) as conn:
        sql = "select distinct paper_id, title from news join papers using (paper_id)"
        return dict(conn.execute(sql).fetchall())


def test_a_digest_has_the_news_as_text_and_html_with_links(folder):
    status, (message,) = write(folder)
    assert status == 0
    plain, html = texts_of(message)
    news = titles_of_news(folder)
    assert news
    for paper_id, title in news.items():
        assert f"* {title}" in plain
        assert f"{URL}/papers/papers/{paper_id}" in plain
        assert f'href="{URL}/papers/papers/{paper_id}"' in html
    assert f"{URL}/papers/search?q=noise" in plain
    assert message["To"] == "alice@example.org"
    assert message["From"] == "papersette@papers.example.org"
    assert f"{len(news)} new papers" in message["Subject"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<digest-\w+@papers\.example\.org>", message["Message-ID"])


def test_a_digest_can_be_ended_with_one_click(folder):
    _, (message,) = write(folder)
    (path,) = (folder / "outbox").iterdir()
    raw = path.read_bytes()
    assert re.search(
        rb"^List-Unsubscribe: <https://papers\.example\.org/-/unsubscribe/[\w-]{32}>\r$", raw, re.M
    )
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    link = message["List-Unsubscribe"].strip("<>")
    assert all(link in text for text in texts_of(message))
    assert path.stat().st_mode & 0o077 == 0
    assert link.rpartition("/")[2].encode() not in (folder / "readers.db").read_bytes()


def test_no_news_are_in_two_digests(folder):
    assert len(write(folder)[1]) == 1
    assert len(write(folder)[1]) == 1
    with closing(sqlite3.connect(folder / "readers.db")) as conn:
        conn.execute("update follows set known = '[]', build = '2001' where kind = 'search'")
        conn.commit()
    first, second = write(folder)[1]
    once = set(re.findall(r"/papers/papers/\S+", texts_of(second)[0]))
    assert len(once) == 1  # the paper that was known
    assert not once & set(re.findall(r"/papers/papers/\S+", texts_of(first)[0]))


def test_there_is_no_digest_for_who_wants_none_or_has_seen_all(folder):
    store = Store(folder / "readers.db")
    with store.write() as conn:
        reader = accounts.find_reader(conn, "alice")
        mail_settings.remove(conn, reader.reader_id)
    assert write(folder) == (0, [])
    with store.write() as conn:
        mail_settings.save(conn, reader.reader_id, "alice@example.org", "en")
        with opened(folder / "papers.db") as collection:
            for one in follows.list_follows(conn, reader.reader_id):
                found = collection.find(one.kind, one.target)
                titles = collection.find_titles(found.ids)
                follows.compare(conn, one, found, titles, collection.build)
        follows.mark_seen(conn, reader.reader_id, "9999")
    store.close()
    assert write(folder) == (0, [])


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Ne plus recevoir de résumés"), ("ar", "إيقاف الموجزات")]
)
def test_a_digest_is_in_the_language_of_its_reader(folder, language, words):
    with closing(sqlite3.connect(folder / "readers.db")) as conn:
        conn.execute("update mail_settings set language = ?", [language])
        conn.commit()
    _, (message,) = write(folder)
    plain, html = texts_of(message)
    assert words in plain
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert message["Content-Language"] == language


def test_a_blocked_account_that_is_no_list_is_reported(folder, tmp_path, capsys):
    site = tmp_path / "site"
    site.mkdir()
    (site / "templates").symlink_to(ROOT / "templates")
    (site / "metadata.yml").write_text("plugins:\n  papersette-readers: {blocked: mona}\n")
    assert write(folder, "--site", str(site))[0] == 1
    assert "blocked must be a list, not 'mona'" in capsys.readouterr().err


def test_a_digest_that_cannot_be_written_is_written_later(folder):
    (folder / "outbox").write_text("no folder")
    assert main(["digest", "--db", str(folder / "papers.db"),
                 "--readers", str(folder / "readers.db"), "--url", URL,
                 "--to", str(folder / "outbox"), "--site", str(ROOT)]) == 1  # fmt: skip
    (folder / "outbox").unlink()
    assert len(write(folder)[1]) == 1


KILLED = """
import os, signal, sys
from papersette.readers import durable
sync, count = durable.sync, 0
def sync_and_die(path):
    sync(path)
    if path.is_dir():
        os.kill(os.getpid(), signal.SIGKILL)
durable.sync = sync_and_die
from papersette.readers.__main__ import main
main(sys.argv[1:])
"""


def test_a_run_that_is_killed_after_its_file_writes_the_same_file_again(folder):
    command = [sys.executable, "-c", KILLED, "digest", "--db", folder / "papers.db",
               "--readers", folder / "readers.db", "--url", URL,
               "--to", folder / "outbox", "--site", ROOT]  # fmt: skip
    died = subprocess.run(list(map(str, command)), check=False)
    assert died.returncode == -signal.SIGKILL
    (before,) = (folder / "outbox").iterdir()
    _, (message,) = write(folder)
    assert list((folder / "outbox").iterdir()) == [before]
    assert before.stem in message["Message-ID"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--url", "papers.example.org"], "--url papers.example.org: must be like"),
        (["--from", "nobody"], "--from nobody: must be an address"),
        (["--site", "/nowhere"], "has no templates/digest.txt"),
        (["--db", "none.db"], "none.db: is missing"),
    ],
)
def test_mistakes_are_reported(folder, capsys, more, message):
    assert write(folder, *more)[0] == 1
    assert message in capsys.readouterr().err
