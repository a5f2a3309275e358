"""Guards of a build: caches that cannot be written, files that are no PDFs, systems that fail."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import build_catalog, build_here, make_pdf

from papersette import cache, files
from papersette.fulltext import SystemFailure, Text, engines, extract
from papersette.fulltext.reading import TOO_LONG, Job, read_file

LINES = ["Stochastic gradient descent", "has anisotropic noise."]
CATALOG = """
title: Test
sources:
  - {kind: table, file: papers.csv, files: pdfs, venue: {venue_id: v, name: V}}
"""


def rows(path, sql):
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def corpus(tmp_path):
    """Six papers with PDFs, and a catalog of them."""
    (tmp_path / "pdfs").mkdir()
    for number in range(6):
        make_pdf(tmp_path / "pdfs" / f"p{number}.pdf", [[f"Paper {number}", *LINES]])
    (tmp_path / "papers.csv").write_text("paper_id\n" + "".join(f"p{n}\n" for n in range(6)))
    (tmp_path / "catalog.yml").write_text(CATALOG)
    return tmp_path


def build_with_cache(folder: Path, path: Path):
    options = ("--data", folder, "--db", folder / "papers.db", "--cache", path, "--rebuild")
    return build_here(folder / "catalog.yml", *options)


@pytest.mark.parametrize("wrong", ["a-file", "a-file/below", "/proc/no/such/folder"])
def test_a_cache_that_cannot_be_written_is_a_warning_and_the_text_is_used(corpus, wrong):
    (corpus / "a-file").write_text("not a folder")
    built = build_with_cache(corpus, corpus / wrong)
    assert built.returncode == 0, built.stderr
    assert f"warning: --cache {corpus / wrong}: the text of 6 of 6 files could not be kept" in (
        built.stderr
    )
    assert rows(corpus / "papers.db", "select count(*) from pages where body is not null") == [(6,)]
    assert rows(corpus / "papers.db", "select count(*) from problems where stage = 'text'") == [
        (0,)
    ]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_or_read_only_cache_costs_no_text_and_leaves_no_part(tmp_path, monkeypatch, code):
    def fail(self, target):
        raise OSError(code, os.strerror(code), str(target))

    monkeypatch.setattr(Path, "replace", fail)
    text = read_file(Job(make_pdf(tmp_path / "a.pdf", [LINES]), "pdfium", tmp_path / "cache"))
    assert text.pages[0].body == "Stochastic gradient descent has anisotropic noise."
    assert text.unsaved == os.strerror(code)
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_a_saved_entry_is_read_again(tmp_path):
    cache.save_entry(tmp_path, "ab" * 32, {"text": "naïve"})
    assert cache.read_entry(tmp_path, "ab" * 32) == {"text": "naïve"}


def fail_all(reason):
    return lambda paths, **_: ((path, reason) for path in paths)


def test_a_system_that_fails_for_nearly_all_files_keeps_the_old_database(corpus, monkeypatch):
    assert build_catalog(corpus, CATALOG).returncode == 0
    before = (corpus / "papers.db").read_bytes()
    failure = SystemFailure("cannot be read: Input/output error")
    monkeypatch.setattr("papersette.extraction.extract", fail_all(failure))
    built = build_catalog(corpus, CATALOG, "--rebuild")
    assert built.returncode == 1
    assert "6 of 6 files have the same problem, which is one of this system" in built.stderr
    assert "p0.pdf cannot be read: Input/output error" in built.stderr
    assert (corpus / "papers.db").read_bytes() == before


def test_bad_files_do_not_count_as_a_failure_of_the_system(corpus):
    for path in (corpus / "pdfs").iterdir():
        path.write_bytes(b"no PDF")
    built = build_catalog(corpus, CATALOG)
    assert built.returncode == 0, built.stderr
    assert rows(corpus / "papers.db", "select count(*) from problems where stage = 'text'") == [
        (6,)
    ]


@pytest.fixture
def odd_files(tmp_path):
    """A folder of files that are no readable PDFs, and what each answers."""
    (tmp_path / "dangling.pdf").symlink_to("gone.pdf")
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    os.mkfifo(tmp_path / "fifo.pdf")
    (tmp_path / "folder.pdf").mkdir()
    with (tmp_path / "sparse.pdf").open("wb") as raw:
        raw.truncate(8 << 30)
    (tmp_path / "sparse.txt").symlink_to("sparse.pdf")
    (tmp_path / "null.pdf").symlink_to("/dev/zero")
    return tmp_path


def test_each_odd_file_has_a_reason_and_costs_only_itself(odd_files):
    good = make_pdf(odd_files / "good.pdf", [LINES])
    answers = {path.name: answer for path, answer in extract(sorted(odd_files.iterdir()), jobs=2)}
    assert isinstance(answers.pop(good.name), Text)
    assert answers == {
        "dangling.pdf": "cannot be read: No such file or directory",
        "loop.pdf": "cannot be read: Too many levels of symbolic links",
        "fifo.pdf": NOT_REGULAR,
        "folder.pdf": NOT_REGULAR,
        "null.pdf": NOT_REGULAR,
        "sparse.pdf": TOO_LARGE,
        "sparse.txt": TOO_LARGE,
    }


NOT_REGULAR = "is not a regular file, but a pipe, device or folder; replace it by the PDF"
TOO_LARGE = "has 8.0 GiB, more than the limit of 2 GiB; split it, or get a smaller copy"


def test_a_file_is_hashed_in_chunks_and_one_beyond_the_limit_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"abc")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("read as a whole"))
    assert files.hash_file(path).startswith("ba7816bf")
    monkeypatch.setattr(files, "LARGEST", 2)
    with pytest.raises(files.Unusable, match="more than the limit"):
        files.hash_file(path)


def test_odd_files_of_a_table_do_not_end_the_build(odd_files):
    pdfs = odd_files / "pdfs"
    pdfs.mkdir()
    for path in list(odd_files.iterdir()):
        if path.suffix == ".pdf":
            path.rename(pdfs / path.name)
    names = sorted(path.stem for path in pdfs.iterdir())
    make_pdf(pdfs / "good.pdf", [LINES])
    (odd_files / "papers.csv").write_text("\n".join(["paper_id", "good", *names]) + "\n")
    built = build_catalog(odd_files, CATALOG)
    assert built.returncode == 0, built.stderr
    found = rows(odd_files / "papers.db", "select paper_id from papers where page_count > 0")
    assert found == [("good",)]
    assert rows(odd_files / "papers.db", "select count(*) from papers") == [(len(names) + 1,)]
    told = " ".join(item for (item,) in rows(odd_files / "papers.db", "select item from problems"))
    assert [name for name in names if f"{name}.pdf" not in told] == []


def test_a_pdf_in_a_folder_whose_name_is_not_utf8_is_read(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    path = make_pdf(folder / "a.pdf", [LINES])
    ((_, text),) = extract([path])
    assert text.pages[0].body == "Stochastic gradient descent has anisotropic noise."


@pytest.mark.parametrize("count", [2001, 10_001])
def test_pages_beyond_the_limit_are_a_warning(tmp_path, count):
    path = tmp_path / "a.txt"
    path.write_text("\f".join(f"page {number}" for number in range(1, count + 1)))
    text = read_file(Job(path))
    assert len(text.pages) == engines.MAX_PAGES == 2000
    assert text.pages[-1].body == "page 2000"
    assert text.warning.startswith(TOO_LONG)


def test_a_text_of_exactly_the_limit_has_no_warning(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("\f".join(f"page {number}" for number in range(1, 2001)))
    text = read_file(Job(path))
    assert len(text.pages) == 2000
    assert TOO_LONG not in text.warning  # pages so short have another warning


@pytest.mark.parametrize("engine", ["pdfium", "pdfminer"])
def test_pages_of_a_pdf_beyond_the_limit_are_a_warning(tmp_path, engine, monkeypatch):
    monkeypatch.setattr(engines, "MAX_PAGES", 3)
    monkeypatch.setattr(engines, "ENOUGH", 4)
    path = make_pdf(tmp_path / "a.pdf", [[f"Page {number} on noise."] for number in range(9)])
    text = read_file(Job(path, engine))
    assert (len(text.pages), TOO_LONG in text.warning) == (3, True)


def test_pages_beyond_the_limit_are_a_problem_of_the_paper(corpus):
    (corpus / "pdfs" / "p0.pdf").unlink()
    (corpus / "pdfs" / "p0.txt").write_text("\f".join(f"page {n}" for n in range(10_500)))
    assert build_catalog(corpus, CATALOG).returncode == 0
    ((item, reason),) = rows(
        corpus / "papers.db", "select item, reason from problems where paper_id = 'p0'"
    )
    assert (item, reason.startswith(TOO_LONG)) == ("p0.txt", True)
    assert rows(corpus / "papers.db", "select page_count from papers where paper_id = 'p0'") == [
        (2000,)
    ]
