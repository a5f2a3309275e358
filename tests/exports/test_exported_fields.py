"""What a source gives reaches every export: DOIs, and family names of several words."""

import json

import pytest
import rispy
from conftest import build_database, serve
from lxml import etree
from pybtex.database import parse_string

DOI = "10.5555/moss.1"
ITEMS = [
    {
        "id": "moss",
        "type": "article-journal",
        "title": "Moss at dusk",
        "DOI": DOI,
        "URL": "https://gardens.example/moss",
        "container-title": "Annals of Gardens",
        "issued": {"date-parts": [[2019, 5, 2]]},
        "author": [
            {"family": "Elm Ash", "given": "Ann"},
            {"family": "Bay", "given": "Bo Cy"},
            {"literal": "Fern Working Party"},
        ],
    },
    {"id": "birch", "title": "Birch", "author": [{"literal": "Bo Bay 0002"}]},
]
RIS = "TY  - JOUR\nID  - fern\nTI  - Fern\nAU  - Oak Ivy, Uma\nER  - \n"
BIB = r"@misc{lichen, title={Lichen}, author={Yew Pine, Zo{\'e} and {Lichen Study Circle}}}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fields")
    (folder / "items.json").write_text(json.dumps(ITEMS))
    (folder / "refs.ris").write_text(RIS)
    (folder / "refs.bib").write_text(BIB)
    venue = "venue: {{venue_id: {0}, name: {0}, year: 2019, kind: journal}}"
    sources = [
        f"  - {{kind: {kind}, file: {name}, {venue.format(kind)}}}\n"
        for kind, name in (("csljson", "items.json"), ("ris", "refs.ris"), ("bibtex", "refs.bib"))
    ]
    database = build_database(folder, "title: Gardens\nsources:\n" + "".join(sources))
    with serve(database, tmp_path_factory.mktemp("fieldssite")) as client:
        yield client


def test_every_export_has_the_doi_of_a_paper_whose_address_is_another(site):
    (entry,) = parse_string(site.get("/papers/papers/moss.bib").text, "bibtex").entries.values()
    assert entry.fields["doi"] == DOI
    assert rispy.loads(site.get("/papers/papers/moss.ris").text)[0]["doi"] == DOI
    assert site.get("/papers/papers/moss.csl").json()[0]["DOI"] == DOI
    page = etree.HTML(site.get("/papers/papers/moss").text)
    assert page.xpath("//meta[@name='citation_doi']/@content") == [DOI]
    records = etree.fromstring(
        site.get("/-/oai?verb=ListRecords&metadataPrefix=oai_dc").content
    ).xpath("//*[local-name()='identifier']/text()")
    assert f"doi:{DOI}" in records


def test_a_family_name_of_several_words_is_exported_as_the_source_gives_it(site):
    assert site.get("/papers/papers/moss.csl").json()[0]["author"] == [
        {"family": "Elm Ash", "given": "Ann"},
        {"family": "Bay", "given": "Bo Cy"},
        {"literal": "Fern Working Party"},
    ]
    assert rispy.loads(site.get("/papers/papers/fern.ris").text)[0]["authors"] == ["Oak Ivy, Uma"]
    (entry,) = parse_string(site.get("/papers/papers/lichen.bib").text, "bibtex").entries.values()
    author, circle = entry.persons["author"]
    assert (author.last_names, author.first_names) == (["Yew", "Pine"], ["Zoé"])
    assert circle.last_names == ["{Lichen Study Circle}"]


def test_the_month_and_day_of_publication_are_exported(site):
    (entry,) = parse_string(site.get("/papers/papers/moss.bib").text, "bibtex").entries.values()
    assert (entry.fields["year"], entry.fields["month"]) == ("2019", "may")
    assert rispy.loads(site.get("/papers/papers/moss.ris").text)[0]["date"] == "2019/05/02/"
    (entry,) = parse_string(site.get("/papers/papers/lichen.bib").text, "bibtex").entries.values()
    assert "month" not in entry.fields
    assert "date" not in rispy.loads(site.get("/papers/papers/fern.ris").text)[0]


def test_the_number_of_a_namesake_in_dblp_is_no_family_name_in_exports(site):
    (entry,) = parse_string(site.get("/papers/papers/birch.bib").text, "bibtex").entries.values()
    assert [person.last_names for person in entry.persons["author"]] == [["Bay"]]
    page = etree.HTML(site.get("/papers/papers/birch").text)
    assert page.xpath("//meta[@name='citation_author']/@content") == ["Bo Bay"]
