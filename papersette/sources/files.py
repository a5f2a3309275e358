"""Find the files that metadata names, and list the PDFs and texts of a folder.

Every file must be a regular file inside the folder that the catalog names: a link or a path in
metadata must not publish another file of this computer.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from papersette.errors import UserError
from papersette.records import Problem

MISSING = "does not exist"
SUFFIXES = {".pdf", ".txt"}


def find_obstacle(path: Path, folder: Path) -> str | None:
    """Return the reason why a file of the folder must not or cannot be read, or None."""
    try:
        path.name.encode()
        if not path.resolve(strict=True).is_relative_to(folder.resolve()):
            return f"leads out of the folder {folder.name}; put a copy of the file into the folder"
        if not stat.S_ISREG(path.stat().st_mode):
            return "is not a regular file"
        if not os.access(path, os.R_OK):
            return "cannot be read: permission denied; correct its permissions"
    except UnicodeEncodeError:
        return "has a name that is not UTF-8; rename it"
    except FileNotFoundError:
        return "is a link to a file that does not exist" if path.is_symlink() else MISSING
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name with a NUL
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    return None


def to_usable(
    paths: Iterable[Path], folder: Path, source: str, problems: list[Problem]
) -> Iterator[Path]:
    """Yield the files that may be read, and add a problem for each of the others."""
    for path in paths:
        if reason := find_obstacle(path, folder):
            name = to_printable(path.relative_to(folder).as_posix())
            problems.append(Problem(source, name, "read", f"{reason}; it is not used"))
        else:
            yield path


def read_folder(folder: Path, source: str) -> tuple[dict[str, Path], list[Problem]]:
    """Return the PDFs and texts of a folder, without subfolders, by the id in their name.

    The second of two files of one id is a problem; of a PDF and a text, the PDF is returned. A
    download from OpenReview is named `pdf?id=H1M7soActX.txt`; its id is H1M7soActX.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: is not a folder; name the folder that holds the PDFs")
    problems: list[Problem] = []
    named = sorted(
        (p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES),
        key=lambda p: (p.suffix.lower() == ".txt", p.name),
    )
    files: dict[str, Path] = {}
    for path in to_usable(named, folder, source, problems):
        used = files.setdefault(to_file_id(path.name), path)
        if used is not path:
            reason = f"has the same id as {used.name}, which is used; remove one of the two files"
            problems.append(Problem(source, path.name, "match", reason))
    return files, problems


def to_pdf_url(template: str | None, paper_id: str, file: Path | None) -> str | None:
    """Return the URL of a paper's file, by a catalog's template with {paper_id} and {file}.

    Both are percent-encoded.

    >>> to_pdf_url("/pdf/{file}", "a", Path("100% é?.pdf"))
    '/pdf/100%25%20%C3%A9%3F.pdf'
    """
    return fill_template(template, paper_id, file.name) if template and file else None


def fill_template(template: str, paper_id: str, name: str) -> str:
    """Return a URL template filled with an id and the name of a file, both percent-encoded."""
    return template.format(paper_id=quote(paper_id), file=quote(name))


def to_file_id(name: str) -> str:
    """Return the paper id in the name of a file.

    >>> to_file_id("pdf?id=H1M7soActX.txt")
    'H1M7soActX'
    >>> to_file_id("abasi19a.pdf")
    'abasi19a'
    """
    stem = re.sub(r"\.(pdf|txt)$", "", name, flags=re.IGNORECASE)
    return stem.rpartition("id=")[2]


def to_printable(name: str) -> str:
    """Return a file name with � for the bytes that are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")
