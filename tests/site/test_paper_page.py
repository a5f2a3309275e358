"""The page of a paper:
in two columns, short enough, with mathematics, and silent about what is missing."""

import html
import json
import re

import pytest
from conftest import DATA, build_database, page, query, serve

from papersette.site.headings import to_sentence_case, to_spellings

TALLEST = 4000
"""Pixels at a width of 1280."""
LARGEST = 250_000
"""Bytes of HTML."""
LONG = {
    "paper_id": "long",
    "title": r"Bounds of $\mathcal{O}(\sqrt{n})$ for <GANs>",
    "authors": [f"Author Number{n}" for n in range(120)],
    "abstract": "\n\n".join(["A long paragraph about $x^2$ and noise. " * 20] * 40),
    "tags": [f"keyword {n}" for n in range(80)],
    "tldr": "It is $O(n)$.",
    "file": "long.txt",
}
BARE = {"paper_id": "bare", "title": "Bare"}
CATALOG = """
title: Long
sources:
  - kind: table
    file: papers.json
    files: files
    venue: {venue_id: v, name: A venue, year: 2020}
"""


def long_text():
    """Return pages with sixty headings in capitals, datasets, code links and 700 references."""
    pages = []
    for n in range(1, 61):
        pages.append(
            f"Page number {n} of them.\nThe words of it differ by {n}.\nNoise is in all of them.\n"
            f"{n} TRAINING GAN MODELS ON MNIST\n"
            f"We use dropout on MNIST and ImageNet. https://github.com/a/b{n}\n"
            + "Noise words are here.\n"
            * 30
        )
    for start in range(1, 701, 35):
        entries = [
            f"[{n}] A. Author{n}. On the noise of number {n}. Journal of Noise, {1950 + n % 70}."
            for n in range(start, start + 35)
        ]
        pages.append("\n".join((["References"] if start == 1 else []) + entries))
    return "\f".join(pages)


@pytest.fixture(scope="module")
def long_site(once, tmp_path_factory):
    def fill(folder):
        (folder / "files").mkdir()
        (folder / "files" / "long.txt").write_text(long_text(), encoding="utf-8")
        (folder / "papers.json").write_text(json.dumps([LONG, BARE]), encoding="utf-8")
        build_database(folder, CATALOG)

    with serve(once("long", fill) / "papers.db", tmp_path_factory.mktemp("longsite")) as site:
        yield site


def height_of(visited):
    return visited.evaluate("document.documentElement.scrollHeight")


def test_a_paper_with_much_of_everything_is_short(visit, long_site):
    text = page(long_site, "/papers/papers/long", q="noise")
    assert len(text.encode()) < LARGEST
    assert height_of(visit("/papers/papers/long?q=noise", long_site)) < TALLEST


def test_the_reader_of_such_a_paper_is_short(visit, long_site):
    text = page(long_site, "/papers/papers/long/read", q="noise", page=30)
    assert len(text.encode()) < LARGEST
    assert height_of(visit("/papers/papers/long/read?q=noise&page=30", long_site)) < TALLEST


@pytest.mark.slow
def test_every_paper_of_the_sample_is_short(visit, sample_site, sample_db):
    browser_page = visit("/")
    for (paper_id,) in query(sample_db, "select paper_id from papers"):
        path = f"/papers/papers/{paper_id}"
        assert len(page(sample_site, path).encode()) < LARGEST, path
        browser_page.goto(str(sample_site.base_url).rstrip("/") + path)
        assert height_of(browser_page) < TALLEST, path


@pytest.mark.skipif(not DATA.exists(), reason="needs PAPERSETTE_DATA: the folder of the real data")
def test_the_longest_papers_of_iclr_2019_are_short(visit, iclr_site, iclr_db):
    longest = {
        paper_id
        for sql in (
            "select paper_id from papers order by length(abstract) desc limit 4",
            "select paper_id from papers order by length(title) desc limit 2",
            "select paper_id from sections group by paper_id order by count(*) desc limit 4",
            "select paper_id from citations group by paper_id order by count(*) desc limit 6",
            "select paper_id from mentions group by paper_id order by count(*) desc limit 3",
            "select paper_id from code_links group by paper_id order by count(*) desc limit 3",
            (
                "select cited_works.paper_id from cited_works "
                "where paper_id is not null order by citing_count desc limit 4"
            ),
            "select paper_id from papers order by page_count desc limit 3",
        )
        for (paper_id,) in query(iclr_db, sql)
    }
    browser_page = visit("/", iclr_site)
    for paper_id in sorted(longest):
        for path in (f"/papers/papers/{paper_id}", f"/papers/papers/{paper_id}/read?q=noise"):
            assert len(iclr_site.get(path).content) < LARGEST, path
            browser_page.goto(str(iclr_site.base_url).rstrip("/") + path)
            assert height_of(browser_page) < TALLEST, path


def test_the_longest_papers_of_emnlp_2020_are_short(visit, emnlp_site):
    sql = (
        "select paper_id from (select paper_id from papers order by length(abstract) desc limit 5)"
        " union select paper_id from "
        "(select paper_id from papers order by length(authors) desc limit 5)"
        " union select paper_id from "
        "(select paper_id from papers order by length(tags) desc limit 5)"
    )
    rows = emnlp_site.get("/papers.json", params={"sql": sql, "_shape": "array"}).json()
    browser_page = visit("/", emnlp_site)
    for row in rows:
        path = f"/papers/papers/{row['paper_id']}"
        assert len(emnlp_site.get(path).content) < LARGEST, path
        browser_page.goto(str(emnlp_site.base_url).rstrip("/") + path)
        assert height_of(browser_page) < TALLEST, path


def test_titles_and_abstracts_have_mathematics_in_every_list(long_site):
    for path in ("/papers/papers/long", "/papers/search?q=bounds"):
        text = long_site.get(path).text
        assert "Bounds of <math>" in text, path
        assert "&lt;GANs&gt;" in text
    text = page(long_site, "/papers/papers/long")
    assert "about <math><msup><mi>x</mi><mn>2</mn></msup></math>" in text
    assert "It is <math>" in text
    assert "<title>Bounds of $" in text


def test_sections_in_capitals_are_shown_in_sentence_case_and_stored_as_printed(long_site):
    text = html.unescape(page(long_site, "/papers/papers/long"))
    text = text.partition('id="contents"')[2].partition("<h2")[0]
    assert "Training gan models on MNIST" in text
    assert "TRAINING" not in text
    found = long_site.get("/papers/sections.json?_shape=array").json()
    assert found[0]["heading"] == "TRAINING GAN MODELS ON MNIST"


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("RELATED WORK", "Related work"),
        ("RELATED WORK ON GAN TRAINING", "Related work on GAN training"),
        ("SGD AND RNNS", "SGD and RNNS"),
        ("EXPERIMENTS ON CIFAR-10 (PART II)", "Experiments on CIFAR-10 (part II)"),
        ("GAN", "GAN"),
        ("Related WORK", "Related WORK"),
        ("L’ÉTAT DE L’ART", "L’état de l’art"),
        ("3D IMAGES", "3D images"),
        ("结论与展望", "结论与展望"),
        ("خاتمة البحث", "خاتمة البحث"),
        ("", ""),
    ],
)
def test_headings_in_capitals_become_sentences(heading, shown):
    spellings = to_spellings(["We train a GAN on CIFAR.", "ALL IN CAPITALS RELATED"])
    assert to_sentence_case(heading, spellings) == shown


def test_what_a_paper_lacks_is_not_mentioned(long_site):
    text = page(long_site, "/papers/papers/bare").partition("<main")[2].partition("</main>")[0]
    shown = re.sub(r"<[^>]*>", " ", text)
    for word in (
        "No ",
        "not available",
        "Abstract",
        "Contents",
        "Find in this paper",
        "References",
        "Tags",
        "Datasets",
        "Read ",
    ):
        assert word not in shown, word
    assert "Cite" in shown


def test_the_page_has_two_columns_on_wide_screens_and_one_on_narrow_ones(visit):
    page = visit("/papers/papers/H1M7soActX")
    text, facts = (
        page.locator(f".with-aside > {name}").bounding_box() for name in ("div", "aside")
    )
    assert facts["x"] > text["x"] + text["width"]
    assert abs(facts["y"] - text["y"]) < 5
    page.set_viewport_size({"width": 390, "height": 800})
    text, facts = (
        page.locator(f".with-aside > {name}").bounding_box() for name in ("div", "aside")
    )
    assert facts["y"] >= text["y"] + text["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_contents_and_passages_lead_to_the_reader(visit):
    page = visit("/papers/papers/H1M7soActX?q=covariance")
    for locator in (".contents a", ".passages a.page"):
        assert "/papers/papers/H1M7soActX/read?page=" in page.locator(locator).first.get_attribute(
            "href"
        )
    assert (
        page.locator("a.button", has_text="Read")
        .get_attribute("href")
        .startswith("/papers/papers/H1M7soActX/read")
    )


def test_a_row_of_pages_is_readable_text_with_neighbours(sample_site, sample_db):
    ((page_id,),) = query(
        sample_db, "select page_id from pages where paper_id = 'H1M7soActX' and page = 1"
    )
    text = page(sample_site, f"/papers/pages/{page_id}")
    shown = text.partition('class="page-text"')[2].partition("</main>")[0]
    assert shown.count("<p dir") > 5
    assert "<h2" in shown
    assert f'rel="next" href="/papers/pages/{page_id + 1}"' in text
    assert 'rel="prev"' not in text
    assert f'rel="prev" href="/papers/pages/{page_id}"' in page(
        sample_site, f"/papers/pages/{page_id + 1}"
    )


def test_the_item_of_a_problem_is_separated_from_its_reason(sample_site):
    html = sample_site.get("/papers/papers/H1lnJ2Rqt7").text
    assert '<bdi>iclr2019.json: note 3</bdi>: <bdi lang="en">no file in' in html
