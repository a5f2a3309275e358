"""Names the files of a static site, and makes relative links between them.

A name keeps letters, digits and `-_`; other characters are encoded with `~`, as in Datasette. Two
ids that differ only in case get different names, as some file systems ignore case.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable

from papersette.site.datasette_seam import tilde_encode

LONGEST = 100
"""Longest name in characters; a longer one is cut and ends with a hash."""
RESERVED = {"index", "con", "prn", "aux", "nul"}
"""Names of the site's own files, and of devices in Windows."""


class Names:
    """The paths of the pages of each kind: papers, tags, authors, sessions, venues, text.

    Args:
        keys: Kind -> the ids that have a page, in a fixed order.
    """

    def __init__(self, keys: dict[str, Iterable[object]]) -> None:
        self._paths = {kind: dict(_to_paths(kind, ids)) for kind, ids in keys.items()}

    def path(self, kind: str, key: object) -> str | None:
        """Return the path of a page from the root, or None if there is no such page."""
        return self._paths.get(kind, {}).get(str(key))


def _to_paths(kind: str, ids: Iterable[object]) -> Iterable[tuple[str, str]]:
    used: dict[str, int] = {}
    for key in ids:
        name = to_name(str(key))
        count = used[name.casefold()] = used.get(name.casefold(), 0) + 1
        yield str(key), f"{kind}/{name}{f'~{count}' if count > 1 else ''}.html"


def to_name(key: str) -> str:
    """Return a name that every file system and web server accepts.

    >>> [to_name(key) for key in ("B1x-y", "a/b c", "con", "é")]
    ['B1x-y', 'a~2Fb~20c', 'con~', '~C3~A9']
    """
    name = tilde_encode(key).replace("+", "~20")
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 17]}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    return f"{name}~" if name.casefold() in RESERVED or not name else name


def to_relative(path: str, page: str) -> str:
    """Return the relative link to a path from a page.

    >>> to_relative("tags/gan.html", "papers/a.html"), to_relative("index.html", "index.html")
    ('../tags/gan.html', 'index.html')
    """
    return posixpath.relpath(path, posixpath.dirname(page) or ".")
