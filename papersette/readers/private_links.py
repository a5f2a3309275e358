"""Addresses with a secret, which need no sign-in: of feeds, and to unsubscribe.

Only a hash of each secret is stored: whoever reads readers.db, or a backup of it, has no address.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3

from papersette.readers.accounts import Reader
from papersette.readers.store import now

FEED, UNSUBSCRIBE = "feed", "unsubscribe"
MOST = {FEED: 1, UNSUBSCRIBE: 100}
"""Of one reader. A further one revokes the oldest; each digest has one to unsubscribe."""
BYTES = 24
PATTERN = r"[A-Za-z0-9_-]{32}"
"""Of a secret, as a part of a route."""

ADD = "insert into secrets (hash, reader_id, purpose, created) values (?, ?, ?, ?)"
REVOKE = "delete from secrets where (reader_id, purpose) = (?, ?)"
REVOKE_OLDEST = """
delete from secrets where hash in (
  select hash from secrets where (reader_id, purpose) = (?, ?)
  order by created desc limit -1 offset ?)
"""
FIND = """
select readers.reader_id, actor, name, readers.created from secrets join readers using (reader_id)
where (hash, purpose) = (?, ?)
"""
SINCE = "select max(created) from secrets where (reader_id, purpose) = (?, ?)"


def make(conn: sqlite3.Connection, reader_id: int, purpose: str) -> str:
    """Return a new secret of a reader, which cannot be read again."""
    secret = secrets.token_urlsafe(BYTES)
    conn.execute(REVOKE_OLDEST, (reader_id, purpose, MOST[purpose] - 1))
    conn.execute(ADD, (to_hash(secret), reader_id, purpose, now()))
    return secret


def revoke(conn: sqlite3.Connection, reader_id: int, purpose: str) -> None:
    """End all addresses of a reader for a purpose."""
    conn.execute(REVOKE, (reader_id, purpose))


def find_reader(conn: sqlite3.Connection, secret: str, purpose: str) -> Reader | None:
    """Return whose secret this is; None for one that is unknown or was revoked."""
    row = conn.execute(FIND, (to_hash(secret), purpose)).fetchone()
    return Reader(**dict(row)) if row else None


def find_created(conn: sqlite3.Connection, reader_id: int, purpose: str) -> str | None:
    """Return when the newest address of a reader for a purpose was made; None without one."""
    created: str | None = conn.execute(SINCE, (reader_id, purpose)).fetchone()[0]
    return created


def to_hash(secret: str) -> str:
    """Return what is stored of a secret. It is random, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
