"""Ratings of papers, comments in threads, and moderation."""

from datasette import Forbidden, NotFound, hookimpl

from papersette.readers import comments, papers, ratings
from papersette.site.datasette_seam import DatasetteError
from papersette.site.papers import ensure_papers_allowed
from papersette.site.query_response import to_page_number
from papersette.site.readers_messages import MESSAGES
from papersette.site.readers_pages import ReadersPage, to_shown
from papersette.site.readers_routes import PAPER, Route, to_routes
from papersette.site.readers_service import ANONYMOUS, MODERATOR, READER

COMMENT = r"^/-/comments/(?P<comment_id>\d{1,15})"
PAGE = 100
"""Number of comments on a page."""


@hookimpl
def register_routes(datasette):
    return to_routes(datasette, ROUTES)


async def rate(visit):
    """Set the rating of a paper; 0 withdraws it."""
    paper_id, title = await visit.paper()
    stars, reader = visit.form.number("stars", 0, max(ratings.STARS)), await visit.writer()

    def write(conn):
        papers.remember(conn, paper_id, title)
        if stars:
            ratings.rate(conn, reader.reader_id, paper_id, stars)
        else:
            ratings.withdraw(conn, reader.reader_id, paper_id)

    await visit.readers.write(write)
    return visit.redirect(visit.paper_url(paper_id), MESSAGES["rated" if stars else "unrated"])


async def thread(visit):
    """Return the page of all comments on a paper, or write one."""
    if not visit.is_get:
        return await write_comment(visit)
    paper_id, title = await visit.paper(with_gone=True)
    reader_id = await visit.reader_id()
    page = ReadersPage(visit.readers, visit.request)
    found = await visit.readers.read(comments.list_thread, paper_id)
    last = max(1, -(-len(found) // PAGE))
    number = min(last, to_page_number(visit.request))
    shown = found[(number - 1) * PAGE : number * PAGE]
    return await visit.page(
        "readers_comments.html",
        paper_id=paper_id,
        title=title,
        count=len(found),
        comments=[to_shown(comment, reader_id, page) for comment in shown],
        page_number=number,
        last=last,
        page_url=visit.paper_url(paper_id, "/comments"),
        paper_url=visit.paper_url(paper_id),
    )


async def write_comment(visit):
    paper_id, title = await visit.paper()
    text = visit.form.text("text", comments.LONGEST)
    if not text:
        raise DatasetteError("The comment is empty.", "Invalid request", status=400)
    parent = visit.form.number("parent", 1, 10**15) if visit.form.fields.get("parent") else None
    reader = await visit.writer()

    def write(conn):
        papers.remember(conn, paper_id, title)
        return comments.write(conn, reader.reader_id, paper_id, text, parent)

    try:
        number = await visit.readers.write(write)
    except comments.NoComment:
        raise NotFound("The comment that this one answers is no longer there.") from None
    return await to_comment(visit, paper_id, number, "commented")


async def to_comment(visit, paper_id, comment_id, message):
    """Redirect to a comment, on the page of its thread that has it."""
    found = await visit.readers.read(comments.list_thread, paper_id)
    ids = [comment.comment_id for comment in found]
    page = ids.index(comment_id) // PAGE + 1 if comment_id in ids else 1
    rest = f"/comments{f'?page={page}' if page > 1 else ''}#comment-{comment_id}"
    return visit.redirect(visit.paper_url(paper_id, rest), MESSAGES[message])


async def find(visit):
    """Return the comment in an address. Raises NotFound; Forbidden if papers may not be seen."""
    await ensure_papers_allowed(visit.readers.datasette, visit.request.actor)
    try:
        number = int(visit.request.url_vars["comment_id"])
        return await visit.readers.read(comments.find_comment, number)
    except comments.NoComment:
        raise NotFound("There is no such comment.") from None


async def find_own(visit):
    """Return the comment in an address, if it is the visitor's own. Raises NotFound, Forbidden."""
    comment = await find(visit)
    if comment.reader_id is None or comment.reader_id != await visit.reader_id():
        raise Forbidden("This is not your comment.")
    return comment


async def edit(visit):
    """Return the form to edit an own comment, or change the comment."""
    comment = await find_own(visit)
    if visit.is_get:
        return await show_form(visit, "edit", comment)
    text = visit.form.text("text", comments.LONGEST)
    if not text:
        raise DatasetteError("The comment is empty.", "Invalid request", status=400)
    await change(visit, comments.edit, comment.reader_id, comment.comment_id, text)
    return await to_comment(visit, comment.paper_id, comment.comment_id, "edited")


async def remove(visit):
    """Remove an own comment."""
    comment = await find_own(visit)
    await change(visit, comments.remove, comment.reader_id, comment.comment_id)
    return visit.redirect(visit.paper_url(comment.paper_id, "/comments"), MESSAGES["withdrawn"])


async def change(visit, function, *arguments):
    """Write a change of a comment. Raises Forbidden if it is removed or hidden."""
    try:
        await visit.readers.write(function, *arguments)
    except comments.NoComment:
        raise Forbidden("The comment is removed or hidden.") from None


async def report(visit):
    """Return the form to report a comment, or report it."""
    comment = await find(visit)
    if comment.removed or comment.hidden:
        raise NotFound("The comment is removed or hidden.")
    if visit.is_get:
        return await show_form(visit, "report", comment)
    reason, reader = visit.form.text("reason", comments.LONGEST_REASON), await visit.writer()
    await visit.readers.write(comments.report, reader.reader_id, comment.comment_id, reason)
    return await to_comment(visit, comment.paper_id, comment.comment_id, "reported")


async def moderate(visit):
    """Return the form to hide or show a comment, or do it."""
    comment = await find(visit)
    if visit.is_get:
        return await show_form(visit, "moderate", comment)
    reason = visit.form.text("reason", comments.LONGEST_REASON)
    moderator = await visit.writer()
    if visit.form.fields.get("action") != "hide":
        await change(visit, comments.show, comment.comment_id)
        return visit.redirect(visit.readers.datasette.urls.path(MODERATION), MESSAGES["shown"])
    if not reason:
        raise DatasetteError("Give a reason, which readers see.", "Invalid request", status=400)
    await change(visit, comments.hide, moderator.reader_id, comment.comment_id, reason)
    return visit.redirect(visit.readers.datasette.urls.path(MODERATION), MESSAGES["hidden"])


async def show_form(visit, action, comment):
    page, reader_id = ReadersPage(visit.readers, visit.request), await visit.reader_id()
    reports = []
    if action == "moderate":
        reports = await visit.readers.read(comments.list_reports, comment.comment_id)
    return await visit.page(
        "readers_comment.html",
        action=action,
        shown=to_shown(comment, reader_id, page),
        reports=reports,
        back=visit.paper_url(comment.paper_id, f"/comments#comment-{comment.comment_id}"),
    )


async def moderation(visit):
    """Return the comments that are reported or hidden."""
    page, reader_id = ReadersPage(visit.readers, visit.request), await visit.reader_id()

    def read(conn):
        found = comments.list_to_moderate(conn)
        return [(one, comments.list_reports(conn, one.comment_id)) for one in found]

    shown = [
        (to_shown(one, reader_id, page), reports, visit.paper_url(one.paper_id))
        for one, reports in await visit.readers.read(read)
    ]
    return await visit.page("readers_moderation.html", comments=shown)


MODERATION = "/-/moderation"
ROUTES = [
    Route(rf"^{PAPER}/rating$", rate, post=READER),
    Route(rf"^{PAPER}/comments$", thread, get=ANONYMOUS, post=READER, rate="comment"),
    Route(rf"{COMMENT}/edit$", edit, get=READER, post=READER),
    Route(rf"{COMMENT}/remove$", remove, post=READER),
    Route(rf"{COMMENT}/report$", report, get=READER, post=READER, rate="comment"),
    Route(rf"{COMMENT}/moderate$", moderate, get=MODERATOR, post=MODERATOR),
    Route(rf"^{MODERATION}$", moderation, get=MODERATOR),
]
