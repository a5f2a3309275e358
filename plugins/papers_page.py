"""Shows the search at /papers/papers; the rows of that table are at /papers/papers?_view=table.

A reader who opens "Papers" wants to search and filter them. Datasette still answers addresses with
arguments of the table, such as a column or an order, and JSON and CSV.
"""

from urllib.parse import parse_qs

from datasette import hookimpl

from papersette.site.canned_queries import DATABASE

TABLE = f"/{DATABASE}/papers"
SEARCH = f"/{DATABASE}/search"


@hookimpl(trylast=True)  # outermost: other plugins see the address of the page shown
def asgi_wrapper(datasette):
    base = datasette.setting("base_url").rstrip("/")

    def wrap(app):
        async def serve(scope, receive, send):
            if scope["type"] == "http" and scope["path"] in {TABLE, base + TABLE}:
                asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
                query = await datasette.get_canned_query(DATABASE, "search", None)
                if query and asked.keys() <= set(query["params"]):
                    path = scope["path"].removesuffix(TABLE) + SEARCH
                    scope = scope | {"path": path, "raw_path": path.encode()}
            await app(scope, receive, send)

        return serve

    return wrap
