"""The MCP endpoint: two clients of different makers walk through it; hostile calls are answered."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from conftest import PATIENCE, ROOT, serve

from papersette.agents.tools import TOOLS

mcp = pytest.importorskip("mcp", reason="pip install -r requirements.txt")
ACCEPT = {"accept": "application/json, text/event-stream"}
INITIALIZE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
ID = re.compile(r"paper_id=(\S+)")


def run(coroutine):
    """Run a coroutine in a thread: Playwright keeps an event loop in the main thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def endpoint(site):
    return f"{str(site.base_url).rstrip('/')}/-/mcp"


def post(site, method, params=None, **headers):
    """Return the answer to one message, as a client without a session sends it."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    return site.post("/-/mcp", json=message, headers=ACCEPT | headers)


def call(site, name, **arguments):
    """Return (is_error, text) of a call of a tool."""
    answer = post(site, "tools/call", {"name": name, "arguments": arguments})
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    return result.get("isError", False), result["content"][0]["text"]


async def walk_with_the_official_client(url, mode):
    async with mcp.Client(url, mode=mode, read_timeout_seconds=PATIENCE / 1000) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        texts = []
        given = {"q": '"gradient noise"'}
        for name in ("search", "read", "citations"):
            result = await client.call_tool(name, given)
            assert not result.is_error, result
            texts.append(result.content[0].text)
            given = {"paper_id": ID.search(texts[0])[1]}
        return client.instructions, names, texts


async def walk_with_another_client(url):
    from chuk_mcp.protocol.messages import send_initialize, send_tools_call, send_tools_list
    from chuk_mcp.transports.http import StreamableHTTPParameters, http_client

    given = StreamableHTTPParameters(url=url, timeout=PATIENCE / 1000)
    async with http_client(given) as streams:
        hello = await send_initialize(*streams)
        names = [tool.name for tool in (await send_tools_list(*streams)).tools]
        texts = []
        given = {"q": '"gradient noise"'}
        for name in ("search", "read", "citations"):
            result = await send_tools_call(*streams, name, given)
            assert not result.isError, result
            texts.append(result.content[0]["text"])
            given = {"paper_id": ID.search(texts[0])[1]}
        return hello.instructions, names, texts


def check_walk(instructions, names, texts, site):
    assert instructions.startswith("Papersette: a sample: A collection of scientific papers")
    assert names == [tool.name for tool in TOOLS]
    found, read, cited = texts
    assert re.search(r"^# \d+ papers for: \"gradient noise\"", found)
    address = re.search(r"https?://\S+/read\?page=\d+\S*", found)[0]
    assert address.startswith(str(site.base_url).rstrip("/"))
    assert site.get(address).status_code == 200
    assert ID.search(read)[1] == ID.search(cited)[1] == ID.search(found)[1]
    assert cited.startswith("# References of ")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_searches_reads_and_follows_citations(mode, sample_site):
    walked = run(walk_with_the_official_client(endpoint(sample_site), mode))
    check_walk(*walked, sample_site)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # it closes no streams
def test_an_independent_client_searches_reads_and_follows_citations(sample_site):
    pytest.importorskip("chuk_mcp", reason="pip install -r requirements-dev.txt")
    check_walk(*run(walk_with_another_client(endpoint(sample_site))), sample_site)


def test_the_tools_of_datasette_mcp_are_replaced(sample_site):
    listed = post(sample_site, "tools/list").json()["result"]["tools"]
    assert [tool["name"] for tool in listed] == [tool.name for tool in TOOLS]
    assert all(tool["annotations"]["readOnlyHint"] for tool in listed)
    search = listed[0]["inputSchema"]["properties"]
    assert (search["size"]["type"], search["size"]["maximum"]) == ("integer", 20)


def test_no_session_is_kept(sample_site):
    answer = post(sample_site, "initialize", INITIALIZE)
    assert answer.json()["result"]["serverInfo"]["name"] == "papersette"
    assert "mcp-session-id" not in answer.headers


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("sql", {"sql": "drop table papers"}, "Only one statement that begins with SELECT"),
        ("sql", {"sql": "select 1; delete from papers"}, "nothing can be changed"),
        ("sql", {"sql": "with x as (select 1) delete from papers"}, "nothing can be changed"),
        ("sql", {"sql": "select nosuch from papers"}, "Call sql without arguments for the tables"),
        ("sql", {"sql": "select * from papers where year = :year"}, "Write values into the SQL"),
        ("sql", {"sql": "select load_extension('x')"}, "not authorized"),
        ("sql", {"sql": "select 1", "size": 10**9}, "Count and group in SQL"),
        ("search", {"q": "noise", "size": 100_000}, "Ask for further results with page=2."),
        ("search", {"q": "noise", "size": "lots"}, "must be a whole number"),
        ("search", {"query": "noise"}, "it takes q, sort, page, size"),
        ("search", {"q": {"$ne": None}}, "q must be one text"),
        ("read", {"paper_id": "../../etc/passwd"}, "No paper has the paper_id"),
        ("read", {}, "paper_id"),
        ("delete_paper", {}, "Unknown tool"),
    ],
)
def test_a_hostile_call_gets_an_error_that_says_what_to_do(name, arguments, said, sample_site):
    is_error, text = call(sample_site, name, **arguments)
    assert is_error
    assert said in text
    assert "Traceback" not in text


def test_sql_has_the_time_limit_of_the_site(sample_db, tmp_path):
    endless = (
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    )
    with serve(sample_db, tmp_path, "--setting", "sql_time_limit_ms", "100") as site:
        is_error, text = call(site, "sql", sql=endless)
    assert is_error
    assert "This took longer than 0.1 s. Restrict it by paper_id" in text


def test_sql_gives_the_rows_of_the_site(sample_site):
    _, text = call(sample_site, "sql", sql="select count(*) as n from papers")
    assert '> ["n"]\n> [47]' in text


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_only_messages_are_accepted(method, sample_site):
    answer = sample_site.request(method, "/-/mcp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_no_stream_is_kept_open(sample_site):
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    answer = post(
        sample_site,
        "subscriptions/listen",
        {"_meta": meta, "notifications": {"toolsListChanged": True}},
        **{"mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen"},
    )
    assert "ask tools/list again" in answer.text


def test_what_is_no_message_is_an_error(sample_site):
    assert sample_site.post("/-/mcp", content=b"{", headers=ACCEPT).status_code == 400
    assert sample_site.post("/-/mcp", content=b" " * 5_000_000, headers=ACCEPT).status_code == 413


def test_a_site_behind_a_login_shows_nothing(sample_db, tmp_path):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["allow"] = {"id": "root"}
    path = tmp_path / "private.yml"
    path.write_text(json.dumps(metadata))
    (tmp_path / "site").mkdir()
    with serve(sample_db, tmp_path / "site", metadata=path) as site:
        for name, given in (
            ("search", {"q": "noise"}),
            ("sql", {"sql": "select 1"}),
            ("describe", {}),
        ):
            is_error, text = call(site, name, **given)
            assert is_error
            assert "cannot be read without signing in" in text


def test_a_site_without_sql_of_readers_refuses_it_and_shows_the_schema(sample_db, tmp_path):
    with serve(sample_db, tmp_path, "--setting", "default_allow_sql", "false") as site:
        is_error, text = call(site, "sql", sql="select 1")
        assert (is_error, "switched off" in text) == (True, True)
        assert call(site, "sql")[0] is False


def test_addresses_have_the_prefix_of_the_site(sample_db, tmp_path):
    with serve(sample_db, tmp_path, "--setting", "base_url", "/prefix/") as site:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        message["params"] = {"name": "search", "arguments": {"q": "noise", "size": 1}}
        answer = site.post("/prefix/-/mcp", json=message, headers=ACCEPT)
        text = answer.json()["result"]["content"][0]["text"]
        home = str(site.base_url).rstrip("/")
        assert f"{home}/prefix/papers/search?q=noise" in text
        assert f"{home}/prefix/papers/papers/" in text
