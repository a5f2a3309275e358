"""Live sources, tested with a local server instead of OpenReview and arXiv."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from papersette.errors import UserError
from papersette.records import Paper, Problem, Venue
from papersette.sources import arxiv, live, openreview

VENUE = Venue("v", "V", 2019)
NOTES = [
    {"id": f"n{n:04}", "forum": f"n{n:04}", "invitation": "G/-/Blind_Submission",
     "content": {"title": f"Paper {n}"},
     "details": {"replies": [{"invitation": "G/-/Paper1/Official_Review",
                              "content": {"rating": "6: fair"}}]}}
    for n in range(1100)
]  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        trouble = self.server.trouble.pop(0) if self.server.trouble else None
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.asked.append(asked)
        if trouble == "stall":
            self.server.ended.wait(60)
        elif trouble:
            self.send(trouble, "{}")
        elif self.path.startswith("/notes"):
            self.send_notes(asked)
        else:
            self.send_feed(int(asked["start"]), int(asked["max_results"]))

    def send(self, status, text):
        self.send_response(status)
        body = text.encode()
        self.send_header("content-length", str(len(body)))
        self.send_header(
            "content-type", "application/json" if text.startswith("{") else "application/atom+xml"
        )
        self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(body)

    def send_notes(self, asked):
        notes = NOTES if asked.get("invitation") == "G/-/Blind_Submission" else []
        start = next(
            (place + 1 for place, note in enumerate(notes) if note["id"] == asked.get("after")),
            int(asked.get("offset", 0)),
        )
        self.send(
            200,
            json.dumps(
                {"notes": notes[start : start + int(asked.get("limit", 1000))], "count": len(notes)}
            ),
        )

    def send_feed(self, start, most):
        most = min(most, self.server.sent - start)
        entry = (
            "<entry><id>http://arxiv.org/abs/2510.{n:05}v1</id><title>Paper\n  {n}</title>"
            "<summary>Of {n}.</summary><published>2025-10-18T00:00:00Z</published>"
            "<updated>2025-10-18T00:00:00Z</updated><author><name>Ada B</name></author>"
            '<link title="pdf" href="https://arxiv.org/pdf/2510.{n:05}v1" rel="related"/>'
            '<arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.DL"/>'
            '<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.5555/{n}</arxiv:doi>'
            '<category term="cs.DL"/></entry>'
        )
        entries = "".join(entry.format(n=n) for n in range(start, min(start + most, 130)))
        total = (
            '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
            "130</opensearch:totalResults>"
        )
        self.send(
            200,
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
            f"{total}{entries}</feed>",
        )


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(live, "PAUSE", 0)
    monkeypatch.setattr(arxiv, "PAUSE", 0)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as site:
        site.trouble, site.asked, site.daemon_threads, site.sent = [], [], True, 130
        site.ended = threading.Event()
        thread = threading.Thread(target=site.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield site
        site.ended.set()
        site.shutdown()
        thread.join()


def ask_openreview(server, folder, **options):
    api = f"http://127.0.0.1:{server.server_port}"
    settings = openreview.Settings(VENUE, group="G", api=api, api_1=api)
    return openreview.fetch(settings, folder, offline=options.get("offline", False))


def ask_arxiv(server, folder, **options):
    settings = arxiv.Settings(
        VENUE, query="cat:cs.DL", api=f"http://127.0.0.1:{server.server_port}/query"
    )
    return arxiv.fetch(settings, folder, offline=options.get("offline", False))


def papers(source, settings: object) -> list[Paper]:
    return [item for item in source.read(settings) if isinstance(item, Paper)]


SOURCES = [(openreview, ask_openreview, 1100, "Paper 7"), (arxiv, ask_arxiv, 130, "Paper 7")]
EACH = pytest.mark.parametrize(
    ("source", "ask", "count", "eighth"), SOURCES, ids=["openreview", "arxiv"]
)
pytest.importorskip(
    "openreview", reason="openreview-py is not installed: pip install -r requirements-live.txt"
)
pytest.importorskip("arxiv", reason="arxiv is not installed: pip install -r requirements-live.txt")


def test_an_answer_of_arxiv_that_is_fetched_keeps_its_dois(server, tmp_path):
    found = papers(arxiv, ask_arxiv(server, tmp_path)[0])
    assert [paper.doi for paper in found[:2]] == ["10.5555/0", "10.5555/1"]


@EACH
@pytest.mark.parametrize("trouble", [[], [429, 429], [500], ["stall"]], ids=str)
def test_all_pages_are_fetched_despite_throttling_failures_and_stalls(
    server, tmp_path, source, ask, count, eighth, trouble, monkeypatch
):
    if "stall" in trouble:
        monkeypatch.setattr(live, "STALL", 1.5)
    server.trouble = list(trouble)
    settings, problems = ask(server, tmp_path)
    found = papers(source, settings)
    assert (len(found), found[7].title, problems) == (count, eighth, [])


@EACH
def test_a_recent_response_is_not_requested_again_and_is_used_offline(
    server, tmp_path, source, ask, count, eighth
):
    ask(server, tmp_path)
    asked = len(server.asked)
    ask(server, tmp_path)
    settings, _ = ask(server, tmp_path, offline=True)
    assert (len(server.asked), len(papers(source, settings))) == (asked, count)


@EACH
def test_a_server_that_always_fails_is_an_error(server, tmp_path, source, ask, count, eighth):
    server.trouble = [500] * 40
    with pytest.raises(UserError, match="could not be fetched"):
        ask(server, tmp_path)
    assert not list(tmp_path.iterdir())


@EACH
def test_an_old_response_is_used_with_a_problem_if_the_server_fails(
    server, tmp_path, source, ask, count, eighth, monkeypatch
):
    ask(server, tmp_path)
    monkeypatch.setattr(live, "MAX_AGE", -1)
    server.trouble = [500] * 40
    settings, problems = ask(server, tmp_path)
    assert len(papers(source, settings)) == count
    assert [
        isinstance(problem, Problem) and "the saved response is used" in problem.reason
        for problem in problems
    ] == [True]


@EACH
def test_a_source_that_was_never_fetched_is_an_error_offline(
    server, tmp_path, source, ask, count, eighth
):
    with pytest.raises(UserError, match="never fetched"):
        ask(server, tmp_path, offline=True)


def test_openreview_has_the_reviews_of_the_thread(server, tmp_path):
    settings, _ = ask_openreview(server, tmp_path)
    assert papers(openreview, settings)[0].reviews[0].rating == 6


def test_a_group_without_submissions_is_an_error(server, tmp_path):
    api = f"http://127.0.0.1:{server.server_port}"
    with pytest.raises(UserError, match="is its name the one in the URL"):
        openreview.fetch(
            openreview.Settings(VENUE, group="X", api=api, api_1=api), tmp_path, offline=False
        )


@pytest.mark.parametrize(("source", "message"), [(openreview, "“group”"), (arxiv, "“query”")])
def test_a_source_without_a_file_or_query_is_an_error(source, message):
    with pytest.raises(UserError, match=message):
        list(source.read(source.Settings(VENUE)))


def test_a_missing_client_library_is_an_error_with_its_remedy():
    with pytest.raises(UserError, match=r"requirements-live\.txt"):
        live.load_client("no_such_client")


def test_a_query_with_more_papers_than_most_is_reported_and_again_from_the_saved_file(
    server, tmp_path
):
    api = f"http://127.0.0.1:{server.server_port}/query"
    settings = arxiv.Settings(VENUE, query="cat:cs.DL", api=api, most=30)
    for offline in (False, True):
        fetched, _ = arxiv.fetch(settings, tmp_path, offline=offline)
        (problem,) = [item for item in arxiv.read(fetched) if isinstance(item, Problem)]
        assert problem.reason == (
            "has 30 of the 130 papers of its query; the catalog limits them to 30: raise “most” "
            "to read the others"
        )


def test_an_identifier_that_arxiv_does_not_have_is_reported(server, tmp_path):
    api = f"http://127.0.0.1:{server.server_port}/query"
    ids = ["2510.00001", "2510.00002v1", "2510.00003v2", "2510.99999"]
    fetched, _ = arxiv.fetch(arxiv.Settings(VENUE, ids=ids, api=api), tmp_path, offline=False)
    problems = [item for item in arxiv.read(fetched) if isinstance(item, Problem)]
    assert [problem.item for problem in problems] == ["2510.00003v2", "2510.99999"]
    assert "correct it in “ids”" in problems[0].reason


def test_a_first_page_that_arxiv_leaves_empty_is_reported(server, tmp_path):
    server.sent = 0
    settings, _ = ask_arxiv(server, tmp_path)
    (problem,) = [item for item in arxiv.read(settings) if isinstance(item, Problem)]
    assert problem.reason.startswith("has 0 of the 130 papers of its query; arXiv did not send")


def test_a_query_names_its_file_so_that_two_queries_do_not_share_one(server, tmp_path):
    settings = arxiv.Settings(
        VENUE, query="a", api=f"http://127.0.0.1:{server.server_port}/query", most=5
    )
    first, _ = arxiv.fetch(settings, tmp_path, offline=False)
    assert isinstance(first.file, Path)
    assert len(papers(arxiv, first)) == 5
