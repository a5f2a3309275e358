"""Makes absolute addresses from the site's public URL, if a proxy passes on another host.

The setting `url` of papersette-web, under plugins in metadata.yml, replaces the host and the scheme
of every request, which Datasette and this project use to make addresses.
"""

from urllib.parse import urlsplit

from datasette import hookimpl

PLUGIN = "papersette-web"


@hookimpl
def startup(datasette):
    read_setting(datasette)  # a wrong setting stops the server at its start


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        public = read_setting(datasette)
        if public is None:
            return app
        host = (b"host", public.netloc.encode("idna"))

        async def serve(scope, receive, send):
            if scope["type"] == "http":
                others = [(name, value) for name, value in scope["headers"] if name != b"host"]
                scope = scope | {"scheme": public.scheme, "headers": [host, *others]}
            await app(scope, receive, send)

        return serve

    return wrap


def read_setting(datasette):
    """Return the parts of the public URL, or None if it is not set.

    Raises:
        ValueError: It is not the address of a site, or its path is not `base_url`.
    """
    url = (datasette.plugin_config(PLUGIN) or {}).get("url")
    if url is None:
        return None
    wrong = f"metadata.yml: plugins: {PLUGIN}: url must be like https://papers.example.org"
    parts = urlsplit(url) if isinstance(url, str) else None
    if not parts or parts.scheme not in {"http", "https"} or not is_host(parts):
        raise ValueError(f"{wrong}, not {url!r}")
    if parts.path.strip("/") not in {"", datasette.setting("base_url").strip("/")}:
        path = f"/{parts.path.strip('/')}/"
        raise ValueError(f"{wrong}; for the path {path}, set base_url to it in settings.json")
    return parts


def is_host(parts):
    """Return whether the parts of an address have a host, and neither a query nor a user."""
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        return False
    try:
        parts.netloc.encode("idna")
    except UnicodeError:
        return False
    return True
