"""Compares the follows of a reader with the current build."""

from __future__ import annotations

from papersette.readers import follows
from papersette.readers.collection import Collection, NotReady
from papersette.readers.follows import Follow, Found
from papersette.readers.store import Store


def refresh(store: Store, collection: Collection, reader_id: int) -> bool:
    """Update the news of a reader; return False if searches must wait for the search index.

    Papers are searched before the transaction begins, so that other writers do not wait for it.
    Follows already compared with this build or a later one are skipped: a digest may have used the
    later build before the server does.
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
    """Return the ids of the papers that at least one of the follows had not found before."""
    unknown: set[str] = set()
    with store.read() as conn:
        for follow, found in compared:
            if not found.state:
                unknown |= set(found.ids) - follows.list_known(conn, follow.follow_id)
    return unknown
