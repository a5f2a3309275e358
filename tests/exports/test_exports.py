"""Exports and feeds: complete, valid, and parsed correctly by other libraries."""

import csv
import io
import json
import re
from html import unescape
from xml.etree import ElementTree

import bibtexparser
import feedparser
import pytest
import rispy
from conftest import build_database, query, serve
from ical.calendar_stream import IcsCalendarStream
from pybtex.database import parse_string

from papersette.exports import bibtex
from papersette.exports.identifiers import to_arxiv_id, to_doi
from papersette.search.results import PAGE_SIZE
from papersette.sources import latex

ODD = "Robust $\\ell_2$ & 100% of {GAN}s: Élan_vital #1"
PAPERS = [
    {"paper_id": "odd id/1", "title": ODD,
     "authors": ["Zoë Ångström", "The and Company", "van der Berg, Jan", "Laurens Van der Maaten"],
     "year": 2019, "abstract": "First.\n\nSecond & last.", "tags": ["GAN", "noise"],
     "session": "Morning", "session_start": "2019-06-11T09:00:00",
     "session_finish": "2019-06-11T10:30:00", "session_room": "Hall A",
     "url": "https://example.org/1"},
    {"paper_id": "ODD id/1 ", "title": "Unbalanced } brace", "session": "Morning"},
    {"paper_id": "tex", "title": "Tex paper",
     "abstract": "From 6\\% to 5%, x_1 & \\'el\\`eve ^2.\n\n$a_b$ ends \\", "tags": ["TeX"]},
    *[{"paper_id": f"p{n}", "title": f"Filler paper number {n}", "tags": ["filler"],
       "authors": [f"Ann A{n}"]} for n in range(119)],
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    (folder / "papers.json").write_text(json.dumps(PAPERS))
    catalog = (
        "title: Odd papers\nsources:\n  - {kind: table, file: papers.json, "
        "venue: {venue_id: odd, name: Odd & Co 2019, kind: conference}}\n"
    )
    build_database(folder, catalog)
    (folder / "papers.json").write_text(json.dumps(PAPERS[:-1]))
    with serve(build_database(folder, catalog), tmp_path_factory.mktemp("exportsite")) as client:
        yield client


def export(site, path, content_type):
    answer = site.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(content_type)
    return answer


@pytest.mark.parametrize(
    "path",
    [
        "search.{}",
        "search.{}?q=paper+OR+robust+OR+brace",
        "papers.{}",
        "papers.{}?_size=5",
        "venues/odd.{}",
    ],
)
def test_an_export_has_all_papers_whatever_the_page_shows(site, path):
    def text(extension, media_type):
        return export(site, f"/papers/{path.format(extension)}", media_type).text

    counts = [
        len(bibtexparser.parse_string(text("bib", "application/x-bibtex")).entries),
        len(json.loads(text("csl", "application/vnd.citationstyles"))),
        len(rispy.loads(text("ris", "application/x-research"))),
        len(feedparser.parse(text("atom", "application/atom+xml")).entries),
    ]
    assert counts == [121] * 4


def test_bibtex_keeps_order_capitals_accents_and_mathematics_through_two_parsers(site):
    text = export(site, "/papers/search.bib?q=robust", "application/x-bibtex").text
    (entry,) = bibtexparser.parse_string(text).entries
    assert entry["title"] == "Robust $\\ell_2$ \\& 100\\% of {GAN}s: Élan\\_vital \\#1"
    assert entry.key == "angstrom2019robust"
    other = parse_string(text, "bibtex").entries[entry.key]
    assert [
        " ".join([*p.first_names, *p.prelast_names, *p.last_names]) for p in other.persons["author"]
    ] == ["Zoë Ångström", "{The and Company}", "Jan van der Berg", "Laurens Van der Maaten"]
    assert (other.type, other.fields["year"], other.fields["booktitle"]) == (
        "inproceedings",
        "2019",
        "Odd \\& Co 2019",
    )


def test_bibtex_keys_are_unique_regardless_of_case(site):
    keys = [
        entry.key.lower()
        for entry in bibtexparser.parse_string(site.get("/papers/papers.bib").text).entries
    ]
    assert len(keys) == len(set(keys)) == 121
    assert all(re.fullmatch("[a-z0-9]+", key) for key in keys)


def test_a_paper_has_the_same_bibtex_key_in_every_export(site):
    """Also those whose key has a letter more because others have the same name, year and word."""
    every = parse_string(site.get("/papers/papers.bib").text, "bibtex").entries
    same = {entry.fields["title"]: key for key, entry in every.items() if "filler" in key}
    for n in (0, 5, 117):
        text = site.get("/papers/reading_list.bib", params={"ids": f"p{n}"}).text
        ((key, entry),) = parse_string(text, "bibtex").entries.items()
        assert same[entry.fields["title"]] == key


TITLES = [
    ("Large Scale GAN Training on ImageNet", "Large Scale {GAN} Training on {ImageNet}"),
    ("GANs and f-GAN: a 3D View", "{GANs} and f-{GAN}: a {3D} View"),
    ("A Model of Q-Learning and BERT's Heads", "A Model of {Q}-Learning and {BERT's} Heads"),
    (
        "On the Wasserstein distance for natural images",
        "On the {Wasserstein} distance for natural images",
    ),
    ("Optimal transport: Theory and practice", "Optimal transport: Theory and practice"),
    ("ATTENTION IS ALL YOU NEED", "ATTENTION IS ALL YOU NEED"),
    (
        "Learning $L_p$ norms in C++ / CUDA (NeurIPS)",
        "Learning {$L_p$} norms in {C++} / {CUDA} ({NeurIPS})",
    ),
    ("Robust {GAN}s and \\textit{ImageNet}", "Robust {GAN}s and \\textit{ImageNet}"),
    ("Unbalanced } of BERT {", "Unbalanced  of {BERT} "),
    ("التعلم العميق", "التعلم العميق"),
]


@pytest.mark.parametrize("title", ["~50% of example.org/~ann", "a_b ^ c & {d} # e"])
def test_special_characters_are_the_same_after_an_export_and_an_import(title):
    assert latex.decode(bibtex.escape(title)) == re.sub("[{}]", "", title)


def test_a_tilde_that_joins_two_words_in_tex_stays():
    assert bibtex.escape("Kingma et~al.~(2015) in ~90 % of Section~3") == (
        "Kingma et~al.~(2015) in \\textasciitilde{}90 \\% of Section~3"
    )


@pytest.mark.parametrize(("title", "written"), TITLES)
def test_braces_are_around_words_whose_capitals_matter_and_no_others(title, written):
    found = bibtex.protect(bibtex.escape(title))
    assert found.split() == written.split()
    if "\\" not in title and "$" not in title:
        entry = parse_string(f"@misc{{k, title = {{{found}}}}}", "bibtex").entries["k"]
        plain = re.sub("[{}]", "", title)
        assert re.sub("[{}]", "", entry.fields["title"]).split() == plain.split()


def test_an_export_can_leave_out_abstracts(site):
    for path in (
        "search.bib?q=tex",
        "papers.bib?paper_id=tex",
        "papers/tex.bib",
        "reading_list.bib?ids=tex",
    ):
        asked = "&" if "?" in path else "?"
        with_it, without = (
            site.get(f"/papers/{path}{more}").text for more in ("", f"{asked}_nocol=abstract")
        )
        assert "abstract = {" in with_it
        assert "abstract = {" not in without
        assert "Tex paper" in without
    answer = site.get("/papers/papers.csl?_nocol=abstract&_nocol=tags&_nocol=title")
    assert {key for item in answer.json() for key in item}.isdisjoint({"abstract", "keyword"})
    assert all(item["title"] for item in answer.json())


def test_addresses_in_exports_are_absolute(sample_site):
    (item,) = sample_site.get("/papers/papers/swalp.csl").json()
    assert item["URL"].startswith("http")
    (entry,) = rispy.loads(sample_site.get("/papers/papers/swalp.ris").text)
    assert all(url.startswith("http") for url in entry["urls"])


def test_identifiers_are_read_from_addresses():
    paper = {
        "url": "https://doi.org/10.1145/3292500.3330701",
        "pdf_url": "https://arxiv.org/pdf/1809.11096v2.pdf",
    }
    assert (to_doi(paper), to_arxiv_id(paper)) == ("10.1145/3292500.3330701", "1809.11096")
    old = {"url": "http://arxiv.org/abs/hep-th/9901001v3", "pdf_url": None}
    assert (to_doi(old), to_arxiv_id(old)) == (None, "hep-th/9901001")
    for url in (
        "https://example.org/10.1000/1",
        "https://arxiv.org.evil.example/abs/1809.11096",
        "",
        None,
    ):
        assert (to_doi({"url": url}), to_arxiv_id({"url": url, "pdf_url": url})) == (None, None)


def test_csl_and_ris_have_the_values_of_the_site(site):
    (item,) = site.get("/papers/search.csl?q=robust").json()
    assert (item["title"], item["issued"]) == (ODD, {"date-parts": [[2019]]})
    (entry,) = rispy.loads(site.get("/papers/search.ris?q=robust").text)
    assert (entry["title"], entry["keywords"]) == (ODD, ["GAN", "noise"])


def test_exports_have_the_keywords_of_authors_and_no_extracted_ones(sample_site, sample_db):
    extracted = query(
        sample_db,
        "select paper_id from paper_tags group by paper_id having min(origin) = 'extracted'",
    )
    (entry,) = rispy.loads(sample_site.get(f"/papers/papers/{extracted[0][0]}.ris").text)
    assert entry["title"]
    assert "keywords" not in entry


def test_csl_and_ris_keep_particles_with_the_family_name(site):
    (item,) = site.get("/papers/search.csl?q=robust").json()
    assert item["author"] == [
        {"family": "Ångström", "given": "Zoë"},
        {"literal": "The and Company"},
        {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
        {"family": "Maaten", "given": "Laurens", "non-dropping-particle": "Van der"},
    ]
    (entry,) = rispy.loads(site.get("/papers/search.ris?q=robust").text)
    assert entry["authors"] == [
        "Ångström, Zoë",
        "The and Company",
        "van der Berg, Jan",
        "Van der Maaten, Laurens",
    ]


def test_a_feed_has_stable_ids_and_every_field_that_atom_requires(site):
    text = site.get("/papers/search.atom?q=robust").text
    feed = feedparser.parse(text)
    assert (feed.bozo, feed.version, feed.entries[0].id) == (
        False,
        "atom10",
        "urn:papersette:odd%20id/1",
    )
    atom = "{http://www.w3.org/2005/Atom}"
    for node in [ElementTree.fromstring(text), *ElementTree.fromstring(text).iter(f"{atom}entry")]:
        assert {child.tag.removeprefix(atom) for child in node} >= {
            "id",
            "title",
            "updated",
            "author",
        }
    assert feed.entries[0].title == ODD


def test_the_feed_of_changes_has_a_removed_paper(site):
    (entry,) = feedparser.parse(site.get("/papers/whats_new.atom").text).entries
    assert (entry.title, entry.summary.startswith("removed")) == ("Filler paper number 118", True)


@pytest.mark.parametrize(
    "path", ["sessions/odd-morning.ics", "programme.ics", "search.ics?q=robust", "sessions.ics"]
)
def test_a_calendar_has_the_session_with_its_location_and_papers(site, path):
    answer = export(site, f"/papers/{path}", "text/calendar")
    (event,) = IcsCalendarStream.calendar_from_ics(answer.content.decode()).events
    assert (event.uid, event.summary, event.location) == (
        "odd-morning@papersette",
        "Morning",
        "Hall A",
    )
    assert (event.dtstart.isoformat(), event.dtend.isoformat()) == (
        "2019-06-11T09:00:00",
        "2019-06-11T10:30:00",
    )
    assert event.description == f"{ODD}\nUnbalanced }} brace"


def test_a_calendar_without_a_session_is_an_error(site):
    assert "put into a calendar" in site.get("/papers/search.ics?q=filler").text


def test_the_csv_of_a_search_opens_in_a_spreadsheet(site):
    rows = list(
        csv.DictReader(
            io.StringIO(site.get("/papers/search.csv?q=robust").content.decode("utf-8-sig"))
        )
    )
    assert [row["title"] for row in rows] == [ODD]


@pytest.mark.parametrize("path", ["tags.bib", "about.ris", "tags.ics", "problems.atom?_col=reason"])
def test_a_page_without_papers_has_nothing_to_export(site, path):
    answer = site.get(f"/papers/{path}")
    assert answer.status_code in {200, 404}
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("size", ["abc", "-5", "0"])
def test_a_size_that_is_none_is_the_usual_one(site, size):
    assert len(site.get(f"/papers/search.json?size={size}&_shape=array").json()) == PAGE_SIZE


@pytest.mark.parametrize(
    "ids",
    ["p7,p3,p11", "p7 p3  p11", " p7,\np3, p11,p3 ", '["p7", "p3", "p11"]', "p7,nosuch,p3,p11"],
)
def test_a_reading_list_is_an_address_in_the_order_of_its_ids(site, ids):
    rows = site.get("/papers/reading_list.json", params={"ids": ids, "_shape": "array"}).json()
    assert [row["paper_id"] for row in rows if row["venue"]] == ["p7", "p3", "p11"]
    assert [row["paper_id"] for row in rows if not row["venue"]] == (
        ["nosuch"] if "nosuch" in ids else []
    )
    html = site.get("/papers/reading_list", params={"ids": ids}).text
    assert re.findall(r"Filler paper number (\d+)</a>", html) == ["7", "3", "11"]
    assert ("Not in this collection: <bdi>nosuch</bdi>" in html) == ("nosuch" in ids)
    for extension, titles in (
        (
            "bib",
            [
                entry["title"]
                for entry in bibtexparser.parse_string(
                    site.get("/papers/reading_list.bib", params={"ids": ids}).text
                ).entries
            ],
        ),
        (
            "csl",
            [
                item["title"]
                for item in site.get("/papers/reading_list.csl", params={"ids": ids}).json()
            ],
        ),
        (
            "atom",
            [
                entry.title
                for entry in feedparser.parse(
                    site.get("/papers/reading_list.atom", params={"ids": ids}).text
                ).entries
            ],
        ),
    ):
        assert [title.strip("{}")[-2:].strip() for title in titles] == ["7", "3", "11"], extension


@pytest.mark.parametrize(
    "ids",
    [
        "",
        " , ,",
        '"',
        "\\",
        "[",
        "[]",
        '{"a": 1}',
        "2019",
        "null",
        "'; drop table papers --",
        "é😀\x00",
    ],
)
def test_a_list_of_what_is_no_id_is_empty(site, ids):
    assert site.get("/papers/reading_list", params={"ids": ids}).status_code == 200
    assert (
        feedparser.parse(site.get("/papers/reading_list.atom", params={"ids": ids}).text).entries
        == []
    )
    assert site.get("/papers/reading_list.csl", params={"ids": ids}).json() == []


def test_ids_with_spaces_and_commas_are_passed_as_a_json_list(site):
    (item,) = site.get("/papers/reading_list.csl", params={"ids": '["odd id/1"]'}).json()
    assert item["title"] == ODD


TYPES = {
    "CSV": "text/csv", "JSON": "application/json", "BibTeX": "application/x-bibtex",
    "RIS": "application/x-research-info-systems",
    "CSL JSON": "application/vnd.citationstyles.csl+json", "Atom": "application/atom+xml",
    "iCalendar": "text/calendar",
}  # fmt: skip
PAPER_FORMATS = set(TYPES) - {"iCalendar"}


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("search?q=filler&page=2", 118), ("venues/odd", 121), ("tags/filler", 118),
        ("authors/zoe-angstrom", 1), ("sessions/odd-morning", 2), ("papers", 121),
        ("papers?_next=50&tags__notblank=1", 120), ("reading_list?ids=p1,p2", 2), ("programme", 1),
    ],
)  # fmt: skip
def test_a_page_links_to_all_of_what_it_shows_and_each_link_holds_that(site, path, count):
    html = site.get(f"/papers/{path}").text
    menu = r'<(span|details) class="(?:menu )?exports">(.*?)</\1>'
    ((_, links),) = re.findall(menu, html, re.DOTALL)
    files = {
        name: site.get(unescape(url))
        for url, name in re.findall(r'<a href="([^"]+)">([^<]+)</a>', links)
    }
    assert set(files) >= ({"CSV", "JSON", "iCalendar"} if path == "programme" else PAPER_FORMATS)
    if files.get("iCalendar") and files["iCalendar"].status_code == 404:
        assert "put into a calendar" in files.pop("iCalendar").text
    for name, answer in files.items():
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (
            200,
            TYPES[name],
        )
        assert name == "Atom" or "attachment; filename" in answer.headers["content-disposition"]
    assert (
        len(list(csv.DictReader(io.StringIO(files["CSV"].content.decode("utf-8-sig"), newline=""))))
        == count
    )
    assert len(files["JSON"].json()) == count
    if "BibTeX" in files:
        assert len(bibtexparser.parse_string(files["BibTeX"].text).entries) == count
        assert len(files["CSL JSON"].json()) == count
        assert len(rispy.loads(files["RIS"].text)) == count


def test_a_site_without_times_links_to_no_calendar(sample_site):
    for path in ("/papers/search", "/papers/venues/icml-2019", "/papers/sessions"):
        html = sample_site.get(path).text
        assert "search.bib" in html or "venues/" in html or "sessions.csv" in html
        assert ".ics" not in html


def test_tex_is_escaped_once_and_a_paragraph_is_a_line(site):
    text = site.get("/papers/reading_list.bib", params={"ids": "tex"}).text
    assert (
        bibtexparser.parse_string(text).entries[0]["abstract"]
        == r"From 6\% to 5\%, x\_1 \& \'el\`eve \textasciicircum{}2. $a_b$ ends \textbackslash{}"
    )
