"""Signing in and out, the name, all data as JSON, and deletion."""

import pytest
from datasette_auth_passwords.utils import hash_password
from visitors import PASSWORD

from papersette.readers import accounts
from papersette.readers.store import Store


def test_a_reader_signs_in_comes_back_and_signs_out(visitor):
    visitor = visitor()
    page = visitor.get("/papers/papers/swalp")
    assert "/-/login?back=%2Fpapers%2Fpapers%2Fswalp" in page.text
    signed = visitor.post(
        "/-/login", username="alice", password=PASSWORD, back="/papers/papers/swalp?q=noise"
    )
    assert (signed.status_code, signed.headers["location"]) == (302, "/papers/papers/swalp?q=noise")
    cookies = signed.headers.get_list("set-cookie")
    (cookie,) = [one for one in cookies if one.startswith("ds_actor=")]
    assert "HttpOnly" in cookie
    assert "Max-Age=2592000" in cookie
    assert ">alice</a>" in visitor.get("/papers/papers/swalp").text
    assert "You are signed in as" in visitor.get("/-/logout").text
    assert visitor.post("/-/logout").status_code == 302
    assert "/-/login" in visitor.get("/papers/papers/swalp").text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", ""]
)
def test_signing_in_leads_only_to_this_site(visitor, back):
    signed = visitor().post("/-/login", username="alice", password=PASSWORD, back=back)
    assert (signed.status_code, signed.headers["location"]) == (302, "/")


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_gives_one_message_and_no_cookie(visitor, name, password):
    answer = visitor().post("/-/login", username=name, password=password)
    assert answer.status_code == 403
    assert "The name or the password is wrong." in answer.text
    assert "ds_actor" not in answer.headers.get("set-cookie", "")


def test_all_data_of_a_reader_is_exported_and_deleted_with_the_account(tmp_path):
    store = Store(tmp_path / "readers.db")
    with store.write() as conn:
        of_readers = [
            name
            for (name,) in conn.execute("select name from sqlite_master where type = 'table'")
            if any(
                column[1] == "reader_id"
                for column in conn.execute("select * from pragma_table_info(?)", [name])
            )
        ]
        exported = " ".join(accounts.EXPORTS.values())
        assert {"library", "tags", "ratings"} <= set(of_readers)
        assert [t for t in of_readers if t != "readers" and f"from {t}" not in exported] == []
        fill(conn, "alice")
        fill(conn, "bob")
        alice = accounts.find_reader(conn, "alice")
        found = accounts.export(conn, alice)
        assert {
            part: len(rows) for part, rows in found.items() if part != "account"
        } == dict.fromkeys(accounts.EXPORTS, 1)
        assert found["library"][0]["tags"] == ["mine"]
        accounts.delete(conn, alice.reader_id)
        for table in of_readers:
            left = conn.execute(f"select reader_id from {table}").fetchall()
            assert alice.reader_id not in {number for (number,) in left}, table
            assert left, f"{table} of the other reader"
    store.close()
    assert b"words of alice" not in (tmp_path / "readers.db").read_bytes()
    assert b"words of bob" in (tmp_path / "readers.db").read_bytes()


def fill(conn, name):
    """Write a row of each kind for a reader."""
    from papersette.readers import (
        comments,
        follows,
        highlights,
        library,
        mail_settings,
        papers,
        private_links,
        ratings,
    )

    reader_id = accounts.ensure_reader(conn, name, name).reader_id
    papers.remember(conn, "p1", "On noise")
    words = f"words of {name}"
    library.save(conn, reader_id, "p1", "read", ["mine"], words)
    highlights.save(conn, reader_id, "p1", 1, ("a", "1-0"), words)
    ratings.rate(conn, reader_id, "p1", 3)
    comment = comments.write(conn, reader_id, "p1", words)
    comments.report(conn, reader_id, comment, words)
    follows.add(conn, reader_id, "search", f"q={words}", follows.Found(words), "1")
    (one,) = follows.list_follows(conn, reader_id)
    follows.compare(conn, one, follows.Found(words, ["p1"]), {"p1": "On noise"}, "2")
    mail_settings.save(conn, reader_id, f"{name}@example.org", "en")
    private_links.make(conn, reader_id, private_links.FEED)


def test_a_comment_that_others_answered_stays_without_its_text(tmp_path):
    from papersette.readers import comments, papers

    store = Store(tmp_path / "readers.db")
    with store.write() as conn:
        papers.remember(conn, "p1", "On noise")
        alice, bob = (
            accounts.ensure_reader(conn, name, name).reader_id for name in ("alice", "bob")
        )
        first = comments.write(conn, alice, "p1", "A question")
        answer = comments.write(conn, bob, "p1", "An answer", first)
        comments.write(conn, alice, "p1", "Thanks", answer)
        accounts.delete(conn, alice)
        thread = comments.list_thread(conn, "p1")
    store.close()
    assert [(c.text, c.author, c.depth) for c in thread] == [("", None, 0), ("An answer", "bob", 1)]


def test_an_account_is_deleted_only_if_its_name_is_typed(visitor):
    carol = visitor("carol")
    assert carol.post("/-/account", name="Carol C.").status_code == 302
    assert carol.get("/-/account/data.json").json()["account"]["name"] == "Carol C."
    refused = carol.post("/-/account/delete", confirm="carlo")
    assert (refused.status_code, "Nothing was deleted" in refused.text) == (400, True)
    deleted = carol.post("/-/account/delete", confirm="carol")
    assert (deleted.status_code, deleted.headers["location"]) == (302, "/")
    assert carol.get("/-/account").headers["location"].startswith("/-/login?back=")
    assert visitor("carol").get("/-/account/data.json").json() == {}


def test_personal_pages_are_never_cached(visitor):
    alice = visitor("alice")
    paths = ["/-/account", "/-/account/data.json", "/papers/papers/swalp", "/papers/search?q=noise"]
    paths += ["/papers/tags/generalization", "/-/following", "/-/for-you", "/-/programme"]
    for path in paths:
        assert "no-store" in alice.get(path).headers["cache-control"], path


def test_a_file_beside_the_database_is_an_account_until_it_is_removed(readers_site, visitor):
    file = readers_site.folder / "readers" / "erin.hash"
    file.write_text(hash_password("open", iterations=1000) + "\n")
    erin = visitor()
    signed = erin.post("/-/login", username="erin", password="open")
    assert signed.status_code == 302
    assert ">erin</a>" in erin.get("/").text
    file.unlink()
    assert visitor().post("/-/login", username="erin", password="open").status_code == 403


@pytest.mark.parametrize("path", ["/-/metadata", "/-/metadata.json"])
def test_the_page_of_metadata_names_no_accounts(readers_site, path):
    answer = readers_site.get(path)
    assert (answer.status_code, "databases" in answer.text) == (200, True)
    for private in ("pbkdf2", "alice", "mona"):
        assert private not in answer.text


def test_the_database_of_readers_is_no_database_of_the_site(readers_site):
    names = [one["name"] for one in readers_site.get("/-/databases.json").json()]
    assert names == ["papers"]
    for path in (
        "/readers",
        "/readers.db",
        "/readers/readers",
        "/readers/readers.db",
        "/static/../readers/readers.db",
    ):
        assert readers_site.get(path).status_code == 404, path
    for sql in (
        "select * from readers",
        "select * from readers.readers",
        "attach 'readers/readers.db' as r",
    ):
        assert readers_site.get("/papers.json", params={"sql": sql}).status_code == 400, sql
