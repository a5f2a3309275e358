"""Find the PDFs that the records of a reference manager name, in one folder.

A record names a file by a path on the computer that wrote it, such as files/12/Smith.pdf,
/home/ada/Zotero/storage/AB12/Smith.pdf or C:\\Papers\\Smith.pdf: only the end of the path is
compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from papersette.errors import UserError
from papersette.records import LooseFile, Problem
from papersette.sources import files, values


class Attachments:
    """The PDFs and texts of a folder and its subfolders; each belongs to one record."""

    def __init__(self, folder: Path | None, source: str) -> None:
        """Raise `UserError` if the path is not a folder."""
        self.folder, self.source = folder, source
        self.problems: list[Problem] = []
        self._without_folder = 0
        self._by_path: dict[str, Path] = {}
        if folder is None:
            return
        if not folder.is_dir():
            raise UserError(f"{folder}: is not a folder; name the folder that holds the PDFs")
        paths = files.list_files(folder, files.SUFFIXES)
        for path in files.to_usable(paths, folder, source, self.problems):
            self._by_path[path.relative_to(folder).as_posix()] = path

    def take(self, names: Iterable[str], paper_id: str) -> Path | None:
        """Return the file of a record, by the paths that it names, or else by the record's id."""
        for name in names:
            if (found := self._find(name)) is not None:
                return self._by_path.pop(found)
        ids = (key for key in self._by_path if files.to_file_id(key.rpartition("/")[2]) == paper_id)
        key = next(ids, None)
        return self._by_path.pop(key) if key else None

    def _find(self, name: str) -> str | None:
        """Return the key of the only file with the longest possible end of this path, else None."""
        parts = [part for part in re.split(r"[/\\]", to_path(name)) if part not in ("", ".", "..")]
        for start in range(len(parts)):
            end = "/".join(parts[start:])
            found = [key for key in self._by_path if key == end or key.endswith(f"/{end}")]
            if len(found) == 1:
                return found[0]
            if found:
                return None
        return None

    def report(self, names: Iterable[str], item: str, paper_id: str) -> Iterator[Problem]:
        """Yield a problem if a record names files; called if none of them is in the folder."""
        listed = [name for name in names if not re.match("https?:", name)]
        self._without_folder += bool(listed) and self.folder is None
        if self.folder and listed:
            reason = (
                f"names the file {listed[0][:200]}, which is not in {self.folder.name}; "
                "the paper is listed without text"
            )
            yield Problem(self.source, item, "match", reason, paper_id)

    def rest(self, item: str) -> Iterator[LooseFile | Problem]:
        """Yield the files that no record has taken, and a problem if the folder is not named.

        `item` is the name of the file with the records.
        """
        for path in self._by_path.values():
            yield LooseFile(self.source, path)
        if count := self._without_folder:
            yield Problem(self.source, item, "match", to_folder_reason(count, "record", "records"))


def to_folder_reason(count: int, one: str, many: str) -> str:
    """Return the reason that records, or entries, name files, but the catalog no folder.

    >>> to_folder_reason(1, "record", "records").partition(";")[0]
    'names files in 1 record, but the catalog names no folder for them'
    """
    return (
        f"names files in {count:,} {one if count == 1 else many}, but the catalog names no folder "
        "for them; add “files” to the source"
    )


def to_path(name: str) -> str:
    """Return the path in a reference manager's value: a URL, or a path with title and type.

    >>> to_path("file:///home/ada/a%20b.pdf"), to_path("Full Text:files/1/a.pdf:application/pdf")
    ('/home/ada/a b.pdf', 'files/1/a.pdf')
    """
    text = re.sub(r"^(?:file://|internal-pdf://|attachments:)", "", values.to_text(name) or "")
    if text is not name and name.startswith(("file:", "internal-pdf:")):
        return unquote(text)
    found = re.fullmatch(r"(?:[^:/\\]*:)?((?:[A-Za-z]:[\\/])?[^:]+?)(?::[\w/+.-]*)?", text)
    return found[1] if found else text


def to_pdf_url(names: Iterable[str]) -> str | None:
    """Return the first name that is the web address of a PDF."""
    return next((n for n in names if re.match(r"https?:\S+[./]pdf\b", n, re.IGNORECASE)), None)
