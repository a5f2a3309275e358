"""Serves static files: precompressed, with entity tags, and for ever under hashed addresses.

Templates write `static_url("charts.js")`, which gives an address with a hash of the file. Instead
of a file NAME, NAME.br or NAME.gz is sent to clients that accept it, if the container build made
one.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from datasette import hookimpl
from servestatic import ServeStaticASGI

from papersette.site.datasette_seam import static_folders

FOLDER = Path(__file__).resolve().parent.parent / "static"
"""Folder of this project's files, unless `--static static:FOLDER` names another one."""
SECONDS = 3600
"""Seconds for which a file may be used without checking for changes."""
FOREVER = b"public, max-age=31536000, immutable"
NOT_HERE = {"/pdf/"}
"""Paths that plugins/pdf.py serves."""


@hookimpl
def prepare_jinja2_environment(env, datasette):
    folder = folders(datasette)["/static/"]

    def static_url(name):
        """Return the address of a file of static/, with a hash of the file."""
        address = datasette.urls.path(f"/static/{name}")
        version = to_version(folder / name)
        return f"{address}?v={version}" if version else address

    env.globals["static_url"] = static_url


def folders(datasette):
    """Return path -> folder of static files."""
    found = {"/static/": FOLDER, **static_folders(datasette)}
    return {path: folder for path, folder in found.items() if path not in NOT_HERE}


def to_version(path):
    """Return a hash of a file; "" if it does not exist."""
    if ".." in path.parts:
        return ""
    try:
        state = path.stat()
        return hash_of(path, state.st_mtime_ns, state.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=1000)
def hash_of(path, changed, size):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@hookimpl
def asgi_wrapper(datasette):
    base = datasette.setting("base_url").rstrip("/")
    served = {base + path: folder for path, folder in folders(datasette).items()}

    def wrap(app):
        files = ServeStaticASGI(
            app, autorefresh=True, max_age=SECONDS, allow_all_origins=bool(datasette.cors)
        )
        for path, folder in served.items():
            files.add_files(folder, path)

        async def serve(scope, receive, send):
            path = scope["path"] if scope["type"] == "http" else ""
            prefix = next((prefix for prefix in served if path.startswith(prefix)), None)
            if prefix is None:
                return await app(scope, receive, send)
            version = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])[0]
            is_hashed = version and version == to_version(served[prefix] / path[len(prefix) :])
            await files(scope, receive, cached_for_ever(send) if is_hashed else send)

        return serve

    return wrap


def cached_for_ever(send):
    """Return a function that sends a file to be cached for ever: its address changes with it."""

    async def sending(message):
        if message["type"] == "http.response.start" and message["status"] in {200, 206, 304}:
            others = [item for item in message["headers"] if item[0] != b"cache-control"]
            message = message | {"headers": [*others, (b"cache-control", FOREVER)]}
        await send(message)

    return sending
