"""Saved passages: their number is limited, and saving one again replaces its note."""

import pytest

from papersette.readers import accounts, highlights, papers
from papersette.readers.store import Store

ALICE = 1


@pytest.fixture
def conn(tmp_path, monkeypatch):
    monkeypatch.setattr(highlights, "MOST", 2)
    store = Store(tmp_path / "readers.db")
    with store.write() as conn:
        papers.remember(conn, "p1", "On noise")
        accounts.ensure_reader(conn, "alice", "Alice")
        yield conn
    store.close()


def save(conn, quote, note=""):
    highlights.save(conn, ALICE, "p1", 1, (quote, "10-00000000"), f"{quote} of gradients", note)


def test_one_more_passage_than_the_limit_is_refused(conn):
    save(conn, "the noise")
    save(conn, "the norm")
    with pytest.raises(highlights.TooMany):
        save(conn, "the variance")


def test_the_note_of_a_passage_can_be_changed_when_the_limit_is_reached(conn):
    save(conn, "the noise")
    save(conn, "the norm")
    save(conn, "the norm", "So what?")
    found = [(one.quote, one.note) for one in highlights.list_highlights(conn, ALICE)]
    assert found == [("the noise", ""), ("the norm", "So what?")]
