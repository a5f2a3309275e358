"""Real PDFs of many kinds: titles and authors as read by eye, tests/truth/wild.json."""

import json

import pytest
from conftest import ROOT, foreign

from papersette.fulltext import Text, extract
from papersette.text import to_key

TRUTH = json.loads((ROOT / "tests/truth/wild.json").read_text())


@pytest.fixture(scope="module")
def texts():
    return {path.stem: t for path, t in extract(sorted(foreign("wild-pdfs").glob("*.pdf")), jobs=2)}


def test_most_titles_and_languages_are_right_and_no_author_is_wrong(texts):
    read = {name: text for name, text in texts.items() if isinstance(text, Text)}
    titles = [
        name for name, text in read.items()
        if to_key(text.front.title or "") == to_key(TRUTH[name]["title"])
    ]  # fmt: skip
    languages = [name for name, text in read.items() if text.language == TRUTH[name]["language"]]
    wrong = {
        name: author.name
        for name, text in read.items()
        for author in text.front.authors
        if to_key(author.name) not in set(map(to_key, TRUTH[name]["authors"]))
    }
    assert len(titles) >= 21
    assert len(languages) >= 21
    assert wrong == {}
