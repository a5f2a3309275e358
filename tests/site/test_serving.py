"""A rebuild under a running server: every answer is of one build, and the next build is served."""

import asyncio
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from conftest import PATIENCE, serve
from datasette.app import Datasette
from rebuilds import make, replace

from papersette.search.results import Request
from papersette.site import serving
from papersette.site.search_service import service_of


def words_of(answer):
    assert answer.status_code == 200, answer.text
    return {word for word in ("alpha", "omega") if word in answer.text}


def test_every_answer_is_of_one_build_and_the_next_one_is_served(tmp_path):
    first, second = make(tmp_path / "first", "alpha"), make(tmp_path / "second", "omega")
    folder = tmp_path / "site"
    folder.mkdir()
    with serve(first, folder) as site:
        (folder / "papers.index").unlink()  # the server has it open; the next build brings its own
        paths = ["/papers/papers", "/papers/search", "/papers/papers/p3"]
        seen, mixed, stop = [], [], threading.Event()

        def ask():
            while not stop.is_set():
                for path in paths:
                    words = words_of(site.get(path))
                    seen.append(next(iter(words), ""))
                    if len(words) > 1:
                        mixed.append(path)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        replace(folder, second)
        deadline = time.monotonic() + PATIENCE / 1000
        while "omega" not in seen[-3:] and time.monotonic() < deadline:
            time.sleep(0.05)
        settled = len(seen)
        while len(seen) < settled + 30 and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
        assert mixed == []
        assert "alpha" in seen
        assert set(seen[-10:]) == {"omega"}


def test_the_next_build_is_served_from_a_folder_where_no_link_can_be_made(tmp_path, monkeypatch):
    # A test that runs as root can write every folder.
    monkeypatch.setattr(serving, "link_to", lambda path: path)
    monkeypatch.setattr(serving, "CHECK_SECONDS", 0)
    first, second = make(tmp_path / "first", "alpha"), make(tmp_path / "second", "omega")
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("papers.db", "inspect-data.json"):
        shutil.copy(first.with_name(name), folder)

    async def title(datasette):
        return (await datasette.execute("papers", "select min(title) from papers")).first()[0]

    async def serve_both():
        datasette = Datasette(immutables=[str(folder / "papers.db")])
        served = serving.Serving(datasette)
        assert await title(datasette) == "alpha 0"
        service_of(datasette).wait()
        replace(folder, second)
        deadline = time.monotonic() + PATIENCE / 1000
        while await title(datasette) == "alpha 0" and time.monotonic() < deadline:
            served.check()
            await asyncio.sleep(0.05)
        assert await title(datasette) == "omega 0"
        assert service_of(datasette).search(Request(q="omega")).count == 20
        served.close()

    with ThreadPoolExecutor(1) as thread:  # tests with a browser leave a loop in this one
        thread.submit(asyncio.run, serve_both()).result()
    assert (folder / "papers.db").exists()


def test_a_served_file_leaves_no_link_behind(tmp_path):
    built = make(tmp_path / "built", "alpha")
    folder = tmp_path / "site"
    folder.mkdir()
    with serve(built, folder) as site:
        assert words_of(site.get("/papers/papers/p3")) == {"alpha"}
        assert len(list(folder.glob(".*.serving"))) == 1
    deadline = time.monotonic() + PATIENCE / 1000
    while list(folder.glob(".*.serving")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(folder.glob(".*.serving"))
