"""Visitors of a served site with readers: anonymous ones, readers and a moderator."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import yaml
from conftest import PATIENCE, ROOT, serve
from datasette_auth_passwords.utils import hash_password

NAMES = ("alice", "bob", "carol", "dora", "mona", "frida", "greta")
"""Accounts; mona is the moderator; frida and greta are each used by one test only."""
PASSWORD = "sesame"
PLENTY = {"writes_per_minute": 100_000, "comments_per_hour": 100_000, "sign_ins_per_minute": 10_000}
"""Limits that no test reaches."""


def to_metadata(**settings: Any) -> dict[str, Any]:
    """Return metadata.yml with accounts and readers turned on."""
    metadata: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    hashed = hash_password(PASSWORD, iterations=1000)
    accounts = {f"{name}_password_hash": hashed for name in NAMES}
    given = {"enabled": True, "moderators": ["mona"], **PLENTY, **settings}
    metadata["plugins"] |= {"papersette-readers": given, "datasette-auth-passwords": accounts}
    return metadata


@contextlib.contextmanager
def serve_readers(database: Path, folder: Path, **settings: Any) -> Iterator[httpx.Client]:
    """Serve a database with readers; readers.db is in the folder `readers`."""
    path = folder.with_name(f"{folder.name}-metadata.yml")
    path.write_text(yaml.safe_dump(to_metadata(**settings)), encoding="utf-8")
    with serve(database, folder, metadata=path) as client:
        yield client


class Visitor:
    """A browser of somebody: it keeps cookies and sends the token of forms.

    Args:
        site: A client of the site.
        name: Of the account to sign in with; "" for an anonymous visitor.
    """

    def __init__(self, site: httpx.Client, name: str = "", **headers: str) -> None:
        self.client = httpx.Client(
            base_url=site.base_url, timeout=PATIENCE / 1000, headers=headers or None
        )
        self.name = name
        if name:
            answer = self.post("/-/login", username=name, password=PASSWORD)
            assert answer.status_code == 302, answer.text

    def get(self, path: str, **asked: Any) -> httpx.Response:
        return self.client.get(path, params=asked or None)

    def post(self, path: str, /, *, token: bool = True, **fields: Any) -> httpx.Response:
        """Send a form, with the token of the visitor's cookie unless `token` is False."""
        if "ds_csrftoken" not in self.client.cookies:
            self.get("/-/login")
        given = {"csrftoken": self.client.cookies["ds_csrftoken"]} if token else {}
        return self.client.post(path, data=given | fields)
