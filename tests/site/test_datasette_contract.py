"""The behaviour of Datasette that papersette/site/datasette_seam.py relies on.

If one of these tests fails with a new version of Datasette, that module has to change.
"""

import ast
import asyncio
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from conftest import METADATA, ROOT
from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm

from papersette.site import datasette_seam as seam

PUBLIC = {"hookimpl", "Request", "Response", "Forbidden", "NotFound"}
"""Names that plugins may import from `datasette` itself: its documented API."""
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


def imports_of_datasette(path):
    """Yield (module, name) of each import of Datasette in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "datasette":
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "datasette":
                    yield alias.name, None


def test_plugins_import_internals_of_datasette_from_the_seam_only():
    for path in (ROOT / "plugins").glob("*.py"):
        found = set(imports_of_datasette(path))
        assert found <= {("datasette", name) for name in PUBLIC}, path.name


def test_the_seam_exports_what_it_says_and_no_more_than_is_used():
    users = [*(ROOT / "plugins").glob("*.py"), *(ROOT / "papersette/site").glob("*.py")]
    used = {
        alias.name
        for path in users
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "papersette.site.datasette_seam"
        for alias in node.names
    }
    assert used == set(seam.__all__)
    assert all(hasattr(seam, name) for name in seam.__all__)


class Routes:
    """A plugin with routes in the place of Datasette's own, which hand their requests on."""

    __name__ = "routes"
    cells = ()

    @hookimpl
    def register_routes(self):
        return [
            (r"^/data/(?P<table>own)$", lambda: Response.text("a plugin's page")),
            (r"^/(?P<database>data)/(?P<table>[^/.]+)\.(?P<format>json|csv)$", seam.table_response),
            (r"^/(?P<database>data)\.(?P<format>json|csv)$", seam.database_response),
        ]

    @hookimpl
    def render_cell(self, row, value, column):
        self.cells = (*self.cells, (column, value, type(row).__name__))

    @hookimpl
    def register_output_renderer(self):
        return [
            {"extension": "all", "render": lambda: None, "can_render": lambda: True},
            {"extension": "none", "render": lambda: None, "can_render": lambda: False},
            {
                "extension": "one",
                "render": lambda: None,
                "can_render": lambda columns, query_name: columns == ["id"] and query_name == "ids",
            },
        ]


@pytest.fixture
def run(tmp_path, without_plugins):
    """Run an async function with a Datasette of a small database and the plugin above."""
    path = tmp_path / "data.db"
    conn = sqlite3.connect(path)
    conn.executescript(
        "create table own (id integer primary key, name text);"
        "insert into own values (1, 'one'), (2, null);"
        "create table notes (note_id integer primary key, own_id integer references own(id));"
        "insert into notes values (1, 1), (2, 2), (3, null);"
    )
    conn.close()
    plugin = Routes()
    # Datasette registers plugins for the process;
    # those of this project may be there from other tests
    names = [path.name for path in (ROOT / "plugins").glob("*.py")]
    others = {name: pm.unregister(name=name) for name in names if pm.has_plugin(name)}
    pm.register(plugin)
    queries = {"ids": {"sql": "select id from own where id > :least"}}

    def run(function):
        site = Datasette(
            [],
            immutables=[path],
            metadata={"databases": {"data": {"queries": queries}}},
            settings={"template_debug": True, "max_returned_rows": 1, "default_cache_ttl": 7},
        )

        async def go():
            await site.invoke_startup()
            return await function(site, plugin)

        with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop here
            return thread.submit(asyncio.run, go()).result()

    yield run
    pm.unregister(plugin)
    for name, other in others.items():
        pm.register(other, name)


def test_routes_of_plugins_come_before_datasettes_own_and_can_hand_requests_on(run):
    async def ask(site, plugin):
        paths = ("own", "notes.json", "ids.json?least=0", "notes.csv?_size=1")
        answers = [await site.client.get(f"/data/{path}") for path in paths]
        return [*answers, await site.client.get("/data.json?sql=select+5")]

    own, table, query, csv, sql = run(ask)
    assert own.text == "a plugin's page"
    assert table.json()["table"] == "notes"
    assert query.json()["query_name"] == "ids"
    assert csv.text.splitlines()[0] == "note_id,own_id"
    assert sql.json()["rows"] == [[5]]


def test_expanded_foreign_keys_reach_render_cell_as_value_and_label(run):
    async def ask(site, plugin):
        await site.client.get("/data/notes?_size=max")
        await site.client.get("/data/notes?_size=max&_next=1")
        return plugin.cells

    cells = [(value, row) for column, value, row in run(ask) if column == "own_id"]
    assert cells == [
        ({"value": 1, "label": "one"}, "CustomRow"),
        ({"value": 2, "label": None}, "CustomRow"),
    ]


def test_export_links_are_those_of_datasettes_own_page(run):
    async def ask(site, plugin):
        html = (await site.client.get("/data/ids?least=0&_context=1")).text
        context = json.loads(unescape(html.removeprefix("<pre>").removesuffix("</pre>")))
        scope = {"type": "http", "path": "/data/ids", "raw_path": b"/data/ids", "headers": [],
                 "query_string": b"least=0&_context=1", "method": "GET"}  # fmt: skip
        request = Request(scope, None)
        return context, await seam.export_links(site, request, "data", "ids", ["id"])

    context, links = run(ask)
    assert {"json", "all", "one"} <= links.keys()
    assert "none" not in links
    assert links.items() <= context["renderers"].items()


def test_the_headers_are_those_of_datasettes_own_pages(run):
    async def ask(site, plugin):
        own = await site.client.get("/data/ids.json?least=0")
        scope = {"type": "http", "path": "/data/ids", "query_string": b"", "headers": []}
        return own.headers, seam.response_headers(site, Request(scope, None))

    own, ours = run(ask)
    assert ours == {"Referrer-Policy": "no-referrer", "Cache-Control": "max-age=7"}
    assert {name: own[name] for name in ours} == ours


def test_a_query_past_its_time_limit_raises_query_interrupted(run):
    async def ask(site, plugin):
        with pytest.raises(seam.QueryInterrupted):
            await site.get_database("data").execute(ENDLESS, custom_time_limit=20)
        return True

    assert run(ask)


def test_results_are_truncated_only_if_asked(run):
    async def ask(site, plugin):
        database = site.get_database("data")
        results = [
            await database.execute("select * from notes", truncate=truncate)
            for truncate in (True, False)
        ]
        return [(len(result.rows), result.truncated) for result in results]

    assert run(ask) == [(1, True), (3, False)]


def test_an_error_halfway_through_a_csv_is_written_into_its_body(run):
    """plugins/spreadsheets.py recognises it as a last line without a line break."""

    async def ask(site, plugin):
        site._settings["max_csv_mb"] = 1e-6
        return await site.client.get("/data/notes.csv?_stream=on&_size=max")

    answer = run(ask)
    assert answer.status_code == 200
    assert not answer.text.endswith("\n")


def test_every_route_of_the_query_pages_is_a_canned_query_with_a_template():
    names = ("search", "search_facets", "similar_passages", "programme", "reading_list")
    text = (ROOT / "plugins/query_pages.py").read_text()
    for name in names:
        assert f'"{name}"' in text
        assert name in METADATA["queries"]
        assert (ROOT / f"templates/{name}.html").is_file()
