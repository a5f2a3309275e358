"""The fuzzer's first inputs have no failure, and it notices one."""

import importlib

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def fuzz(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    module = importlib.import_module("fuzz_metadata")
    monkeypatch.setattr(module, "LONGEST", 600.0)  # no machine is that busy
    return module


def test_mutated_metadata_costs_only_itself(fuzz):
    report = fuzz.fuzz_metadata(seed=1, count=10 * (len(fuzz.SEEDS) + 1), seconds=600)
    assert report.failures == []
    assert report.outcomes["read with problems"] > report.cases / 4


def test_each_miniature_is_read_unmutated(fuzz, tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "mutate", lambda content, rng: fuzz._to_bytes(content))
    for name in [*fuzz.SEEDS, "catalog"]:
        fuzz.write_case(tmp_path / name, name, fuzz.random.Random(1))
        assert fuzz.read_case(tmp_path / name, name).startswith("read"), name


def test_a_lost_item_is_a_failure(fuzz, monkeypatch):
    monkeypatch.setattr(fuzz.catalog.SOURCES["crossref"], "_to_paper", lambda *arguments: None)
    report = fuzz.fuzz_metadata(seed=1, count=2 * len(fuzz.SEEDS), seconds=600)
    assert any("crossref" in failure and "a bug" in failure for failure in report.failures)


@pytest.fixture
def fuzz_pdf(fuzz, monkeypatch):
    module = importlib.import_module("fuzz_pdf")
    monkeypatch.setattr(module, "LIMITS", module.Limits(seconds=600))
    return module


def test_mutated_pdfs_have_text_or_a_reason(fuzz_pdf):
    report = fuzz_pdf.fuzz_pdf(seed=1, count=40, seconds=600)
    assert report.failures == []
    assert report.cases == sum(report.outcomes.values()) == 40
    assert 10 < report.outcomes["text"] < 40


def test_pdfs_of_the_fuzzer_can_be_read_unmutated_and_inflated(fuzz_pdf, tmp_path):
    for number, pdf in enumerate(fuzz_pdf.make_seeds(tmp_path)[29:33]):
        inflated = fuzz_pdf.STREAM.sub(fuzz_pdf.inflate, pdf)
        (tmp_path / f"mended-{number}.pdf").write_bytes(fuzz_pdf.mend(inflated))
        assert b"BT" in inflated
    for path, text in fuzz_pdf.extract(sorted(tmp_path.glob("mended-*"))):
        assert isinstance(text, fuzz_pdf.Text), path


def test_a_lost_pdf_and_a_bug_are_failures(fuzz_pdf, monkeypatch):
    bug = "could not be read because of a bug in Papersette: ValueError: x"
    monkeypatch.setattr(fuzz_pdf, "extract", lambda paths, **_: ((p, bug) for p in paths[:-1]))
    report = fuzz_pdf.fuzz_pdf(seed=1, count=3, seconds=600)
    assert [failure.split(": ")[1:3] for failure in report.failures] == [
        ["failed", "could not be read because of a bug in Papersette"],
        ["failed", "could not be read because of a bug in Papersette"],
        ["failed", "extract ended with StopIteration"],
    ]
