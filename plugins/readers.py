"""Readers: opens readers.db, gives templates `readers`, and refuses forms that are too large.

Nothing of it happens unless readers are turned on, see docs/readers.md. Pages are in the other
plugins of this name.
"""

from datasette import Response, hookimpl

from papersette.site.readers_forms import TooLarge, is_upload, limit, to_largest, to_refusal
from papersette.site.readers_pages import ReadersPage
from papersette.site.readers_routes import is_route
from papersette.site.readers_service import read_settings, readers_of


@hookimpl
def startup(datasette):
    readers = readers_of(datasette)  # a wrong setting ends the start
    return readers.mark_missing if readers else None


@hookimpl
def extra_template_vars(datasette, request):
    readers = readers_of(datasette) if request else None
    return {"readers": ReadersPage(readers, request)} if readers else {}


@hookimpl
def skip_csrf(datasette, scope):
    """Leave forms with files to `read_form`, which requires the token of every form.

    asgi_csrf 0.11 cannot read them with the python-multipart of today (0.0.34), and fails.
    """
    return is_upload(scope) and is_route(datasette, scope)


@hookimpl
def asgi_wrapper(datasette):
    """Limit the forms of readers before anything reads them, and close the store at the end."""

    def wrap(app):
        if not read_settings(datasette).enabled:
            return app

        async def receive_and_close(receive):
            message = await receive()
            if message["type"] == "lifespan.shutdown" and (readers := readers_of(datasette)):
                readers.close()
            return message

        async def serve(scope, receive, send):
            if scope["type"] == "lifespan":
                return await app(scope, lambda: receive_and_close(receive), send)
            if (
                scope["type"] != "http"
                or scope["method"] != "POST"
                or not is_route(datasette, scope)
            ):
                return await app(scope, receive, send)
            status, message = to_refusal(scope)
            if not status:
                try:
                    return await app(scope, limit(receive, to_largest(scope)), send)
                except TooLarge:
                    status, message = 413, "The form is too large."
            await Response.text(message, status=status).asgi_send(send)

        return serve

    return wrap
