"""Compares what a reader follows with the build that is served."""

from __future__ import annotations

from papersette.readers import follows
from papersette.readers.collection import Collection, NotReady
from papersette.readers.follows import Follow, Found
from papersette.readers.store import Store


def refresh(store: Store, collection: Collection, reader_id: int) -> bool:
    """Bring the news of a reader up to date with a build; return False where that has to wait.

    Papers are looked for before the transaction begins, so that other writers do not wait for it.
    Nothing is looked for where all is of this build, or of a later one: a digest may have read that
    before the server does.
    """
    with store.read() as conn:
        listed = follows.list_follows(conn, reader_id)
    stale = [follow for follow in listed if follow.build < collection.build]
    compared, is_complete = [], True
    for follow in stale:
        try:
            compared.append((follow, collection.find(follow.kind, follow.target)))
        except NotReady:
            is_complete = False
    if compared:
        unknown = find_unknown(store, compared)
        titles = collection.find_titles(sorted(unknown))
        with store.write() as conn:
            for follow, found in compared:
                follows.compare(conn, follow, found, titles, collection.build)
    return is_complete


def find_unknown(store: Store, compared: list[tuple[Follow, Found]]) -> set[str]:
    """Return the ids of the papers that any of the follows had not found before."""
    unknown: set[str] = set()
    with store.read() as conn:
        for follow, found in compared:
            if not found.state:
                unknown |= set(found.ids) - follows.list_known(conn, follow.follow_id)
    return unknown
