"""PDFs under /pdf/: any name, parts of files, and nothing else of the folder."""

import contextlib
import http.client
import os
from urllib.parse import quote

import pytest
from conftest import make_pdf, serve

NAMES = [
    "plain.pdf",
    "a b.pdf",
    "é.pdf",
    "100%.pdf",
    "a#b.pdf",
    "why?.pdf",
    "a%20b.pdf",
    "sub/x y.PDF",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pdfs") / "pdf"
    (folder / "sub").mkdir(parents=True)
    for name in NAMES:
        make_pdf(folder / name, [[name.encode("ascii", "replace").decode()]])
    (folder / "notes.txt").write_text("private")
    (folder.parent / "outside.pdf").write_bytes(b"%PDF-1.4 private")
    (folder / "link.pdf").symlink_to(folder.parent / "outside.pdf")
    (folder / "loop.pdf").symlink_to(folder / "loop.pdf")
    os.mkfifo(folder / "fifo.pdf")
    return folder


@pytest.fixture(scope="module")
def site(sample_db, folder, tmp_path_factory):
    metadata = tmp_path_factory.mktemp("metadata") / "metadata.yml"
    from conftest import ROOT

    text = (ROOT / "metadata.yml").read_text()
    metadata.write_text(
        text.replace("\nplugins:\n", f"\nplugins:\n  papersette-pdf: {{folder: {folder}}}\n", 1)
    )
    with serve(sample_db, tmp_path_factory.mktemp("site"), metadata=metadata) as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
def test_a_pdf_is_served_whatever_its_name(site, folder, name):
    answer = site.get(f"/pdf/{quote(name)}")
    assert answer.status_code == 200
    assert answer.content == (folder / name).read_bytes()
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"


PRIVATE = [
    "notes.txt", "../outside.pdf", "%2e%2e/outside.pdf", "..%2foutside.pdf", "link.pdf", "loop.pdf",
    "fifo.pdf", "sub", "", "a%00.pdf", "%ff.pdf", "/etc/passwd", "x" * 3000 + ".pdf",
    "notes.txt%00.pdf",
]  # fmt: skip


@pytest.mark.parametrize("name", PRIVATE)
def test_nothing_but_pdfs_inside_the_folder_is_served(site, name):
    connection = http.client.HTTPConnection(site.base_url.host, site.base_url.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", f"/pdf/{name}")  # httpx would resolve ../
        answer = connection.getresponse()
        assert answer.status in {302, 403, 404}
        assert b"private" not in answer.read()


def test_viewers_get_the_parts_of_a_file_that_they_ask_for(site, folder):
    whole = (folder / "plain.pdf").read_bytes()

    def ask(asked, **headers):
        return site.get("/pdf/plain.pdf", headers={"Range": asked} | headers)

    for asked, part in {"bytes=0-9": whole[:10], "bytes=5-": whole[5:], "bytes=-7": whole[-7:],
                        "bytes=0-999999": whole}.items():  # fmt: skip
        answer = ask(asked)
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    for asked in ("bytes=5-2", "lines=1-2", "bytes=0-1,3-4", "bytes=-", "nonsense"):
        assert (ask(asked).status_code, ask(asked).content) == (200, whole)
    for asked in (f"bytes={len(whole)}-", "bytes=-0", "bytes=" + "9" * 400 + "-"):
        assert ask(asked).status_code == 416
        assert ask(asked).headers["content-range"] == f"bytes */{len(whole)}"


def test_a_part_of_another_version_is_not_mixed_with_this_one(site, folder):
    whole = site.get("/pdf/plain.pdf")
    tag = whole.headers["etag"]
    asked = {"Range": "bytes=0-3"}
    assert site.get("/pdf/plain.pdf", headers=asked | {"If-Range": tag}).status_code == 206
    assert site.get("/pdf/plain.pdf", headers=asked | {"If-Range": '"old"'}).status_code == 200
    assert site.get("/pdf/plain.pdf", headers={"If-None-Match": tag}).status_code == 304


def test_head_has_the_headers_and_no_body(site, folder):
    answer = site.head("/pdf/plain.pdf")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == (folder / "plain.pdf").stat().st_size
    assert answer.content == b""
    assert site.post("/pdf/plain.pdf").status_code in {403, 405}


def test_the_folder_of_a_mount_is_served_as_before(sample_site):
    """`make serve` and the tests name the folder by --static pdf:FOLDER."""
    answer = sample_site.get("/pdf/mila/dropout.pdf")
    assert answer.status_code == 404 or answer.headers["accept-ranges"] == "bytes"
