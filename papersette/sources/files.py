"""List the PDFs and texts of a folder by the paper id in their names."""

from __future__ import annotations

import re
from pathlib import Path

from papersette.errors import UserError

SUFFIXES = {".pdf", ".txt"}


def read_folder(folder: Path) -> dict[str, Path]:
    """Return the PDFs and texts of a folder, without subfolders, by the id in their name.

    If an id has both, the PDF is returned. A download from OpenReview is named
    `pdf?id=H1M7soActX.txt`; its id is H1M7soActX.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: is not a folder; name the folder that holds the PDFs")
    files = sorted(
        (p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES),
        key=lambda p: (p.suffix != ".txt", p.name),
    )
    return {to_file_id(path.name): path for path in files}


def to_pdf_url(template: str | None, paper_id: str, file: Path | None) -> str | None:
    """Return the URL of a paper's file, by a catalog's template with {paper_id} and {file}."""
    return template.format(paper_id=paper_id, file=file.name) if template and file else None


def to_file_id(name: str) -> str:
    """Return the paper id in the name of a file.

    >>> to_file_id("pdf?id=H1M7soActX.txt")
    'H1M7soActX'
    >>> to_file_id("abasi19a.pdf")
    'abasi19a'
    """
    stem = re.sub(r"\.(pdf|txt)$", "", name, flags=re.IGNORECASE)
    return stem.rpartition("id=")[2]
