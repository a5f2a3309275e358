"""Downloads reach public addresses only, whatever a URL, a name server or a redirect says."""

import gzip
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import pytest

from papersette.sources.fetch import Politeness, fetch_pdfs
from papersette.sources.network import CheckedBackend, ForbiddenAddressError, is_public

ONCE = Politeness(tries=1, pause=0.01, largest=100_000, max_age=0)
BODY = b"%PDF-1.4 " + b"x" * 4000 + b"%%EOF"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1",
        "172.31.255.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
        "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "192.0.0.1", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2002:0a00:0001::1",
        "2001:0:7f00:1::1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"],
)
def test_a_public_address_is_allowed(address):
    assert is_public(address)


class Private(ThreadingHTTPServer):
    """A server on loopback that no download may reach, unless its host is allowed."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        status, headers, body = ANSWERS[self.path.split("?")[0]]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("PORT", str(self.server.server_port)))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


BOMB = gzip.compress(bytes(300_000_000), 1)
ANSWERS = {
    "/good": (200, {}, BODY),
    "/gzip": (200, {"content-encoding": "gzip"}, gzip.compress(BODY)),
    "/bomb": (200, {"content-encoding": "gzip"}, BOMB),
    "/twice": (200, {"content-encoding": "gzip, gzip"}, gzip.compress(BOMB)),
    "/damaged": (200, {"content-encoding": "gzip"}, b"no gzip"),
    "/brotli": (200, {"content-encoding": "br"}, b"x"),
    "/unchanged": (304, {}, b""),
    "/to-loopback": (302, {"location": "http://localhost:PORT/good"}, b""),
    "/to-number": (302, {"location": "http://2130706433:PORT/good"}, b""),
    "/to-file": (302, {"location": "file:///etc/passwd"}, b""),
    "/to-nowhere": (302, {"location": "http://[bad"}, b""),
    "/to-bomb": (302, {"location": "/good", "content-encoding": "gzip"}, BOMB),
}


@pytest.fixture
def private():
    with Private() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch_one(url, folder, **options):
    ((_, answer),) = fetch_pdfs([url], folder, **{"politeness": ONCE, **options})
    return answer


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "127.1", "2130706433", "0x7f000001", "0x7f.1",
        "0177.0.0.1", "017700000001", "0", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "user@127.0.0.1", "user:pw@127.0.0.1", "example.org@127.0.0.1",
        "example.org%40127.0.0.1@127.0.0.1", "example.org#@127.0.0.1", "127.0.0.1.", "①②⑦.⓪.⓪.①",
        "127。0。0。1",
    ],
)  # fmt: skip
def test_no_spelling_of_loopback_reaches_it(private, tmp_path, host):
    answer = fetch_one(f"http://{host}:{private.server_port}/good", tmp_path)
    assert isinstance(answer, str)
    assert private.asked == []


def test_a_name_that_resolves_to_a_private_address_is_refused(private, tmp_path):
    answer = fetch_one(
        f"http://papers.example.org:{private.server_port}/good",
        tmp_path,
        resolver=lambda host, port: ["127.0.0.1"],
    )
    assert "allow_hosts" in answer
    assert private.asked == []


def test_a_name_with_one_private_address_among_others_is_refused(private, tmp_path):
    url = f"http://papers.example.org:{private.server_port}/good"
    answer = fetch_one(url, tmp_path, resolver=lambda host, port: ["93.184.216.34", "127.0.0.1"])
    assert "not a public address" in answer


def test_the_checked_address_is_the_one_connected_to():
    """A name server that answers first with a public and then with a private address
    gains nothing."""
    answers, asked, connected = [["93.184.216.34"], ["127.0.0.1"]], [], []

    def rebinding(host, port):
        asked.append(host)
        return answers.pop(0)

    class Recorder(httpcore.SyncBackend):
        def connect_tcp(self, host, *arguments, **options):
            connected.append(host)
            raise httpcore.ConnectError("not in a test")

    backend = CheckedBackend((), rebinding, 60)
    backend._inner = Recorder()
    with pytest.raises(httpcore.ConnectError):
        backend.connect_tcp("rebinding.example.org", 80)
    assert (connected, asked) == (["93.184.216.34"], ["rebinding.example.org"])
    with pytest.raises(ForbiddenAddressError):
        backend.connect_tcp("rebinding.example.org", 80)
    assert connected == ["93.184.216.34"]


@pytest.mark.parametrize("path", ["to-loopback", "to-number", "to-file", "to-nowhere"])
def test_a_redirect_is_checked_like_a_url(private, tmp_path, path):
    url = f"http://127.0.0.1:{private.server_port}/{path}"
    answer = fetch_one(url, tmp_path, allow_hosts={"127.0.0.1"})
    assert isinstance(answer, str)
    assert private.asked == [f"/{path}"]


def test_an_allowed_host_is_asked(private, tmp_path):
    url = f"http://localhost:{private.server_port}/good"
    answer = fetch_one(url, tmp_path, allow_hosts={"LocalHost"})
    assert answer.read_bytes() == BODY


@pytest.mark.parametrize(
    "url",
    [
        "http://[bad", "http://a..b/", f"http://{'a' * 64}.org/", "http://", "http:///x",
        "http://:80/", "http://x:99999/", "http://x:y/", "http://\ud800/", "http://a b/",
        "http://a\nb/", "//x/y", "file:///etc/passwd", "ftp://x/y", "gopher://x/",
        "data:application/pdf,x", "unix:///x", "", "http://xn--a/", "http://%00/",
        "http://" + "a." * 200 + "org/",
    ],
)  # fmt: skip
def test_a_url_that_is_not_valid_costs_only_itself(private, tmp_path, url):
    good = f"http://127.0.0.1:{private.server_port}/good"
    found = dict(fetch_pdfs([url, good], tmp_path, politeness=ONCE, allow_hosts={"127.0.0.1"}))
    assert isinstance(found[url], str)
    assert found[url]
    assert found[good].read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("unchanged", "304"), ("bomb", "more than 100,000 bytes"), ("twice", "compressed"),
        ("brotli", "compressed"), ("damaged", "gzip"),
    ],
)  # fmt: skip
def test_a_hostile_body_is_refused_and_leaves_nothing(private, tmp_path, path, reason):
    url = f"http://127.0.0.1:{private.server_port}/{path}"
    answer = fetch_one(url, tmp_path, allow_hosts={"127.0.0.1"})
    assert reason in answer
    assert not [file for file in tmp_path.iterdir() if file.suffix in {".pdf", ".part"}]


@pytest.mark.parametrize("path", ["gzip", "to-bomb"])
def test_one_gzip_is_read_and_the_body_of_a_redirect_is_not(private, tmp_path, path):
    url = f"http://127.0.0.1:{private.server_port}/{path}"
    assert fetch_one(url, tmp_path, allow_hosts={"127.0.0.1"}).read_bytes() == BODY


def test_a_server_that_sends_a_byte_at_a_time_meets_the_deadline(tmp_path):
    """The time limit of a try holds for the header, too, of which every byte is in time."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def drip():
            connection, _ = listener.accept()
            with connection:
                while not ended.wait(0.05):
                    try:
                        connection.send(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        limits = Politeness(tries=1, stall=30, longest=1)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        answer = fetch_one(url, tmp_path, allow_hosts={"127.0.0.1"}, politeness=limits)
        ended.set()
        thread.join()
    assert answer == "did not answer in time"
