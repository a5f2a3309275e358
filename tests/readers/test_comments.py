"""Comments in threads: their order, and what is left of removed and hidden ones."""

import pytest

from papersette.readers import accounts, comments, papers
from papersette.readers.store import Store


@pytest.fixture
def conn(tmp_path):
    store = Store(tmp_path / "readers.db")
    with store.write() as conn:
        for name in ("p1", "p2"):
            papers.remember(conn, name, "On noise")
        for name in ("alice", "bob", "mona"):
            accounts.ensure_reader(conn, name, name)
        yield conn
    store.close()


ALICE, BOB, MONA = 1, 2, 3


def texts(conn, paper_id="p1"):
    return [(c.text, c.depth) for c in comments.list_thread(conn, paper_id)]


def test_answers_are_below_what_they_answer(conn):
    first = comments.write(conn, ALICE, "p1", "first")
    second = comments.write(conn, BOB, "p1", "second")
    comments.write(conn, BOB, "p1", "answer to first", first)
    late = comments.write(conn, ALICE, "p1", "answer to second", second)
    comments.write(conn, BOB, "p1", "answer to the answer", late)
    comments.write(conn, BOB, "p2", "of another paper")
    assert texts(conn) == [
        ("first", 0),
        ("answer to first", 1),
        ("second", 0),
        ("answer to second", 1),
        ("answer to the answer", 2),
    ]


def test_a_thread_of_ten_thousand_answers_is_read_without_recursion(conn):
    parent = None
    for n in range(10_000):
        parent = comments.write(conn, ALICE, "p1", f"{n}", parent)
    assert texts(conn)[-1] == ("9999", 9_999)


def test_a_removed_comment_loses_its_text_and_is_shown_only_while_it_is_answered(conn):
    first = comments.write(conn, ALICE, "p1", "first")
    answer = comments.write(conn, BOB, "p1", "answer", first)
    comments.remove(conn, ALICE, first)
    assert texts(conn) == [("", 0), ("answer", 1)]
    comments.remove(conn, BOB, answer)
    assert texts(conn) == []
    with pytest.raises(comments.NoComment):
        comments.edit(conn, ALICE, first, "again")


def test_only_an_author_edits_and_removes_a_comment(conn):
    number = comments.write(conn, ALICE, "p1", "mine")
    for change in (comments.edit, comments.remove):
        with pytest.raises(comments.NoComment):
            change(conn, BOB, number, *(["not mine"] if change is comments.edit else []))
    comments.edit(conn, ALICE, number, "still mine")
    found = comments.find_comment(conn, number)
    assert (found.text, bool(found.edited)) == ("still mine", True)


@pytest.mark.parametrize("parent", ["of another paper", "removed", "hidden", "missing"])
def test_a_comment_answers_only_one_that_is_shown_on_the_same_paper(conn, parent):
    number = comments.write(conn, ALICE, "p2" if parent == "of another paper" else "p1", "parent")
    if parent == "removed":
        comments.remove(conn, ALICE, number)
    if parent == "hidden":
        comments.hide(conn, MONA, number, "rude")
    with pytest.raises(comments.NoComment):
        comments.write(conn, BOB, "p1", "answer", 99 if parent == "missing" else number)


def test_reports_are_settled_by_hiding_or_showing_the_comment(conn):
    number = comments.write(conn, ALICE, "p1", "rude")
    comments.report(conn, BOB, number, "It is rude")
    comments.report(conn, BOB, number, "It is very rude")
    (listed,) = comments.list_to_moderate(conn)
    assert (listed.reports, listed.author) == (1, "alice")
    assert [r[0] for r in comments.list_reports(conn, number)] == ["It is very rude"]
    comments.hide(conn, MONA, number, "Be kind")
    (hidden,) = comments.list_to_moderate(conn)
    assert (hidden.reports, hidden.hidden_reason, hidden.text) == (0, "Be kind", "rude")
    comments.show(conn, number)
    assert comments.list_to_moderate(conn) == []
