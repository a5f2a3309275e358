"""Extract the text of all files of a build, and report what could not be read or cached."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from papersette.catalogs.catalog import Catalog
from papersette.database import part_files
from papersette.errors import UserError
from papersette.fulltext import SystemFailure, Text, extract
from papersette.fulltext.compounds import restore_compounds
from papersette.progress import Progress, warn
from papersette.workers import Workers


def extract_texts(
    options: argparse.Namespace,
    publication: Catalog,
    files: list[Path],
    pool: Workers,
    progress: Progress,
) -> dict[Path, Text | str]:
    """Return the text of each file, or the reason why it has none.

    Raises `UserError` if nearly all files fail for one reason that is not in the files.
    """
    if isinstance(options.cache, Path):
        part_files.remove_stale(options.cache, "*/*.part")
    reading = extract(
        files,
        pool=pool,
        engine=options.engine,
        cache_folder=options.cache,
        ocr=publication.ocr,
    )
    texts = dict(progress.over("reading papers", reading, len(files)))
    check_texts(options.db, texts)
    unsaved = Counter(
        text.unsaved for text in texts.values() if isinstance(text, Text) and text.unsaved
    )
    warn_unsaved(options, unsaved, "the text", len(files))
    return restore_compounds(texts)


def warn_unsaved(
    options: argparse.Namespace, unsaved: Mapping[str, int], what: str, total: int
) -> None:
    """Warn that some results could not be cached, once for each reason."""
    for reason, count in unsaved.items():
        warn(
            f"--cache {options.cache}: {what} of {count:,} of {total:,} files could not be "
            f"kept ({reason}); this build uses it, the next one reads these files again"
        )


def check_texts(database: Path, texts: Mapping[Path, Text | str]) -> None:
    """Raise `UserError` if nearly all files have no text for one reason of the system."""
    reasons = Counter(str(text) for text in texts.values() if isinstance(text, SystemFailure))
    for reason, count in reasons.most_common(1):
        if count >= max(FEWEST_FAILURES, FAILURE_SHARE * len(texts)):
            example = next(path for path, text in texts.items() if text == reason)
            raise UserError(
                f"{database} is not built: {count:,} of {len(texts):,} files have the same "
                f"problem, which is one of this system: {example} {reason}"
            )


FAILURE_SHARE = 0.9
"""Share of the files that end a build if they fail for one reason of the system."""
FEWEST_FAILURES = 3
"""Least number of failures that end a build; fewer are reported as separate problems."""
