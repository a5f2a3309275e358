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

from pebble import ProcessExpired, ProcessPool

from papersette.fulltext import cache, cleaning, engines, references


@dataclass(frozen=True)
class Page:
    """One page: the paper's own text, and its share of the reference list; either may be ""."""

    body: str
    refs: str = ""


@dataclass(frozen=True)
class Text:
    """What one file holds."""

    pages: tuple[Page, ...]
    sha256: str
    """Of the file's bytes."""
    engine: str
    """Which engine read it: "pdfium", "pdfminer" or "text"."""


@dataclass(frozen=True)
class Limits:
    """What reading one file may cost."""

    seconds: float = 60
    memory: int = 1 << 30
    """Bytes of address space beyond what the worker takes to start."""
    files_per_worker: int = 200
    """A worker is replaced after so many files: what a library leaks goes with it."""


DEFAULTS = Limits()


@dataclass(frozen=True)
class Job:
    """One file to read, as it goes to a worker."""

    path: Path
    engine: str
    cache: Path | None


def extract(
    paths: Iterable[Path],
    *,
    jobs: int = 1,
    engine: str = "pdfium",
    cache_folder: Path | None = None,
    limits: Limits = DEFAULTS,
) -> Iterator[tuple[Path, Text | str]]:
    """Yield (path, its text) for each file in the order given, or (path, the reason why there is none)."""
    work = [Job(path, engine, cache_folder) for path in paths]
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
            futures = [pool.schedule(read_file, args=(job,), timeout=limits.seconds) for job in work]
            for job, future in zip(work, futures, strict=True):
                yield job.path, _result_or_reason(future, limits)
        except BaseException:  # Ctrl-C, or a reader that stopped early: the workers must not outlive it
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


def _limit_memory(limit: int) -> None:
    statm = Path("/proc/self/statm")  # Linux
    used = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (used + limit, hard))


def read_file(job: Job) -> Text:
    """Read and clean one file, by the cache where it can. Raises `engines.Unreadable` with the reason."""
    sha256 = hashlib.sha256(job.path.read_bytes()).hexdigest()
    engine = "text" if job.path.suffix.lower() == ".txt" else job.engine
    raw_key = cache.to_key(sha256, engine, engines.VERSION)
    clean_key = cache.to_key(raw_key, cleaning.VERSION)
    parts = cache.read_entry(job.cache, clean_key) if job.cache else None
    if parts is None:
        parts = clean_pages(_read_raw(job, engine, raw_key))
        if job.cache:
            cache.save_entry(job.cache, clean_key, parts)
    if not any(body or refs for body, refs in parts):
        raise engines.Unreadable("has no text: scanned pages? Run ocrmypdf on it and build again")
    return Text(tuple(Page(body, refs) for body, refs in parts), sha256, engine)


def _read_raw(job: Job, engine: str, key: str) -> list[str]:
    if engine == "text":
        return engines.read_text(job.path)
    entry = cache.read_entry(job.cache, key) if job.cache else None
    if entry is not None:
        return entry[0]
    pages = engines.ENGINES[engine](job.path)
    if job.cache:
        cache.save_entry(job.cache, key, [pages])
    return pages


def clean_pages(raw: list[str]) -> list[list[str]]:
    """[body, refs] of each page, as running text."""
    parted = references.part_references(cleaning.clean(raw))
    return [[cleaning.to_paragraphs(body), cleaning.to_paragraphs(refs)] for body, refs in parted]
