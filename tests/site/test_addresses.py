"""Addresses in the data and in requests lead to this site or to the web, and nowhere else."""

import json

import pytest
from conftest import build_database, serve

HOSTILE = [
    "/\\evil.example",
    "//evil.example",
    "/\t/evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
]
PAPERS = [
    {"paper_id": f"p{n}", "title": f"Address {n}", "url": url, "pdf_url": url}
    for n, url in enumerate(HOSTILE)
] + [
    {"paper_id": "braces", "title": "Braces", "url": "https://a.org/x}, note = {injected"},
    {"paper_id": "plain", "title": "Plain", "url": "https://a.org/x_(1)?a=b&c=%7B#d"},
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("addresses")
    (folder / "papers.json").write_text(json.dumps(PAPERS))
    catalog = (
        "title: T\nsources:\n  - {kind: table, file: papers.json, venue: {venue_id: v, name: V}}\n"
    )
    database = build_database(folder, catalog)
    with serve(database, tmp_path_factory.mktemp("site")) as client:
        yield client


def test_no_page_links_to_another_host_by_a_path(site):
    for path in [*(f"/papers/papers/p{n}" for n in range(len(HOSTILE))), "/papers/papers"]:
        html = site.get(path).text
        assert 'href="/\\' not in html
        assert 'href="//' not in html
        assert 'href="/\t' not in html
        assert 'href="javascript' not in html


def test_a_url_adds_no_field_to_bibtex(site):
    text = site.get("/papers/papers/braces.bib").text
    assert "%7D, note" not in text  # the space is encoded, too
    assert "note = {" not in text
    assert "https://a.org/x%7D,%20note%20=%20%7Binjected" in text
    assert "https://a.org/x_(1)?a=b&c=%7B#d" in site.get("/papers/papers/plain.bib").text


def test_a_query_of_parentheses_makes_no_large_page(site):
    for typed in (")" * 20_000, "(" * 20_000, '"' * 20_001, "a " * 10_000, "?" * 20_000):
        answer = site.get("/papers/search", params={"q": typed})
        assert answer.status_code == 200
        assert len(answer.content) < 1_000_000, typed[:3]
