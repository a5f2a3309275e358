"""What search engines are told: robots.txt and sitemaps, as other programs read them."""

from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import pytest
import yaml
from conftest import ROOT, query
from protego import Protego
from usp.tree import sitemap_tree_for_homepage

from papersette.exports import sitemap

PAGES = [
    "/",
    "/about",
    "/papers/papers/swalp",
    "/papers/venues/iclr-2019",
    "/papers/tags/optimization",
    "/papers/authors/devansh-arpit",
    "/papers/whats_new.atom",
    "/pdf/a.pdf",
    "/-/card/swalp.png",
    "/-/oai",
    "/sitemap.xml",
    "/static/papersette.css?123",
    "/-/static/app.css?123",
]
EXPENSIVE = [
    "/papers/search?q=noise",
    "/papers/search?q=noise&tag=a&year=2019",
    "/papers/papers?_sort=title",
    "/papers?sql=select+1",
    "/papers/papers.csv",
    "/papers/papers.json",
    "/papers/search.bib",
    "/papers/venues/iclr-2019.ris",
    "/papers.db",
    "/papers/papers/swalp?q=x",
    "/-/language/fr?back=/",
]


def test_robots_txt_allows_pages_and_forbids_what_is_endless_or_expensive(sample_site):
    answer = sample_site.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    rules = Protego.parse(answer.text)
    home = str(sample_site.base_url).rstrip("/")
    assert [path for path in PAGES if not rules.can_fetch(home + path, "AnyBot")] == []
    assert [path for path in EXPENSIVE if rules.can_fetch(home + path, "AnyBot")] == []
    assert list(rules.sitemaps) == [f"{home}/sitemap.xml"]


def test_a_simple_reader_of_robots_txt_gets_pages_and_the_sitemap(sample_site):
    parser = RobotFileParser()
    parser.parse(sample_site.get("/robots.txt").text.splitlines())
    assert parser.can_fetch("AnyBot", "/papers/papers/swalp")
    assert not parser.can_fetch("AnyBot", "/papers.db")
    assert [urlsplit(address).path for address in parser.site_maps()] == ["/sitemap.xml"]


def test_a_crawler_finds_every_paper_through_robots_txt_and_the_index(sample_site, sample_db):
    tree = sitemap_tree_for_homepage(str(sample_site.base_url))
    pages = list(tree.all_pages())
    files = [urlsplit(one.url).path for one in tree.all_sitemaps()]
    assert files == ["/robots.txt", "/sitemap.xml", "/sitemap-pages.xml", "/sitemap-papers-1.xml"]
    assert all(page.last_modified and page.last_modified.tzinfo for page in pages)
    paths = [urlsplit(page.url).path for page in pages]
    papers = {f"/papers/papers/{key}" for (key,) in query(sample_db, "select paper_id from papers")}
    assert papers <= set(paths)
    assert {"/", "/about", "/papers/venues/iclr-2019"} <= set(paths)
    assert len(paths) == len(set(paths))
    for path in paths:
        if not path.startswith("/papers/papers/") or path.endswith("swalp"):
            assert sample_site.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "name", ["papers-2", "papers-0", "papers-999999", "papers-9999999", "papers-x", "x"]
)
def test_a_sitemap_that_does_not_exist_is_not_found(sample_site, name):
    assert sample_site.get(f"/sitemap-{name}.xml").status_code == 404


def test_papers_are_divided_into_files_of_a_bounded_size(sample_site, monkeypatch, ask):
    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 20)
    index, *files = ask("/sitemap.xml", *(f"/sitemap-papers-{n}.xml" for n in (1, 2, 3, 4)))
    assert index.text.count("<sitemap>") == 4
    assert [answer.text.count("<url>") for answer in files] == [20, 20, 7, 0]


def test_browsers_get_our_icon_in_three_forms(sample_site):
    icon = sample_site.get("/favicon.ico")
    assert icon.headers["content-type"] == "image/x-icon"
    assert icon.content.startswith(b"\x00\x00\x01\x00")
    assert sample_site.get("/static/favicon.svg").headers["content-type"].startswith("image/svg")
    assert sample_site.get("/static/favicon.png").content.startswith(b"\x89PNG")


def test_addresses_have_the_prefix_of_a_proxy(ask):
    """Of robots.txt, which the proxy serves at the root, and of the files that it leads to."""
    paths = ("/robots.txt", "/sitemap.xml", "/sitemap-papers-1.xml")  # the client adds it
    robots, index, papers = ask(*paths, settings={"base_url": "/prefix/"})
    assert "Disallow: /prefix/*?" in robots.text
    assert "Sitemap: http://localhost/prefix/sitemap.xml" in robots.text
    assert "<loc>http://localhost/prefix/sitemap-papers-1.xml</loc>" in index.text
    assert "<loc>http://localhost/prefix/papers/papers/swalp</loc>" in papers.text


ADDRESSES = [
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/sitemap-papers-1.xml",
    "/-/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/-/unapi?id=swalp&format=ris",
    "/-/card/swalp.png",
    "/-/card.png",
]


@pytest.mark.parametrize("place", ["instance", "database", "table"])
def test_a_closed_site_tells_machines_nothing(ask, place):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    database = metadata["databases"]["papers"]
    closed = {"instance": metadata, "database": database, "table": database["tables"]["papers"]}
    closed[place]["allow"] = False
    answers = ask(*ADDRESSES, metadata=metadata)
    assert [answer.status_code for answer in answers] == [403] * len(ADDRESSES)
    assert not any(b"SWALP" in answer.content for answer in answers)
