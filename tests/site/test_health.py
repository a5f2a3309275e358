"""/-/health: what a load balancer and an operator learn from it."""

import sqlite3

from conftest import PATIENCE, serve, wait_until_ready

from papersette import __version__


def test_a_server_that_can_search_is_healthy(sample_site, sample_db):
    answer = sample_site.get("/-/health")
    with sqlite3.connect(sample_db) as conn:
        (started,) = conn.execute("select max(started) from builds").fetchone()
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True, "database": "ready", "index": "ready", "build": started, "version": __version__
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"


def test_a_server_that_still_makes_its_index_is_not_yet_healthy(sample_db, tmp_path):
    with serve(sample_db, tmp_path, alone=True) as site:
        seen = []
        wait_until_ready(site, seen, PATIENCE / 1000)
    assert set(seen) <= {200, 503}
    assert seen[-1] == 200


def test_a_damaged_database_is_told(ask, monkeypatch):
    async def fail(*_, **__):
        raise sqlite3.DatabaseError("database disk image is malformed")

    import papersette.site.health as health

    monkeypatch.setattr(health, "read_publication", fail)
    (answer,) = ask("/-/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "DatabaseError: database disk image is malformed"
    assert answer.json()["ok"] is False
