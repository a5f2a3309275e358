"""Answers questions from the papers, at /papers/ask: sentences and pages, and prose if configured.

A language model is only asked when a form is sent (POST), never by a link, so that crawlers cost
nothing. docs/meaning.md lists the data that leaves the machine.
"""

from urllib.parse import parse_qs

from datasette import NotFound, Response, hookimpl

from papersette.search.answers import LONGEST_QUESTION
from papersette.search.parser import parse
from papersette.site.asking import (
    LONGEST_FORM,
    ask_papers,
    ensure_text_allowed,
    find_title,
    to_topics,
    writer_of,
)
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import DatasetteError, response_headers
from papersette.site.request_body import BadBody, read_body

METHODS = {"GET", "HEAD", "POST"}
MOST_FIELDS = 20
QUESTION_MARKS = ("?", "؟", "？")


@hookimpl
def startup(datasette):
    writer_of(datasette)  # a wrong setting stops the server at its start


@hookimpl
def register_routes():
    return [(rf"^/{DATABASE}/ask(?P<format>\.json)?$", ask)]


@hookimpl
def extra_template_vars():
    return {"is_question": is_question, "suggested_topics": to_topics}


def is_question(q):
    """Return whether a query can be answered by a sentence."""
    query = parse(q)
    return bool(query.words) and (query.is_sentence or q.rstrip().endswith(QUESTION_MARKS))


async def ask(datasette, request):
    """Return the page of a question, or its answer as JSON."""
    if request.method not in METHODS:
        return Response.text("Method not allowed", status=405, headers={"Allow": "GET, HEAD, POST"})
    await ensure_text_allowed(datasette, request.actor)
    given = await read_form(request) if request.method == "POST" else dict(request.args)
    question, paper_id = (one_line(given, name) for name in ("q", "paper"))
    title = await find_title(datasette, paper_id) if paper_id else ""
    if title is None:
        raise NotFound("There is no paper with this id.")
    answer = await ask_papers(
        datasette, question, paper_id, with_prose=request.method == "POST", request=request
    )
    writer = writer_of(datasette)
    headers = response_headers(datasette, request)
    if writer or request.method == "POST":  # the form has the reader's token
        headers |= {"Cache-Control": "private, no-store"}
    if request.url_vars.get("format"):
        return Response.json(answer.to_json(), headers=headers)
    context = {
        "question": question[:LONGEST_QUESTION],
        "is_cut": len(question) > LONGEST_QUESTION,
        "longest": LONGEST_QUESTION,
        "paper": {"paper_id": paper_id, "title": title or paper_id} if paper_id else None,
        "answer": answer,
        "model": writer.settings.model if writer else "",
        "database": DATABASE,
    }
    html = await datasette.render_template("ask.html", context, request, view_name="query")
    return Response.html(html, headers=headers)


def one_line(given, name):
    """Return an argument in one line; "" if it is missing."""
    values = given.get(name) or [""]
    return " ".join(str(values[0] if isinstance(values, list) else values).split())


async def read_form(request):
    """Return the fields of a form. Raises DatasetteError if it is too long or has many fields."""
    try:
        body = await read_body(request, LONGEST_FORM)
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except BadBody as error:
        raise DatasetteError(str(error), "Invalid request", status=error.status) from None
    except ValueError:
        message = f"A form may have {MOST_FIELDS} fields."
        raise DatasetteError(message, "Invalid request", status=400) from None
