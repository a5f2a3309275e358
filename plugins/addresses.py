"""Addresses of a search that differ in one choice from the one at hand, and of all that a page shows as files.

The rule: the address holds the whole state of a page, and nothing else does.
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
    "cites": "Cites the name",
    "cited": "Cites the work",
    "session": "Session",
    "language": "Language",
    "has": "Has",
}
"""What a search can be narrowed by, in the order in which the page shows it."""
CHOICES = ("q", "in", *FACET_NAMES, "versions", "sort")
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
        "search_arguments": lambda: dict.fromkeys(CHOICES, "") | search.asked,
        "chosen": search.chosen,
        "choose": search.choose,
        "links": search.links,
        "search_facets": tuple(FACET_NAMES),
        "facet_names": FACET_NAMES,
        "files": to_files,
        "file_names": FILE_NAMES,
    }


class Search:
    """The search that a request asks for, and its neighbours."""

    def __init__(self, datasette, request):
        self.page = datasette.urls.path(f"/{DATABASE}/search?")
        self.asked = (
            {key: value for key in CHOICES if (value := request.args.get(key))} if request else {}
        )
        self.encoded = {
            key: urlencode({key: value}) for key, value in self.asked.items()
        }  # once, for hundreds of links

    def link(self, **changes):
        """The address of this search with some choices changed; an empty one goes, and so does the page."""
        kept = [pair for key, pair in self.encoded.items() if key not in changes]
        return self.page + "&".join(
            [*kept, *(urlencode({key: value}) for key, value in changes.items() if value)]
        )

    def chosen(self, facet):
        """The values of a facet that the search is narrowed to; those with a minus are excluded."""
        return [value for value in self.asked.get(facet, "").split(",") if value]

    def choose(self, facet, value):
        """The address of this search with a value added; or, where it is there already, without it."""
        others = [
            other
            for other in self.chosen(facet)
            if other.removeprefix("-") != value.removeprefix("-")
        ]
        return self.link(
            **{facet: ",".join(others if value in self.chosen(facet) else [*others, value])}
        )

    def links(self, facet, values):
        """The values of a facet with the addresses of this search with each and without it."""
        picked = self.chosen(facet)
        beside = self.link(**{facet: ",".join([*picked, "+"])}).removesuffix(quote_plus("+"))
        return [
            row | {"picked": True, "address": self.choose(facet, row["value"])}
            if row["value"] in picked
            else row
            | {
                "address": beside + quote_plus(row["value"]),
                "without": beside + quote_plus("-" + row["value"]),
            }
            for row in values
        ]


def to_files(address, renderers, of_row=False):
    """All of what a page shows, as files: (name, address). Papers of a row, as a tag, have their rows at another address."""
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
