"""Readers: opens readers.db, gives templates `readers`, and refuses forms that are too large.

This does nothing unless readers are turned on, see docs/readers.md. The other plugins whose names
begin with readers serve the pages.
"""

from datasette import Response, hookimpl

from papersette.site.readers_forms import TooLarge, is_upload, limit, to_largest, to_refusal
from papersette.site.readers_pages import ReadersPage
from papersette.site.readers_routes import is_route
from papersette.site.readers_service import close_readers, read_settings, readers_of
from papersette.site.readers_sign_in import check_installed


@hookimpl
def startup(datasette):
    readers = readers_of(datasette)  # a wrong setting stops the server at its start
    if readers is None:
        return None
    check_installed(readers)
    return readers.mark_missing


@hookimpl
def extra_template_vars(datasette, request):
    readers = readers_of(datasette) if request else None
    return {"readers": ReadersPage(readers, request)} if readers else {}


@hookimpl
def skip_csrf(datasette, scope):
    """Leave forms with files to `read_form`, which requires the token of every form.

    asgi_csrf 0.11 fails to read them with the current python-multipart (0.0.34).
    """
    return is_upload(scope) and is_route(datasette, scope)


@hookimpl
def asgi_wrapper(datasette):
    """Limit readers' forms before anything reads them, and close the store at the end."""

    def wrap(app):
        async def serve(scope, receive, send):
            if scope["type"] == "lifespan":
                return await app(scope, lambda: receive_and_close(datasette, receive), send)
            is_form = scope["type"] == "http" and scope["method"] == "POST"
            if is_form and is_route(datasette, scope):
                return await serve_form(app, scope, receive, send)
            await app(scope, receive, send)

        return serve if read_settings(datasette).enabled else app

    return wrap


async def receive_and_close(datasette, receive):
    message = await receive()
    if message["type"] == "lifespan.shutdown":
        close_readers(datasette)
    return message


async def serve_form(app, scope, receive, send):
    """Answer a form, or say why it cannot be read."""
    status, message = to_refusal(scope)
    if not status:
        try:
            return await app(scope, limit(receive, to_largest(scope)), send)
        except TooLarge:
            status, message = 413, "The form is too large."
        except (ValueError, TypeError):  # from asgi_csrf; Datasette handles all other errors
            status, message = 400, "The form cannot be read."
    await Response.text(message, status=status).asgi_send(send)
