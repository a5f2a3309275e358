"""Scanned pages are recognised by the real ocrmypdf; the command of one file ends quietly."""

import shutil
import subprocess
import sys

import pypdfium2
import pytest
from conftest import ROOT, make_pdf, typeset

from papersette.fulltext.reading import Job, read_file


@pytest.mark.skipif(
    not shutil.which("ocrmypdf") or not shutil.which("tesseract"),
    reason="needs ocrmypdf and tesseract (Debian: apt-get install ocrmypdf tesseract-ocr)",
)
def test_a_scanned_page_is_read_by_ocrmypdf(tmp_path):
    path = typeset(tmp_path / "a.pdf", "#text(24pt)[The growth of hedges in gardens]\n")
    with pypdfium2.PdfDocument(path) as document:
        document[0].render(scale=3).to_pil().convert("L").save(
            tmp_path / "scan.pdf", resolution=216
        )
    text = read_file(Job(tmp_path / "scan.pdf", ocr=True))
    assert text.pages[0].engine == "ocr"
    assert "growth of hedges" in text.pages[0].body


def test_the_command_of_one_file_ends_without_a_traceback_when_its_reader_has_enough(tmp_path):
    path = make_pdf(tmp_path / "a.pdf", [["A line of text about hedges."] * 40] * 40)
    command = [sys.executable, "-m", "papersette.fulltext", path]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        messages = process.stderr.read()
    assert messages == ""
    assert process.returncode == 0
