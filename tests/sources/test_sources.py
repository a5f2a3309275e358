"""Sources: every item becomes a paper or a problem, and missing values are None."""

import inspect
import json
from pathlib import Path

import pytest
from conftest import make_pdf

from papersette.errors import UserError
from papersette.records import Author, Count, LooseFile, Paper, Problem, Review, Venue
from papersette.sources import (
    SOURCES,
    arxiv,
    bibtex,
    csljson,
    miniconf,
    openreview,
    paperoni,
    table,
    virtual,
)

VENUE = Venue("v-2019", "V 2019", 2019)


def by_type(items):
    items = list(items)
    return [
        [item for item in items if isinstance(item, kind)] for kind in (Paper, Problem, LooseFile)
    ]


def write_notes(folder: Path, *notes: object) -> Path:
    path = folder / "notes.json"
    path.write_text(json.dumps({"notes": list(notes)}))
    return path


NOTE = {
    "forum": "B1x",
    "content": {
        "title": " A\ntitle ",
        "authors": ["Anonymous"],
        "keywords": ["GAN", ""],
        "pdf": "/pdf/1.pdf",
    },
}


def test_openreview_takes_the_forum_id_as_key_and_links_to_forum_and_pdf(tmp_path):
    (paper,), problems, _ = by_type(
        openreview.read(openreview.Settings(VENUE, write_notes(tmp_path, NOTE)))
    )
    assert (paper.paper_id, paper.title, paper.tags, paper.authors) == (
        "B1x",
        "A title",
        ("GAN",),
        (),
    )
    assert paper.url == "https://openreview.net/forum?id=B1x"
    assert paper.pdf_url == "https://openreview.net/pdf/1.pdf"
    assert (paper.abstract, paper.tldr, problems) == (None, None, [])


@pytest.mark.parametrize("name", ["pdf?id=B1x.txt", "B1x.txt", "B1x.pdf"])
def test_openreview_finds_files_by_forum_id(name, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / name).write_text("text")
    (paper,), problems, _ = by_type(
        openreview.read(openreview.Settings(VENUE, write_notes(tmp_path, NOTE), tmp_path / "files"))
    )
    assert (paper.file.name, problems) == (name, [])


def test_openreview_loses_no_note_and_no_file(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "stray.txt").write_text("text")
    notes = write_notes(tmp_path, NOTE, {"content": {}}, "not a note", {"forum": "C2y"})
    papers, problems, _ = by_type(
        openreview.read(openreview.Settings(VENUE, notes, tmp_path / "files"))
    )
    assert [paper.paper_id for paper in papers] == ["B1x", "C2y"]
    assert [problem.item for problem in problems if problem.lost] == [
        "notes.json: note 1",
        "notes.json: note 2",
    ]
    assert {problem.item for problem in problems if not problem.lost} == {
        "notes.json: note 0",
        "notes.json: note 3",
        "stray.txt",
    }


@pytest.mark.parametrize("content", ["", "<html>", '{"papers": []}', "3"])
def test_openreview_explains_an_invalid_dump(content, tmp_path):
    path = tmp_path / "notes.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"notes\.json"):
        list(openreview.read(openreview.Settings(VENUE, path)))


BIB = """
@proceedings{vol, title={The volume itself}}
@inproceedings{A19Paper, author={Garivier, Aur\\'elien and {\\L}ukasz K and others}, \
title={On {G}raphs with $\\alpha$ noise}, year=2019}
@inproceedings{A19Paper, title={The same key again}}
@misc{noauthor, title={No author, no year}, keywords={SGD, noise; gradients}}
@misc{broken, title={never closed
@misc{last, title={The last one}, file={:papers/x.pdf:PDF}}
"""


def read_bib(tmp_path, text=BIB, **more):
    path = tmp_path / "v.bib"
    path.write_text(text, encoding="utf-8")
    return by_type(bibtex.read(bibtex.Settings(VENUE, path, **more)))


def test_bibtex_reads_tex_accents_and_leaves_mathematics(tmp_path):
    papers, _, _ = read_bib(tmp_path)
    assert [author.name for author in papers[0].authors] == ["Aurélien Garivier", "Łukasz K"]
    assert papers[0].title == r"On Graphs with $\alpha$ noise"


def test_bibtex_keeps_incomplete_and_duplicate_entries_and_reports_broken_ones(tmp_path):
    papers, problems, _ = read_bib(tmp_path)
    assert [paper.paper_id for paper in papers] == ["A19Paper", "A19Paper", "noauthor", "last"]
    assert papers[2].tags == ("SGD", "noise", "gradients")
    assert [problem.item for problem in problems if problem.lost] == ["v.bib: line 6"]


def test_bibtex_finds_files_by_field_and_key_and_yields_the_others(tmp_path):
    (tmp_path / "pdfs").mkdir()
    for name in ("x.pdf", "NOAUTHOR.pdf", "stray.pdf"):
        make_pdf(tmp_path / "pdfs" / name, [["text"]])
    papers, _, loose = read_bib(tmp_path, files=tmp_path / "pdfs")
    assert {paper.paper_id: paper.file.name for paper in papers if paper.file} == {
        "noauthor": "NOAUTHOR.pdf",
        "last": "x.pdf",
    }
    assert [file.path.name for file in loose] == ["stray.pdf"]


def test_bibtex_in_another_encoding_is_an_error_with_the_remedy(tmp_path):
    path = tmp_path / "v.bib"
    path.write_bytes("@misc{a, title={Größe}}".encode("latin-1"))
    with pytest.raises(UserError, match="UTF-8 at byte"):
        list(bibtex.read(bibtex.Settings(VENUE, path)))


def read_table(tmp_path, name, content, **more):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return by_type(table.read(table.Settings(VENUE, path, **more)))


def test_a_csv_is_read_through_its_column_map(tmp_path):
    columns = {"title": "Title", "authors": "Speakers", "session": "Track"}
    content = 'Title,Speakers,Track,Seats\n"A, title",Ann A; Zoë Z,Deep Learning,\n,,,4\n'
    (paper, untitled), _, _ = read_table(tmp_path, "p.csv", content, columns=columns)
    assert (paper.paper_id, paper.title, paper.authors[1].name) == ("a-title", "A, title", "Zoë Z")
    assert paper.slots[0].session.session_id == "v-2019-deep-learning"
    assert (untitled.paper_id, untitled.title, untitled.authors, untitled.slots) == (
        "v-2019-3",
        None,
        (),
        (),
    )


@pytest.mark.parametrize("name", ["p.json", "p.jsonl"])
def test_json_and_jsonl_are_tables_too(name, tmp_path):
    rows = [
        {"title": "A", "tags": ["x", "y"], "year": "2018"},
        {"title": "B", "authors": "Ann | Bob"},
    ]
    content = json.dumps(rows) if name == "p.json" else "\n".join(map(json.dumps, rows))
    (first, second), problems, _ = read_table(tmp_path, name, content)
    assert (first.tags, first.year, second.year) == (("x", "y"), 2018, 2019)
    assert [author.name for author in second.authors] == ["Ann", "Bob"]
    assert problems == []


def test_a_row_that_cannot_be_read_is_a_problem_with_its_line(tmp_path):
    _, problems, _ = read_table(tmp_path, "p.jsonl", '{"title": "A"}\n{broken\n[1]\n')
    assert [(problem.item, problem.lost) for problem in problems] == [
        ("p.jsonl: line 2", True),
        ("p.jsonl: line 3", True),
    ]
    _, problems, _ = read_table(tmp_path, "p.csv", "title,year\nA,2019,what,is,this\n")
    assert "more cells" in problems[0].reason


def test_a_missing_column_is_an_error_with_the_nearest_name(tmp_path):
    with pytest.raises(UserError, match="did you mean “Title”"):
        read_table(tmp_path, "p.csv", "Title\nA\n", columns={"title": "Titel"})
    with pytest.raises(UserError, match="did you mean “title”"):
        read_table(tmp_path, "p.csv", "Title\nA\n", columns={"titel": "Title"})


def test_a_named_file_that_is_missing_is_a_problem_of_its_paper(tmp_path):
    (tmp_path / "pdfs").mkdir()
    (paper,), (problem,), _ = read_table(
        tmp_path, "p.csv", "title,file\nA,gone.pdf\n", files=tmp_path / "pdfs"
    )
    assert (paper.file, problem.paper_id, problem.lost) == (None, "a", False)


def test_openreview_reads_the_wrapped_values_of_api_v2(tmp_path):
    content = {
        "title": {"value": "A"},
        "keywords": {"value": ["GAN"]},
        "authors": {"value": ["Ann A"]},
        "TL;DR": {"value": "Short."},
    }
    (paper,), problems, _ = by_type(
        openreview.read(
            openreview.Settings(VENUE, write_notes(tmp_path, {"forum": "Z9", "content": content}))
        )
    )
    assert (paper.title, paper.tags, paper.authors[0].name, paper.tldr, problems) == (
        "A",
        ("GAN",),
        "Ann A",
        "Short.",
        [],
    )


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>answer</title><id>http://arxiv.org/api/x</id>
{entries}</feed>"""
ENTRY = """<entry><id>http://arxiv.org/abs/{identifier}</id>\
<published>2018-02-24T00:00:00Z</published>
<title>A title
  over two lines</title><summary> An abstract. </summary><author><name>Ann A</name></author>\
<author><name>Zoë Z</name></author>
<link title="pdf" href="http://arxiv.org/pdf/{identifier}" rel="related" type="application/pdf"/>
<category term="stat.ML" scheme="http://arxiv.org/schemas/atom"/>\
<category term="cs.LG" scheme="x"/></entry>"""
ERROR = (
    "<entry><id>http://arxiv.org/api/errors#bad</id><title>Error</title>"
    "<summary>incorrect id format</summary></entry>"
)


def read_atom(tmp_path, *entries):
    path = tmp_path / "answer.xml"
    path.write_text(ATOM.format(entries="".join(entries)), encoding="utf-8")
    return by_type(arxiv.read(arxiv.Settings(VENUE, path)))


def test_arxiv_keeps_versions_apart_and_takes_categories_as_tags(tmp_path):
    papers, problems, _ = read_atom(
        tmp_path,
        *(ENTRY.format(identifier=i) for i in ("1802.08770v1", "1802.08770v2", "math/0309136v1")),
    )
    assert [paper.paper_id for paper in papers] == [
        "1802.08770v1",
        "1802.08770v2",
        "math/0309136v1",
    ]
    assert (papers[0].title, papers[0].year, papers[0].tags) == (
        "A title over two lines",
        2018,
        ("stat.ML", "cs.LG"),
    )
    assert (papers[0].url, [a.name for a in papers[0].authors]) == (
        "https://arxiv.org/abs/1802.08770v1",
        ["Ann A", "Zoë Z"],
    )
    assert problems == []


def test_arxiv_gives_affiliations_and_the_doi(tmp_path):
    own = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
    entry = ENTRY.format(identifier="1802.08770v1")
    entry = entry.replace(
        "Ann A</name>", f"Ann A</name><arxiv:affiliation {own}>Uni A</arxiv:affiliation>"
    ).replace("<title>", f"<arxiv:doi {own}>10.5555/Moss</arxiv:doi><title>")
    (paper,), _, _ = read_atom(tmp_path, entry)
    assert [author.affiliation for author in paper.authors] == ["Uni A", None]
    assert paper.doi == "10.5555/moss"


def test_arxiv_reports_an_error_entry_and_an_empty_response_is_empty(tmp_path):
    papers, (problem,), _ = read_atom(tmp_path, ERROR)
    assert (papers, problem.lost, "incorrect id format" in problem.reason) == ([], True, True)
    assert read_atom(tmp_path) == [[], [], []]
    (tmp_path / "page.xml").write_text("<html>Rate exceeded.</html>")
    with pytest.raises(UserError, match="not an Atom feed"):
        list(arxiv.read(arxiv.Settings(VENUE, tmp_path / "page.xml")))


def test_arxiv_reports_that_a_response_is_one_page_of_several(tmp_path):
    total = '<t:totalResults xmlns:t="http://a9.com/-/spec/opensearch/1.1/">{}</t:totalResults>'
    entry = ENTRY.format(identifier="1802.08770v1")
    (_,), problems, _ = read_atom(tmp_path, total.format(1), entry)
    assert problems == []
    (_,), (problem,), _ = read_atom(tmp_path, total.format(4312), entry)
    assert problem.reason.startswith("has 1 of the 4,312 papers of its query; arXiv returns 10")


CSL = [
    {"id": "doi:10/x", "type": "article-journal", "title": "A",
     "container-title": "Nature Methods", "DOI": "10/x",
     "author": [{"family": "Zweite", "given": "Zoë"}, {"family": "Plato"},
                {"literal": "The Team"}],
     "issued": {"date-parts": [["2014", 5]]}},
    {"id": "w", "type": "webpage", "title": "A page", "URL": "https://a.example/"},
    "no item",
]  # fmt: skip


def test_csljson_reads_irregular_items_and_loses_none(tmp_path):
    path = tmp_path / "items.json"
    path.write_text(json.dumps(CSL))
    papers, (problem,), _ = by_type(csljson.read(csljson.Settings(VENUE, path)))
    assert [author.name for author in papers[0].authors] == ["Zoë Zweite", "Plato", "The Team"]
    assert (papers[0].year, papers[0].venue.venue_id, papers[0].url) == (
        2014,
        "nature-methods",
        "https://doi.org/10/x",
    )
    assert (papers[1].year, papers[1].venue, papers[1].authors) == (None, VENUE, ())
    assert (problem.item, problem.lost) == ("items.json: item 3", True)


def test_miniconf_puts_a_paper_in_every_session_it_is_in_and_in_order(tmp_path):
    (tmp_path / "main_papers.csv").write_text(
        "UID,title,authors,keywords\nm.1,A,Ann A|Bob B,x;y\nm.2,B,Cy C,\n"
    )
    (tmp_path / "paper_sessions.yml").write_text(
        "z1:\n  start_time: 2020-11-16 16:00:00+00:00\n  long_name: 'Z1: Trees'\n"
        "  papers: [m.2, m.1, gone.3]\nz2:\n  papers: [m.1]\n"
    )
    (first, second), (problem,), _ = by_type(miniconf.read(miniconf.Settings(VENUE, tmp_path)))
    assert ([a.name for a in first.authors], first.tags) == (["Ann A", "Bob B"], ("x", "y"))
    assert [(slot.session.session_id, slot.position) for slot in first.slots] == [
        ("v-2019-z1", 2),
        ("v-2019-z2", 1),
    ]
    assert (second.slots[0].session.title, second.slots[0].session.start) == (
        "Z1: Trees",
        "2020-11-16T16:00:00+00:00",
    )
    assert (problem.item, problem.lost) == ("gone.3", False)


def test_miniconf_without_papers_is_an_error_that_names_the_folder(tmp_path):
    with pytest.raises(UserError, match="sitedata"):
        list(miniconf.read(miniconf.Settings(VENUE, tmp_path)))


def test_openreview_takes_reviews_and_the_decision_from_the_thread(tmp_path):
    (tmp_path / "threads").mkdir()
    thread = [
        {"invitation": "V/-/Paper1/Official_Review", "signatures": ["V/Paper1/AnonReviewer2"],
         "content": {"rating": "7: Good paper, accept", "confidence": "4: confident",
                     "title": "Good", "review": "One.\n\nTwo."}},
        {"invitation": "V/-/Paper1/Official_Comment", "content": {"comment": "Thanks"}},
        {"invitation": "V/-/Acceptance_Decision", "content": {"decision": "Accept (Poster)"}},
    ]  # fmt: skip
    (tmp_path / "threads" / "B1x").write_text(json.dumps({"notes": thread}))
    notes = write_notes(tmp_path, NOTE, {"forum": "C2y"}, {"forum": "D3z"})
    (tmp_path / "threads" / "C2y.json").write_text("<html>502 Bad Gateway</html>")
    papers, problems, _ = by_type(
        openreview.read(openreview.Settings(VENUE, notes, reviews=tmp_path / "threads"))
    )
    assert papers[0].reviews == (Review(7.0, 4.0, "AnonReviewer2", "Good", "One.\n\nTwo."),)
    assert [(paper.decision, len(paper.reviews)) for paper in papers] == [
        ("poster", 1),
        (None, 0),
        (None, 0),
    ]
    assert [problem.paper_id for problem in problems] == ["C2y", "D3z"]
    assert "error page" in problems[0].reason


def test_openreview_api_2_has_reviews_in_the_note_and_the_decision_in_its_venue(tmp_path):
    review = {
        "invitations": ["V/Submission1/-/Official_Review", "V/-/Edit"],
        "content": {"rating": {"value": 8}},
    }
    note = {
        "id": "E4",
        "content": {"title": {"value": "T"}, "venue": {"value": "V 2024 oral"}},
        "details": {"replies": [review]},
    }
    gone = {"id": "F5", "invitation": "V/-/Withdrawn_Submission", "content": {}}
    papers, _, _ = by_type(
        openreview.read(openreview.Settings(VENUE, write_notes(tmp_path, note, gone)))
    )
    assert [(paper.decision, [r.rating for r in paper.reviews]) for paper in papers] == [
        ("oral", [8.0]),
        ("withdrawn", []),
    ]


EVENTS = [
    {"id": 1, "name": "Paper one", "eventtype": "Poster", "paper_url": "/forum?id=x",
     "session": "Posters 1", "starttime": "2026-05-01T10:00:00", "endtime": "2026-05-01T12:00:00",
     "room_name": "Hall", "poster_position": "7",
     "authors": [{"fullname": "Zoë B", "institution": "U"}], "keywords": ["nets"],
     "decision": "Accept (poster)"},
    {"id": 2, "name": "Paper one", "eventtype": "Oral", "paper_url": "/forum?id=x",
     "session": "Talks", "starttime": "2026-05-02T09:00:00"},
    {"id": 3, "name": "Coffee", "eventtype": "Break"},
    {"id": 4, "name": "Poster Session 1", "eventtype": "Poster Session"},
    {"id": 5, "name": "Paper two", "eventtype": "Spotlight Poster"},
    "no event",
]  # fmt: skip


def test_virtual_makes_one_paper_of_all_its_events_and_reports_other_events(tmp_path):
    (tmp_path / "events.json").write_text(json.dumps({"count": 9, "results": EVENTS}))
    (tmp_path / "abstracts.json").write_text(json.dumps({"1": "Of nets."}))
    settings = virtual.Settings(
        VENUE, tmp_path / "events.json", tmp_path / "abstracts.json", "https://site.org/"
    )
    given = list(virtual.read(settings))
    (one, two), problems, _ = by_type(given)
    assert (one.paper_id, one.title, one.decision, one.abstract, two.title) == (
        "1",
        "Paper one",
        "poster",
        "Of nets.",
        "Paper two",
    )
    assert one.url == "https://site.org/forum?id=x"
    assert [(slot.session.title, slot.session.room, slot.position) for slot in one.slots] == [
        ("Posters 1", "Hall", 7),
        ("Talks", None, None),
    ]
    assert one.authors == (Author("Zoë B", "U"),)
    assert [(problem.stage, problem.lost) for problem in problems] == [("read", False)] + [
        ("skip", False)
    ] * 2 + [
        ("read", True),
        ("skip", False),
    ]
    assert "has 6 of 9 events" in problems[0].reason
    assert Count(6) in given


def test_virtual_reports_the_unused_keys_of_papers_once(tmp_path):
    about_site = {"uid": "a1", "visible": True, "related_events": [{"id": 9}], "url": None}
    events = [
        {**EVENTS[0], **about_site, "topic": "Theory", "eventmedia": []},
        {**EVENTS[4], "topic": "Optimisation"},
        {**EVENTS[2], "topic": "Food", "sponsor": "S"},
    ]
    (tmp_path / "events.json").write_text(json.dumps(events))
    _, problems, _ = by_type(virtual.read(virtual.Settings(VENUE, tmp_path / "events.json")))
    assert [problem.reason for problem in problems if problem.stage == "read"] == [
        "has a key that is not used, with the number of values: topic (2)"
    ]


PAPERONI = {
    "paper_id": "abc", "title": "A work", "authors": [
        {"display_name": "Ada", "affiliations": [{"name": "Institut Mila"}]},
        {"author": {"name": "Bo"}, "affiliations": [{"name": "U, Mila"}]}],
    "topics": [{"name": "nets"}], "links": [{"type": "pdf.official", "link": "https://p/x.pdf"}],
    "releases": [
        {"venue": {"name": "Conf", "type": "conference",
                   "date": {"text": "2023-09-21", "precision": 2}}, "status": "poster"},
        {"venue": {"name": "Preprints", "date": {"text": "2023-01-01", "precision": 1}},
         "status": "preprint"},
        {"venue": {"name": "", "date": {"text": "2000", "precision": 0}}},
    ],
}  # fmt: skip


def test_paperoni_gives_a_version_for_each_release_of_one_work(tmp_path):
    (tmp_path / "papers.json").write_text(json.dumps([PAPERONI, "nothing"]))
    given = list(
        paperoni.read(paperoni.Settings(VENUE, tmp_path / "papers.json", institute="Mila"))
    )
    papers, problems, _ = by_type(given)
    assert [(p.paper_id, p.venue.name, p.published, p.work) for p in papers] == [
        ("v-2019-abc", "Conf", "2023-09", "v-2019-abc"),
        ("v-2019-abc-2", "Preprints", "2023", "v-2019-abc"),
        ("v-2019-abc-3", "V 2019", None, "v-2019-abc"),
    ]
    assert [(author.name, author.member) for author in papers[0].authors] == [
        ("Ada", False),
        ("Bo", True),
    ]
    assert (len(problems), Count(4) in given) == (1, True)


def test_a_problem_of_a_paper_of_paperoni_names_its_first_release(tmp_path):
    (tmp_path / "papers.json").write_text(json.dumps([PAPERONI | {"abstract": ["A"]}]))
    _, (problem,), _ = by_type(paperoni.read(paperoni.Settings(VENUE, tmp_path / "papers.json")))
    assert (problem.paper_id, "“abstract”" in problem.reason) == ("v-2019-abc", True)


def test_paperoni_reads_yaml_and_reports_files_without_papers(tmp_path):
    (tmp_path / "papers.yml").write_text(
        "_papers:\n- id: 0\n  title: T\n  releases:\n"
        "  - venue: {name: J, date: 2024-03-15, date_precision: 3}\n"
    )
    (tmp_path / "labels.json").write_text('[{"en": "Home"}]')
    papers, problems, _ = by_type(paperoni.read(paperoni.Settings(VENUE, tmp_path)))
    assert [(p.paper_id, p.published, p.year) for p in papers] == [("v-2019-0", "2024-03-15", 2024)]
    assert [(p.item, p.stage) for p in problems] == [("labels.json", "skip")]


def test_bibtex_joins_strings_with_macros_and_leaves_a_number_sign_in_braces(tmp_path):
    (tmp_path / "a.bib").write_text(
        '@string{icml = "ICML"}\n@misc{a, title = "At " # icml # { 19}, year = 2019}\n'
        "@misc{b, title = {C {# {x}} is # 1}, year = 2018}\n"
    )
    papers, problems, _ = by_type(bibtex.read(bibtex.Settings(VENUE, tmp_path / "a.bib")))
    assert ([paper.title.replace("{", "").replace("}", "") for paper in papers], problems) == (
        ["At ICML 19", "C # x is # 1"],
        [],
    )


def test_a_markdown_table_is_a_table_with_links(tmp_path):
    (tmp_path / "r.md").write_text(
        "# Ratings\n\n| Title | Ratings | Who |\n| --- | :-: | --- |\n"
        "| [A](https://o.net/forum?id=B1x) | 7, 7, 9 | Ada L, Bo and Cy |\n| broken |\n"
    )
    columns = {"paper_id": "Title link", "title": "Title", "ratings": "Ratings", "authors": "Who"}
    (paper,), (problem,), _ = by_type(
        table.read(table.Settings(VENUE, tmp_path / "r.md", columns, separators=","))
    )
    assert (paper.paper_id, paper.title, [r.rating for r in paper.reviews]) == (
        "B1x",
        "A",
        [7, 7, 9],
    )
    assert [author.name for author in paper.authors] == ["Ada L", "Bo", "Cy"]
    assert (problem.item, problem.lost) == ("r.md: line 6", True)


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_counts_its_items(kind):
    assert "Count" in inspect.get_annotations(SOURCES[kind].read)["return"]
