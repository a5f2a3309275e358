"""A table of papers: CSV, JSON (a list of objects) or JSONL, with a map that says which column holds what.

The rule: every row is a paper; a row that cannot be read is a problem, with its line.
"""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from papersette.errors import UserError
from papersette.records import (
    Author,
    Count,
    LooseFile,
    Paper,
    Problem,
    Review,
    Session,
    Slot,
    Venue,
)
from papersette.sources import files, values
from papersette.text import to_slug

FIELDS = (
    "paper_id title authors affiliations year published abstract tldr tags language decision ratings url pdf_url file "
    "session session_kind session_start session_finish session_room"
).split()
"""What a column can hold; by default a column holds what its name says."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path
    """A .csv, .tsv, .json or .jsonl file in UTF-8, or a .md file with a table drawn with | in it."""
    columns: dict[str, str] = field(default_factory=dict)
    """Which column holds what, as {title: Title, authors: Speakers}; columns so named already need no entry."""
    separators: str = ";|"
    """The characters that part authors and tags."""
    files: Path | None = None
    """A folder of PDFs or texts, named by paper_id or in the column file."""
    language: str | None = None
    pdf_url: str | None = None
    """Where readers open a PDF, with {paper_id} and {file}; by default the column pdf_url."""


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every row. Raises `UserError` where the file is no table or the map names no column of it."""
    _check_fields(settings)
    folder = files.read_folder(settings.files) if settings.files else {}
    rows = list(_read_rows(settings))
    yield Count(len(rows))
    for line, row in rows:
        item = f"{settings.file.name}: line {line}"
        if isinstance(row, str):
            yield Problem(settings.venue.venue_id, item, "read", row, lost=True)
            continue
        paper = _to_paper(row, settings, folder, item)
        yield paper
        named = values.to_text(row.get("file"))
        if named and paper.file is None:
            reason = f"names the file {named}, which is not in {settings.files}; the paper is listed without text"
            yield Problem(paper.venue.venue_id, item, "match", reason, paper_id=paper.paper_id)
    for path in folder.values():
        yield LooseFile(settings.venue.venue_id, path, settings.pdf_url)


def _check_fields(settings: Settings) -> None:
    for name in settings.columns:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"known are {', '.join(FIELDS)}"
            raise UserError(
                f"{settings.file}: the map of columns says “{name}”, which a paper does not have; {hint}"
            )


def _read_rows(settings: Settings) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield (line, row by field) or (line, reason why it is none)."""
    readers = {
        ".csv": _read_csv,
        ".tsv": _read_csv,
        ".json": _read_json,
        ".jsonl": _read_jsonl,
        ".md": _read_markdown,
    }
    reader = readers.get(settings.file.suffix.lower())
    if reader is None:
        raise UserError(f"{settings.file}: a table is a .csv, .tsv, .json, .jsonl or .md file")
    try:
        for line, row in reader(settings.file):
            if isinstance(row, Mapping):
                _check_columns(settings, row)
                yield line, {name: row.get(settings.columns.get(name, name)) for name in FIELDS}
            else:
                yield (
                    line,
                    row
                    if isinstance(row, str)
                    else "is not an object with a value for each column",
                )
    except UnicodeDecodeError as error:
        raise UserError(
            f"{settings.file}: is not UTF-8 at byte {error.start}; convert it, for example with iconv"
        ) from None


def _check_columns(settings: Settings, row: Mapping[str, Any]) -> None:
    if settings.file.suffix.lower() not in {".csv", ".tsv", ".md"}:
        return  # in JSON a missing value may be a missing key
    for name, column in settings.columns.items():
        if column not in row:
            near = difflib.get_close_matches(column, list(row), n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"it has {', '.join(map(str, row))}"
            raise UserError(f"{settings.file}: has no column “{column}” for {name}; {hint}")


def _read_csv(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        for row in reader:
            if None in row:
                yield (
                    reader.line_num,
                    f"has more cells than the header has columns ({len(reader.fieldnames or [])}); quote its commas",
                )
            else:
                yield reader.line_num, row


def _read_json(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path}: is not JSON: {error}") from None
    if not isinstance(rows, list):
        raise UserError(f"{path}: must be a JSON list of objects")
    yield from enumerate(rows, start=1)


def _read_jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError as error:
                    yield number, f"is not JSON: {error}"


def _read_markdown(path: Path) -> Iterator[tuple[int, Any]]:
    """The rows of every table; of a cell [text](address), the column has the text and “<column> link” the address."""
    header: list[str] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if not cells:
            header = None
        elif header is None:
            header = cells
        elif not all(re.fullmatch(":?-+:?", cell) for cell in cells):
            if len(cells) == len(header):
                yield number, _to_linked(dict(zip(header, cells, strict=True)))
            else:
                yield (
                    number,
                    f"has {len(cells)} cells where the header has {len(header)}; write \\| for a bar inside a cell",
                )


def _to_linked(row: dict[str, str]) -> dict[str, str]:
    for column, cell in list(row.items()):
        link = re.fullmatch(r"\[(.*)\]\((\S+)\)", cell)
        if link:
            row |= {column: link.group(1), f"{column} link": link.group(2)}
    return row


def _to_paper(
    row: Mapping[str, Any], settings: Settings, folder: dict[str, Path], item: str
) -> Paper:
    title = values.to_text(row["title"])
    line = item.rpartition(" ")[2]
    paper_id = values.to_identifier(row["paper_id"]) or (
        to_slug(title) if title else f"{settings.venue.venue_id}-{line}"
    )
    named = values.to_text(row["file"])
    file = folder.pop(files.to_file_id(named) if named else paper_id, None)
    names = _to_names(row["authors"], settings.separators)
    places = values.to_list(row["affiliations"], settings.separators)
    known = places if len(places) == len(names) else (None,) * len(names)
    return Paper(
        paper_id=paper_id,
        venue=settings.venue,
        title=title,
        authors=tuple(Author(name, place) for name, place in zip(names, known, strict=True)),
        year=values.to_year(row["year"]) or settings.venue.year,
        published=values.to_text(row["published"]),
        abstract=values.to_paragraphs(row["abstract"]),
        tldr=values.to_text(row["tldr"]),
        tags=values.to_list(row["tags"], settings.separators),
        language=values.to_text(row["language"]) or settings.language,
        decision=values.to_decision(row["decision"]),
        reviews=tuple(
            Review(rating)
            for text in values.to_list(row["ratings"], ",;|", repeated=True)
            if (rating := values.to_number(text)) is not None
        ),
        slots=_to_slots(row, settings),
        url=values.to_text(row["url"]),
        pdf_url=files.to_pdf_url(settings.pdf_url, paper_id, file)
        or values.to_text(row["pdf_url"]),
        file=file,
        item=item,
    )


def _to_names(given: Any, separators: str) -> tuple[str, ...]:
    """Authors; where commas part them, the last may be joined by "and" as in a sentence."""
    names = values.to_list(given, separators)
    return (
        tuple(name for part in names for name in part.removeprefix("and ").split(" and "))
        if "," in separators
        else names
    )


def _to_slots(row: Mapping[str, Any], settings: Settings) -> tuple[Slot, ...]:
    title = values.to_text(row["session"])
    if title is None:
        return ()
    session = Session(
        session_id=f"{settings.venue.venue_id}-{to_slug(title)}",
        title=title,
        kind=values.to_text(row["session_kind"]),
        start=values.to_text(row["session_start"]),
        finish=values.to_text(row["session_finish"]),
        room=values.to_text(row["session_room"]),
    )
    return (Slot(session),)
