"""Read a BibTeX file and a folder of PDFs.

The PDF of an entry is the one that its field `file` or its key names. ingest/matching.py matches
the other PDFs by the title on their first page.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares.middleware import BlockMiddleware
from bibtexparser.middlewares.parsestack import default_parse_stack
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    MiddlewareErrorBlock,
)

from papersette import loading
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import bibtex_names, files, values
from papersette.sources.bibtex_names import split_outside

# Its warnings become rows of the table `problems`.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


LARGEST = 100_000_000
"""Size limit of the file in bytes."""
TYPE = re.compile(r"^([ \t]*)@(\s*)(\w+)(\s*)([{(])", re.MULTILINE)
"""The start of an entry. BibTeX allows blanks and line breaks around its type, but bibtexparser
does not, so they are moved behind the brace."""
KEY = re.compile(r"^([ \t]*@\w+[{(]\s*[^\s,={}\"]+),([^\s,={}\"]+)(?=\s*,)", re.MULTILINE)
"""A key with a comma, which ends a key."""
UNREAD = re.compile(r"^[ \t]*@\s*\w", re.MULTILINE)
"""The start of an entry in what bibtexparser takes for a comment, because it has no brace."""


UNREAD_FIELD = (
    "has a name or LaTeX that cannot be read, so that its fields are as they are written; correct "
    "the commas of its names, or its braces"
)


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
    yield from problems
    commas = bibtex_names.SeparateAtCommas()
    blocks, failed, unread = _read_blocks(settings.file, commas)
    # PMLR's files begin with an entry for the volume itself.
    entries = [entry for entry in blocks if entry.entry_type.lower() != "proceedings"]
    yield Count(len(entries) + len(failed))
    for block in failed:
        item = f"{settings.file.name}: line {(block.start_line or 0) + 1}"
        yield Problem(venue, item, "read", _reason(block), lost=True)
    for entry in entries:
        paper = _to_paper(entry, settings, _pop_file(entry, folder))
        yield paper
        item = paper.item or paper.paper_id
        if entry.start_line in unread:
            yield Problem(venue, item, "read", UNREAD_FIELD, paper.paper_id)
        elif entry.start_line in commas.lines:
            names = "; ".join(author.name for author in paper.authors)[:300]
            reason = f"has authors separated by commas, read as {names}: separate them by “ and ”"
            yield Problem(venue, item, "read", reason, paper.paper_id)
    yield from files.to_loose(folder, venue, settings.files, settings.pdf_url)


def read_fields(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the type and the fields of every entry, @proceedings included, in lower case.

    Raises `UserError` if the file cannot be read as text.
    """
    for entry in _read_blocks(path)[0]:
        fields = {name.lower(): values.to_text(f.value) for name, f in entry.fields_dict.items()}
        yield entry.entry_type.lower(), {name: text for name, text in fields.items() if text}


class JoinStrings(BlockMiddleware):
    """Concatenate strings joined by #, as in `month = jan # "~1"`, which bibtexparser does not."""

    def transform_entry(self, entry: Entry, library: Library) -> Entry:
        macros = {key.lower(): string.value for key, string in library.strings_dict.items()}
        for field in entry.fields:
            parts = split_outside(str(field.value), "#")
            if len(parts) > 1:
                texts = [macros.get(part.lower(), part) for part in parts]
                field.value = "{" + "".join(_without_enclosing(text) for text in texts) + "}"
        return entry


def _without_enclosing(text: str) -> str:
    return text[1:-1] if text[:1] + text[-1:] in {'""', "{}"} else text


def _read_blocks(
    path: Path, commas: bibtex_names.SeparateAtCommas | None = None
) -> tuple[list[Entry], list[Block], set[int | None]]:
    """Return the entries, the blocks that are lost, and the lines of entries that are kept as
    they are, because a name or LaTeX in them cannot be read.
    """
    text = TYPE.sub(r"\1@\3\5\2\4", loading.read_text(path, LARGEST))
    text = KEY.sub(r"\1-\2", text)
    stack = [
        commas or bibtex_names.SeparateAtCommas(),
        middlewares.LatexDecodingMiddleware(),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
        middlewares.MergeNameParts(style="first"),
    ]
    library = parse_string(text, parse_stack=[JoinStrings(), *default_parse_stack(), *stack])
    entries = list(library.entries)
    unread: set[int | None] = set()
    failed: list[Block] = [
        block
        for block in library.comments
        if isinstance(block, ImplicitComment) and UNREAD.search(block.raw or "")
    ]
    for block in library.failed_blocks:
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and isinstance(
            block.ignore_error_block, Entry
        ):
            entries.append(block.ignore_error_block)  # a duplicate key is still a paper
        elif isinstance(block, MiddlewareErrorBlock) and isinstance(
            block.ignore_error_block, Entry
        ):
            entries.append(block.ignore_error_block)
            unread.add(block.start_line)
        else:
            failed.append(block)
    return sorted(entries, key=lambda entry: entry.start_line or 0), failed, unread


def _reason(block: Block) -> str:
    first = (block.raw or "").strip().splitlines()[:1]
    return (
        f"cannot be read as BibTeX: “{(first or [''])[0][:80]}”; "
        "correct the braces, quotes or commas of this entry"
    )


def _to_paper(entry: Entry, settings: Settings, file: Path | None) -> Paper:
    given = {key.lower(): field.value for key, field in entry.fields_dict.items()}
    doi = values.to_doi(given.get("doi"))
    return Paper(
        paper_id=entry.key.strip(),
        venue=settings.venue,
        title=values.to_text(given.get("title")),
        authors=tuple(
            Author(name) for name in _to_names(given.get("author")) if name.lower() != "others"
        ),
        year=values.to_year(given.get("year")) or settings.venue.year,
        abstract=values.to_paragraphs(given.get("abstract")),
        tldr=values.to_text(given.get("tldr")),
        tags=values.to_list(given.get("keywords"), separators=";,|"),
        language=values.to_text(given.get("langid")) or settings.language,
        doi=doi,
        license=values.to_text(given.get("license") or given.get("copyright")),
        url=values.to_text(given.get("url")) or (f"https://doi.org/{doi}" if doi else None),
        pdf_url=files.to_pdf_url(settings.pdf_url, entry.key, file, settings.files)
        or values.to_text(given.get("pdf")),
        file=file,
        item=f"{settings.file.name}: line {(entry.start_line or 0) + 1}",
    )


def _to_names(given: Any) -> tuple[str, ...]:
    """Return the names of a field, also where the parser could not separate them."""
    parts = given if isinstance(given, list) else re.split(r"\s+and\s+", str(given or ""))
    return values.to_list([str(part).strip(" ,{}") for part in parts])


def _pop_file(entry: Entry, folder: dict[str, Path]) -> Path | None:
    """Take the file that the entry names from `folder`, by its field `file` or by its key.

    JabRef writes the field as ":dir/name.pdf:PDF".
    """
    named = entry.fields_dict.get("file")
    names = [entry.key]
    if named is not None:
        parts = re.split(r"[:;]", str(named.value))
        names = [
            files.to_file_id(part.replace("\\", "/").rpartition("/")[2]) for part in parts
        ] + names
    by_lower = {file_id.lower(): file_id for file_id in folder}
    for name in names:
        if name.lower() in by_lower:
            return folder.pop(by_lower[name.lower()])
    return None
