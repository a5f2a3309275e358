"""What the templates of pictures need: the canned query of each, its rows with links, its words in the reader's language.

The rule: pictures are configuration, in metadata.yml; this knows none of them by name.
"""

from urllib.parse import urlencode

from datasette import hookimpl
from datasette.utils import tilde_encode

from papersette.site.canned_queries import DATABASE


@hookimpl
def extra_template_vars(datasette, request):
    async def picture_query(name):
        """The canned query that a picture draws, if this reader may see it; `given` is what the address fills in."""
        permissions = [
            ("view-query", (DATABASE, name)),
            ("view-database", DATABASE),
            "view-instance",
        ]
        await datasette.ensure_permissions(request.actor, permissions)
        query = await datasette.get_canned_query(DATABASE, name, request.actor)
        return query | {
            "given": {param: request.args.get(param) or "" for param in query.get("params", [])}
        }

    def with_links(rows, opens):
        """Each row with what a click on its mark opens: the search that `opens` fills in, else the paper."""
        return [
            row | {"href": href}
            for row in rows
            for href in [to_search(row, opens) if opens else to_paper(row)]
        ]

    def to_search(row, opens):
        filled = {
            name: pattern.format(**row) for name, pattern in opens.items() if fills(pattern, row)
        }
        return datasette.urls.query(DATABASE, "search") + "?" + urlencode(filled)

    def to_paper(row):
        return (
            datasette.urls.row(DATABASE, "papers", tilde_encode(row["paper_id"]))
            if "paper_id" in row
            else None
        )

    return {"picture_query": picture_query, "with_links": with_links, "translated": translated}


def fills(pattern, row):
    """Whether a row has all that a pattern asks for."""
    return all(value is not None for name, value in row.items() if "{" + name + "}" in pattern)


def translated(display, say):
    """A specification with every title of an axis, a legend or a line of a tooltip in the reader's language."""
    if isinstance(display, dict):
        return {
            key: say(value) if key == "title" and value else translated(value, say)
            for key, value in display.items()
        }
    return [translated(part, say) for part in display] if isinstance(display, list) else display
