"""Secret addresses that need no sign-in: of feeds, and to unsubscribe from digests.

Only a hash of each secret is stored: readers.db, or a backup of it, does not reveal an address.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3

from papersette.readers.accounts import Reader
from papersette.readers.store import now

FEED, UNSUBSCRIBE = "feed", "unsubscribe"
MOST = {FEED: 1, UNSUBSCRIBE: 100}
"""Purpose -> largest number of secrets of one reader. A new one revokes the oldest; each digest has
its own to unsubscribe."""
BYTES = 24
PATTERN = r"[A-Za-z0-9_-]{32}"
"""Regular expression of a secret, for routes."""

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
    """Return a new secret of a reader, which cannot be retrieved again."""
    secret = secrets.token_urlsafe(BYTES)
    conn.execute(REVOKE_OLDEST, (reader_id, purpose, MOST[purpose] - 1))
    conn.execute(ADD, (to_hash(secret), reader_id, purpose, now()))
    return secret


def revoke(conn: sqlite3.Connection, reader_id: int, purpose: str) -> None:
    """Revoke all secrets of a reader for a purpose."""
    conn.execute(REVOKE, (reader_id, purpose))


def find_reader(conn: sqlite3.Connection, secret: str, purpose: str) -> Reader | None:
    """Return the reader who has this secret; None if it is unknown or was revoked."""
    row = conn.execute(FIND, (to_hash(secret), purpose)).fetchone()
    return Reader(**dict(row)) if row else None


def find_created(conn: sqlite3.Connection, reader_id: int, purpose: str) -> str | None:
    """Return when a reader's newest secret for a purpose was made; None if there is none."""
    created: str | None = conn.execute(SINCE, (reader_id, purpose)).fetchone()[0]
    return created


def to_hash(secret: str) -> str:
    """Return the hash stored for a secret. Secrets are random, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
