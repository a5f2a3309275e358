"""JATS, ACL Anthology and DBLP: text, references, venues and people straight from the XML."""

import sqlite3
from contextlib import closing

import pytest
from conftest import build_database, foreign, page, serve

from papersette.errors import UserError
from papersette.records import Author, Count, Paper, Problem, Session, Slot, Venue
from papersette.sources import acl, dblp, jats

V = Venue("v-2019", "V 2019", 2019)
JATS = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) v1.2//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" \
xmlns:mml="http://www.w3.org/1998/Math/MathML" xml:lang="en">
<front><journal-meta><journal-title-group><journal-title>Journal of Tests</journal-title>\
</journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="publisher-id">12</article-id>\
<article-id pub-id-type="doi">10.1234/Jot.12</article-id>
<title-group><article-title>Noise in <italic>small</italic> rings<xref ref-type="fn">1</xref>\
</article-title><subtitle>A study</subtitle></title-group>
<contrib-group>
<contrib contrib-type="author">\
<contrib-id contrib-id-type="orcid">https://orcid.org/0000-0002-1825-0097</contrib-id>
<name><surname>&Aring;ngstr&ouml;m</surname><given-names>Zo&euml;</given-names></name>\
<xref ref-type="aff" rid="a1 a2"/></contrib>
<contrib contrib-type="author"><collab>The Ring Team</collab></contrib>
<contrib contrib-type="editor"><name><surname>Editor</surname></name></contrib>
<aff id="a1"><label>1</label><institution>Institute A</institution>, \
<country>Norway</country></aff><aff id="a2">Institute B</aff>
</contrib-group>
<pub-date pub-type="collection"><year>2020</year></pub-date>\
<pub-date pub-type="epub"><day>5</day><month>3</month><year>2019</year></pub-date>
<volume>12</volume><issue>3</issue><fpage>45</fpage><lpage>67</lpage>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/">\
<license-p>Open.</license-p></license></permissions>
<abstract><p>Rings are noisy.</p><p><bold>DOI:</bold> 10.1234/Jot.12.001</p></abstract>
<abstract abstract-type="executive-summary"><title>Digest</title><p>For everyone.</p></abstract>
<kwd-group><kwd>rings</kwd><kwd>noise</kwd></kwd-group>\
<kwd-group kwd-group-type="abbreviations"><kwd>RN</kwd></kwd-group>
</article-meta></front>
<body><p>Before the first section.</p>
<sec><label>1</label><title>Introduction</title>\
<p>Known since long<sup><xref ref-type="bibr">3</xref></sup>. A list
<list><list-item><p>one item</p></list-item></list> follows: \
<disp-formula><alternatives><mml:math><mml:mi>x</mml:mi></mml:math>\
<tex-math>\\documentclass{x}</tex-math></alternatives></disp-formula></p>
<sec><title>Data</title><p>From <email>a@b.org</email> rings.</p></sec></sec>
<sec><title>Results</title><p>Noise is low.</p>\
<table-wrap><caption><p>A table</p></caption>\
<table><tr><td>a</td><td>b</td></tr></table></table-wrap></sec></body>
<back><ack><title>Thanks</title><p>We thank all.</p></ack><ref-list>
<ref><element-citation publication-type="journal"><person-group person-group-type="author">\
<name><surname>Lovelace</surname><given-names>A</given-names></name>\
<name><surname>Babbage</surname><given-names>C</given-names></name></person-group>\
<year>1843</year><article-title>Notes on rings</article-title><source>Memoirs</source>\
<volume>3</volume><fpage>1</fpage><lpage>9</lpage>\
<pub-id pub-id-type="doi">10.5555/Notes.3</pub-id></element-citation></ref>
<ref><mixed-citation>Babbage, C. <source>On machines</source>. <year>1832</year>. \
doi:10.5555/machines</mixed-citation></ref>
</ref-list></back>
<sub-article article-type="decision-letter"><front-stub><title-group>\
<article-title>Decision letter</article-title></title-group></front-stub>\
<body><p>Accepted.</p></body></sub-article>
</article>"""


def read(source, settings):
    items = list(source.read(settings))
    papers = [item for item in items if isinstance(item, Paper)]
    problems = [item for item in items if isinstance(item, Problem)]
    counted = sum(item.items for item in items if isinstance(item, Count))
    skipped = sum(problem.stage == "skip" or problem.lost for problem in problems)
    assert counted == len(papers) + skipped
    return papers, problems


def write(tmp_path, name, text):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_jats_gives_people_places_dates_and_the_licence(tmp_path):
    (paper,), problems = read(jats, jats.Settings(V, write(tmp_path, "a.xml", JATS)))
    assert problems == []
    assert (paper.paper_id, paper.doi, paper.title) == (
        "10.1234/Jot.12",
        "10.1234/jot.12",
        "Noise in small rings: A study",
    )
    assert paper.authors == (
        Author("Zoë Ångström", "Institute A, Norway; Institute B", orcid="0000-0002-1825-0097"),
        Author("The Ring Team"),
    )
    assert (paper.published, paper.year, paper.language) == ("2019-03-05", 2019, "en")
    assert (paper.abstract, paper.tags) == ("Rings are noisy.", ("rings", "noise"))
    assert paper.license == "https://creativecommons.org/licenses/by/4.0/"
    assert (paper.venue.venue_id, paper.venue.kind) == ("journal-of-tests", "journal")
    assert (paper.volume, paper.issue, paper.pages) == ("12", "3", "45–67")
    assert [(review.title, review.text) for review in paper.reviews] == [
        ("Decision letter", "Accepted.")
    ]


def test_jats_gives_the_number_of_an_article_without_pages(tmp_path):
    pages, number = "<fpage>45</fpage><lpage>67</lpage>", "<elocation-id>e1004</elocation-id>"
    path = write(tmp_path, "a.xml", JATS.replace(pages, number))
    (paper,), _ = read(jats, jats.Settings(V, path))
    assert (paper.volume, paper.pages) == ("12", "e1004")


def test_jats_gives_a_page_a_section_and_the_numbers_that_are_printed(tmp_path):
    (paper,), _ = read(jats, jats.Settings(V, write(tmp_path, "a.xml", JATS)))
    assert [section.headings for section in paper.sections] == [
        (("", "Digest"),),
        (),
        (("1", "Introduction"), ("1.1", "Data")),
        (("", "Results"),),
        (("", "Thanks"),),
        (),
    ]
    assert paper.sections[2].body.splitlines() == [
        "Introduction",
        "Known since long 3. A list follows:",
        "one item",
        "x",
        "Data",
        "From a@b.org rings.",
    ]
    assert paper.sections[3].body.splitlines()[-2:] == ["A table", "a b"]


def test_jats_gives_references_with_their_fields_and_dois(tmp_path):
    (paper,), _ = read(jats, jats.Settings(V, write(tmp_path, "a.xml", JATS)))
    first, second = paper.references
    assert first.raw == (
        "Lovelace, A; Babbage, C (1843). Notes on rings. Memoirs 3 1–9. doi:10.5555/notes.3"
    )
    assert (first.authors, first.year, first.venue, first.doi, first.page) == (
        ("Lovelace, A", "Babbage, C"),
        1843,
        "Memoirs",
        "10.5555/notes.3",
        6,
    )
    assert second.raw == "Babbage, C. On machines. 1832. doi:10.5555/machines"
    assert (second.title, second.doi) == ("On machines", "10.5555/machines")


def test_a_folder_of_jats_costs_no_article_for_a_bad_file(tmp_path):
    write(tmp_path, "j/a.nxml", JATS)
    write(tmp_path, "j/other.xml", "<library/>")
    write(tmp_path, "j/broken.xml", "<article><front>")
    write(tmp_path, "j/bad.xml", "no XML")
    article = JATS.partition('.dtd">')[2]
    write(tmp_path, "j/set.xml", f"<pmc-articleset>{article * 2}</pmc-articleset>")
    papers, problems = read(jats, jats.Settings(V, tmp_path / "j"))
    assert len(papers) == 4
    assert {(p.item, p.stage, p.lost) for p in problems} == {
        ("other.xml", "skip", False),
        ("broken.xml", "read", False),
        ("bad.xml", "read", True),
    }
    with pytest.raises(UserError, match="not JATS or NLM XML"):
        read(jats, jats.Settings(V, tmp_path / "j/other.xml"))


def test_a_site_of_jats_is_searched_and_cited_without_any_pdf(tmp_path):
    write(tmp_path, "a.xml", JATS)
    source = "{kind: jats, file: a.xml, venue: {venue_id: v, name: V}}"
    database = build_database(tmp_path, f"title: T\nsources:\n  - {source}\n")
    with closing(sqlite3.connect(database)) as conn:
        assert conn.execute("select page_count, doi, file from papers").fetchall() == [
            (6, "10.1234/jot.12", None)
        ]
        assert conn.execute("select page, title, doi from citations").fetchall() == [
            (6, "Notes on rings", "10.5555/notes.3"),
            (6, "On machines", "10.5555/machines"),
        ]
        assert conn.execute("select name from cited_names order by 1").fetchall() == [
            ("Babbage, C",),
            ("Lovelace, A",),
        ]
        pages = "select kind, page_id % 10 from section_pages where kind <> 'method' order by 1"
        assert conn.execute(pages).fetchall() == [("experiments", 4), ("introduction", 3)]
    (tmp_path / "site").mkdir()
    with serve(database, tmp_path / "site") as site:
        html = page(site, "/papers/papers/10~2E1234~2FJot~2E12")
        assert 'href="https://orcid.org/0000-0002-1825-0097"' in html
        assert "Institute A, Norway; Institute B" in html
        assert 'href="https://doi.org/10.1234/jot.12"' in html
        assert 'rel="license" href="https://creativecommons.org/licenses/by/4.0/"' in html
        rows = site.get("/papers/search.json?q=cites:Lovelace&_shape=array").json()
        assert [row["paper_id"] for row in rows] == ["10.1234/Jot.12"]


ACL = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2031.toy">
 <volume id="long" type="proceedings">\
<meta><booktitle>Proceedings of <fixed-case>TOY</fixed-case></booktitle>
  <editor><first>Ada</first><last>Editor</last></editor><editor><last>Plato</last></editor>
  <publisher>Toys</publisher><address>Oslo</address><month>May</month><year>2031</year></meta>
  <frontmatter><url>2031.toy-long.0</url></frontmatter>
  <paper id="1"><title>On <fixed-case>A</fixed-case> &lt; <tex-math>\\alpha</tex-math></title>
   <author id="li-wei" orcid="0000-0002-1825-0097"><first>Wei</first><last>Li</last>\
<affiliation>Univ</affiliation>
    <variant script="hani"><first>伟</first><last>李</last></variant></author>
   <abstract>Short.</abstract><url hash="x">2031.toy-long.1</url><doi>10.1/No</doi>\
<award>Best Paper</award><pages>1-9</pages><language>fra</language></paper>
  <paper id="2"><title>Elsewhere</title><url>http://toys.example/2.pdf</url></paper></volume>
 <event id="toy-2031"><meta><title>The Toy Conference</title><location>Bergen</location>\
<dates>May 1–3, 2031</dates></meta>
  <talk><title>A keynote</title></talk><colocated><volume-id>W31-4</volume-id></colocated></event>
</collection>"""
OLD = """<collection id="W31"><volume id="4">\
<meta><booktitle>A workshop</booktitle><year>2031</year></meta>
<paper id="7"><title>Old</title><author><first>Bo</first><last>C</last></author></paper>\
</volume></collection>"""


def test_acl_makes_venues_of_volumes_with_editors_and_events(tmp_path):
    write(tmp_path, "xml/2031.toy.xml", ACL)
    write(tmp_path, "xml/W31.xml", OLD)
    (one, two, old), problems = read(acl, acl.Settings(V, tmp_path / "xml"))
    assert one.venue == Venue(
        "2031.toy-long",
        "Proceedings of TOY",
        2031,
        "conference",
        "https://aclanthology.org/volumes/2031.toy-long/",
        event="The Toy Conference",
        location="Bergen",
        dates="May 1–3, 2031",
        editors="Ada Editor; Plato",
        publisher="Toys",
    )
    assert (one.title, one.decision, one.language) == ("On A < $\\alpha$", "Best Paper", "fr")
    assert one.authors == (
        Author("Wei Li", "Univ", orcid="0000-0002-1825-0097", variants=("李 伟",)),
    )
    assert (one.url, one.pdf_url) == (
        "https://aclanthology.org/2031.toy-long.1/",
        "https://aclanthology.org/2031.toy-long.1.pdf",
    )
    assert (two.paper_id, two.pdf_url) == ("2031.toy-long.2", "http://toys.example/2.pdf")
    assert (old.paper_id, old.venue.event, old.venue.name) == (
        "W31-0407",
        "The Toy Conference",
        "A workshop",
    )
    assert [problem.stage for problem in problems] == ["skip", "skip"]


def test_only_a_journal_of_the_acl_anthology_has_a_volume_and_an_issue(tmp_path):
    write(tmp_path, "xml/2031.toy.xml", ACL)
    write(tmp_path, "xml/J31.xml", JOURNAL)
    (one, two, article), _ = read(acl, acl.Settings(V, tmp_path / "xml"))
    assert (one.volume, one.issue, one.pages) == (None, None, "1–9")
    assert (two.volume, two.issue, two.pages) == (None, None, None)
    assert (article.volume, article.issue, article.pages) == ("57", "1", "10–18")


JOURNAL = """<collection id="J31"><volume id="1" type="journal">\
<meta><booktitle>Toys, Volume 57, Number 1, March 2031</booktitle><year>2031</year>\
<journal-volume>57</journal-volume><journal-issue>1</journal-issue></meta>
<paper id="2"><title>T</title><pages>10–18</pages></paper></volume></collection>"""


def test_other_spellings_of_a_name_are_kept_with_the_author(tmp_path):
    write(tmp_path, "a.xml", ACL)
    source = "{kind: acl, file: a.xml, venue: {venue_id: v, name: V}}"
    database = build_database(tmp_path, f"title: T\nsources:\n  - {source}\n")
    with closing(sqlite3.connect(database)) as conn:
        assert conn.execute("select name, spellings from authors").fetchall() == [
            ("Wei Li", "Wei Li; 李 伟")
        ]
    (tmp_path / "site").mkdir()
    with serve(database, tmp_path / "site") as site:
        for name in ("李伟", "Li, Wei"):
            rows = site.get(
                "/papers/search.json", params={"q": f'author:"{name}"', "_shape": "array"}
            )
            assert [row["paper_id"] for row in rows.json()] == ["2031.toy-long.1"], name
        html = page(site, "/papers/venues/2031~2Etoy-long")
        assert "The Toy Conference · Bergen · May 1–3, 2031" in html
        assert "Ada Editor; Plato" in html


@pytest.mark.parametrize(
    "text",
    [
        "- canonical: {first: Wei, last: Li}\n  variants:\n  - {first: W., last: Li}\n"
        "- canonical: {first: Bo, last: C}\n  variants: [{first: B., last: C}]\n",
        "li-wei: {names: [{first: Wei, last: Li}, {first: W., last: Li}]}\nx: 5\n",
    ],
    ids=["name_variants.yaml", "people.yaml"],
)
def test_the_spellings_of_names_that_the_anthology_lists_are_used(tmp_path, text):
    settings = acl.Settings(V, write(tmp_path, "a.xml", ACL), names=write(tmp_path, "n.yaml", text))
    (paper, _), _ = read(acl, settings)
    assert paper.authors[0].variants == ("李 伟", "W. Li")


DBLP = """<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE dblp SYSTEM "dblp.dtd"><dblp>
<inproceedings key="conf/toy/Li31" mdate="2031-01-01">\
<author orcid="0000-0002-1825-0097">Wei Li 0002</author><author>G&ouml;del</author>
<title>Deep <i>toys</i>.</title><pages>1-2</pages><year>2031</year><booktitle>TOY</booktitle>\
<crossref>conf/toy/2031</crossref><ee>https://doi.org/10.1234/X</ee></inproceedings>
<proceedings key="conf/toy/2031"><editor>Ada B</editor><title>The TOY Conference.</title>\
<booktitle>TOY</booktitle><publisher>P</publisher><year>2031</year></proceedings>
<article key="journals/t/C30"><author>Bo C</author><title>Why?</title>\
<journal>J. Toys</journal><volume>12</volume><number>3</number><pages>45-67</pages>\
<year>2030</year></article>
<www key="homepages/x"><author>Bo C</author><title>Home Page</title></www></dblp>"""


def test_dblp_records_have_their_venue_and_year_and_no_stop(tmp_path):
    (first, second), problems = read(dblp, dblp.Settings(V, write(tmp_path, "d.xml", DBLP)))
    assert (first.title, first.doi, first.url) == (
        "Deep toys",
        "10.1234/x",
        "https://doi.org/10.1234/X",
    )
    assert first.venue == Venue("toy-2031", "TOY", 2031, "conference", event="The TOY Conference",
                                editors="Ada B", publisher="P")  # fmt: skip
    assert first.authors == (Author("Wei Li 0002", orcid="0000-0002-1825-0097"), Author("Gödel"))
    assert (second.paper_id, second.title, second.url) == (
        "journals/t/C30",
        "Why?",
        "https://dblp.org/rec/journals/t/C30",
    )
    assert (first.volume, first.issue, first.pages) == (None, None, "1–2")
    assert (second.volume, second.issue, second.pages) == ("12", "3", "45–67")
    assert [problem.stage for problem in problems] == ["skip", "skip"]


SUBMISSION = """<dblpsubmission><proceedings><editor>Ada B</editor><title>TOY.</title>\
<year>2031</year>
<conf><location>Oslo</location></conf><toc><section>Leaks</section>\
<publ><author>Bo C</author><title>One.</title><doi>10.1/one</doi></publ>
<section>Rings</section><publ><author>Bo C</author><title>Two</title></publ></toc>\
</proceedings></dblpsubmission>"""
ANSWER = """<result><hits total="1"><hit><info><authors><author pid="1">Bo C</author></authors>\
<title>T.</title><venue>TOY</venue>
<year>2031</year><type>Conference and Workshop Papers</type><key>conf/toy/C31</key>\
<ee>https://x.example/</ee></info></hit></hits></result>"""


def test_a_table_of_contents_submitted_to_dblp_is_a_programme(tmp_path):
    (one, two), _ = read(dblp, dblp.Settings(V, write(tmp_path, "s.xml", SUBMISSION)))
    assert one.slots == (Slot(Session("v-2019-leaks", "Leaks"), 1),)
    assert (two.paper_id, two.slots[0].session.title) == ("two", "Rings")
    assert (one.venue.editors, one.venue.location) == ("Ada B", "Oslo")


def test_an_answer_of_the_search_of_dblp_is_read(tmp_path):
    (paper,), _ = read(dblp, dblp.Settings(V, write(tmp_path, "a.xml", ANSWER)))
    assert (paper.paper_id, paper.title, paper.venue.venue_id) == ("conf/toy/C31", "T", "toy-2031")
    with pytest.raises(UserError, match="is not XML of DBLP"):
        read(dblp, dblp.Settings(V, write(tmp_path, "h.xml", "<html/>")))


def test_dblp_reports_that_a_response_is_one_page_of_several(tmp_path):
    (_,), problems = read(dblp, dblp.Settings(V, write(tmp_path, "a.xml", ANSWER)))
    assert problems == []
    many = ANSWER.replace('total="1"', 'total="123"')
    (_,), (problem,) = read(dblp, dblp.Settings(V, write(tmp_path, "b.xml", many)))
    assert problem.reason.startswith("has 1 of the 123 records of its query; DBLP returns 30")


@pytest.mark.parametrize(
    ("module", "content", "unused"),
    [
        (
            jats,
            "<article><front><article-meta><title-group><article-title>T</article-title>"
            "</title-group><history><date/></history><related-article id='c'/><empty/>"
            "</article-meta></front></article>",
            "has an element that is not used, with the number of values: related-article (1)",
        ),
        (
            acl,
            "<collection id='2031.toy'><volume id='1'><meta><booktitle>T</booktitle>"
            "<isbn>9</isbn></meta><paper id='1'><title>One</title><video href='v.mp4'/></paper>"
            "<paper id='2'><title>Two</title><video href='w.mp4'/></paper></volume></collection>",
            "has elements that are not used, with the number of values: isbn (1), video (2)",
        ),
        (
            dblp,
            "<dblp><article key='a/B1'><title>T.</title><note>Withdrawn.</note></article></dblp>",
            "has an element that is not used, with the number of values: note (1)",
        ),
    ],
)
def test_elements_that_are_not_used_are_one_problem_of_the_file(tmp_path, module, content, unused):
    path = write(tmp_path, "given.xml", content)
    _, (problem,) = read(module, module.Settings(V, path))
    assert (problem.item, problem.reason) == ("given.xml", unused)


def test_real_articles_of_elife_have_their_text_and_references():
    papers, problems = read(jats, jats.Settings(V, foreign("formats") / "jats"))
    (problem,) = problems
    assert problem.reason.endswith("article-categories (3), related-article (2), funding-group (1)")
    sizes = {p.paper_id[-5:]: (len(p.sections), len(p.references), len(p.authors)) for p in papers}
    assert sizes == {"00013": (8, 105, 8), "00270": (1, 0, 4), "07586": (1, 0, 20)}
    assert sum(len(section.body.split()) for section in papers[0].sections) > 7000
    assert all(paper.license for paper in papers)


def test_real_volumes_of_the_acl_anthology_lose_no_paper():
    papers, problems = read(acl, acl.Settings(V, foreign("formats") / "acl"))
    assert (len(papers), len(problems)) == (841, 15)
    (unused,) = (p.reason for p in problems if "elements" in p.reason)
    assert "video (348)" in unused
    venues = {paper.venue.venue_id: paper.venue for paper in papers}
    assert len(venues) == 11
    assert venues["2022.naloma-1"].event == venues["2022.acl-long"].event
    assert {p.paper_id for p in papers} >= {"J89-1001", "L06-1001", "2022.acl-long.1"}
    assert all(paper.pdf_url and paper.title for paper in papers)


def test_the_example_of_dblp_is_read():
    path = foreign("formats") / "dblp/proceedings-example.xml"
    papers, problems = read(dblp, dblp.Settings(V, path))
    (problem,) = problems
    assert (len(papers), problem.reason.rpartition(": ")[2]) == (2, "isbn (1), series (1)")
    assert papers[0].venue.editors == "Tal Rabin"
