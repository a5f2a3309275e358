"""The reader in a real browser:
from a search to the page of the PDF, with and without JavaScript."""

import io
import re

import pytest
from conftest import axe_findings, follow

NOTE = "/papers/papers/H1M7soActX/read?page=1&q=anisotropic+noise"


def decoded(page):
    """Wait until the image of the page has loaded, and return whether it could be decoded."""
    return page.evaluate(
        "async () => { const image = new Image();"
        " image.src = document.querySelector('svg image').getAttribute('href');"
        " await image.decode(); return image.naturalWidth; }"
    )


def test_from_a_search_to_the_passage_on_the_printed_page_and_the_next_page(visit):
    page = visit("/papers/search?q=%22anisotropic+noise%22")
    passage = page.locator("article.card .passage").first
    words = {word.lower() for word in passage.locator("mark").all_inner_texts()}
    assert "anisotropic noise" in words
    follow(passage.locator("a.page"))
    assert "/read?page=" in page.url
    assert decoded(page) == 1200
    assert page.locator("rect.passage").count() > 0
    assert page.locator("rect.word").count() > 0
    following = page.locator("a[rel=next]").first
    if following.count() == 0:
        following = page.locator("a[rel=prev]").first
    follow(following)
    assert "anisotropic" in page.url
    assert decoded(page) == 1200


def test_a_highlight_covers_the_ink_of_its_word(visit):
    from PIL import Image

    page = visit(NOTE)
    decoded(page)
    box = page.locator("rect.word").nth(2).bounding_box()
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    word = picture.crop((box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]))
    colours = word.convert("RGB").getcolors(100_000)
    dark = sum(count for count, colour in colours if sum(colour) < 240)
    yellow = sum(count for count, (red, _, blue) in colours if red - blue > 60)
    area = word.width * word.height
    assert dark > 0.03 * area
    assert yellow > 0.4 * area


def test_the_invisible_text_lies_on_the_printed_words_and_can_be_selected(visit):
    page = visit(NOTE)
    decoded(page)
    places = page.evaluate(
        """[...document.querySelectorAll("svg .text text")].map((line) => {
          const at = line.textContent.indexOf("Langevin dynamics");
          if (at < 0) return null;
          const box = line.getExtentOfChar(at), end = line.getExtentOfChar(at + 16);
          return [box.x, box.y, end.x + end.width, box.y + box.height];
        }).filter(Boolean)"""
    )
    page.goto(page.url.partition("?")[0] + "?page=1&q=%22Langevin+dynamics%22")
    marked = page.evaluate(
        '[...document.querySelectorAll("rect.word")]'
        '.map((r) => ["x", "y", "width", "height"].map((n) => +r.getAttribute(n)))'
    )
    assert len(places) == len(marked) >= 2
    for (left, top, right, bottom), (x, y, width, height) in zip(places, marked, strict=True):
        assert abs(left - x) < 6
        assert abs(right - x - width) < 6
        assert abs((top + bottom) / 2 - (y + height / 2)) < 3
    selected = page.evaluate(
        """() => { const lines = document.querySelectorAll("svg .text text");
          getSelection().setBaseAndExtent(lines[0].firstChild, 0, \
lines[lines.length - 1].firstChild, 1);
          return getSelection().toString(); }"""
    )
    assert "Langevin dynamics" in " ".join(selected.split())
    assert (
        page.evaluate("getComputedStyle(document.querySelector('svg .text')).userSelect") != "none"
    )


def test_the_text_of_the_page_is_read_aloud(visit):
    tree = visit(NOTE).locator(".sheet").aria_snapshot()
    assert "Langevin dynamics" in tree
    assert "Page as printed" in tree


def test_the_reader_works_without_javascript(visit):
    page = visit(NOTE, java_script_enabled=False)
    assert page.locator("rect.word").count() > 5
    follow(page.locator("a[rel=next]").first)
    assert "page=2" in page.url
    page.fill("#read-q", "covariance")
    follow(page.locator("aside form button"))
    assert page.locator("aside .passages mark").count() > 0
    follow(page.get_by_text("Link to this passage"))
    assert page.locator("rect.passage").count() > 0
    page.fill("input[name=page]", "2")
    follow(page.locator(".pager form button").first)
    assert re.search(r"page=2\b", page.url)


@pytest.mark.parametrize("path", [NOTE, NOTE + "&zoom=200", NOTE + "&view=text"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_reader_fits_every_screen(visit, path, width):
    page = visit(path, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if "text" not in path:
        box = page.locator(".sheet svg").bounding_box()
        assert box["width"] > (width * 1.5 if "200" in path and width == 390 else width * 0.5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [NOTE, NOTE + "&view=text", "/papers/pages/10001"])
def test_the_reader_is_accessible(visit, path, scheme):
    page = visit(path, color_scheme=scheme)
    assert page.locator("h1").count() == 1
    assert axe_findings(page) == []


def test_a_page_that_is_not_there_looks_like_the_site(visit):
    page = visit("/papers/papers/H1M7soActX/read?page=99")
    assert page.locator("header.site").is_visible()
    assert "has 2" in page.inner_text("main")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_reader_speaks_the_language_of_the_browser(visit, language):
    page = visit(NOTE, locale=language)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.get_by_text({"fr": "Page suivante", "ar": "الصفحة التالية"}[language]).count() > 0
    direction = page.evaluate("getComputedStyle(document.querySelector('aside')).direction")
    assert direction == {"fr": "ltr", "ar": "rtl"}[language]
