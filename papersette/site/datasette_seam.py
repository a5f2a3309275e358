"""Contains every use of Datasette beyond its documented plugin API.

Plugins import only hookimpl, Response, Request, Forbidden and NotFound from `datasette` itself, and
everything else from here. tests/site/test_datasette_contract.py tests the behaviour relied on, so
that only this file has to change for another version of Datasette. Written for Datasette 0.65.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import datasette.handle_exception as error_pages
from datasette import Request, Response, app
from datasette.database import Database, QueryInterrupted
from datasette.facets import ColumnFacet, Facet
from datasette.filters import FilterArguments, Filters
from datasette.handle_exception import handle_exception
from datasette.plugins import get_plugins, pm
from datasette.utils import (
    CustomJSONEncoder,
    InvalidSql,
    StartupError,
    add_cors_headers,
    await_me_maybe,
    baseconv,
    call_with_supported_arguments,
    derive_named_parameters,
    escape_sqlite,
    parse_metadata,
    path_from_row_pks,
    path_with_added_args,
    path_with_format,
    path_with_removed_args,
    remove_infinites,
    sqlite3,
    sqlite_timelimit,
    tilde_decode,
    tilde_encode,
    validate_sql_select,
)
from datasette.utils.asgi import AsgiStream, Base400
from datasette.views.base import DatasetteError
from datasette.views.database import DatabaseView, MagicParameters
from datasette.views.table import TableView

__all__ = [
    "AsgiStream",
    "ColumnFacet",
    "CustomJSONEncoder",
    "Database",
    "DatasetteError",
    "Facet",
    "FilterArguments",
    "Filters",
    "InvalidSql",
    "MagicParameters",
    "QueryInterrupted",
    "StartupError",
    "alternate_json_url",
    "await_me_maybe",
    "baseconv",
    "database_response",
    "derive_named_parameters",
    "edit_sql_url",
    "error_response",
    "escape_sqlite",
    "export_links",
    "is_default_answer",
    "open_site",
    "path_with_added_args",
    "path_with_removed_args",
    "pm",
    "read_actor",
    "remove_infinites",
    "render_cell",
    "replace_database",
    "response_headers",
    "row_path",
    "sqlite3",
    "sqlite_timelimit",
    "static_folders",
    "table_response",
    "tilde_decode",
    "tilde_encode",
    "validate_sql_select",
    "with_query",
]

# If rich is installed, Datasette prints every error with all variables, and fails for errors that
# were not raised, such as those of bad arguments.
error_pages.rich = None
_quote = lru_cache(quote_plus)  # the SQL of a search is long, and the same on every page
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def table_response(datasette: Any, request: Request, send: Send) -> Response:
    """Return Datasette's own response for a table or canned query.

    The route must have named the groups `database`, `table` and `format`.
    """
    return await TableView.as_view(datasette)(request, send)


async def database_response(datasette: Any, request: Request, send: Send) -> Response:
    """Return Datasette's own response for a database, for example for ?sql=.

    The route must have named the groups `database` and `format`.
    """
    return await DatabaseView.as_view(datasette)(request, send)


async def open_site(database: Path, folder: Path, name: str) -> Any:
    """Return a started Datasette that only serves its in-process client.

    Args:
        database: Path of the database, which must not change meanwhile.
        folder: Folder with metadata.yml, settings.json, plugins and templates.
        name: Name of the database.
    """
    datasette = app.Datasette(
        [],
        immutables=[str(database)],
        metadata=parse_metadata((folder / "metadata.yml").read_text(encoding="utf-8")),
        settings=json.loads((folder / "settings.json").read_text(encoding="utf-8")),
        plugins_dir=str(folder / "plugins"),
        template_dir=str(folder / "templates"),
    )
    (opened,) = (one for one in datasette.databases.values() if one.path)
    opened.name = opened.route = name
    datasette.databases = {name: opened}
    await datasette.invoke_startup()
    return datasette


async def read_actor(datasette: Any, request: Request) -> Any:
    """Return the actor of a request, as Datasette and plugins find it; None for nobody."""
    for answer in pm.hook.actor_from_request(datasette=datasette, request=request):
        if (actor := await await_me_maybe(answer)) is not None:
            return actor
    return None


def static_folders(datasette: Any) -> dict[str, Path]:
    """Return path -> folder for static files of Datasette and of plugins from packages."""
    folders = {f"/{mount.strip('/')}/": Path(folder) for mount, folder in datasette.static_mounts}
    folders["/-/static/"] = Path(app.__file__).parent / "static"
    for plugin in get_plugins():
        if plugin["static_path"]:
            folders |= {
                f"/-/static-plugins/{name}/": Path(plugin["static_path"])
                for name in {plugin["name"], plugin["name"].replace("-", "_")}
            }
    return folders


def replace_database(datasette: Any, name: str, path: Path, inspection: dict[str, Any]) -> None:
    """Serve another file under the name of a database.

    Datasette keeps a connection for each thread and name; so the threads are also replaced.

    Args:
        datasette: The server.
        name: Name of a database that it serves.
        path: The file to serve instead.
        inspection: Entry of the file in inspect-data.json; {} for none.
    """
    before = datasette.databases[name]
    database = type(before)(datasette, path=str(path), is_mutable=before.is_mutable)
    database.name, database.route = name, before.route
    datasette.inspect_data = {**(datasette.inspect_data or {}), name: inspection}
    datasette.databases = {**datasette.databases, name: database}
    if datasette.executor is not None:
        threads = datasette.executor
        datasette.executor = ThreadPoolExecutor(max_workers=datasette.setting("num_sql_threads"))
        threads.shutdown(wait=False)


async def error_response(datasette: Any, request: Request, error: Exception) -> Response:
    """Return the page, or Datasette's JSON, for an error.

    Datasette renders its page without the template variables of plugins, such as the name of the
    site and the language of the reader.
    """
    try:
        raise error  # if rich is installed, Datasette's handler prints the traceback with it
    except type(error):
        response: Response = await handle_exception(datasette, request, error)()
    if not (response.content_type or "").startswith("text/html"):
        return response
    if "csrftoken" not in request.scope:  # the error comes from a middleware
        request = Request(request.scope | {"csrftoken": str}, request.receive)
    try:
        html = await datasette.render_template(
            [f"{response.status}.html", "error.html"],
            describe_error(error) | {"status": response.status},
            request,
        )
    except Exception:  # noqa: BLE001 - for example a damaged database, which every page reads
        return response
    return Response.html(html, status=response.status, headers=response.headers)


def is_default_answer(answer: Any) -> bool:
    """Return whether a response of the hook handle_exception is Datasette's own."""
    return bool(getattr(answer, "__module__", None) == handle_exception.__module__)


def describe_error(error: Exception) -> dict[str, Any]:
    """Return {title, error, is_timeout} in English, without details of an unexpected error."""
    if isinstance(error, DatasetteError):
        is_timeout = error.title in {"SQL Interrupted", "Time limit exceeded", "Interrupted"}
        message = "" if error.message_is_html else error.message
        return {"title": error.title, "error": message, "is_timeout": is_timeout}
    message = str(error.args[0]) if isinstance(error, Base400) and error.args else ""
    return {"title": None, "error": message, "is_timeout": False}


async def render_cell(datasette: Any, database: str, row: Any, column: str, value: Any) -> Any:
    """Return what plugins show for a cell of a query's result; None if no plugin handles it."""
    answers = pm.hook.render_cell(
        row=row, value=value, column=column, table=None, database=database, datasette=datasette
    )
    for answer in answers:
        if (shown := await await_me_maybe(answer)) is not None:
            return shown
    return None


def row_path(row: Any, primary_keys: Sequence[str]) -> str:
    """Return the last part of a row's address: its primary keys, or else its rowid."""
    path: str = path_from_row_pks(row, list(primary_keys), not primary_keys)
    return path


def with_query(request: Request, arguments: Iterable[tuple[str, object]]) -> Request:
    """Return the same request with another query string."""
    query = urlencode(list(arguments)).encode()
    return Request(request.scope | {"query_string": query}, request.receive)


async def export_links(
    datasette: Any, request: Request, database: str, query: str, columns: Sequence[str]
) -> dict[str, str]:
    """Return {extension: URL} of the formats in which plugins export a canned query's result."""
    links = {}
    for extension, (_, can_render) in datasette.renderers.items():
        answer = call_with_supported_arguments(
            can_render,
            datasette=datasette,
            columns=columns,
            rows=[],
            sql=None,
            query_name=query,
            database=database,
            table=None,
            request=request,
            view_name="table",
        )
        if await await_me_maybe(answer):
            links[extension] = datasette.urls.path(
                path_with_format(request=request, format=extension)
            )
    return links


def alternate_json_url(datasette: Any, request: Request) -> str:
    """Return the URL of the same page as JSON."""
    path = datasette.urls.path(path_with_format(request=request, format="json"))
    return str(datasette.absolute_url(request, path))


async def edit_sql_url(
    datasette: Any, request: Request, database: str, sql: str, values: dict[str, str]
) -> str | None:
    """Return the URL of the page to edit this SQL; None for readers who may not run SQL."""
    if not await datasette.permission_allowed(request.actor, "execute-sql", database, default=True):
        return None
    query = "&".join(filter(None, [f"sql={_quote(sql)}", urlencode(values)]))
    return f"{datasette.urls.database(database)}?{query}"


def response_headers(datasette: Any, request: Request, status: int = 200) -> dict[str, str]:
    """Return the headers of Datasette's own data pages: caching, CORS, referrer."""
    headers = {"Referrer-Policy": "no-referrer"}
    if datasette.cache_headers and status == 200:
        asked = request.args.get("_ttl") or ""
        seconds = int(asked) if asked.isdecimal() else datasette.setting("default_cache_ttl")
        headers["Cache-Control"] = f"max-age={seconds}" if seconds else "no-cache"
    if datasette.cors:
        add_cors_headers(headers)
    return headers
