"""CSV that is safe in spreadsheets, complete downloads, and their limits."""

import asyncio
import csv
import io
import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from urllib.parse import urlencode

import httpx
import pandas
import pytest
from conftest import METADATA, PATIENT, ROOT, serve
from datasette.app import Datasette

from papersette.search.results import PAGE_SIZE

FORMULAS = [
    '=HYPERLINK("http://evil.example","x")', "=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)",
    "\t=1", "\r=1", " =1", "＝1", "+", "-a", "\u200b=1", "\ufeff=1", "\ufeff\u200b +1",
]  # fmt: skip
HARMLESS = [
    "", "-3.5", "+49", "1e-9", "-0", "a=b", "a\tb", 'a "quoted", word', "two\nlines",
    "semi;colon", "🦆 Élan الشبكات", "'quoted'", "x-y@z",
]  # fmt: skip


def read(answer):
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def cell_of(site, text, **params):
    return site.get(
        "/papers.csv",
        params={"sql": "select :cell as cell, 'after' as next", "cell": text, **params},
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(sample_site, text):
    (header, (cell, after)) = read(cell_of(sample_site, text))
    assert (header, after, cell[0]) == (["cell", "next"], "after", "'")
    assert cell.replace("'", "") == text.replace("\r", "\n").replace("'", "")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_and_numbers_are_unchanged(sample_site, text):
    answer = cell_of(sample_site, text)
    assert read(answer) == [["cell", "next"], [text, "after"]]
    frame = pandas.read_csv(io.BytesIO(answer.content), dtype=str, keep_default_na=False)
    assert frame.to_dict("records") == [{"cell": text, "next": "after"}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a;=1", "a;'=1"), ("a\n=1", "a\n'=1"), ("a; @b", "a; '@b"), ("a\n- b; - c", "a\n- b; - c")],
)
def test_no_formula_after_a_separator(sample_site, text, shown):
    assert read(cell_of(sample_site, text))[1][0] == shown


def test_no_column_name_is_a_formula(sample_site):
    assert read(sample_site.get("/papers.csv", params={"sql": "select 1 as [=1+1]"})) == [
        ["'=1+1"],
        ["1"],
    ]


def test_control_characters_become_spaces(sample_site):
    assert read(sample_site.get("/papers.csv?sql=select+char(97,0,98,7)")) == [
        ["char(97,0,98,7)"],
        ["a b "],
    ]


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_raw_csv_is_unchanged(sample_site, text):
    answer = cell_of(sample_site, text, _raw="on")
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["cell", "next"], [text, "after"]])
    assert answer.content.decode() == written.getvalue()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/papers/papers.csv", "papers.csv"),
        ("/papers/papers.csv?_size=5", "papers.csv"),
        ("/papers/search.csv?q=noise", "search.csv"),
        ("/papers.csv?sql=select+1", "papers.csv"),
        ("/papers/tags/optimization.csv", "optimization.csv"),
        ("/papers/papers.csv?_raw=on", "papers.csv"),
    ],
)
def test_every_csv_has_a_content_type_and_file_name(sample_site, path, name):
    for method in ("GET", "HEAD"):
        answer = sample_site.request(method, path)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
        assert bool(answer.content) == (method == "GET")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/papers/nosuch.csv", 404),
        ("/papers.csv?sql=select+nosuch", 400),
        ("/papers.csv?sql=delete+from+papers", 400),
    ],
)
def test_an_error_is_not_csv(sample_site, path, status):
    answer = sample_site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    assert "<html" in answer.text


def plugin(name):
    spec = spec_from_file_location(name, ROOT / "plugins" / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_csv_is_parsed_the_same_in_pieces_of_any_size(size):
    written = io.StringIO(newline="")
    csv.writer(written).writerows([[text, 'a"\r\n"b', "", text] for text in FORMULAS + HARMLESS])
    text, rows = written.getvalue(), plugin("spreadsheets").Rows()
    found = [
        row for start in range(0, len(text), size) for row in rows.feed(text[start : start + size])
    ]
    assert found == list(csv.reader(io.StringIO(text, newline="")))
    assert rows.rest == ""


async def ask(site, paths):
    return [await site.client.get(path) for path in paths]


def ask_with(database, paths, **settings):
    """Return the answers of a site with other settings."""
    site = Datasette(
        [],
        immutables=[database],
        metadata={"databases": {"papers": METADATA}},
        plugins_dir=str(ROOT / "plugins"),
        settings=PATIENT | settings,
    )
    with ThreadPoolExecutor(
        1
    ) as thread:  # the browser of other tests keeps a loop running in this one
        return thread.submit(asyncio.run, ask(site, paths)).result()


DOWNLOADS = [
    "/papers/papers", "/papers/papers?_next=5", "/papers/pages", "/papers/paper_texts",
    "/papers/search?q=", "/papers/citations_within",
    "/papers?sql=select+paper_id,title+from+papers", "/papers/papers_of?venue=icml-2019",
    "/papers/papers?_size=max",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("path", DOWNLOADS)
def test_downloads_are_complete_beyond_the_row_limit(path, sample_db):
    page, _, query = path.partition("?")
    paths = [
        f"{page}.csv?{query}",
        f"{page}.json?{query}&_stream=on",
        f"{page}.json?{query}&_stream=on&_nl=on",
    ]
    usual = ask_with(sample_db, paths)
    few = ask_with(sample_db, paths, max_returned_rows=10, default_page_size=5)
    assert [answer.content for answer in few] == [answer.content for answer in usual]
    counts = [
        len(read(few[0])) - 1,
        len(few[1].json()),
        len([json.loads(line) for line in few[2].text.splitlines()]),
    ]
    assert counts[0] == counts[1] == counts[2] > (10 if "citations" not in path else 0)


def test_json_lists_of_sql_are_complete(sample_db):
    sql = "/papers.json?sql=select+paper_id+from+papers"
    answers = ask_with(
        sample_db,
        [f"{sql}&_shape=array", sql, "/papers/search.json?q=&_shape=array"],
        max_returned_rows=30,
    )
    assert (
        len(answers[0].json()),
        len(answers[1].json()["rows"]),
        answers[1].json()["truncated"],
    ) == (47, 30, True)
    assert len(answers[2].json()) == PAGE_SIZE, "a page of a search is a page"


def test_downloads_of_one_page_have_one_page(sample_site):
    assert len(read(sample_site.get("/papers/papers.csv?_size=3"))) == 4
    first, second = (
        read(sample_site.get(f"/papers/search.csv?q=noise&size=2&page={page}"))[1:]
        for page in (1, 2)
    )
    assert first + second == read(sample_site.get("/papers/search.csv?q=noise"))[1:5]


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_an_exceeded_limit_is_an_error_that_names_it(extension, sample_db):
    endless = (
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    )
    two_megabytes = "select hex(zeroblob(1000000))"
    slow, large = ask_with(
        sample_db,
        [
            f"/papers.{extension}?{urlencode({'sql': endless, '_stream': 'on', '_timelimit': 50})}",
            f"/papers.{extension}?{urlencode({'sql': two_megabytes, '_stream': 'on'})}",
        ],
        max_csv_mb=1,
    )
    assert (slow.status_code, large.status_code) == (400, 400)
    assert "longer than the limit of 0.05 s" in slow.text
    assert "exceeds the limit of 1 MB" in large.text


@pytest.mark.parametrize("asked", ["", "?_raw=on"])
def test_an_incomplete_csv_closes_the_connection(asked, sample_db, tmp_path):
    bulky = tmp_path / "papers.db"
    shutil.copy(sample_db, bulky)
    (tmp_path / "inspect-data.json").write_text("{}")
    with closing(sqlite3.connect(bulky)) as db:
        db.execute("update papers set abstract = printf('%.*c', 100000, 'x')")
        db.commit()
    (tmp_path / "site").mkdir()
    with serve(bulky, tmp_path / "site", "--setting", "max_csv_mb", "1") as site:
        assert len(read(site.get("/papers/papers.csv?_size=5"))) == 6
        with pytest.raises(
            httpx.RemoteProtocolError, match="without sending complete message body"
        ):
            site.get(f"/papers/papers.csv{asked}")
        assert len(site.get("/papers/papers.json?_stream=on").json()) == 47, (
            "the limit is for CSV only"
        )
