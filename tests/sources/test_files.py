"""Files in subfolders, as cloned repositories of proceedings have them."""

from pathlib import Path

from papersette.records import LooseFile, Paper, Venue
from papersette.sources import bibtex, files, folder
from papersette.sources.attachments import Attachments

V = Venue("v", "V")


def make(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(f"text of {name}")


def test_files_of_subfolders_are_found_and_hidden_folders_are_not(tmp_path):
    make(tmp_path, "a.txt", "papers/2019/b.txt", ".git/c.txt")
    found, problems = files.read_folder(tmp_path, "v")
    assert {key: path.relative_to(tmp_path).as_posix() for key, path in found.items()} == {
        "a": "a.txt",
        "b": "papers/2019/b.txt",
    }
    assert problems == []


def test_hidden_files_are_neither_papers_nor_attachments(tmp_path):
    make(tmp_path, "a.txt", "._a.txt", "__MACOSX/._b.txt", ".trash/c.txt")
    papers = [item for item in folder.read(folder.Settings(V, tmp_path)) if isinstance(item, Paper)]
    assert [paper.paper_id for paper in papers] == ["a"]
    (loose,) = Attachments(tmp_path, "v").rest("refs.ris")
    assert loose.path.name == "a.txt"


def test_two_files_of_one_name_are_reported_with_their_folders(tmp_path):
    make(tmp_path, "one/a.txt", "other/a.txt")
    _, (problem,) = files.read_folder(tmp_path, "v")
    assert problem.item == "other/a.txt"
    assert "one/a.txt" in problem.reason


def test_the_url_of_a_file_in_a_subfolder_has_the_folder(tmp_path):
    make(tmp_path, "pdfs/papers/ada19.txt", "pdfs/more/x y.txt")
    (tmp_path / "a.bib").write_text("@article{ada19, title={On Hedges}}")
    settings = bibtex.Settings(
        V, tmp_path / "a.bib", tmp_path / "pdfs", pdf_url="/pdf/{file}#{paper_id}"
    )
    items = list(bibtex.read(settings))
    assert [i.pdf_url for i in items if isinstance(i, Paper)] == ["/pdf/papers/ada19.txt#ada19"]
    assert [i.pdf_url for i in items if isinstance(i, LooseFile)] == [
        "/pdf/more/x%20y.txt#{paper_id}"
    ]
