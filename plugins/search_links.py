"""Template functions for links: the current search with one change, and file downloads.

The URL holds the complete state of a search page.
"""

from urllib.parse import quote_plus, urlencode

from datasette import hookimpl

from papersette.site.canned_queries import DATABASE

FACET_NAMES = {
    "venue": "Venue",
    "year": "Year",
    "decision": "Decision",
    "tag": "Tag",
    "author": "Author",
    "dataset": "Dataset",
    "technique": "Technique",
    "cites": "Cited name",
    "cited": "Cited work",
    "session": "Session",
    "language": "Language",
    "has": "Has",
}
"""Facet -> its heading, in the order of the search page."""
LONGEST_IN_LINKS = 1500
"""Longest encoded query, in characters, that each link of a page repeats."""
SEARCH_PARAMETERS = ("q", "in", *FACET_NAMES, "versions", "meaning", "sort")
FILE_NAMES = {
    "csv": "CSV",
    "json": "JSON",
    "bib": "BibTeX",
    "ris": "RIS",
    "csl": "CSL JSON",
    "atom": "Atom",
    "ics": "iCalendar",
}


@hookimpl
def extra_template_vars(datasette, request):
    search = Search(datasette, request)
    return {
        "search_link": search.link,
        "search_arguments": lambda: dict.fromkeys(SEARCH_PARAMETERS, "") | search.asked,
        "shortened": shortened,
        "chosen": search.chosen,
        "choose": search.choose,
        "links": search.links,
        "search_facets": tuple(FACET_NAMES),
        "facet_names": FACET_NAMES,
        "files": to_files,
        "file_names": FILE_NAMES,
        "kind_names": lambda translate: {
            kind: translate(name) for kind, name in (FACET_NAMES | {"title": "Title"}).items()
        },
    }


def shortened(text):
    """Return the start of a query, at most `LONGEST_IN_LINKS` characters when encoded."""
    short = text[:LONGEST_IN_LINKS]
    while len(encoded := quote_plus(short)) > LONGEST_IN_LINKS:
        short = short[: len(short) * LONGEST_IN_LINKS // len(encoded) - 1]
    return short


class Search:
    """The search of a request, and links to similar searches."""

    def __init__(self, datasette, request):
        self.page = datasette.urls.path(f"/{DATABASE}/search?")
        self.asked = (
            {key: value for key in SEARCH_PARAMETERS if (value := request.args.get(key))}
            if request
            else {}
        )
        # encoded only once, as a page has hundreds of links
        self.encoded = {
            key: urlencode({key: shortened(value)}) for key, value in self.asked.items()
        }

    def link(self, **changes):
        """Return the URL of this search with changed parameters, on page 1; "" removes one."""
        kept = [pair for key, pair in self.encoded.items() if key not in changes]
        return self.page + "&".join(
            [*kept, *(urlencode({key: value}) for key, value in changes.items() if value)]
        )

    def chosen(self, facet):
        """Return the selected values of a facet; a leading minus excludes a value."""
        return [value for value in self.asked.get(facet, "").split(",") if value]

    def choose(self, facet, value):
        """Return the URL of this search with a facet value added, or removed if it is selected."""
        others = [
            other
            for other in self.chosen(facet)
            if other.removeprefix("-") != value.removeprefix("-")
        ]
        return self.link(
            **{facet: ",".join(others if value in self.chosen(facet) else [*others, value])}
        )

    def links(self, facet, values):
        """Return rows of a facet with the URLs that select, remove or exclude each value."""
        chosen = self.chosen(facet)
        prefix = self.link(**{facet: ",".join([*chosen, "+"])}).removesuffix(quote_plus("+"))
        return [
            row | {"chosen": True, "url": self.choose(facet, row["value"])}
            if row["value"] in chosen
            else row
            | {
                "url": prefix + quote_plus(row["value"]),
                "exclude_url": prefix + quote_plus("-" + row["value"]),
            }
            for row in values
        ]


def to_files(address, renderers, of_row=False):
    """Return (name, URL) of each file format of a query or table.

    `renderers` is Datasette's {extension: URL} of the page. On the page of a row (`of_row`), such
    as a tag, `address` is that of the query that lists its papers, which is used for CSV and JSON.
    """
    path, _, query = address.partition("?")

    def to_address(extension):
        if of_row and extension not in {"csv", "json"}:
            return renderers[extension]
        asked = "&".join(filter(None, [query, "_stream=on" if extension == "json" else ""]))
        return f"{path}.{extension}" + (f"?{asked}" if asked else "")

    return [
        (name, to_address(key))
        for key, name in FILE_NAMES.items()
        if key == "csv" or key in renderers
    ]
