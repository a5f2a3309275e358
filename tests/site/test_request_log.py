"""Lines of the log: one for each request, without what is personal."""

import re

import pytest
import yaml
from conftest import ROOT, serve

from papersette.site.request_log import Settings

LINE = re.compile(
    r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ method=(\w+) path=(\S+) status=(\d+) ms=\d+ "
    r"bytes=(\d+) kept=(yes|no)"
)


def read_lines(folder):
    """Return (method, path, status, bytes, kept) of each line of a server's log."""
    lines = (folder / "log").read_text().splitlines()
    return [match.groups() for line in lines if (match := LINE.fullmatch(line))]


def with_settings(tmp_path, **given):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["plugins"]["papersette-log"] = given
    path = tmp_path / "other.yml"
    path.write_text(yaml.safe_dump(metadata))
    return path


def test_a_request_is_one_line_without_address_query_or_user_agent(sample_db, tmp_path):
    with serve(sample_db, tmp_path) as site:
        size = len(site.get("/papers/search?q=secret", headers={"Accept-Encoding": ""}).content)
        site.get("/papers/search?q=secret")
        site.get("/papers/nothing%0Astatus=200 x")
        site.post("/papers/search")
    lines = read_lines(tmp_path)
    assert lines[0] == ("GET", "/papers/search", "200", str(size), "no")
    assert lines[1][4] == "yes"
    assert [line[:3] for line in lines[2:]] == [
        ("GET", "/papers/nothing%0Astatus=200%20x", lines[2][2]),
        ("POST", "/papers/search", "405"),
    ]
    log = (tmp_path / "log").read_text()
    assert "secret" not in log
    assert "httpx" not in log
    assert '"GET ' not in log


def test_queries_are_logged_only_on_demand(sample_db, tmp_path):
    metadata = with_settings(tmp_path, queries=True)
    folder = tmp_path / "site"
    folder.mkdir()
    with serve(sample_db, folder, metadata=metadata) as site:
        site.get("/papers/search?q=two words")
    assert read_lines(folder)[0][1] in {
        "/papers/search?q=two%20words", "/papers/search?q=two+words"
    }  # fmt: skip


@pytest.mark.parametrize("given", [{"query": True}, {"queries": "yes"}])
def test_a_wrong_setting_is_named(given):
    with pytest.raises(ValueError, match=r"papersette-log: quer(y is unknown|ies must be true)"):
        Settings.from_metadata(given)
