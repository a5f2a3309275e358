"""The search index is derived: missing, stale, damaged or unwritable,
it is made again and searches go on."""

import asyncio
import shutil
import sqlite3
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from conftest import PATIENCE, PATIENT, ROOT, serve
from datasette.app import Datasette

from papersette.search.engine import Engine
from papersette.search.index import build_index, is_current, to_index_folder
from papersette.search.results import Request
from papersette.site import search_service
from papersette.site.search_service import Indexing, SearchService

QUERIES = ("spectral normalization", '"batch normalization"', "cites:bengio", "", "net*")


def answers(engine):
    return [
        [(hit.paper_id, hit.passage) for hit in engine.search(Request(q=q)).hits] for q in QUERIES
    ]


def open_engine(database):
    """Return the engine of a database, its index built if needed, as a server opens it."""
    return SearchService(database).engine(wait=PATIENCE / 1000)


@pytest.fixture(scope="module")
def right(searched_db):
    return answers(Engine(searched_db, to_index_folder(searched_db)))


@pytest.fixture
def database(searched_db, tmp_path, monkeypatch):
    """A copy of papers.db without its index; the folder for temporary files is one of the test."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return shutil.copy(searched_db, tmp_path / "papers.db")


@pytest.fixture
def index(searched_db, database):
    return shutil.copytree(to_index_folder(searched_db), to_index_folder(database))


def test_a_build_makes_an_index_that_is_current(searched_db):
    assert is_current(searched_db, to_index_folder(searched_db))


def test_whoever_can_read_the_database_can_read_its_index(database, tmp_path):
    folder = to_index_folder(database)
    build_index(database, folder)
    (tmp_path / "any").touch()
    modes = {path.stat().st_mode for path in folder.rglob("*") if path.is_file()}
    assert modes == {(tmp_path / "any").stat().st_mode}


def test_an_index_in_a_folder_that_cannot_be_locked_is_searched(database, index, right):
    before = (index / "manifest.json").stat().st_mtime_ns
    for lock in index.rglob(".tantivy-meta.lock"):
        lock.unlink()
        lock.mkdir()  # as the lock of a read-only folder, it cannot be opened for writing
    assert answers(open_engine(database)) == right
    assert (index / "manifest.json").stat().st_mtime_ns == before
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_a_missing_index_is_made_beside_the_database(database, right):
    assert answers(open_engine(database)) == right
    assert is_current(database, to_index_folder(database))


def test_an_index_that_is_current_is_not_made_again(database, index, right):
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*.idx")}
    assert answers(open_engine(database)) == right
    assert {path: path.stat().st_mtime_ns for path in index.rglob("*.idx")} == before


def test_the_index_of_another_build_is_replaced(database, index):
    with closing(sqlite3.connect(database)) as conn:
        conn.execute("update builds set fingerprint = 'another', started = '2001-01-01'")
        conn.execute("delete from pages where paper_id = 'phrase'")
        conn.commit()
    assert not is_current(database, index)
    found = open_engine(database).search(Request(q='"spectral normalization"')).hits
    assert "phrase" not in {hit.paper_id for hit in found}
    assert is_current(database, index)


def test_of_two_that_index_the_same_database_one_waits_for_the_other(database, right):
    folder, reports = to_index_folder(database), [[], []]
    with ThreadPoolExecutor() as pool:
        for own in reports:
            pool.submit(build_index, database, folder, lambda *done, own=own: own.append(done))
    assert sorted(map(bool, reports)) == [False, True]
    assert answers(open_engine(database)) == right


def test_the_index_of_a_database_that_is_replaced_while_it_is_read_is_of_the_new_one(
    database, tmp_path
):
    other = tmp_path / "next.db"
    shutil.copyfile(database, other)
    with closing(sqlite3.connect(other)) as conn:
        conn.execute("update builds set fingerprint = 'next'")
        conn.execute("delete from pages where paper_id = 'phrase'")
        conn.commit()

    def replace(done, total):
        if other.exists():
            other.rename(database)

    build_index(database, to_index_folder(database), replace)
    assert is_current(database, to_index_folder(database))
    found = open_engine(database).search(Request(q='"spectral normalization"')).hits
    assert "phrase" not in {hit.paper_id for hit in found}


def delete(path):
    path.unlink()


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scramble(path):
    content = path.read_bytes()
    middle = slice(len(content) // 3, 2 * len(content) // 3 + 1)
    path.write_bytes(
        content[: middle.start] + bytes(b ^ 0x5A for b in content[middle]) + content[middle.stop :]
    )


@pytest.mark.slow
@pytest.mark.parametrize("damage", [delete, truncate, scramble])
@pytest.mark.parametrize(
    "name",
    ["manifest.json", "*/meta.json", *(f"{part}/*.{kind}" for part in ("papers", "pages")
      for kind in ("fast", "fieldnorm", "idx", "pos", "store", "term")),
     "common/*.npy", "common/*.json"],
)  # fmt: skip
def test_a_damaged_index_is_made_again(database, index, right, name, damage):
    for path in index.glob(name):
        damage(path)
    assert not is_current(database, index)
    assert answers(open_engine(database)) == right
    assert is_current(database, index)


def test_an_index_that_cannot_be_written_beside_the_database_is_made_elsewhere(
    database, tmp_path, right
):
    to_index_folder(database).write_text("a file where the folder would be")
    assert answers(open_engine(database)) == right
    assert [path.suffix for path in (tmp_path / "tmp").iterdir()] == [".index"]
    made = next((tmp_path / "tmp").iterdir()).stat().st_mtime_ns
    assert answers(open_engine(database)) == right
    assert next((tmp_path / "tmp").iterdir()).stat().st_mtime_ns == made


def test_where_no_index_can_be_written_the_reason_is_said(database, tmp_path, monkeypatch):
    to_index_folder(database).write_text("a file")
    monkeypatch.setattr(tempfile, "tempdir", str(database))
    with pytest.raises(RuntimeError, match="the search index cannot be built: no folder"):
        open_engine(database)


def test_a_failure_that_is_no_exception_is_not_waited_for(database, monkeypatch):
    def panic(*_):
        raise BaseException("the engine panics")

    monkeypatch.setattr(search_service, "build_index", panic)
    with pytest.raises(RuntimeError, match="the engine panics"):
        open_engine(database)


@pytest.fixture
def halted(database, monkeypatch):
    """Let the index get ready to a quarter, and the rest only when the event is set."""
    go_on = threading.Event()
    build = search_service.build_index

    def build_slowly(path, folder, report):
        report(1, 4)
        go_on.wait(PATIENCE / 1000)
        build(path, folder)

    monkeypatch.setattr(search_service, "build_index", build_slowly)
    yield go_on
    go_on.set()


def test_meanwhile_the_engine_says_how_far_it_is(database, halted, right):
    service = SearchService(database)
    with pytest.raises(Indexing, match="indexing, 25 %"):
        service.engine(wait=1)
    halted.set()
    assert answers(service.engine(wait=PATIENCE / 1000)) == right


@pytest.mark.slow
def test_meanwhile_a_server_answers_and_says_how_far_the_index_is(database, halted):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    waiting = ["/papers/search?q=noise", "/papers/search.json?q=noise", "/papers/search_facets.csv",
               "/papers/map_of_papers.json", "/papers/suggest.json?q=ben"]  # fmt: skip
    ready = [
        "/",
        "/papers/papers/hinton",
        "/papers/papers.json?_search=belief",
        "/-/search?q=belief",
        "/about",
    ]

    async def visit():
        site = Datasette(
            [],
            immutables=[database],
            metadata=metadata,
            settings=PATIENT,
            plugins_dir=str(ROOT / "plugins"),
            template_dir=str(ROOT / "templates"),
        )
        await site.invoke_startup()
        meanwhile = await asyncio.gather(*map(site.client.get, [*waiting, *ready]))
        halted.set()
        await asyncio.to_thread(search_service.service_of(site).engine, wait=PATIENCE / 1000)
        return meanwhile, await asyncio.gather(*map(site.client.get, waiting))

    with ThreadPoolExecutor(1) as thread:
        meanwhile, afterwards = thread.submit(asyncio.run, visit()).result()
    refused, answered = meanwhile[: len(waiting)], meanwhile[len(waiting) :]
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in refused} == {
        (503, "5")
    }
    assert "The search is being prepared" in refused[0].text
    assert 'value="25"' in refused[0].text
    assert refused[0].headers["content-type"].startswith("text/html")
    for answer in refused[1:]:
        assert answer.json() == {"ok": False, "error": "indexing, 25 %"}
    assert {answer.status_code for answer in answered} == {200}
    assert {answer.status_code for answer in afterwards} == {200}


def test_a_copy_of_the_database_alone_is_served(searched_db, tmp_path, right):
    with serve(searched_db, tmp_path, alone=True) as client:
        found = client.get("/papers/search.json", params={"q": QUERIES[0], "_shape": "array"})
        while found.status_code == 503:  # the answer comes when a second or more of waiting is over
            found = client.get("/papers/search.json", params={"q": QUERIES[0], "_shape": "array"})
        assert [(row["paper_id"], row["snippet"]) for row in found.json()] == right[0]
        assert is_current(tmp_path / "papers.db", tmp_path / "papers.index")
