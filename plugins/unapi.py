"""Serves papers with unAPI at /-/unapi, so that Zotero can save any papers of a list of results.

Each card of a page has the id of its paper in an element abbr of class unapi-id; the head links to
this address. See https://web.archive.org/web/2023/http://unapi.info/specs/.
"""

from xml.etree import ElementTree

from datasette import NotFound, Response, hookimpl

from papersette.exports import FORMATS, elements
from papersette.site.papers import ensure_papers_allowed, read_papers

PATH = "/-/unapi"
NAMES = {"ris": "ris", "bib": "bibtex", "csl": "csl"}
"""Extension of a format -> its name in unAPI."""


@hookimpl
def register_routes():
    return [(rf"^{PATH}$", unapi)]


async def unapi(datasette, request):
    """Return the formats, the formats of a paper (?id=), or a paper in a format (?format=)."""
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405, headers={"Allow": "GET, HEAD"})
    await ensure_papers_allowed(datasette, request.actor)
    paper_id, name = request.args.get("id"), request.args.get("format")
    if not paper_id:
        return to_formats(None)
    found = await read_papers(datasette, request, [paper_id])
    if not found:
        raise NotFound("There is no paper with this id")
    if not name:
        return to_formats(paper_id)
    kind = next((FORMATS[key] for key, known in NAMES.items() if known == name), None)
    if kind is None:
        return Response.text(f"format must be one of {', '.join(NAMES.values())}", status=406)
    text = "".join([part async for part in kind.write(one_batch(found))])
    return Response(text, content_type=kind.MEDIA_TYPE)


def to_formats(paper_id):
    """Return the list of formats; that of a paper has status 300, as the specification requires."""
    root = ElementTree.Element(
        "formats", elements.to_attributes({"id": paper_id} if paper_id else {})
    )
    for extension, name in NAMES.items():
        media_type = FORMATS[extension].MEDIA_TYPE.partition(";")[0]
        elements.add_empty(root, "format", {"name": name, "type": media_type})
    status = 300 if paper_id else 200
    document = elements.to_document(root)
    return Response(document, status=status, content_type="application/xml; charset=utf-8")


async def one_batch(papers):
    yield papers
