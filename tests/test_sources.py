"""Sources: every item becomes a paper or a problem, fields say what the source says, missing stays missing."""

import json
from pathlib import Path

import pytest
from conftest import make_pdf

from papersette.problems import Problem, UserError
from papersette.records import LooseFile, Paper, Venue
from papersette.sources import bibtex, openreview, table

VENUE = Venue("v-2019", "V 2019", 2019)


def parted(items):
    items = list(items)
    return [[item for item in items if isinstance(item, kind)] for kind in (Paper, Problem, LooseFile)]


def write_notes(folder: Path, *notes: object) -> Path:
    path = folder / "notes.json"
    path.write_text(json.dumps({"notes": list(notes)}))
    return path


NOTE = {
    "forum": "B1x",
    "content": {"title": " A\ntitle ", "authors": ["Anonymous"], "keywords": ["GAN", ""], "pdf": "/pdf/1.pdf"},
}


def test_openreview_takes_the_forum_id_as_key_and_links_to_forum_and_pdf(tmp_path):
    (paper,), problems, _ = parted(openreview.read(openreview.Settings(VENUE, write_notes(tmp_path, NOTE))))
    assert (paper.paper_id, paper.title, paper.tags, paper.authors) == ("B1x", "A title", ("GAN",), ())
    assert paper.url == "https://openreview.net/forum?id=B1x"
    assert paper.pdf_url == "https://openreview.net/pdf/1.pdf"
    assert (paper.abstract, paper.tldr, problems) == (None, None, [])


@pytest.mark.parametrize("name", ["pdf?id=B1x.txt", "B1x.txt", "B1x.pdf"])
def test_openreview_finds_files_by_forum_id(name, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / name).write_text("text")
    (paper,), problems, _ = parted(openreview.read(openreview.Settings(VENUE, write_notes(tmp_path, NOTE), tmp_path / "files")))
    assert (paper.file.name, problems) == (name, [])


def test_openreview_loses_no_note_and_no_file(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "stray.txt").write_text("text")
    notes = write_notes(tmp_path, NOTE, {"content": {}}, "not a note", {"forum": "C2y"})
    papers, problems, _ = parted(openreview.read(openreview.Settings(VENUE, notes, tmp_path / "files")))
    assert [paper.paper_id for paper in papers] == ["B1x", "C2y"]
    assert [problem.item for problem in problems if problem.lost] == ["notes.json: note 1", "notes.json: note 2"]
    assert {problem.item for problem in problems if not problem.lost} == {"notes.json: note 0", "notes.json: note 3", "stray.txt"}


@pytest.mark.parametrize("content", ["", "<html>", '{"papers": []}', "3"])
def test_openreview_says_what_is_wrong_with_a_dump_that_is_none(content, tmp_path):
    path = tmp_path / "notes.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"notes\.json"):
        list(openreview.read(openreview.Settings(VENUE, path)))


BIB = r"""
@proceedings{vol, title={The volume itself}}
@inproceedings{A19Paper, author={Garivier, Aur\'elien and {\L}ukasz K and others}, title={On {G}raphs with $\alpha$ noise}, year=2019}
@inproceedings{A19Paper, title={The same key again}}
@misc{noauthor, title={No author, no year}, keywords={SGD, noise; gradients}}
@misc{broken, title={never closed
@misc{last, title={The last one}, file={:papers/x.pdf:PDF}}
"""


def read_bib(tmp_path, text=BIB, **more):
    path = tmp_path / "v.bib"
    path.write_text(text, encoding="utf-8")
    return parted(bibtex.read(bibtex.Settings(VENUE, path, **more)))


def test_bibtex_reads_tex_accents_and_leaves_mathematics(tmp_path):
    papers, _, _ = read_bib(tmp_path)
    assert [author.name for author in papers[0].authors] == ["Aurélien Garivier", "Łukasz K"]
    assert papers[0].title == r"On Graphs with $\alpha$ noise"


def test_bibtex_keeps_entries_without_author_year_or_own_key_and_tells_of_broken_ones(tmp_path):
    papers, problems, _ = read_bib(tmp_path)
    assert [paper.paper_id for paper in papers] == ["A19Paper", "A19Paper", "noauthor", "last"]
    assert papers[2].tags == ("SGD", "noise", "gradients")
    assert [(problem.item, problem.lost) for problem in problems] == [("v.bib: line 6", True)]


def test_bibtex_finds_a_file_by_field_and_by_key_and_hands_on_the_rest(tmp_path):
    (tmp_path / "pdfs").mkdir()
    for name in ("x.pdf", "NOAUTHOR.pdf", "stray.pdf"):
        make_pdf(tmp_path / "pdfs" / name, [["text"]])
    papers, _, loose = read_bib(tmp_path, files=tmp_path / "pdfs")
    assert {paper.paper_id: paper.file.name for paper in papers if paper.file} == {"noauthor": "NOAUTHOR.pdf", "last": "x.pdf"}
    assert [file.path.name for file in loose] == ["stray.pdf"]


def test_bibtex_in_another_encoding_is_told_with_the_remedy(tmp_path):
    path = tmp_path / "v.bib"
    path.write_bytes("@misc{a, title={Größe}}".encode("latin-1"))
    with pytest.raises(UserError, match="UTF-8 at byte"):
        list(bibtex.read(bibtex.Settings(VENUE, path)))


def read_table(tmp_path, name, content, **more):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return parted(table.read(table.Settings(VENUE, path, **more)))


def test_a_csv_is_read_through_its_column_map(tmp_path):
    columns = {"title": "Title", "authors": "Speakers", "session": "Track"}
    content = 'Title,Speakers,Track\n"A, title",Ann A; Zoë Z,Deep Learning\n,,\n'
    (paper, untitled), _, _ = read_table(tmp_path, "p.csv", content, columns=columns)
    assert (paper.paper_id, paper.title, paper.authors[1].name) == ("a-title", "A, title", "Zoë Z")
    assert paper.sessions[0].session_id == "v-2019-deep-learning"
    assert (untitled.paper_id, untitled.title, untitled.authors, untitled.sessions) == ("v-2019-3", None, (), ())


@pytest.mark.parametrize("name", ["p.json", "p.jsonl"])
def test_json_and_jsonl_are_tables_too(name, tmp_path):
    rows = [{"title": "A", "tags": ["x", "y"], "year": "2018"}, {"title": "B", "authors": "Ann | Bob"}]
    content = json.dumps(rows) if name == "p.json" else "\n".join(map(json.dumps, rows))
    (first, second), problems, _ = read_table(tmp_path, name, content)
    assert (first.tags, first.year, second.year) == (("x", "y"), 2018, 2019)
    assert [author.name for author in second.authors] == ["Ann", "Bob"]
    assert problems == []


def test_a_row_that_cannot_be_read_is_a_problem_with_its_line(tmp_path):
    _, problems, _ = read_table(tmp_path, "p.jsonl", '{"title": "A"}\n{broken\n[1]\n')
    assert [(problem.item, problem.lost) for problem in problems] == [("p.jsonl: line 2", True), ("p.jsonl: line 3", True)]
    _, problems, _ = read_table(tmp_path, "p.csv", "title,year\nA,2019,what,is,this\n")
    assert "more cells" in problems[0].reason


def test_a_column_that_is_not_there_is_told_with_the_nearest_name(tmp_path):
    with pytest.raises(UserError, match="did you mean “Title”"):
        read_table(tmp_path, "p.csv", "Title\nA\n", columns={"title": "Titel"})
    with pytest.raises(UserError, match="did you mean “title”"):
        read_table(tmp_path, "p.csv", "Title\nA\n", columns={"titel": "Title"})


def test_a_named_file_that_is_missing_is_a_problem_of_its_paper(tmp_path):
    (tmp_path / "pdfs").mkdir()
    (paper,), (problem,), _ = read_table(tmp_path, "p.csv", "title,file\nA,gone.pdf\n", files=tmp_path / "pdfs")
    assert (paper.file, problem.paper_id, problem.lost) == (None, "a", False)
