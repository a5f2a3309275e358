"""Extraction problems: unreadable characters, scans, and text unlike that of other papers."""

import sqlite3
from contextlib import closing

from papersette.fulltext import quality


def test_unreadable_characters_are_reported_with_their_share_and_a_remedy():
    pages = ["\ue000\ue001\ue002 some words here are fine and enough"] * 3
    assert "Unicode map" in quality.to_warning(
        ["\ue000" * 50 + "some words that are fine, enough of them"] * 3
    )
    assert quality.to_warning(pages) is None


def test_a_partly_scanned_paper_is_reported():
    assert "no text on 3 of its 4 pages" in quality.to_warning(
        ["A page that has enough letters to be text."] + [""] * 3
    )


def test_a_text_unlike_all_others_is_a_problem(build, tmp_path):
    (tmp_path / "texts").mkdir()
    for number in range(24):
        (tmp_path / "texts" / f"p{number}.txt").write_text(
            f"Gradient descent with momentum converges, paper {number}. " * 3
        )
    (tmp_path / "texts" / "bad.txt").write_text(
        "Hsbejfou eftdfou xjui npnfouvn dpowfshft, qbqfs. " * 3
    )
    ids = "".join(f"p{number}\n" for number in range(24))
    (tmp_path / "papers.csv").write_text(f"paper_id\n{ids}bad\n")
    catalog = (
        "title: T\nsources:\n"
        "  - {kind: table, file: papers.csv, files: texts, venue: {venue_id: v, name: V}}\n"
    )
    assert build(catalog).returncode == 0
    with closing(sqlite3.connect(tmp_path / "papers.db")) as conn:
        assert conn.execute("select paper_id, stage from problems").fetchall() == [("bad", "text")]
        assert (
            conn.execute("select text_quality from papers where paper_id = 'p3'").fetchone()[0]
            > 0.9
        )
