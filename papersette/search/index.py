"""The search index: derived from papers.db, kept in a folder beside it, rebuilt when it is stale.

There are two Tantivy indexes. `papers` has a document for each paper and decides which papers
match; `pages` has a document for each page and decides how well, and which page is shown.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import json
import logging
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import tantivy

from papersette.search import common_words, meaning
from papersette.search.analysis import prepare, to_stems_analyzer, to_words_analyzer
from papersette.search.common_words import CommonWords, write_common_words

logger = logging.getLogger(__name__)

FORMAT = 6
"""Version of the fields and analyzers below; an index of another version is rebuilt."""
MANIFEST = "manifest.json"
CHECKED_BYTES = 1 << 20
"""Number of bytes that are read at once to compute a checksum."""
HEAP_BYTES = 256_000_000
"""Number of bytes that each writer may hold in memory before it writes a segment."""

REMEMBERED_TERMS = 20_000
"""Terms whose numbers of papers are kept in memory: a search asks for those of each several times.
"""

FOLDERS = ("papers", "pages", common_words.FOLDER, meaning.FOLDER)
"""Folders of an index; the last is only there where a model was named."""
PAPER_FIELDS = (
    "title", "abstract", "tags", "authors", "affiliations", "venue", "text", "refs"
)  # fmt: skip
"""`text` is all of a paper but its reference lists."""
PAPER_STEMS = ("title_stems", "abstract_stems", "tags_stems")
FUNCTION_WORDS = tuple(f" {word} " for word in "the of and to in is de la et der und في".split())
PROSE_SHARE = 0.15
"""Share of function words in running text; tables, formulas and captions have fewer."""
FULL_PAGE = 1500
"""Characters of a page that counts in full; the last lines of a paper, or a caption, do not."""
LEAST_PROSE = 0.3
"""Weight of a page without running text, such as a page of figures, when passages are chosen."""


@dataclass(frozen=True)
class Index:
    """An open search index: a searcher for papers and one for pages."""

    papers: tantivy.Searcher
    pages: tantivy.Searcher
    papers_schema: tantivy.Schema
    pages_schema: tantivy.Schema
    common_words: CommonWords

    @cached_property
    def count_papers(self) -> Callable[[str, str], int]:
        """Returns how many papers have a term in a field."""
        return lru_cache(maxsize=REMEMBERED_TERMS)(self.papers.doc_freq)


def to_fingerprint(conn: sqlite3.Connection) -> str:
    """Return what tells one build of papers.db from another."""
    row = conn.execute(
        "select build_id, fingerprint, started from builds order by build_id desc limit 1"
    ).fetchone()
    return " ".join(map(str, (FORMAT, importlib.metadata.version("tantivy"), *(row or ()))))


def read_fingerprint(database: Path) -> str:
    """Return the fingerprint of the build that is at a path now."""
    with closing(connect(database)) as conn:
        return to_fingerprint(conn)


def build_index(
    database: Path, folder: Path, report: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Index a database into `folder`, replacing what is there.

    Where another process indexes the same database, this one waits and uses its index. Where a
    build replaces the database while it is read, the index of that build is used, or made.

    Args:
        database: papers.db.
        folder: Where the index goes; it appears when it is complete.
        report: Called for each paper with the number of pages indexed and of all pages.

    Raises:
        OSError: The folder cannot be written.
    """
    part = to_part_folder(folder)
    with _locked(folder) as has_waited:
        is_made = has_waited and is_current(database, folder)
        while not is_made:
            fingerprint = read_fingerprint(database)
            for done, total in write_index(database, part):
                report(done, total)
            meaning.keep_meaning(database, folder, part)
            write_manifest(part, fingerprint)
            if read_fingerprint(database) == fingerprint:
                install_index(part, folder)
                return
            shutil.rmtree(part)
            is_made = is_current(database, folder)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the lock of an index; yield whether another process held it before."""
    path = folder.with_name(f".{folder.name}.lock")
    with path.open("a") as file:
        has_waited = False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(file, fcntl.LOCK_EX)
            has_waited = True
        except OSError as error:
            logger.warning("%s is not locked: %s", folder, error)
        try:
            yield has_waited
        finally:
            path.unlink(missing_ok=True)


def to_part_folder(folder: Path) -> Path:
    """Return where an index is written before it is complete."""
    return folder.with_name(f".{folder.name}.part")


def install_index(part: Path, folder: Path) -> None:
    """Replace `folder` by a complete index."""
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def write_index(database: Path, part: Path) -> Iterator[tuple[int, int]]:
    """Write an index into an empty folder; yield (pages done, all pages) for each paper.

    Its manifest is written by `write_manifest`, when the index is complete.
    """
    shutil.rmtree(part, ignore_errors=True)
    for name in ("papers", "pages"):
        (part / name).mkdir(parents=True)
    with closing(connect(database)) as conn:
        yield from _write(conn, part)
        size = conn.execute("select coalesce(max(number), 0) + 1 from papers").fetchone()[0]
    papers = _open(part / "papers")
    write_common_words(papers.searcher(), papers.schema, part, size)


def write_manifest(folder: Path, fingerprint: str) -> None:
    """Bind an index to the build with a fingerprint, with the checksums of all its files."""
    manifest = {"fingerprint": fingerprint, "checksums": to_checksums(folder)}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    _share(folder, (folder / MANIFEST).stat().st_mode)


def _share(folder: Path, mode: int) -> None:
    """Give all files of an index the mode of its manifest.

    The engine keeps its meta.json for the owner; a server that runs as another user could not open
    the index, and would build its own at each start.
    """
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)


def to_checksums(folder: Path) -> dict[str, int]:
    """Return the CRC-32 of every file of an index that searches read.

    The engine itself notices damage only when it reads the damaged part, and then may panic.
    """
    files = sorted(path for name in FOLDERS for path in (folder / name).glob("[!.]*"))
    return {path.relative_to(folder).as_posix(): _to_checksum(path) for path in files}


def _to_checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(CHECKED_BYTES):
            checksum = zlib.crc32(block, checksum)
    return checksum


def to_index_folder(database: Path) -> Path:
    """Return the folder of the index beside a database: papers.index for papers.db."""
    return database.with_suffix(".index")


def connect(database: Path) -> sqlite3.Connection:
    """Open a database for reading only, usable from any thread."""
    uri = f"{database.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def is_current(database: Path, folder: Path) -> bool:
    """Tell whether the index in `folder` is one of this build of the database, and undamaged."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        is_of_build = manifest["fingerprint"] == read_fingerprint(database)
        return bool(is_of_build and manifest["checksums"] == to_checksums(folder))
    except PermissionError as error:
        logger.warning("%s cannot be read: %s", folder, error)
        return False
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error):
        return False


def open_index(folder: Path) -> Index:
    """Open an index for searching.

    Raises:
        ValueError: The index is damaged.
    """
    papers, pages = _open(folder / "papers"), _open(folder / "pages")
    words = CommonWords(folder)
    return Index(papers.searcher(), pages.searcher(), papers.schema, pages.schema, words)


def _open(folder: Path) -> tantivy.Index:
    try:
        return _open_folder(folder)
    except ValueError as error:
        if "Lockfile" not in str(error):
            raise
    # The engine locks a folder to open it, even for reading. One that this user may only read, or
    # that is on a read-only disk, is opened through links; they are not needed afterwards.
    with tempfile.TemporaryDirectory(prefix="papersette-") as links:
        for path in folder.iterdir():
            if path.suffix != ".lock":
                (Path(links) / path.name).symlink_to(path.resolve())
        return _open_folder(Path(links))


def _open_folder(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer("words", to_words_analyzer())
    index.register_tokenizer("stems", to_stems_analyzer())
    index.reload()
    return index


def _write(conn: sqlite3.Connection, folder: Path) -> Iterator[tuple[int, int]]:
    total = conn.execute("select count(*) from pages").fetchone()[0]
    papers_schema, pages_schema = _papers_schema(), _pages_schema()
    paper_writer = _create(folder / "papers", papers_schema)
    page_writer = _create(folder / "pages", pages_schema)
    done = 0
    for paper, own_pages in _read(conn):
        paper_writer.add_document(tantivy.Document.from_dict(paper, papers_schema))
        for page in own_pages:
            page_writer.add_document(tantivy.Document.from_dict(page, pages_schema))
        done += len(own_pages)
        yield done, total
    for writer in (paper_writer, page_writer):
        writer.commit()
        writer.wait_merging_threads()


def _create(folder: Path, schema: tantivy.Schema) -> tantivy.IndexWriter:
    index = tantivy.Index(schema, path=str(folder))
    index.register_tokenizer("words", to_words_analyzer())
    index.register_tokenizer("stems", to_stems_analyzer())
    return index.writer(HEAP_BYTES, 1)


def _papers_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", indexed=True, fast=True)
    for name in PAPER_FIELDS:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    for name in PAPER_STEMS:
        builder.add_text_field(name, tokenizer_name="stems", index_option="freq")
    return builder.build()


def _pages_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("page_id", fast=True)
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_float_field("prose", fast=True)
    builder.add_text_field("part", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="words", index_option="position")
    builder.add_text_field("refs", tokenizer_name="words", index_option="position")
    builder.add_text_field("stems", tokenizer_name="stems", index_option="freq")
    return builder.build()


def _read(conn: sqlite3.Connection) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each paper with its pages, as fields of documents."""
    parts: dict[int, list[str]] = {}
    for kind, page_id in conn.execute("select kind, page_id from section_pages"):
        parts.setdefault(page_id, []).append(kind)
    for number, paper_id, *fields in conn.execute(PAPERS):
        title, abstract, tags, authors, affiliations, venue = map(prepare, fields)
        pages = [
            {"page_id": page_id, "number": number, "part": parts.get(page_id, []),
             "body": prepare(body), "refs": prepare(refs), "prose": to_prose(body or "")}
            for page_id, body, refs in conn.execute(PAGES, (paper_id,))
        ]  # fmt: skip
        for page in pages:
            page["stems"] = page["body"]
        paper = {
            "number": number,
            "title": title, "abstract": abstract, "tags": tags, "venue": venue,
            "authors": authors, "affiliations": affiliations,
            "title_stems": title, "abstract_stems": abstract, "tags_stems": tags,
            "text": [title, abstract, tags, authors, affiliations, venue,
                     "\n".join(p["body"] for p in pages)],
            "refs": "\n".join(p["refs"] for p in pages),
        }  # fmt: skip
        yield paper, pages


def to_prose(text: str) -> float:
    """Return how much running text a page has, from `LEAST_PROSE` to 1.

    >>> to_prose("GAN 1.0 0.5 GAN 0.2 FID"), to_prose("the loss of the GAN is low in " * 60)
    (0.3, 1.0)
    """
    low = text[:FULL_PAGE].lower()
    share = sum(low.count(word) for word in FUNCTION_WORDS) / (low.count(" ") + 1)
    prose = min(1.0, share / PROSE_SHARE) * min(1.0, len(text) / FULL_PAGE)
    return max(LEAST_PROSE, prose)


PAPERS = """
select number, paper_id, papers.title, coalesce(abstract, '') || char(10) || coalesce(tldr, ''),
    tags, authors,
    (select group_concat(affiliation, char(10)) from authorships
     where authorships.paper_id = papers.paper_id),
    venues.name || ' ' || coalesce(papers.year, '')
from papers join venues using (venue_id) order by number
"""
PAGES = "select page_id, body, refs from pages where paper_id = ? order by page"
