"""Metadata of pages, as other programs read it: schema.org, OpenGraph, Highwire tags, feeds."""

import json
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import extruct
import feedparser
import pytest
import yaml
from conftest import ROOT, serve, visiting
from corpora import ARABIC, ODD_PAPERS
from lxml import html

PAPER = "/papers/papers/swalp"
PUBLIC = "https://papers.example.org"


def read(site, path):
    """Return the JSON-LD and the OpenGraph properties of a page."""
    answer = site.get(path)
    assert answer.status_code == 200, answer.text[:300]
    found = extruct.extract(
        answer.text, base_url=str(site.base_url), syntaxes=["json-ld", "opengraph"]
    )
    return found["json-ld"], dict(found["opengraph"][0]["properties"])


def metas(site, path):
    """Return the contents of each name of a page's meta elements."""
    tree, found = html.fromstring(site.get(path).content), {}
    for node in tree.xpath("//meta[@name]"):
        found.setdefault(node.get("name"), []).append(node.get("content"))
    return found


def link(site, path, relation):
    tree = html.fromstring(site.get(path).content)
    return [node.get("href") for node in tree.xpath(f"//link[@rel='{relation}']")]


def row(site, path):
    (paper,) = site.get(f"{path}.json?_shape=array").json()
    return paper


def test_a_paper_is_a_scholarly_article_of_schema_org(sample_site):
    paper = row(sample_site, PAPER)
    (article,), _ = read(sample_site, PAPER)
    assert (article["@context"], article["@type"]) == ("https://schema.org", "ScholarlyArticle")
    assert article["name"] == paper["title"]
    assert [person["name"] for person in article["author"]] == paper["authors"].split("; ")
    assert article["datePublished"].startswith(str(paper["year"]))
    assert article["keywords"] == paper["tags"].split("; ")
    assert urlsplit(article["url"]).path == PAPER
    assert sample_site.get(article["encoding"]["contentUrl"]).content.startswith(b"%PDF")
    assert sample_site.get(article["image"]).headers["content-type"] == "image/png"


def test_a_link_to_a_paper_shows_its_title_and_picture(sample_site):
    paper = row(sample_site, PAPER)
    _, shown = read(sample_site, PAPER)
    assert (shown["og:title"], shown["og:type"]) == (paper["title"], "article")
    assert shown["og:site_name"]
    assert 50 < len(shown["og:description"]) <= 300
    assert metas(sample_site, PAPER)["twitter:card"] == ["summary_large_image"]
    assert metas(sample_site, PAPER)["description"] == [shown["og:description"]]
    picture = sample_site.get(shown["og:image"])
    assert picture.content.startswith(b"\x89PNG")


def test_reference_managers_find_every_field_of_a_paper(sample_site):
    paper, tags = row(sample_site, PAPER), metas(sample_site, PAPER)
    assert tags["citation_title"] == [paper["title"]]
    assert tags["citation_author"] == paper["authors"].split("; ")
    assert tags["citation_publication_date"][0][:4] == str(paper["year"])
    assert tags["citation_keywords"] == paper["tags"].split("; ")
    assert tags["citation_abstract_html_url"] == link(sample_site, PAPER, "canonical")
    (pdf,) = tags["citation_pdf_url"]
    assert sample_site.get(pdf).content.startswith(b"%PDF")
    assert tags.keys() & {"citation_conference_title", "citation_journal_title"}


def test_no_title_or_text_of_a_paper_breaks_its_metadata(odd_site):
    for paper in ODD_PAPERS:
        page = odd_site.get(
            "/papers/papers.json", params={"paper_id": paper["paper_id"], "_shape": "array"}
        )
        (found,) = page.json()
        path = odd_site.get("/-/unapi", params={"id": found["paper_id"]})
        assert path.status_code == 300
    for item in odd_site.get("/papers/papers.csl").json():
        key = item["id"]
        encoded = "".join(
            c
            if c.isascii() and (c.isalnum() or c in "_-")
            else "+"
            if c == " "
            else "".join(f"~{byte:02X}" for byte in c.encode())
            for c in key
        )
        path = f"/papers/papers/{encoded}"
        (article,), shown = read(odd_site, path)
        title = item.get("title") or key
        assert article["name"] == title
        assert " ".join(shown["og:title"].split()) == " ".join(title.split())
        assert metas(odd_site, path)["citation_title"] == [title]
        tree = html.fromstring(odd_site.get(path).content)
        assert len(tree.xpath("//script[@type='application/ld+json']")) == 1


def test_the_address_of_a_paper_is_one_whatever_is_searched_in_it(sample_site):
    for path in (PAPER, f"{PAPER}?q=noise", f"{PAPER}?_x=1"):
        (canonical,) = link(sample_site, path, "canonical")
        assert urlsplit(canonical).path == PAPER
        assert not urlsplit(canonical).query


def test_the_home_page_says_how_to_search(sample_site):
    (site,), shown = read(sample_site, "/")
    assert site["@type"] == "WebSite"
    address = site["potentialAction"]["target"]["urlTemplate"].replace(
        "{search_term_string}", "noise"
    )
    assert "results" in sample_site.get(address).text
    assert shown["og:title"] == site["name"]


@pytest.mark.parametrize(
    "path", ["/papers/search?q=noise", "/papers/venues/iclr-2019", "/papers/tags/optimization", "/"]
)
def test_a_page_links_to_its_feed_and_to_that_of_the_site(sample_site, path):
    tree = html.fromstring(sample_site.get(path).content)
    feeds = tree.xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")
    assert len(feeds) == (1 if path == "/" else 2)
    for feed in feeds:
        read_feed = feedparser.parse(sample_site.get(feed).content)
        assert (read_feed.bozo, read_feed.version) == (False, "atom10")


def test_behind_a_proxy_addresses_are_those_that_readers_use(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["plugins"]["papersette-web"] = {"url": f"{PUBLIC}/"}
    paths = (
        PAPER,
        "/robots.txt",
        "/sitemap.xml",
        "/-/oai?verb=Identify",
        f"{PAPER}.atom",
        "/llms.txt",
        f"{PAPER}.bib",
    )
    answers = ask(*paths, metadata=metadata)
    for path, answer in zip(paths, answers, strict=True):
        assert answer.status_code == 200
        assert f"{PUBLIC}/" in answer.text, path
        assert "localhost" not in answer.text, path
    for found in html.fromstring(answers[0].text).xpath("//link[@rel='canonical']/@href"):
        assert found == PUBLIC + PAPER


@pytest.mark.parametrize(
    "url",
    [
        "papers.example.org",
        "ftp://x.org",
        "https://",
        5,
        "https://x.org/other/",
        "https://x.org/?a=b",
    ],
)
def test_a_wrong_public_address_ends_the_start_with_a_remedy(ask, url):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["plugins"]["papersette-web"] = {"url": url}
    with pytest.raises(ValueError, match="papersette-web: url must be like https://"):
        ask("/", metadata=metadata)


def test_a_browser_keeps_the_data_block_and_runs_nothing_of_it(browser, sample_site):
    with visiting(browser, sample_site) as visit:
        page = visit("/static/nothing")
        refused = []
        page.on("console", lambda m: "Security Policy" in m.text and refused.append(m.text))
        page.goto(page.url.replace("/static/nothing", PAPER))
        block = page.locator("script[type='application/ld+json']")
        assert json.loads(block.text_content())["@type"] == "ScholarlyArticle"
        assert refused == []


def test_an_arabic_title_is_whole_in_all_metadata(odd_site):
    (item,) = odd_site.get("/papers/search.csl", params={"q": ARABIC}).json()
    (article,), shown = read(odd_site, f"/papers/papers/{item['id']}")
    assert article["name"] == shown["og:title"] == item["title"]


@pytest.fixture(scope="module")
def named_site(sample_db, tmp_path_factory):
    """A site whose catalog gives it a name, a tagline, a colour and a contact."""
    folder = tmp_path_factory.mktemp("named")
    for name in ("papers.db", "inspect-data.json"):
        shutil.copy(sample_db.with_name(name), folder / name)
    with closing(sqlite3.connect(folder / "papers.db")) as conn, conn:
        conn.execute(
            "create table if not exists site "
            "(site_id integer primary key, title text, tagline text, accent text, contact text)"
        )
        conn.execute(
            "insert or replace into site (site_id, title, tagline, accent, contact) "
            "values (1, ?, ?, ?, ?)",
            (
                "Our <papers>",
                "All we read",
                "#a01020",
                json.dumps({"label": "Us", "url": "mailto:us@example.org"}),
            ),
        )
    with serve(folder / "papers.db", tmp_path_factory.mktemp("namedsite"), alone=True) as client:
        yield client


def test_the_name_that_a_catalog_gives_its_site_is_told_to_machines(named_site, sample_site):
    (site,), shown = read(named_site, "/")
    assert (site["name"], shown["og:site_name"]) == ("Our <papers>", "Our <papers>")
    assert shown["og:description"] == "All we read"
    identify = named_site.get("/-/oai?verb=Identify").text
    assert "<repositoryName>Our &lt;papers&gt;</repositoryName>" in identify
    assert "<adminEmail>us@example.org</adminEmail>" in identify
    pictures = [site.get("/-/card.png").content for site in (named_site, sample_site)]
    assert pictures[0] != pictures[1]
