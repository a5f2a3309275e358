"""Following: what is new after a rebuild, private feeds, digests, recommendations,
the programme."""

import email
import json
import shutil
import time
from email.policy import default
from xml.etree import ElementTree

import httpx
import pytest
from conftest import PATIENCE, ROOT, build_database
from visitors import Visitor, serve_readers

from papersette.readers import addresses, follows
from papersette.readers.__main__ import main
from papersette.site.datasette_seam import tilde_encode

CATALOG = """
title: Followed papers
sources:
  - kind: table
    file: papers.json
    venue: {venue_id: conf, name: Conf 2030, year: 2030, timezone: America/New_York}
"""
SESSION = {
    "session": "Noise talks",
    "session_start": "2030-06-11T09:00",
    "session_finish": "2030-06-11T10:00",
    "session_room": "Hall 1",
}
FIRST = [
    {"paper_id": "a", "title": "Quiet noise", "authors": ["Ada Smith"], "tags": ["noise"]}
    | SESSION,
    {"paper_id": "b", "title": "Loud noise", "authors": ["Bo Lee"], "tags": ["noise", "sound"]},
    {"paper_id": "c", "title": "Gardens", "authors": ["Ada Smith"], "tags": ["plants"]},
]
ADDED = [
    {"paper_id": "d", "title": "New noise", "authors": ["Ada Smith"], "tags": ["noise"]} | SESSION,
    {"paper_id": "e/1", "title": "Noise <of> é", "authors": ["Cy Fox"], "tags": ["noise"]},
]
ATOM = "{http://www.w3.org/2005/Atom}"


def to_build(folder, papers):
    """Build these papers after those of the folder before, if there is one."""
    before = folder.with_name(str(int(folder.name) - 1))
    if before.exists():
        shutil.copytree(before, folder)
    else:
        folder.mkdir()
    (folder / "papers.json").write_text(json.dumps(papers), encoding="utf-8")
    return build_database(folder, CATALOG)


@pytest.fixture(scope="module")
def builds(once):
    """Return four builds: the papers of FIRST, with ADDED, without "d" and "a",
    and as the second."""

    def fill(folder):
        to_build(folder / "1", FIRST)
        to_build(folder / "2", [*FIRST, *ADDED])
        to_build(folder / "3", [*FIRST[1:], *ADDED[1:], {"paper_id": "z", "title": "Zoo"}])
        to_build(folder / "4", [*FIRST, *ADDED])

    folder = once("followed", fill)
    return [folder / number / "papers.db" for number in "1234"]


class Site:
    """A site of the first build, whose later ones are served as a rebuild is."""

    def __init__(self, client, folder):
        self.client, self.folder = client, folder
        self.count = len(FIRST)

    def serve(self, built, count):
        """Rename another build over the one that is served;
        return when it is, with so many papers."""
        (self.folder / "papers.index").unlink()
        (self.folder / "papers.index").symlink_to(built.with_suffix(".index"))
        for name in ("papers.db", "inspect-data.json"):
            copy = self.folder / f".{name}.new"
            shutil.copy(built.with_name(name), copy)
            copy.rename(self.folder / name)
        deadline = time.monotonic() + PATIENCE / 1000
        while len(self.client.get("/papers/papers.json?_shape=array").json()) != count:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        self.count = count


@pytest.fixture(scope="module")
def served(builds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("followed-site")
    with serve_readers(builds[0], folder) as client:
        yield Site(client, folder)


@pytest.fixture
def site(served, builds):
    """Return the site, which serves the first build."""
    if served.count != len(FIRST):
        served.serve(builds[0], len(FIRST))
    return served


@pytest.fixture
def alice(site):
    """Return a reader who has nothing yet."""
    alice = Visitor(site.client, "alice")
    yield alice
    if alice.get("/-/account/delete").status_code == 200:
        alice.post("/-/account/delete", confirm="alice")
    alice.client.close()


EVERYTHING = [
    ("tag", "noise", "Tag", ["a", "b"]),
    ("author", "ada-smith", "Author", ["a", "c"]),
    ("session", "conf-noise-talks", "Session", ["a"]),
    ("search", "q=noise", "Search", ["a", "b"]),
]


def follow(visitor, kind, target, **more):
    return visitor.post("/-/follow", kind=kind, target=target, **more)


def follows_of(visitor):
    """Return {kind: (ids of papers seen, ids of news)} of a visitor."""
    data = visitor.get("/-/account/data.json").json()
    news = {}
    for one in data["news"]:
        news.setdefault(one["kind"], []).append(one["paper_id"])
    return {
        one["kind"]: (sorted(one["papers"]), sorted(news.get(one["kind"], [])))
        for one in data["follows"]
    }


@pytest.mark.slow
def test_what_a_follow_finds_in_the_next_build_is_new_until_it_was_seen(site, alice, builds):
    for kind, target, _, _ in EVERYTHING:
        answer = follow(alice, kind, target)
        assert answer.status_code == 302, answer.text
    assert "Nothing new since your last visit" in alice.get("/-/following").text
    assert follows_of(alice) == {kind: (ids, []) for kind, _, _, ids in EVERYTHING}
    site.serve(builds[1], 5)
    page = alice.get("/-/following").text
    assert "6 new papers" in page
    assert "Noise &lt;of&gt; é" in page
    found = {kind: news for kind, (_, news) in follows_of(alice).items()}
    assert found == {"tag": ["d", "e/1"], "author": ["d"], "session": ["d"], "search": ["d", "e/1"]}
    assert "6 new papers" in alice.get("/-/following").text  # looking is not seeing
    until = page.partition('name="until" value="')[2].partition('"')[0]
    assert alice.post("/-/following/seen", until=until).status_code == 302
    assert "Nothing new since your last visit" in alice.get("/-/following").text
    assert follows_of(alice)["tag"] == (["a", "b", "d", "e/1"], [])


def test_papers_that_left_are_marked_and_are_not_new_when_they_are_back(site, alice, builds):
    follow(alice, "tag", "noise")
    follow(alice, "session", "conf-noise-talks")
    site.serve(builds[1], 5)
    assert "4 new papers" not in alice.get("/-/following").text
    assert follows_of(alice)["tag"] == (["a", "b"], ["d", "e/1"])
    site.serve(builds[2], 4)
    page = alice.get("/-/following").text
    assert (
        page.count("no longer in this collection") == 3
    )  # the paper in two follows, and the session
    assert follows_of(alice)["tag"] == (["a", "b"], ["d", "e/1"])
    alice.post("/-/following/seen", until="9999")
    site.serve(builds[3], 5)
    assert "Nothing new since your last visit" in alice.get("/-/following").text
    assert "no longer" not in alice.get("/-/following").text


def test_news_of_a_later_build_stay_while_an_earlier_one_is_still_served(site, alice, builds):
    follow(alice, "tag", "noise")
    site.serve(builds[1], 5)
    alice.get("/-/following")
    site.serve(builds[0], 3)
    assert "2 new papers" in alice.get("/-/following").text


def test_the_news_found_after_the_page_was_read_stay_when_it_is_marked_as_seen(site, alice, builds):
    follow(alice, "tag", "noise")
    site.serve(builds[1], 5)
    alice.get("/-/following")
    alice.post("/-/following/seen", until="2001-01-01T00:00:00Z")
    assert "2 new papers" in alice.get("/-/following").text


@pytest.mark.parametrize("query", ["noise zebra", '"noise quiet"', "zebra"])
def test_a_search_that_finds_nothing_exactly_has_no_news_of_similar_papers(
    site, alice, builds, query
):
    assert follow(alice, "search", f"q={query}").status_code == 302
    site.serve(builds[1], 5)
    alice.get("/-/following")
    assert follows_of(alice)["search"] == ([], [])


def test_a_search_is_stored_by_what_decides_its_papers(alice):
    follow(alice, "search", "q=noise&sort=year&page=2&evil=1&tag=noise")
    follow(alice, "search", "tag=noise&q=+noise+")
    (one,) = alice.get("/-/account/data.json").json()["follows"]
    assert (one["target"], one["title"]) == ("q=noise&tag=noise", "noise · noise")


PAGES = [
    ("/papers/tags/noise", "tag"),
    ("/papers/authors/ada-smith", "author"),
    ("/papers/sessions/conf-noise-talks", "session"),
    ("/papers/search?q=noise&sort=year", "search"),
]


@pytest.mark.parametrize(("path", "kind"), PAGES)
def test_pages_have_a_button_to_follow_and_to_stop(site, alice, visitor, path, kind):
    anonymous = visitor("", site.client)
    page = anonymous.get(path).text
    assert ">Follow</a>" in page
    assert "ds_csrftoken" not in anonymous.client.cookies
    page = alice.get(path).text
    target = page.partition('name="target" value="')[2].partition('"')[0]
    assert ">Follow</button>" in page
    back = follow(alice, kind, target).headers["location"]
    assert back == path.removesuffix("&sort=year")
    assert "Stop following" in alice.get(path).text
    follow(alice, kind, target, action="end")
    assert ">Follow</button>" in alice.get(path).text


def test_terms_and_cited_works_can_be_followed(readers_site, visitor):
    alice = visitor("alice")
    for table, key, kind in (
        ("terms", "term_id", "term"),
        ("cited_works", "cited_work_id", "cited_work"),
    ):
        row = readers_site.get(f"/papers/{table}.json?_shape=array&_size=1").json()[0]
        path = f"/papers/{table}/{tilde_encode(row[key])}"
        assert ">Follow</button>" in alice.get(path).text
        assert follow(alice, kind, row[key]).headers["location"] == path
        assert "Stop following" in alice.get(path).text
        follow(alice, kind, row[key], action="end", back="list")


@pytest.mark.parametrize(
    ("kind", "target", "status"),
    [
        ("tag", "nothing", 404),
        ("paper", "a", 400),
        ("search", "q=" + "x" * 3000, 400),
        ("", "", 400),
    ],
)
def test_what_is_not_there_cannot_be_followed(alice, kind, target, status):
    assert follow(alice, kind, target).status_code == status
    assert alice.get("/-/account/data.json").json().get("follows", []) == []


def test_follows_are_limited(tmp_path, builds, visitor, monkeypatch):
    from papersette.readers import accounts
    from papersette.readers.store import Store

    store = Store(tmp_path / "readers.db")
    with store.write() as conn:
        reader_id = accounts.ensure_reader(conn, "alice", "Alice").reader_id
        for n in range(follows.MOST):
            follows.add(conn, reader_id, "tag", f"t{n}", follows.Found("T", ["p"]), "1")
        with pytest.raises(follows.TooMany):
            follows.add(conn, reader_id, "tag", "more", follows.Found("T", ["p"]), "1")
        follows.add(conn, reader_id, "tag", "t1", follows.Found("T", ["p"]), "1")  # has it already
        follows.remove(conn, reader_id, "tag", "t0")
        many = [f"p{n}" for n in range(follows.MOST_PAPERS + 1)]
        with pytest.raises(follows.TooBroad):
            follows.add(conn, reader_id, "tag", "more", follows.Found("T", many), "1")
    store.close()


def test_more_news_than_are_kept_are_counted(tmp_path):
    from papersette.readers import accounts
    from papersette.readers.store import Store

    store = Store(tmp_path / "readers.db")
    ids = [f"p{n}" for n in range(follows.MOST_NEWS + 40)]
    titles = dict.fromkeys(ids, "A paper")
    with store.write() as conn:
        reader_id = accounts.ensure_reader(conn, "alice", "Alice").reader_id
        follows.add(conn, reader_id, "tag", "t", follows.Found("T", ids[:10]), "1")
        (one,) = follows.list_follows(conn, reader_id)
        follows.compare(conn, one, follows.Found("T", ids), titles, "2")
        (one,) = follows.list_follows(conn, reader_id)
        assert (one.news, len(follows.list_news(conn, reader_id))) == (530, follows.MOST_NEWS)
        follows.compare(conn, one, follows.Found("T", ids), titles, "3")
        (one,) = follows.list_follows(conn, reader_id)
        assert one.news == 530
        follows.mark_seen(conn, reader_id, "9999")
        (one,) = follows.list_follows(conn, reader_id)
        assert (one.news, one.papers) == (0, len(ids))
    store.close()


def make_feed(visitor):
    """Return the path of a new private feed, without its format."""
    page = visitor.post("/-/following/feed", action="new")
    assert page.status_code == 200, page.text
    return "/-/feeds/" + page.text.partition("/-/feeds/")[2].partition(".atom")[0]


def test_a_private_feed_has_the_news_without_signing_in_until_it_is_revoked(
    site, alice, builds, visitor
):
    follow(alice, "tag", "noise")
    follow(alice, "author", "ada-smith")
    path = make_feed(alice)
    assert path not in alice.get("/-/following").text  # shown once
    anyone = visitor("", site.client)
    assert not list(ElementTree.fromstring(anyone.get(f"{path}.atom").text).iter(f"{ATOM}entry"))
    site.serve(builds[1], 5)
    answer = anyone.get(f"{path}.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["cache-control"].startswith("private")
    assert "set-cookie" not in answer.headers
    entries = list(ElementTree.fromstring(answer.text).iter(f"{ATOM}entry"))
    told = {e.find(f"{ATOM}title").text: e.find(f"{ATOM}summary").text for e in entries}
    assert told.keys() == {"New noise", "Noise <of> é"}
    assert told["New noise"].startswith("Followed: ")
    assert {"noise", "Ada Smith"} <= set(told["New noise"].partition("\n")[0][10:].split("; "))
    site.serve(builds[2], 4)
    assert "No longer in the collection." in anyone.get(f"{path}.atom").text
    other = make_feed(alice)
    assert anyone.get(f"{path}.atom").status_code == 404
    assert anyone.get(f"{other}.atom").status_code == 200
    alice.post("/-/following/feed", action="end")
    assert anyone.get(f"{other}.atom").status_code == 404


def test_no_secret_of_a_feed_is_stored(site, alice):
    secret = make_feed(alice).rpartition("/")[2]
    files = list((site.folder / "readers").glob("readers.db*"))
    assert files
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert secret not in alice.get("/-/account/data.json").text


def test_the_feed_of_a_reader_who_was_blocked_is_gone_and_digests_can_be_turned_off(
    site, alice, tmp_path, builds, visitor
):
    path = make_feed(alice)
    readers_db = site.folder / "readers" / "readers.db"
    folder = tmp_path / "blocking"
    folder.mkdir()
    given = {"db": str(readers_db), "blocked": ["alice"], "digests": False}
    with serve_readers(builds[0], folder, **given) as client:
        assert client.get(f"{path}.atom").status_code == 404
        bob = visitor("bob", client)
        assert 'id="mail"' not in bob.get("/-/following").text
        assert bob.post("/-/following/mail", address="bob@example.org").status_code == 404


@pytest.mark.parametrize("key", ["a/b?c#d %41 ü", "plain-id_1", "~+*", "ورقة"])
def test_paths_of_papers_are_those_of_datasette(key):
    assert addresses.to_tilde(key) == tilde_encode(key)


def keep(visitor, paper_id):
    answer = visitor.post(f"/papers/papers/{tilde_encode(paper_id)}/library", status="to-read")
    assert answer.status_code == 302, answer.text


def test_the_programme_has_the_sessions_of_the_library_in_the_zone_of_the_venue(
    site, alice, visitor
):
    assert "No paper in your library has a session." in alice.get("/-/programme").text
    assert alice.get("/-/programme.ics").status_code == 404
    keep(alice, "a")
    keep(alice, "c")
    page = alice.get("/-/programme").text
    assert "America/New_York" in page
    assert "09:00–10:00" in page
    assert "Quiet noise" in page
    assert "Gardens" not in page
    calendar = alice.get("/-/programme.ics")
    assert "DTSTART:20300611T130000Z" in calendar.text
    assert "Quiet noise" in calendar.text
    feed = make_feed(alice)
    assert visitor("", site.client).get(f"{feed}.ics").text == calendar.text


def test_a_personal_programme_of_sessions_without_times_mentions_none(visitor):
    visitor("carol").post("/-/account/delete", confirm="carol")
    carol = visitor("carol")
    keep(carol, "swalp")
    page = carol.get("/-/programme").text
    carol.post("/-/account/delete", confirm="carol")
    assert "Deep Learning Optimization" in page
    assert "Times are" not in page
    assert 'class="time"' not in page


def test_recommendations_say_why_and_leave_out_the_library(readers_site, visitor):
    greta = visitor("greta")
    assert "Your library is empty." in greta.get("/-/for-you").text
    related = readers_site.get("/papers/related.json?_shape=array&rank=1&_size=3").json()
    paper, other = related[0]["paper_id"], related[0]["other_id"]
    keep(greta, paper)
    page = greta.get("/-/for-you").text
    assert f'data-paper="{other}"' in page
    assert f'data-paper="{paper}"' not in page
    assert "similar to" in page
    keep(greta, other)
    assert f'data-paper="{other}"' not in greta.get("/-/for-you").text
    for one in (paper, other):
        greta.post(f"/papers/papers/{one}/library", action="remove")


def test_a_reader_deletes_the_follows_with_the_account(site, alice, builds, visitor):
    follow(alice, "tag", "noise")
    path = make_feed(alice)
    alice.post("/-/following/mail", address="alice@example.org", language="ar")
    alice.post("/-/account/delete", confirm="alice")
    assert site.client.get(f"{path}.atom").status_code == 404
    again = Visitor(site.client, "alice")
    assert again.get("/-/account/data.json").json() == {}
    again.client.close()


def subscribe(visitor, site, builds, folder):
    """Ask for digests, write one, and return the path that ends them."""
    follow(visitor, "tag", "noise")
    answer = visitor.post("/-/following/mail", address="alice@example.org", language="fr")
    assert answer.status_code == 302, answer.text
    site.serve(builds[1], 5)
    given = ["--db", str(builds[1]), "--readers", str(site.folder / "readers" / "readers.db")]
    given += ["--to", str(folder), "--url", "https://papers.example.org", "--site", str(ROOT)]
    assert main(["digest", *given]) == 0
    (path,) = folder.iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    return message["List-Unsubscribe"].strip("<>").removeprefix("https://papers.example.org")


def test_digests_are_ended_by_one_post_of_a_mail_program(site, alice, builds, tmp_path):
    path = subscribe(alice, site, builds, tmp_path / "outbox")
    assert 'value="alice@example.org"' in alice.get("/-/following").text
    one_click = {"List-Unsubscribe": "One-Click"}
    with httpx.Client(base_url=site.client.base_url, timeout=PATIENCE / 1000) as mailer:
        answer = mailer.post(path, data=one_click)
        assert (answer.status_code, "receive no more digests." in answer.text) == (200, True)
        assert "ds_actor" not in answer.headers.get("set-cookie", "")
        assert mailer.post(path, data=one_click).status_code == 404
    assert "alice@example.org" not in alice.get("/-/following").text
    assert len(alice.get("/-/account/data.json").json()["follows"]) == 1


def test_opening_the_link_asks_before_digests_end(site, alice, builds, tmp_path, visitor):
    path = subscribe(alice, site, builds, tmp_path / "outbox")
    anyone = visitor("", site.client)
    page = anyone.get(path)
    assert page.status_code == 200
    assert 'value="alice@example.org"' in alice.get("/-/following").text
    assert anyone.post(path).status_code == 200
    assert 'value="alice@example.org"' not in alice.get("/-/following").text


def test_another_address_ends_the_links_of_the_one_before(site, alice, builds, tmp_path):
    path = subscribe(alice, site, builds, tmp_path / "outbox")
    alice.post("/-/following/mail", address="new@example.org", language="ar")
    assert site.client.get(path).status_code == 404
    alice.post("/-/following/mail", action="end")
    assert alice.get("/-/account/data.json").json()["mail_settings"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "nobody"},
        {"address": "a@example.org\r\nBcc: b@example.org"},
        {"address": "a@example.org, b@example.org"},
        {"address": "a@example.org", "language": "xx"},
        {},
    ],
)
def test_what_is_no_address_is_refused(alice, fields):
    assert alice.post("/-/following/mail", **fields).status_code == 400
    assert alice.get("/-/account/data.json").json()["mail_settings"] == []
