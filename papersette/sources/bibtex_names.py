"""Read BibTeX's field author, also if commas, semicolons or “&” stand between the names."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from bibtexparser.library import Library
from bibtexparser.middlewares.middleware import BlockMiddleware
from bibtexparser.middlewares.names import (
    InvalidNameError,
    NameParts,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import Entry

from papersette.names import SUFFIXES, is_initials
from papersette.sources import latex, values
from papersette.sources.unused import to_nameless

TRAILING_AND = re.compile(r"(?:\s+and|\s*;)+\s*$", re.IGNORECASE)
AND_AND = re.compile(r"^\s*(?:and\s+)+|(?<!\S)and\s+(?=and\s)")
"""Words between which, or before which, a name is missing."""
OTHERS = re.compile(r"(?:^|[\s,]+)\{?(?:et\.?\s+al\b\.?|and\s+others|others)\}?[\s.,]*$", re.I)
"""The end of a list of authors that is cut."""
EXTENDED = re.compile(r"\s*(?:family|given|prefix|suffix)\s*=")
"""The start of a name in parts, “family=Maaten, given=Laurens, prefix=van der”, as in BibLaTeX."""
ENTITY = re.compile(r"&#?\w+;")
CUT = "ends its authors with “{}”, so that the others are unknown; name them in the entry"


@dataclass(frozen=True)
class PersonName:
    """A name in reading order, with its family name if the source separates it."""

    text: str
    family: str | None = None


class ReadAuthors(BlockMiddleware):
    """Replace the text of the field author, with its LaTeX, by a list of `PersonName`."""

    def __init__(self) -> None:
        super().__init__(allow_inplace_modification=True)
        self.reasons: dict[int | None, list[str]] = {}
        """First line of an entry -> what was guessed."""
        self.unread: set[int | None] = set()
        """First lines of the entries with a name that cannot be read."""
        self._is_usual = False

    def transform(self, library: Library) -> Library:
        """Change a library; if it has lists with commas, two names with a comma are also a list."""
        fields = [field for entry in library.entries for field in entry.fields]
        authors = [str(field.value) for field in fields if field.key == "author"]
        self._is_usual = any(
            separate_names(text) for text in authors if "," in text and not EXTENDED.search(text)
        )
        return super().transform(library)

    def transform_entry(self, entry: Entry, library: Library) -> Entry:
        for field in entry.fields:
            if field.key == "author":
                field.value = self._read(str(field.value), entry.start_line)
        return entry

    def _read(self, given: str, line: int | None) -> list[PersonName]:
        text = html.unescape(given) if ENTITY.search(given) else given
        text = TRAILING_AND.sub("", text)
        reasons = []
        if cut := OTHERS.search(text):
            text = TRAILING_AND.sub("", text[: cut.start()])
            words = cut.group().strip(" ,{}\n")
            reasons += [CUT.format(words)] * ("others" not in words)  # which is BibTeX's own word
        text, nameless = AND_AND.subn("", text)
        people = split_multiple_persons_names(text)
        if any(map(EXTENDED.match, people)):
            text = " and ".join(map(_to_usual, people))
        separated = separate_names(text, pairs=self._is_usual)
        names = separated if separated is not None else split_multiple_persons_names(text)
        found = [name for one in names if (name := self._to_name(one, line))]
        nameless += len(names) - len(found)
        reasons += filter(None, [to_nameless(nameless, nameless + len(found), "author")])
        if separated is not None:
            shown = "; ".join(name.text for name in found)[:300]
            marks = ("semicolons", ";"), ("“&”", "&"), ("commas", ",")
            by = next((word for word, mark in marks if mark in text), "commas")
            reason = f"has authors separated by {by}, read as {shown}: separate them by “ and ”"
            reasons.append(reason)
        if reasons:
            self.reasons.setdefault(line, []).extend(reasons)
        return found

    def _to_name(self, given: str, line: int | None) -> PersonName | None:
        try:
            parts = parse_single_name_into_parts(given.strip(" ,;"))
        except InvalidNameError:
            self.unread.add(line)
            parts = NameParts(last=[given])
        try:
            name = latex.decode(parts.merge_first_name_first)
            family = latex.decode(" ".join([*parts.von, *parts.last]))
        except ValueError:
            self.unread.add(line)
            name, family = given, ""
        is_separate = "," in given or not parts.first
        text = values.to_text(name.strip(" ,{}"))
        return PersonName(text, values.to_text(family) if is_separate else None) if text else None


def _to_usual(name: str) -> str:
    """Return a name in parts as “prefix family, suffix, given”, and other names unchanged.

    >>> _to_usual("family=Maaten, given={Laurens}, prefix=van der, useprefix=true")
    'van der Maaten, Laurens'
    """
    if not EXTENDED.match(name):
        return name
    pairs = (part.partition("=") for part in split_outside(name, ","))
    parts = {key.strip(): text.strip().strip('"') for key, _, text in pairs}
    parts = {key: re.sub(r"^\{([^{}]*)\}$", r"\1", text) for key, text in parts.items()}
    family = f"{parts.get('prefix', '')} {parts.get('family', '')}".strip()
    return ", ".join(filter(None, (family, parts.get("suffix"), parts.get("given"))))


def separate_names(text: str, *, pairs: bool = False) -> list[str] | None:
    """Return the names in an author field that uses other signs than “and” between names, else
    None.

    BibTeX has at most two commas in a name, “Family, Jr, Given”. With `pairs`, “A B, C D” are two
    names.

    >>> separate_names("Ada B Lovelace, Zoë Ångström, and Bo C")
    ['Ada B Lovelace', 'Zoë Ångström', 'Bo C']
    >>> separate_names("Lovelace, A. B., Ångström, Z., C, B.")
    ['Lovelace, A. B.', 'Ångström, Z.', 'C, B.']
    >>> separate_names("Lovelace, Ada; Ångström, Zoë"), separate_names("Ada B, Bo C & Cy D")
    (['Lovelace, Ada', 'Ångström, Zoë'], ['Ada B', 'Bo C', 'Cy D'])
    >>> separate_names("King, Jr., Martin Luther and Lovelace, Ada")
    """
    names: list[str] = []
    is_list = False
    for whole in split_multiple_persons_names(text.strip()):
        parts = _split_at_signs(whole)
        is_list |= len(parts) > 1 or whole.rstrip().endswith(";")
        # In “A B, C D & E F” the last name shows that a comma does not end a family name.
        both = pairs or (len(parts) > 1 and "," not in parts[-1] and " " in parts[-1].strip())
        for part in parts:
            found, changed = _split_at_commas(part, pairs=both)
            names += found
            is_list |= changed
    return names if is_list else None


def _split_at_signs(text: str) -> list[str]:
    """Split at semicolons, or at “&” between what are two names and not one organisation."""
    parts = [part for part in split_outside(text, ";") if part]
    if len(parts) == 1:
        around = [part for part in split_outside(text.replace(r"\&", "&"), "&") if part]
        are_names = all(" " in part for part in around) and (
            any("," in part for part in around) or all(len(p.split()) < 4 for p in around)
        )
        parts = around if are_names and " & " in text.replace(r"\&", "&") else parts
    return [part.removeprefix("and ").strip() for part in parts]


def _split_at_commas(part: str, *, pairs: bool) -> tuple[list[str], bool]:
    """Return the names between commas, and whether the commas separate names."""
    pieces = [piece for piece in split_outside(part, ",") if piece]
    pieces = [piece.removeprefix("and ").strip() for piece in pieces]
    if _are_pairs(pieces):
        return [f"{pieces[i]}, {pieces[i + 1]}" for i in range(0, len(pieces), 2)], True
    if _are_names(pieces, 2 if pairs or part.endswith(",") else 3):
        return pieces, True
    return [part.strip(" ,")], part.endswith(",") and bool(pieces)


def _are_pairs(pieces: list[str]) -> bool:
    """Return whether these are family and given names by turns, “Lovelace, A., Ångström, Z.”.

    Either all given names are initials, or no piece in the position of a family name has a blank.
    """
    if len(pieces) < 4 or len(pieces) % 2:
        return False
    are_initials = all(all(map(is_initials, piece.split())) for piece in pieces[1::2])
    return are_initials or not any(" " in piece for piece in pieces[::2])


def _are_names(pieces: list[str], fewest: int) -> bool:
    """Return whether these are at least `fewest` names, and not the parts of one name."""
    if len(pieces) < fewest:
        return False
    has_suffix = any(piece.lower() in SUFFIXES for piece in pieces)
    return len(pieces) > 3 or (not has_suffix and " " in pieces[0] and " " in pieces[-1])


def split_outside(value: str, mark: str) -> list[str]:
    """Split a value at each mark outside braces and quotes."""
    parts, depth, quoted = [""], 0, False
    for c in value:
        depth += (c == "{") - (c == "}")
        quoted ^= c == '"' and depth == 0 and not parts[-1].endswith("\\")
        if c == mark and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts]
