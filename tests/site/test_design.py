"""The design system: size and colours of the styles, and the theme that a reader chooses."""

import re

import pytest
from conftest import ROOT, follow

STYLES = (ROOT / "static/papersette.css").read_text()
LIGHT, CHOSEN_DARK, SYSTEM_DARK = (
    dict(re.findall(r"--([\w-]+): ([^;]+);", block))
    for block in re.findall(
        r"^ *:root[^{\n]*\{\n( +color-scheme.*?)\n *\}", STYLES, re.DOTALL | re.MULTILINE
    )
)
TEXT = [
    ("ink", "paper"),
    ("ink", "raised"),
    ("ink", "sunken"),
    ("ink", "tag"),
    ("ink", "warn"),
    ("soft", "paper"),
    ("soft", "raised"),
    ("soft", "sunken"),
    ("soft", "tag"),
    ("link", "paper"),
    ("link", "raised"),
    ("link", "sunken"),
    ("seen", "paper"),
    ("bad", "paper"),
    ("accent-ink", "accent"),
    ("mark-ink", "mark"),
]
"""Text and its background."""
EDGES = [("edge", "paper"), ("edge", "raised"), ("focus", "paper"), ("focus", "raised")]
"""Borders of fields, and what shows the focus."""


def luminance(color):
    """Return the relative luminance of WCAG 2 of #rrggbb."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LARGEST = {"papersette.css": 30_000, "quotations.css": 2_000, "readers.css": 6_000}
"""Bytes of each style sheet; only the first is loaded on every page."""


def test_all_styles_are_of_limited_size():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "static").glob("*.css")}
    assert sizes.keys() == LARGEST.keys()
    assert {name: size for name, size in sizes.items() if size >= LARGEST[name]} == {}


def test_the_dark_theme_of_the_system_is_the_one_that_a_reader_chooses():
    assert CHOSEN_DARK == SYSTEM_DARK
    assert CHOSEN_DARK.keys() == LIGHT.keys()


@pytest.mark.parametrize("theme", [LIGHT, CHOSEN_DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_at_least_4_5_and_edges_and_focus_of_3(theme):
    poor = {pair: contrast(*(theme[name] for name in pair)) for pair in TEXT + EDGES}
    assert {p: c for p, c in poor.items() if c < (4.5 if p in TEXT else 3)} == {}


def test_the_comment_at_the_top_names_every_component():
    head = STYLES[: STYLES.index("*/")]
    for name in (
        "lead facts quiet absent prose plain link-button find fields chips tags card by passage "
        "links controls menu panel notice read-as with-aside columns list figures "
        "rows-and-columns pairs paging unseen"
    ).split():
        assert re.search(rf"[.]{name}\b", head), name
        assert re.search(rf"[.]{name}\b", STYLES[len(head) :]), name


def theme_of(html):
    found = re.search(r'<html [^>]*data-theme="(\w+)"', html)
    return found.group(1) if found else None


@pytest.mark.parametrize("path", ["/", "/papers/search?q=noise", "/papers", "/papers/nosuch"])
def test_the_chosen_theme_is_in_the_page_that_is_sent(sample_site, path):
    assert theme_of(sample_site.get(path).text) is None
    for theme in ("light", "dark"):
        page = sample_site.get(path, headers={"cookie": f"language=en; theme={theme}"})
        assert theme_of(page.text) == theme
    assert theme_of(sample_site.get(path, headers={"cookie": 'theme="><script>'}).text) is None


def test_the_theme_is_kept_in_a_cookie_until_the_system_decides_again(sample_site):
    chosen = sample_site.get("/-/theme/dark?back=/papers/search?q=noise")
    assert (chosen.status_code, chosen.headers["location"]) == (302, "/papers/search?q=noise")
    assert "theme=dark" in chosen.headers["set-cookie"]
    assert theme_of(sample_site.get("/about").text) == "dark"
    sample_site.get("/-/theme/auto?back=/")
    assert theme_of(sample_site.get("/about").text) is None
    assert "set-cookie" not in sample_site.get("/-/theme/pink?back=/").headers
    sample_site.cookies.clear()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""]
)
def test_the_theme_switch_redirects_only_to_this_site(sample_site, back):
    answer = sample_site.get("/-/theme/dark", params={"back": back})
    sample_site.cookies.clear()
    assert answer.headers["location"] == "/"


def test_caches_keep_pages_of_different_choices_apart(sample_site):
    for path in ("/", "/papers/search?q=noise", "/papers"):
        assert "cookie" in sample_site.get(path).headers["vary"].lower(), path


BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.parametrize(("system", "switch"), [("light", ".to-dark"), ("dark", ".to-light")])
def test_a_reader_changes_the_theme_without_javascript_and_it_is_remembered(visit, system, switch):
    page = visit("/papers/search?q=noise", color_scheme=system, java_script_enabled=False)
    before = page.evaluate(BACKGROUND)
    follow(page.locator(f"header {switch}"))
    assert page.url.endswith("/papers/search?q=noise")
    changed = page.evaluate(BACKGROUND)
    assert changed != before
    page.goto(page.url.replace("/search?q=noise", ""))
    assert page.evaluate(BACKGROUND) == changed
    follow(page.locator("footer .preferences a", has_text="System theme"))
    assert page.evaluate(BACKGROUND) == before


def test_links_are_of_several_weights(visit):
    page = visit("/papers/search?q=noise")
    style = (
        "node => [getComputedStyle(node).textDecorationLine, getComputedStyle(node).color].join()"
    )
    kinds = (".card h2 a", ".card .by a", ".card .links a", ".card .passage a", ".remarks a")
    assert len({page.locator(kind).first.evaluate(style) for kind in kinds}) >= 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_visible(visit, scheme):
    page = visit("/", color_scheme=scheme)
    for _ in range(4):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outline")
        assert "solid" in outline
        assert int(re.search(r"(\d+)px", outline).group(1)) >= 2


@pytest.mark.parametrize("choice", ["the system", "dark"])
def test_pages_are_printed_dark_on_light_without_controls(visit, choice):
    page = visit("/papers/papers/H1M7soActX", color_scheme="dark")
    if choice == "dark":
        follow(page.locator(".preferences a[href*='/theme/dark']"))
    page.emulate_media(media="print", color_scheme="dark")
    color = "getComputedStyle(document.body).color.match(/\\d+/g).map(Number)"
    assert max(page.evaluate(color)) < 80
    assert page.locator("h1").is_visible()
    for shown in page.locator("button, form, #ask, .suggested, .to-theme").all():
        assert not shown.is_visible()
    page.goto(page.url.partition("/papers/")[0] + "/papers/search?q=noise")
    assert page.locator("#q").is_visible(), "what was searched for"
    assert not page.locator("form.search button").is_visible()
