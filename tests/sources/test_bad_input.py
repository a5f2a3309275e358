"""One bad item costs only itself, a problem row says so, and no file outside the folder is read."""

import json
import os
import re
import sqlite3

import pytest
from conftest import build_catalog, page, query, serve

from papersette.catalogs import catalog
from papersette.errors import UserError
from papersette.ingest import collection
from papersette.ingest.checking import LONGEST_ID
from papersette.records import Venue
from papersette.sources import arxiv, bibtex, folder, miniconf, openreview, paperoni, table

VENUE = "{venue_id: v, name: V 2019, year: 2019}"
V = Venue("v", "V 2019", 2019)
SECRET = "The secret of another folder"


def collect(tmp_path, source, **files):
    """Return what a build reads of one source, whose settings and files are given."""
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    path = tmp_path / "catalog.yml"
    path.write_text(f"title: T\nsources:\n  - {{{source}, venue: {VENUE}}}\n")
    publication = catalog.load(path, tmp_path)
    items = collection.read(publication.sources, tmp_path / "downloads", offline=True)
    return {paper.paper_id: paper for paper in items.papers}, [
        (problem.item, problem.reason) for problem in items.problems
    ]


def has(problems, item, part):
    assert any(item in where and part in reason for where, reason in problems), problems


# Wrong types, characters and ids


def test_numbers_where_lists_are_expected_cost_only_their_field(tmp_path):
    papers, problems = collect(
        tmp_path,
        "kind: csljson, file: c.json",
        c_json=[{"id": "a", "title": "A", "author": 5}, {"id": "b", "title": {"x": 1}}],
    )
    assert (papers["a"].title, papers["a"].authors, papers["b"].title) == ("A", (), None)
    has(problems, "item 1", "“author” is 5, and should be a list")
    has(problems, "item 2", "should be text")


NAMELESS = {
    "acl": ("file", "a.xml", "<collection id='2022.acl'><volume id='long'><paper id='1'>"
            "<author><last>Ash</last></author><author><first/></author></paper></volume>"
            "</collection>"),
    "arxiv": ("file", "a.xml", "<feed xmlns='http://www.w3.org/2005/Atom'><entry>"
              "<id>http://arxiv.org/abs/1901.00001v1</id><author><name>Ash</name></author>"
              "<author><name/></author></entry></feed>"),
    "bibtex": ("file", "a.bib", "@misc{a, title={A}, author={and Ash}}"),
    "bibtex in braces": ("file", "a.bib", "@misc{a, title={A}, author={{} and Ash}}"),
    "csljson": ("file", "a.json", [{"id": "a", "author": [{"family": "Ash"}, {}]}]),
    "dblp": ("file", "a.xml", "<dblp><article key='a'><author>Ash</author><author/></article>"
             "</dblp>"),
    "dblp as submitted": ("file", "a.xml", "<dblpsubmission><proceedings><toc><publ><authors>"
                          "<author>Ash</author><author/></authors></publ></toc></proceedings>"
                          "</dblpsubmission>"),
    "jats": ("file", "a.xml", "<article><front><article-meta><contrib-group><contrib><string-name>"
             "Ash</string-name></contrib><contrib><name><surname/></name></contrib>"
             "<contrib contrib-type='editor'/></contrib-group></article-meta></front></article>"),
    "openreview": ("notes", "a.json", [{"forum": "a", "content": {"authors": ["Ash", ""]}}]),
    "paperoni": ("file", "a.json", [{"title": "A", "authors": [
        {"display_name": "Ash"}, {"author": {}}]}]),
    "ris": ("file", "a.ris", "TY  - JOUR\nTI  - A\nAU  - Ash\nAU  - \nER  - \n"),
    "ris of Web of Science": ("file", "a.txt", "PT J\nAU Ash\n   ,\nTI A\nER\n"),
    "table": ("file", "a.json", [{"title": "A", "authors": ["Ash", None]}]),
}  # fmt: skip


@pytest.mark.parametrize("source", NAMELESS)
def test_authors_without_a_name_are_reported(tmp_path, source):
    key, name, content = NAMELESS[source]
    kind = source.partition(" ")[0]
    papers, problems = collect(
        tmp_path, f"kind: {kind}, {key}: {name}", **{name.replace(".", "_"): content}
    )
    assert [[author.name for author in paper.authors] for paper in papers.values()] == [["Ash"]]
    reason = "has no name for 1 of its 2 authors; only authors with a name are listed"
    assert [why for _, why in problems if "no name" in why] == [reason]


UNDATED = {
    "acl": ("file", "a.xml", "<collection id='2022.acl'><volume id='long'><paper id='1'>"
            "<year>soon</year></paper></volume></collection>"),
    "acl, a volume": ("file", "a.xml", "<collection id='2022.acl'><volume id='long'><meta>"
                      "<year>soon</year></meta><paper id='1'/></volume></collection>"),
    "crossref": ("file", "a.json", [{"DOI": "10.1000/1", "title": ["A"], "prefix": "10.1000",
                                     "issued": {"date-parts": [["soon"]]},
                                     "published": {"date-parts": [["soon"]]}}]),
    "csljson": ("file", "a.json", [{"id": "a", "issued": {"date-parts": [["soon"]]}}]),
    "dblp": ("file", "a.xml", "<dblp><article key='a'><year>soon</year></article></dblp>"),
    "jats": ("file", "a.xml", "<article><front><article-meta><pub-date><year>soon</year>"
             "</pub-date></article-meta></front></article>"),
    "ris": ("file", "a.ris", "TY  - JOUR\nTI  - A\nPY  - soon\nER  - \n"),
    "ris, primary": ("file", "a.ris", "TY  - JOUR\nTI  - A\nY1  - soon\nER  - \n"),
    "ris of Web of Science": ("file", "a.txt", "PT J\nTI A\nPY soon\nER\n"),
}  # fmt: skip


@pytest.mark.parametrize("source", UNDATED)
def test_a_year_that_is_none_is_reported(tmp_path, source):
    key, name, content = UNDATED[source]
    kind = re.split("[ ,]", source)[0]
    _, problems = collect(
        tmp_path, f"kind: {kind}, {key}: {name}", **{name.replace(".", "_"): content}
    )
    reason = "has the year “soon”, which is none; write it as 2019"
    assert [why for _, why in problems if "year" in why] == [reason]


FEED = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>http://arxiv.org/abs/1901.00001v1</id>"
    "<published>{}</published></entry></feed>"
)
RELEASES = "[{{title: A, releases: [{{venue: {{date: {{text: '{}', precision: 3}}}}}}]}}]"
RIS = "TY  - JOUR\nTI  - A\nDA  - {}\nER  - \n"


@pytest.mark.parametrize(
    ("source", "name", "content"),
    [
        ("kind: arxiv, file: a.xml", "a_xml", FEED),
        ("kind: paperoni, file: a.yml", "a_yml", RELEASES),
        ("kind: ris, file: a.ris", "a_ris", RIS),
    ],
)
def test_a_date_that_is_none_is_not_published_and_is_reported(tmp_path, source, name, content):
    papers, problems = collect(tmp_path, source, **{name: content.format("soon")})
    assert [paper.published for paper in papers.values()] == [None]
    reason = "has the date “soon”, which is none; write it as 2019-03-12"
    assert [why for _, why in problems if "date" in why] == [reason]
    papers, problems = collect(tmp_path, source, **{name: content.format("2018-05-03")})
    assert [paper.published for paper in papers.values()] == ["2018-05-03"]
    assert problems == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            b"PK\x03\x04\xff",
            "an office document, which is not read: save its table as CSV in UTF-8",
        ),
        (b"\xd0\xcf\x11\xe0", "an old spreadsheet, which is not read: save it as CSV in UTF-8"),
        (b"\x1f\x8b\xff", "a compressed file, which is not read: decompress it"),
        (
            b"%PDF-1.5\n\xff",
            "a PDF, which is not read: name a file of metadata, or “kind: folder” for PDFs",
        ),
    ],
)
def test_a_binary_file_named_as_csv_has_one_remedy(tmp_path, content, reason):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UserError) as refused:
        collect(tmp_path, "kind: table, file: a.csv")
    assert str(refused.value) == f"{tmp_path / 'a.csv'}: is a binary file, not text; it is {reason}"


@pytest.mark.parametrize("kind", ["bibtex", "table"])
def test_a_web_page_instead_of_papers_is_named_with_its_remedy(tmp_path, kind):
    with pytest.raises(UserError, match=r": a\.csv has no papers; it is a web page, .*: export"):
        collect(tmp_path, f"kind: {kind}, file: a.csv", a_csv="<!DOCTYPE html><html></html>")


@pytest.mark.parametrize("name", ["A.BIB", "aa.bib", "a.bibb"])
def test_a_file_that_does_not_exist_has_a_similar_one_suggested(tmp_path, name):
    with pytest.raises(UserError, match=f"names {name}, which does.*; did you mean “a.bib”"):
        collect(tmp_path, f"kind: bibtex, file: {name}", a_bib="")


def test_a_name_of_signs_is_no_author_and_is_reported(tmp_path):
    rows = [{"title": "A", "authors": "Ann Ash; -"}, {"title": "B", "authors": "李伟; 1337"}]
    papers, problems = collect(tmp_path, "kind: table, file: t.json", t_json=rows)
    assert [[author.name for author in paper.authors] for paper in papers.values()] == [
        ["Ann Ash"],
        ["李伟", "1337"],
    ]
    has(problems, "line 1", "has only signs as name for 1 of its 2 authors")


def test_a_volume_whose_editors_have_no_name_is_reported(tmp_path):
    editors = "<meta><booktitle>A</booktitle><editor><first/></editor></meta><paper id='1'/>"
    xml = f"<collection id='2022.acl'><volume id='long'>{editors}</volume></collection>"
    _, problems = collect(tmp_path, "kind: acl, file: a.xml", a_xml=xml)
    has(problems, "a.xml: volume long", "has no name for its only editor")
    xml = "<dblp><proceedings key='v'><editor/></proceedings><article key='a'/></dblp>"
    _, problems = collect(tmp_path, "kind: dblp, file: a.xml", a_xml=xml)
    has(problems, "a.xml: record v", "has no name for its only editor")


@pytest.mark.parametrize("field", ["authors", "topics", "links", "releases"])
def test_paperoni_survives_a_number_in_each_list(tmp_path, field):
    papers, problems = collect(
        tmp_path, "kind: paperoni, file: m.json", m_json=[{"paper_id": "p", "title": "T", field: 5}]
    )
    assert [paper.title for paper in papers.values()] == ["T"]
    has(problems, "paper 1", f"“{field}” is 5")


def test_keys_of_papers_of_paperoni_that_are_not_used_are_reported(tmp_path):
    entries = [{"title": "A", "award": "best", "version": "1"}, {"title": "B", "award": []}]
    _, problems = collect(tmp_path, "kind: paperoni, file: m.json", m_json=entries)
    reason = "has a key that is not used, with the number of values: award (1)"
    assert problems == [("m.json", reason)]


def test_virtual_and_openreview_survive_numbers_in_lists(tmp_path):
    papers, problems = collect(
        tmp_path,
        "kind: virtual, file: e.json",
        e_json=[{"id": 1, "name": "T", "eventtype": "Poster", "authors": 7}],
    )
    assert papers["1"].title == "T"
    has(problems, "event 0", "“authors” is 7")
    people = [{"fullname": "Ann Ash"}, {"institution": "Uni A"}, None, "Bo Bay"]
    papers, problems = collect(
        tmp_path,
        "kind: virtual, file: e.json",
        e_json=[{"id": 1, "name": "T", "eventtype": "Poster", "authors": people}],
    )
    assert [author.name for author in papers["1"].authors] == ["Ann Ash", "Bo Bay"]
    has(problems, "event 0", "has no name for 2 of its 4 authors")
    note = {"forum": "x", "content": {"title": ["T"]}, "details": {"replies": 5}}
    papers, problems = collect(tmp_path, "kind: openreview, notes: n.json", n_json=[note])
    assert papers["x"].reviews == ()
    has(problems, "note 0", "“title” is ['T']")


def test_half_a_surrogate_pair_is_replaced_and_reported(tmp_path):
    text = (
        '[{"paper_id": "a\\ud800", "title": "T\\udfff"}, '
        '{"paper_id": "b", "title": "\\ud83d\\ude00"}]'
    )
    papers, problems = collect(tmp_path, "kind: table, file: t.json", t_json=text)
    assert {key: paper.title for key, paper in papers.items()} == {"a\ufffd": "T\ufffd", "b": "😀"}
    assert [item for item, _ in problems] == ["t.json: line 1"]


def test_an_id_of_300_letters_is_shortened_and_reported(tmp_path):
    rows = [{"paper_id": "x" * 300, "title": "One"}, {"paper_id": "x" * 301, "title": "Two"}]
    papers, problems = collect(tmp_path, "kind: table, file: t.json", t_json=rows)
    assert [len(key) for key in papers] == [LONGEST_ID] * 2
    has(problems, "line 1", "has an id of 300 characters")


def test_a_forum_id_of_300_letters_costs_only_its_thread(tmp_path):
    (tmp_path / "threads").mkdir()
    notes = [{"forum": "x" * 300, "content": {"title": "T"}}]
    papers, problems = collect(
        tmp_path, "kind: openreview, notes: n.json, reviews: threads", n_json=notes
    )
    assert len(papers) == 1
    has(problems, "note 0", "File name too long")


def test_a_title_without_letters_gets_an_id(tmp_path):
    papers, problems = collect(tmp_path, "kind: table, file: t.json", t_json=[{"title": "???"}])
    assert list(papers) == ["v-1"]
    assert problems == []


def test_deep_values_and_bad_csv_rows_cost_only_themselves(tmp_path):
    rows = f'[{{"title": "A", "tags": {"[" * 5000 + "]" * 5000}}}, {{"title": "B"}}]'
    papers, problems = collect(tmp_path, "kind: table, file: t.json", t_json=rows)
    assert list(papers) == ["a", "b"]
    has(problems, "t.json", "levels deep")
    text = f'title,year\nA,2019\n"open,2018\n{"x" * 140_000},2018\nB,2017\n'
    papers, problems = collect(tmp_path, "kind: table, file: t.csv", t_csv=text)
    assert list(papers) == ["a", "b"]
    has(problems, "line 3", "close its quotes")
    has(problems, "line 4", "128 kB")


def test_a_bad_file_of_a_folder_costs_only_itself(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "good.json").write_text('[{"paper_id": "p", "releases": [{}]}]')
    (tmp_path / "m" / "bad.yml").write_text("a: [" * 1000)
    (tmp_path / "m" / "loop.yml").symlink_to("loop.yml")
    papers, problems = collect(tmp_path, "kind: paperoni, file: m")
    assert len(papers) == 1
    has(problems, "bad.yml", "is not YAML")
    has(problems, "loop.yml", "cannot be read")
    (tmp_path / "acl").mkdir()
    volume = '<volume id="1"><paper id="1"><title>T</title></paper></volume>'
    (tmp_path / "acl" / "a.xml").write_text(f'<collection id="X01">{volume}</collection>')
    (tmp_path / "acl" / "loop.xml").symlink_to("loop.xml")
    papers, problems = collect(tmp_path, "kind: acl, file: acl")
    assert list(papers) == ["X01-1001"]
    has(problems, "loop.xml", "cannot be read")


def test_a_bad_programme_leaves_the_papers(tmp_path):
    (tmp_path / "main_papers.csv").write_text("UID,title\na,A\n")
    (tmp_path / "main_sessions.yml").write_text("S: {papers: 5}\nT: [\n")
    (tmp_path / "other_sessions.yml").write_text("S: {papers: 5}\nT: 7\n")
    papers, problems = collect(tmp_path, "kind: miniconf, folder: .")
    assert list(papers) == ["a"]
    has(
        problems,
        "main_sessions.yml",
        "line 2: is not YAML: “T: [” has the bracket “[” that is not closed",
    )
    has(problems, "session S", "“papers” is 5")
    has(problems, "session T", "is not a session")


# Silent losses


ENTRY = "<entry><id>http://arxiv.org/abs/{}</id><title>T</title></entry>"
FEED = '<feed xmlns="http://www.w3.org/2005/Atom">\n' + ENTRY.format("1v1") + ENTRY.format("2v1")


def test_an_atom_feed_that_is_cut_is_reported(tmp_path):
    papers, problems = collect(tmp_path, "kind: arxiv, file: f.xml", f_xml=FEED + "<entry><id>http")
    assert list(papers) == ["1v1", "2v1"]
    has(problems, "f.xml", "papers may be missing")
    _, problems = collect(tmp_path, "kind: arxiv, file: f.xml", f_xml=FEED + "</feed>")
    assert problems == []


def test_bibtex_reads_entries_with_blanks_and_line_breaks_around_the_type(tmp_path):
    text = (
        "@ article{a, title={A}}\n@article\n\n{b, title={B}}\n"
        "  @\tmisc {c, title={C}}\n@book(d, title={D})\n"
    )
    papers, problems = collect(tmp_path, "kind: bibtex, file: p.bib", p_bib=text)
    assert {key: paper.title for key, paper in papers.items()} == dict(
        zip("abcd", "ABCD", strict=True)
    )
    assert papers["c"].item == "p.bib: line 5"
    assert problems == []


def test_a_bibtex_entry_without_its_brace_is_reported(tmp_path):
    text = "@article{a, title={A}}\n@article b, title={B}}\n"
    papers, problems = collect(tmp_path, "kind: bibtex, file: p.bib", p_bib=text)
    assert list(papers) == ["a"]
    has(problems, "line 2", "@article b")


def test_a_pdf_url_that_is_no_web_address_is_reported(tmp_path):
    rows = [
        {"paper_id": n, "pdf_url": u} for n, u in (("a", "file:///home/me/x.pdf"), ("b", "/pdf/x"))
    ]
    papers, problems = collect(tmp_path, "kind: table, file: t.json", t_json=rows)
    assert (papers["a"].pdf_url, papers["b"].pdf_url) == (None, "/pdf/x")
    has(problems, "line 1", "file:///home/me/x.pdf")
    assert len(problems) == 1


def test_the_second_of_two_files_for_one_paper_is_reported(tmp_path):
    (tmp_path / "pdfs").mkdir()
    for name in ("a.pdf", "a.txt", "pdf?id=a.pdf"):
        (tmp_path / "pdfs" / name).write_text("text")
    papers, problems = collect(
        tmp_path, "kind: table, file: t.json, files: pdfs", t_json=[{"paper_id": "a"}]
    )
    assert papers["a"].file.name == "a.pdf"
    assert [item for item, _ in problems] == ["pdf?id=a.pdf", "a.txt"]


PROGRAMME = """paper_id,title,session,session_start,session_finish
a,A,Opening,"Tue 11 June 2019, 9:00","Tue 11 June 2019, 10:00"
b,B,Opening,"Tue 11 June 2019, 9:00","Tue 11 June 2019, 10:00"
c,C,Talks,2019-06-11T10:00,2019-06-11T11:00
d,D,Posters,2019-13-45T10:00,
e,E,Lunch,2019-06-12,
"""


def test_a_start_that_is_no_time_is_reported_once_a_session(tmp_path):
    papers, problems = collect(tmp_path, "kind: table, file: t.csv", t_csv=PROGRAMME)
    starts = {key: paper.slots[0].session.start for key, paper in papers.items()}
    assert starts == {"a": None, "b": None, "c": "2019-06-11T10:00", "d": None, "e": "2019-06-12"}
    has(problems, "session Opening", "has the start “Tue 11 June 2019, 9:00”")
    assert len(problems) == 3


def test_the_programme_shows_sessions_without_a_valid_start_without_a_time(tmp_path):
    source = f"{{kind: table, file: t.csv, venue: {VENUE}}}"
    (tmp_path / "t.csv").write_text(PROGRAMME)
    built = build_catalog(tmp_path, f"title: T\nsources:\n  - {source}\n")
    assert built.returncode == 0, built.stderr
    database = tmp_path / "papers.db"
    assert query(database, "select count(*) from sessions where start is null") == [(2,)]
    conn = sqlite3.connect(database)  # as an earlier Papersette wrote it
    conn.execute("update sessions set start = 'Tue 11 June 2019, 9:00' where title = 'Opening'")
    conn.commit()
    conn.close()
    (tmp_path / "site").mkdir()
    with serve(database, tmp_path / "site") as site:
        html = page(site, "/papers/programme")
        assert "Opening" in html
        assert "June 11, 2019" in html
        assert site.get("/papers/programme", params={"day": "x"}).status_code == 200


# Private files


@pytest.fixture
def papers_folder(tmp_path):
    (tmp_path / "private.txt").write_text(SECRET)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.txt").write_text(SECRET)
    pdfs = tmp_path / "pdfs"
    pdfs.mkdir()
    (pdfs / "good.txt").write_text("A text")
    (pdfs / "inside.txt").symlink_to("good.txt")
    (pdfs / "link.txt").symlink_to(tmp_path / "private.txt")
    (pdfs / "up.pdf").symlink_to("../private.txt")
    (pdfs / "dangling.pdf").symlink_to("nothing.pdf")
    (pdfs / "loop.pdf").symlink_to("loop.pdf")
    (pdfs / "folder.pdf").mkdir()
    os.mkfifo(pdfs / "pipe.pdf")
    return pdfs


REFUSED = {"link.txt", "up.pdf", "dangling.pdf", "loop.pdf", "folder.pdf", "pipe.pdf"}


@pytest.mark.parametrize(
    "source",
    [
        lambda pdfs, notes: openreview.read(openreview.Settings(V, notes, pdfs)),
        lambda pdfs, notes: bibtex.read(bibtex.Settings(V, notes.with_name("p.bib"), pdfs)),
        lambda pdfs, notes: table.read(table.Settings(V, notes.with_name("t.json"), files=pdfs)),
        lambda pdfs, notes: arxiv.read(arxiv.Settings(V, notes.with_name("f.xml"), files=pdfs)),
        lambda pdfs, notes: folder.read(folder.Settings(V, pdfs)),
    ],
    ids=["openreview", "bibtex", "table", "arxiv", "folder"],
)
def test_no_source_reads_through_a_link_that_leads_out_of_its_folder(
    tmp_path, papers_folder, source
):
    ids = [path.stem for path in papers_folder.iterdir()]
    (tmp_path / "n.json").write_text(json.dumps([{"forum": key} for key in ids]))
    (tmp_path / "p.bib").write_text("".join(f"@misc{{{key}, title={{T}}}}\n" for key in ids))
    (tmp_path / "t.json").write_text(json.dumps([{"paper_id": key, "file": key} for key in ids]))
    (tmp_path / "f.xml").write_text(FEED + "</feed>")
    items = list(source(papers_folder, tmp_path / "n.json"))
    used = {
        path.name
        for item in items
        if (path := getattr(item, "file", None) or getattr(item, "path", None))
    }
    assert "good.txt" in used
    assert not used & REFUSED
    reported = {item.item for item in items if getattr(item, "stage", "") == "read"}
    assert reported >= REFUSED


def test_a_link_to_a_private_file_puts_nothing_into_pages(tmp_path, papers_folder):
    source = f"{{kind: folder, files: pdfs, venue: {VENUE}}}"
    built = build_catalog(tmp_path, f"title: T\nsources:\n  - {source}\n")
    assert built.returncode == 0, built.stderr
    assert query(tmp_path / "papers.db", f"select * from pages where body like '%{SECRET}%'") == []
    reasons = dict(query(tmp_path / "papers.db", "select item, reason from problems"))
    assert "leads out of the folder" in reasons["link.txt"]
    assert reasons.keys() >= REFUSED


@pytest.mark.parametrize("forum", ["{folder}/secret", "../secret", "..\\secret", "a/../../secret"])
def test_a_forum_id_reads_no_reviews_outside_the_folder(tmp_path, forum):
    (tmp_path / "threads").mkdir()
    review = {"invitation": "V/-/Official_Review", "content": {"review": SECRET}}
    (tmp_path / "secret.json").write_text(json.dumps({"notes": [review]}))
    forum = forum.format(folder=tmp_path)
    papers, problems = collect(
        tmp_path,
        "kind: openreview, notes: n.json, reviews: threads",
        n_json=[{"forum": forum, "content": {"title": "T"}}],
    )
    assert [paper.reviews for paper in papers.values()] == [()]
    has(problems, "note 0", "without reviews")


def test_a_thread_that_is_a_link_out_of_the_folder_is_not_read(tmp_path):
    (tmp_path / "threads").mkdir()
    review = {"invitation": "V/-/Official_Review", "content": {"review": SECRET}}
    (tmp_path / "secret.json").write_text(json.dumps({"notes": [review]}))
    (tmp_path / "threads" / "x.json").symlink_to(tmp_path / "secret.json")
    papers, problems = collect(
        tmp_path, "kind: openreview, notes: n.json, reviews: threads", n_json=[{"forum": "x"}]
    )
    assert papers["x"].reviews == ()
    has(problems, "note 0", "leads out of the folder")


def test_the_files_of_a_programme_and_of_publications_stay_in_their_folder(tmp_path):
    (tmp_path / "secret.yml").write_text(f"S: {{name: {SECRET}, papers: [a]}}")
    (tmp_path / "secret.json").write_text('[{"title": "' + SECRET + '", "releases": [{}]}]')
    site = tmp_path / "site"
    site.mkdir()
    (site / "papers.csv").write_text("UID,title\na,A\n")
    (site / "x_papers.csv").symlink_to("../t.csv")
    (tmp_path / "t.csv").write_text(f"UID,title\nb,{SECRET}\n")
    (site / "x_sessions.yml").symlink_to("../secret.yml")
    (site / "x.json").symlink_to("../secret.json")
    for items in (
        miniconf.read(miniconf.Settings(V, site)),
        paperoni.read(paperoni.Settings(V, site)),
    ):
        items = list(items)
        assert SECRET not in str(items)
        assert "leads out of the folder" in str(items)


# Catalogs


def test_thousands_of_papers_with_one_id_are_published_under_numbers(tmp_path):
    rows = [{"paper_id": key} for key in ["x", "x-2", *["x"] * 3000]]
    papers, problems = collect(tmp_path, "kind: table, file: t.json", t_json=rows)
    assert list(papers)[:4] == ["x", "x-2", "x-3", "x-4"]
    assert (len(papers), len(problems)) == (3002, 3000)


def test_a_repeated_id_is_a_problem_of_the_source_and_not_of_the_journal(tmp_path):
    items = [{"id": "x", "title": "A", "container-title": "Annals of Moss"}] * 2
    problems = collect_problems(tmp_path, "kind: csljson, file: t.json", "t.json", items)
    assert [(problem.source, problem.paper_id) for problem in problems] == [("v", "x-2")]


@pytest.mark.parametrize(
    ("source", "name", "rows"),
    [
        ("table", "t.csv", "paper_id,title,year\nx,A,2019\nx,B,soon\n"),
        ("csljson", "t.json", [{"id": "x"}, {"id": "x", "title": ["B"]}]),
        ("bibtex", "t.bib", "@misc{x, title={A}}\n@misc{x, title={B}, year={soon}}\n"),
    ],
)
def test_a_problem_of_the_second_paper_with_an_id_belongs_to_that_paper(
    tmp_path, source, name, rows
):
    problems = collect_problems(tmp_path, f"kind: {source}, file: {name}", name, rows)
    assert {problem.paper_id for problem in problems} == {"x-2"}
    assert len(problems) == 2


def test_a_problem_of_a_thread_belongs_to_the_second_paper_with_its_forum_id(tmp_path):
    (tmp_path / "threads").mkdir()
    notes = [{"id": "x", "content": {"title": "A"}}, {"id": "x", "content": {"title": ["B"]}}]
    source = "kind: openreview, notes: t.json, reviews: threads"
    problems = collect_problems(tmp_path, source, "t.json", notes)
    assert [(one.item, one.paper_id) for one in problems] == [
        ("t.json: note 0, thread x", "x"),
        ("t.json: note 1, thread x", "x-2"),
        ("t.json: note 1", "x-2"),
        ("t.json: note 1", "x-2"),
    ]


def test_a_problem_of_a_paper_whose_id_is_shortened_has_the_id_that_is_published(tmp_path):
    rows = [{"paper_id": "x" * 300, "title": ["A"]}]
    problems = collect_problems(tmp_path, "kind: table, file: t.json", "t.json", rows)
    assert {len(problem.paper_id) for problem in problems} == {LONGEST_ID}


def collect_problems(tmp_path, source, name, content):
    """Return the problems of a source with one file."""
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / name).write_text(text, encoding="utf-8")
    path = tmp_path / "catalog.yml"
    path.write_text(f"title: T\nsources:\n  - {{{source}, venue: {VENUE}}}\n")
    sources = catalog.load(path, tmp_path).sources
    return collection.read(sources, tmp_path / "downloads", offline=True).problems


@pytest.mark.parametrize(
    ("source", "name", "content"),
    [
        ("kind: table, file: t.csv", "t.csv", ""),
        ("kind: table, file: t.csv", "t.csv", "title,authors\n"),
        ("kind: bibtex, file: t.bib", "t.bib", "% nothing yet\n"),
        ("kind: csljson, file: t.json", "t.json", []),
    ],
)
def test_a_file_without_papers_is_named_with_a_remedy(tmp_path, source, name, content):
    with pytest.raises(UserError, match=rf"{name} has no papers; it may be empty.* save it again"):
        collect_problems(tmp_path, source, name, content)


def test_a_file_in_utf_16_is_refused_with_the_remedy_once(tmp_path):
    (tmp_path / "t.csv").write_bytes("title\nMoss\n".encode("utf-16"))
    path = tmp_path / "catalog.yml"
    path.write_text(f"title: T\nsources:\n  - {{kind: table, file: t.csv, venue: {VENUE}}}\n")
    with pytest.raises(UserError) as refused:
        collection.read(catalog.load(path, tmp_path).sources, tmp_path, offline=True)
    assert str(refused.value) == f"{tmp_path / 't.csv'}: is UTF-16; save it as UTF-8"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("\n", "line 2: is not JSON: the file is empty; save it again"),
        ('{"id": 1}\n{"id": 2}\n', r"line 2: is not JSON: another value begins here; .*\.jsonl"),
        ('[{"id": 1},]', r"line 1: is not JSON: .*, at character 1\d \(“[],]”\); save it again"),
        ('[{"id": 1}', r"line 1: is not JSON: .*, at character 11 \(the end of the file\)"),
        ("id,title\n1,Moss\n", "is not JSON, but CSV or another table; rename it to end in .csv$"),
    ],
)
def test_a_file_that_is_not_json_is_explained_with_the_remedy(tmp_path, content, message):
    with pytest.raises(UserError, match=message):
        collect_problems(tmp_path, "kind: csljson, file: t.json", "t.json", content)


def test_a_name_of_a_file_that_is_too_long_is_refused_with_the_line(tmp_path):
    text = f"title: T\nsources:\n  - {{kind: table, file: {'x' * 5000}, venue: {VENUE}}}"
    (tmp_path / "catalog.yml").write_text(text)
    with pytest.raises(UserError, match=r"line 3: “file” names x+…, which does not exist"):
        catalog.load(tmp_path / "catalog.yml", tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: A\ntitle: B\nsources: []", "“title” is given twice"),
        ("title: T\nsources: " + "[" * 200 + "]" * 200, "line 2 has values nested"),
        ("a: &a [*a]", "line 1 has an alias of a value that contains it"),
        ("title: \0", "line 1: is not YAML"),
        ("title: T\nsources:\n  - {kind: [table]}", "line 3: “kind”"),
        (f"title: T\nworks: {'x' * 5000}\nsources:\n  - {{}}", "line 2: “works” names"),
        (f"{'k' * 900}: T\nsources: []", "is not a known key"),
        ("title: T\nsources: 5", "line 2: “sources” must be a list"),
        ("- 5", "must be a mapping"),
        ("", "is empty"),
        ("\ud800", "is not UTF-8"),
    ],
)
def test_a_bad_catalog_is_refused_with_the_line(tmp_path, text, message):
    path = tmp_path / "catalog.yml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UserError) as caught:
        catalog.load(path, tmp_path)
    assert message in str(caught.value)


@pytest.mark.parametrize("hosts", ["x", "[5]", "['http://x/']", "['a b']", "{}"])
def test_allow_hosts_is_a_list_of_hosts(tmp_path, hosts):
    (tmp_path / "t.json").write_text("[]")
    text = (
        f"title: T\nallow_hosts: {hosts}\nsources:\n"
        f"  - {{kind: table, file: t.json, venue: {VENUE}}}"
    )
    (tmp_path / "catalog.yml").write_text(text)
    with pytest.raises(UserError, match="line 2: “allow_hosts” must be a list of hosts"):
        catalog.load(tmp_path / "catalog.yml", tmp_path)
