"""Each export is parsed by another library: every paper of the sample and of ICLR 2019."""

import csv
import io
import json
import re
import sqlite3
import tarfile
from contextlib import closing
from datetime import datetime
from urllib.parse import quote

import feedparser
import pandas
import pypandoc
import pytest
from conftest import foreign, run_build, serve
from pybtex.database import parse_string

ICLR_2019 = """title: ICLR 2019, without its texts
sources:
  - {kind: openreview, notes: search_iclr_2019/notes.json, \
venue: {venue_id: iclr-2019, name: ICLR 2019, year: 2019, kind: conference}}
  - {kind: table, file: iclr2019-authors/iclr_2019.tsv, completes: iclr-2019, \
columns: {paper_id: url}, separators: ",",
     venue: {venue_id: iclr-2019-authors, name: Authors of ICLR 2019}}
"""


@pytest.fixture(scope="module")
def iclr_db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("iclr")
    with tarfile.open(foreign("search_iclr_2019.tar.xz")) as packed:
        packed.extract("search_iclr_2019/notes.json", folder, filter="data")
    (folder / "iclr2019-authors").symlink_to(foreign("iclr2019-authors"))
    (folder / "iclr.yml").write_text(ICLR_2019)
    built = run_build(
        folder / "iclr.yml",
        "--data",
        folder,
        "--db",
        folder / "papers.db",
        "--cache",
        folder / "cache",
    )
    assert built.returncode == 0, built.stderr
    return folder / "papers.db"


@pytest.fixture(
    scope="module", params=["sample", pytest.param("ICLR 2019", marks=pytest.mark.slow)]
)
def publication(request, tmp_path_factory):
    """A site, and the papers of its database."""
    if request.param == "sample":
        database = request.getfixturevalue("sample_db")
        yield request.getfixturevalue("sample_site"), to_papers(database)
    else:
        database = request.getfixturevalue("iclr_db")
        with serve(database, tmp_path_factory.mktemp("iclrsite")) as site:
            yield site, to_papers(database)


def to_papers(database):
    with closing(sqlite3.connect(database)) as conn:
        conn.row_factory = sqlite3.Row
        papers = {
            row["paper_id"]: dict(row) | {"names": []}
            for row in conn.execute("select * from papers")
        }
        for paper_id, name in conn.execute(
            "select paper_id, name from authorships order by paper_id, position"
        ):
            papers[paper_id]["names"].append(name)
    assert len(papers) in {47, 1589}
    return papers


def words(text):
    """Return words without TeX commands, quotes and dashes, which differ between programs."""
    commands = r"\\text(?:backslash|asciicircum|asciitilde)\{\}"
    return re.findall(r"\w+", re.sub(rf"{commands}|[\\{{}}_]", " ", text or ""))


def capitals(title):
    """Return the words with a capital after the first letter, as acronyms."""
    return [word for word in words(title) if word[1:] != word[1:].lower()]


def is_plain(paper):
    """Whether a paper has no TeX, which only some parsers resolve."""
    return not re.search(
        r"[\\${}~^_`]", " ".join(filter(None, [paper["title"], paper["abstract"], *paper["names"]]))
    )


def test_bibtex_is_read_by_pybtex(publication):
    site, papers = publication
    entries = parse_string(site.get("/papers/papers.bib").text, "bibtex").entries
    assert len(entries) == len(papers)
    for entry, paper in zip(entries.values(), papers.values(), strict=True):
        fields = entry.fields
        assert words(fields.get("title")) == words(paper["title"])
        assert words(fields.get("abstract")) == words(paper["abstract"])
        assert fields.get("year") == (str(paper["year"]) if paper["year"] else None)
        assert [
            words(str(" ".join(to_parts(person)))) for person in entry.persons.get("author", [])
        ] == list(map(words, paper["names"]))


def to_parts(person):
    return [
        *person.first_names,
        *person.middle_names,
        *person.prelast_names,
        *person.last_names,
        *person.lineage_names,
    ]


@pytest.mark.parametrize(
    ("extension", "language"), [("bib", "bibtex"), ("ris", "ris"), ("csl", "csljson")]
)
def test_bibtex_ris_and_csl_json_are_read_by_pandoc(publication, extension, language):
    site, papers = publication
    written = site.get(f"/papers/papers.{extension}").text
    items = json.loads(pypandoc.convert_text(written, "csljson", format=language))
    assert len(items) == len(papers)
    plain = [
        (item, paper)
        for item, paper in zip(items, papers.values(), strict=True)
        if extension != "bib" or is_plain(paper)
    ]
    assert len(plain) > len(papers) / 2
    for item, paper in plain:
        title = re.sub("</?span[^>]*>", "", item.get("title") or "")
        if extension == "bib":  # pandoc writes titles in lower case, as styles do
            assert words(title.lower()) == words((paper["title"] or "").lower())
            if not (paper["title"] or "").isupper():  # such a title says nothing of its words
                assert capitals(title) == capitals(paper["title"] or "")
        else:
            assert words(title) == words(paper["title"])
        assert words(item.get("abstract")) == words(paper["abstract"])
        names = [words(to_name(author)) for author in item.get("author", [])]
        expected = list(map(words, paper["names"]))
        if extension == "ris":  # pandoc takes "King, Martin Luther, Jr." in the order of BibTeX
            names, expected = [list(map(sorted, of)) for of in (names, expected)]
        assert names == expected
        assert (item["issued"]["date-parts"][0][0] if "issued" in item else None) == paper["year"]


def to_name(author):
    order = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix", "literal")
    return " ".join(author[part] for part in order if part in author)


def test_csv_is_read_by_pandas_and_by_the_standard_library(publication):
    site, papers = publication
    content = site.get("/papers/papers.csv").content
    frame = pandas.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    raw = list(
        csv.DictReader(
            io.StringIO(site.get("/papers/papers.csv?_raw=on").content.decode(), newline="")
        )
    )
    assert len(rows) == len(frame) == len(raw) == len(papers)
    for row, framed, untouched, paper in zip(
        rows, frame.to_dict("records"), raw, papers.values(), strict=True
    ):
        assert row == framed
        for key in ("paper_id", "title", "authors", "abstract", "tags"):
            assert untouched[key] == (paper[key] or "")
            assert row[key].removeprefix("'") == (paper[key] or "").removeprefix("'")
        assert row["year"] == str(paper["year"] or "")


def test_json_is_every_row_of_the_database(publication):
    site, papers = publication
    assert site.get("/papers/papers.json?_stream=on").json() == [
        {key: value for key, value in paper.items() if key != "names"} for paper in papers.values()
    ]


def test_atom_is_read_by_feedparser_with_all_that_rfc_4287_demands(publication):
    site, papers = publication
    feed = feedparser.parse(site.get("/papers/papers.atom").content)
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert all(feed.feed.get(key) for key in ("id", "title", "updated", "author"))
    assert [entry.id for entry in feed.entries] == [
        "urn:papersette:" + quote(paper_id) for paper_id in papers
    ]
    for entry, paper in zip(feed.entries, papers.values(), strict=True):
        assert words(entry.title) == words(paper["title"] or paper["paper_id"])
        assert [author.name for author in entry.authors] == (paper["names"] or ["Unknown"])
        assert datetime.fromisoformat(entry.updated).tzinfo
        assert (
            words(paper["abstract"]) == words(entry.summary)[-len(words(paper["abstract"])) :]
            or not paper["abstract"]
        )


def test_an_exported_search_has_all_its_papers_in_every_format(publication):
    site, papers = publication
    asked = {"q": "learning", "versions": "all"}
    found = [
        row["paper_id"]
        for row in site.get("/papers/search.json", params=asked | {"_stream": "on"}).json()
    ]
    counted = site.get("/papers/search_facets.json", params=asked | {"_shape": "array"}).json()[0][
        "count"
    ]
    assert (len(found), len(set(found)), set(found) <= set(papers)) == (counted, counted, True)
    assert counted > 20, "more than a page"
    read = csv.DictReader(
        io.StringIO(
            site.get("/papers/search.csv", params=asked).content.decode("utf-8-sig"), newline=""
        )
    )
    assert [row["paper_id"].removeprefix("'") for row in read] == found
    assert [item["id"] for item in site.get("/papers/search.csl", params=asked).json()] == found
