"""Read authors and their affiliations from the lines below a title.

Names are recognised by people.py; all must be in the type of the first one. The lines in between
are affiliations; marks behind names, or else columns, show whose they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from papersette.fulltext import covers, vocabulary
from papersette.fulltext.people import (
    INSTITUTION,
    MAIL,
    SYMBOLS,
    Part,
    first_names,
    is_country,
    is_name,
    is_prose,
    to_names,
    to_parts,
)
from papersette.fulltext.typography import Line
from papersette.records import Author
from papersette.text import to_key

LEADING_MARK = re.compile(
    rf"\s*(\(\d{{1,2}}\)|\d{{1,2}}(?=[^\d]|$)\.?|[{SYMBOLS}]+|[¹²³⁰⁴-⁹]+|[a-f](?= ?[A-Z]))\s*"
)
"""The mark at the start of an affiliation."""
NOT_PLACE = re.compile(
    r"\btel(?:efax|ephone|\.|:)|\bfax\b|\bphone|springer|elsevier|wiley|routledge|author note|"
    r"grateful|thanks?\b|supported by|funding|keywords",
    re.IGNORECASE,
)
"""Text printed below names that is not an affiliation."""
EDITORS = re.compile(r"editors?:|edited by", re.IGNORECASE)
LONGEST_BLOCK = 60
"""Largest number of lines read between title and abstract."""


def to_authors(lines: Sequence[Line]) -> tuple[Author, ...]:
    """Return the authors in the lines below a title, in their order, with their affiliations."""
    block = list(_until_body(_with_marks(lines)))
    repeated = {line.text for line in block if sum(o.text == line.text for o in block) > 1}
    found: list[tuple[Line, list[Part]]] = []
    for line in block:
        names = to_names(line.text) or first_names(line.text)
        if names and _fits(line, [one for one, _ in found], block, repeated):
            found.append((line, names))
    holders = [line for line, _ in found]
    marked = _by_mark(line for line in block if line not in holders)
    authors: dict[str, Author] = {}
    for line, names in found:
        near = _own_affiliation(line) or _below(line, block, holders)
        for part in names:
            affiliation = "; ".join(marked[m] for m in sorted(part.marks) if m in marked) or near
            authors.setdefault(to_key(part.text), Author(part.text, affiliation or None))
    return tuple(authors.values())


def _with_marks(lines: Sequence[Line]) -> list[Line]:
    """Return the lines; a raised mark on a line of its own is put before the next line."""
    kept: list[Line] = []
    mark = ""
    for line in lines:
        if re.fullmatch(rf"\d{{1,2}}|[{SYMBOLS}]+|[a-f]", line.text):
            mark = line.text
        else:
            kept.append(replace(line, text=f"{mark} {line.text}" if mark else line.text))
            mark = ""
    return kept


def _until_body(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines before the abstract or the running text, in each column."""
    ended: list[Line] = []
    for line in lines[:LONGEST_BLOCK]:
        if any(_overlap(line, other) for other in ended):
            continue
        affiliation = line.text[0].isdigit() and INSTITUTION.search(line.text)
        begins = vocabulary.begins_text(line.text) and not affiliation
        if begins or EDITORS.match(line.text) or is_prose(line.text):
            ended.append(line)
        else:
            yield line


def _fits(line: Line, found: Sequence[Line], block: Sequence[Line], repeated: set[str]) -> bool:
    """Return whether a line that looks like a name is in the type of the names before it."""
    if line.text in repeated or _continues_phrase(line, block):
        return False
    if not found:
        return True
    first = found[0]
    if not (first.bold == line.bold and first.italic == line.italic):
        return False
    if abs(first.size - line.size) > 0.12 * first.size:
        return False
    return not _has_mail_of(line, found, block)


def _continues_phrase(line: Line, block: Sequence[Line]) -> bool:
    """Return whether a single name ends the phrase of the line above, as in a subtitle."""
    index = block.index(line)
    if index == 0 or len(to_names(line.text) or [1, 2]) > 1 or line.right <= line.left:
        return False
    above = block[index - 1]
    return (
        above.same_type(line)
        and 0 < above.baseline - line.baseline < 1.7 * line.size
        and not to_names(above.text)
        and len(above.text.split()) > 2
        and not INSTITUTION.search(above.text)
        and not MAIL.search(above.text)
        and not is_country(above.text.rpartition(",")[2])
    )


def _has_mail_of(line: Line, found: Sequence[Line], block: Sequence[Line]) -> bool:
    """Return whether a line is between a name and its e-mail address, and so an institution."""
    above = [one for one in found if _overlap(one, line) and one.baseline > line.baseline]
    below = [one for one in block if _overlap(one, line) and one.baseline < line.baseline]
    if not above or not below or "@" not in below[0].text:
        return False
    user = to_key(below[0].text.partition("@")[0])
    words = [to_key(word) for word in above[-1].text.split() if len(to_key(word)) > 2]
    own = [to_key(word) for word in line.text.split() if len(to_key(word)) > 2]
    return any(w[:5] in user for w in words) and not any(w[:5] in user for w in own)


def _overlap(one: Line, other: Line) -> bool:
    """Return whether two lines are in one column; lines of a text file always are."""
    return one.right <= one.left or min(one.right, other.right) > max(one.left, other.left)


def _own_affiliation(line: Line) -> str:
    """Return the affiliation on the same line as the names, as "A. Byron, University of X"."""
    if (found := INSTITUTION.search(line.text)) is None:
        return ""
    parts = [part.text for part in to_parts(MAIL.sub("", line.text))]
    return to_affiliation(", ".join(part for part in parts if not is_name(part))) if found else ""


def _below(line: Line, block: Sequence[Line], holders: Sequence[Line]) -> str:
    """Return the affiliation in the lines below a line of names, in its column."""
    texts: list[str] = []
    column = [o for o in block if o.baseline < line.baseline and _overlap(line, o)]
    for other in column:
        if other in holders:
            if texts:
                break
            continue
        if not _is_affiliation(other.text):
            if texts:
                break
            continue
        texts.append(other.text)
    return to_affiliation(" ".join(texts))


def _is_affiliation(text: str) -> bool:
    plain = MAIL.sub("", text).strip(" ,;:.()*")
    return (
        len(re.findall(r"[^\W\d_]", plain)) > 1
        and not covers.is_boilerplate(plain)
        and not is_prose(text)
        and not NOT_PLACE.search(text)
    )


def _by_mark(lines: Iterable[Line]) -> dict[str, str]:
    """Return mark -> affiliation for the affiliations that begin with a mark."""
    found: dict[str, str] = {}
    mark = ""
    for line in lines:
        if not _is_affiliation(line.text):
            mark = ""
            continue
        for piece in re.split(rf"(?:;|,)?\s+(?=(?:\(\d\)|\d|[{SYMBOLS}])\s?[^\W\d_])", line.text):
            if start := LEADING_MARK.match(piece):
                mark = start[1].strip("().")
                found[mark] = piece[start.end() :]
            elif mark:
                found[mark] += " " + piece
    return {mark: to_affiliation(text) for mark, text in found.items()}


def to_affiliation(text: str) -> str:
    """Return an affiliation without e-mail addresses and footnote marks.

    >>> to_affiliation("University of X, Y  a.byron@x.edu ;")
    'University of X, Y'
    """
    plain = MAIL.sub(" ", text)
    plain = re.sub(rf"[{SYMBOLS}]|(?<![\w-])\d{{1,2}}(?=[A-ZÀ-Þ][a-zß-ÿ])|^\d{{1,2}} ", " ", plain)
    return " ".join(plain.split()).strip(" ,;:.()–—-")[:LONGEST_AFFILIATION]


LONGEST_AFFILIATION = 300


def to_stated_authors(stated: str | None, shown: str) -> tuple[Author, ...]:
    """Return the authors in a file's metadata, if all are names that its pages show.

    >>> [a.name for a in to_stated_authors("Byron, Ada; Bo Li", "A Title Ada Byron, Bo Li")]
    ['Ada Byron', 'Bo Li']
    """
    names = [name for name in _to_stated_names(stated or "") if is_name(name)]
    key = to_key(shown)
    if names and all(to_key(n) in key or to_key(_inverted(n)) in key for n in names):
        return tuple(Author(name) for name in dict.fromkeys(names))
    return ()


def _to_stated_names(stated: str) -> list[str]:
    if ";" in stated or re.fullmatch(r"[^,]+, [^,]+", stated):
        parts = [part.strip() for part in stated.split(";")]
        if all(part.count(",") == 1 for part in parts if part) and not all(
            is_name(half.strip()) for part in parts for half in part.split(",")
        ):
            return [_inverted(part) for part in parts if part]
        if ";" in stated:
            return [_inverted(part) if part.count(",") == 1 else part for part in parts if part]
    return [part.text for part in to_parts(stated)]


def _inverted(name: str) -> str:
    """Return "Ada Byron" for "Byron, Ada", and "Byron Ada" for "Ada Byron"."""
    if "," in name:
        family, _, given = name.partition(",")
        return f"{given.strip()} {family.strip()}"
    given, _, family = name.rpartition(" ")
    return f"{family} {given}"
