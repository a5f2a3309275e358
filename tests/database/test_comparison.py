"""Whether a new build may be deployed: what is refused, and why."""

import shutil
import sqlite3

import pytest

from papersette.database import comparison


@pytest.fixture
def pair(sample_db, tmp_path):
    """The sample twice, the second to be changed, with its index."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        shutil.copy(sample_db, tmp_path / name / "papers.db")
        (tmp_path / name / "papers.index").symlink_to(sample_db.with_suffix(".index"))
    return tmp_path / "old/papers.db", tmp_path / "new/papers.db"


def change(database, *statements):
    with sqlite3.connect(database) as conn:
        for statement in statements:
            conn.execute(statement)
    conn.close()


def run(capsys, *arguments):
    status = comparison.main(list(map(str, arguments)))
    return status, capsys.readouterr()


def test_the_same_build_may_be_deployed(pair, capsys):
    status, printed = run(capsys, *pair, "--min-papers", 40, "--expect", "papers=47")
    assert status == 0
    assert printed.out.endswith("may be deployed\n")
    assert "0 papers added, 0 removed" in printed.out


def test_without_an_old_build_the_new_one_is_judged_alone_if_that_is_asked_for(pair, capsys):
    old, new = pair
    old.unlink()
    status, printed = run(capsys, old, new)
    assert (status, f"{old}: there is no such file" in printed.err) == (1, True)
    assert run(capsys, old, new, "--first")[0] == 0
    status, printed = run(capsys, old, new, "--first", "--min-papers", 48)
    assert (status, "refused: 47 papers, fewer than 48 (--min-papers)" in printed.out) == (1, True)


REMOVED = "delete from papers where rowid in (select rowid from papers limit {n})"


def test_a_loss_of_papers_is_refused_from_the_share_on_that_is_allowed(pair, capsys):
    change(pair[1], REMOVED.format(n=4))
    status, printed = run(capsys, *pair)
    assert status == 1
    assert "refused: papers: 47 → 43, a loss of 8.5 % (--most-loss 5)" in printed.out
    assert "4 papers are gone, such as" in printed.out
    assert run(capsys, *pair, "--most-loss", 20)[0] == 0


def test_other_papers_are_no_replacement_for_those_that_are_gone(pair, capsys):
    change(pair[1], "update papers set paper_id = 'new-' || paper_id where rowid < 20")
    status, printed = run(capsys, *pair)
    assert status == 1
    assert "19 papers added, 19 removed" in printed.out
    assert "refused: 19 papers are gone, such as" in printed.out


def test_text_that_is_gone_is_refused_although_all_papers_are_there(pair, capsys):
    change(pair[1], "update papers set page_count = 0")
    status, printed = run(capsys, *pair)
    assert (status, "refused: with text: 33 → 0" in printed.out) == (1, True)


def test_a_search_that_answers_worse_is_refused(pair, capsys):
    change(pair[1], "update evaluation set value = value - 0.1")
    status, printed = run(capsys, *pair)
    assert (status, "refused: the search is worse" in printed.out) == (1, True)


def test_lost_items_are_refused(pair, capsys):
    change(pair[1], "update builds set lost = 3")
    status, printed = run(capsys, *pair)
    assert status == 1
    assert "refused: 3 items of sources are neither papers nor problems" in printed.out


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        ("papers=48", "papers: 47, but --expect papers=48"),
        ("papers=40..46", "papers: 47, but --expect papers=40..46"),
        ("posters=3", "posters is not counted; known: papers, with text"),
    ],
)
def test_published_totals_must_be_met(pair, capsys, expected, reason):
    status, printed = run(capsys, *pair, "--expect", expected)
    assert (status, reason in printed.out) == (1, True)
    assert run(capsys, *pair, "--expect", "papers=40..50")[0] == 0


def test_a_total_that_cannot_be_read_is_wrong_usage(pair, capsys):
    with pytest.raises(SystemExit) as ended:
        run(capsys, *pair, "--expect", "papers>47")
    assert ended.value.code == 2


def test_a_build_without_its_search_index_is_refused(pair, capsys):
    (pair[1].parent / "papers.index").unlink()
    status, printed = run(capsys, *pair)
    assert (status, "has no search index of its own build" in printed.out) == (1, True)


def test_a_damaged_file_or_another_database_is_refused(pair, capsys, tmp_path):
    old, new = pair
    new.write_bytes(new.read_bytes()[:200_000])
    assert run(capsys, old, new)[0] == 1
    sqlite3.connect(tmp_path / "other.db").execute("create table t (a)")
    status, printed = run(capsys, old, tmp_path / "other.db")
    assert (status, "is no database made by Papersette" in printed.err) == (1, True)
    assert "there is no such file" in run(capsys, old, tmp_path / "none.db")[1].err
