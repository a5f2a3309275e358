"""Shares settings, store, roles and limits among the pages of readers, once for each server.

Readers are off unless the setting `enabled` of papersette-readers or the variable
PAPERSETTE_READERS turns them on. While off, nothing is opened and no page is added.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from papersette.errors import UserError
from papersette.plugin_settings import to_settings
from papersette.readers import accounts, papers
from papersette.readers.accounts import Reader
from papersette.readers.store import Store
from papersette.readers.views import Visitors
from papersette.site.addresses import is_own_path
from papersette.site.canned_queries import DATABASE
from papersette.site.rates import Rates

PLUGIN = "papersette-readers"
VARIABLE = "PAPERSETTE_READERS"
ANONYMOUS, READER, MODERATOR = "anonymous", "reader", "moderator"
ROLES = (ANONYMOUS, READER, MODERATOR)
"""Roles in ascending order: each may do what the ones before it may."""
HERE = """
select paper_id, coalesce(title, paper_id) from papers
where paper_id in (select value from json_each(?))
"""
READING = 3
"""Number of threads that read. Another one writes, so that a waiting writer delays no page."""

Result = TypeVar("Result")
_opened: WeakKeyDictionary[Any, Readers | None] = WeakKeyDictionary()


class NotSaved(Exception):
    """readers.db cannot be written at the moment."""


@dataclass(frozen=True)
class Settings:
    """Settings under the key papersette-readers of plugins in metadata.yml."""

    enabled: bool = False
    db: str = ""
    """Path of the file; by default readers/readers.db beside papers.db."""
    moderators: tuple[str, ...] = ()
    """Ids of actors who are moderators."""
    blocked: tuple[str, ...] = ()
    """Ids of actors who may sign in, but are treated as anonymous."""
    sign_in: str = "/-/login"
    """Path where readers sign in, such as /-/github-auth-start."""
    writes_per_minute: int = 60
    """Writes per minute allowed to one reader."""
    comments_per_hour: int = 30
    """Comments and reports per hour allowed to one reader."""
    sign_ins_per_minute: int = 6
    """Attempts to sign in per minute allowed from one address."""
    digests: bool = True
    """Whether readers may ask for digests, which a command writes and a mailer sends."""

    @classmethod
    def from_settings(cls, given: Mapping[str, Any] | None, variable: str = "") -> Settings:
        """Read the settings.

        Raises:
            ValueError: A setting is unknown, or of the wrong kind.
        """
        found = to_settings(cls, PLUGIN, given)
        if not is_own_path(found.sign_in):
            raise ValueError(
                f"metadata.yml: plugins: {PLUGIN}: sign_in must be a path of this site"
            )
        if variable:
            return replace(found, enabled=variable.lower() not in {"0", "false", "off", "no"})
        return found


@dataclass(eq=False)
class Readers:
    """The readers of one server."""

    datasette: Any
    settings: Settings
    store: Store
    rates: Mapping[str, Rates]
    """Kind of action -> its rate limit for one reader, or for "sign_in" for one address."""
    visitors: Visitors = field(default_factory=Visitors)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READING))
    writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _marked: Any = None
    """The database of papers for which missing papers have been marked."""

    async def read(self, function: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        """Run a function of papersette.readers with a connection for reading."""

        def run() -> Result:
            with self.store.read() as conn:
                return function(conn, *arguments, **named)

        return await asyncio.get_running_loop().run_in_executor(self.threads, run)

    async def write(self, function: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        """Run a function of papersette.readers in a transaction, which is then on the disk.

        Raises:
            NotSaved: The file cannot be written.
        """

        def run() -> Result:
            with self.store.write() as conn:
                return function(conn, *arguments, **named)

        try:
            return await asyncio.get_running_loop().run_in_executor(self.writer, run)
        except sqlite3.OperationalError as error:  # a full disk, or a lock that is held too long
            print(f"{self.store.path}: {error}", file=sys.stderr)
            raise NotSaved from error

    def role_of(self, actor: Any) -> str:
        """Return the role of an actor of Datasette."""
        name = to_actor_id(actor)
        if not name or name in self.settings.blocked:
            return ANONYMOUS
        return MODERATOR if name in self.settings.moderators else READER

    def allows(self, actor: Any, role: str) -> bool:
        """Return whether an actor has a role, or a higher one."""
        return ROLES.index(self.role_of(actor)) >= ROLES.index(role)

    async def find_reader(self, actor: Any) -> Reader | None:
        """Return the reader of an actor; None if anonymous, or if they have written nothing yet."""
        if self.role_of(actor) == ANONYMOUS:
            return None
        return await self.read(accounts.find_reader, to_actor_id(actor))

    async def mark_missing(self) -> None:
        """Mark papers that were removed, once for each build that is served."""
        database = self.datasette.get_database(DATABASE)
        if self._marked is database:
            return
        self._marked = database
        ids = await self.read(papers.list_ids)
        titles: dict[str, str] = {}
        for start in range(0, len(ids), 500):
            titles |= await find_titles(self.datasette, ids[start : start + 500])
        try:
            await self.write(papers.mark, titles)
        except NotSaved:
            self._marked = None  # the next request tries again

    def close(self) -> None:
        """Finish pending writes, and close the store."""
        for pool in (self.writer, self.threads):
            pool.shutdown(wait=True)
        self.store.close()


def to_actor_id(actor: Any) -> str:
    """Return the id of an actor of Datasette; "" for nobody."""
    return str(actor["id"]) if isinstance(actor, Mapping) and actor.get("id") else ""


def to_actor_name(actor: Mapping[str, Any]) -> str:
    """Return the name of an actor, from the first of Datasette's keys for it that is set."""
    keys = ("display", "name", "username", "login", "gh_login", "id")
    return str(next(actor[key] for key in keys if actor.get(key)))


async def find_titles(datasette: Any, ids: list[str]) -> dict[str, str]:
    """Return id -> title of the papers that the publication has; `ids` has at most 500."""
    found = await datasette.get_database(DATABASE).execute(HERE, [json.dumps(ids)], truncate=False)
    return dict(map(tuple, found.rows))


def read_settings(datasette: Any) -> Settings:
    """Return the settings of a server. Raises ValueError."""
    return Settings.from_settings(datasette.plugin_config(PLUGIN), os.environ.get(VARIABLE, ""))


def readers_of(datasette: Any) -> Readers | None:
    """Return the readers of a server, opened at the first call; None if readers are off.

    Raises:
        ValueError: A setting is wrong.
        UserError: The store cannot be opened, or everybody could read it.
    """
    if datasette not in _opened:
        _opened[datasette] = _open(datasette)
    return _opened[datasette]


def close_readers(datasette: Any) -> None:
    """Finish pending writes, and close the store."""
    readers = _opened.pop(datasette, None)
    if readers is not None:
        readers.close()


def _open(datasette: Any) -> Readers | None:
    settings = read_settings(datasette)
    database = datasette.databases.get(DATABASE)
    if not settings.enabled or database is None or not database.path:
        return None
    path = Path(settings.db or Path(database.path).parent / "readers" / "readers.db").resolve()
    check_private(datasette, path)
    rates = {
        "write": Rates(settings.writes_per_minute),
        "comment": Rates(
            settings.comments_per_hour / 60, burst=max(1, settings.comments_per_hour // 3)
        ),
        "sign_in": Rates(settings.sign_ins_per_minute),
    }
    return Readers(datasette, settings, Store(path), rates)


def check_private(datasette: Any, path: Path) -> None:
    """Raise UserError if the server would publish readers.db."""
    served = [Path(one.path).resolve() for one in datasette.databases.values() if one.path]
    folders = [Path(folder).resolve() for _, folder in datasette.static_mounts]
    if path in served:
        raise UserError(
            f"{path}: is served as a database, which everybody can read. Move it into a folder "
            "that Datasette does not serve, and name it as db of papersette-readers"
        )
    if any(path.is_relative_to(folder) for folder in folders):
        raise UserError(
            f"{path}: is in a folder of --static, which everybody can read. Move it elsewhere, and "
            "name it as db of papersette-readers"
        )
