"""Read a BibTeX file and a folder of PDFs.

The PDF of an entry is the one that its field `file` or its key names. ingest/matching.py matches
the other PDFs by the title on their first page.
"""

from __future__ import annotations

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares.middleware import BlockMiddleware
from bibtexparser.middlewares.parsestack import default_parse_stack
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    Field,
    ImplicitComment,
    ParsingFailedBlock,
)

from papersette import loading
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import dates, files, latex, numbering, values
from papersette.sources.attachments import to_folder_reason
from papersette.sources.bibtex_names import ReadAuthors, split_outside
from papersette.sources.unused import to_unused
from papersette.text import to_slug

# The warnings of bibtexparser become rows of the table `problems`.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


LARGEST = 100_000_000
"""Size limit of the file in bytes."""
TYPE = re.compile(r"^([ \t]*)@(\s*)(\w+)(\s*)([{(])", re.MULTILINE)
"""The start of an entry. BibTeX allows blanks and line breaks around its type; bibtexparser does
not, so they are moved behind the brace."""
KEY = re.compile(r"^([ \t]*@\w+[{(]\s*[^\s,={}\"]+),([^\s,={}\"]+)(?=\s*,)", re.MULTILINE)
"""A key that contains a comma; the first comma ends the key."""
UNREAD = re.compile(r"^[ \t]*@\s*\w", re.MULTILINE)
"""The start of an entry in text that bibtexparser takes for a comment, as it has no brace."""


UNREAD_FIELD = (
    "has a name or LaTeX that cannot be read, so that its fields are as they are written; correct "
    "the commas of its names, or its braces"
)
MISSING = "names the file {}, which is not in {}: put it there, or correct the field “file”"
USED = set(
    "title author year date month abstract tldr keywords langid language doi license copyright url "
    "pdf file eprint archiveprefix eprinttype primaryclass crossref volume pages eid".split()
)
"""Fields that are read, besides those of the venue."""
VENUE_FIELDS = {"journal": "journal", "journaltitle": "journal", "booktitle": "conference"}
"""Field that names the venue of an entry -> kind of the venue."""
INHERITED = "booktitle year date month publisher journal journaltitle volume".split()
"""Fields that an entry takes from the entry of its volume, which its field crossref names."""
NO_VOLUME = (
    "names the entry {} in “crossref”, which the file does not have, so that its venue and year "
    "may be missing: export the entry of the volume, too"
)
TWICE = "has the field “{}” more than once; the first value is used: remove the others"
UNIQUE = "\0"
"""Separates a key that is used twice from what makes it unique while the file is read."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path
    """The .bib file, in UTF-8."""
    files: Path | None = None
    """A folder of PDFs or texts."""
    language: str | None = None
    pdf_url: str | None = None
    """URL template of a PDF with {paper_id} and {file}; by default the entry's field pdf."""


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every entry, and every file that no entry names.

    Raises `UserError` if the file cannot be read as text.
    """
    venue = settings.venue.venue_id
    folder, problems = files.read_folder(settings.files, venue) if settings.files else ({}, [])
    blocks = _read_blocks(settings.file)
    by_path = _to_files_by_path(blocks.entries, settings.files) if settings.files else {}
    folder = {key: path for key, path in folder.items() if path not in by_path.values()}
    own = {path.relative_to(settings.files or path).as_posix() for path in by_path.values()}
    yield from (problem for problem in problems if problem.item not in own)
    # PMLR's files begin with an entry for the volume itself.
    entries = [entry for entry in blocks.entries if entry.entry_type.lower() != "proceedings"]
    yield Count(len(entries) + len(blocks.failed))
    for block in blocks.failed:
        item = f"{settings.file.name}: line {(block.start_line or 0) + 1}"
        yield Problem(venue, item, "read", _reason(block), lost=True)
    for entry in entries:
        file = by_path.get(entry.start_line) or _pop_file(entry, folder)
        yield from _read_entry(entry, settings, file, blocks.reasons.get(entry.start_line, ()))
    naming = sum(bool(_to_file_names(entry)) for entry in entries)
    if naming and not settings.files:
        yield Problem(
            venue, settings.file.name, "match", to_folder_reason(naming, "entry", "entries")
        )
    fields = [{name: f.value for name, f in entry.fields_dict.items()} for entry in entries]
    used = _to_used(fields, settings)
    rest = ({k: v for k, v in given.items() if k != _to_issue_field(given)} for given in fields)
    if reason := to_unused(rest, used, "field"):
        yield Problem(venue, settings.file.name, "read", reason)
    yield from files.to_loose(folder, venue, settings.files, settings.pdf_url)


def _read_entry(
    entry: Entry, settings: Settings, file: Path | None, reasons: Sequence[str]
) -> Iterator[Paper | Problem]:
    """Yield the paper of an entry and its problems; `reasons` were found in its text."""
    paper, doubts = _to_paper(entry, settings, file)
    yield paper
    venue, item = settings.venue.venue_id, paper.item or paper.paper_id
    for reason in (*reasons, *doubts):
        yield Problem(venue, item, "read", reason, paper.paper_id)
    names = _to_file_names(entry)
    if names and paper.file is None and settings.files:
        reason = MISSING.format(_to_shown(names), settings.files.name)
        yield Problem(venue, item, "match", reason, paper.paper_id)


def read_fields(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the type and the fields of every entry, @proceedings included, in lower case.

    Raises `UserError` if the file cannot be read as text.
    """
    for entry in _read_blocks(path).entries:
        fields = {name: values.to_text(f.value) for name, f in entry.fields_dict.items()}
        yield entry.entry_type.lower(), {name: text for name, text in fields.items() if text}


class Normalise(BlockMiddleware):
    """Keep each entry and field that is given twice, and write names of fields in lower case.

    bibtexparser applies no other middleware to an entry whose key or field is given twice. A field
    keeps its first value, as in BibTeX.
    """

    def __init__(self) -> None:
        super().__init__(allow_inplace_modification=True)
        self.reasons: dict[int | None, list[str]] = {}
        """First line of an entry -> the fields that it has twice."""

    def transform_failed_block(self, failed_block: ParsingFailedBlock, library: Library) -> Block:
        entry = failed_block.ignore_error_block
        if isinstance(failed_block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and isinstance(
            entry, Entry
        ):
            entry.key += f"{UNIQUE}{entry.start_line}"
            return self.transform_entry(entry, library)
        return failed_block

    def transform_entry(self, entry: Entry, library: Library) -> Entry:
        counts = Counter(given.key.lower() for given in entry.fields)
        first = {given.key.lower(): given for given in reversed(entry.fields)}
        for name, given in first.items():
            given.key = name
        entry.fields = [given for given in entry.fields if first[given.key.lower()] is given]
        if twice := [TWICE.format(name) for name, count in counts.items() if count > 1]:
            self.reasons[entry.start_line] = twice
        return entry


class Decode(BlockMiddleware):
    """Decode LaTeX; a field that cannot be decoded stays as it is written."""

    def __init__(self) -> None:
        super().__init__(allow_inplace_modification=True)
        self.unread: set[int | None] = set()
        """First lines of the entries with such a field."""

    def transform_entry(self, entry: Entry, library: Library) -> Entry:
        for given in entry.fields:
            if given.key in latex.VERBATIM - {"file"}:
                given.value = latex.to_verbatim(str(given.value))
            elif given.key not in {"file", "author"}:
                try:
                    given.value = latex.decode(str(given.value))
                except ValueError:
                    self.unread.add(entry.start_line)
        return entry


class JoinStrings(BlockMiddleware):
    """Concatenate strings joined by #, as in `month = jan # "~1"`, which bibtexparser does not."""

    def transform_entry(self, entry: Entry, library: Library) -> Entry:
        macros = {key.lower(): string.value for key, string in library.strings_dict.items()}
        for given in entry.fields:
            parts = split_outside(str(given.value), "#")
            if len(parts) > 1:
                texts = [macros.get(part.lower(), part) for part in parts]
                given.value = "{" + "".join(_without_enclosing(text) for text in texts) + "}"
        return entry


def _without_enclosing(text: str) -> str:
    return text[1:-1] if text[:1] + text[-1:] in {'""', "{}"} else text


@dataclass(frozen=True)
class Blocks:
    """What a file contains."""

    entries: list[Entry]
    failed: list[Block]
    """Entries that are lost."""
    reasons: dict[int | None, list[str]] = field(default_factory=dict)
    """First line of an entry -> what was guessed, or could not be read."""


def _read_blocks(path: Path) -> Blocks:
    text = TYPE.sub(r"\1@\3\5\2\4", loading.read_text(path, LARGEST))
    text = KEY.sub(r"\1-\2", text)
    normalise, authors, decode = Normalise(), ReadAuthors(), Decode()
    stack = [normalise, JoinStrings(), *default_parse_stack(), authors, decode]
    library = parse_string(text, parse_stack=stack)
    failed: list[Block] = [
        block
        for block in library.comments
        if isinstance(block, ImplicitComment) and UNREAD.search(block.raw or "")
    ]
    failed += library.failed_blocks
    for entry in library.entries:
        entry.key = entry.key.partition(UNIQUE)[0]
    reasons = {line: [UNREAD_FIELD] for line in authors.unread | decode.unread}
    orphans = _complete_from_volumes(library.entries)
    for line, found in (*normalise.reasons.items(), *authors.reasons.items(), *orphans):
        reasons.setdefault(line, []).extend(found)
    entries = sorted(library.entries, key=lambda entry: entry.start_line or 0)
    return Blocks(entries, failed, reasons)


def _complete_from_volumes(entries: Sequence[Entry]) -> list[tuple[int | None, list[str]]]:
    """Add to entries what their volumes give; return the lines of those without, and reasons."""
    by_key = {entry.key.strip().lower(): entry for entry in reversed(entries)}
    orphans: list[tuple[int | None, list[str]]] = []
    for entry in entries:
        own = {name: one.value for name, one in entry.fields_dict.items()}
        name = values.to_text(own.get("crossref"))
        volume = by_key.get(name.lower()) if name else None
        if name and volume is None:
            orphans.append((entry.start_line, [NO_VOLUME.format(name)]))
        given = {one.key: one.value for one in volume.fields} if volume else {}
        given = {"booktitle": given.get("title"), **given} | own
        dates = {"date", "month"} if "year" in own else set()
        for key in INHERITED:
            if given.get(key) and key not in own and key not in dates:
                entry.set_field(Field(key, given[key]))
    return orphans


def _reason(block: Block) -> str:
    first = (block.raw or "").strip().splitlines()[:1]
    return (
        f"cannot be read as BibTeX: “{(first or [''])[0][:80]}”; "
        "correct the braces, quotes or commas of this entry"
    )


def _to_used(entries: Sequence[Mapping[str, Any]], settings: Settings) -> set[str]:
    """Return the fields that are read; the catalog's venue stands for one that all entries name."""
    names = {values.to_text(entry.get(name)) for entry in entries for name in VENUE_FIELDS} - {None}
    if settings.venue.kind == "list":
        return USED | {*VENUE_FIELDS, "publisher"}
    return USED | set(VENUE_FIELDS) if len(names) < 2 else USED


def _to_venue(given: Mapping[str, Any], settings: Settings) -> Venue:
    """Return the venue that an entry of a list names; other catalogs name one for all entries."""
    if settings.venue.kind != "list":
        return settings.venue
    for name, kind in VENUE_FIELDS.items():
        if (text := values.to_text(given.get(name))) and to_slug(text):
            publisher = values.to_text(given.get("publisher"))
            return Venue(to_slug(text), text, kind=kind, publisher=publisher)
    return settings.venue


def _to_published(given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the date, from the field date or from year and month, and a reason if it is wrong."""
    if values.to_text(given.get("date")):
        return dates.read_date(str(given["date"]).partition("/")[0])  # the start of a range
    published = dates.to_date(given.get("year"), given.get("month"))
    return (published if published and "-" in published else None), None


def _to_issue_field(given: Mapping[str, Any]) -> str | None:
    """Return the field with the issue of an entry, if it has one.

    The field number may also be that of a report, or of a volume in a series.
    """
    in_series = values.to_text(given.get("series")) and not values.to_text(given.get("journal"))
    if in_series or not any(values.to_text(given.get(name)) for name in VENUE_FIELDS):
        return None
    return next((name for name in ("number", "issue") if values.to_text(given.get(name))), None)


def _to_url(given: Mapping[str, Any], doi: str | None) -> str | None:
    eprint = values.to_text(given.get("eprint"))
    archive = str(given.get("archiveprefix") or given.get("eprinttype") or "").lower()
    if url := values.to_text(given.get("url")):
        return url
    if doi:
        return f"https://doi.org/{doi}"
    return f"https://arxiv.org/abs/{eprint}" if eprint and archive.strip() == "arxiv" else None


def _to_paper(entry: Entry, settings: Settings, file: Path | None) -> tuple[Paper, list[str]]:
    """Return the paper of an entry, and what cannot be used of it."""
    given = {name: found.value for name, found in entry.fields_dict.items()}
    doi = values.to_doi(given.get("doi"))
    published, reason = _to_published(given)
    venue = _to_venue(given, settings)
    year = dates.to_year(given.get("year")) or dates.to_year(published) or settings.venue.year
    paper = Paper(
        paper_id=entry.key.strip(),
        venue=venue,
        title=values.to_plain(given.get("title")),
        authors=tuple(
            Author(name.text, family=values.to_family(name.text, name.family))
            for name in given.get("author", ())
        ),
        year=year,
        published=published,
        abstract=values.to_paragraphs(values.to_plain(given.get("abstract"), lines=True)),
        tldr=values.to_text(given.get("tldr")),
        tags=values.to_list(given.get("keywords"), separators=";,|"),
        language=values.to_language(given.get("langid") or given.get("language"))
        or settings.language,
        doi=doi,
        volume=numbering.to_issue(given.get("volume")),
        issue=numbering.to_issue(given.get(_to_issue_field(given) or "")),
        pages=numbering.to_pages(given.get("pages")) or numbering.to_pages(given.get("eid")),
        license=values.to_text(given.get("license") or given.get("copyright")),
        url=_to_url(given, doi),
        pdf_url=files.to_pdf_url(settings.pdf_url, entry.key, file, settings.files)
        or values.to_text(given.get("pdf")),
        file=file,
        item=f"{settings.file.name}: line {(entry.start_line or 0) + 1}",
    )
    return paper, [one for one in (reason, dates.check_year(given.get("year"))) if one]


def _pop_file(entry: Entry, folder: dict[str, Path]) -> Path | None:
    """Remove from `folder` and return the file of an entry, by its field `file` or by its key.

    JabRef writes the field as ":dir/name.pdf:PDF", Zotero as "Title:C\\:\\\\dir\\\\name.pdf:type".
    """
    names = [*_to_file_names(entry), entry.key]
    by_lower = {file_id.lower(): file_id for file_id in folder}
    for name in names:
        if (file_id := files.to_file_id(name).lower()) in by_lower:
            return folder.pop(by_lower[file_id])
    return None


def _to_files_by_path(entries: Sequence[Entry], folder: Path) -> dict[int | None, Path]:
    """Return the file of each entry that names its folder, too, by the first line of the entry.

    Zotero writes files/12/paper.pdf, and many papers may have files of that name.
    """
    paths: defaultdict[str, list[Path]] = defaultdict(list)
    for path in folder.rglob("*"):
        is_used = files.is_paper(path) and files.is_visible(path.relative_to(folder))
        if is_used and files.find_obstacle(path, folder) is None:
            paths[path.name].append(path)
    found: dict[int | None, Path] = {}
    for entry in entries:
        for name in _to_paths(entry):
            ends = [path for path in paths[name.rpartition("/")[2]] if _has_end(path, name)]
            if len(ends) == 1 and ends[0] not in found.values():
                found.setdefault(entry.start_line, ends[0])
    return found


def _has_end(path: Path, name: str) -> bool:
    """Return whether a path and a name, with slashes, have the same file and folder."""
    return path.as_posix().split("/")[-2:] == name.split("/")[-2:]


def _to_paths(entry: Entry) -> Iterator[str]:
    """Yield the paths with a folder that the field `file` may have."""
    named = entry.fields_dict.get("file")
    for part in re.split(r"(?<!\\)[:;]", str(named.value) if named else ""):
        path = re.sub(r"\\(.)", r"\1", part.strip())
        if "/" in path or "\\" in path:
            yield path.replace("\\", "/")


def _to_file_names(entry: Entry) -> list[str]:
    """Return the names of files that the field `file` may mean, without folders."""
    named = entry.fields_dict.get("file")
    if named is None:
        return []
    text = " ".join(str(named.value).split())
    escaped = [re.sub(r"\\(.)", r"\1", part) for part in re.split(r"(?<!\\)[:;]", text)]
    parts = [*re.split("[:;]", text), *escaped, latex.to_verbatim(text)]
    return [part.replace("\\", "/").rpartition("/")[2].strip() for part in parts]


def _to_shown(names: list[str]) -> str:
    """Return the name for a message: the first with an ending, as parts of a path have none."""
    return next((name for name in names if re.search(r"\.\w{2,4}$", name)), names[0])[:200]
