"""PMLR, EasyChair, Mini-Conf, OpenReview and BibTeX as organisers have them, and wrong kinds."""

import json
import sqlite3
from contextlib import closing

import pytest
import yaml
from conftest import build_database, build_here, foreign, make_pdf

from papersette.catalogs import catalog
from papersette.errors import UserError
from papersette.ingest import collection
from papersette.records import Author, Count, Paper, Problem, Review, Venue
from papersette.sources import bibtex, easychair, miniconf, openreview, pmlr, table

V = Venue("v-2019", "V 2019", 2019)


def read(source, settings):
    items = list(source.read(settings))
    papers = [item for item in items if isinstance(item, Paper)]
    problems = [item for item in items if isinstance(item, Problem)]
    counted = sum(item.items for item in items if isinstance(item, Count))
    skipped = sum(problem.stage == "skip" or problem.lost for problem in problems)
    assert counted == len(papers) + skipped
    return papers, problems


def write(tmp_path, name, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


POST = """---
title: 'Noise: in $k$ rings'
abstract: |-
  One
  line.
layout: inproceedings
id: lovelace19a
section: Invited Papers
author:
- given: Ada B.
  family: Lovelace
- given: Ludwig
  prefix: van
  family: Beethoven
date: 2019-05-13
container-title: Proceedings of Rings
volume: '7'
page: 12-20
publisher: PMLR
pdf: https://proceedings.mlr.press/v7/lovelace19a/lovelace19a.pdf
---
"""
CONFIG = """booktitle: Proceedings of Rings 2019
volume_editors: [{given: Bo, family: C}]
publisher: PMLR
conference: {name: Rings, location: Oslo, dates: [2019-05-13, 2019-05-14]}
sections:
- {name: Invited Papers, title: Invited papers}
"""


def test_a_volume_of_pmlr_is_read_from_its_repository(tmp_path):
    write(tmp_path, "v7/_posts/2019-05-13-lovelace19a.md", POST)
    write(tmp_path, "v7/_posts/2019-05-13-broken.md", "---\ntitle: a: b\n---\n")
    write(tmp_path, "v7/_posts/2019-05-13-note.md", "no front matter")
    write(tmp_path, "v7/_config.yml", CONFIG)
    (paper,), problems = read(pmlr, pmlr.Settings(V, tmp_path / "v7"))
    assert (paper.paper_id, paper.title, paper.abstract) == (
        "lovelace19a",
        "Noise: in $k$ rings",
        "One line.",
    )
    assert [author.name for author in paper.authors] == ["Ada B. Lovelace", "Ludwig van Beethoven"]
    assert (paper.published, paper.url) == (
        "2019-05-13",
        "https://proceedings.mlr.press/v7/lovelace19a.html",
    )
    assert (paper.slots[0].session.title, paper.venue.editors) == ("Invited papers", "Bo C")
    assert (paper.volume, paper.issue, paper.pages) == ("7", None, "12–20")
    assert (paper.venue.location, paper.venue.dates) == ("Oslo", "2019-05-13 – 2019-05-14")
    assert [(problem.item, problem.lost) for problem in problems] == [
        ("2019-05-13-broken.md", True),
        ("2019-05-13-note.md", True),
    ]
    assert "line 2" in problems[0].reason
    assert read(pmlr, pmlr.Settings(V, tmp_path / "v7/_posts"))[0] == [paper]


SUBMISSIONS = """#,title,authors,submitted,keywords,decision,abstract,deleted?
3,Noise,"Ada B, Bo C and Cy D",2019-01-01,"rings
noise",accept,An abstract.,no
4,Rejected,Ada B,2019-01-01,,reject,Secret.,no
5,Deleted,Ada B,2019-01-01,,,Secret.,yes
6,No author file row,Ada B and Bo C,2019-01-01,,probably accept,,no
"""
AUTHORS = """submission #,first name,last name,email,country,affiliation,Web page,person #,\
corresponding?
3,Ada,B,a@b.org,Norway,Univ A,,1,yes
3,Zoë,C,z@b.org,France,,,2,no
"""
REVIEWS = "#,submission #,member #,member name,text,total score\n1,3,7,Secret Name,Good.,2\n"


def test_easychair_publishes_what_was_accepted_and_no_addresses(tmp_path):
    for name, text in (("submission", SUBMISSIONS), ("author", AUTHORS), ("review", REVIEWS)):
        write(tmp_path, f"{name}.csv", text)
    (tmp_path / "pdfs").mkdir()
    make_pdf(tmp_path / "pdfs/RINGS_2019_paper_3.pdf", [["text"]])
    settings = easychair.Settings(V, tmp_path, tmp_path / "pdfs")
    (first, second), problems = read(easychair, settings)
    assert first.authors == (
        Author("Ada B", "Univ A, Norway", family="B"),
        Author("Zoë C", "France", family="C"),
    )
    assert (first.tags, first.decision, first.reviews) == (("rings", "noise"), "accept", ())
    assert first.file.name == "RINGS_2019_paper_3.pdf"
    assert second.authors == (Author("Ada B"), Author("Bo C"))
    assert [(p.item, p.stage) for p in problems if p.stage == "skip"] == [
        ("submission.csv: line 4", "skip"),
        ("submission.csv: line 5", "skip"),
    ]
    assert "submitted (4)" in problems[0].reason
    assert "b.org" not in repr([first, second, problems])
    papers, problems = read(easychair, easychair.Settings(V, tmp_path, rejected=True, reviews=True))
    assert [paper.decision for paper in papers] == ["accept", "reject", "probably accept"]
    assert papers[0].reviews == (Review(2.0, None, "Reviewer 7", None, "Good."),)
    assert "Secret Name" not in repr([papers, problems])


def test_keys_of_posts_of_pmlr_that_are_not_used_are_reported(tmp_path):
    write(tmp_path, "_posts/a.md", POST.replace("layout", "software: https://x.org\nlayout"))
    write(tmp_path, "_posts/b.md", POST.replace("layout", "software: ''\nextras: [x]\nlayout"))
    _, (problem,) = read(pmlr, pmlr.Settings(V, tmp_path))
    assert (problem.item, problem.reason) == (
        "_posts",
        "has keys that are not used, with the number of values: software (1), extras (1)",
    )


def test_authors_of_a_submission_that_easychair_does_not_have_are_reported(tmp_path):
    write(tmp_path, "submission.csv", SUBMISSIONS)
    write(
        tmp_path, "author.csv", AUTHORS + "4,Ada,B,,,,,3,no\n17,Di,E,,,,,4,no\n17,Ed,F,,,,,5,no\n"
    )
    _, problems = read(easychair, easychair.Settings(V, tmp_path))
    (problem,) = [one for one in problems if one.stage == "match"]
    assert problem.item == "author.csv"
    assert "has rows (2) of submissions that submission.csv does not have: 17;" in problem.reason


def test_authors_without_a_name_are_reported_in_easychair_and_pmlr(tmp_path):
    write(tmp_path, "submission.csv", SUBMISSIONS)
    write(tmp_path, "author.csv", AUTHORS + "3,,,d@b.org,,,,3,no\n6,,,e@b.org,,,,4,no\n")
    (first, second), problems = read(easychair, easychair.Settings(V, tmp_path))
    assert [author.name for author in first.authors] == ["Ada B", "Zoë C"]
    assert [author.name for author in second.authors] == ["Ada B", "Bo C"]
    assert [(one.paper_id, one.reason) for one in problems if "name" in one.reason][-2:] == [
        ("3", "has no name for 1 of its 3 authors; only authors with a name are listed"),
        ("6", "has no names of authors in author.csv; those of its column “authors” are used"),
    ]
    write(tmp_path, "_posts/a.md", POST.replace("date: 2019", "- given: ''\ndate: 2019"))
    write(tmp_path, "_config.yml", CONFIG.replace("{given: Bo, family: C}", "{}, Bo C"))
    (paper,), (editors, authors) = read(pmlr, pmlr.Settings(V, tmp_path))
    assert (len(paper.authors), paper.venue.editors) == (2, "Bo C")
    assert (editors.item, authors.item) == ("_config.yml", "a.md")
    assert "has no name for 1 of its 2 editors" in editors.reason
    assert "has no name for 1 of its 3 authors" in authors.reason


def test_rows_of_easychair_that_cannot_be_read_are_reported(tmp_path):
    write(tmp_path, "submission.csv", SUBMISSIONS)
    write(tmp_path, "author.csv", AUTHORS + f"3,{'x' * 140_000},C,,,,,3,no\n")
    (first, _), problems = read(easychair, easychair.Settings(V, tmp_path))
    assert [author.name for author in first.authors] == ["Ada B", "Zoë C"]
    (problem,) = (one for one in problems if one.item == "author.csv: line 4")
    assert (problem.lost, problem.reason.endswith("; it is not used")) == (False, True)


def test_easychair_without_header_is_explained(tmp_path):
    write(tmp_path, "submission.csv", "1,Noise,Ada B\n")
    with pytest.raises(UserError, match="download it with its header"):
        read(easychair, easychair.Settings(V, tmp_path))


MINICONF = """uid,title,authors,Authors,session,position,paper_link,youtube_id
7,A,"B, Ada*; Di C, Bo","Ada B (Univ (A); Lab)*; Bo Di C (Inst, B)",1,2,https://p.example/7.pdf,xyz
8,B,"Cy D (Lab)",,"Talks|Posters",,,
"""


def test_miniconf_reads_sessions_and_affiliations_and_reports_other_columns(tmp_path):
    write(tmp_path, "papers.csv", MINICONF)
    write(tmp_path, "lbds.csv", "uid,title,authors\n9,Late,Ada B\n")
    write(tmp_path, "committee.csv", "name,role\nx,y\n")
    (late, first, second), problems = read(miniconf, miniconf.Settings(V, tmp_path))
    assert late.title == "Late"
    assert first.authors == (Author("Ada B", "Univ (A); Lab"), Author("Bo Di C", "Inst, B"))
    assert (first.paper_id, first.pdf_url) == ("7", "https://p.example/7.pdf")
    assert [(s.session.title, s.position) for s in first.slots] == [("Session 1", 2)]
    assert [slot.session.title for slot in second.slots] == ["Talks", "Posters"]
    assert [problem.reason for problem in problems] == [
        "has a column that is not used, with the number of values: youtube_id (1)"
    ]


def test_miniconf_reads_suffixes_and_reports_affiliations_of_another_number(tmp_path):
    rows = '1,A,"Elm Ash, Ann|King, Martin Luther, Jr.",Uni A\n2,B,"Ann Ash|Bo Bay","Uni A|Uni B"\n'
    write(tmp_path, "papers.csv", "uid,title,authors,affiliations\n" + rows)
    (first, second), (problem,) = read(miniconf, miniconf.Settings(V, tmp_path))
    assert first.authors == (
        Author("Ann Elm Ash", family="Elm Ash"),
        Author("Martin Luther King Jr."),
    )
    assert [author.affiliation for author in second.authors] == ["Uni A", "Uni B"]
    assert (problem.item, problem.paper_id) == ("papers.csv: line 2", "1")
    assert "has 1 affiliation (Uni A) for 2 authors, so that" in problem.reason


def test_a_column_may_name_a_session_of_the_programme_by_its_key(tmp_path):
    write(tmp_path, "papers.csv", "UID,title,sessions\na,A,S1\nb,B,S1;S2\n")
    write(tmp_path, "sessions.yml", "S1: {long_name: Opening, papers: [a]}\n")
    (a, b), _ = read(miniconf, miniconf.Settings(V, tmp_path))
    assert [slot.session.title for slot in a.slots] == ["Opening"]
    assert [slot.session.title for slot in b.slots] == ["Opening", "S2"]


def test_a_table_reports_the_columns_that_no_field_has(tmp_path):
    path = write(tmp_path, "t.csv", "title,Room,empty\nA,1,\nB,,\n")
    _, (problem,) = read(table, table.Settings(V, path))
    assert "not used, with the number of values: Room (1);" in problem.reason
    assert read(table, table.Settings(V, path, {"session_room": "Room"}))[1] == []


COMMAS = """@misc{a, title={A}, author={Ada B, Zoë C, Bo D}}
@misc{b, title={B}, author={Ada B, Zoë Maria C}}
@misc{c, title={C}, author={Lovelace, Ada and {The Ring Team}}}
@misc{d,2019, title={D}, author={Ada B, and Bo C}}
@misc{e, title={E}, author={Lovelace, A., Babbage, C.}}
@misc{f, title={F}, author={, , ,}}
"""


def test_bibtex_separates_authors_at_commas_and_reports_it(tmp_path):
    path = write(tmp_path, "c.bib", COMMAS)
    papers, problems = read(bibtex, bibtex.Settings(V, path))
    assert {paper.paper_id: [author.name for author in paper.authors] for paper in papers} == {
        "a": ["Ada B", "Zoë C", "Bo D"],
        "b": ["Ada B", "Zoë Maria C"],
        "c": ["Ada Lovelace", "The Ring Team"],
        "d-2019": ["Ada B", "Bo C"],
        "e": ["A. Lovelace", "C. Babbage"],
        "f": [],
    }
    assert not any(problem.lost for problem in problems)
    assert {p.paper_id for p in problems if "separated by commas" in p.reason} == set("abe") | {
        "d-2019"
    }


NOTE_2 = {
    "id": "E4",
    "content": {
        "title": {"value": "T"},
        "authors": {"value": [{"fullname": "Ada B", "institutions": [{"name": "Univ"}]}]},
        "keywords": {"value": ["k"]}, "TLDR": {"value": "Short."},
        "venueid": {"value": "V.cc/2024/Withdrawn_Submission"}, "pdf": {"value": "/pdf/x.pdf"},
    },
    "invitations": ["V.cc/2024/-/Submission"], "license": "CC BY 4.0",
}  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        [NOTE_2],
        {"notes": [NOTE_2], "count": 1},
        {"submissions": [NOTE_2]},
        {"notes": {"E4": NOTE_2}},
        {"E4": NOTE_2},
        {"edits": [{"id": "x", "note": NOTE_2}]},
        json.dumps(NOTE_2) + "\n" + json.dumps({**NOTE_2, "id": "F5"}) + "\n",
    ],
    ids=["list", "answer", "submissions", "by id", "plain by id", "edits", "lines"],
)
def test_openreview_version_2_is_read_in_each_form_of_a_dump(tmp_path, content):
    path = write(tmp_path, "notes.json", content)
    papers, problems = read(openreview, openreview.Settings(V, path))
    paper = papers[0]
    assert (paper.paper_id, paper.title, paper.tldr, paper.decision) == (
        "E4",
        "T",
        "Short.",
        "withdrawn",
    )
    assert paper.authors == (Author("Ada B", "Univ"),)
    assert (paper.license, problems) == ("CC BY 4.0", [])


def test_openreview_reports_the_fields_of_submissions_and_reviews_that_are_not_used(tmp_path):
    review = {
        "invitations": ["V.cc/2024/Submission1/-/Official_Review"],
        "content": {"summary": {"value": "Good."}, "rating": {"value": "6: accept"},
                    "weaknesses": {"value": "Few."}, "questions": {"value": ""}},
    }  # fmt: skip
    chair = {**review, "invitations": ["V.cc/2024/Submission1/-/Meta_Review"]}
    content = {**NOTE_2["content"], "award": {"value": "Best paper"}, "paperhash": {"value": "b|t"},
               "supplementary_material": {"value": None}}  # fmt: skip
    note = {**NOTE_2, "content": content, "details": {"replies": [review, chair]}}
    path = write(tmp_path, "notes.json", [note])
    (paper,), problems = read(openreview, openreview.Settings(V, path))
    assert paper.reviews[0].text == "Good."
    assert [(problem.item, problem.reason) for problem in problems] == [
        (
            "notes.json",
            "has a field that is not used, with the number of values: award (1)",
        ),
        (
            "notes.json",
            "has a review field that is not used, with the number of values: weaknesses (1)",
        ),
    ]


def test_texts_of_openreview_without_an_ending_are_read(tmp_path):
    notes = [{"forum": "B1x", "content": {"title": "A"}}, {"forum": "C2-y", "content": {}}]
    write(tmp_path, "notes.json", {"notes": notes})
    write(tmp_path, "texts/pdf?id=B1x", "The first page\fThe second page")
    make_pdf(tmp_path / "texts" / "pdf?id=C2-y", [["A page of a PDF"]])
    source = "{kind: openreview, notes: notes.json, files: texts, venue: {venue_id: v, name: V}}"
    database = build_database(tmp_path, f"title: T\nsources:\n  - {source}\n")
    with closing(sqlite3.connect(database)) as conn:
        pages = conn.execute("select paper_id, page, body, engine from pages").fetchall()
    assert pages == [
        ("B1x", 1, "The first page", "text"),
        ("B1x", 2, "The second page", "text"),
        ("C2-y", 1, "A page of a PDF", "pdfium"),
    ]


def test_a_folder_of_files_that_are_neither_pdf_nor_text_is_reported(tmp_path):
    write(tmp_path, "notes.json", {"notes": [{"forum": "B1x", "content": {"title": "A"}}]})
    write(tmp_path, "texts/B1x.docx", "x")
    settings = openreview.Settings(V, tmp_path / "notes.json", tmp_path / "texts")
    _, problems = read(openreview, settings)
    assert problems[0].item == "texts"
    assert (
        "has no .pdf and no .txt file, but 1 of other kinds, such as B1x.docx" in problems[0].reason
    )


RIS = "TY  - JOUR\nTI  - A\nER  - \n"
WRONG = {
    "RIS as Atom": ("arxiv", "file", "x.ris", RIS, "RIS, which “kind: ris” reads with “file”"),
    "RIS as BibTeX": ("bibtex", "file", "x.bib", RIS, "RIS, which “kind: ris” reads"),
    "JATS as DBLP": ("dblp", "file", "x.xml", "<article><front/></article>",
                     "JATS XML, which “kind: jats”"),
    "BibTeX as RIS": ("ris", "file", "x.ris", "@misc{a, title={A}}",
                      "BibTeX, which “kind: bibtex” reads"),
    "notes as CSL": ("csljson", "file", "x.json", {"notes": [{"forum": "x", "content": {}}]},
                     "a dump of OpenReview's notes, which “kind: openreview” reads with “notes”"),
    "a page as notes": ("openreview", "notes", "x.json", "<html><body>502</body></html>",
                        "a web page, which is not read"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "key", "name", "content", "message"), WRONG.values(), ids=WRONG)
def test_a_file_of_the_wrong_kind_is_named_with_the_kind_that_reads_it(
    tmp_path, kind, key, name, content, message
):
    write(tmp_path, name, content)
    venue = "{venue_id: v, name: V}"
    text = f"title: T\nsources:\n  - {{kind: {kind}, {key}: {name}, venue: {venue}}}\n"
    publication = catalog.load(write(tmp_path, "catalog.yml", text), tmp_path)
    with pytest.raises(UserError) as caught:
        collection.read(publication.sources, tmp_path / "downloads", offline=True)
    assert message in str(caught.value)


FOLDERS = {
    "pmlr": {"_posts/2019-05-13-a.md": POST, "_config.yml": CONFIG},
    "easychair": {"submission.csv": SUBMISSIONS, "author.csv": AUTHORS},
    "miniconf": {"papers.csv": "uid,title,authors,abstract,session\n1,A,Ada B,x,2\n"},
    "ris": {"refs.txt": RIS},
    "openreview": {"notes.json": {"notes": [NOTE_2]}},
    "crossref": {"works.json": {"message": {"items": [{"DOI": "10.5555/a", "title": ["A"]}]}}},
    "jats": {"a.nxml": "<article><front><article-meta/></front></article>",
             "b.nxml": "<article><front><article-meta/></front></article>"},
}  # fmt: skip


@pytest.mark.parametrize("kind", FOLDERS)
def test_check_without_a_catalog_prints_one_that_builds(tmp_path, kind):
    for name, content in FOLDERS[kind].items():
        write(tmp_path, f"data/{name}", content)
    checked = build_here("--check", tmp_path / "data")
    assert checked.returncode == 0, checked.stderr
    proposed = yaml.safe_load(checked.stdout)
    assert [source["kind"] for source in proposed["sources"]] == [kind]
    text = yaml.safe_dump({key: proposed[key] for key in ("title", "sources")})
    again = build_here("--check", write(tmp_path, "mine.yml", text), "--data", tmp_path / "data")
    assert again.returncode == 0, again.stderr
    assert f"({kind})" in again.stdout


def test_check_of_one_file_looks_at_nothing_else(tmp_path):
    path = write(tmp_path, "refs.ris", RIS)
    write(tmp_path, "other.bib", "@misc{a, title={Other}}")
    checked = build_here("--check", path)
    assert [source["file"] for source in yaml.safe_load(checked.stdout)["sources"]] == ["refs.ris"]
    assert "# refs.ris: RIS, 1 paper\n" in checked.stdout
    refused = build_here("--check", write(tmp_path, "letter.docx", "x"))
    assert refused.returncode == 1
    assert "letter.docx" in refused.stderr


def test_real_bibtex_with_commas_loses_no_entry():
    path = foreign("formats") / "bib/recomb2024.bib"
    papers, problems = read(bibtex, bibtex.Settings(V, path))
    assert (len(papers), [problem for problem in problems if problem.lost]) == (57, [])
    assert sum(len(paper.authors) > 1 for paper in papers) == 57


def test_real_miniconf_sites_keep_their_sessions_and_affiliations():
    papers, problems = read(
        miniconf, miniconf.Settings(V, foreign("formats") / "miniconf-ismir2023")
    )
    assert (len(papers), sum(len(paper.slots) for paper in papers)) == (151, 151)
    authors = [author for paper in papers for author in paper.authors]
    assert all(author.affiliation for author in authors)
    assert not any(set("(*") & set(author.name) for author in authors)
    assert len(problems) == 2
