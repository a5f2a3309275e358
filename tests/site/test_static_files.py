"""Static files: hashed addresses, compressed files beside them, and nothing outside the folder."""

import gzip
import re
import shutil

import pytest
from conftest import ROOT, serve


def test_pages_link_to_hashed_addresses_that_are_kept_for_ever(sample_site):
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', sample_site.get("/").text)
    assert len(links) >= 4
    for link in links:
        assert re.search(r"\?v=[0-9a-f]{12}$", link), link
        answer = sample_site.get(link)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "/static/papersette.css",
        "/static/papersette.css?v=000000000000",
        "/static/papersette.css?v=%C7%88",
    ],
)
def test_other_addresses_are_asked_for_again(sample_site, path):
    answer = sample_site.get(path)
    assert answer.headers["cache-control"] == "max-age=3600, public"
    known = {"If-None-Match": answer.headers["etag"]}
    assert sample_site.get(path, headers=known).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/-/static/app.css", "/-/static-plugins/datasette_dashboards/vega.min.js",
     "/-/static-plugins/datasette-dashboards/vega.min.js"],
)  # fmt: skip
def test_files_of_datasette_and_of_packages_have_tags_too(sample_site, path):
    answer = sample_site.get(path)
    assert answer.status_code == 200
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    "path",
    ["/static/../metadata.yml", "/static/%2e%2e/metadata.yml", "/static/..%2fmetadata.yml?v=1",
     "/static/nothing.css", "/static/", "/static//etc/passwd"],
)  # fmt: skip
def test_nothing_outside_the_folder_is_sent(sample_site, path):
    assert sample_site.get(path).status_code in {403, 404}


def test_a_compressed_file_beside_a_file_is_sent_to_those_who_can_read_it(sample_db, tmp_path):
    static, folder = tmp_path / "static", tmp_path / "site"
    shutil.copytree(ROOT / "static", static)
    folder.mkdir()
    text = (static / "charts.js").read_bytes()
    (static / "charts.js.gz").write_bytes(gzip.compress(text))
    with serve(sample_db, folder, "--static", f"static:{static}", own_static=True) as site:
        packed = site.get("/static/charts.js", headers={"Accept-Encoding": "gzip"})
        plain = site.get("/static/charts.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == text
