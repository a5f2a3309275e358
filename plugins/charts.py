"""Template functions for charts; metadata.yml configures them under datasette-dashboards."""

from urllib.parse import urlencode

from datasette import hookimpl

from papersette.site.canned_queries import DATABASE, ensure_query_allowed
from papersette.site.datasette_seam import tilde_encode


@hookimpl
def extra_template_vars(datasette, request):
    async def chart_query(name):
        """Return the canned query of a chart; its key `given` has the parameters of the URL."""
        await ensure_query_allowed(datasette, request.actor, name)
        query = await datasette.get_canned_query(DATABASE, name, request.actor)
        return query | {
            "given": {param: request.args.get(param) or "" for param in query.get("params", [])}
        }

    def with_links(rows, opens):
        """Return rows with the URL that a click opens: a search (`opens`) or the paper."""
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

    return {"chart_query": chart_query, "with_links": with_links, "translated": translated}


def fills(pattern, row):
    """Tell whether a row has a value for each field of a pattern."""
    return all(value is not None for name, value in row.items() if "{" + name + "}" in pattern)


def translated(display, translate):
    """Return a Vega-Lite specification with translated titles of axes, legends and tooltips."""
    if isinstance(display, dict):
        return {
            key: translate(value) if key == "title" and value else translated(value, translate)
            for key, value in display.items()
        }
    return (
        [translated(part, translate) for part in display] if isinstance(display, list) else display
    )
