"""Other sites' pages may read data without cookies, and nothing else;
tests/test_docs.py has the formats."""

import pytest
from conftest import serve

PREFLIGHT = {
    "origin": "https://other.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,mcp-protocol-version",
}


@pytest.fixture(scope="module")
def open_site(sample_db, tmp_path_factory):
    with serve(sample_db, tmp_path_factory.mktemp("open"), "--cors") as site:
        yield site


def origins(answer):
    return answer.headers.get_list("access-control-allow-origin")


def test_data_is_open_once_and_never_with_cookies(open_site):
    answer = open_site.get("/papers/search.json?q=noise", headers={"origin": "https://a.example"})
    assert origins(answer) == ["*"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "Papersette-Receipt" in answer.headers["access-control-expose-headers"]


def test_errors_of_data_are_read_too(open_site):
    answer = open_site.get("/papers/papers/nosuch.json")
    assert (answer.status_code, origins(answer)) == (404, ["*"])


@pytest.mark.parametrize(
    "path",
    ["/", "/papers/search?q=x", "/papers/papers/swalp/read", "/-/readers/list.json",
     "/-/actor.json", "/-/metadata.json", "/pdf/icml2019/swalp.pdf"],
)  # fmt: skip
def test_pages_and_what_belongs_to_readers_stay_closed(path, open_site):
    answer = open_site.get(path)
    assert [name for name in answer.headers if name.startswith("access-control-")] == []


def test_an_assistant_in_a_browser_may_send_messages(open_site, sample_site):
    answer = open_site.options("/-/mcp", headers=PREFLIGHT)
    assert (answer.status_code, origins(answer)) == (204, ["*"])
    assert "POST" in answer.headers["access-control-allow-methods"]
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"accept": "application/json, text/event-stream", "origin": "https://a.example"}
    assert origins(open_site.post("/-/mcp", json=message, headers=accept)) == ["*"]
    assert origins(sample_site.options("/-/mcp", headers=PREFLIGHT)) == []
