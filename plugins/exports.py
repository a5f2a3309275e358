"""Takes papers away: any page that shows papers as .bib, .ris, .csl and .atom, whatever has sessions as .ics.

The rule: an export is whole. A search, a table, a tag gives every paper it finds, not only those of the page one looks at. What
stands in a file is made by a library of that format; what a paper is, by the canned query `export`.
"""

import asyncio
import json
import re
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode
from xml.etree import ElementTree

import icalendar
import rispy
from bibtexparser import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from datasette import hookimpl
from datasette.utils import tilde_encode
from datasette.utils.asgi import AsgiStream, NotFound, Response
from datasette.views.base import DatasetteError

from papersette.canned import DATABASE, run

ROW_PAGES = {
    "tags": "tag",
    "authors": "author",
    "sessions": "session",
    "venues": "venue",
    "works": "work",
    "terms": "term",
    "cited_works": "cited_work",
    "cited_names": "name",
}
"""Tables whose row pages show papers, and the parameter of the canned query papers_of that names them."""
TOGETHER = 100
"""Papers that are read and written at a time."""
PAGING = {"_next", "_size", "_shape", "_nl", "_stream"}
LISTS = {"authors", "tags", "papers"}
"""Columns of the export queries that hold JSON lists."""
ATOM = "http://www.w3.org/2005/Atom"
SPECIAL = re.compile(r"\\.|\\$|[&%#_$^]")
ESCAPED = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}"}
BIBTEX_TYPES = {"conference": "inproceedings", "journal": "article"}


@hookimpl
def register_output_renderer():
    papers = {"bib": to_bibtex, "ris": to_ris, "csl": to_csl, "atom": to_atom}
    renderers = [{"extension": name, "render": renderer(write), "can_render": has_papers} for name, write in papers.items()]
    return [*renderers, {"extension": "ics", "render": render_calendar, "can_render": has_sessions}]


def has_papers(database, table, columns, view_name):
    if database != DATABASE:
        return False
    return "paper_id" in columns or (view_name == "row" and table in ROW_PAGES)


async def has_sessions(datasette, database, table, columns, view_name):
    """Whether a calendar could have something: sessions, or papers where any session here has a time."""
    if database != DATABASE or not ("session_id" in columns or has_papers(database, table, columns, view_name)):
        return False
    return any(to_time(session["start"]) for session in await run(datasette, "session_list", {}))


def renderer(write):
    async def render(datasette, request, rows, table, query_name, view_name, columns):
        ids = await paper_ids(datasette, request, rows, table, query_name, view_name)
        return write(to_papers(datasette, ids, with_gone=write is to_atom), Site(datasette, request))

    return render


async def to_papers(datasette, ids, with_gone):
    """The papers of a list of ids, some at a time. Only a feed, which tells of changes, has those that went."""
    for start in range(0, len(ids), TOGETHER):
        papers = await canned_lists(datasette, "export", ids=json.dumps(ids[start : start + TOGETHER]))
        yield [paper for paper in papers if paper["is_here"] or (with_gone and paper["change"])]


class Streamed(Response):
    """A response whose body is made while it goes out."""

    def __init__(self, parts, content_type, headers=None):
        super().__init__("", content_type=content_type, headers=headers)
        self.parts = parts

    async def asgi_send(self, send):
        await AsgiStream(self.write, self.status, self.headers, self.content_type).asgi_send(send)

    async def write(self, writer):
        async for part in self.parts:
            await writer.write(part)
            await asyncio.sleep(0)  # other requests are answered in between


class Site:
    """Where this publication is, for links and names of files."""

    def __init__(self, datasette, request):
        self.datasette, self.request = datasette, request
        self.name = re.sub(r"\W+", "-", request.path.rpartition("/")[2].rpartition(".")[0]).strip("-") or "papers"

    def url(self, path):
        return self.datasette.absolute_url(self.request, path)

    def page(self, table, key):
        return self.url(self.datasette.urls.row(DATABASE, table, tilde_encode(key)))

    def file(self, parts, content_type, extension):
        disposition = f"attachment; filename*=UTF-8''{quote(self.name)}.{extension}"
        return Streamed(parts, content_type, {"content-disposition": disposition})


async def canned_lists(datasette, query, /, **values):
    """Rows of a canned query of exports, lists read."""
    rows = await run(datasette, query, values)
    return [row | {key: json.loads(row[key]) for key in LISTS & set(row)} for row in rows]


async def paper_ids(datasette, request, rows, table, query_name, view_name):
    """The papers of a page, all of them, in its order."""
    if view_name == "row" and table in ROW_PAGES:
        key = rows[0][datasette_key(table)]
        found = await run(datasette, "papers_of", {ROW_PAGES[table]: key})
    elif view_name == "row":
        found = rows
    else:
        found = await whole(datasette, request, table or query_name)
    if found and "paper_id" not in found[0].keys():  # noqa: SIM118 - rows iterate over values
        raise NotFound("There are no papers on this page to export")
    return list(dict.fromkeys(row["paper_id"] for row in found if row["paper_id"]))


def datasette_key(table):
    return "name_id" if table == "cited_names" else table.removesuffix("s") + "_id"


async def whole(datasette, request, name):
    """All rows of the table, the canned query or, without a name, the SQL of a page (plugins/whole.py)."""
    path = datasette.urls.table(DATABASE, name, format="json") if name else datasette.urls.database(DATABASE, format="json")
    paging = PAGING | ({"page", "size"} if name in await datasette.get_canned_queries(DATABASE, request.actor) else set())
    asked = [(key, value) for key, value in parse_qsl(request.query_string, keep_blank_values=True) if key not in paging]
    answer = await datasette.client.get(f"{path}?{urlencode([*asked, ('_stream', 'on')])}", cookies=request.cookies)
    if answer.status_code != 200:
        raise DatasetteError(answer.json()["error"], status=answer.status_code)
    return answer.json()


def to_bibtex(batches, site):
    async def write():
        taken = set()
        async for papers in batches:
            yield write_string(Library([to_entry(paper, taken) for paper in papers])) + "\n"

    return site.file(write(), "application/x-bibtex; charset=utf-8", "bib")


def to_entry(paper, taken):
    kind = BIBTEX_TYPES.get(paper["venue_kind"], "misc")
    where = {"inproceedings": "booktitle", "article": "journal"}.get(kind, "howpublished")
    key = base = re.sub(r"[^A-Za-z0-9:._/-]+", "-", paper["paper_id"]).strip("-") or "paper"
    number = 2
    while key.lower() in taken:  # BibTeX does not tell Smith19 from smith19
        key, number = f"{base}-{number}", number + 1
    taken.add(key.lower())
    values = {
        "title": f"{{{escape_bibtex(paper['title'])}}}" if paper["title"] else None,  # the inner braces keep capitals
        "author": " and ".join(escape_bibtex(to_bibtex_name(name)) for name in paper["authors"]) or None,
        where: escape_bibtex(paper["venue"]),
        "year": paper["year"],
        "abstract": escape_bibtex(paper["abstract"]),
        "keywords": escape_bibtex("; ".join(paper["tags"])) or None,
        "language": paper["language"],
        "url": paper["url"] or paper["pdf_url"],
    }
    return Entry(kind, key, [Field(name, str(value)) for name, value in values.items() if value])


def to_bibtex_name(name):
    """A name with " and " or a comma in it is braced, so that it stays one name."""
    return f"{{{name}}}" if " and " in name.lower() or "," in name else name


def escape_bibtex(text):
    """One paragraph, with what TeX reads as its own escaped once, but not in mathematics; braces only where they pair."""
    if text is None:
        return None
    parts = re.split(r"(\$[^$]+\$)", " ".join(text.split()))
    escaped = "".join(part if n % 2 else SPECIAL.sub(escape_character, part) for n, part in enumerate(parts))
    return escaped if balanced(escaped) else re.sub(r"[{}]", "", escaped)


def escape_character(found):
    return ESCAPED.get(found[0]) or (found[0] if found[0].startswith("\\") else f"\\{found[0]}")


def balanced(text):
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0


def to_ris(batches, site):
    async def write():
        async for papers in batches:
            yield rispy.dumps([to_ris_entry(paper) for paper in papers], implementation=Unnumbered)

    return site.file(write(), "application/x-research-info-systems; charset=utf-8", "ris")


class Unnumbered(rispy.RisWriter):
    """Without a line "1." before each reference, which the format does not know."""

    def set_header(self, count):
        return ""


def to_ris_entry(paper):
    entry = {
        "type_of_reference": {"conference": "CPAPER", "journal": "JOUR"}.get(paper["venue_kind"], "GEN"),
        "id": paper["paper_id"],
        "title": paper["title"],
        "authors": [to_family_first(name) for name in paper["authors"]],
        "secondary_title": paper["venue"],
        "year": str(paper["year"]) if paper["year"] else None,
        "abstract": paper["abstract"],
        "keywords": paper["tags"],
        "language": paper["language"],
        "urls": [url for url in (paper["url"], paper["pdf_url"]) if url],
    }
    return {key: one_line(value) for key, value in entry.items() if value}


def one_line(value):
    return " ".join(value.split()) if isinstance(value, str) else [one_line(part) for part in value]


def to_family_first(name):
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}" if given and "," not in name else name


def to_csl(batches, site):
    async def write():
        before = "["
        async for papers in batches:
            for paper in papers:
                yield before + json.dumps(to_csl_item(paper), ensure_ascii=False, indent=1)
                before = ",\n"
        yield "]" if before == ",\n" else "[]"

    return site.file(write(), "application/vnd.citationstyles.csl+json; charset=utf-8", "csl.json")


def to_csl_item(paper):
    item = {
        "id": paper["paper_id"],
        "type": {"conference": "paper-conference", "journal": "article-journal"}.get(paper["venue_kind"], "article"),
        "title": paper["title"],
        "author": [to_csl_name(name) for name in paper["authors"]],
        "container-title": paper["venue"],
        "issued": to_csl_date(paper["published"] or paper["year"]),
        "abstract": paper["abstract"],
        "keyword": "; ".join(paper["tags"]),
        "language": paper["language"],
        "URL": paper["url"] or paper["pdf_url"],
    }
    return {key: value for key, value in item.items() if value}


def to_csl_date(published):
    return {"date-parts": [[int(part) for part in str(published).split("-") if part.isdecimal()]]} if published else None


def to_csl_name(name):
    given, _, family = name.rpartition(" ")
    return {"family": family, "given": given} if given and "," not in name else {"literal": name}


def to_atom(batches, site):
    async def write():
        papers = [paper async for some in batches for paper in some]  # what is newest stands before all entries
        before, after = to_feed(papers, site).rsplit("</feed>", 1)
        yield before
        for paper in papers:
            yield ElementTree.tostring(to_atom_entry(paper, site), encoding="unicode") + "\n"
        yield "</feed>" + after

    return Streamed(write(), "application/atom+xml; charset=utf-8")


def to_feed(papers, site):
    """A feed but for its entries."""
    ElementTree.register_namespace("", ATOM)
    feed = element(None, "feed")
    query = f"?{site.request.query_string}" if site.request.query_string else ""
    own = site.url(site.request.path + query)
    element(feed, "id", own)
    element(feed, "title", " ".join(filter(None, [papers[0]["publication"] if papers else "Papers", site.request.args.get("q")])))
    element(feed, "updated", max((paper["updated"] for paper in papers), default="1970-01-01T00:00:00+00:00"))
    element(feed, "link", rel="self", type="application/atom+xml", href=own)
    element(feed, "link", rel="alternate", type="text/html", href=site.url(site.request.path.removesuffix(".atom") + query))
    element(element(feed, "author"), "name", "Papersette")
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=True)


def to_atom_entry(paper, site):
    entry = element(None, "entry")
    element(entry, "id", "urn:papersette:" + quote(paper["paper_id"]))
    element(entry, "title", paper["title"] or paper["paper_id"])
    element(entry, "updated", paper["updated"])
    element(entry, "link", rel="alternate", type="text/html", href=site.page("papers", paper["paper_id"]))
    for name in paper["authors"] or ["Unknown"]:
        element(element(entry, "author"), "name", name)
    for tag in paper["tags"]:
        element(entry, "category", term=tag)
    element(entry, "summary", "\n\n".join(filter(None, [paper["change"], paper["tldr"], paper["abstract"]])) or "No abstract")
    return entry


def element(parent, name, text=None, **attributes):
    qualified = f"{{{ATOM}}}{name}"
    made = ElementTree.Element(qualified, attributes) if parent is None else ElementTree.SubElement(parent, qualified, attributes)
    made.text = printable(text)
    return made


def printable(text):
    """Without the control characters that XML does not allow."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text) if text else text


async def render_calendar(datasette, request, rows, table, query_name, view_name, columns):
    """The sessions of a page, or those in which its papers are presented; a session without a date is in no calendar."""
    site = Site(datasette, request)
    if view_name == "row" and table == "sessions":
        ids = {"sessions": [rows[0]["session_id"]]}
    elif "session_id" in columns and view_name != "row":
        ids = {"sessions": [row["session_id"] for row in await whole(datasette, request, table or query_name)]}
    elif "session_id" in columns:
        ids = {"sessions": [row["session_id"] for row in rows]}
    else:
        ids = {"papers": await paper_ids(datasette, request, rows, table, query_name, view_name)}
    sessions = await canned_lists(datasette, "export_sessions", **{key: json.dumps(value) for key, value in ids.items()})
    events = [event for session in sessions if (event := to_event(session, site))]
    if not events:
        raise NotFound("No session here has a date and a time, so there is nothing for a calendar")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Papersette//papersette//EN")
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(event)
    return site.file(only(calendar.to_ical().decode()), "text/calendar; charset=utf-8", "ics")


async def only(text):
    yield text


def to_event(session, site):
    start, finish = to_time(session["start"]), to_time(session["finish"])
    if start is None:
        return None
    event = icalendar.Event()
    event.add("uid", f"{session['session_id']}@papersette")
    event.add("dtstamp", datetime.fromisoformat(session["stamp"]))
    event.add("dtstart", start)
    if finish is not None:
        event.add("dtend", finish)
    event.add("summary", session["title"])
    event.add("description", "\n".join(session["papers"]))
    event.add("url", site.page("sessions", session["session_id"]))
    if session["room"]:
        event.add("location", session["room"])
    return event


def to_time(text):
    """A time, of the venue's own place unless the text says of which; None where the text is none."""
    try:
        return datetime.fromisoformat(text) if text and "T" in text.replace(" ", "T") else None
    except ValueError:
        return None
