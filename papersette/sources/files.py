"""Find the files named by metadata, and list the PDFs and texts of a folder.

Every file must be a regular file inside the folder that the catalog names: a link or a path in
metadata must not publish another file of this computer.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from papersette.errors import UserError
from papersette.files import to_shown_name
from papersette.records import LooseFile, Problem

MISSING = "does not exist"
SUFFIXES = {".pdf", ".txt"}
ARCHIVES = {".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar"}
"""Endings of files that may hold papers, but are not unpacked."""
DOWNLOAD = re.compile(r"pdf(?:\?|%3F)id(?:=|%3D)[\w-]+", re.IGNORECASE)
"""Name of a file downloaded from OpenReview, which is the end of its address."""


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
            name = to_shown_name(path.relative_to(folder).as_posix())
            problems.append(Problem(source, name, "read", f"{reason}; it is not used"))
        else:
            yield path


def read_folder(folder: Path, source: str) -> tuple[dict[str, Path], list[Problem]]:
    """Return the PDFs and texts of a folder and its subfolders, by the id in their name.

    The second of two files with one id is a problem; of a PDF and a text, the PDF is returned. A
    download from OpenReview is named `pdf?id=H1M7soActX.txt`, or without .txt; its id is
    H1M7soActX. A folder that has only other files is a problem.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: is not a folder; name the folder that holds the PDFs")
    problems: list[Problem] = []
    named = sorted(
        (p for p in folder.rglob("*") if is_paper(p) and is_visible(p.relative_to(folder))),
        key=lambda p: (p.suffix.lower() == ".txt", len(p.parts), p.as_posix()),
    )
    if not named and (others := sorted(p.name for p in folder.iterdir() if p.is_file())):
        archive = next((n for n in others if Path(n).suffix.lower() in ARCHIVES), None)
        remedy = "unpack archives" if archive else "rename those that are PDFs or texts"
        reason = (
            f"has no .pdf and no .txt file, but {len(others):,} of other kinds, such as "
            f"{to_shown_name(archive or others[0])}; they are not used: {remedy}"
        )
        problems.append(Problem(source, to_shown_name(folder.name), "match", reason))
    files: dict[str, Path] = {}
    for path in to_usable(named, folder, source, problems):
        used = files.setdefault(to_file_id(path.name), path)
        if used is not path:
            name, other = (to_shown_name(p.relative_to(folder).as_posix()) for p in (path, used))
            reason = f"has the same id as {other}, which is used; remove one of the two files"
            problems.append(Problem(source, name, "match", reason))
    return files, problems


def is_paper(path: Path) -> bool:
    """Return whether a name is that of a PDF or a text.

    >>> [is_paper(Path(name)) for name in ("a.PDF", "pdf?id=B1x", "a.bib")]
    [True, True, False]
    """
    return path.suffix.lower() in SUFFIXES or DOWNLOAD.fullmatch(path.name) is not None


def is_visible(path: Path) -> bool:
    """Return whether a path in a folder is neither hidden nor in a hidden folder such as .git."""
    return not any(part.startswith(".") for part in path.parts)


def list_files(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """Return the visible files of a folder and its subfolders with these endings, sorted.

    Args:
        folder: The folder.
        suffixes: Endings in lower case; those of files may be in any case.
    """
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in suffixes and is_visible(path.relative_to(folder))
    )


def to_pdf_url(
    template: str | None, paper_id: str, file: Path | None, folder: Path | None = None
) -> str | None:
    """Return the URL of a paper's file, by a catalog's template with {paper_id} and {file}.

    Both are percent-encoded; {file} is the path in the folder.

    >>> to_pdf_url("/pdf/{file}", "a", Path("100% é?.pdf"))
    '/pdf/100%25%20%C3%A9%3F.pdf'
    """
    if not template or not file:
        return None
    name = file.relative_to(folder).as_posix() if folder else file.name
    return fill_template(template, paper_id, name)


def to_loose(
    files: dict[str, Path], source: str, folder: Path | None, template: str | None = None
) -> Iterator[LooseFile]:
    """Yield the files that no entry names, with URL templates where only the id is missing.

    Nothing is yielded without a folder.
    """
    for path in files.values() if folder else ():
        name = quote(path.relative_to(folder or path).as_posix())
        yield LooseFile(source, path, template.replace("{file}", name) if template else None)


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
    return re.split("id(?:=|%3D)", stem)[-1]
