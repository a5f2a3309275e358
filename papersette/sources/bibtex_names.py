"""Separate the names of BibTeX's field author where commas stand between them."""

from __future__ import annotations

import re

from bibtexparser.library import Library
from bibtexparser.middlewares.middleware import BlockMiddleware
from bibtexparser.model import Entry

from papersette.names import SUFFIXES, is_initials


class SeparateAtCommas(BlockMiddleware):
    """Write “ and ” between authors that are separated by commas, as in `A B, C D, E F`."""

    def __init__(self) -> None:
        super().__init__(allow_inplace_modification=True)
        self.lines: set[int | None] = set()
        """The first lines of the entries that are changed."""
        self._is_usual = False

    def transform(self, library: Library) -> Library:
        """Change a library; where lists at commas are usual, two names at a comma are a list."""
        fields = [field for entry in library.entries for field in entry.fields]
        authors = [str(field.value) for field in fields if field.key.lower() == "author"]
        self._is_usual = any(map(separate_names, authors))
        return super().transform(library)

    def transform_entry(self, entry: Entry, library: Library) -> Entry:
        for field in entry.fields:
            if field.key.lower() == "author" and "," in str(field.value):
                names = separate_names(str(field.value), pairs=self._is_usual)
                if names:
                    field.value = " and ".join(names)
                    self.lines.add(entry.start_line)
        return entry


def separate_names(text: str, *, pairs: bool = False) -> list[str] | None:
    """Return the names in an author field that has commas between them; None if it has not.

    BibTeX has at most two commas in a name, “Family, Jr, Given”. With `pairs`, “A B, C D” are two
    names.

    >>> separate_names("Ada B Lovelace, Zoë Ångström, and Bo C")
    ['Ada B Lovelace', 'Zoë Ångström', 'Bo C']
    >>> separate_names("Lovelace, A. B., Ångström, Z., C, B.")
    ['Lovelace, A. B.', 'Ångström, Z.', 'C, B.']
    >>> separate_names("King, Jr., Martin Luther and Lovelace, Ada")
    """
    names: list[str] = []
    is_list = False
    for part in re.split(r"\s+and\s+", text.strip()):
        pieces = [piece for piece in split_outside(part, ",") if piece]
        pieces = [piece.removeprefix("and ").strip() for piece in pieces]
        if _are_pairs(pieces):
            names += [f"{pieces[i]}, {pieces[i + 1]}" for i in range(0, len(pieces), 2)]
        elif _are_names(pieces, 2 if pairs or part.endswith(",") else 3):
            names += pieces
        else:
            names.append(part.strip(" ,"))
            is_list |= part.endswith(",") and bool(pieces)
            continue
        is_list = True
    return names if is_list else None


def _are_pairs(pieces: list[str]) -> bool:
    """Whether every second piece is initials: “Lovelace, A., Ångström, Z.”."""
    return (
        len(pieces) > 3
        and len(pieces) % 2 == 0
        and all(all(map(is_initials, piece.split())) for piece in pieces[1::2])
    )


def _are_names(pieces: list[str], fewest: int) -> bool:
    """Whether the pieces are whole names, at least so many, and not the parts of one name."""
    if len(pieces) < fewest:
        return False
    has_suffix = any(piece.lower() in SUFFIXES for piece in pieces)
    return len(pieces) > 3 or (not has_suffix and " " in pieces[0] and " " in pieces[-1])


def split_outside(value: str, mark: str) -> list[str]:
    """Split a value at each mark outside braces and quotes."""
    parts, depth, quoted = [""], 0, False
    for c in value:
        depth += (c == "{") - (c == "}")
        quoted ^= c == '"' and depth == 0
        if c == mark and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts]
