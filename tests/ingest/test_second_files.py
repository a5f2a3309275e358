"""A second file for one paper is never lost without a word."""

from pathlib import Path

from papersette.fulltext import Page, Text
from papersette.ingest import matching
from papersette.records import LooseFile, Paper, Venue

VENUE = Venue("v", "V")
TITLE = "Learning Graphs with Queries"
TEXT = Text((Page(f"{TITLE}\nAnn Author"),), "00")


def match(paper, *names):
    texts = {Path(name): TEXT for name in names}
    loose = [LooseFile("v", path) for path in texts]
    (matched,), problems = matching.match([paper], loose, texts)
    return matched.file, {problem.item: problem for problem in problems}


def test_two_files_with_the_title_are_named_and_neither_is_used():
    file, problems = match(Paper("k", VENUE, title=TITLE), "a.pdf", "b.pdf")
    assert file is None
    assert set(problems) == {"k", "a.pdf", "b.pdf"}
    assert "has its title in several files" in problems["k"].reason
    assert "a.pdf, b.pdf" in problems["k"].reason
    assert "shows the title of the paper k, as another file does" in problems["a.pdf"].reason


def test_a_second_file_of_a_paper_that_has_one_says_so():
    file, problems = match(Paper("k", VENUE, title=TITLE, file=Path("k.pdf")), "copy.pdf")
    assert file == Path("k.pdf")
    assert "shows the title of the paper k, whose file is k.pdf" in problems["copy.pdf"].reason
    assert problems["copy.pdf"].paper_id == "k"


def test_a_file_of_no_paper_belongs_to_no_entry():
    _, problems = match(Paper("k", VENUE, title="Another and longer title"), "a.pdf")
    assert "belongs to no entry" in problems["a.pdf"].reason
    assert "name it in the field “file” of its entry" in problems["a.pdf"].reason
    assert problems["a.pdf"].paper_id is None
