"""Serves one build of papers.db until the next one is complete; see papersette/site/serving.py."""

import atexit

from datasette import hookimpl

from papersette.site.canned_queries import DATABASE
from papersette.site.serving import Serving

serving = {}
"""By Datasette: what it serves. A server has one; tests have several."""


@hookimpl(tryfirst=True)  # before the search opens its index
def startup(datasette):
    if DATABASE in datasette.databases and datasette.get_database(DATABASE).path:
        serving[datasette] = Serving(datasette)
        atexit.register(serving[datasette].close)


@hookimpl(trylast=True)  # outermost: what other plugins do for a request is of one build, too
def asgi_wrapper(datasette):
    def wrap(app):
        async def receive_and_close(receive):
            message = await receive()
            if message["type"] == "lifespan.shutdown" and datasette in serving:
                serving[datasette].close()  # a server that gets a signal runs no exit functions
            return message

        async def serve(scope, receive, send):
            if scope["type"] == "lifespan":
                return await app(scope, lambda: receive_and_close(receive), send)
            own = serving.get(datasette) if scope["type"] == "http" else None
            if own is None:
                return await app(scope, receive, send)
            own.check()
            async with own.gate.pass_through():
                await app(scope, receive, send)

        return serve

    return wrap
