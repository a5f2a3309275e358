"""unAPI: what Zotero asks for each card of a list of results."""

import json
from xml.etree import ElementTree

import pypandoc
import pytest
import rispy
from lxml import html
from pybtex.database import parse_string


def ask(site, **arguments):
    return site.get("/-/unapi", params=arguments)


def test_each_card_of_a_list_can_be_saved_in_every_format(sample_site):
    tree = html.fromstring(sample_site.get("/papers/search?q=noise").content)
    (server,) = tree.xpath("//link[@rel='unapi-server']/@href")
    assert server == "/-/unapi"
    cards = tree.xpath("//article[contains(@class, 'card')]")
    ids = tree.xpath("//abbr[@class='unapi-id']/@title")
    assert len(ids) == len(cards) > 3
    for paper_id in ids:
        entry = rispy.loads(ask(sample_site, id=paper_id, format="ris").text)[0]
        bibtex = ask(sample_site, id=paper_id, format="bibtex").text
        (parsed,) = parse_string(bibtex, "bibtex").entries.values()
        (item,) = ask(sample_site, id=paper_id, format="csl").json()
        (read,) = json.loads(pypandoc.convert_text(bibtex, "csljson", format="bibtex"))
        assert read["id"] == item["citation-key"] == parsed.key
        assert entry.get("title") == item.get("title")
        assert len(parsed.persons.get("author", [])) == len(item.get("author", []))


def test_the_formats_are_listed_for_the_site_and_for_a_paper(sample_site):
    answer = ask(sample_site)
    assert answer.status_code == 200
    formats = {
        node.get("name"): node.get("type") for node in ElementTree.fromstring(answer.content)
    }
    assert formats["bibtex"] == "application/x-bibtex"
    of_paper = ask(sample_site, id="swalp")
    assert of_paper.status_code == 300
    assert ElementTree.fromstring(of_paper.content).get("id") == "swalp"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"id": "nosuch"}, 404),
        ({"id": "nosuch", "format": "ris"}, 404),
        ({"id": "swalp", "format": "marcxml"}, 406),
        ({"id": "\x00"}, 404),
        ({"id": '["swalp"]'}, 404),
        ({"id": "x" * 5000}, 404),
        ({"id": "swalp", "format": "é" * 500}, 406),
    ],
)
def test_what_is_not_there_is_an_error_of_the_request(sample_site, arguments, status):
    assert ask(sample_site, **arguments).status_code == status
