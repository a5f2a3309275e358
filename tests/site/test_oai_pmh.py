"""OAI-PMH: harvested by another program, and held against the rules of the protocol."""

import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from conftest import build_database, serve
from lxml import etree
from oaipmh_scythe import Scythe
from oaipmh_scythe.exceptions import (
    BadArgument,
    BadResumptionToken,
    CannotDisseminateFormat,
    IdDoesNotExist,
    NoRecordsMatch,
)

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
COUNT = 240
ODD = "Robust \x01 & <odd> ]]> الجبر"
PAPERS = [
    {"paper_id": "odd id/1 :ü", "title": ODD, "authors": ["Zoë Ångström", "Bo Lee"], "year": 2019,
     "published": "2019-05-06", "abstract": "First & last.", "tags": ["GAN"],
     "url": "https://doi.org/10.1000/xyz", "language": "en", "pdf_url": "/pdf/a b.pdf"},
    *[{"paper_id": f"p{n}", "title": f"Filler {n}"} for n in range(COUNT)],
]  # fmt: skip
CATALOG = """title: Harvested papers
sources:
  - {kind: table, file: papers.json, \
venue: {venue_id: odd/venue 1, name: Odd & Co, kind: conference, year: 2019}}
  - {kind: table, file: more.json, venue: {venue_id: more, name: More, year: 2020}}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of two builds, between which a paper was removed and one was changed."""
    folder = tmp_path_factory.mktemp("harvested")
    (folder / "more.json").write_text('[{"paper_id": "m1", "title": "More"}]')
    (folder / "papers.json").write_text(
        json.dumps([*PAPERS, {"paper_id": "gone", "title": "Gone"}])
    )
    build_database(folder, CATALOG)
    changed = PAPERS[1] | {"title": "Changed"}
    (folder / "papers.json").write_text(json.dumps([PAPERS[0], changed, *PAPERS[2:]]))
    with serve(build_database(folder, CATALOG), tmp_path_factory.mktemp("oaisite")) as client:
        yield client


@pytest.fixture
def harvester(site):
    with Scythe(f"{site.base_url}/-/oai".replace("//-", "/-")) as scythe:
        yield scythe


def ask(site, /, **arguments):
    """Return the root of an answer, which must be well-formed XML of status 200."""
    return parse(site.get("/-/oai", params=arguments))


def parse(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert root.tag == f"{OAI}OAI-PMH"
    assert [child.tag for child in root][:2] == [f"{OAI}responseDate", f"{OAI}request"]
    return root


def error_of(root):
    (error,) = root.findall(f"{OAI}error")
    assert error.text
    return error.get("code")


def test_a_harvester_reads_every_paper_once_in_parts(harvester):
    records = list(harvester.list_records(metadata_prefix="oai_dc"))
    ids = [record.header.identifier for record in records]
    assert len(ids) == len(set(ids)) == COUNT + 3
    (deleted,) = [record for record in records if record.header.deleted]
    assert deleted.header.identifier.endswith(":gone")
    stamps = [record.header.datestamp for record in records]
    assert stamps == sorted(stamps)


def test_a_record_has_the_values_of_the_paper(harvester, site):
    identifier = f"oai:{site.base_url.host}:odd%20id%2F1%20%3A%C3%BC"
    record = harvester.get_record(identifier=identifier, metadata_prefix="oai_dc")
    values = record.metadata
    assert values["title"] == [" ".join(ODD.replace("\x01", " ").split())]
    assert values["creator"] == ["Zoë Ångström", "Bo Lee"]
    assert (values["date"], values["language"]) == (["2019-05-06"], ["en"])
    assert (values["source"], values["subject"]) == (["Odd & Co"], ["GAN"])
    page, url, pdf, doi = values["identifier"]
    assert site.get(page).status_code == 200
    assert (url, doi) == ("https://doi.org/10.1000/xyz", "doi:10.1000/xyz")
    assert pdf.startswith("http")
    assert pdf.endswith("/pdf/a%20b.pdf")


def test_sets_are_the_venues_and_select_their_papers(harvester):
    sets = {one.setSpec: one.setName for one in harvester.list_sets()}
    assert sets == {"odd~2Fvenue~201": "Odd & Co", "more": "More"}
    assert all(re.fullmatch(r"[A-Za-z0-9\-_.!~*'()]+", spec) for spec in sets)
    sizes = {
        spec: len(list(harvester.list_identifiers(metadata_prefix="oai_dc", set_=spec)))
        for spec in sets
    }
    assert sizes == {"odd~2Fvenue~201": COUNT + 1, "more": 1}


def test_identify_has_all_that_the_protocol_requires(harvester, site):
    identify = harvester.identify()
    assert identify.repositoryName == "Harvested papers"
    assert (identify.protocolVersion, identify.deletedRecord) == ("2.0", "transient")
    assert identify.baseURL == f"{str(site.base_url).rstrip('/')}/-/oai"
    root = ask(site, verb="Identify")
    names = [etree.QName(child).localname for child in root.find(f"{OAI}Identify")]
    assert names == [
        "repositoryName",
        "baseURL",
        "protocolVersion",
        "adminEmail",
        "earliestDatestamp",
        "deletedRecord",
        "granularity",
    ]  # fmt: skip, the order of the schema


def test_an_incremental_harvest_has_what_changed_since(harvester):
    every = list(harvester.list_identifiers(metadata_prefix="oai_dc"))
    latest = max(header.datestamp for header in every)
    recent = [
        header.identifier.rpartition(":")[2]
        for header in harvester.list_identifiers(metadata_prefix="oai_dc", from_=latest)
    ]
    if len({header.datestamp for header in every}) > 1:  # both builds may be of one second
        assert sorted(recent) == ["gone", "p0"]
    before = list(harvester.list_identifiers(metadata_prefix="oai_dc", until=latest))
    assert len(before) == len(every)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"from_": "2999-01-01"}, NoRecordsMatch),
        ({"until": "1980-01-01"}, NoRecordsMatch),
        ({"set_": "nosuch"}, NoRecordsMatch),
        ({"from_": "2020-01-02", "until": "2020-01-01"}, BadArgument),
        ({"from_": "2020-01-02", "until": "2020-01-03T00:00:00Z"}, BadArgument),
        ({"from_": "yesterday"}, BadArgument),
        ({"from_": "2020-02-30"}, BadArgument),
    ],
)
def test_a_harvester_understands_the_errors(harvester, arguments, error):
    with pytest.raises(error):
        list(harvester.list_identifiers(metadata_prefix="oai_dc", **arguments))


def test_a_harvester_learns_that_a_record_or_a_format_is_unknown(harvester, site):
    with pytest.raises(CannotDisseminateFormat):
        list(harvester.list_records(metadata_prefix="marcxml"))
    for identifier in ("oai:elsewhere.org:p1", f"oai:{site.base_url.host}:nosuch", "\x00", "é", ""):
        with pytest.raises((IdDoesNotExist, BadArgument)):
            harvester.get_record(identifier=identifier, metadata_prefix="oai_dc")
    with pytest.raises(BadResumptionToken):
        list(harvester.list_records(resumption_token="x"))


RECORDS = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
WRONG = [
    ("", "badVerb"),
    ("verb=Nosuch", "badVerb"),
    ("verb=Identify&verb=Identify", "badVerb"),
    ("verb=Identify&x=1", "badArgument"),
    ("verb=ListRecords", "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
    ("verb=Identify&resumptionToken=x", "badArgument"),
    ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
    ("verb=ListMetadataFormats&identifier=oai:x:y", "idDoesNotExist"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01T99:00:00Z", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=%D9%A2020-01-01", "badArgument"),
    ("verb=%00%01&metadataPrefix=%ff", "badVerb"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code"), WRONG)
def test_a_wrong_request_has_the_code_of_the_protocol_by_get_and_post(site, query, code):
    for answer in (
        site.get(f"/-/oai?{query}"),
        site.post(
            "/-/oai", content=query, headers={"content-type": "application/x-www-form-urlencoded"}
        ),
    ):
        root = parse(answer)
        assert error_of(root) == code
        if code in {"badVerb", "badArgument"}:
            assert dict(root.find(f"{OAI}request").attrib) == {}


def token_of(root):
    return root.find(f".//{OAI}resumptionToken")


def test_tokens_say_where_they_are_and_the_last_is_empty(site):
    root, cursors = ask(site, **RECORDS), []
    while True:
        token = token_of(root)
        assert token.get("completeListSize") == str(COUNT + 3)
        cursors.append((int(token.get("cursor")), len(root.findall(f".//{OAI}record"))))
        if not token.text:
            break
        root = ask(site, verb="ListRecords", resumptionToken=token.text)
    assert cursors == [(0, 100), (100, 100), (200, COUNT + 3 - 200)]


@pytest.mark.parametrize(
    "token",
    ["", "x" * 5000, "bnVsbA==", "W10=", "eyJhIjogMX0=", "é", "\x00", "e30", "W" * 3999],
)
def test_a_token_that_is_none_is_an_error_of_the_protocol(site, token):
    assert error_of(ask(site, verb="ListRecords", resumptionToken=token)) == "badResumptionToken"


def test_a_token_of_another_build_or_verb_is_refused(site):
    from papersette.exports.oai_pmh import Token, write_token

    other = write_token(Token("1, 2001-01-01", "ListRecords", "", "", "", "", "", 100))
    root = ask(site, verb="ListRecords", resumptionToken=other)
    assert "built again" in root.findtext(f"{OAI}error")
    own = token_of(ask(site, **RECORDS)).text
    assert error_of(ask(site, verb="ListIdentifiers", resumptionToken=own)) == "badResumptionToken"
    odd = write_token(Token("\ud800", "ListRecords", "", "", "", "", "", 100))
    assert error_of(ask(site, verb="ListRecords", resumptionToken=odd)) == "badResumptionToken"


def test_post_is_answered_as_get_and_a_long_body_is_refused(site):
    by_post = parse(site.post("/-/oai", data=RECORDS))
    assert len(by_post.findall(f".//{OAI}record")) == 100
    assert site.post("/-/oai", content=b"verb=" + b"x" * 100_000).status_code == 413
    assert site.request("DELETE", "/-/oai?verb=Identify").status_code == 405


def test_answers_have_the_structure_of_the_schemas(site):
    """The elements, their order and the forms of their values,
    as OAI-PMH.xsd and oai_dc.xsd say."""
    root = ask(site, **RECORDS)
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(stamp, root.findtext(f"{OAI}responseDate"))
    assert root.find(f"{OAI}request").attrib == RECORDS
    for record in root.iter(f"{OAI}record"):
        header = record.find(f"{OAI}header")
        names = [etree.QName(child).localname for child in header]
        assert names[:2] == ["identifier", "datestamp"]
        assert set(names[2:]) <= {"setSpec"}
        assert re.fullmatch(stamp, header.findtext(f"{OAI}datestamp"))
        is_deleted = header.get("status") == "deleted"
        assert (record.find(f"{OAI}metadata") is None) == is_deleted
    allowed = set(
        (
            "title creator subject description publisher contributor date type format identifier "
            "source language relation coverage rights"
        ).split()
    )
    used = Counter(etree.QName(node).localname for node in root.iter(f"{DC}*"))
    assert used["title"] == len(root.findall(f".//{OAI}metadata")) >= 98
    assert set(used) <= allowed
    formats = ask(site, verb="ListMetadataFormats").find(f".//{OAI}metadataFormat")
    assert [etree.QName(child).localname for child in formats] == [
        "metadataPrefix",
        "schema",
        "metadataNamespace",
    ]


def test_a_period_includes_its_first_and_last_day(site):
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    stamps = {
        header.text
        for header in ask(site, verb="ListIdentifiers", metadataPrefix="oai_dc").iter(
            f"{OAI}datestamp"
        )
    }
    day = min(stamps)[:10]
    root = ask(site, **(RECORDS | {"from": day, "until": max(today, day)}))
    assert token_of(root).get("completeListSize") == str(COUNT + 3)
