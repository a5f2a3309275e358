"""The words of the project: phrases that plain English has replaced, and are not to come back."""

import re
import subprocess

import pytest
from babel.messages.pofile import read_po
from conftest import ROOT

BANNED = {
    "parted by": "separated by",
    "telling words": "selective terms",
    "words that decide": "selective terms",
    "looked into": "re-ranked, searched page by page",
    "from afar": "first-stage retrieval",
    "papers by chance": "random papers",
    "drawn by chance": "drawn at random",
    "garbled": "text quality, extraction problems",
    "Read also": "Similar papers",
    "its SQL": "SQL",
    "How to ask": "Search tips",
    "Without:": "Missing:",
    "Left out of the search": "No paper contains:",
    "as no paper here has it": "No paper contains:",
    "Not asked of each paper": "Ignored because almost every paper contains it:",
    "so near each other": "that close together",
    "Works show once": "Versions of a work are grouped",
    "are behind them": "hidden",
    "Counts beside a search": "Facet counts",
    "it is here": "in this collection",
    "citations here": "citations in this collection",
    "Writes with": "Co-authors",
    "Cites most": "Most cited",
    "as it is searched": "Extracted text",
    "not given by the authors": "Automatic keywords",
    "Where this comes from": "Source",
    "What became of each source": "Import report",
    "publish what you may": "publish only what you have the right to publish",
    "stands nowhere else": "say where it is",
    "none is named so": "not found",
    "said so": "reported",
}
"""Phrase -> what to write instead; case counts only where the phrase begins with a capital."""
SEARCHED = [".", ":!CHANGELOG.md", ":!locales", ":!tests/test_words.py", ":!data"]

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a git clone")


def to_pattern(phrase: str) -> str:
    """Return the regular expression of a phrase, with any case unless it begins with a capital."""
    ignore_case = "" if phrase[0].isupper() else "(?i)"
    return rf"{ignore_case}\b{re.escape(phrase)}" + (r"\b" if phrase[-1].isalpha() else "")


def lines_with(phrase: str) -> list[str]:
    """Return the tracked lines that contain a phrase, as `file:line:text`."""
    command = ["git", "grep", "-I", "-n", "--perl-regexp", "-e", to_pattern(phrase), "--"]
    found = subprocess.run(
        [*command, *SEARCHED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode in (0, 1), found.stderr
    return found.stdout.splitlines()


def read_messages() -> set[str]:
    """Return the English messages of the interface, each in one line, with plurals."""
    found = set()
    for path in (ROOT / "locales").glob("*.po"):
        with path.open("rb") as lines:
            for message in read_po(lines, locale=path.stem):
                forms = message.id if isinstance(message.id, tuple) else (message.id,)
                found |= {" ".join(form.split()) for form in forms if form}
    return found


def messages_with(phrase: str) -> list[str]:
    """Return the English messages that contain a phrase.

    Templates and catalogs of translations may break a message over lines, which `lines_with` reads
    one by one. The translations themselves are not checked: the phrases are English.
    """
    return [text for text in read_messages() if re.search(to_pattern(phrase), text)]


@pytest.mark.parametrize("phrase", BANNED)
def test_no_replaced_phrase_is_left(phrase):
    assert lines_with(phrase) == [], f"write: {BANNED[phrase]}"


@pytest.mark.parametrize("phrase", BANNED)
def test_no_message_has_a_replaced_phrase(phrase):
    assert messages_with(phrase) == [], f"write: {BANNED[phrase]}"


def test_the_search_for_phrases_finds_what_is_there():
    assert lines_with("search inside every paper")
    assert messages_with("Similar papers") == ["Similar papers"]
    assert {"Similar papers"} < set(messages_with("similar papers"))
    assert messages_with("simil") == []
