"""The site shows its own name, logo, colour and language, and nothing of them runs as a script."""

import re
import sqlite3

import pytest
from conftest import ROOT, build_database, page, serve, visiting

from papersette.catalogs.colours import READABLE, SURFACES, to_contrast
from papersette.site.own_name import to_html

HOSTILE_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" \
onload="document.title = 'hacked'">
<script>document.documentElement.setAttribute("hacked", "yes")</script>
<circle cx="4" cy="4" r="4" fill="#8a2"/></svg>"""
CATALOG = """
title: The old title
notice: A notice
site:
  title: Jardins & <haies>
  tagline: "Les articles sur les haies"
  logo: logo.svg
  accent: "#ffcc00"
  intro: |
    # Bienvenue
    Des *articles* <script>window.hacked = 1</script> [ici](/about), [là](https://example.org/),
    [jamais](javascript:alert) ![image](https://evil.example/x.png)
  licence: {label: CC BY 4.0, url: "https://creativecommons.org/licenses/by/4.0/"}
  contact: nous@example.org
  language: fr
  featured_queries: [gardens, {q: '"deep gardens"', label: Une expression}]
  featured_charts: [papers_by_year]
  footer_links: [{label: Notre laboratoire, url: "https://example.org/labo"}]
sources:
  - {kind: table, file: t.csv, venue: {venue_id: v, name: V 2019, year: 2019}}
"""


@pytest.fixture(scope="module")
def own_db(once):
    def fill(folder):
        (folder / "t.csv").write_text("title\nDeep gardens\nPlain gardens\n")
        (folder / "logo.svg").write_text(HOSTILE_SVG)
        build_database(folder, CATALOG)

    return once("own-name", fill) / "papers.db"


@pytest.fixture(scope="module")
def own_site(own_db, tmp_path_factory):
    with serve(own_db, tmp_path_factory.mktemp("ownsite")) as client:
        yield client


def test_the_home_page_has_the_name_tagline_introduction_queries_and_charts(own_site):
    html = page(own_site, "/")
    assert "Jardins &amp; &lt;haies&gt;" in html
    for text in ("Les articles sur les haies", "Bienvenue</h2>", "<em>articles</em>", "A notice"):
        assert text in html
    assert "The old title" not in html
    assert re.search(r'href="/papers/search\?q=%22deep\+gardens%22"[^>]*>\s*<code', html)
    assert "Une expression</bdi></small>" in html
    assert 'href="/-/dashboards/pictures/papers_by_year"' in html


@pytest.mark.parametrize("path", ["/", "/papers/papers", "/papers/search?q=gardens", "/about"])
def test_every_page_has_the_name_logo_style_and_footer(own_site, path):
    html = own_site.get(path).text
    assert "Jardins &amp; &lt;haies&gt;" in html
    assert re.search(r'<img[^>]* src="/-/site-logo\?[0-9a-f]{12}"', html)
    assert re.search(r'<link rel="stylesheet" href="/-/site\.css', html)
    assert 'href="https://example.org/labo"' in html
    assert 'href="mailto:nous@example.org"' in html
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in html


def test_an_error_page_keeps_the_name_logo_and_language(own_site):
    html = own_site.get("/papers/nothing").text
    assert "Jardins &amp; &lt;haies&gt;" in html
    assert "/-/site-logo?" in html
    assert '<html lang="fr"' in html


def test_the_introduction_has_no_html_script_image_or_unsafe_link(own_site):
    html = page(own_site, "/")
    assert "window.hacked" not in html.replace("&lt;script&gt;window.hacked = 1&lt;/script&gt;", "")
    assert "evil.example" in html  # as a link
    assert not re.search(r'(?:src|srcset|poster|data)="[^"]*evil\.example', html)
    assert "<img" not in html.partition('class="prose"')[2].partition("</div>")[0]
    assert 'href="javascript' not in html
    assert 'href="/about"' in html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](JAVASCRIPT&#58;alert(1))", "<p>[a](JAVASCRIPT:alert(1))</p>\n"),
        ("[a](//evil.example)", '<p><a href="">a</a></p>\n'),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
        ("![a](https://evil.example/x)", '<p>!<a href="https://evil.example/x">a</a></p>\n'),
        ("# One\n## Two", "<h2>One</h2>\n<h3>Two</h3>\n"),
        ("[b](/about)", '<p><a href="/prefix/about">b</a></p>\n'),
        ("<https://a.org> & `x<y`",
         '<p><a href="https://a.org">https://a.org</a> &amp; <code>x&lt;y</code></p>\n'),
    ],
)  # fmt: skip
def test_markdown_becomes_only_safe_html(markdown, html):
    assert to_html(markdown, lambda path: "/prefix" + path) == html


def test_the_style_sheet_has_an_accent_that_can_be_read_in_each_theme(own_site):
    answer = own_site.get("/-/site.css")
    assert answer.headers["content-type"].startswith("text/css")
    light, dark, system = answer.text.splitlines()
    assert light.startswith(":root {")
    assert dark.startswith("@media screen { :root[data-theme=dark] {")
    unchosen = "@media screen and (prefers-color-scheme: dark)"
    assert system.startswith(unchosen + " { :root:not([data-theme]) {")
    for theme, line in (("light", light), ("dark", dark), ("dark", system)):
        tokens = dict(re.findall(r"--([\w-]+): (#\w+)", line))
        assert to_contrast(tokens["link"], SURFACES[theme]) >= READABLE
        assert to_contrast(tokens["accent-ink"], tokens["accent"]) >= READABLE
    assert "#ffcc00" in dark
    assert "#ffcc00" not in light


def to_tokens(css):
    """Return the colours of the light and of the dark theme in the style sheet of the project."""
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", css)
    tokens = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]
    return [found for found in tokens if "paper" in found]


def test_the_surfaces_for_the_contrast_are_those_of_the_style_sheet():
    light, *dark = to_tokens((ROOT / "static/papersette.css").read_text())
    assert dark
    for theme, found in [("light", light), *(("dark", tokens) for tokens in dark)]:
        for name in {"paper", "raised", "sunken", "tag"} & set(found):
            ink = "#000000" if theme == "light" else "#ffffff"
            assert to_contrast(ink, found[name]) >= to_contrast(ink, SURFACES[theme]), (theme, name)


@pytest.mark.parametrize("path", ["/-/site.css", "/-/site-logo"])
def test_a_browser_that_has_the_file_gets_status_304(own_site, path):
    first = own_site.get(path)
    assert (first.status_code, "max-age" in first.headers["cache-control"]) == (200, True)
    tag = first.headers["etag"]
    for known in (tag, f'"other", W/{tag}'):
        again = own_site.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_the_logo_is_served_as_an_image_that_runs_nothing(own_site):
    answer = own_site.get("/-/site-logo")
    assert answer.text == HOSTILE_SVG
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_a_script_in_the_logo_runs_neither_on_a_page_nor_alone(browser, own_site):
    with visiting(browser, own_site) as visit:
        page = visit("/")
        assert page.locator("header img").evaluate("image => image.naturalWidth") > 0
        assert page.evaluate("document.title").startswith("Jardins")
        logo = visit("/-/site-logo")
        assert logo.evaluate("document.documentElement.getAttribute('hacked')") is None
        assert logo.evaluate("document.title") != "hacked"


def test_the_accent_colours_links_and_buttons_in_the_browser(browser, own_site):
    with visiting(browser, own_site) as visit:
        for theme, colour in (("light", None), ("dark", "#ffcc00")):
            page = visit("/", color_scheme=theme)
            accent = page.evaluate(
                "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
            ).strip()
            assert accent == (colour or accent)
            assert re.fullmatch("#[0-9a-f]{6}", accent)
            assert to_contrast(accent, SURFACES[theme]) >= READABLE


@pytest.mark.parametrize(
    ("cookie", "asked", "shown"),
    [("", "ar", "fr"), ("", "", "fr"), ("language=en", "ar", "en"), ("language=xx", "en", "fr")],
)
def test_a_readers_choice_precedes_the_sites_language_and_that_the_browsers(
    own_site, cookie, asked, shown
):
    own_site.cookies.clear()
    html = own_site.get("/about", headers={"cookie": cookie, "accept-language": asked}).text
    assert f'<html lang="{shown}"' in html


def test_a_site_without_the_key_has_the_title_of_its_catalog_and_no_logo(odd_site):
    html = page(odd_site, "/")
    assert "Odd papers" in html
    assert "site-logo" not in html
    assert "site.css" not in html
    assert odd_site.get("/-/site-logo").status_code == 404
    assert odd_site.get("/-/site.css").text == ""


def test_the_table_is_readable_as_json_and_csv(own_site):
    row = own_site.get("/papers/site.json?_shape=array").json()[0]
    assert (row["title"], row["language"]) == ("Jardins & <haies>", "fr")
    assert "Jardins" in own_site.get("/papers/site.csv").text
    assert own_site.get("/papers/site/1").status_code == 200


def test_a_database_of_others_cannot_bring_scripts_links_or_files(own_db, tmp_path):
    folder = tmp_path / "db"
    folder.mkdir()
    source, copy = sqlite3.connect(own_db), sqlite3.connect(folder / "papers.db")
    source.backup(copy)
    copy.execute(
        "update site set accent = 'red; } body { display: none', logo_type = 'text/html', "
        "contact = ?, footer_links = ?, featured_charts = '5', featured_queries = '[1]'",
        [
            '{"label": "<b>x</b>", "url": "javascript:alert(1)"}',
            '[{"label": "y", "url": "//e.example"}]',
        ],
    )
    (paper_id,) = copy.execute("select paper_id from papers limit 1").fetchone()
    link = "insert or replace into code_links values (?, 1, 'javascript:alert(1)', 1, 'code')"
    copy.execute(link, [paper_id])
    copy.commit()
    copy.close()
    source.close()
    (tmp_path / "site").mkdir()
    with serve(folder / "papers.db", tmp_path / "site", alone=True) as site:
        html = page(site, "/")
        assert "&lt;b&gt;x&lt;/b&gt;" in html
        for forbidden in ("javascript:alert(1)", "//e.example", "site.css", "site-logo?"):
            assert forbidden not in html
        assert site.get("/-/site-logo").status_code == 404
        shown, card = page(site, f"/papers/papers/{paper_id}"), page(site, "/papers/papers")
        assert ">javascript:alert(1)</a>" in shown
        assert 'title="code"' in card
        assert 'href="javascript:' not in shown + card


def test_the_sample_shows_every_key(sample_site):
    row = sample_site.get("/papers/site.json?_shape=array").json()[0]
    assert [name for name, value in row.items() if value is None] == ["contact", "language"]


def test_about_names_the_collection_in_its_heading_and_in_its_citation(sample_site):
    html = sample_site.get("/about").text
    heading = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)[1]
    citation = re.search(r'<p class="panel">(.*?)</p>', html, re.DOTALL)[1]
    assert "Papersette: a sample" in heading
    assert citation.startswith("<bdi>Papersette: a sample</bdi>,")


def test_about_says_in_the_language_of_the_reader_how_well_the_search_works(sample_site):
    html = sample_site.get("/about", headers={"accept-language": "fr"}).text
    assert "rang réciproque moyen" in html
    assert "questions, chacune sur un article" in html
    assert "each about one paper" not in html
    assert "right page among" not in html
