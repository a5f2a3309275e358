"""The reader: pages as printed or as text, links to passages that survive rebuilds,
and clear errors."""

import asyncio
import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from conftest import PATIENT, ROOT, build_database, make_pdf, page, serve
from datasette.app import Datasette

from papersette.site.limits import Lane
from papersette.site.printed_pages import Settings, Unavailable, printed_pages_of

NOTE = "/papers/papers/H1M7soActX/read"
PAGES = [
    ["The noise of the gradient is anisotropic, and", "it escapes from sharp minima."],
    ["A second page about covariance and aniso-", "tropic noise at the end."],
    [
        "References",
        "[1] A. Author. On noise. Journal of Noise, 2018.",
        "[2] B. Author. On minima. Journal of Noise, 2017.",
        "[3] C. Author. On gradients. Journal of Noise, 2016.",
        "[4] D. Author. On batches of noise. Journal of Noise, 2015.",
    ],
]
PAPERS = [
    {"paper_id": "own", "title": "Own <PDF> of $x^2$", "file": "own.pdf",
     "pdf_url": "/pdf/own.pdf"},
    {"paper_id": "elsewhere", "title": "PDF elsewhere", "file": "elsewhere.pdf",
     "pdf_url": "https://example.org/e.pdf"},
    {"paper_id": "text", "title": "Text only", "file": "text.txt",
     "pdf_url": "https://example.org/t.pdf"},
    {"paper_id": "damaged", "title": "Damaged PDF", "file": "damaged.txt",
     "pdf_url": "/pdf/damaged.pdf"},
    {"paper_id": "outside", "title": "PDF outside", "file": "outside.txt",
     "pdf_url": "/pdf/..%2foutside.pdf"},
    {"paper_id": "a/b?c#d %41 ü", "title": "Odd id", "file": "odd.pdf",
     "pdf_url": "/pdf/odd%20name.pdf"},
    {"paper_id": "nothing", "title": "Neither PDF nor text"},
]  # fmt: skip
CATALOG = """
title: Reader
sources:
  - kind: table
    file: papers.json
    files: files
    venue: {venue_id: v, name: A venue, year: 2020}
"""


def make_corpus(folder, pages=PAGES):
    """Write the papers and their files, and build them."""
    files, served = folder / "files", folder / "served"
    for name in (files, served):
        name.mkdir(exist_ok=True)
    for name in ("own", "elsewhere", "odd"):
        make_pdf(files / f"{name}.pdf", pages)
    for name in ("text", "damaged", "outside"):
        text = "\f".join("\n".join(lines) for lines in pages)
        (files / f"{name}.txt").write_text(text, encoding="utf-8")
    make_pdf(served / "own.pdf", pages)
    make_pdf(served / "odd name.pdf", pages)
    make_pdf(folder / "outside.pdf", [["secret"]])
    (served / "damaged.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    (folder / "papers.json").write_text(json.dumps(PAPERS), encoding="utf-8")
    return build_database(folder, CATALOG)


@pytest.fixture(scope="module")
def corpus(once):
    """A folder with papers.db, and the folder of PDFs that is served."""
    return once("reader", make_corpus)


def metadata_with(folder, **plugins):
    """Write a metadata.yml with settings of plugins into a folder."""
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["plugins"] |= plugins
    (folder / "metadata.yml").write_text(yaml.safe_dump(metadata, sort_keys=False))
    return folder / "metadata.yml"


@pytest.fixture(scope="module")
def site(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("settings")
    pdf = {"folder": str(corpus / "served")}
    metadata = metadata_with(
        folder, **{"papersette-pdf": pdf, "papersette-reader": {"cache": str(folder / "pages")}}
    )
    with serve(corpus / "papers.db", tmp_path_factory.mktemp("reader"), metadata=metadata) as site:
        yield site


def reader_of(paper_id):
    """Return the address of the reader of a paper whose id is plain."""
    return f"/papers/papers/{paper_id}/read"


def boxes(text, name):
    """Return (x, y, width, height) of each rectangle of a class."""
    found = re.findall(
        rf'<rect class="{name}" x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"', text
    )
    return [tuple(map(float, box)) for box in found]


def test_a_page_is_shown_as_printed_with_words_and_passage_marked(site):
    text = page(site, reader_of("own"), page=2, q="anisotropic")
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', text).groups())
    words = boxes(text, "word")
    assert len(words) == 2  # broken over two lines
    assert len(boxes(text, "passage")) >= 2
    for x, y, w, h in words:
        assert 0 < x < x + w < width
        assert 0 < y < y + h < height
    image = html.unescape(re.search(r'<image href="([^"]+)"', text)[1])
    assert site.get(image).content[:4] == b"\x89PNG"


def test_the_text_layer_has_the_text_of_the_page(site):
    text = page(site, reader_of("own"), page=1)
    lines = re.findall(r"<text [^>]*>([^<]*)</text>", text)
    assert " ".join(lines) == " ".join(PAGES[0])


def test_the_other_matches_are_beside_the_page(site):
    text = page(site, reader_of("own"), page=1, q="noise")
    aside = text.partition("<aside")[2]
    assert [int(n) for n in re.findall(r'class="page" href="[^"]*page=(\d)', aside)] == [1, 2, 3]
    assert aside.count("<mark>") >= 3
    assert 'aria-current="page"' in aside
    assert "Next match" in aside
    assert "Previous match" not in aside


def test_without_a_page_the_reader_opens_at_the_first_match(site):
    text = page(site, reader_of("own"), q="covariance")
    assert "<title>p. 2" in text.replace("\n", "")


def test_titles_are_escaped_and_have_mathematics(site):
    text = page(site, reader_of("own"))
    assert "Own &lt;PDF&gt; of <math><msup>" in text


def test_previous_next_and_zoom_keep_the_query(site):
    text = page(site, reader_of("own"), page=2, q="noise", zoom=150)
    links = {html.unescape(link) for link in re.findall(r'href="([^"]*/read\?[^"]*)"', text)}
    asked = [parse_qs(urlsplit(link).query) for link in links]
    assert {"page": ["1"], "q": ["noise"], "zoom": ["150"]} in asked
    assert {"page": ["3"], "q": ["noise"], "zoom": ["150"]} in asked
    assert {"page": ["2"], "q": ["noise"], "zoom": ["200"]} in asked
    assert "zoom-150" in text
    assert "width=1800" in text


def test_an_image_is_kept_by_browsers_as_long_as_the_file_is_the_same(site):
    address = re.search(r'<image href="([^"]+)"', page(site, reader_of("own")))[1]
    image = site.get(html.unescape(address))
    assert "immutable" in image.headers["cache-control"]
    assert image.headers["content-type"] == "image/png"
    same = site.get(html.unescape(address), headers={"If-None-Match": image.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    head = site.head(html.unescape(address))
    assert (head.status_code, head.content) == (200, b"")
    other = site.get(html.unescape(address).replace("of=", "of=0"))
    assert "immutable" not in other.headers["cache-control"]


def test_the_second_image_of_a_page_comes_from_the_cache(corpus, tmp_path):
    pages = printed_pages_with(tmp_path)

    async def twice():
        pdf = papers_pdf(corpus)
        first = await pages.image(pdf, 1, 1200)
        pages.workers.close()
        pages.workers.schedule = None  # no worker is asked
        return first, await pages.image(pdf, 1, 1200)

    first, second = in_thread(twice())
    assert first == second


def printed_pages_with(folder, **settings):
    from papersette.site.printed_pages import PrintedPages

    return PrintedPages(Settings(cache=str(folder / "pages"), **settings))


def papers_pdf(corpus):
    from papersette.site.pdf_folder import find_pdf_of

    return find_pdf_of(
        corpus / "served", {"pdf_url": "/pdf/own.pdf", "file": None, "file_sha256": None}
    )


def in_thread(coroutine):
    """Run a coroutine in a thread: Playwright keeps an event loop in the main thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_no_more_pages_are_read_at_a_time_than_there_are_workers(corpus, tmp_path):
    pages = printed_pages_with(tmp_path, workers=2)
    running, most = 0, 0
    schedule = pages.workers.schedule

    def counting(*arguments):
        nonlocal running, most
        running += 1
        most = max(most, running)
        future = schedule(*arguments)
        future.add_done_callback(lambda _: ended())
        return future

    def ended():
        nonlocal running
        running -= 1

    pages.workers.schedule = counting

    async def many():
        pdf = papers_pdf(corpus)
        return await asyncio.gather(
            *(pages.image(pdf, n % 3 + 1, w) for n in range(3) for w in (1200, 1800, 2400))
        )

    try:
        assert len(in_thread(many())) == 9
        assert most <= 2
    finally:
        pages.close()


def test_a_page_that_failed_is_not_tried_again_at_once(corpus, tmp_path):
    pages = printed_pages_with(tmp_path)
    asked = []

    def failing(*arguments):
        asked.append(arguments)
        raise TimeoutError

    pages.workers.schedule = failing

    async def reasons():
        found = []
        for number in (1, 1, 2):
            try:
                await pages.image(papers_pdf(corpus), number, 1200)
            except Unavailable as error:
                found.append(str(error))
        return found

    assert in_thread(reasons()) == ["the page took longer than 10 seconds"] * 3
    assert len(asked) == 2


PAPERS_WITH_TEXT = {
    "elsewhere": "https://example.org/e.pdf",
    "text": "https://example.org/t.pdf",
    "outside": "/pdf/..%2foutside.pdf",
}


@pytest.mark.parametrize("paper_id", PAPERS_WITH_TEXT)
def test_without_a_pdf_of_its_own_the_text_is_shown_with_the_passage_marked(site, paper_id):
    text = page(site, reader_of(paper_id), page=2, q="covariance")
    assert "<image" not in text
    assert "secret" not in text
    shown = text.partition('class="page-text"')[2].partition("</section>")[0]
    assert "<mark>covariance</mark>" in shown
    assert 'class="quoted"' in shown
    assert f'href="{PAPERS_WITH_TEXT[paper_id]}#page=2"' in text


def test_the_text_of_a_page_has_paragraphs_and_references(site):
    text = page(site, reader_of("own"), page=3, view="text")
    shown = text.partition('class="page-text"')[2]
    assert "<h2>References</h2>" in shown
    assert "Journal of Noise" in shown


def test_a_pdf_of_the_folder_with_the_name_and_hash_of_the_extracted_file_is_shown(
    corpus, tmp_path
):
    served = tmp_path / "served"
    served.mkdir()
    make_pdf(served / "elsewhere.pdf", PAGES)
    metadata = metadata_with(tmp_path, **{"papersette-pdf": {"folder": str(served)}})
    (tmp_path / "site").mkdir()
    with serve(corpus / "papers.db", tmp_path / "site", metadata=metadata) as site:
        assert "<image" in page(site, reader_of("elsewhere"))
        make_pdf(served / "elsewhere.pdf", [["Another version"]])
        assert "<image" not in page(site, reader_of("elsewhere"))


def test_a_damaged_pdf_is_a_message_and_the_text(site):
    text = page(site, reader_of("damaged"), page=1)
    assert "The page cannot be shown as printed:" in text
    assert "cannot be opened as a PDF" in text
    assert "The noise of the gradient" in text


BAD = [
    (reader_of("nosuch"), {}, 404, "no paper"),
    (reader_of("nothing"), {}, 404, "neither a PDF nor the text"),
    (reader_of("own"), {"page": 4}, 404, "has 3"),
    (reader_of("text"), {"page": 99999}, 404, "has 3"),
    (reader_of("damaged"), {"page": 50}, 404, "cannot be opened"),
    (reader_of("own"), {"page": "x"}, 400, "page must be"),
    (reader_of("own"), {"page": "0"}, 400, "page must be"),
    (reader_of("own"), {"page": "-1"}, 400, "page must be"),
    (reader_of("own"), {"page": "٣"}, 400, "page must be"),
    (reader_of("own"), {"page": "9" * 5000}, 400, "page must be"),
    (reader_of("own"), {"zoom": "120"}, 400, "zoom must be"),
    (reader_of("own"), {"zoom": "9999"}, 400, "zoom must be"),
    ("/papers/papers/own/page-1", {"width": 100000}, 400, "width must be"),
    ("/papers/papers/own/page-1", {"width": 1201}, 400, "width must be"),
    ("/papers/papers/own/page-9", {}, 404, "cannot be shown"),
    ("/papers/papers/own/page-0", {}, 404, "cannot be shown"),
    ("/papers/papers/text/page-1", {}, 404, "no PDF"),
    ("/papers/papers/damaged/page-1", {}, 404, "cannot be opened"),
    ("/papers/papers/nosuch/page-1", {}, 404, "no paper"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "asked", "status", "message"), BAD)
def test_what_is_not_there_or_wrong_is_a_page_that_says_so(site, path, asked, status, message):
    answer = site.get(path, params=asked)
    assert answer.status_code == status
    assert message in html.unescape(answer.text)
    assert '<header class="site">' in answer.text


HOSTILE = [
    '"',
    '""',
    "((",
    "<script>alert(1)</script>",
    "\0",
    "NEAR(",
    "🙂",
    "a" * 20_000,
    "* OR *",
    "author:",
    "%00",
    "⟦x⟧",
]


@pytest.mark.parametrize("q", HOSTILE)
def test_any_query_and_quote_is_answered(site, q):
    for paper_id in ("own", "text"):
        answer = site.get(reader_of(paper_id), params={"page": 1, "q": q, "quote": q, "check": q})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_reading_is_allowed(site, method):
    for path in (reader_of("own"), "/papers/papers/own/page-1"):
        assert site.request(method, path).status_code in {403, 405}


def test_an_id_with_any_character_has_a_reader(site):
    links = re.findall(
        r'href="(/papers/papers/[^"/]*/read[^"]*)"', page(site, "/papers/search", q="covariance")
    )
    odd = {html.unescape(link) for link in links if link.startswith("/papers/papers/a~2Fb")}
    assert odd
    for link in odd:
        text = site.get(link).text
        assert "<image" in text
        image = html.unescape(re.search(r'<image href="([^"]+)"', text)[1])
        assert site.get(image).status_code == 200


def permalink_of(site, paper_id, number, q):
    text = page(site, reader_of(paper_id), page=number, q=q)
    found = re.search(r'href="([^"]*quote=[^"]*check=[^"]*)">Link to this passage', text)
    return html.unescape(found[1])


SAYS = {
    "moved": "is on page 2 now",
    "changed": "has changed since the link was made",
    "missing": "is no longer in the text of this paper",
}
REBUILT = {
    "same": PAGES,
    "moved": [["A new first page."], *PAGES],
    "changed": [[PAGES[0][0], "it stays in flat minima."], *PAGES[1:]],
    "missing": [["A page about something else altogether."], *PAGES[1:]],
}


def is_marked(text):
    return bool(boxes(text, "passage")) or 'class="quoted"' in text


@pytest.mark.slow
@pytest.mark.parametrize("name", REBUILT)
def test_a_link_to_a_passage_survives_rebuilds_or_says_that_the_text_changed(site, name, tmp_path):
    links = [permalink_of(site, paper_id, 1, "escapes") for paper_id in ("own", "text")]
    for link in links:
        text = site.get(link).text
        assert is_marked(text)
        assert [words for words in SAYS.values() if words in text] == []
    database = make_corpus(tmp_path, REBUILT[name])
    (tmp_path / "site").mkdir()
    metadata = metadata_with(tmp_path, **{"papersette-pdf": {"folder": str(tmp_path / "served")}})
    with serve(database, tmp_path / "site", metadata=metadata) as rebuilt:
        texts = [rebuilt.get(link).text for link in links]
    for text in texts:
        assert {key for key, words in SAYS.items() if words in text} == {name} - {"same"}
        assert is_marked(text) == (name != "missing")
        assert ("<title>p. 2" in text) == (name == "moved")


def test_passages_of_a_search_link_to_the_reader_with_the_passage(site):
    text = page(site, "/papers/search", q="covariance")
    links = [
        html.unescape(link) for link in re.findall(r'href="(/papers/papers/own/read[^"]*)"', text)
    ]
    asked = parse_qs(urlsplit(links[0]).query)
    assert asked["page"] == ["2"]
    assert asked["q"] == ["covariance"]
    assert boxes(site.get(links[0]).text, "passage")


def test_the_sample_is_readable_as_make_serve_serves_it(sample_site):
    text = page(sample_site, NOTE, page=1, q="anisotropic noise")
    image = html.unescape(re.search(r'<image href="([^"]+)"', text)[1])
    assert sample_site.get(image).status_code == 200
    assert len(boxes(text, "word")) > 5


@pytest.fixture
def datasette(corpus):
    """A Datasette in this process, with its plugins."""

    def make(**changes):
        metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
        metadata["plugins"] |= changes.pop("plugins", {})
        metadata["databases"]["papers"] |= changes.pop("database", {})
        metadata["plugins"]["papersette-pdf"] = {"folder": str(corpus / "served")}
        folders = {"plugins_dir": str(ROOT / "plugins"), "template_dir": str(ROOT / "templates")}
        settings = PATIENT | changes.pop("settings", {})
        return Datasette(
            [], immutables=[corpus / "papers.db"], metadata=metadata, settings=settings, **folders
        )

    return make


def test_too_many_pages_at_a_time_get_status_503(datasette):
    site = datasette()

    async def ask():
        await site.invoke_startup()
        printed_pages_of(site).lane = Lane(running=0, waiting=0, seconds=0)
        return [
            await site.client.get(path) for path in (reader_of("own"), "/papers/papers/own/page-1")
        ]

    for answer in in_thread(ask()):
        assert answer.status_code == 503
        assert answer.headers["retry-after"]


def test_who_may_not_see_the_text_may_not_read(datasette):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    tables = metadata["databases"]["papers"]["tables"]
    site = datasette(database={"tables": tables | {"pages": tables["pages"] | {"allow": False}}})

    async def ask():
        return [
            await site.client.get(path) for path in (reader_of("own"), "/papers/papers/own/page-1")
        ]

    assert [answer.status_code for answer in in_thread(ask())] == [403, 403]


def test_links_have_the_prefix_of_the_site(datasette):
    site = datasette(settings={"base_url": "/prefix/"})

    async def ask():
        return await site.client.get(reader_of("text") + "?page=2")

    links = re.findall(r'href="([^"]*/read\?[^"]*)"', in_thread(ask()).text)
    assert links
    assert all(link.startswith("/prefix/papers/papers/") for link in links)


@pytest.mark.parametrize(
    "given",
    [
        {"cache_mb": 0},
        {"workers": "two"},
        {"nosuch": 1},
        {"cache": 5},
        "x",
        {"seconds": -1},
        {"workers": 1.5},
    ],
)
def test_a_wrong_setting_is_named(given):
    with pytest.raises(ValueError, match="papersette-reader"):
        Settings.from_metadata(given)


def test_settings_may_be_left_out():
    assert Settings.from_metadata(None) == Settings.from_metadata({}) == Settings()
