"""What a source gives reaches every export: DOIs, and family names of several words."""

import json

import bibtexparser
import pytest
import rispy
from conftest import build_database, serve
from lxml import etree
from pybtex.database import parse_string

from papersette.exports.volumes import to_venue_name

DOI = "10.5555/moss.1"
ITEMS = [
    {
        "id": "moss",
        "type": "article-journal",
        "title": "Moss at dusk",
        "DOI": DOI,
        "URL": "https://gardens.example/moss",
        "container-title": "Annals of Gardens",
        "volume": "12",
        "issue": "3",
        "page": "45-67",
        "issued": {"date-parts": [[2019, 5, 2]]},
        "author": [
            {"family": "Elm Ash", "given": "Ann"},
            {"family": "Bay", "given": "Bo Cy"},
            {"literal": "Fern Working Party"},
        ],
    },
    {
        "id": "clover",
        "type": "paper-conference",
        "title": "Clover",
        "container-title": "Proceedings of Meadows",
        "volume": 98,
        "page": "7-9",
    },
    {
        "id": "heather",
        "type": "chapter",
        "title": "Heather",
        "container-title": "The Book of Heaths",
        "page": "20-31",
    },
    {"id": "birch", "title": "Birch", "author": [{"literal": "Bo Bay 0002"}]},
]
RIS = "TY  - JOUR\nID  - fern\nTI  - Fern\nAU  - Oak Ivy, Uma\nER  - \n"
BIB = r"""@misc{lichen, title={Lichen}, author={Yew Pine, Zo{\'e} and {Lichen Study Circle}}}
@article{reed, title={Reed}, journal={gardens}, volume={12}, number={3--4}, pages={45--67}}
@article{sedge, title={Sedge}, journal={gardens}, volume={7}, pages={e1004}}"""
ACL = """<collection id="J31"><volume id="1" type="journal"><meta>
<booktitle>Toys, Volume 5, Number 1, March 2031</booktitle><year>2031</year>
<journal-volume>5</journal-volume><journal-issue>1</journal-issue></meta>
<paper id="2"><title>Top</title><pages>10–18</pages></paper></volume></collection>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fields")
    (folder / "items.json").write_text(json.dumps(ITEMS))
    (folder / "refs.ris").write_text(RIS)
    (folder / "refs.bib").write_text(BIB)
    (folder / "J31.xml").write_text(ACL)
    venue = "venue: {{venue_id: {0}, name: {0}, year: 2019, kind: journal}}"
    files = {
        "csljson": "items.json", "ris": "refs.ris", "bibtex": "refs.bib", "acl": "J31.xml"
    }  # fmt: skip
    sources = [
        f"  - {{kind: {kind}, file: {name}, {venue.format(kind)}}}\n"
        for kind, name in files.items()
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
    text = site.get("/papers/papers/moss.bib").text
    assert "month = may," in text  # styles write this abbreviation as the name of the month
    (entry,) = parse_string(text, "bibtex").entries.values()
    assert (entry.fields["year"], entry.fields["month"]) == ("2019", "May")
    assert rispy.loads(site.get("/papers/papers/moss.ris").text)[0]["date"] == "2019/05/02/"
    (entry,) = parse_string(site.get("/papers/papers/lichen.bib").text, "bibtex").entries.values()
    assert "month" not in entry.fields
    assert "date" not in rispy.loads(site.get("/papers/papers/fern.ris").text)[0]


def test_the_number_of_a_namesake_in_dblp_is_no_family_name_in_exports(site):
    (entry,) = parse_string(site.get("/papers/papers/birch.bib").text, "bibtex").entries.values()
    assert [person.last_names for person in entry.persons["author"]] == [["Bay"]]
    page = etree.HTML(site.get("/papers/papers/birch").text)
    assert page.xpath("//meta[@name='citation_author']/@content") == ["Bo Bay"]


def test_volume_issue_and_pages_are_in_every_export(site):
    (entry,) = parse_string(site.get("/papers/papers/moss.bib").text, "bibtex").entries.values()
    assert to_numbers(entry.fields) == ["12", "3", "45--67"]
    (record,) = rispy.loads(site.get("/papers/papers/moss.ris").text)
    assert [record["volume"], record["number"]] == ["12", "3"]
    assert [record["start_page"], record["end_page"]] == ["45", "67"]
    (item,) = site.get("/papers/papers/moss.csl").json()
    assert [item["volume"], item["issue"], item["page"]] == ["12", "3", "45-67"]
    (row,) = site.get("/papers/papers.json?paper_id=moss&_shape=array").json()
    assert [row["volume"], row["issue"], row["pages"]] == ["12", "3", "45–67"]
    assert ",".join(row).find("doi,volume,issue,pages") > 0


def to_numbers(fields):
    return [fields[name] for name in ("volume", "number", "pages") if name in fields]


def test_the_page_of_a_paper_shows_and_describes_volume_issue_and_pages(site):
    assert to_facts(site, "moss") == "Annals of Gardens 2019, 12(3), 45–67"
    page = etree.HTML(site.get("/papers/papers/moss").text)
    names = ("volume", "issue", "firstpage", "lastpage")
    metas = [page.xpath(f"//meta[@name='citation_{name}']/@content") for name in names]
    assert metas == [["12"], ["3"], ["45"], ["67"]]
    (article,) = [
        found
        for text in page.xpath("//script[@type='application/ld+json']/text()")
        if (found := json.loads(text))["@type"] == "ScholarlyArticle"
    ]
    assert article["pagination"] == "45–67"
    issue = article["isPartOf"]
    volume = issue["isPartOf"]
    assert [issue["issueNumber"], volume["volumeNumber"]] == ["3", "12"]
    assert volume["isPartOf"] == {"@type": "Periodical", "name": "Annals of Gardens"}


def to_facts(site, paper_id):
    """Return the line with the venue on the page of a paper."""
    page = etree.HTML(site.get(f"/papers/papers/{paper_id}").text)
    return " ".join("".join(page.xpath("//p[@class='facts']")[0].itertext()).split())


def test_the_page_of_a_paper_of_a_conference_shows_only_its_pages(site):
    assert to_facts(site, "clover") == "Proceedings of Meadows, 7–9"
    (item,) = site.get("/papers/papers/clover.csl").json()
    assert (item["volume"], item["page"]) == ("98", "7-9")


def test_bibtex_keeps_volume_number_and_pages_of_bibtex(site):
    written = "".join(site.get(f"/papers/papers/{name}.bib").text for name in ("reed", "sedge"))
    for text in (BIB, written):
        entries = bibtexparser.parse_string(text).entries
        numbers = {
            entry["title"].strip("{}"): to_numbers(
                {name: found.value for name, found in entry.fields_dict.items()}
            )
            for entry in entries
        }
        assert (numbers["Reed"], numbers["Sedge"]) == (["12", "3--4", "45--67"], ["7", "e1004"])


def test_a_paper_without_volume_issue_and_pages_has_none_in_exports(site):
    (entry,) = parse_string(site.get("/papers/papers/birch.bib").text, "bibtex").entries.values()
    assert to_numbers(entry.fields) == []
    (record,) = rispy.loads(site.get("/papers/papers/birch.ris").text)
    assert not {"volume", "number", "start_page", "end_page"} & set(record)
    (item,) = site.get("/papers/papers/birch.csl").json()
    assert not {"volume", "issue", "page"} & set(item)
    html = site.get("/papers/papers/birch").text
    assert not [name for name in ("citation_volume", "citation_firstpage") if name in html]
    assert "pagination" not in html
    assert to_facts(site, "birch") == "csljson"


def test_no_export_repeats_the_volume_of_the_anthology_in_the_name_of_the_journal(site):
    path = "/papers/papers/J31-1002"
    (entry,) = parse_string(site.get(f"{path}.bib").text, "bibtex").entries.values()
    assert (entry.type, entry.fields["journal"]) == ("article", "Toys")
    assert to_numbers(entry.fields) == ["5", "1", "10--18"]
    (record,) = rispy.loads(site.get(f"{path}.ris").text)
    assert (record["secondary_title"], record["volume"], record["number"]) == ("Toys", "5", "1")
    (item,) = site.get(f"{path}.csl").json()
    assert (item["container-title"], item["volume"], item["issue"]) == ("Toys", "5", "1")
    page = site.get(path)
    metas = etree.HTML(page.text).xpath("//meta[@name='citation_journal_title']/@content")
    assert metas == ["Toys"]
    assert '"name": "Toys"' in page.text
    assert to_facts(site, "J31-1002") == "Toys, Volume 5, Number 1, March 2031, 10–18"


def test_only_the_volume_of_the_paper_is_taken_off_the_name_of_a_journal():
    def name(venue, volume="5", kind="journal"):
        return to_venue_name({"venue": venue, "venue_kind": kind, "volume": volume})

    assert name("Toys, Volume 57, March 2031") == "Toys, Volume 57, March 2031"
    assert name("Toys, Volume 5", None) == "Toys, Volume 5"
    assert name("Talks, Volume 5", kind="conference") == "Talks, Volume 5"
    assert name("Volume 5") == "Volume 5"
    assert name("Toys (vol. 5)") == "Toys"
    assert name(None) is None


def test_a_chapter_is_exported_as_part_of_its_book(site):
    (entry,) = parse_string(site.get("/papers/papers/heather.bib").text, "bibtex").entries.values()
    assert (entry.type, entry.fields["booktitle"]) == ("incollection", "The Book of Heaths")
    assert entry.fields["pages"] == "20--31"
    (record,) = rispy.loads(site.get("/papers/papers/heather.ris").text)
    assert (record["type_of_reference"], record["start_page"]) == ("CHAP", "20")
    (item,) = site.get("/papers/papers/heather.csl").json()
    assert (item["type"], item["page"]) == ("chapter", "20-31")


def test_cards_of_results_show_volume_issue_and_pages_after_the_venue(site):
    cards = etree.HTML(site.get("/papers/search?q=moss+OR+clover+OR+birch+OR+top").text)
    shown = {
        card.get("data-paper"): " ".join("".join(card.xpath(f".//{VENUE}")[0].itertext()).split())
        for card in cards.xpath("//article")
    }
    assert shown == {
        "moss": "Annals of Gardens 2019, 12(3), 45–67",
        "clover": "Proceedings of Meadows, 7–9",
        "birch": "csljson",
        "J31-1002": "Toys, Volume 5, Number 1, March 2031, 10–18",
    }


VENUE = "span[@class='where'][a[contains(@href, '/venues/')]]"


def test_the_source_in_dublin_core_is_a_citation_of_the_pages(site):
    sources = set(
        etree.fromstring(site.get("/-/oai?verb=ListRecords&metadataPrefix=oai_dc").content).xpath(
            "//*[local-name()='source']/text()"
        )
    )
    assert sources >= {
        "Annals of Gardens 12(3), 45–67 (2019)",
        "Proceedings of Meadows, 7–9",
        "Toys 5(1), 10–18 (2031)",
        "csljson",
    }


@pytest.mark.parametrize(
    ("paper_id", "line"),
    [
        ("moss", "published in: Annals of Gardens 12(3), 45–67 (2019)"),
        ("J31-1002", "published in: Toys 5(1), 10–18 (2031)"),
        ("birch", None),
    ],
)
def test_assistants_read_where_a_paper_was_published(site, paper_id, line):
    params = {"name": "read", "arguments": {"paper_id": paper_id}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    answer = site.post("/-/mcp", json=call).json()["result"]["content"][0]["text"]
    found = [one for one in answer.split("\n") if one.startswith("published in:")]
    assert found == ([line] if line else [])
