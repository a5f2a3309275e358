"""Read a table of papers: CSV, TSV, JSON (a list of objects), JSONL or Markdown.

A map assigns columns to fields. Every row is a paper; a row that cannot be read becomes a problem
with its line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile, UserError
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
from papersette.sources import dates, files, numbering, people, values
from papersette.sources.attachments import to_folder_reason
from papersette.sources.headers import FIELDS, check_title, find_columns, to_guess_reason
from papersette.sources.unused import to_nameless, to_unassigned, to_unused
from papersette.text import to_slug


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path
    """A .csv, .tsv, .json or .jsonl file in UTF-8, or a .md file with a table."""
    columns: dict[str, str] = field(default_factory=dict)
    """The column of each field, as {title: Name, authors: Persons}; by default as its header says
    (headers.py)."""
    separators: str = ";|"
    """The characters that separate authors, affiliations and tags."""
    files: Path | None = None
    """A folder of PDFs or texts, named by paper_id or by the column file."""
    language: str | None = None
    pdf_url: str | None = None
    """URL template of a PDF with {paper_id} and {file}; by default the column pdf_url."""


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every row.

    Raises `UserError` if the file is not a table, has no column of titles or ids, or if the map
    names a column that it does not have.
    """
    _check_fields(settings)
    venue = settings.venue.venue_id
    folder, problems = files.read_folder(settings.files, venue) if settings.files else ({}, [])
    yield from problems
    given_rows = list(_read_rows(settings))
    columns = _find_columns(settings, [row for _, row in given_rows if isinstance(row, Mapping)])
    rows = [(line, _to_fields(row, columns)) for line, row in given_rows]
    yield Count(sum(line > 0 for line, _ in rows))
    if "pages" not in settings.columns and _drop_page_counts([row for _, row in rows]):
        del columns["pages"]
    for reason in _to_column_reasons(settings, columns, given_rows):
        yield Problem(venue, settings.file.name, "read", reason)
    readable = [row for _, row in rows if isinstance(row, dict)]
    day_first = dates.find_day_first(row["published"] for row in readable)
    short = _to_short_reasons(settings.file, given_rows)
    for line, given in rows:
        item = f"{settings.file.name}: line {line}" if line else settings.file.name
        if isinstance(given, str):
            yield Problem(venue, item, "read", given, lost=line > 0)
            continue
        yield from _read_row(given, day_first, settings, folder, item, short.get(line))
    naming = sum(values.to_text(row["file"]) is not None for row in readable)
    if naming and not settings.files:
        yield Problem(venue, settings.file.name, "match", to_folder_reason(naming, "row", "rows"))
    yield from files.to_loose(folder, venue, settings.files, settings.pdf_url)


def _read_row(
    given: Mapping[str, Any],
    day_first: bool | None,
    settings: Settings,
    folder: dict[str, Path],
    item: str,
    short: str | None,
) -> Iterator[Paper | Problem]:
    """Yield the paper of a row and its problems; its file is taken from `folder`.

    `day_first` tells the order of day and month in dates, as for `dates.read_date`; `short` is the
    reason that the row has too few cells.
    """
    venue = settings.venue.venue_id
    row, reasons = values.check_types(given, [name for name in FIELDS if name not in LISTS])
    row["published"], doubt = dates.read_date(row["published"], day_first)
    reasons += [reason for reason in (doubt, short) if reason]
    paper, doubts = _to_paper(row, settings, folder, item)
    yield paper
    reasons += [*doubts, *_to_object_reasons(row)]
    yield from (Problem(venue, item, "read", reason, paper.paper_id) for reason in reasons)
    named = values.to_text(row["file"])
    if named and paper.file is None and settings.files:
        reason = (
            f"names the file {named}, which is not in {settings.files}; "
            "the paper is listed without text"
        )
        yield Problem(venue, item, "match", reason, paper_id=paper.paper_id)


def _find_columns(settings: Settings, rows: list[Mapping[Any, Any]]) -> dict[str, str]:
    """Return the column of each field. Raises `BadFile` if there is none of titles or ids."""
    headers = dict.fromkeys(str(column) for row in rows for column in row)
    columns = find_columns(headers, settings.columns)
    if reason := check_title(rows, columns):
        raise BadFile(settings.file, reason)
    return columns


def _to_fields(row: Mapping[Any, Any] | str, columns: Mapping[str, str]) -> dict[str, Any] | str:
    """Return the values of a row by field; the reason why a row cannot be read is unchanged."""
    if isinstance(row, str):
        return row
    return {name: row.get(columns[name]) if name in columns else None for name in FIELDS}


def _to_column_reasons(
    settings: Settings,
    columns: Mapping[str, str],
    rows: Iterable[tuple[int, Mapping[Any, Any] | str]],
) -> Iterator[str]:
    """Yield a reason for columns whose fields are guessed, and one for columns that are unused."""
    own = {name: column for name, column in columns.items() if name not in settings.columns}
    if guess := to_guess_reason(own):
        yield guess
    given = (row for _, row in rows if isinstance(row, Mapping))
    if unused := to_unused(given, set(columns.values())):
        yield f"{unused}; “columns” in the catalog maps fields to columns"


def _drop_page_counts(rows: Iterable[dict[str, Any] | str]) -> bool:
    """Empty the field pages of all rows if its values are counts; return whether they are."""
    read_rows = [row for row in rows if isinstance(row, dict)]
    are_counts = numbering.are_counts(row["pages"] for row in read_rows)
    for row in read_rows if are_counts else ():
        row["pages"] = None
    return are_counts


def _to_short_reasons(path: Path, rows: list[tuple[int, Any]]) -> dict[int, str]:
    """Return line -> reason for the rows of CSV that have fewer cells than others, and the header.

    Some programs omit the empty cells at the ends of all rows.
    """
    if path.suffix.lower() not in DELIMITED:
        return {}
    counts = {
        line: (sum(cell is not None for cell in row.values()), len(row))
        for line, row in rows
        if isinstance(row, Mapping)
    }
    most = max((count for count, _ in counts.values()), default=0)
    return {
        line: _to_cells_reason(count, expected)
        for line, (count, expected) in counts.items()
        if count < most
    }


DELIMITED = {".csv", ".tsv", ".tab"}
LISTS = {"authors", "affiliations", "tags", "ratings"}
"""Fields that are lists in JSON."""


def _to_object_reasons(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield a reason for each list with objects, where only authors may be objects."""
    for name in sorted(LISTS - {"authors"}):
        given = row.get(name)
        if isinstance(given, list) and any(isinstance(one, Mapping) for one in given):
            yield f"has objects in “{name}”, which should be a list of texts; they are not used"


def _check_fields(settings: Settings) -> None:
    for name in settings.columns:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"known are {', '.join(FIELDS)}"
            raise UserError(
                f"{settings.file}: the map of columns has “{name}”, which is not a field; {hint}"
            )


def _read_rows(settings: Settings) -> Iterator[tuple[int, Mapping[Any, Any] | str]]:
    """Yield (line, row by column) or (line, reason why it cannot be read); line 0 is the file."""
    readers = {
        ".csv": read_csv,
        ".tsv": read_csv,
        ".tab": read_csv,
        ".json": _read_json,
        ".jsonl": _read_jsonl,
        ".ndjson": _read_jsonl,
        ".md": read_markdown,
    }
    reader = readers.get(settings.file.suffix.lower())
    if reader is None:
        ending = _find_ending(loading.read_text(settings.file)) or ("a table", ".csv")
        raise UserError(
            f"{settings.file}: a table is a .csv, .tsv, .json, .jsonl or .md file; if it is "
            f"{ending[0]}, rename it to {settings.file.with_suffix(ending[1]).name}"
        )
    if reader is read_csv:
        _check_ending(settings.file)
    for line, row in reader(settings.file):
        if isinstance(row, Mapping):
            _check_columns(settings, row)
            yield line, row
        elif isinstance(row, str):
            yield line, row
        else:
            yield line, "is not an object with a value for each column"


def _check_ending(path: Path) -> None:
    """Raise `BadFile` if a file that is named as CSV has JSON or a Markdown table."""
    if ending := _find_ending(loading.read_text(path)):
        name, suffix = ending
        renamed = path.with_suffix(suffix).name
        raise BadFile(path, f"is {name}, named as CSV; rename it to {renamed}")


def _find_ending(text: str) -> tuple[str, str] | None:
    """Return the name and ending of JSON or a Markdown table; None for another text.

    >>> _find_ending("a | b\\n--- | ---\\n"), _find_ending("a,b\\n")
    (('a Markdown table', '.md'), None)
    """
    head = text.lstrip()[:LONGEST_HEADER]
    if re.match(r'\[\s*\{|\{\s*"', head):
        return "JSON", ".json" if head.startswith("[") else ".jsonl"
    lines = head.split("\n", 2)
    return ("a Markdown table", ".md") if len(lines) > 1 and _is_rule(lines[1]) else None


def _check_columns(settings: Settings, row: Mapping[str, Any]) -> None:
    if settings.file.suffix.lower() not in {*DELIMITED, ".md"}:
        return  # in JSON a row may omit a key instead of having a missing value
    for name, column in settings.columns.items():
        if column not in row:
            near = difflib.get_close_matches(column, list(row), n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"it has {', '.join(map(str, row))}"
            raise UserError(f"{settings.file}: has no column “{column}” for {name}; {hint}")


def read_csv(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the rows of a table with commas, semicolons, tabs or bars between its cells."""
    yield from loading.read_csv(path, find_delimiter(loading.read_text(path), path.suffix))


def find_delimiter(text: str, suffix: str) -> str:
    """Return the sign between the cells of the header. Excel writes semicolons in some countries.

    >>> find_delimiter('"Title; long";Authors\\nA, b, c;D', ".csv"), find_delimiter("a,b", ".csv")
    (';', ',')
    """
    if named := loading.DELIMITER.match(text):
        return named[1]
    header = re.sub(r'"[^"]*"', "", text.lstrip()[:LONGEST_HEADER]).partition("\n")[0]
    usual = "," if suffix.lower() == ".csv" else "\t"
    found: str = max((usual, *",;\t|"), key=header.count)
    return found


LONGEST_HEADER = 10_000
"""Characters in which the header is looked for."""


def _read_json(path: Path) -> Iterator[tuple[int, Any]]:
    loaded = loading.load_json(path)
    if not isinstance(loaded.value, list):
        raise UserError(f"{path}: must be a JSON list of objects")
    yield from ((0, reason) for reason in loaded.reasons)
    yield from enumerate(loaded.value, start=1)


def _read_jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    for number, loaded in loading.parse_json_lines(loading.read_text(path)):
        if isinstance(loaded, str):
            yield number, loaded
            continue
        yield number, loaded.value
        yield from ((0, reason) for reason in loaded.reasons)


def read_markdown(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the rows of every table of a Markdown file; bars at the ends of a line are optional.

    A cell [text](URL) gives the text to its column, and the URL to the column “<column> link”.
    """
    header: list[str] | None = None
    lines = loading.read_text(path).splitlines()
    for number, (line, following) in enumerate(zip(lines, [*lines[1:], ""], strict=True), start=1):
        cells = _to_cells(line)
        if not cells:
            header = None
        elif header is None:
            header = cells if line.lstrip().startswith("|") or _is_rule(following) else None
        elif not _is_rule(line):
            if len(cells) == len(header):
                yield number, _to_linked(dict(zip(header, cells, strict=True)))
            else:
                yield number, _to_cells_reason(len(cells), len(header))


def _to_cells(line: str) -> list[str]:
    r"""Return the cells of a line of Markdown, which has none if it has no bar.

    >>> _to_cells("| A | B |"), _to_cells(r"A \| a | B"), _to_cells("text")
    (['A', 'B'], ['A \\| a', 'B'], [])
    """
    text = line.strip()
    if not BAR.search(text):
        return []
    return [cell.strip() for cell in BAR.split(LAST_BAR.sub("", text.removeprefix("|")))]


BAR = re.compile(r"(?<!\\)\|")
LAST_BAR = re.compile(r"(?<!\\)\|$")


def _is_rule(line: str) -> bool:
    """Return whether this is the line between header and rows, as |---|:-:|."""
    cells = _to_cells(line)
    return bool(cells) and all(re.fullmatch(":?-+:?", cell) for cell in cells)


def _to_cells_reason(count: int, expected: int) -> str:
    """Return the reason that a row has another number of cells than the header.

    >>> _to_cells_reason(1, 3)
    'has 1 cell where the header has 3; add the others, empty if need be'
    """
    remedy = (
        "add the others, empty if need be" if count < expected else "write \\| for a bar in a cell"
    )
    return f"has {count} cell{'s' * (count != 1)} where the header has {expected}; {remedy}"


def _to_linked(row: dict[str, str]) -> dict[str, str]:
    for column, cell in list(row.items()):
        link = re.fullmatch(r"\[(.*)\]\((\S+)\)", cell)
        if link:
            row |= {column: link.group(1), f"{column} link": link.group(2)}
    return row


def _to_paper(
    row: Mapping[str, Any], settings: Settings, folder: dict[str, Path], item: str
) -> tuple[Paper, list[str]]:
    """Return the paper of a row, and what was guessed or cannot be used."""
    title = values.to_plain(row["title"])
    line = item.rpartition(" ")[2]
    paper_id = values.to_identifier(row["paper_id"]) or (
        to_slug(title or "") or f"{settings.venue.venue_id}-{line}"
    )
    named = values.to_text(row["file"])
    name = named.replace("\\", "/").rpartition("/")[2] if named else None
    file = folder.pop(files.to_file_id(name) if name else paper_id, None)
    authors, reasons = _to_authors(row, settings.separators)
    doi = values.to_doi(row["doi"])
    paper = Paper(
        paper_id=paper_id,
        venue=_to_venue(row["venue"]) or settings.venue,
        title=title,
        authors=authors,
        year=dates.to_year(row["year"]) or dates.to_year(row["published"]) or settings.venue.year,
        published=row["published"],
        abstract=values.to_paragraphs(values.to_plain(row["abstract"], lines=True)),
        tldr=values.to_plain(row["tldr"]),
        tags=values.to_list(row["tags"], settings.separators),
        language=values.to_language(row["language"]) or settings.language,
        decision=values.to_decision(row["decision"]),
        reviews=_to_reviews(row["ratings"]),
        slots=_to_slots(row, settings),
        doi=doi,
        volume=numbering.to_issue(row["volume"]),
        issue=numbering.to_issue(row["issue"]),
        pages=numbering.to_pages(row["pages"])
        or numbering.to_pages(row["first_page"], row["last_page"])
        or numbering.to_pages(row["article_number"]),
        url=values.to_text(row["url"]) or (f"https://doi.org/{doi}" if doi else None),
        pdf_url=files.to_pdf_url(settings.pdf_url, paper_id, file, settings.files)
        or values.to_text(row["pdf_url"]),
        file=file,
        item=item,
    )
    return paper, [*reasons, *_to_value_reasons(row)]


def _to_value_reasons(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield a reason if the year of a row is none, and one if its DOI is none."""
    if wrong := dates.check_year(row["year"]):
        yield wrong
    if values.to_doi(row["doi"]) is None and (text := values.to_text(row["doi"])):
        yield f"has the DOI “{text[:80]}”, which is none; write it as 10.1000/182"


def _to_venue(given: Any) -> Venue | None:
    name = values.to_text(given)
    return Venue(to_slug(name), name) if name and to_slug(name) else None


def _to_authors(row: Mapping[str, Any], separators: str) -> tuple[tuple[Author, ...], list[str]]:
    """Return the authors of a row with one affiliation each, and what was guessed or is unused."""
    given = row["authors"]
    if isinstance(given, list) and any(isinstance(one, Mapping) for one in given):
        return _to_people(given)
    names, is_guess = people.read_authors(given, separators)
    names, cut = people.without_others(names)
    affiliations = people.read_affiliations(row["affiliations"], separators, len(names))
    found = map(people.to_author, names, affiliations or (None,) * len(names))
    authors = tuple(map(people.without_own_name, found))
    reasons = [cut] if cut else []
    if isinstance(given, list):
        nameless = sum(values.to_text(one) is None for one in given)
        reasons += filter(None, [to_nameless(nameless, len(given), "author")])
    if is_guess:
        shown = "; ".join(author.name for author in authors)[:300]
        reasons.append(f"has authors that are read as {shown}: separate them by “;”")
    if affiliations is None and (given := values.to_list(row["affiliations"], separators)):
        reasons.append(to_unassigned(given, len(names), ";"))
    return authors, reasons


def _to_people(given: list[Any]) -> tuple[tuple[Author, ...], list[str]]:
    """Return the authors in a list of objects, and a reason if some have no name."""
    found = [author for one in given if (author := people.to_person(one))]
    missing = "no “name”, or “first” and “last”,"
    reason = to_nameless(len(given) - len(found), len(given), "author", missing)
    return tuple(found), [reason] if reason else []


def _to_reviews(given: Any) -> tuple[Review, ...]:
    text = given if isinstance(given, str) else ""
    if ";" in text or "|" in text:  # commas are decimal: "7,5; 8"
        given = text.replace(",", ".")
    ratings = map(values.to_number, values.to_list(given, ",;|", repeated=True))
    return tuple(Review(rating) for rating in ratings if rating is not None)


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
