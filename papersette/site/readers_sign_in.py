"""Signs readers in with a password; accounts and hashes are those of datasette-auth-passwords.

The page of that plugin computes the hash in the thread that answers all requests, sets a cookie
that never expires, and leads to the home page. This one avoids all three, and limits attempts.
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Mapping
from typing import Any

from datasette import Request, Response

from papersette.errors import UserError
from papersette.site.addresses import to_location
from papersette.site.datasette_seam import baseconv
from papersette.site.readers_routes import PRIVATE, Visit
from papersette.site.readers_service import Readers

PLUGIN, PACKAGE = "datasette-auth-passwords", "datasette_auth_passwords"
COOKIE = "ds_actor"
DAYS = 30
"""Days for which a reader stays signed in."""
SUFFIX = "_password_hash"
NOBODY = "pbkdf2_sha256$480000$" + "0" * 32 + "$" + "A" * 43 + "="
"""Hash that no password has: an unknown name then takes as long as a wrong password."""
LONGEST = 1000
"""Longest name or password, in characters."""


def read_accounts(datasette: Any) -> dict[str, str]:
    """Return name -> password hash of each account of datasette-auth-passwords."""
    given = datasette.plugin_config(PLUGIN) or {}
    return {
        key.removesuffix(SUFFIX): str(value) for key, value in given.items() if key.endswith(SUFFIX)
    }


def list_accounts(readers: Readers) -> dict[str, str]:
    """Return the accounts of `read_accounts`, and those in files NAME.hash beside readers.db."""
    found = read_accounts(readers.datasette)
    for path in readers.store.path.parent.glob("*.hash"):
        found.setdefault(path.stem, path.read_text(encoding="utf-8").strip())
    return found


def check_installed(readers: Readers) -> None:
    """Raise UserError if there are accounts, but no plugin that checks their passwords."""
    if list_accounts(readers) and importlib.util.find_spec(PACKAGE) is None:
        raise UserError(
            f"there are accounts of readers, but {PLUGIN} is not installed: "
            "pip install -r requirements-readers.txt"
        )


async def find_actor(readers: Readers, name: str, password: str) -> Mapping[str, Any] | None:
    """Return the actor for a name and a password; None if they are wrong."""
    verify = importlib.import_module(f"{PACKAGE}.utils").verify_password
    known = list_accounts(readers).get(name)
    is_right = await asyncio.to_thread(verify, password, known or NOBODY)
    if not (known and is_right):
        return None
    actors = (readers.datasette.plugin_config(PLUGIN) or {}).get("actors") or {}
    actor: Mapping[str, Any] = actors.get(name) or {"id": name}
    return actor


async def sign_in(visit: Visit) -> Response:
    """Return the sign-in page, or sign in and redirect to ?back=, a path of this site."""
    datasette = visit.readers.datasette
    back = visit.request.args.get("back") or visit.form.fields.get("back") or ""
    shown: dict[str, Any] = {
        "has_accounts": bool(list_accounts(visit.readers)),
        "back": back,
        "error": "",
    }
    if visit.is_get:
        return await visit.page("password_login.html", **shown)
    name, password = (visit.form.text(key, LONGEST) for key in ("username", "password"))
    if visit.readers.rates["sign_in"].count(visit.address):
        return await visit.page("password_login.html", 429, **shown | {"error": "often"})
    actor = await find_actor(visit.readers, name, password) if shown["has_accounts"] else None
    if actor is None:
        return await visit.page("password_login.html", 403, **shown | {"error": "wrong"})
    location = to_location(back, datasette.urls.instance())
    response = Response.redirect(location, headers=dict(PRIVATE))
    set_actor(datasette, visit.request, response, actor)
    return response


def set_actor(datasette: Any, request: Request, response: Response, actor: Any) -> None:
    """Set the cookie of an actor in the form that Datasette reads."""
    expires = baseconv.base62.encode(int(time.time()) + DAYS * 86_400)
    response.set_cookie(
        COOKIE,
        datasette.sign({"a": actor, "e": expires}, "actor"),
        max_age=DAYS * 86_400,
        httponly=True,
        secure=request.scheme == "https",
    )


def sign_out(response: Response) -> None:
    """Remove the cookie of an actor, as Datasette's own page does."""
    response.set_cookie(COOKIE, "", max_age=0, expires=0)
