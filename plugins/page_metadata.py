"""Adds metadata to the head of pages, for search engines, reference managers and social networks.

A paper's page has Highwire tags, schema.org's ScholarlyArticle and a picture; the home page says
that the site can be searched; all pages have a title and their feeds.
"""

import re

from datasette import hookimpl

from papersette.exports import highwire, schema_org
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import tilde_decode, tilde_encode
from papersette.site.papers import read_papers
from papersette.site.publication import read_publication

LONGEST_DESCRIPTION = 300
"""Longest description in characters; search engines show about half."""
CHANGES = "whats_new"
"""The canned query whose feed is the feed of the whole site."""


@hookimpl
def extra_template_vars(datasette, request, database, table, view_name):
    async def page_metadata():
        """Return the variables of _page_metadata.html."""
        site = await read_publication(datasette)
        base = {"site": site.title, "feed": to_feed(datasette, request)}
        if view_name == "index":
            return base | await describe_site(datasette, request, site)
        if view_name == "row" and database == DATABASE and "pks" in request.url_vars:
            key = request.url_vars["pks"]
            page = datasette.absolute_url(request, datasette.urls.row(DATABASE, table, key))
            if table == "papers":
                return base | await describe_paper(datasette, request, tilde_decode(key), page)
            return base | ({} if request.query_string else {"canonical": page})
        return base

    return {"page_metadata": page_metadata} if request and DATABASE in datasette.databases else {}


def to_feed(datasette, request):
    """Return the address of the feed of all changes."""
    path = datasette.urls.query(DATABASE, CHANGES, format="atom")
    return datasette.absolute_url(request, path)


async def describe_site(datasette, request, site):
    """Return the metadata of the home page."""
    page = datasette.absolute_url(request, datasette.urls.instance())
    search = datasette.absolute_url(request, datasette.urls.query(DATABASE, "search"))
    description = site.tagline or datasette.metadata("description")
    return {
        "canonical": page,
        "description": description,
        "image": to_card(datasette, request),
        "json_ld": schema_org.to_website(site.title, page, search, description),
    }


async def describe_paper(datasette, request, paper_id, page):
    """Return the metadata of a paper's page; {} if there is no such paper."""
    found = await read_papers(datasette, request, [paper_id])
    if not found:
        return {}
    paper, image = found[0], to_card(datasette, request, paper_id)
    return {
        "canonical": page,
        "title": paper["title"] or paper["paper_id"],
        "description": shorten(paper["tldr"] or paper["abstract"] or ""),
        "type": "article",
        "image": image,
        "highwire": highwire.to_tags(paper, page),
        "json_ld": schema_org.to_article(paper, page, image),
    }


def to_card(datasette, request, paper_id=None):
    """Return the address of the picture of a paper, or of the site."""
    name = "" if paper_id is None else f"/{tilde_encode(paper_id)}"
    return datasette.absolute_url(request, datasette.urls.path(f"/-/card{name}.png"))


def shorten(text):
    """Return the start of a text, in whole words and one line.

    >>> shorten("one\n two"), len(shorten("word " * 200)) <= LONGEST_DESCRIPTION
    ('one two', True)
    """
    plain = " ".join(text.split())
    if len(plain) <= LONGEST_DESCRIPTION:
        return plain
    return re.sub(r"\W*\w*$", "", plain[: LONGEST_DESCRIPTION - 1]) + "…"
