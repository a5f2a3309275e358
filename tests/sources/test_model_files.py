"""Files of a model come from a hub, here a local server, and must be the pinned ones."""

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from papersette.errors import UserError
from papersette.meaning.models import Model, ModelFile
from papersette.sources.fetch import Politeness
from papersette.sources.model_files import describe, ensure_files

QUICK = Politeness(tries=3, pause=0.01, longest_pause=0.05)
REVISION = "0123456789abcdef0123456789abcdef01234567"
CONTENT = {"onnx/model.onnx": b"weights " * 5000, "tokenizer.json": b'{"version": "1.0"}'}
LOCAL = ("127.0.0.1",)


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        hub = self.server
        hub.asked.append(self.path)
        name = self.path.removeprefix(f"/owner/small/resolve/{REVISION}/")
        if self.path.startswith("/files/"):  # as a hub redirects to its storage
            name = self.path.removeprefix("/files/")
        elif hub.redirects:
            self.send_response(302)
            self.send_header("location", f"/files/{name}")
            self.end_headers()
            return
        body = hub.content.get(name)
        self.send_response(404 if body is None else 200)
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")


@pytest.fixture
def hub():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.content, server.redirects = [], dict(CONTENT), False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def model(hub):
    names = {"model.onnx": "onnx/model.onnx", "tokenizer.json": "tokenizer.json"}
    files = tuple(
        (name, ModelFile(path, hashlib.sha256(CONTENT[path]).hexdigest(), len(CONTENT[path])))
        for name, path in names.items()
    )
    return Model(
        "small", "owner/small", REVISION, files=files, hub=f"http://127.0.0.1:{hub.server_port}"
    )


def ensure(model, folder, **options):
    return ensure_files(model, folder, politeness=QUICK, **{"allow_hosts": LOCAL, **options})


@pytest.mark.parametrize("redirects", [False, True])
def test_files_are_fetched_once_from_the_pinned_revision(hub, model, tmp_path, redirects):
    hub.redirects = redirects
    found = ensure(model, tmp_path)
    assert (found.folder / "model.onnx").read_bytes() == CONTENT["onnx/model.onnx"]
    assert (found.folder / "tokenizer.json").read_bytes() == CONTENT["tokenizer.json"]
    assert f"/owner/small/resolve/{REVISION}/onnx/model.onnx" in hub.asked
    hub.asked.clear()
    assert ensure(model, tmp_path) == found
    assert ensure(model, tmp_path, offline=True) == found
    assert hub.asked == []


def test_another_file_than_the_pinned_one_is_refused_and_not_kept(hub, model, tmp_path):
    hub.content["onnx/model.onnx"] = b"other weights"
    with pytest.raises(
        UserError, match=r"model\.onnx has the SHA-256 [0-9a-f]{64}, not .*another file"
    ):
        ensure(model, tmp_path)
    assert not list(tmp_path.rglob("*.onnx"))
    hub.content["onnx/model.onnx"] = CONTENT["onnx/model.onnx"]
    assert ensure(model, tmp_path).folder.is_dir()


def test_a_missing_file_is_told_with_the_remedy(hub, model, tmp_path):
    del hub.content["tokenizer.json"]
    with pytest.raises(
        UserError, match=r"the model small: .*404 Not Found; try again, or download"
    ):
        ensure(model, tmp_path)


def test_offline_fetches_nothing(hub, model, tmp_path):
    with pytest.raises(UserError, match="was never fetched, and --offline fetches nothing"):
        ensure(model, tmp_path, offline=True)
    assert hub.asked == []


def test_a_hub_in_a_private_network_needs_to_be_allowed(hub, model, tmp_path):
    with pytest.raises(
        UserError, match=r"not a public address; if it is meant, add .* to allow_hosts"
    ):
        ensure(model, tmp_path, allow_hosts=())
    assert hub.asked == []


def test_a_kept_file_that_was_damaged_is_refused(hub, model, tmp_path):
    folder = ensure(model, tmp_path).folder
    (folder / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"model\.onnx: has the SHA-256"):
        ensure(model, tmp_path)


def test_check_says_where_the_files_are_without_fetching_them(hub, model, tmp_path):
    model = replace(model, languages="English")
    assert describe(model, tmp_path).startswith(
        "small (English); the build will fetch 0 MB from http://127.0.0.1"
    )
    folder = ensure(model, tmp_path).folder
    assert describe(model, tmp_path) == "small (English), fetched before"
    assert describe(replace(model, folder=folder), tmp_path) == f"small (English), in {folder}"
    assert len(hub.asked) == 2
