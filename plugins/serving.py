"""The outermost layers of every request: the log, one build at a time, and the response cache.

A build replaces papers.db as a whole while requests run, see papersette/site/serving.py; within one
build, papersette/site/answers.py adds entity tags and a cache. These layers are around those of all
other plugins, in whatever order plugins are loaded, as the hook is a wrapper.
"""

import atexit

from datasette import hookimpl

from papersette.site import request_log
from papersette.site.answers import answers_of
from papersette.site.canned_queries import DATABASE
from papersette.site.serving import Serving, is_inside

serving = {}
"""Datasette -> the build that it serves. A server has one Datasette; tests have several."""


@hookimpl(tryfirst=True)  # before the search engine opens its index
def startup(datasette):
    read_log_settings(datasette)  # a wrong setting stops the server at its start
    if DATABASE in datasette.databases and datasette.get_database(DATABASE).path:
        answers_of(datasette)
        serving[datasette] = Serving(datasette)
        atexit.register(serving[datasette].close)


def read_log_settings(datasette):
    return request_log.Settings.from_metadata(datasette.plugin_config("papersette-log"))


@hookimpl(hookwrapper=True)
def asgi_wrapper(datasette):
    outcome = yield
    outcome.force_result([*outcome.get_result(), lambda app: wrap(datasette, app)])


def wrap(datasette, app):
    """Return the application inside these layers."""
    settings = read_log_settings(datasette)

    async def serve(scope, receive, send):
        if scope["type"] == "lifespan":
            request_log.start(settings)
            await app(scope, lambda: receive_and_close(datasette, receive), send)
        elif scope["type"] != "http" or is_inside.get():
            await app(scope, receive, send)
        else:
            await request_log.serve(serve_build, settings, scope, receive, send)

    async def serve_build(scope, receive, send):
        own = serving.get(datasette)
        if own is None:
            return await app(scope, receive, send)
        own.check()
        async with own.gate.pass_through():
            await answers_of(datasette).serve(app, scope, receive, send)

    return serve


async def receive_and_close(datasette, receive):
    """Return a message of the lifespan; remove the link of a server that shuts down.

    A server that ends by a signal does not run exit functions.
    """
    message = await receive()
    if message["type"] == "lifespan.shutdown" and datasette in serving:
        serving[datasette].close()
    return message
