"""Serves the papers to harvesters with OAI-PMH 2.0 at /-/oai, by GET and POST.

papersette/exports/oai_pmh.py implements the protocol. Lists are sent in parts; the token of the
next part has all state, so that the server keeps none between requests. A new build invalidates
tokens.
"""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from datasette import Response, hookimpl

from papersette.exports import oai_pmh
from papersette.exports.dublin_core import to_dublin_core
from papersette.exports.oai_pmh import Header, OaiError, Repository, Token
from papersette.site.harvesting import VENUES, read_records, read_rows
from papersette.site.papers import ensure_papers_allowed, read_papers, to_row_url
from papersette.site.publication import read_publication
from papersette.site.request_body import BadBody, read_body

PATH = "/-/oai"
LONGEST_BODY = 10_000
"""Largest body of a POST in bytes."""
PART = {"ListRecords": 100, "ListIdentifiers": 500}
"""Verb -> number of records in a part of its list."""
EMPTY_SINCE = "1970-01-01T00:00:00Z"
"""Earliest datestamp of a repository without records."""
WRONG = {"badVerb", "badArgument"}
"""Errors for which the response does not repeat the arguments."""


@hookimpl
def register_routes():
    return [(rf"^{PATH}$", oai)]


@hookimpl
def skip_csrf(scope):
    """Let harvesters POST their arguments, as nothing is written."""
    return scope["path"].endswith(PATH) or None


async def oai(datasette, request):
    """Answer one request of the protocol."""
    if request.method not in {"GET", "HEAD", "POST"}:
        headers = {"Allow": "GET, HEAD, POST"}
        return Response.text("Method not allowed", status=405, headers=headers)
    await ensure_papers_allowed(datasette, request.actor)
    sent = request.query_string.encode()
    if request.method == "POST":
        try:
            sent = await read_body(request, LONGEST_BODY)
        except BadBody as error:
            return Response.text(str(error), status=error.status)
    pairs = parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True)
    address = datasette.absolute_url(request, datasette.urls.path(PATH))
    repeated, content = {}, []
    try:
        publication = await read_publication(datasette)
        asked = oai_pmh.parse_arguments(pairs, publication.build)
        repeated = asked.arguments
        content = [await Harvest(datasette, request, publication, address).answer(asked)]
    except OaiError as error:
        content = [oai_pmh.to_error(error)]
        repeated = dict(pairs) if error.code not in WRONG else {}
    document = oai_pmh.to_document(address, datetime.now(UTC), repeated, content)
    return Response(document, content_type=oai_pmh.MEDIA_TYPE)


class Harvest:
    """One request to the repository."""

    def __init__(self, datasette, request, publication, address):
        self.datasette, self.request = datasette, request
        self.publication, self.address = publication, address
        self.host = urlsplit(address).hostname
        self.to_page = to_row_url(datasette, request, "papers")

    async def answer(self, asked):
        """Return the element for the requested verb. Raises OaiError."""
        if asked.verb == "Identify":
            return await self.identify()
        if asked.verb == "ListSets":
            return oai_pmh.to_sets({spec: name for spec, (_, name) in (await self.sets()).items()})
        if asked.verb == "ListMetadataFormats":
            if identifier := asked.arguments.get("identifier"):
                await self.find(identifier)
            return oai_pmh.to_formats()
        if asked.verb == "GetRecord":
            record = await self.find(asked.arguments["identifier"])
            return oai_pmh.to_list("GetRecord", await self.to_records([record]), None)
        return await self.list(asked)

    async def identify(self):
        first = await read_records(self.datasette, 1)
        earliest = first[0]["stamp"] if first else EMPTY_SINCE
        nobody = f"webmaster@{self.host}" + ("" if "." in self.host else ".invalid")
        title, email = self.publication.title, self.publication.email or nobody
        repository = Repository(title, self.address, email, earliest)
        return oai_pmh.to_identify(repository)

    async def sets(self):
        """Return {setSpec: (venue_id, name)} of the venues that have papers."""
        rows = await read_rows(self.datasette, VENUES)
        return {
            oai_pmh.to_set_spec(row["venue_id"]): (row["venue_id"], row["name"]) for row in rows
        }

    async def find(self, identifier):
        """Return the record of an identifier. Raises OaiError."""
        paper_id = oai_pmh.to_paper_id(self.host, identifier)
        found = await read_records(self.datasette, 1, paper_id=paper_id) if paper_id else []
        if not found:
            raise OaiError("idDoesNotExist", "No record has this identifier.")
        return found[0]

    async def list(self, asked):
        """Return a part of a list of records or identifiers. Raises OaiError."""
        token, size = asked.token, PART[asked.verb]
        cursor = token.cursor if token else 0
        following = {"after_stamp": token.stamp, "after_id": token.paper_id} if token else {}
        venue_id = await self.to_venue_id(asked.set_spec)
        period = {"first": asked.first, "until": asked.last}
        found = await read_records(self.datasette, size, venue_id=venue_id, **period, **following)
        if not found:
            raise OaiError("noRecordsMatch", "No record fits the arguments.")
        remaining = found[0]["remaining"]
        more = self.to_token(asked, found[-1], cursor + size) if remaining > size else None
        items = (
            await self.to_records(found)
            if asked.verb == "ListRecords"
            else [oai_pmh.to_header(self.to_header(record)) for record in found]
        )
        resumption = oai_pmh.to_resumption(more, cursor, cursor + remaining)
        return oai_pmh.to_list(asked.verb, items, resumption)

    def to_token(self, asked, record, cursor):
        """Return the token for the part of a list after a record."""
        return Token(
            build=self.publication.build,
            verb=asked.verb,
            first=asked.first,
            last=asked.last,
            set_spec=asked.set_spec,
            stamp=record["stamp"],
            paper_id=record["paper_id"],
            cursor=cursor,
        )

    async def to_venue_id(self, set_spec):
        """Return the venue of a set, or None for all venues. Raises OaiError."""
        if not set_spec:
            return None
        sets = await self.sets()
        if set_spec not in sets:
            raise OaiError("noRecordsMatch", "There is no such set.")
        return sets[set_spec][0]

    def to_header(self, record):
        sets = (oai_pmh.to_set_spec(record["venue_id"]),) if record["venue_id"] else ()
        identifier = oai_pmh.to_identifier(self.host, record["paper_id"])
        return Header(identifier, record["stamp"], sets, bool(record["is_deleted"]))

    async def to_records(self, records):
        """Return the elements of records with their metadata."""
        ids = [record["paper_id"] for record in records]
        papers = {
            paper["paper_id"]: to_dublin_core(paper, self.to_page(paper["paper_id"]))
            for paper in await read_papers(self.datasette, self.request, ids)
        }
        return [
            oai_pmh.to_record(self.to_header(record), papers.get(record["paper_id"]))
            for record in records
        ]
