"""Read RIS, as reference managers and publishers export it, and the tagged text of Web of Science.

rispy reads a single record; the file is split into records here, so that a bad record does not
affect the others. The PDF of a record is named by its tags L1 to L4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rispy

from papersette import loading
from papersette.errors import BadFile
from papersette.records import Count, LooseFile, Paper, Problem, Reference, Venue
from papersette.sources import dates, numbering, values, web_of_science
from papersette.sources.attachments import Attachments, to_pdf_url
from papersette.sources.people import to_author, without_others
from papersette.sources.reference_lists import to_reference
from papersette.sources.unused import to_nameless, to_unused
from papersette.text import to_slug

LINE = re.compile(r"([A-Z][A-Z0-9])\s{1,3}-(?:\s(.*)|$)")
"""A line with a tag; some programs write one blank before the hyphen and none after it."""
WOS_LINE = re.compile(r"([A-Z][A-Z0-9]) (.*)")
KINDS = {
    "JOUR": "journal", "JFULL": "journal", "EJOUR": "journal", "MGZN": "journal",
    "NEWS": "journal", "CONF": "conference", "CPAPER": "conference", "BOOK": "book",
    "CHAP": "book", "EBOOK": "book", "ECHAP": "book", "THES": "thesis", "ELEC": "web",
}  # fmt: skip
JOURNALS = ("alternate_title3", "journal_name", "secondary_title", "alternate_title2",
            "alternate_title1", "custom3", "tertiary_title")  # fmt: skip
"""JF, JO, T2, JA, J2, C3 and T3: the name of a journal or of proceedings, the fullest first."""
ADDRESSES = ("file_attachments1", "file_attachments2", "figure")
"""L1, L2 and L4: files and links to them."""


USED = frozenset(
    """TY ID AN TI T1 TT ST AU A1 PY Y1 DA AB N2 KW LA DO UR JF JO T2 JA J2 C3 T3 L1 L2 L4 PB C1 CY
    VL IS SP EP C7 CR ER""".split()
)
"""Tags that are read."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of records without journal or conference."""
    file: Path
    """A .ris file, or plain text of Web of Science, in UTF-8."""
    files: Path | None = None
    """The folder with the files that the records name, and its subfolders."""
    language: str | None = None


@dataclass(frozen=True)
class Record:
    """The lines of one record."""

    line: int
    lines: tuple[str, ...]
    is_closed: bool
    is_wos: bool = False


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every record. Raises `UserError` if the file has none."""
    venue, name = settings.venue.venue_id, settings.file.name
    attached = Attachments(settings.files, venue)
    yield from attached.problems
    records = list(split_records(loading.read_text(settings.file)))
    if not records:
        raise BadFile(settings.file, "is not RIS: no line begins with “TY  - ” or “PT ”")
    yield Count(len(records))
    for record in records:
        item = f"{name}: line {record.line}"
        if not record.is_closed:
            yield Problem(venue, item, "read", "has no line ER; its record may be cut")
        try:
            yield from _read_record(record, settings, attached, item)
        except (LookupError, AttributeError, TypeError) as error:  # rispy raises them for odd tags
            reason = f"cannot be read as a record ({error!r}); correct its tags"
            yield Problem(venue, item, "read", reason, lost=True)
    tags = map(_to_tags_given, records)
    if unused := to_unused(tags, web_of_science.USED if records[0].is_wos else USED, "tag"):
        yield Problem(venue, name, "read", unused)
    yield from attached.rest(name)


def split_records(text: str) -> Iterator[Record]:
    """Yield the records of a file, without lines between them, as in library catalogues."""
    lines: list[str] = []
    start, is_wos = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        tagged = LINE.match(line)
        tag = tagged[1] if tagged else None
        wos_tag = line[:3].strip() if re.match(r"(?:PT [A-Z]$|ER$|EF$)", line.rstrip()) else None
        if tag == "TY" or wos_tag == "PT":
            if lines:
                yield Record(start, tuple(lines), False, is_wos)
            lines, start, is_wos = [line], number, wos_tag == "PT"
        elif lines and ((tag == "ER" and not is_wos) or (is_wos and wos_tag in {"ER", "EF"})):
            yield Record(start, tuple(lines), True, is_wos)
            lines = []
        elif lines:
            lines.append(line)
    if lines:
        yield Record(start, tuple(lines), False, is_wos)


def _to_tags_given(record: Record) -> dict[str, str]:
    """Return the first value of each tag of a record."""
    given: dict[str, str] = {}
    for line in record.lines:
        if found := (WOS_LINE if record.is_wos else LINE).match(line):
            given[found[1]] = given.get(found[1]) or found[2] or ""
    return given


def _read_record(
    record: Record, settings: Settings, attached: Attachments, item: str
) -> Iterator[Paper | Problem]:
    venue = settings.venue.venue_id
    if record.is_wos:
        paper, reasons = web_of_science.to_paper(
            record.lines, settings.venue, settings.language, item
        )
        yield paper
        yield from (Problem(venue, item, "read", why, paper.paper_id) for why in reasons)
        return
    fields = _to_fields(record)
    paper_id = _id(fields, item)
    names = [
        text
        for key in ADDRESSES
        for part in re.split(r"[;\n]", str(fields.get(key) or ""))
        if (text := values.to_text(part))
    ]
    file = attached.take(names, paper_id)
    names_given, unnamed = _to_names(fields)
    authors, cut = without_others(names_given)
    yield _to_paper(fields, paper_id, authors, names, file, settings, item)
    for reason in filter(None, (cut, unnamed, *_to_date_reasons(fields))):
        yield Problem(venue, item, "read", reason, paper_id)
    if file is None:
        yield from attached.report(names, item, paper_id)


def _to_fields(record: Record) -> Mapping[str, Any]:
    """Return the fields of a record under the names that rispy uses."""
    lines = []
    for line in record.lines:
        tagged = LINE.match(line)
        lines.append(f"{tagged[1]}  - {tagged[2] or ''}" if tagged else line)
    found: list[Mapping[str, Any]] = rispy.loads("\n".join([*lines, "ER  - "]))
    return found[0] if found else {}


def _id(fields: Mapping[str, Any], item: str) -> str:
    given = values.to_text(fields.get("id")) or values.to_text(fields.get("accession_number"))
    return given or values.to_doi(fields.get("doi")) or to_slug(_title(fields) or item)


def _title(fields: Mapping[str, Any]) -> str | None:
    names = ("title", "primary_title", "translated_title", "short_title")
    return next((text for name in names if (text := values.to_plain(fields.get(name)))), None)


def _to_paper(
    fields: Mapping[str, Any],
    paper_id: str,
    authors: list[str],
    names: list[str],
    file: Path | None,
    settings: Settings,
    item: str,
) -> Paper:
    urls = [text for url in fields.get("urls") or () if (text := values.to_text(url))]
    doi = next((d for v in [fields.get("doi"), *urls] if (d := values.to_doi(v))), None)
    published = _to_published(fields)
    notes = fields.get("notes_abstract")
    return Paper(
        paper_id=paper_id,
        venue=_to_venue(fields) or settings.venue,
        title=_title(fields),
        authors=tuple(map(to_author, authors)),
        year=dates.to_year(published) or settings.venue.year,
        published=published,
        abstract=values.to_paragraphs(values.to_plain(fields.get("abstract") or notes, lines=True)),
        tags=_to_tags(fields),
        language=values.to_language(fields.get("language")) or settings.language,
        doi=doi,
        volume=numbering.to_issue(fields.get("volume")),
        issue=numbering.to_issue(fields.get("number")),
        pages=numbering.to_pages(fields.get("start_page"), fields.get("end_page"))
        or numbering.to_pages(fields.get("custom7")),
        references=tuple(_to_references(fields)),
        url=next((url for url in urls if url != to_pdf_url(urls)), None)
        or (f"https://doi.org/{doi}" if doi else None),
        pdf_url=to_pdf_url([*names, *urls]),
        file=file,
        item=item,
    )


def _to_names(fields: Mapping[str, Any]) -> tuple[tuple[str, ...], str | None]:
    """Return the names of the authors, and a reason if lines of authors have no name.

    A line may have several names, separated by semicolons.
    """
    lines = fields.get("authors") or fields.get("first_authors") or ()
    names = values.to_list(";".join(map(str, lines)), ";")
    nameless = sum(values.to_text(line) is None for line in lines)
    return names, to_nameless(nameless, nameless + len(names), "author")


def _to_published(fields: Mapping[str, Any]) -> str | None:
    """Return the most precise date: RIS has 1948/07/30/summer, or a year, in PY, Y1 and DA."""
    found = []
    for name in ("year", "publication_year", "date"):
        parts = re.split("[/-]", str(fields.get(name) or ""))
        found.append(dates.to_date(*parts[:3]) or str(dates.to_year(fields.get(name)) or ""))
    years = {date[:4] for date in found[:2] if date}
    return max((d for d in found if d and (d[:4] in years or not years)), key=len, default=None)


def _to_date_reasons(fields: Mapping[str, Any]) -> Iterator[str | None]:
    """Yield a reason for each of PY, Y1 and DA that has a value, but no year."""
    for name in ("year", "publication_year"):
        yield dates.check_year(fields.get(name))
    if dates.to_year(fields.get("date")) is None:
        yield dates.read_date(fields.get("date"))[1]


def _to_tags(fields: Mapping[str, Any]) -> tuple[str, ...]:
    given = [part for tag in fields.get("keywords") or () for part in str(tag).split(";")]
    return values.to_list(given)


def _to_venue(fields: Mapping[str, Any]) -> Venue | None:
    name = next((text for key in JOURNALS if (text := values.to_text(fields.get(key)))), None)
    if not name or not to_slug(name):
        return None
    kind = KINDS.get(str(fields.get("type_of_reference")).strip())
    return Venue(
        to_slug(name),
        name,
        kind=kind,
        location=_to_location(fields) if kind == "conference" else None,
        publisher=values.to_text(fields.get("publisher")),
    )


def _to_location(fields: Mapping[str, Any]) -> str | None:
    return values.to_text(fields.get("custom1") or fields.get("place_published"))


def _to_references(fields: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield the references in the tag CR, which some databases add."""
    unknown = fields.get("unknown_tag") or {}
    for raw in unknown.get("CR", ()):
        if reference := to_reference(raw=str(raw)):
            yield reference
