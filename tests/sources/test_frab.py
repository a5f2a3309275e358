"""Schedules of frab, Pentabarf and pretalx: events become papers, their times become sessions."""

import json

import pytest
import yaml
from conftest import build_here

from papersette.errors import BadFile
from papersette.ingest import checking
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import frab
from papersette.sources.recognition import recognise

V = Venue("v", "Fern Days 2019")
EVENT = {
    "id": 7,
    "guid": "0b1c-7",
    "code": "MOSS7",
    "logo": None,
    "date": "2019-08-21T11:00:00+02:00",
    "start": "11:00",
    "duration": "00:45",
    "room": "Hall 1",
    "slug": "fern-7-moss",
    "url": "/talk/MOSS7/",
    "title": "Moss &amp; roofs",
    "subtitle": "Three years of rain",
    "track": "Wet walls",
    "type": "Talk",
    "language": "de",
    "abstract": "Moss grows.",
    "description": "<p>It <b>keeps</b> growing.</p><ul><li>Walls &amp; roofs</li></ul>",
    "persons": [
        {"id": 1, "public_name": "Ann Elm Ash (Uni A)", "biography": "Born wet."},
        {"id": 2, "name": "Bo Bay"},
    ],
    "links": [],
    "attachments": [
        {"title": "Slides", "url": "/media/moss.pdf?12", "type": "related"},
        {"title": "Long paper", "url": "/media/moss-paper.pdf"},
        {"title": "Photos", "url": "/media/moss.zip"},
    ],
}
LUNCH = {"id": 8, "title": "Lunch", "type": "Break", "persons": [], "start": "12:00"}
XML = """<?xml version='1.0' encoding='utf-8'?>
<!-- made by hand -->
<schedule>
  <version>1.2</version>
  <conference>
    <acronym>fern19</acronym>
    <title>Fern Days</title>
    <venue>The Old Greenhouse</venue>
    <city>Oslo</city>
    <start>2019-08-21</start>
    <end>2019-08-22</end>
    <day_change>04:00:00</day_change>
    <base_url>https://fern.example</base_url>
    <time_zone_name>Europe/Oslo</time_zone_name>
  </conference>
  <day index='1' date='2019-08-21'>
    <room name='Hall 1'>
      <event id='7' guid='0b1c-7'>
        <start>11:00</start>
        <duration>00:45</duration>
        <room>Hall 1</room>
        <slug>moss</slug>
        <recording><license>CC0</license><optout>false</optout></recording>
        <title>Moss &amp; roofs</title>
        <subtitle/>
        <track>Wet walls</track>
        <type>lecture</type>
        <language>en</language>
        <abstract>&lt;p&gt;Moss grows.&lt;/p&gt;</abstract>
        <description>&lt;p&gt;Moss grows. And grows.&lt;/p&gt;</description>
        <persons><person id='1'>Ann Ash</person><person id='2'>Bo Bay</person></persons>
        <attachments>
          <attachment type='slides' href='https://fern.example/s/moss.pdf'>Slides</attachment>
        </attachments>
        <links><link href='https://moss.example'>More</link></links>
      </event>
      <event id='9'>
        <start>00:30</start>
        <duration>01:00</duration>
        <title>Night of the ferns</title>
        <persons><person>Cy Cox</person></persons>
      </event>
    </room>
    <room name='Hall 2'/>
  </day>
</schedule>
"""


def schedule(*events, **conference):
    """Return a schedule in JSON with these events in one room."""
    day = {"index": 1, "date": "2019-08-21", "day_end": "2019-08-22T04:00:00+02:00"}
    facts = {"acronym": "fern19", "title": "Fern Days", "start": "2019-08-21"}
    days = [{**day, "rooms": {"Hall 1": list(events), "Hall 2": []}}]
    base = {"version": "1", "base_url": "https://fern.example/2019/"}
    return {"schedule": {**base, "conference": {**facts, "days": days, **conference}}}


def write(folder, content, name="schedule.json"):
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def read(path, venue=V, **settings):
    items = list(frab.read(frab.Settings(venue, path, **settings)))
    papers = [item for item in items if isinstance(item, Paper)]
    problems = [item for item in items if isinstance(item, Problem)]
    counted = sum(item.items for item in items if isinstance(item, Count))
    assert counted == len(papers) + sum(one.stage == "skip" or one.lost for one in problems)
    return papers, problems


def read_one(folder, **changes):
    """Return the paper of the event with other values, and the reasons of its problems."""
    (paper,), problems = read(write(folder, schedule({**EVENT, **changes})))
    return paper, [one.reason for one in problems if one.item == paper.item]


def test_an_event_has_the_facts_of_a_paper(tmp_path):
    paper, reasons = read_one(tmp_path)
    assert reasons == []
    assert (paper.paper_id, paper.item) == ("7", "schedule.json: event 7")
    assert paper.title == "Moss & roofs: Three years of rain"
    assert paper.abstract == "Moss grows.\n\nIt keeps growing.\n\nWalls & roofs"
    assert paper.authors == (
        Author("Ann Elm Ash", "Uni A"),
        Author("Bo Bay"),
    )
    assert (paper.tags, paper.language, paper.year) == (("Wet walls",), "de", 2019)
    assert paper.url == "https://fern.example/talk/MOSS7/"


def test_an_event_is_a_session_with_its_own_time_and_room(tmp_path):
    (slot,) = read_one(tmp_path)[0].slots
    session = slot.session
    assert (session.session_id, session.title) == ("v-7", "Moss & roofs: Three years of rain")
    assert (session.kind, session.room) == ("Talk", "Hall 1")
    assert session.start == "2019-08-21T11:00:00+02:00"
    assert session.finish == "2019-08-21T11:45:00+02:00"


def test_the_paper_among_several_attached_pdfs_is_used_and_the_others_are_counted(tmp_path):
    (paper,), problems = read(write(tmp_path, schedule(EVENT)))
    assert paper.pdf_url == "https://fern.example/media/moss-paper.pdf"
    assert [one.reason for one in problems] == [
        "has attachments that are not used (2): a paper has one PDF"
    ]


def test_pdfs_without_the_address_of_their_site_are_a_problem_unless_it_is_set(tmp_path):
    given = schedule(EVENT)
    del given["schedule"]["base_url"]
    path = write(tmp_path, given)
    (paper,), problems = read(path)
    assert (paper.pdf_url, paper.url) == (None, None)
    reason = "has relative addresses of PDFs (1), but no site; add “site”"
    assert reason in [one.reason for one in problems]
    (paper,), problems = read(path, site="https://fern.example")
    assert paper.pdf_url == "https://fern.example/media/moss-paper.pdf"
    assert reason not in [one.reason for one in problems]


def test_the_schedule_of_pentabarf_is_read_with_the_night_on_the_next_date(tmp_path):
    (moss, night), problems = read(write(tmp_path, XML, "schedule.xml"))
    assert (moss.paper_id, moss.title) == ("7", "Moss & roofs")
    assert moss.abstract == "Moss grows. And grows."
    assert moss.authors == (Author("Ann Ash"), Author("Bo Bay"))
    assert (moss.language, moss.tags) == ("en", ("Wet walls",))
    assert moss.pdf_url == "https://fern.example/s/moss.pdf"
    times = [(slot.session.start, slot.session.finish) for slot in (*moss.slots, *night.slots)]
    assert times == [
        ("2019-08-21T11:00:00", "2019-08-21T11:45:00"),
        ("2019-08-22T00:30:00", "2019-08-22T01:30:00"),
    ]
    assert night.slots[0].session.room == "Hall 1"
    assert [one.reason for one in problems] == [
        "has fields that are not used, with the number of values: recording (1), links (1)"
    ]


def test_the_end_of_a_day_tells_which_events_are_after_midnight(tmp_path):
    paper, _ = read_one(tmp_path, date=None, start="02:00")
    assert paper.slots[0].session.start == "2019-08-22T02:00:00"


def test_the_venue_gets_the_facts_of_the_conference_that_the_catalog_lacks(tmp_path):
    path = write(tmp_path, XML, "schedule.xml")
    venue = read(path)[0][0].venue
    assert (venue.venue_id, venue.name, venue.year) == ("v", "Fern Days 2019", 2019)
    assert (venue.timezone, venue.event) == ("Europe/Oslo", "Fern Days")
    assert venue.location == "The Old Greenhouse, Oslo"
    assert venue.dates == "2019-08-21 – 2019-08-22"
    mine = Venue("v", "Fern Days", 2020, timezone="Europe/Paris", location="Here", dates="Now")
    assert read(path, mine)[0][0].venue == mine


def test_local_times_are_those_of_the_time_zone_of_the_schedule(tmp_path):
    paper = read(write(tmp_path, XML, "schedule.xml"))[0][0]
    checked, problems = checking.check(paper)
    assert checked.slots[0].session.start == "2019-08-21T11:00:00+02:00"
    assert problems == []


@pytest.mark.parametrize("zone", ["Moon/Crater", "../etc", "\x00"])
def test_an_unknown_time_zone_is_a_problem(tmp_path, zone):
    (paper,), problems = read(write(tmp_path, schedule(EVENT, time_zone_name=f"x{zone}")))
    assert paper.venue.timezone is None
    assert "has the time zone" in problems[0].reason


def test_events_without_speakers_and_text_are_skipped(tmp_path):
    papers, problems = read(write(tmp_path, schedule(EVENT, LUNCH)))
    assert [paper.paper_id for paper in papers] == ["7"]
    assert [(one.item, one.reason) for one in problems if one.stage == "skip"] == [
        ("schedule.json: event 8", "is an event without speakers and text: Lunch")
    ]


def test_the_types_of_the_catalog_choose_the_papers(tmp_path):
    untyped = {"id": 9, "title": "Fern", "persons": ["Cy Cox"]}
    path = write(tmp_path, schedule(EVENT, LUNCH, untyped))
    papers, problems = read(path, types=["break"])
    assert [paper.title for paper in papers] == ["Lunch"]
    assert [one.reason for one in problems if one.stage == "skip"] == [
        "is an event of the type Talk: Moss &amp; roofs",
        "is an event without a type: Fern",
    ]


def test_a_paper_that_is_presented_twice_is_one_paper_in_two_sessions(tmp_path):
    again = {**EVENT, "guid": "0b1c-8", "date": "2019-08-22T15:00:00+02:00", "room": "Hall 2"}
    (paper,), problems = read(write(tmp_path, schedule(EVENT, again)))
    assert [(slot.session.session_id, slot.session.room) for slot in paper.slots] == [
        ("v-7", "Hall 1"),
        ("v-7-2", "Hall 2"),
    ]
    (skipped,) = (one for one in problems if one.stage == "skip")
    assert skipped.reason == "presents the paper 7 again; its time is added to that paper"


def test_an_event_without_ids_is_named_by_its_title(tmp_path):
    bare = {"title": "Fern", "persons": ["Cy Cox"], "start": "10:00", "duration": "0:20"}
    (paper,), _ = read(write(tmp_path, schedule(bare)))
    assert (paper.paper_id, paper.authors) == ("fern", (Author("Cy Cox"),))
    assert paper.item == "schedule.json: event 1 of Hall 1 on 2019-08-21"
    session = paper.slots[0].session
    assert (session.session_id, session.start) == ("v-fern", "2019-08-21T10:00:00")
    assert session.finish == "2019-08-21T10:20:00"


def test_texts_in_several_languages_are_read_in_that_of_the_catalog(tmp_path):
    event = {**EVENT, "track": {"en": "Wet walls", "de": "Nasse Wände"}, "type": {"name": "Talk"}}
    path = write(tmp_path, schedule(event))
    assert read(path)[0][0].tags == ("Wet walls",)
    (paper,), _ = read(path, language="de")
    assert (paper.tags, paper.slots[0].session.kind) == (("Nasse Wände",), "Talk")


def test_a_title_that_ends_in_a_sign_gets_no_colon(tmp_path):
    assert read_one(tmp_path, title="Why moss?", subtitle="A talk")[0].title == "Why moss? A talk"
    assert read_one(tmp_path, title="On moss", subtitle="Moss")[0].title == "On moss"


def test_wrong_durations_and_speakers_are_named(tmp_path):
    paper, reasons = read_one(tmp_path, duration="long", persons=[{"id": 1}, {"name": "Bo Bay"}])
    assert paper.authors == (Author("Bo Bay"),)
    assert paper.slots[0].session.finish is None
    assert reasons == [
        "has the duration “long”, which is none; write it as 00:45",
        "has no name for 1 of its 2 speakers; only speakers with a name are listed",
    ]


def test_a_start_that_is_no_time_is_reported_by_the_build(tmp_path):
    paper, _ = read_one(tmp_path, date="soon", start="noon")
    checked, problems = checking.check(paper)
    assert checked.slots[0].session.start is None
    assert "has the start “soon”, which is not a time" in problems[0].reason


def test_pdfs_have_the_id_or_slug_of_an_event_or_the_name_of_an_attachment(tmp_path):
    named = {"MOSS7.pdf": {"attachments": []}, "fern-7-moss.pdf": {}, "moss-paper.pdf": {}}
    for name, changes in named.items():
        folder = tmp_path / name[:4]
        write(folder, "%PDF", f"pdfs/sub/{name}")
        write(folder, "%PDF", "pdfs/stray.pdf")
        path = write(folder, schedule({**EVENT, **changes}))
        items = list(frab.read(frab.Settings(V, path, files=folder / "pdfs")))
        (paper,) = (item for item in items if isinstance(item, Paper))
        assert paper.file.name == name
        assert [one.path.name for one in items if isinstance(one, LooseFile)] == ["stray.pdf"]


@pytest.mark.parametrize("key", [*frab.TEXTS, *frab.LISTS])
@pytest.mark.parametrize("value", [5, "x", [5], {"a": [5]}, {"a": "b"}, [None], "http://[x", True])
def test_a_value_of_the_wrong_type_costs_only_itself(tmp_path, key, value):
    papers, problems = read(write(tmp_path, schedule({**EVENT, key: value}, {**EVENT, "id": 9})))
    assert len(papers) == 2
    assert not any(problem.lost for problem in problems)
    for paper in papers:
        checking.check(paper)


def test_what_is_no_event_day_or_room_is_a_problem(tmp_path):
    given = schedule(EVENT, 5)
    days = given["schedule"]["conference"]["days"]
    days += [7, {"date": "2019-08-22", "rooms": {"Hall 1": "closed"}}]
    papers, problems = read(write(tmp_path, given))
    assert len(papers) == 1
    reasons = {one.item: one.reason for one in problems if one.lost}
    assert reasons == {
        "schedule.json: event 2 of Hall 1 on 2019-08-21": "is not an event, which is an object "
        "with a title",
        "schedule.json: event 1 of Hall 1 on 2019-08-22": "is not an event, which is an object "
        "with a title",
    }
    assert any("has a day 2 without an object of rooms" in one.reason for one in problems)


def test_events_before_the_damage_of_an_xml_file_are_kept(tmp_path):
    path = write(tmp_path, XML[: XML.index("<room name='Hall 2'")] + "<", "schedule.xml")
    papers, problems = read(path)
    assert len(papers) == 2
    assert "so that events may be missing" in problems[0].reason


def test_a_schedule_that_declares_entities_is_refused(tmp_path):
    bomb = '<!DOCTYPE schedule [<!ENTITY a "aaaa">]>'
    path = write(tmp_path, XML.replace("<schedule>", f"{bomb}<schedule>", 1), "schedule.xml")
    with pytest.raises(BadFile, match="declares an entity"):
        read(path)


BAD = {
    "another root": ("s.xml", "<programme/>", "its root is not <schedule>"),
    "no XML": ("s.xml", "hello", "its root is not <schedule>"),
    "no events": ("s.xml", "<schedule><day/></schedule>", "is a schedule without events"),
    "other JSON": ("s.json", '{"schedule": {"days": 5}}', "it has no list of days"),
    "a list": ("s.json", "[1]", "it has no list of days"),
    "no rooms": ("s.json", '{"conference": {"days": [{}]}}', "has a day 1 without an object"),
    "cut JSON": ("s.json", '{"schedule": {', "is not JSON"),
}


@pytest.mark.parametrize(("name", "text", "reason"), BAD.values(), ids=BAD)
def test_another_file_is_refused_with_its_name(tmp_path, name, text, reason):
    with pytest.raises(BadFile, match=rf"{name}.*{reason}"):
        read(write(tmp_path, text, name))


def test_schedules_are_recognised_by_content(tmp_path):
    for path in (write(tmp_path, XML, "a.xml"), write(tmp_path, schedule(EVENT), "b.json")):
        assert (recognise(path).kind, recognise(path).settings) == ("frab", {"file": path})


@pytest.mark.parametrize(
    ("name", "content"), [("schedule.xml", XML), ("schedule.json", schedule(EVENT))]
)
def test_check_proposes_a_catalog_with_the_name_of_the_conference(tmp_path, name, content):
    write(tmp_path, content, f"data/{name}")
    checked = build_here("--check", tmp_path / "data")
    assert checked.returncode == 0, checked.stderr
    proposed = yaml.safe_load(checked.stdout)
    (source,) = proposed["sources"]
    assert (source["kind"], source["venue"]["name"]) == ("frab", "Fern Days 2019")
    assert source["venue"]["venue_id"] == "fern-days-2019"
    text = yaml.safe_dump({key: proposed[key] for key in ("title", "sources")})
    again = build_here("--check", write(tmp_path, text, "mine.yml"), "--data", tmp_path / "data")
    assert again.returncode == 0, again.stderr
    assert "(frab): " in again.stdout
