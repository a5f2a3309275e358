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
)

from papersette import loading
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import files, values

# Its warnings become rows of the table `problems`.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


LARGEST = 100_000_000
"""Size limit of the file in bytes."""
TYPE = re.compile(r"^([ \t]*)@(\s*)(\w+)(\s*)([{(])", re.MULTILINE)
"""The start of an entry. BibTeX allows blanks and line breaks around its type, but bibtexparser
does not, so they are moved behind the brace."""
UNREAD = re.compile(r"^[ \t]*@\s*\w", re.MULTILINE)
"""The start of an entry in what bibtexparser takes for a comment, because it has no brace."""


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
    blocks, failed = _read_blocks(settings.file)
    # PMLR's files begin with an entry for the volume itself.
    entries = [entry for entry in blocks if entry.entry_type.lower() != "proceedings"]
    yield Count(len(entries) + len(failed))
    for block in failed:
        item = f"{settings.file.name}: line {(block.start_line or 0) + 1}"
        yield Problem(venue, item, "read", _reason(block), lost=True)
    for entry in entries:
        yield _to_paper(entry, settings, _pop_file(entry, folder))
    for path in folder.values():
        yield LooseFile(venue, path, settings.pdf_url)


class JoinStrings(BlockMiddleware):
    """Concatenate strings joined by #, as in `month = jan # "~1"`, which bibtexparser does not."""

    def transform_entry(self, entry: Entry, library: Library) -> Entry:
        macros = {key.lower(): string.value for key, string in library.strings_dict.items()}
        for field in entry.fields:
            parts = _split(str(field.value))
            if len(parts) > 1:
                texts = [macros.get(part.lower(), part) for part in parts]
                field.value = "{" + "".join(_without_enclosing(text) for text in texts) + "}"
        return entry


def _split(value: str) -> list[str]:
    """Split a value at each # outside braces and quotes."""
    parts, depth, quoted = [""], 0, False
    for c in value:
        depth += (c == "{") - (c == "}")
        quoted ^= c == '"' and depth == 0
        if c == "#" and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts]


def _without_enclosing(text: str) -> str:
    return text[1:-1] if text[:1] + text[-1:] in {'""', "{}"} else text


def _read_blocks(path: Path) -> tuple[list[Entry], list[Block]]:
    text = TYPE.sub(r"\1@\3\5\2\4", loading.read_text(path, LARGEST))
    stack = [
        middlewares.LatexDecodingMiddleware(),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
        middlewares.MergeNameParts(style="first"),
    ]
    library = parse_string(text, parse_stack=[JoinStrings(), *default_parse_stack(), *stack])
    entries = list(library.entries)
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
        else:
            failed.append(block)
    return sorted(entries, key=lambda entry: entry.start_line or 0), failed


def _reason(block: Block) -> str:
    first = (block.raw or "").strip().splitlines()[:1]
    return (
        f"cannot be read as BibTeX: “{(first or [''])[0][:80]}”; "
        "correct the braces, quotes or commas of this entry"
    )


def _to_paper(entry: Entry, settings: Settings, file: Path | None) -> Paper:
    given = {key.lower(): field.value for key, field in entry.fields_dict.items()}
    return Paper(
        paper_id=entry.key.strip(),
        venue=settings.venue,
        title=values.to_text(given.get("title")),
        authors=tuple(
            Author(name) for name in values.to_list(given.get("author")) if name != "others"
        ),
        year=values.to_year(given.get("year")) or settings.venue.year,
        abstract=values.to_paragraphs(given.get("abstract")),
        tldr=values.to_text(given.get("tldr")),
        tags=values.to_list(given.get("keywords"), separators=";,|"),
        language=values.to_text(given.get("langid")) or settings.language,
        url=values.to_text(given.get("url")),
        pdf_url=files.to_pdf_url(settings.pdf_url, entry.key, file)
        or values.to_text(given.get("pdf")),
        file=file,
        item=f"{settings.file.name}: line {(entry.start_line or 0) + 1}",
    )


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
