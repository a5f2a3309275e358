"""Downloads from a local server that throttles, fails, stalls and sends wrong headers."""

import threading
import time
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import make_pdf

from papersette.ingest import collection
from papersette.records import Paper, Venue
from papersette.sources import fetch as fetching
from papersette.sources.fetch import Outdated, Politeness, fetch_pdfs

QUICK = Politeness(tries=3, pause=0.01, longest_pause=0.05, largest=100_000, max_age=0)
"""Does not wait between tries. Its `stall` is the usual one, which no busy machine reaches."""
IMPATIENT = replace(QUICK, stall=0.4)
BODY = b"%PDF-1.4 " + bytes(range(256)) * 40 + b"%%EOF"


class Site(ThreadingHTTPServer):
    """Keeps the requests, their count by path, and the most that were in progress at once."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock, self.pair, self.ended = threading.Lock(), threading.Barrier(2), threading.Event()
        self.asked, self.seen, self.at_once, self.most_at_once = [], Counter(), 0, 0

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        site = self.server
        name = self.path.strip("/").partition("?")[0]
        with site.lock:
            site.asked.append((name, dict(self.headers)))
            site.seen[name] += 1
        getattr(self, f"answer_{name}")(site.seen[name])

    def send(self, status=200, body=BODY, **headers):
        self.send_response(status)
        for key, value in {"content_length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_good(self, time):
        if self.headers.get("if-none-match") == '"v1"':
            self.send(304, b"", etag='"v1"')
        else:
            self.send(etag='"v1"')

    def answer_throttled(self, time):
        self.send() if time > 1 else self.send(429, b"", retry_after="0")

    def answer_recovers(self, time):
        self.send() if time > 2 else self.send(500, b"")

    def answer_fails(self, time):
        self.send(503, b"")

    def answer_missing(self, time):
        self.send(404, b"gone")

    def answer_page(self, time):
        self.send(200, b"<!DOCTYPE html><html>log in", content_type="text/html")

    def answer_text(self, time):
        self.send(200, b"hello")

    def answer_large(self, time):
        self.send(200, BODY * 20)

    def answer_slow(self, number):
        time.sleep(0.1)
        self.send()

    def answer_paired(self, number):
        """Answer once two requests are in progress, and some time later,
        so that a third would show.

        A request ends before its answer is sent, because the client may ask again
        as soon as it has it.
        """
        site = self.server
        with site.lock:
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
        site.pair.wait(60)
        time.sleep(0.05)
        with site.lock:
            site.at_once -= 1
        self.send()

    def answer_stalls(self, number):
        self.send_response(200)
        self.send_header("content-length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[:100])
        self.wfile.flush()
        self.server.ended.wait(60)

    def answer_short(self, time):
        self.send(200, BODY[:50], content_length=str(len(BODY)))

    def answer_cut(self, time):
        self.send(200, BODY[:-500])

    def answer_breaks(self, time):
        start = self.headers.get("range", "").removeprefix("bytes=").removesuffix("-")
        if start and self.headers.get("if-range") == '"v1"':
            rest = BODY[int(start) :]
            self.send(
                206, rest, etag='"v1"', content_range=f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"
            )
        else:
            self.send(200, BODY[:5000], etag='"v1"', content_length=str(len(BODY)))

    def answer_misplaces(self, time):
        """Answer a request for the rest with a part that begins elsewhere."""
        if self.headers.get("range"):
            content_range = f"bytes 4000-{len(BODY) - 1}/{len(BODY)}"
            self.send(206, BODY[4000:], etag='"v1"', content_range=content_range)
        else:
            sent = BODY if time > 2 else BODY[:5000]
            self.send(200, sent, etag='"v1"', content_length=str(len(BODY)))

    def answer_moved(self, time):
        self.send(302, b"", location="/good")

    def answer_circles(self, time):
        self.send(302, b"", location="/circles")


@pytest.fixture
def server():
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield site
        site.ended.set()
        site.shutdown()
        thread.join()


def fetch(server, folder, *names, **options):
    urls = [server.url(name) for name in names]
    options = {"politeness": QUICK, "allow_hosts": {"127.0.0.1"}, **options}
    found = dict(fetch_pdfs(urls, folder, **options))
    return [found[url] for url in urls]


@pytest.mark.parametrize(
    "name", ["good", "throttled", "recovers", "breaks", "misplaces", "moved", "slow"]
)
def test_a_file_is_fetched_completely_after_failed_tries(server, tmp_path, name):
    (path,) = fetch(server, tmp_path, name)
    assert path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("fails", "answered 503"),
        ("missing", "answered 404"),
        ("page", "a web page instead of a PDF"),
        ("text", "not a PDF"),
        ("large", "bytes"),
        ("stalls", "in time"),
        ("short", "closed the connection"),
        ("cut", "without its end"),
        ("circles", "redirects"),
    ],
)
def test_a_failed_download_has_a_reason_and_leaves_no_file(server, tmp_path, name, reason):
    politeness = IMPATIENT if name == "stalls" else QUICK
    (answer,) = fetch(server, tmp_path, name, politeness=politeness)
    assert isinstance(answer, str)
    assert reason in answer
    assert not list(tmp_path.glob("*.pdf"))


def test_a_failed_download_does_not_affect_others(server, tmp_path):
    answer, path = fetch(server, tmp_path, "missing", "good")
    assert (isinstance(answer, str), path.read_bytes()) == (True, BODY)


def test_a_permanent_failure_is_not_retried(server, tmp_path):
    fetch(server, tmp_path, "missing", "page", "fails")
    assert server.seen == {"missing": 1, "page": 1, "fails": 3}


def test_an_interrupted_download_is_resumed(server, tmp_path):
    fetch(server, tmp_path, "breaks")
    assert [headers.get("range", headers.get("Range")) for _, headers in server.asked] == [
        None,
        "bytes=5000-",
    ]


def test_an_old_file_is_requested_only_if_it_changed(server, tmp_path):
    (first,), (again,) = fetch(server, tmp_path, "good"), fetch(server, tmp_path, "good")
    assert (first, server.asked[1][1].get("if-none-match")) == (again, '"v1"')


def test_a_recent_file_is_not_requested_but_a_damaged_one_is(server, tmp_path):
    patient = Politeness(tries=1)
    (path,) = fetch(server, tmp_path, "good", politeness=patient)
    fetch(server, tmp_path, "good", politeness=patient)
    assert server.seen["good"] == 1
    path.write_bytes(BODY[:-1])
    assert fetch(server, tmp_path, "good", politeness=patient)[0].read_bytes() == BODY


ONCE = Politeness(tries=1, max_age=0)


def test_an_old_file_is_kept_if_the_server_fails_and_the_reason_is_given(server, tmp_path):
    (path,) = fetch(server, tmp_path, "throttled")
    server.seen.clear()
    assert fetch(server, tmp_path, "throttled", politeness=ONCE) == [
        Outdated(path, "answered 429 Too Many Requests")
    ]


def test_an_old_pdf_that_is_gone_is_one_problem_and_papers_keep_the_copy(
    server, tmp_path, monkeypatch
):
    url = server.url("good")
    papers = [Paper(name, Venue("v", "V"), pdf_url=url) for name in "ab"]
    first, again, offline = (collection.Items(papers=list(papers)) for _ in range(3))
    options = {"offline": False, "allow_hosts": {"127.0.0.1"}}
    list(collection.download(first, tmp_path, **options))
    monkeypatch.setattr(Handler, "answer_good", Handler.answer_missing)
    monkeypatch.setattr(fetching._File, "age", lambda file: 40 * fetching.DAY)
    list(collection.download(again, tmp_path, **options))
    list(collection.download(offline, tmp_path, **options | {"offline": True}))
    assert [paper.file for paper in again.papers] == [paper.file for paper in first.papers]
    ((item, stage, reason, paper_id),) = [
        (one.item, one.stage, one.reason, one.paper_id) for one in again.problems
    ]
    assert (item, stage, paper_id) == (url, "download", "a")
    assert reason.startswith("answered 404 Not Found; the copy that an earlier build fetched")
    assert (first.problems, offline.problems) == ([], [])


def test_offline_uses_fetched_files_and_sends_no_request(server, tmp_path):
    fetch(server, tmp_path, "good")
    path, answer = fetch(server, tmp_path, "good", "slow", offline=True)
    assert path.read_bytes() == BODY
    assert "--offline" in answer
    assert len(server.asked) == 1


def test_it_says_who_it_is_and_asks_a_host_for_two_files_at_once(server, tmp_path):
    fetch(server, tmp_path, *[f"paired?{n}" for n in range(8)])
    assert server.most_at_once == 2
    assert all("papersette/" in headers["user-agent"] for _, headers in server.asked)


@pytest.mark.parametrize("url", ["ftp://host/x.pdf", "file:///etc/passwd", "http://", "no address"])
def test_only_http_and_https_are_requested(tmp_path, url):
    ((_, answer),) = fetch_pdfs([url], tmp_path, politeness=QUICK)
    assert isinstance(answer, str)


def test_a_build_fetches_the_pdfs_and_reports_failures(server, tmp_path, build):
    make_pdf(tmp_path / "real.pdf", [["Hedges of the garden, and their keepers"]])
    Handler.answer_real = lambda self, time: self.send(200, (tmp_path / "real.pdf").read_bytes())
    (tmp_path / "papers.csv").write_text(
        f"paper_id,title,pdf_url\na,First,{server.url('real')}\nb,Second,{server.url('missing')}\n"
    )
    catalog = (
        "title: T\ndownload: true\nallow_hosts: [127.0.0.1]\nsources:\n"
        "  - {kind: table, file: papers.csv, venue: {venue_id: v, name: V}}\n"
    )
    built = build(catalog, "--downloads", tmp_path / "down")
    assert "2 papers, 1 pages" in built.stdout, built.stderr
    again = build(catalog, "--downloads", tmp_path / "down", "--offline", "--rebuild")
    assert ("2 papers, 1 pages" in again.stdout, server.seen["real"]) == (True, 1)
