"""A plain page for programs that read: /llms.txt says what is here and how to ask it, in the form of https://llmstxt.org/.

The rule: it says what metadata.yml says, so that a new query or table stands in it by itself.
"""

from datasette import hookimpl
from datasette.utils.asgi import Response

from papersette.site.canned_queries import DATABASE

HOW = """{papers} papers, {pages} pages of text. Nothing but GET is needed, and no key. Each address below answers JSON; with
.csv in the place of .json it answers CSV; where rows have a paper_id, .bib, .ris, .csl and .atom give those papers for reference
managers. ?_shape=array gives rows as objects and nothing else; ?_stream=on gives all of them, past any page.

- SQL that only reads: {sql}?_shape=array&sql=select+title+from+papers
- A paper, by its id: {paper}/PAPER_ID.json?_shape=array"""


@hookimpl
def register_routes():
    return [(r"^/llms\.txt$", to_llms_txt)]


async def to_llms_txt(datasette, request):
    def here(name):
        return datasette.absolute_url(request, datasette.urls.table(DATABASE, name, format="json"))

    queries = await datasette.get_canned_queries(DATABASE, request.actor)
    tables = datasette.metadata("tables", database=DATABASE)
    about = (await datasette.get_database(DATABASE).execute(queries["about"]["sql"])).first()
    sql = datasette.absolute_url(request, datasette.urls.database(DATABASE, format="json"))
    parts = [
        f"# {one_line(about['title'])}",
        f"> {one_line(datasette.metadata('description'), about['notice'])}",
        HOW.format(
            papers=about["papers"],
            pages=about["pages"],
            sql=sql,
            paper=here("papers").removesuffix(".json"),
        ),
        "## Questions",
        "\n".join([to_item(query["title"], here(name), query) for name, query in queries.items()]),
        "## Tables",
        "\n".join([to_item(name, here(name), table) for name, table in tables.items()]),
    ]
    return Response.text("\n\n".join(parts) + "\n")


def to_item(title, address, described):
    """A query or a table in a list: where it is, what it is, and what it may be asked with."""
    params = ", ".join(described.get("params", []))
    return f"- [{title}]({address}): {one_line(described['description'], params and f'Parameters: {params}.')}"


def one_line(*texts):
    return " ".join(" ".join(text.split()) for text in texts if text)
