"""Accounts of readers: sign in, name, all data as JSON, deletion.

These pages replace those of datasette-auth-passwords, which are hidden if it has no accounts. If it
protects a site without readers, its own page is used.
"""

import importlib
import json

from datasette import NotFound, Response, hookimpl

from papersette.readers import accounts
from papersette.readers.store import now
from papersette.site import readers_service, readers_sign_in
from papersette.site.readers_messages import MESSAGES
from papersette.site.readers_routes import PRIVATE, Route, to_routes
from papersette.site.readers_service import ANONYMOUS, READER, read_settings
from papersette.site.readers_sign_in import read_accounts, sign_in, sign_out

ACCOUNT, LOGIN = "/-/account", r"^/-/login$"
PRIVATE_PLUGINS = {readers_service.PLUGIN, readers_sign_in.PLUGIN}
"""Plugins whose settings contain names of people."""


@hookimpl
def register_routes(datasette):
    is_on = read_settings(datasette).enabled
    return [
        (r"^/-/password-tool$", no_page),
        (r"^/-/metadata(\.(?P<format>json))?$", metadata) if is_on else (LOGIN, own_sign_in),
        *to_routes(datasette, ROUTES),
    ]


@hookimpl
def extra_template_vars(datasette):
    """Provide whether datasette-auth-passwords' own link to sign in is useful."""
    is_of_use = bool(read_accounts(datasette)) and not read_settings(datasette).enabled
    return {"has_own_sign_in": is_of_use}


async def no_page():
    """Hide the page that computes a hash for anybody; the command hash-password replaces it."""
    raise NotFound("There is no such page.")


async def metadata(datasette, request):
    """Return Datasette's page of metadata without accounts, their hashes and moderators."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    shown = datasette.metadata()
    plugins = shown.get("plugins", {}).items()
    shown = shown | {"plugins": {name: one for name, one in plugins if name not in PRIVATE_PLUGINS}}
    if request.url_vars["format"]:
        return Response.json(shown)
    values = {"filename": "metadata.json", "data_json": json.dumps(shown, indent=4)}
    return Response.html(await datasette.render_template("show_json.html", values, request))


async def own_sign_in(datasette, request):
    """Return the page of datasette-auth-passwords, if it is installed and has accounts."""
    if not read_accounts(datasette):
        raise NotFound("There is no such page.")
    try:
        plugin = importlib.import_module("datasette_auth_passwords")
    except ImportError:
        raise NotFound("There is no such page.") from None
    return await plugin.password_login(request, datasette)


async def account(visit):
    """Return the page of an account, or change the name."""
    if visit.is_get:
        return await visit.page("readers_account.html", reader=await visit.reader())
    reader = await visit.writer()
    name = " ".join(visit.form.text("name", accounts.LONGEST_NAME).split()) or reader.actor
    await visit.readers.write(accounts.rename, reader.reader_id, name)
    return visit.redirect(to_path(visit), MESSAGES["renamed"])


async def data(visit):
    """Return everything stored about a reader."""
    reader, found = await visit.reader(), {}
    if reader:
        found = await visit.readers.read(accounts.export, reader)
    name = f"papersette-{now()[:10]}.json"
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response.json(found, headers=headers)


async def delete(visit):
    """Ask whether to delete an account, or delete it if its name is given."""
    if visit.is_get or visit.form.text("confirm", 200) != visit.actor_id:
        status = 200 if visit.is_get else 400
        context = {"actor_id": visit.actor_id, "is_wrong": not visit.is_get}
        return await visit.page("readers_delete.html", status, **context)
    if reader := await visit.reader():
        await visit.readers.write(accounts.delete, reader.reader_id)
    response = visit.redirect(visit.readers.datasette.urls.instance(), MESSAGES["deleted"])
    sign_out(response)
    return response


def to_path(visit):
    return visit.readers.datasette.urls.path(ACCOUNT)


ROUTES = [
    Route(LOGIN, sign_in, get=ANONYMOUS, post=ANONYMOUS, rate=""),
    Route(r"^/-/account$", account, get=READER, post=READER),
    Route(r"^/-/account/data\.json$", data, get=READER),
    Route(r"^/-/account/delete$", delete, get=READER, post=READER),
]
