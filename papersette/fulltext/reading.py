"""Extract the text of files in worker processes, so that a bad file does not affect others.

Each file is read in a worker process with limits of time, memory and pages. `extract` yields its
text, or the reason why it has none, and continues with the next file.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from papersette import cache, files, workers
from papersette.fulltext import (
    cleaning,
    engines,
    entry_layout,
    front,
    headings,
    hidden,
    hyphens,
    languages,
    quality,
    recognition,
    references,
    typography,
)
from papersette.fulltext.front import Front
from papersette.fulltext.headings import Heading
from papersette.fulltext.hidden import Hidden
from papersette.records import Author
from papersette.workers import DEFAULTS, Limits, Workers

RULES = ("fulltext/*", "list_headings.*", "names.py", "text.py")
"""Files with rules that clean text depends on."""


@dataclass(frozen=True)
class Page:
    """The text of one page: body text and reference list; either may be ""."""

    body: str
    """One paragraph per line."""
    refs: str = ""
    """Lines as printed, with an empty line before each entry if the layout shows the entries."""
    engine: str = "text"
    """Engine that read it: "pdfium", "pdfminer" or "ocr"; "text" for a text file."""


NO_FRONT = Front()


@dataclass(frozen=True)
class Text:
    """The text of one file."""

    pages: tuple[Page, ...]
    sha256: str
    """Hash of the file."""
    front: Front = NO_FRONT
    headings: tuple[Heading, ...] = ()
    language: str | None = None
    """ISO 639-1 code of the text's language; None if it is uncertain."""
    broken: tuple[str, ...] = ()
    """Compounds broken at a line end that were joined, as they occur nowhere else in the text."""
    forms: str = ""
    """Words and compounds of the text, for the decision of the corpus: see hyphens.py."""
    hidden: tuple[Hidden, ...] = ()
    """Text that readers of the PDF cannot see."""
    warning: str | None = None
    """Possible extraction problem, for the table `problems`; None if there is none."""
    unsaved: str | None = None
    """Reason why the text could not be cached; None if it was, or if there is no cache."""


TOO_LONG = (
    f"has more than {engines.MAX_PAGES:,} pages; the text of those after page "
    f"{engines.MAX_PAGES:,} is missing: split the file"
)


@dataclass(frozen=True)
class Job:
    """One file to read, with options: the argument of a worker."""

    path: Path
    engine: str = "pdfium"
    cache: cache.Location | None = None
    structure: bool = True
    ocr: bool = False


def extract(
    paths: Iterable[Path],
    *,
    jobs: int = 1,
    engine: str = "pdfium",
    cache_folder: cache.Location | None = None,
    structure: bool = True,
    ocr: bool = False,
    limits: Limits = DEFAULTS,
    pool: Workers | None = None,
) -> Iterator[tuple[Path, Text | str]]:
    """Yield (path, text) for each file in the given order, or (path, reason why it has none).

    Text that is not in the cache is read by the workers of `pool`, or by `jobs` new ones.
    """
    work = (Job(path, engine, cache_folder, structure, ocr) for path in paths)
    seconds = limits.ocr_seconds if ocr else limits.seconds
    with contextlib.ExitStack() as stack:
        pool = pool or stack.enter_context(Workers(jobs, limits, prepare_worker))
        for outcome in pool.run(read_file, work, seconds=seconds, find=find_cached):
            yield outcome.job.path, _result_or_reason(outcome, limits, seconds)


def prepare_worker() -> None:
    """Load what every file needs, before the worker's memory is limited."""
    languages.load()


def _result_or_reason(
    outcome: workers.Outcome[Job, Text], limits: Limits, seconds: float
) -> Text | str:
    try:
        return outcome.result()
    except engines.Unreadable as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        return workers.to_reason(error, limits, seconds, "its text is missing")


def find_cached(job: Job) -> Text | None:
    """Return the text of a file if it is in the cache."""
    if job.cache is None:
        return None
    try:
        sha256 = files.hash_file(job.path)
    except (files.Unusable, OSError):
        return None
    entry = cache.read_entry(job.cache, _to_keys(job, sha256)[1])
    return _to_text(entry, sha256, None) if entry and _has_text(entry) else None


def read_file(job: Job) -> Text:
    """Read and clean one file, or take it from the cache. Raises `engines.Unreadable`."""
    try:
        sha256 = files.hash_file(job.path)
    except files.Unusable as error:
        raise engines.Unreadable(str(error)) from None
    raw_key, key = _to_keys(job, sha256)
    entry = cache.read_entry(job.cache, key) if job.cache else None
    unsaved = None
    if entry is None:
        entry = to_entry(job, _read_raw(job, raw_key))
        unsaved = _keep(job, key, entry)
    if not _has_text(entry):
        raise engines.Unreadable(quality.EMPTY if files.is_text(job.path) else quality.NO_TEXT)
    return _to_text(entry, sha256, unsaved)


def _to_keys(job: Job, sha256: str) -> tuple[str, str]:
    """Return the cache keys of a file's raw text and of its clean text."""
    engine = "text" if files.is_text(job.path) else f"{job.engine}, ocr {job.ocr}"
    raw_key = cache.to_key(sha256, engine, engines.VERSION)
    return raw_key, cache.to_key(raw_key, to_version(), str(job.structure))


@functools.cache
def to_version() -> str:
    """Return the version of what cleans raw text, for cache keys."""
    return f"{cache.to_rules_version(RULES)}, py3langid {metadata.version('py3langid')}"


def _has_text(entry: dict[str, Any]) -> bool:
    return any(body or refs for body, refs, _ in entry["pages"])


def _to_text(entry: dict[str, Any], sha256: str, unsaved: str | None) -> Text:
    return Text(
        pages=tuple(Page(*page) for page in entry["pages"]),
        sha256=sha256,
        front=_to_front(*entry["front"]),
        headings=tuple(Heading(*heading) for heading in entry["headings"]),
        language=entry["language"],
        broken=tuple(entry["broken"]),
        forms=entry["forms"],
        hidden=tuple(Hidden(*one) for one in entry["hidden"]),
        warning=entry["warning"],
        unsaved=unsaved,
    )


def _to_front(
    title: str | None, authors: list[tuple[str, str | None]], abstract: str | None
) -> Front:
    return Front(title, tuple(Author(name, affiliation) for name, affiliation in authors), abstract)


def _keep(job: Job, key: str, entry: Any) -> str | None:
    """Save an entry in the cache, if there is one; return the reason if it cannot be saved."""
    try:
        if job.cache:
            cache.save_entry(job.cache, key, entry)
    except OSError as error:
        return error.strerror or str(error)
    return None


def _read_raw(job: Job, key: str) -> list[engines.RawPage]:
    if files.is_text(job.path):
        return engines.read_text(job.path)
    entry = cache.read_entry(job.cache, key) if job.cache else None
    if entry is not None:
        return [engines.RawPage(*page) for page in entry]
    pages = engines.ENGINES[job.engine](job.path)
    if not pages:
        raise engines.Unreadable("has no pages: its page tree is damaged; get another copy")
    if job.ocr and all(quality.is_empty(page.text) for page in pages):
        pages = recognition.read_scan(job.path)
    _keep(job, key, pages)
    return pages


def to_entry(job: Job, raw: list[engines.RawPage]) -> dict[str, Any]:
    """Return the cache entry of a file, ready for JSON, with at most `engines.MAX_PAGES` pages."""
    raw, more = raw[: engines.MAX_PAGES], len(raw) > engines.MAX_PAGES
    lines, broken = cleaning.clean_with_breaks([page.text for page in raw])
    separated = references.separate_references(lines)
    lists = entry_layout.mark_entries(job.path, [refs for _, refs in separated])
    found, sections, unseen = (
        _read_structure(job, lines, separated) if job.structure else (NO_FRONT, (), [])
    )
    pages = [
        [cleaning.to_paragraphs(body), "\n".join(refs), page.engine]
        for (body, _), refs, page in zip(separated, lists, raw, strict=True)
    ]
    return {
        "pages": pages,
        "front": [found.title, [[a.name, a.affiliation] for a in found.authors], found.abstract],
        "headings": [[h.number, h.title, h.page, h.level] for h in sections],
        "language": languages.detect(["\n".join(body) for body, _ in separated]),
        "broken": broken,
        "forms": hyphens.to_forms("\n".join(f"{body}\n{refs}" for body, refs, _ in pages)),
        "hidden": unseen,
        "warning": "; ".join(
            filter(None, (TOO_LONG if more else "", quality.to_warning([p.text for p in raw])))
        )
        or None,
    }


def _read_structure(
    job: Job, lines: list[list[str]], separated: list[tuple[list[str], list[str]]]
) -> tuple[Front, tuple[Heading, ...], list[Hidden]]:
    """Return title, authors, abstract and headings of a file, and its hidden text."""
    typed: list[typography.TypedPage] = []
    metadata = typography.Metadata()
    if job.path.suffix.lower() == ".pdf":
        typed, metadata = typography.read_type(job.path, front.PAGES, len(lines))
    # The heading of a reference list is included: it may be the last one with a number.
    own = [[*body, *refs[:1]] for body, refs in separated]
    unseen = hidden.find_hidden(job.path, typed)
    return front.read_front(typed, metadata, lines), headings.to_headings(own, typed), unseen
