"""Follows of readers: the button on pages, the page of news, and digests by e-mail."""

import asyncio
from urllib.parse import parse_qsl

from datasette import hookimpl

from papersette.languages import LANGUAGES
from papersette.readers import follows, mail_settings, private_links
from papersette.readers.collection import NotReady, to_search_target
from papersette.readers.private_links import FEED, PATTERN, UNSUBSCRIBE
from papersette.readers.store import now
from papersette.site.datasette_seam import DatasetteError
from papersette.site.papers import ensure_papers_allowed
from papersette.site.readers_following import (
    collection_of,
    find_owner,
    refresh,
    to_page_path,
)
from papersette.site.readers_messages import MESSAGES
from papersette.site.readers_routes import Route, Visit, to_routes
from papersette.site.readers_service import ANONYMOUS, READER, readers_of

PAGE = "/-/following"
SHOWN = 50
"""Number of news of one follow that the page lists; the others are only counted."""


@hookimpl
def register_routes(datasette):
    return to_routes(datasette, ROUTES)


@hookimpl
def extra_template_vars(datasette, request):
    """Provide `follow_of`: returns the visitor's follow by kind and target, or None."""
    readers = readers_of(datasette) if request else None
    if readers is None:
        return {}

    async def follow_of(kind, target):
        reader_id = await Visit(readers, request).reader_id()
        return await readers.read(follows.find, reader_id, kind, target) if reader_id else None

    return {
        "follow_of": follow_of,
        "search_target": lambda: to_target("search", request.query_string),
        "follow_url": lambda kind, target: to_page_path(datasette, kind, target),
    }


def to_target(kind, target):
    """Return a target in the form that is stored. Raises DatasetteError of status 400."""
    try:
        return to_search_target(dict(parse_qsl(target))) if kind == "search" else target
    except ValueError as error:
        raise DatasetteError(f"{error}.", "Invalid request", status=400) from None


async def follow(visit):
    """Add or remove a follow."""
    datasette = visit.readers.datasette
    await ensure_papers_allowed(datasette, visit.request.actor)
    kind = visit.form.text("kind", 20)
    if kind not in follows.KINDS:
        message = f"kind must be one of {', '.join(follows.KINDS)}."
        raise DatasetteError(message, "Invalid request", status=400)
    target = to_target(kind, visit.form.text("target", 3 * follows.LONGEST_TARGET))
    is_end = visit.form.fields.get("action") == "end"
    reader = await visit.writer()
    if is_end:
        await visit.readers.write(follows.remove, reader.reader_id, kind, target)
    else:
        await add(visit, reader, kind, target)
    is_listed = visit.form.fields.get("back") == "list"
    path = datasette.urls.path(PAGE) if is_listed else to_page_path(datasette, kind, target)
    return visit.redirect(path, MESSAGES["unfollowed" if is_end else "followed"])


async def add(visit, reader, kind, target):
    """Add a follow with the papers that it finds now. Raises DatasetteError if it cannot."""
    collection = collection_of(visit.readers.datasette)
    try:
        found = await asyncio.to_thread(collection.find, kind, target)
    except NotReady:
        message = "The search index is being built. Try again in a minute."
        raise DatasetteError(message, "Not ready", status=503) from None
    if not found.is_here:
        raise DatasetteError("There is nothing to follow.", "Not found", status=404)
    given = (reader.reader_id, kind, target, found, collection.build)
    try:
        await visit.readers.write(follows.add, *given)
    except follows.TooMany:
        message = f"The limit is {follows.MOST} follows. End one first."
        raise DatasetteError(message, "Invalid request", status=400) from None
    except follows.TooBroad:
        message = f"This finds {len(found.ids):,} papers; what you follow may find "
        message += f"{follows.MOST_PAPERS:,}. Narrow it down."
        raise DatasetteError(message, "Invalid request", status=400) from None


async def show(visit):
    """Return the page of all follows of a reader, with their news."""
    return await show_page(visit)


async def show_page(visit, secret=""):
    """Return the page; `secret` is a new secret of the feed, which is only shown this time."""
    datasette, reader_id = visit.readers.datasette, await visit.reader_id()
    await ensure_papers_allowed(datasette, visit.request.actor)
    is_complete = await refresh(visit.readers, reader_id)
    found = await visit.readers.read(read_page, reader_id)
    ids = sorted({one.paper_id for news in found["news"].values() for one in news})
    address = datasette.absolute_url(visit.request, datasette.urls.path(f"/-/feeds/{secret}"))
    return await visit.page(
        "readers_following.html",
        **found,
        authors=await asyncio.to_thread(collection_of(datasette).find_authors, ids),
        is_complete=is_complete,
        feed_address=address if secret else "",
        languages=LANGUAGES,
        offers_digests=visit.readers.settings.digests,
    )


def read_page(conn, reader_id):
    """Return the data of readers.db for the page of news."""
    listed, news = follows.list_follows(conn, reader_id), follows.list_news(conn, reader_id)
    by_follow = {}
    for one in news:
        by_follow.setdefault(one.follow_id, []).append(one)
    return {
        "follows": listed,
        "news": {follow_id: found[:SHOWN] for follow_id, found in by_follow.items()},
        "news_count": sum(one.news for one in listed),
        "until": max((one.found for one in news), default=now()),
        "mail": mail_settings.find(conn, reader_id),
        "feed_since": private_links.find_created(conn, reader_id, FEED),
    }


async def see(visit):
    """Mark the news that were shown as seen."""
    until = visit.form.text("until", 30)
    if reader_id := await visit.reader_id():
        await visit.readers.write(follows.mark_seen, reader_id, min(until, now()))
    return visit.redirect(visit.readers.datasette.urls.path(PAGE), MESSAGES["seen"])


async def change_feed(visit):
    """Make a new private address of the feed, which ends the old one; or only end the old one."""
    reader = await visit.writer()
    if visit.form.fields.get("action") == "end":
        await visit.readers.write(private_links.revoke, reader.reader_id, FEED)
        return visit.redirect(visit.readers.datasette.urls.path(PAGE), MESSAGES["no_feed"])
    secret = await visit.readers.write(private_links.make, reader.reader_id, FEED)
    return await show_page(visit, secret)


async def change_mail(visit):
    """Set the address for digests, or end them."""
    if not visit.readers.settings.digests:
        raise DatasetteError("This site sends no digests.", "Not found", status=404)
    reader, path = await visit.writer(), visit.readers.datasette.urls.path(PAGE)
    if visit.form.fields.get("action") == "end":
        await visit.readers.write(mail_settings.remove, reader.reader_id)
        return visit.redirect(path, MESSAGES["no_mail"])
    address = visit.form.text("address", mail_settings.LONGEST_ADDRESS)
    language = visit.form.fields.get("language", "en")
    if not mail_settings.is_address(address) or language not in LANGUAGES:
        message = "This is no e-mail address, such as name@example.org, or no known language."
        raise DatasetteError(message, "Invalid request", status=400)
    await visit.readers.write(mail_settings.save, reader.reader_id, address, language)
    return visit.redirect(path, MESSAGES["mail"])


async def unsubscribe(visit):
    """Ask whether to end the digests of a reader, or end them: one POST is enough (RFC 8058)."""
    reader = await find_owner(visit, UNSUBSCRIBE, must_see_papers=False)
    if not visit.is_get:
        await visit.readers.write(mail_settings.remove, reader.reader_id)
    return await visit.page("readers_unsubscribe.html", is_done=not visit.is_get)


ROUTES = [
    Route(r"^/-/follow$", follow, post=READER),
    Route(r"^/-/following$", show, get=READER),
    Route(r"^/-/following/seen$", see, post=READER),
    Route(r"^/-/following/feed$", change_feed, post=READER),
    Route(r"^/-/following/mail$", change_mail, post=READER),
    Route(
        rf"^/-/unsubscribe/(?P<secret>{PATTERN})$",
        unsubscribe,
        get=ANONYMOUS,
        post=ANONYMOUS,
        rate="",
        has_secret=True,
    ),
]
