"""Recommended papers and the programme of a library, and feeds with a private address."""

import json

from datasette import NotFound, Response, hookimpl

from papersette.exports import atom, ical
from papersette.readers import follows
from papersette.readers.private_links import FEED, PATTERN
from papersette.readers.store import now
from papersette.site.papers import ensure_papers_allowed, read_papers, to_row_url
from papersette.site.personal_programme import to_calendar_rows, to_personal_programme
from papersette.site.programme import to_date
from papersette.site.publication import read_publication
from papersette.site.readers_following import (
    find_owner,
    read_recommendations,
    read_sessions,
    refresh,
)
from papersette.site.readers_library import read_cards
from papersette.site.readers_routes import PRIVATE, Route, to_routes
from papersette.site.readers_service import ANONYMOUS, READER

MOST_ENTRIES = 300
"""Largest number of papers in a feed."""
FEED_HEADERS = PRIVATE | {"Cache-Control": "private, max-age=300"}


@hookimpl
def register_routes(datasette):
    return to_routes(datasette, ROUTES)


async def for_you(visit):
    """Return the page of papers recommended from a reader's library."""
    datasette = visit.readers.datasette
    await ensure_papers_allowed(datasette, visit.request.actor)
    entries, found = await read_recommendations(visit.readers, await visit.reader_id())
    cards = await read_cards(datasette, json.dumps([one.paper_id for one in found]))
    return await visit.page(
        "readers_for_you.html", entries=len(entries), recommendations=found, cards=cards
    )


async def programme(visit):
    """Return the sessions of the papers in a library, by venue and time."""
    datasette = visit.readers.datasette
    await ensure_papers_allowed(datasette, visit.request.actor)
    sessions = await read_sessions(visit.readers, await visit.reader_id())
    today = to_date(visit.request.args.get("at")) or now()[:10]
    venues = to_personal_programme(sessions, today)
    has_times = any(ical.to_time(session["start"]) for session in sessions)
    return await visit.page("readers_programme.html", venues=venues, has_times=has_times)


async def calendar(visit):
    """Return the programme of a library as iCalendar."""
    await ensure_papers_allowed(visit.readers.datasette, visit.request.actor)
    return await to_calendar(visit, await visit.reader_id(), PRIVATE)


async def to_calendar(visit, reader_id, headers):
    """Return the programme of a reader. Raises NotFound if no session has a time."""
    datasette = visit.readers.datasette
    sessions = await read_sessions(visit.readers, reader_id)
    stamp = (await read_publication(datasette)).started
    rows = to_calendar_rows(sessions, stamp)
    text = ical.write(rows, to_row_url(datasette, visit.request, "sessions"))
    if text is None:
        raise NotFound("No paper in the library has a session with a date and time")
    named = headers | {"Content-Disposition": 'attachment; filename="programme.ics"'}
    return Response(text, headers=dict(named), content_type=ical.MEDIA_TYPE)


async def feed(visit):
    """Return the news of a reader as Atom, or their programme as iCalendar."""
    reader = await find_owner(visit, FEED)
    if visit.request.url_vars["format"] == "ics":
        return await to_calendar(visit, reader.reader_id, FEED_HEADERS)
    datasette, request = visit.readers.datasette, visit.request
    await refresh(visit.readers, reader.reader_id)
    news = await visit.readers.read(follows.list_news, reader.reader_id)
    titles = {
        one.follow_id: one.title
        for one in await visit.readers.read(follows.list_follows, reader.reader_id)
    }
    described = atom.Feed(
        address=datasette.absolute_url(request, request.path),
        page=datasette.absolute_url(request, datasette.urls.path("/-/following")),
        query="– following",
        to_page=to_row_url(datasette, request, "papers"),
    )
    parts = [part async for part in atom.write(to_batches(visit, news, titles), described)]
    return Response("".join(parts), headers=dict(FEED_HEADERS), content_type=atom.MEDIA_TYPE)


async def to_batches(visit, news, titles):
    """Yield the papers of news for the feed: each once, with the follows that found it."""
    by_paper = {}
    for one in news:
        by_paper.setdefault(one.paper_id, []).append(one)
    ids = list(by_paper)[:MOST_ENTRIES]
    datasette, request = visit.readers.datasette, visit.request
    papers = {paper["paper_id"]: paper for paper in await read_papers(datasette, request, ids)}
    publication = (await read_publication(datasette)).title
    for start in range(0, len(ids), 100):
        yield [
            to_entry(papers.get(paper_id), by_paper[paper_id], titles, publication)
            for paper_id in ids[start : start + 100]
        ]


def to_entry(paper, news, titles, publication):
    """Return a paper with the reason why it is news; a removed paper has only its title."""
    first = news[0]
    reason = "Followed: " + "; ".join(titles.get(one.follow_id) or "all papers" for one in news)
    if paper is None:
        paper = GONE | {"paper_id": first.paper_id, "title": first.title}
        reason = f"No longer in the collection. {reason}"
    return paper | {"change": reason, "updated": first.found, "publication": publication}


GONE = {"authors": [], "tags": [], "tldr": None, "abstract": None}
"""Fields of a removed paper."""

ROUTES = [
    Route(r"^/-/for-you$", for_you, get=READER),
    Route(r"^/-/programme$", programme, get=READER),
    Route(r"^/-/programme\.ics$", calendar, get=READER),
    Route(
        rf"^/-/feeds/(?P<secret>{PATTERN})\.(?P<format>atom|ics)$",
        feed,
        get=ANONYMOUS,
        has_secret=True,
    ),
]
