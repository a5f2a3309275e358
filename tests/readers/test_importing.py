"""Entries of BibTeX and CSL JSON, and the papers that they are."""

import json

import pytest

from papersette.errors import UserError
from papersette.readers.importing import MOST, Known, match

KNOWN = [
    Known("B1DmUzWAW", "mishra2018simple", None, "A Simple Neural Attentive Meta-Learner"),
    Known("p2", "brock2019large", "10.1000/ABC", "Large Scale GAN Training for High Fidelity"),
    Known("12", None, None, "Preface"),
    Known("ar", None, None, "تعلم الآلة في المختبر العربي"),
]
BIBTEX = """
@inproceedings{B1DmUzWAW, title = {A simple neural attentive meta-learner}, \
author = {Nikhil Mishra}}
@inproceedings{brock2019large, title = {Another paper altogether, with a key that is ours}}
@article{x1, title = {GANs of large scale}, doi = {https://doi.org/10.1000/abc}}
@misc{x2, title = {{Large Scale} {GAN} Training for High-Fidelity}}
@misc{12, title = {A title that has nothing to do with a preface}}
@misc{x3, title = {Preface}}
@misc{x4, title = {تَعَلُّم الآلة في المختبر العربيّ}}
@misc{broken, title = {never closed
"""


def to_found(report):
    return {one.entry[:20]: (one.paper_id, one.by) for one in report.matches}


def test_entries_are_matched_by_id_doi_and_title_and_the_others_are_reported():
    report = match(BIBTEX.encode(), "refs.bib", KNOWN)
    assert to_found(report) == {
        "A simple neural atte": ("B1DmUzWAW", "id"),
        "GANs of large scale": ("p2", "doi"),
        "تَعَلُّم الآلة في ال": ("ar", "title"),
    }
    (broken, reason), *others = report.others
    assert (broken, "@misc{broken" in reason) == ("refs.bib: line 9", True)
    assert [entry for entry, _ in others] == [
        "Another paper altogether, with a key that is ours",
        "A title that has nothing to do with a preface",
        "Preface",
    ]


def test_a_title_in_another_spelling_is_the_same():
    entry = b"@misc{x, title = {{Large-Scale} {GAN} Training for High Fidelity.}}"
    assert [one.by for one in match(entry, "a.bib", KNOWN).matches] == ["title"]


def test_csl_json_is_recognised_by_its_content():
    items = [
        {"id": "x", "title": "Simple", "DOI": "10.1000/abc"},
        {"id": "B1DmUzWAW"},
        {"id": "y", "title": "Unknown to us"},
        "no item",
    ]
    report = match(json.dumps(items).encode(), "export.txt", KNOWN)
    assert [(one.paper_id, one.by) for one in report.matches] == [
        ("p2", "doi"),
        ("B1DmUzWAW", "id"),
    ]
    assert [entry for entry, _ in report.others] == ["Unknown to us", "export.txt: item 4"]


@pytest.mark.parametrize("content", [b"[{", b'{"a": 1}', b"[" * 100_000])
def test_a_file_that_cannot_be_read_is_an_error_with_its_name_and_no_path(content):
    with pytest.raises(UserError) as caught:
        match(content, "C:/secret/mine.json", KNOWN)
    assert str(caught.value).startswith("mine.json")
    assert "tmp" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"nothing of BibTeX"])
def test_a_file_without_entries_matches_nothing(content):
    assert match(content, "a.bib", KNOWN).matches == []


def test_entries_after_the_limit_are_reported():
    entries = "".join(
        f"@misc{{k{n}, title = {{Title number {n} of many}}}}\n" for n in range(MOST + 2)
    )
    report = match(entries.encode(), "a.bib", KNOWN)
    assert len(report.others) == MOST + 2
    assert [reason for _, reason in report.others[-2:]] == ["the limit is 2,000 entries"] * 2
