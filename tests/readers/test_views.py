"""Views: once a day for each paper and visitor, nobody's robot, and no trace of who it was."""

import pytest

from papersette.readers import papers, views
from papersette.readers.store import Store
from papersette.readers.views import Visitors, is_robot

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
PEOPLE = [
    FIREFOX,
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
        "Version/17.5 Mobile/15E148 Safari/604.1"
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/128.0 Safari/537.36 Edg/128.0"
    ),
    "Lynx/2.9.0dev.12 libwww-FM/2.14",
]
ROBOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    (
        "Mozilla/5.0 AppleWebKit/537.36 "
        "(KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"
    ),
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/128.0 Safari/537.36",
    "facebookexternalhit/1.1",
    "curl/8.9.1",
    "python-requests/2.32",
    "Feedly/1.0",
    "",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_of_people_are_no_robots(agent):
    assert not is_robot(agent)


@pytest.mark.parametrize("agent", ROBOTS)
def test_programs_are_robots(agent):
    assert is_robot(agent)


def test_a_view_counts_once_a_day_for_each_paper_and_visitor():
    visitors = Visitors()
    views = [("d1", "p1", "1.1.1.1"), ("d1", "p1", "1.1.1.1"), ("d1", "p2", "1.1.1.1"),
             ("d1", "p1", "2.2.2.2"), ("d2", "p1", "1.1.1.1"), ("d2", "p1", "1.1.1.1")]  # fmt: skip
    firsts = [visitors.is_first(*view, FIREFOX) for view in views]
    assert firsts == [True, False, True, True, True, False]


def test_what_is_remembered_is_of_a_secret_of_the_day_and_bounded():
    one, other = Visitors(), Visitors(most=2)
    for visitors in (one, other):
        visitors.is_first("d1", "p1", "1.1.1.1", FIREFOX)
    assert one._seen != other._seen  # another salt
    before = one._salt
    one.is_first("d2", "p1", "1.1.1.1", FIREFOX)
    assert one._salt != before
    assert len(one._seen) == 1
    assert [other.is_first("d1", "p1", f"1.1.1.{n}", FIREFOX) for n in (2, 3)] == [True, False]


def test_only_a_number_for_each_paper_and_day_is_stored(tmp_path):
    store = Store(tmp_path / "readers.db")
    with store.write() as conn:
        papers.remember(conn, "p1", "On noise")
        for day in ("2026-11-29", "2026-11-30", "2026-11-30"):
            views.count(conn, "p1", day)
        assert views.total(conn, "p1") == 3
        assert [tuple(row) for row in conn.execute("select * from views")] == [
            ("p1", "2026-11-29", 1),
            ("p1", "2026-11-30", 2),
        ]
    store.close()
