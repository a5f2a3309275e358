"""The programme of a venue: days, blocks, time zones, and what is on at a moment."""

import re
from datetime import UTC, datetime

import pytest
from conftest import build_database, follow, rows, serve

from papersette.site.programme import to_programme

PAPERS = """UID,title,authors
a,Alpha,Ann One
b,Beta,Bob Two
c,Gamma,Cy Three
d,Delta,Dee Four
"""
SESSIONS = """
talks-1:
  name: Morning talks
  start_time: 2020-11-16 23:30:00+00:00
  end_time: 2020-11-17 00:30:00+00:00
  papers: [c, a]
posters-1:
  name: Posters in parallel
  start_time: 2020-11-16 23:30:00+00:00
  end_time: 2020-11-17 00:30:00+00:00
  papers: [b]
talks-2:
  name: Next talks
  start_time: 2020-11-17 01:00:00+00:00
  end_time: 2020-11-17 02:00:00+00:00
  papers: [d, a]
talks-3:
  name: Last talks
  start_time: 2020-11-18 01:00:00+00:00
  end_time: 2020-11-18 02:00:00+00:00
  papers: [a]
"""
CATALOG = """title: A conference
sources:
  - kind: miniconf
    folder: sitedata
    venue: {venue_id: conf, name: Conf 2020, year: 2020, kind: conference, \
timezone: America/New_York}
"""
RUNNING, NEXT = "2020-11-16T19:00", "2020-11-16T19:45"
"""In the time zone of the venue: during the first sessions, and between them and the next."""


@pytest.fixture(scope="module")
def conference_db(once):
    def fill(folder):
        (folder / "sitedata").mkdir()
        (folder / "sitedata/main_papers.csv").write_text(PAPERS)
        (folder / "sitedata/paper_sessions.yml").write_text(SESSIONS)
        build_database(folder, CATALOG)

    return once("conference", fill) / "papers.db"


@pytest.fixture(scope="module")
def site(conference_db, tmp_path_factory):
    with serve(conference_db, tmp_path_factory.mktemp("conference")) as client:
        yield client


def to_row(session, start, finish=None, timezone=None):
    return {"session": session, "start": start, "finish": finish, "timezone": timezone}


def test_sessions_are_stored_in_local_time_and_in_printed_order(site):
    found = rows(site, "programme")
    assert [row["session"] for row in found] == [
        "Morning talks",
        "Posters in parallel",
        "Next talks",
        "Last talks",
    ]
    assert found[0]["start"] == "2020-11-16T18:30:00-05:00"
    assert {row["day"] for row in found} == {"2020-11-16", "2020-11-17"}
    assert [row["session"] for row in rows(site, "programme", day="2020-11-17")] == ["Last talks"]


@pytest.mark.parametrize(
    ("language", "when"),
    [("en", "November 16, 2020, 18:30–19:30"), ("fr", "16 novembre 2020, 18:30–19:30")],
)
def test_the_page_of_a_session_says_when_it_is_in_words(site, language, when):
    html = site.get(to_session(site, "Morning talks"), headers={"Accept-Language": language}).text
    facts = re.search(r'<p class="facts">(.*?)</p>', html, re.DOTALL)[1]
    assert when in re.sub(r"<[^>]+>", "", facts)


def test_cards_on_the_page_of_a_session_link_to_other_sessions_only(site):
    html = site.get(to_session(site, "Morning talks")).text
    assert "Session: Last talks" in html
    assert "Session: Morning talks" not in html
    assert "Session: Morning talks" in site.get("/papers/search?q=alpha").text


def to_session(site, title):
    """Return the path of the page of a session."""
    (found,) = (row for row in rows(site, "programme") if row["session"] == title)
    return f"/papers/sessions/{found['session_id']}"


def test_times_without_an_offset_get_that_of_the_time_zone(build, tmp_path):
    catalog = CATALOG.replace("folder: sitedata", "folder: .").replace("New_York", "Los_Angeles")
    (tmp_path / "main_papers.csv").write_text(PAPERS)
    (tmp_path / "paper_sessions.yml").write_text(
        "s:\n  name: One\n  start_time: 2019-06-11 09:00:00\n  papers: [a]\n"
    )
    assert build(catalog).returncode == 0
    import sqlite3

    with sqlite3.connect(tmp_path / "papers.db") as db:
        assert db.execute("select start from sessions").fetchall() == [
            ("2019-06-11T09:00:00-07:00",)
        ]
    db.close()


@pytest.mark.parametrize("zone", ["Middle-earth/Shire", "''", "../../etc/passwd", "7"])
def test_an_unknown_time_zone_is_an_error_with_a_remedy(build, tmp_path, zone):
    (tmp_path / "sitedata").mkdir()
    (tmp_path / "sitedata/main_papers.csv").write_text(PAPERS)
    built = build(CATALOG.replace("America/New_York", zone))
    assert built.returncode != 0
    assert "catalog.yml, line 5: “timezone”" in built.stderr


@pytest.mark.parametrize(
    ("at", "now", "following"),
    [
        ("2020-11-14T12:00", [], []),
        ("2020-11-16T10:00", [], ["Morning talks", "Posters in parallel"]),
        (RUNNING, ["Morning talks", "Posters in parallel"], ["Next talks"]),
        (NEXT, [], ["Next talks"]),
        ("2020-11-18T01:30:00+00:00", ["Last talks"], []),
        ("2020-11-19T12:00", [], []),
        ("noon", [], []),
    ],
)
def test_now_and_next_follow_the_clock(site, at, now, following):
    programme = to_programme(rows(site, "programme"), "", at)
    assert [row["session"] for row in programme.now] == now
    assert [row["session"] for row in programme.following] == following


def test_without_a_moment_the_clock_of_the_server_counts():
    today = datetime.now(UTC)
    long = [
        to_row(
            "Always", f"{today.year - 1}-01-01T00:00+00:00", f"{today.year + 2}-01-01T00:00+00:00"
        )
    ]
    assert [row["session"] for row in to_programme(long).now] == ["Always"]


def test_times_without_a_zone_are_on_at_no_moment():
    programme = to_programme([to_row("One", "2019-06-11T09:00", "2019-06-11T10:00")])
    assert (programme.now, programme.following, programme.offset) == ([], [], "")
    assert [(block.start, block.finish) for block in programme.blocks] == [("09:00", "10:00")]


def test_the_day_shown_is_the_one_asked_for_else_today_else_the_first():
    two = [to_row("One", "2020-11-16T09:00+00:00"), to_row("Two", "2020-11-17T09:00+00:00")]

    def shown(*asked):
        return next(day.day for day in to_programme(two, *asked).days if day.is_shown)

    assert shown("2020-11-17") == "2020-11-17"
    assert shown("", "2020-11-17T12:00") == "2020-11-17"
    assert shown() == shown("2031-01-01") == "2020-11-16"


def test_sessions_without_a_date_are_the_last_day():
    programme = to_programme([to_row("One", None), to_row("Two", "2020-11-16T09:00+00:00")])
    assert [day.day for day in programme.days] == ["2020-11-16", ""]
    assert to_programme([to_row("One", None)]).blocks[0].sessions[0]["session"] == "One"


@pytest.mark.parametrize(
    ("locale", "named"),
    [("en", "Eastern Standard Time"), ("fr", "de l’Est"), ("ar", "الشرقي")],
)
def test_the_page_names_the_time_zone_in_the_language_of_the_reader(visit, site, locale, named):
    page = visit("/papers/programme", site, locale=locale)
    facts = page.inner_text("p.facts >> nth=0")
    assert named in facts
    assert "America/New_York" in facts
    assert "UTC−05:00" in facts


def test_the_page_shows_one_day_and_what_is_on(visit, site):
    page = visit(f"/papers/programme?at={RUNNING}", site)
    now, following = (page.locator(".current").nth(n).inner_text() for n in (0, 1))
    assert "Now" in now
    assert "Morning talks" in now
    assert "Next talks" in following
    assert page.locator(".block h3").all_inner_texts() == ["18:30–19:30", "20:00–21:00"]
    follow(page.locator(".days a"))
    assert page.locator(".block").count() == 1
    assert page.locator(".block ul > li > a").all_inner_texts() == ["Last talks"]


def test_the_papers_of_a_session_unfold_in_printed_order(visit, site):
    page = visit("/papers/programme", site, viewport={"width": 390, "height": 800})
    page.locator(".sessions summary").first.click()
    assert page.locator(".sessions details[open] li").all_inner_texts() == ["Gamma", "Alpha"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_reading_list_is_a_personal_programme_with_a_calendar(visit, site):
    page = visit("/papers/reading_list?ids=a,d", site)
    shown = page.inner_text(".panel")
    assert re.search(r"18:30–19:30\s+Morning talks\s+Alpha", shown)
    assert re.search(r"20:00–21:00\s+Next talks\s+Delta\s+Alpha", shown)
    assert "Gamma" not in shown
    with page.expect_download() as download:
        page.locator(".panel a", has_text="calendar").click()
    calendar = download.value.path().read_text()
    assert calendar.count("BEGIN:VEVENT") == 3
    assert "DTSTART:20201116T233000Z" in calendar
    assert "DESCRIPTION:Alpha" in calendar
    assert "Gamma" not in calendar


def test_a_programme_without_times_mentions_none(sample_site):
    html = sample_site.get("/papers/programme").text
    assert "Deep Learning Optimization" in html
    assert "Times are" not in html
    assert 'class="time"' not in html
