"""Ratings, comments and views on the site."""

import sqlite3

import pytest
from visitors import Visitor, serve_readers

from papersette.readers.store import BUSY_SECONDS

PAPER = "/papers/papers/linearized-admm"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def write(who, text, paper=PAPER, **more):
    """Write a comment and return its number."""
    answer = who.post(f"{paper}/comments", text=text, **more)
    assert answer.status_code == 302, answer.text[:500]
    return answer.headers["location"].rpartition("-")[2]


def test_the_mean_and_number_of_ratings_are_on_the_page_and_change_with_one(visitor):
    alice, bob = visitor("alice"), visitor("bob")
    assert "Not rated by readers yet" in alice.get(PAPER).text
    alice.post(f"{PAPER}/rating", stars="4")
    bob.post(f"{PAPER}/rating", stars="1")
    assert "2.5 of 5 by readers (2 ratings)" in " ".join(visitor().get(PAPER).text.split())
    bob.post(f"{PAPER}/rating", stars="5")
    assert "4.5 of 5 by readers" in visitor().get(PAPER).text
    bob.post(f"{PAPER}/rating", stars="0")
    alice.post(f"{PAPER}/rating", stars="0")
    assert "Not rated by readers yet" in visitor().get(PAPER).text


@pytest.mark.parametrize("stars", ["6", "-1", "4.5", "", "x", "٣"])
def test_a_rating_is_a_number_from_1_to_5(visitor, stars):
    assert visitor("alice").post(f"{PAPER}/rating", stars=stars).status_code == 400


def test_a_comment_is_written_answered_edited_and_removed(visitor):
    alice, bob = visitor("alice"), visitor("bob")
    first = write(alice, "Is *this* right?")
    answer = write(bob, "It is.", parent=first)
    page = visitor().get(f"{PAPER}/comments").text
    assert "Is <em>this</em> right?" in page
    assert f'class="comment depth-1" id="comment-{answer}"' in page
    alice.post(f"/-/comments/{first}/edit", text="Is this wrong?")
    page = visitor().get(f"{PAPER}/comments").text
    assert "Is this wrong?" in page
    assert "edited" in page
    alice.post(f"/-/comments/{first}/remove")
    page = visitor().get(f"{PAPER}/comments").text
    assert "Is this wrong?" not in page
    assert "This comment was removed." in page
    bob.post(f"/-/comments/{answer}/remove")
    assert "No comments yet." in visitor().get(f"{PAPER}/comments").text


def test_a_comment_runs_no_script_and_is_in_the_direction_of_its_text(visitor):
    number = write(
        visitor("alice"), "<img src=x onerror=alert(1)> ![i](https://e.org/i.png)\n\n# تعليق"
    )
    page = visitor().get(f"{PAPER}/comments").text
    assert "<img src=x" not in page
    assert 'e.org/i.png"' not in page.replace('href="https://e.org/i.png"', "")
    assert '<div class="prose" dir="auto">' in page
    visitor("alice").post(f"/-/comments/{number}/remove")


def test_a_reported_comment_is_hidden_with_a_reason_and_shown_again(visitor):
    alice, bob, mona = visitor("alice"), visitor("bob"), visitor("mona")
    number = write(alice, "Something rude")
    bob.post(f"/-/comments/{number}/report", reason="This is rude")
    page = mona.get("/-/moderation").text
    assert "Something rude" in page
    assert "This is rude" in page
    assert "This is rude" not in alice.get(f"{PAPER}/comments").text
    mona.post(f"/-/comments/{number}/moderate", action="hide", reason="Be kind")
    for who, sees in ((visitor(), False), (bob, False), (alice, True), (mona, True)):
        for path in (PAPER, f"{PAPER}/comments"):
            page = who.get(path).text
            assert "Be kind" in page
            assert ("Something rude" in page) is sees, (who.name, path)
    assert alice.post(f"/-/comments/{number}/edit", text="Kinder").status_code == 403
    assert bob.post(f"{PAPER}/comments", text="So there", parent=number).status_code == 404
    mona.post(f"/-/comments/{number}/moderate", action="show")
    assert "Something rude" in visitor().get(PAPER).text
    alice.post(f"/-/comments/{number}/remove")


def test_to_hide_a_comment_needs_a_reason(visitor):
    number = write(visitor("alice"), "Fine")
    answer = visitor("mona").post(f"/-/comments/{number}/moderate", action="hide")
    assert (answer.status_code, "reason" in answer.text) == (400, True)
    visitor("alice").post(f"/-/comments/{number}/remove")


@pytest.mark.parametrize(
    ("text", "status"), [("", 400), (" \n ", 400), ("x" * 10_001, 400), ("ق" * 10_000, 302)]
)
def test_a_comment_has_1_to_10000_characters(visitor, text, status):
    answer = visitor("alice").post(f"{PAPER}/comments", text=text)
    assert answer.status_code == status
    if status == 302:
        number = answer.headers["location"].rpartition("-")[2]
        visitor("alice").post(f"/-/comments/{number}/remove")


def test_a_long_thread_has_pages_and_a_new_comment_is_shown_on_its_own(visitor):
    alice, paper = visitor("alice"), "/papers/papers/adagrad-stepsizes"
    for n in range(101):
        last = alice.post(f"{paper}/comments", text=f"Comment number {n}.").headers["location"]
    assert last.startswith(f"{paper}/comments?page=2#comment-")
    first, second = (visitor().get(f"{paper}/comments", page=n).text for n in (1, 2))
    assert ("Comment number 99." in first, "Comment number 100." in first) == (True, False)
    assert "Comment number 100." in second
    page = visitor().get(paper).text
    assert page.count('class="comment"') == 3
    assert "All 101 comments" in page


def test_views_count_people_once_a_day_and_set_no_cookie(visitor, readers_site):
    paper, reader = "/papers/papers/learned-optimizers", {"user-agent": FIREFOX}
    one = visitor("", **reader)
    answers = [one.get(paper) for _ in range(3)]
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert "1 view<" in answers[-1].text
    other = visitor("", **{"user-agent": FIREFOX.replace("130", "131")})
    other.client.head(paper)
    other.client.get(paper, headers={"sec-purpose": "prefetch;prerender"})
    visitor("", **{"user-agent": "Googlebot/2.1"}).get(paper)
    assert "1 view<" in one.get(paper).text
    other.get(paper)
    assert "2 views<" in one.get(paper).text


def test_who_writes_too_often_is_asked_to_wait(sample_db, tmp_path_factory):
    limits = {"writes_per_minute": 3, "comments_per_hour": 3, "sign_ins_per_minute": 3}
    with serve_readers(sample_db, tmp_path_factory.mktemp("limited"), **limits) as site:
        alice, bob = Visitor(site, "alice"), Visitor(site, "bob")
        rated = [alice.post(f"{PAPER}/rating", stars="4") for _ in range(4)]
        assert [answer.status_code for answer in rated] == [302, 302, 302, 429]
        assert int(rated[-1].headers["retry-after"]) >= 1
        assert bob.post(f"{PAPER}/rating", stars="4").status_code == 302
        written = [alice.post(f"{PAPER}/comments", text="Yes") for _ in range(2)]
        assert [answer.status_code for answer in written] == [302, 429]
        tried = [bob.post("/-/login", username="bob", password="no").status_code for _ in range(2)]
        assert tried == [403, 429]
        for one in (alice, bob):
            one.client.close()


@pytest.mark.slow
def test_what_cannot_be_written_is_told_and_nothing_is_lost(sample_db, tmp_path_factory):
    folder = tmp_path_factory.mktemp("locked")
    with serve_readers(sample_db, folder) as site:
        alice = Visitor(site, "alice")
        alice.post(f"{PAPER}/rating", stars="4")
        conn = sqlite3.connect(folder / "readers" / "readers.db", isolation_level=None)
        conn.execute("begin immediate")  # as a command that holds the file for long
        answer = alice.post(f"{PAPER}/rating", stars="5")
        page = alice.client.get(PAPER, headers={"user-agent": FIREFOX})  # a view to be counted
        assert page.elapsed.total_seconds() < BUSY_SECONDS
        assert (answer.status_code, "could not be saved" in answer.text) == (503, True)
        conn.execute("rollback")
        conn.close()
        assert alice.post(f"{PAPER}/rating", stars="3").status_code == 302
        assert "3.0 of 5" in alice.get(PAPER).text or "3 of 5" in alice.get(PAPER).text
        alice.client.close()


def test_a_blocked_reader_may_only_read(sample_db, tmp_path_factory):
    with serve_readers(sample_db, tmp_path_factory.mktemp("blocked"), blocked=["bob"]) as site:
        bob = Visitor(site, "bob")
        assert bob.get(PAPER).status_code == 200
        assert bob.get("/-/library").status_code == 403
        assert bob.post(f"{PAPER}/comments", text="Hello").status_code == 403
        bob.client.close()
