"""What one request may cost the others: time, memory and threads."""

import asyncio
import contextlib
import random
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, serve
from datasette.app import Datasette

from papersette.site.limits import Lane, LimitedConnection, SiteLimits, limit

ATTACKS = {
    "a function of two long texts":
        "select spelling_likeness(hex(zeroblob(300000)), hex(zeroblob(300001)))",
    "a long pattern": "select hex(zeroblob(12000)) like replace(hex(zeroblob(12000)), '00', '%0')",
    "a long value": "select hex(zeroblob(200000000))",
    "many long values":
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)"
        " select hex(zeroblob(1000000)) from n",
    "a statement that grows": "with c0 as (select 1 x)"
    + "".join(f", c{i} as (select * from c{i - 1} union all select * from c{i - 1})"
              for i in range(1, 26))
    + " select count(*) from c25",
    "a merge": "select json_patch('{}', '{}')",
    "a deep expression": "select " + "(" * 300 + "1" + ")" * 300,
}  # fmt: skip
QUICK = 20.0
"""Seconds: far more than a refusal takes, far less than any of the attacks did."""
MOST_GROWTH = 700_000_000


@pytest.fixture(scope="module")
def own_site(sample_db, tmp_path_factory):
    """A server of its own, whose memory is measured, and its folder."""
    folder = tmp_path_factory.mktemp("limited")
    with serve(sample_db, folder) as site:
        yield site, folder


def memory_of(folder):
    """Return the largest resident memory so far of the server of a folder, in bytes."""
    status = Path("/proc") / (folder / "pid").read_text() / "status"
    if not status.exists():
        pytest.skip("needs /proc")
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.parametrize("name", ATTACKS)
def test_sql_that_would_freeze_the_site_is_refused_quickly(own_site, name):
    site, folder = own_site
    site.get("/papers.json?sql=select+1")
    before, started = memory_of(folder), time.monotonic()
    answer = site.get("/papers.json", params={"sql": ATTACKS[name]})
    assert answer.status_code == 400, answer.text[:300]
    assert answer.json()["error"]
    assert time.monotonic() - started < QUICK
    assert memory_of(folder) - before < MOST_GROWTH


def test_a_function_that_refuses_says_why(own_site):
    site, _ = own_site
    answer = site.get("/papers.json", params={"sql": ATTACKS["a function of two long texts"]})
    assert "at most 200 characters" in answer.json()["error"]


@pytest.fixture
def limited():
    with contextlib.closing(sqlite3.connect(":memory:", factory=LimitedConnection)) as conn:
        limit(conn, SiteLimits())
        conn.budget = 1_000_000
        yield conn


def test_functions_with_a_bound_answer_as_those_of_sqlite(limited):
    values = ["'abcabc'", "''", "null", "12.5", "7", "x'6162'", "'é b'", "' x '"]
    parts = ["'b'", "''", "null", "'2'", "x'62'", "' '", "'bc'"]
    asked = [f"instr({v}, {p})" for v in values for p in parts]
    asked += [f"replace({v}, {p}, 'zz')" for v in values for p in parts]
    asked += [
        f"{trim}({v}, {p})" for trim in ("trim", "ltrim", "rtrim") for v in values for p in parts
    ]
    with contextlib.closing(sqlite3.connect(":memory:")) as plain:
        for expression in asked:
            expected = plain.execute(f"select {expression}").fetchone()[0]
            assert limited.execute(f"select {expression}").fetchone()[0] == expected, expression


def test_a_long_search_text_and_a_quadratic_search_end_at_once(limited):
    sql = "select instr(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || '1')"
    started = time.monotonic()
    assert limited.execute(sql).fetchone()[0] == 0
    assert time.monotonic() - started < QUICK


def test_an_unknown_or_senseless_setting_is_an_error():
    with pytest.raises(ValueError, match="exportz is unknown"):
        SiteLimits.from_settings({"exportz": 1})
    with pytest.raises(ValueError, match="exports must be a positive whole number"):
        SiteLimits.from_settings({"exports": 0})
    with pytest.raises(ValueError, match=r"proxies must be a whole number .* not 1\.5"):
        SiteLimits.from_settings({"proxies": 1.5})
    with pytest.raises(ValueError, match="wait_seconds must be a positive number, not nan"):
        SiteLimits.from_settings({"wait_seconds": float("nan")})


def test_a_page_of_results_has_at_most_a_thousand_rows_and_a_csv_has_all(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["plugins"]["papersette-limits"] = {"page_size": 3}
    page, html, all_rows = ask(
        "/papers/search.json?q=a*&size=1000000&_shape=array",
        "/papers/search?q=a*&size=1000000",
        "/papers/search.csv?q=a*&_raw=on",
        metadata=metadata,
    )
    assert len(page.json()) == 3
    assert html.text.count("<article") == 3
    assert len(all_rows.text.splitlines()) > 10


ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


def test_a_query_ends_when_its_client_is_gone(own_site):
    """The limit of the served site is a minute: within seconds the thread is free again."""
    site, _ = own_site
    for _ in range(3):  # more than there are threads for SQL of readers
        with pytest.raises(Exception, match="timed out"):
            site.get("/papers.json", params={"sql": ENDLESS}, timeout=1)
    started = time.monotonic()
    answer = site.get("/papers.json", params={"sql": "select 1"})
    assert answer.status_code == 200
    assert time.monotonic() - started < QUICK


@pytest.mark.slow
def test_beyond_the_queue_a_request_is_asked_to_come_back(sample_db):
    async def flood(site):
        asked = [site.client.get("/papers.json", params={"sql": ENDLESS}) for _ in range(14)]
        page = site.client.get("/papers/papers")
        return await asyncio.gather(*asked, page)

    *answers, page = run_site(sample_db, flood, sql_time_limit_ms=1500)
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {400, 503}
    assert codes.count(503) >= 14 - 8 - SiteLimits().exports
    assert all(a.headers["retry-after"] for a in answers if a.status_code == 503)
    assert page.status_code == 200


def test_pictures_are_drawn_one_at_a_time_and_too_many_are_refused(sample_db):
    async def flood(site):
        asked = [site.client.get("/-/card/swalp.png") for _ in range(100)]
        page = site.client.get("/papers/papers/swalp")
        return await asyncio.gather(*asked, page)

    *answers, page = run_site(sample_db, flood)
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 503}
    assert codes.count(503) == 100 - 1 - 10 * SiteLimits().waiting
    assert page.status_code == 200


def run_site(database, use, **settings):
    """Return what a function of a Datasette in this process answers."""
    found = []

    async def run():
        site = Datasette(
            [], immutables=[database], settings=settings,
            metadata=yaml.safe_load((ROOT / "metadata.yml").read_text()),
            plugins_dir=str(ROOT / "plugins"), template_dir=str(ROOT / "templates"),
        )  # fmt: skip
        await site.invoke_startup()
        found.append(await use(site))

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()
    return found[0]


BAD = [
    "/papers/papers?_timelimit=x",
    "/papers/papers.json?_timelimit=-1",
    "/papers/papers?_sort=x",
    "/papers/papers?_sort=title&_sort_desc=title",
    "/papers/papers.json?_json_infinity=x",
    "/papers/papers?_facet_all_rows=%00",
    "/papers/papers?_ttl=" + "9" * 5000,
    "/papers/papers?_through=x",
    "/papers/papers?_facet=year&_facet_size=1x",
    "/papers.json?sql=select+search(x'ff')",
    "/papers/papers?" + "&".join(f"a{n}=1" for n in range(600)),
]


@pytest.mark.parametrize("path", BAD)
def test_a_bad_argument_is_an_error_of_the_request(sample_site, path):
    answer = sample_site.get(path)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/papers/programme?day=x",
        "/papers/tags_fts_docsize/1?_next=x",
        "/papers/search.xml?q=noise",
        "/papers/mentions?_linked_tags=x",
    ],
)
def test_odd_but_harmless_arguments_give_a_page(sample_site, path):
    assert sample_site.get(path).status_code == 200


@pytest.mark.parametrize("format", ["bib", "ris", "csl", "atom"])
def test_exports_linked_from_table_pages_are_complete(sample_site, format):
    plain = sample_site.get(f"/papers/authorships.{format}")
    labelled = sample_site.get(f"/papers/authorships.{format}?_labels=on")
    assert labelled.status_code == plain.status_code == 200
    assert labelled.text.count("\n") == plain.text.count("\n")


def test_a_lane_lets_in_as_many_as_before_after_clients_left_at_any_moment():
    chance = random.Random(15)

    async def use(lane, running):
        async with lane.enter() as slot:
            for _ in range(chance.randrange(4)):
                running.append(1)
                assert len(running) <= 2
                try:
                    await asyncio.sleep(0)
                finally:
                    running.pop()
                slot.give()
                await asyncio.sleep(0)
                await slot.take()

    async def run():
        lane, running = Lane(2, 500, 60), []
        tasks = []
        for _ in range(400):
            tasks.append(asyncio.create_task(use(lane, running)))
            await asyncio.sleep(0)
            chance.choice(tasks).cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [end for end in ends if isinstance(end, AssertionError)]
        assert lane.admitted == 0
        async with lane.enter(), lane.enter():
            assert lane.admitted == 2

    with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop in the main thread
        thread.submit(asyncio.run, run()).result()
