"""Reading files: engines, reasons for what cannot be read, guards, cache."""

from pathlib import Path

import pytest
from conftest import make_pdf

from papersette.fulltext import Limits, Text, engines, extract
from papersette.fulltext.reading import Job, read_file

LINES = ["Stochastic gradient descent", "has anisotropic noise."]


def read(*paths: Path, **options: object) -> list[Text | str]:
    return [answer for _, answer in extract(paths, **options)]


@pytest.mark.parametrize("engine", ["pdfium", "pdfminer"])
def test_both_engines_read_every_page(engine, tmp_path):
    path = make_pdf(tmp_path / "a.pdf", [LINES, ["Page two."]])
    (text,) = read(path, engine=engine)
    assert [page.body for page in text.pages] == ["Stochastic gradient descent has anisotropic noise.", "Page two."]


def test_a_text_file_has_a_page_for_each_form_feed(tmp_path):
    path = tmp_path / "pdf?id=x.txt"
    path.write_text("first page\fsecond page\f")
    (text,) = read(path)
    assert [page.body for page in text.pages] == ["first page", "second page"]
    assert text.engine == "text"


def test_text_that_is_not_utf8_is_read_as_latin(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("naïve Bayes".encode("latin-1"))
    (text,) = read(path)
    assert text.pages[0].body == "naïve Bayes"


BAD = {
    "empty.pdf": b"",
    "html.pdf": b"<html><body>429 Too Many Requests</body></html>",
    "random.pdf": bytes(range(256)) * 40,
    "blank.pdf": b"",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_a_reason_and_costs_only_itself(name, tmp_path):
    bad = tmp_path / name
    if name == "blank.pdf":
        make_pdf(bad, [[]])
    else:
        bad.write_bytes(BAD[name])
    good = make_pdf(tmp_path / "good.pdf", [LINES])
    answer, text = read(bad, good)
    assert isinstance(answer, str)
    assert ("no text" if name == "blank.pdf" else "no PDF") in answer
    assert isinstance(text, Text)


def test_a_damaged_end_of_file_does_not_lose_the_pages(tmp_path):
    path = make_pdf(tmp_path / "a.pdf", [LINES])
    path.write_bytes(path.read_bytes()[:-20])
    (text,) = read(path)
    assert isinstance(text, Text)


def test_a_file_that_takes_too_long_is_given_up_with_its_reason(tmp_path):
    import os

    fifo = tmp_path / "never.pdf"
    os.mkfifo(fifo)  # opening it waits for a writer that never comes
    good = make_pdf(tmp_path / "good.pdf", [LINES])
    answer, text = read(fifo, good, limits=Limits(seconds=8))
    assert "longer than 8 seconds" in answer
    assert isinstance(text, Text)


def test_a_missing_file_is_a_reason(tmp_path):
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
    monkeypatch.setattr("papersette.fulltext.cleaning.VERSION", "next")
    monkeypatch.setattr("papersette.fulltext.reading.clean_pages", lambda raw: [["cleaned anew", ""]])
    assert read_file(job).pages[0].body == "cleaned anew"


def test_a_damaged_cache_entry_is_made_anew(tmp_path):
    job = Job(make_pdf(tmp_path / "a.pdf", [LINES]), "pdfium", tmp_path / "cache")
    first = read_file(job)
    for entry in (tmp_path / "cache").rglob("*.gz"):
        entry.write_bytes(b"half an entry")
    assert read_file(job) == first


def test_the_command_shows_what_becomes_of_a_file(tmp_path, monkeypatch, capsys):
    from papersette.fulltext.__main__ import main

    path = make_pdf(tmp_path / "a.pdf", [LINES])
    monkeypatch.setattr("sys.argv", ["fulltext", str(path)])
    assert main() == 0
    assert "anisotropic noise" in capsys.readouterr().out
