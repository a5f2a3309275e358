"""Reading files: engines, reasons for what cannot be read, guards, cache."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest
from bad_pdfs import BOMB, make_all, make_endless, make_huge_stream
from conftest import ROOT, make_pdf

from papersette.fulltext import Limits, Text, engines, extract, reading
from papersette.fulltext.reading import Job, read_file

PATIENT = Limits(seconds=600, memory=BOMB // 2)
HASTY = Limits(seconds=5)
LINES = ["Stochastic gradient descent", "has anisotropic noise."]


def read(*paths: Path, **options: object) -> list[Text | str]:
    return [answer for _, answer in extract(paths, **options)]


@pytest.mark.parametrize("engine", ["pdfium", "pdfminer"])
def test_both_engines_read_every_page(engine, tmp_path):
    path = make_pdf(tmp_path / "a.pdf", [LINES, ["Page two."]])
    (text,) = read(path, engine=engine)
    assert [page.body for page in text.pages] == [
        "Stochastic gradient descent has anisotropic noise.",
        "Page two.",
    ]


def test_a_text_file_has_a_page_for_each_form_feed(tmp_path):
    path = tmp_path / "pdf?id=x.txt"
    path.write_text("first page\fsecond page\f")
    (text,) = read(path)
    assert [page.body for page in text.pages] == ["first page", "second page"]
    assert {page.engine for page in text.pages} == {"text"}


def test_text_that_is_not_utf8_is_read_as_latin(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("naïve Bayes".encode("latin-1"))
    (text,) = read(path)
    assert text.pages[0].body == "naïve Bayes"


@pytest.fixture(scope="module")
def bad_answers(tmp_path_factory):
    """The result for every bad PDF, read together with good ones, two at a time."""
    folder = tmp_path_factory.mktemp("bad")
    endless = folder / "reference-loop.pdf"
    paths = [path for path in make_all(folder) if path != endless]
    paths = [
        folder / "good.pdf",
        *paths[:9],
        make_pdf(folder / "good-2.pdf", [LINES]),
        *paths[9:],
        make_pdf(folder / "good-3.pdf", [LINES]),
    ]
    answers = [*extract(paths, jobs=2, limits=PATIENT), *extract([endless], limits=HASTY)]
    return {path.stem: answer for path, answer in answers}


@pytest.mark.slow
def test_every_bad_pdf_gives_a_reason_or_some_text(bad_answers):
    assert len(bad_answers) == 30
    for name, answer in bad_answers.items():
        assert isinstance(answer, Text) or (answer and "Traceback" not in answer), name


def test_a_bad_pdf_does_not_affect_other_files(bad_answers):
    assert all(isinstance(bad_answers[name], Text) for name in ("good", "good-2", "good-3"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("zero", "cannot be opened as a PDF"),
        ("html", "cannot be opened as a PDF"),
        ("random", "cannot be opened as a PDF"),
        ("header-only", "cannot be opened as a PDF"),
        ("bomb", "its text is missing"),
        ("tree-loop", "no text"),
        ("reference-loop", "longer than 5 seconds"),
        ("deep-arrays", "no pages"),
        ("many-pages", "no text"),
        ("password", "encrypted with a password"),
        *[(f"cut-{part}", "cannot be opened as a PDF") for part in range(1, 11)],
    ],
)
def test_the_reason_says_what_is_wrong(bad_answers, name, reason):
    assert reason in bad_answers[name]


@pytest.mark.parametrize("name", ["owner-password", "xref-loop"])
def test_readable_pages_of_a_bad_pdf_are_read(bad_answers, name):
    assert len(bad_answers[name].pages) == 5


def test_a_damaged_end_of_file_does_not_lose_the_pages(tmp_path):
    path = make_pdf(tmp_path / "a.pdf", [LINES])
    path.write_bytes(path.read_bytes()[:-20])
    (text,) = read(path)
    assert isinstance(text, Text)


def test_a_page_that_takes_too_much_memory_does_not_lose_the_others(tmp_path):
    (text,) = read(make_huge_stream(tmp_path / "huge.pdf"))
    assert [page.body for page in text.pages] == ["Page 1 has text about gradients.", ""]


@pytest.mark.slow
def test_a_file_that_takes_too_long_has_that_reason(tmp_path):
    endless = make_endless(tmp_path / "never.pdf")
    good = make_pdf(tmp_path / "good.pdf", [LINES])
    answer, text = read(endless, good, limits=Limits(seconds=8))
    assert "longer than 8 seconds" in answer
    assert isinstance(text, Text)


def test_a_missing_file_has_a_reason(tmp_path):
    (answer,) = read(tmp_path / "gone.pdf")
    assert answer == "cannot be read: No such file or directory"


def test_the_same_bytes_are_read_once(tmp_path, monkeypatch):
    path = make_pdf(tmp_path / "a.pdf", [LINES])
    job = Job(path, "pdfium", tmp_path / "cache")
    first = read_file(job)
    monkeypatch.setitem(engines.ENGINES, "pdfium", lambda path: pytest.fail("read again"))
    assert read_file(job) == first


def test_a_new_cleaning_rule_cleans_again_without_reading_again(tmp_path, monkeypatch):
    job = Job(make_pdf(tmp_path / "a.pdf", [LINES]), "pdfium", tmp_path / "cache")
    read_file(job)
    monkeypatch.setitem(engines.ENGINES, "pdfium", lambda path: pytest.fail("read again"))
    monkeypatch.setattr("papersette.fulltext.reading.to_version", lambda: "next")
    entry = {
        "pages": [["cleaned again", "", "pdfium"]],
        "front": [None, [], None],
        "headings": [],
        "language": None,
        "broken": [],
        "forms": {},
        "hidden": [],
        "warning": None,
    }
    monkeypatch.setattr("papersette.fulltext.reading.to_entry", lambda job, raw: entry)
    assert read_file(job).pages[0].body == "cleaned again"


def test_a_damaged_cache_entry_is_replaced(tmp_path):
    job = Job(make_pdf(tmp_path / "a.pdf", [LINES]), "pdfium", tmp_path / "cache")
    first = read_file(job)
    for entry in (tmp_path / "cache").rglob("*.gz"):
        entry.write_bytes(b"half an entry")
    assert read_file(job) == first


def test_the_command_shows_the_text_of_a_file(tmp_path, monkeypatch, capsys):
    from papersette.fulltext.__main__ import main

    path = make_pdf(tmp_path / "a.pdf", [LINES])
    monkeypatch.setattr("sys.argv", ["fulltext", str(path)])
    assert main() == 0
    assert "anisotropic noise" in capsys.readouterr().out


def test_a_scan_is_recognised_where_ocrmypdf_is_installed(tmp_path, monkeypatch):
    recognised = make_pdf(tmp_path / "recognised.pdf", [LINES])
    program = tmp_path / "bin" / "ocrmypdf"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nfor last; do :; done\ncp {recognised} "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    scan = make_pdf(tmp_path / "scan.pdf", [[]])
    (text,) = read(scan, ocr=True)
    assert [(page.body, page.engine) for page in text.pages] == [
        ("Stochastic gradient descent has anisotropic noise.", "ocr")
    ]


def test_a_scan_without_ocrmypdf_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (answer,) = read(make_pdf(tmp_path / "scan.pdf", [[]]), ocr=True)
    assert "ocrmypdf" in answer


def test_a_page_that_pdfium_cannot_decode_is_read_by_pdfminer(tmp_path, monkeypatch):
    path = make_pdf(
        tmp_path / "a.pdf",
        [["Page one is long enough to be text."], ["Page two is long enough to be text."]],
    )
    monkeypatch.setattr(
        engines,
        "read_pdfium",
        lambda path: ["\ue000\ue001" * 40, "Page two is long enough to be text."],
    )
    assert [page.engine for page in engines.read_best(path)] == ["pdfminer", "pdfium"]


@pytest.mark.slow
def test_ctrl_c_ends_a_build_cleanly_and_keeps_what_was_read(tmp_path):
    (tmp_path / "pdfs").mkdir()
    for number in range(4):
        make_pdf(tmp_path / "pdfs" / f"p{number}.pdf", [[f"Paper {number}", *LINES]])
    make_endless(tmp_path / "pdfs" / "p9.pdf")
    (tmp_path / "papers.csv").write_text("paper_id\n" + "".join(f"p{n}\n" for n in (0, 1, 2, 3, 9)))
    (tmp_path / "c.yml").write_text(
        "title: T\nsources:\n"
        "  - {kind: table, file: papers.csv, files: pdfs, venue: {venue_id: v, name: V}}\n"
    )
    command = [
        sys.executable,
        str(ROOT / "build_db.py"),
        "c.yml",
        "--data",
        ".",
        "--db",
        "papers.db",
        "--cache",
        "cache",
        "--jobs",
        "2",
    ]
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while len(list((tmp_path / "cache").rglob("*.gz"))) < 8 and process.poll() is None:
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        message = process.communicate(timeout=300)[1]
    assert process.returncode == 130, message
    assert "stopped" in message
    assert "Traceback" not in message
    assert len(list((tmp_path / "cache").rglob("*.gz"))) == 8
    assert not (tmp_path / "papers.db").exists()


def test_two_builds_may_share_a_cache(tmp_path):
    paths = [make_pdf(tmp_path / f"{n}.pdf", [[f"Paper number {n} on noise."]]) for n in range(12)]
    with ThreadPoolExecutor() as both:
        runs = [both.submit(read, *paths, cache_folder=tmp_path / "cache") for _ in range(2)]
    assert runs[0].result() == runs[1].result()
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_a_second_reading_that_takes_too_long_does_not_lose_the_text(tmp_path, monkeypatch):
    path = make_pdf(tmp_path / "a.pdf", [LINES])
    monkeypatch.setattr("papersette.fulltext.typography.SECOND_SECONDS", 1)
    monkeypatch.setattr("papersette.fulltext.typography.is_unreadable", lambda page: True)
    monkeypatch.setattr(
        "papersette.fulltext.layout.read_layout", lambda *_: iter(lambda: time.sleep(60), None)
    )
    text = read_file(Job(path))
    assert text.pages[0].body == "Stochastic gradient descent has anisotropic noise."


def test_a_bug_in_the_reader_affects_one_file_only(tmp_path, monkeypatch):
    class Failed:
        def result(self):
            raise ZeroDivisionError("of ours")

    assert "bug in Papersette: ZeroDivisionError" in reading._result_or_reason(
        Failed(), Limits(), 60
    )


@pytest.mark.skipif(
    shutil.which("ocrmypdf") is None, reason="needs ocrmypdf (Debian: apt-get install ocrmypdf)"
)
def test_an_image_of_a_page_is_read_by_tesseract(tmp_path):
    note = pypdfium2.PdfDocument(ROOT / "data/sample/pdf/icml2019/batch-normalization-effect.pdf")
    scan = pypdfium2.PdfDocument.new()
    picture = pypdfium2.PdfImage.new(scan)
    picture.set_bitmap(note[0].render(scale=150 / 72))
    width, height = note[0].get_size()
    picture.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = scan.new_page(width, height)
    page.insert_obj(picture)
    page.gen_content()
    scan.save(tmp_path / "scan.pdf")
    (text,) = read(tmp_path / "scan.pdf", ocr=True)
    assert text.pages[0].engine == "ocr"
    assert "batch normalization is in almost every vision network" in text.pages[
        0
    ].body.lower().replace("[1] ", "")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("page.pdf", b"<!DOCTYPE html><html><body>Sign in</body></html>", "it is a web page"),
        ("office.pdf", b"PK\x03\x04" + bytes(60), "a ZIP archive or an office document"),
        ("half.pdf", b"%PDF-1.5\n1 0 obj\n<< /Type /Cat", "it is damaged or incomplete"),
        ("zero.pdf", b"", "it is empty"),
        ("zero.txt", b"", "the file is empty; remove it, or save its text again"),
    ],
)
def test_a_file_that_is_no_pdf_is_named_for_what_it_is(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    (answer,) = read(tmp_path / name)
    assert reason in answer
    assert "scanned" not in answer
