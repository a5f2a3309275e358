"""The e-mail addresses and languages in which readers get digests."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address

from papersette.readers import private_links
from papersette.readers.store import now

LONGEST_ADDRESS = 254
"""Longest e-mail address in characters, as in RFC 5321."""

SAVE = """
insert into mail_settings (reader_id, address, language, changed) values (?, ?, ?, ?)
on conflict do update set address = excluded.address, language = excluded.language,
  changed = excluded.changed
"""
FIND = "select reader_id, address, language, changed from mail_settings where reader_id = ?"
LIST = """
select reader_id, address, language, changed from mail_settings join readers using (reader_id)
where actor not in (select value from json_each(?)) order by reader_id
"""


@dataclass(frozen=True)
class MailSettings:
    """The address and language of a reader's digests."""

    reader_id: int
    address: str
    language: str
    changed: str


def is_address(text: str) -> bool:
    """Return whether a text is exactly one e-mail address.

    >>> [is_address(a) for a in ("a.b@example.org", "a@", "a b@x.org", "a@x.org\\nBcc: c@x.org")]
    [True, False, False, False]
    """
    if len(text) > LONGEST_ADDRESS or not text.isascii() or not text.isprintable():
        return False
    try:
        parsed = Address(addr_spec=text)
    except (ValueError, IndexError):
        return False
    return bool(parsed.username and "." in parsed.domain) and parsed.addr_spec == text


def save(conn: sqlite3.Connection, reader_id: int, address: str, language: str) -> None:
    """Set where a reader gets digests. A new address revokes the old links to unsubscribe."""
    before = find(conn, reader_id)
    if before is not None and before.address != address:
        private_links.revoke(conn, reader_id, private_links.UNSUBSCRIBE)
    conn.execute(SAVE, (reader_id, address, language, now()))


def remove(conn: sqlite3.Connection, reader_id: int) -> None:
    """End the digests of a reader, and revoke the links to unsubscribe."""
    conn.execute("delete from mail_settings where reader_id = ?", [reader_id])
    private_links.revoke(conn, reader_id, private_links.UNSUBSCRIBE)


def find(conn: sqlite3.Connection, reader_id: int) -> MailSettings | None:
    """Return the settings of a reader's digests; None if the reader wants none."""
    row = conn.execute(FIND, [reader_id]).fetchone()
    return MailSettings(**dict(row)) if row else None


def list_all(conn: sqlite3.Connection, blocked: Sequence[str] = ()) -> list[MailSettings]:
    """Return the settings of all readers who want digests, except blocked accounts."""
    rows = conn.execute(LIST, [json.dumps(list(blocked))])
    return [MailSettings(**dict(row)) for row in rows]
