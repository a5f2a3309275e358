"""The key `site` of a catalog: what is not valid is refused with its file, place and remedy."""

import struct
import zlib

import pytest
from conftest import build_catalog, query

from papersette.catalogs import catalog
from papersette.catalogs.colours import READABLE, SURFACES, to_contrast, to_shade
from papersette.catalogs.identity import LARGEST_LOGO, READERS
from papersette.errors import UserError

SOURCES = (
    "sources:\n  - {kind: table, file: t.csv, venue: {venue_id: v, name: V 2019, year: 2019}}\n"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1"/></svg>'


def to_png():
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IEND", b""))
    )


@pytest.fixture
def load(tmp_path):
    """Load a catalog whose key `site` has the given lines."""
    (tmp_path / "t.csv").write_text("title\nDeep gardens\n")

    def load(site, more="", charts=None):
        path = tmp_path / "mine.yml"
        path.write_text(f"site:\n{site}\n{more}{SOURCES}", encoding="utf-8")
        return catalog.load(path, tmp_path, charts)

    return load


def test_the_title_of_the_site_replaces_that_of_the_catalog(load):
    assert load('  title: "Ours"', "title: Old\n").title == "Ours"
    assert load("  tagline: One line", "title: Old\n").title == "Old"
    with pytest.raises(UserError, match="has no “title”"):
        load("  tagline: One line")


def test_a_full_site_is_read(load, tmp_path):
    (tmp_path / "logo.svg").write_text(SVG)
    site = load(
        """
  title: Ours
  tagline: Papers on gardens
  logo: logo.svg
  accent: "#8a2"
  intro: |
    Some *Markdown*.
  licence: {label: CC BY 4.0, url: "https://creativecommons.org/licenses/by/4.0/"}
  contact: us@example.org
  language: ar
  featured_queries: [gardens, {q: hedges OR trees, label: Plants}]
  featured_charts: [papers_by_year]
  footer_links: [{label: Our group, url: "https://example.org"}, {label: About, url: /about}]
"""
    ).site
    assert (site.logo.media_type, site.accent, site.language) == ("image/svg+xml", "#88aa22", "ar")
    assert (site.contact.label, site.contact.url) == ("us@example.org", "mailto:us@example.org")
    assert [(item.q, item.label) for item in site.featured_queries] == [
        ("gardens", "gardens"),
        ("hedges OR trees", "Plants"),
    ]
    assert [link.url for link in site.footer_links] == ["https://example.org", "/about"]


WRONG = {
    "an unknown key": ("  colour: blue", "“colour” is not a known key; known are accent, contact"),
    "a misspelt key": ("  tag_line: x", "did you mean “tagline”?"),
    "no mapping": ("  - title: x", "“site” must be a mapping"),
    "an empty title": ('  title: " "', "“title” is empty; give it a text, or remove the key"),
    "a long tagline": (f"  tagline: {'x' * 301}", "has 301 characters; the limit is 300"),
    "a colour as comment": ("  accent: #123456", "without quotes, “#” begins a comment"),
    "a colour by name": ("  accent: red", 'in quotes, for example "#14548c", not “red”'),
    "a colour of five digits": ('  accent: "#12345"', "must be a colour as #rrggbb"),
    "a language without interface": ("  language: de", "is “de”; the interface has en (English)"),
    "a missing logo": ("  logo: no.png", "“logo” names no.png, which does not exist in"),
    "queries that are no list": ("  featured_queries: dropout", "must be a list, for example"),
    "a query without q": ("  featured_queries: [{label: x}]", "has no “q”"),
    "an unknown chart": ("  featured_charts: [pie]", "is “pie”, which is no chart; there are map"),
    "a link without address": ("  footer_links: [Our group]", "mapping with a label and a url"),
    "a link that runs a script": (
        '  footer_links: [{label: x, url: "javascript:alert(1)"}]',
        "“url” is “javascript:alert(1)”, which is no address",
    ),
    "a link to another host": ('  footer_links: [{label: x, url: "//e.example"}]', "no address"),
    "too many links": (
        f"  footer_links: [{', '.join(['{label: a, url: /a}'] * 25)}]",
        "has 25 items; the limit is 24",
    ),
}


@pytest.mark.parametrize(("site", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_refused_with_its_line_and_the_remedy(load, tmp_path, site, message):
    with pytest.raises(UserError) as raised:
        load(site, "title: T\n", charts={"map"})
    assert message in str(raised.value)
    assert str(raised.value).startswith(f"{tmp_path / 'mine.yml'}, line ")


def test_every_key_has_a_wrong_value_above_or_takes_any_text():
    named = " ".join(site for site, _ in WRONG.values())
    assert {key for key in READERS if f"  {key}:" not in named} == {"intro", "licence", "contact"}


LOGOS = {
    "text": (b"a logo", "is not a PNG, SVG, WebP or JPEG image"),
    "a GIF": (b"GIF89a", "is not a PNG, SVG, WebP or JPEG image"),
    "HTML": (b"<html><body/></html>", "is XML, but no SVG"),
    "an SVG with an entity": (
        b'<!DOCTYPE svg [<!ENTITY x "y">]>' + SVG.encode(),
        "declares an entity, which is not read; remove the declaration",
    ),
    "an SVG that is cut": (SVG.encode()[:-4], "is not XML"),
    "a large file": (to_png() + b"\0" * LARGEST_LOGO, "the limit is 300,000"),
}


@pytest.mark.parametrize(("content", "message"), LOGOS.values(), ids=LOGOS)
def test_a_file_that_is_no_logo_is_refused(load, tmp_path, content, message):
    (tmp_path / "logo").write_bytes(content)
    with pytest.raises(UserError) as raised:
        load("  logo: logo", "title: T\n")
    assert "“logo” names logo, which" in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (to_png(), "image/png"),
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n" + SVG.encode(), "image/svg+xml"),
    ],
)
def test_the_type_of_a_logo_is_read_from_its_content(load, tmp_path, content, media_type):
    (tmp_path / "logo.gif").write_bytes(content)
    assert load("  logo: logo.gif", "title: T\n").site.logo.media_type == media_type


def test_a_logo_outside_the_data_folder_is_refused(load, tmp_path):
    (tmp_path.parent / "secret.png").write_bytes(to_png())
    (tmp_path / "link.png").symlink_to(tmp_path.parent / "secret.png")
    for name in ("../secret.png", "link.png", str(tmp_path.parent / "secret.png")):
        with pytest.raises(UserError, match="leads out of the folder"):
            load(f"  logo: {name}", "title: T\n")


@pytest.mark.parametrize(
    "colour", ["#ffcc00", "#0b5a68", "#ff0000", "#808080", "#ffffff", "#000000"]
)
@pytest.mark.parametrize("theme", SURFACES)
def test_every_accent_colour_can_be_read_in_both_themes(colour, theme):
    shade = to_shade(colour, theme)
    assert to_contrast(shade.colour, SURFACES[theme]) >= READABLE
    assert to_contrast(shade.ink, shade.colour) >= READABLE


def test_a_colour_that_can_be_read_is_kept_and_another_is_reported(load):
    assert to_shade("#0b5a68", "light").colour == "#0b5a68"
    assert to_shade("#ffcc00", "dark").colour == "#ffcc00"
    (remark,) = load('  accent: "#ffcc00"', "title: T\n").site.remarks
    assert remark.startswith(
        "#ffcc00 has a contrast of 1.2 in the light theme, where text needs 4.5; #7"
    )


@pytest.mark.parametrize("colour", ["#0b5a68", "#14548c"])
def test_no_remark_tells_that_the_dark_theme_has_a_lighter_shade(load, colour):
    assert to_shade(colour, "dark").colour != colour
    assert load(f'  accent: "{colour}"', "title: T\n").site.remarks == ()


def test_a_featured_query_without_hits_is_a_problem(tmp_path):
    (tmp_path / "t.csv").write_text("title\nDeep gardens\nPlain orchards\n")
    site = "site:\n  featured_queries: [gardens, {q: submarine, label: x}, gardens orchards]\n"
    built = build_catalog(tmp_path, f"title: T\n{site}{SOURCES}")
    assert built.returncode == 0, built.stderr
    problems = query(tmp_path / "papers.db", "select item, stage, reason, lost from problems")
    assert problems == [
        ("site: featured_queries", "site", "“submarine” finds nothing; correct or remove it", 0),
        (
            "site: featured_queries",
            "site",
            "“gardens orchards” finds no paper with all its words, only similar ones; "
            "correct or remove it",
            0,
        ),
    ]
    assert "warning: site: featured_queries: “submarine” finds nothing" in built.stderr
    assert "2 problems" in built.stdout
    assert query(tmp_path / "papers.db", "select problems from builds") == [(2,)]


def test_a_chart_that_the_site_does_not_have_ends_the_build(tmp_path):
    (tmp_path / "t.csv").write_text("title\nDeep gardens\n")
    built = build_catalog(tmp_path, f"title: T\nsite:\n  featured_charts: [pie]\n{SOURCES}")
    assert built.returncode == 1
    assert "line 3: “featured_charts[0]” is “pie”, which is no chart; there are " in built.stderr


def test_another_logo_or_accent_makes_a_new_build(tmp_path):
    (tmp_path / "t.csv").write_text("title\nDeep gardens\n")
    (tmp_path / "logo.svg").write_text(SVG)
    text = f"title: T\nsite:\n  logo: logo.svg\n{SOURCES}"
    assert "1 papers" in build_catalog(tmp_path, text).stdout
    assert "nothing has changed" in build_catalog(tmp_path, text).stdout
    (tmp_path / "logo.svg").write_text(SVG.replace("h1", "h2"))
    assert "1 papers" in build_catalog(tmp_path, text).stdout
