"""Serves the tools of papersette/agents to assistants at /-/mcp, with datasette-mcp.

The tools of datasette-mcp are removed: they show everything that Datasette serves, and ours have
limits. The endpoint keeps no sessions: tools need nothing from earlier calls, and anybody may open
sessions.
"""

import asyncio
import inspect
import logging
from contextlib import suppress
from typing import Annotated, Any

from datasette import Request, Response, hookimpl
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp.types import METHOD_NOT_FOUND, ToolAnnotations
from pydantic import WithJsonSchema

import papersette
from papersette.agents.arguments import Refusal
from papersette.agents.tools import INSTRUCTIONS, TOOLS
from papersette.site.agents import open_library
from papersette.site.publication import read_publication

PATH = "/-/mcp"
SECONDS = 30.0
"""Time limit of a request in seconds, which includes reading its body."""
REPLACED = ("list_databases", "get_database_schema", "execute_sql")
READ_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=False)
LEVEL = logging.getLogger().level

servers = {}
"""Datasette -> its MCP server."""


@hookimpl(trylast=True)  # after datasette-mcp has added its own
def register_mcp_tools(datasette, mcp):
    logging.getLogger().setLevel(LEVEL)  # the MCP server sets it to INFO
    for name in REPLACED:
        with suppress(ToolError):
            mcp.remove_tool(name)
    for tool in TOOLS:
        mcp.add_tool(
            to_function(datasette, tool),
            name=tool.name,
            description=tool.description,
            annotations=READ_ONLY,
            structured_output=False,
        )
    mcp.middleware.append(to_middleware(datasette))
    servers[datasette] = mcp


def to_function(datasette, tool):
    """Return a function for a tool, with the signature that determines its JSON schema."""

    async def call(context: Context, **_: Any) -> str:
        given = context.request_context.params or {}
        request = Request(context.request_context.request.scope, None)
        try:
            library = await open_library(datasette, request)
            return await asyncio.to_thread(tool.call, library, given.get("arguments") or {})
        except Refusal as refusal:
            raise ToolError(str(refusal)) from None

    parameters = [inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=Context)]
    for parameter in tool.parameters:
        kind = Annotated[Any, WithJsonSchema(parameter.to_schema())]
        default = inspect.Parameter.empty if parameter.default is None else parameter.default
        parameters.append(
            inspect.Parameter(
                parameter.name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default
            )
        )
    call.__signature__ = inspect.Signature(parameters, return_annotation=str)
    call.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": str}
    return call


def to_middleware(datasette):
    """Return ASGI middleware that describes this collection, and refuses open streams."""

    async def serve(context, call_next):
        if context.method == "subscriptions/listen":
            raise MCPError(METHOD_NOT_FOUND, "The tools do not change: ask tools/list again.")
        result = await call_next(context)
        if context.method in {"initialize", "server/discover"}:
            publication = await read_publication(datasette)
            server = {"title": publication.title, "version": papersette.__version__}
            server = {**result["serverInfo"], "name": "papersette", **server}
            instructions = f"{publication.title}: {INSTRUCTIONS}"
            return {**result, "serverInfo": server, "instructions": instructions}
        return result

    return serve


@hookimpl
def asgi_wrapper(datasette):
    base = datasette.setting("base_url")

    def wrap(app):
        if datasette in servers:
            servers[datasette].session_manager.stateless = True

        async def serve(scope, receive, send):
            is_other = scope["type"] != "http" or not scope["path"].endswith(PATH)
            if is_other or "/" + scope["path"].removeprefix(base).lstrip("/") != PATH:
                return await app(scope, receive, send)
            if scope["method"] not in {"POST", "OPTIONS"}:
                return await refuse(send)
            started = False

            async def sending(message):
                nonlocal started
                started = True
                await send(message)

            try:
                async with asyncio.timeout(SECONDS):
                    await app(scope, receive, sending)
            except TimeoutError:
                if not started:
                    await Response.json({"error": "This took too long."}, 503).asgi_send(send)

        return serve

    return wrap


async def refuse(send):
    """Answer a GET, which would open a stream of messages, with status 405 and advice."""
    message = "This is an MCP server for assistants (POST, JSON-RPC). See docs/agents.md."
    await Response.text(message, 405, {"Allow": "POST"}).asgi_send(send)
