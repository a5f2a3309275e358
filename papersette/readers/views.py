"""Views of papers: one a day for each paper and visitor, without cookies or personal data.

A visitor is identified by a hash of address and browser with a salt of the day. Salt and hashes are
kept in memory only and are dropped when the day ends; readers.db has just a number for each paper
and day. After a restart, a visitor may be counted a second time that day.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import threading

MOST_REMEMBERED = 500_000
"""Visits remembered for one day, 8 bytes each; further ones are not counted."""
ROBOT = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|scrap|archiver|fetch|preview|monitor|headless|feed"
    r"|curl|wget|python|java/|perl|ruby|okhttp|go-http|httpx|aiohttp|axios|node|phantom"
    r"|lighthouse|facebookexternalhit|mediapartners|zotero|validator|scan",
    re.IGNORECASE,
)
"""Parts of the names of programs that are not people's browsers."""
BROWSER = re.compile(r"mozilla|opera|lynx|links|w3m|elinks|dillo|netsurf", re.IGNORECASE)
"""Parts of browsers' names; every browser has one of them."""

COUNT = """
insert into views (paper_id, day, views) values (?, ?, 1)
on conflict do update set views = views + 1
"""


def is_robot(agent: str) -> bool:
    """Return whether a User-Agent is that of a program that reads pages by itself.

    >>> is_robot("Mozilla/5.0 (compatible; Googlebot/2.1)"), is_robot("Mozilla/5.0 (X11) Firefox")
    (True, False)
    >>> is_robot(""), is_robot("curl/8.1")
    (True, True)
    """
    return not BROWSER.search(agent) or ROBOT.search(agent) is not None


class Visitors:
    """Recognises the first view of a paper by a visitor on a day."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._day, self._salt = "", b""
        self._seen: set[bytes] = set()

    def is_first(self, day: str, paper_id: str, address: str, agent: str) -> bool:
        """Return whether this view is the first, and counts."""
        with self._lock:
            if day != self._day:
                self._day, self._salt, self._seen = day, secrets.token_bytes(32), set()
            visitor = "\0".join((paper_id, address, agent)).encode("utf-8", "replace")
            digest = hashlib.blake2b(visitor, key=self._salt, digest_size=8).digest()
            if digest in self._seen or len(self._seen) >= self._most:
                return False
            self._seen.add(digest)
            return True


def count(conn: sqlite3.Connection, paper_id: str, day: str) -> None:
    """Count a view of a paper that `papers.remember` has added, on a day such as 2026-11-30."""
    conn.execute(COUNT, (paper_id, day))


def total(conn: sqlite3.Connection, paper_id: str) -> int:
    """Return the views of a paper on all days."""
    sql = "select coalesce(sum(views), 0) from views where paper_id = ?"
    return int(conn.execute(sql, [paper_id]).fetchone()[0])
