"""Files in, the clean pages of each out; a bad file costs only itself.

The rule: each file is read in a worker process with limits on time, memory and pages. Whatever happens there, `extract`
answers for that file with its text or with a reason, and goes on.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import resource
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from papersette.fulltext import (
    cache,
    cleaning,
    engines,
    quality,
    recognition,
    references,
    structure,
)
from papersette.fulltext.structure import Front, Heading


@dataclass(frozen=True)
class Page:
    """One page: the paper's own text, and its share of the reference list; either may be ""."""

    body: str
    """A paragraph a line."""
    refs: str = ""
    """Lines as printed: where one begins is half of what tells an entry's beginning."""
    engine: str = "text"
    """What read it: "pdfium", "pdfminer", "ocr", or "text" for a file of text."""


NO_FRONT = Front()


@dataclass(frozen=True)
class Text:
    """What one file holds."""

    pages: tuple[Page, ...]
    sha256: str
    """Of the file's bytes."""
    front: Front = NO_FRONT
    headings: tuple[Heading, ...] = ()
    doubt: str | None = None
    """What looks wrong with the text, though there is some."""


@dataclass(frozen=True)
class Limits:
    """What reading one file may cost."""

    seconds: float = 60
    ocr_seconds: float = 1800
    """Where pages may have to be recognised from pictures."""
    memory: int = 1 << 30
    """Bytes of address space beyond what the worker takes to start."""
    files_per_worker: int = 200
    """A worker is replaced after so many files: what a library leaks goes with it."""


DEFAULTS = Limits()


@dataclass(frozen=True)
class Job:
    """One file to read, as it goes to a worker."""

    path: Path
    engine: str = "pdfium"
    cache: Path | None = None
    structure: bool = True
    ocr: bool = False


def extract(
    paths: Iterable[Path],
    *,
    jobs: int = 1,
    engine: str = "pdfium",
    cache_folder: Path | None = None,
    structure: bool = True,
    ocr: bool = False,
    limits: Limits = DEFAULTS,
) -> Iterator[tuple[Path, Text | str]]:
    """Yield (path, its text) for each file in the order given, or (path, the reason why there is none)."""
    work = [Job(path, engine, cache_folder, structure, ocr) for path in paths]
    if not work:
        return
    context = multiprocessing.get_context("spawn")  # fork would copy the parent's memory and locks
    with ProcessPool(
        max_workers=jobs,
        max_tasks=limits.files_per_worker,
        initializer=_limit_memory,
        initargs=(limits.memory,),
        context=context,
    ) as pool:
        try:
            futures = [
                pool.schedule(
                    read_file, args=(job,), timeout=limits.ocr_seconds if ocr else limits.seconds
                )
                for job in work
            ]
            for job, future in zip(work, futures, strict=True):
                yield job.path, _result_or_reason(future, limits)
        except (
            BaseException
        ):  # Ctrl-C, or a reader that stopped early: the workers must not outlive it
            pool.stop()  # type: ignore[no-untyped-call]
            raise


def _result_or_reason(future: object, limits: Limits) -> Text | str:
    try:
        result: Text = future.result()  # type: ignore[attr-defined]
        return result
    except engines.Unreadable as error:
        return str(error)
    except FutureTimeout:
        return f"took longer than {limits.seconds:.0f} seconds to read; its text is left out"
    except ProcessExpired as error:
        return f"ended the process that read it (exit code {error.exitcode}); its text is left out"
    except MemoryError:
        return f"took more than {limits.memory >> 20} MiB of memory to read; its text is left out"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    except Exception as error:  # noqa: BLE001 - a defect of ours on one file must not cost the others
        return f"made Papersette's reader fail, which is a defect: {type(error).__name__}: {error}"


def _limit_memory(limit: int) -> None:
    statm = Path("/proc/self/statm")  # Linux
    used = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (used + limit, hard))


def read_file(job: Job) -> Text:
    """Read and clean one file, by the cache where it can. Raises `engines.Unreadable` with the reason."""
    sha256 = hashlib.sha256(job.path.read_bytes()).hexdigest()
    engine = "text" if job.path.suffix.lower() == ".txt" else f"{job.engine}, ocr {job.ocr}"
    raw_key = cache.to_key(sha256, engine, engines.VERSION)
    key = cache.to_key(
        raw_key, cleaning.VERSION, references.VERSION, structure.VERSION, str(job.structure)
    )
    entry = cache.read_entry(job.cache, key) if job.cache else None
    if entry is None:
        entry = to_entry(job, _read_raw(job, raw_key))
        if job.cache:
            cache.save_entry(job.cache, key, entry)
    if not any(body or refs for body, refs, _ in entry["pages"]):
        raise engines.Unreadable(quality.NO_TEXT)
    return Text(
        pages=tuple(Page(*page) for page in entry["pages"]),
        sha256=sha256,
        front=Front(*entry["front"]),
        headings=tuple(Heading(*heading) for heading in entry["headings"]),
        doubt=entry["doubt"],
    )


def _read_raw(job: Job, key: str) -> list[engines.RawPage]:
    if job.path.suffix.lower() == ".txt":
        return engines.read_text(job.path)
    entry = cache.read_entry(job.cache, key) if job.cache else None
    if entry is not None:
        return [engines.RawPage(*page) for page in entry]
    pages = engines.ENGINES[job.engine](job.path)
    if not pages:
        raise engines.Unreadable("has no pages: what lists them is damaged; get another copy")
    if job.ocr and all(quality.is_empty(page.text) for page in pages):
        pages = recognition.read_scan(job.path)
    if job.cache:
        cache.save_entry(job.cache, key, pages)
    return pages


def to_entry(job: Job, raw: list[engines.RawPage]) -> dict[str, Any]:
    """What is kept of a file, as the cache holds it: plain lists and text."""
    lines = cleaning.clean([page.text for page in raw])
    parted = references.part_references(lines)
    front = structure.read_front(job.path, lines) if job.structure else NO_FRONT
    headings = structure.to_headings(lines) if job.structure else ()
    return {
        "pages": [
            [cleaning.to_paragraphs(body), "\n".join(filter(None, refs)), page.engine]
            for (body, refs), page in zip(parted, raw, strict=True)
        ],
        "front": [front.title, front.authors, front.abstract],
        "headings": [[h.number, h.title, h.page] for h in headings],
        "doubt": quality.doubt([page.text for page in raw]),
    }
