"""Matching files to papers: a title is a match, author and year in a file name are a guess."""

import dataclasses
from pathlib import Path

import pytest

from papersette.fulltext import Front, Page, Text
from papersette.ingest import matching
from papersette.records import Author, LooseFile, Paper, Venue

VENUE = Venue("v", "V")


def paper(paper_id, title, author="Ann Author"):
    return Paper(paper_id, VENUE, title=title, authors=(Author(author),), year=2019)


def match(papers, **heads):
    paths = {Path(f"{name}.pdf"): Text((Page(head),), "00") for name, head in heads.items()}
    matched, problems = matching.match(
        papers, [LooseFile("v", path, "/pdf/{file}") for path in paths], paths
    )
    return {p.paper_id: p.file.name for p in matched if p.file}, problems


def test_a_title_on_the_first_page_is_a_match_without_a_problem():
    files, problems = match(
        [paper("k", "Learning Graphs with Queries")],
        x="Proceedings 2019\nLEARNING GRAPHS WITH\nQUE-RIES Ann",
    )
    assert (files, problems) == ({"k": "x.pdf"}, [])


def test_the_title_that_was_read_is_a_match_wherever_it_is():
    cover = Page("This sheet of an archive is long. " * 40)
    path = Path("x.pdf")
    text = Text((cover, Page("…")), "00", Front(title="Learning graphs with queries"))
    (matched,), problems = matching.match(
        [paper("k", "Learning Graphs with Queries")], [LooseFile("v", path)], {path: text}
    )
    assert (matched.file, problems) == (path, [])


def test_the_file_whose_title_it_is_comes_before_one_that_mentions_it():
    review, own = Path("a.pdf"), Path("b.pdf")
    texts = {
        review: Text((Page("A review of Learning Graphs with Queries"),), "00", Front("A review")),
        own: Text((Page("…"),), "01", Front("Learning Graphs with Queries")),
    }
    (matched,), _ = matching.match(
        [paper("k", "Learning Graphs with Queries")], [LooseFile("v", p) for p in texts], texts
    )
    assert matched.file == own


def test_unused_files_are_one_problem_a_folder():
    paths = [Path(f"scans/{name}.pdf") for name in "abcde"] + [Path("other/x.pdf")]
    texts = {path: Text((Page("Something else"),), "00") for path in paths}
    _, problems = matching.match([], [LooseFile("v", path) for path in paths], texts)
    assert [problem.item for problem in problems] == ["scans/", "x.pdf"]
    assert "has 5 files that belong to no entry: a.pdf, b.pdf, c.pdf, …" in problems[0].reason


def test_a_matched_file_gets_the_url_of_its_source():
    path = Path("x.pdf")
    text = Text((Page("Learning Graphs with Queries"),), "00")
    loose = LooseFile("v", path, "/pdf/{paper_id}-{file}")
    (matched,), _ = matching.match(
        [paper("k", "Learning graphs with queries")], [loose], {path: text}
    )
    assert matched.pdf_url == "/pdf/k-x.pdf"


def test_a_match_by_author_and_year_is_reported_as_a_guess():
    files, (problem,) = match(
        [paper("k", "A title that was changed later", "Ann Garivier")], garivier19a="Another title"
    )
    assert files == {"k": "garivier19a.pdf"}
    assert "a guess" in problem.reason


@pytest.mark.parametrize("stem", ["maaten19", "vandermaaten2019"])
def test_the_particles_of_a_family_name_are_optional_in_a_file_name(stem):
    files, _ = match(
        [paper("k", "A title that was changed later", "Laurens van der Maaten")],
        **{stem: "Another title"},
    )
    assert files == {"k": f"{stem}.pdf"}


def test_two_candidates_are_not_guessed_between():
    papers = [
        paper("k", "First title of hers", "Ann Wang"),
        paper("l", "Second title of hers", "Ann Wang"),
    ]
    files, problems = match(papers, wang19a="Other", wang19b="Another")
    assert files == {}
    assert len(problems) == 3


def test_two_papers_with_one_title_do_not_share_a_file():
    files, _ = match(
        [paper("k", "Learning Graphs with Queries"), paper("l", "Learning Graphs with Queries")],
        x="Learning graphs with queries",
    )
    assert len(files) == 1


def test_a_file_that_cannot_be_read_is_reported_as_unmatched():
    path = Path("x.pdf")
    _, problems = matching.match(
        [paper("k", "A title that is long")], [LooseFile("v", path)], {path: "is no PDF"}
    )
    assert {problem.item for problem in problems} == {"k", "x.pdf"}


@pytest.mark.parametrize("is_title_read", [True, False])
def test_a_file_named_for_the_wrong_entry_is_reported_with_the_right_one(is_title_read):
    titles = {"a": "Gardens in the shade", "b": "Ferns that grow on walls", "c": "Moss and stone"}
    shown = {"a": titles["b"], "b": titles["a"], "c": "MOSS AND STONE"}
    papers = [
        dataclasses.replace(paper(key, title), file=Path(f"{key}.pdf"))
        for key, title in titles.items()
    ]
    texts = {
        Path(f"{key}.pdf"): Text((Page(title),), "00", Front(title) if is_title_read else Front())
        for key, title in shown.items()
    }
    found = list(matching.find_swapped(papers, texts))
    assert [(problem.paper_id, problem.source) for problem in found] == [("a", "v"), ("b", "v")]
    assert "a.pdf, but its first page shows the title of b" in found[0].reason


def test_a_file_with_an_unknown_title_is_not_taken_for_a_wrong_one():
    named = dataclasses.replace(paper("a", "Gardens in the shade"), file=Path("a.pdf"))
    texts = {Path("a.pdf"): Text((Page("Jardins à l’ombre"),), "00")}
    assert list(matching.find_swapped([named, paper("b", "Ferns that grow")], texts)) == []


def test_problems_are_in_the_order_of_the_sources():
    loose = [LooseFile(f"source-{n}", Path(f"{n}/x.pdf")) for n in range(20)]
    texts = {file.path: Text((Page("Something else"),), "00") for file in loose}
    _, problems = matching.match([], loose, texts)
    assert [problem.source for problem in problems] == [file.source for file in loose]
