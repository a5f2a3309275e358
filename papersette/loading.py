"""Load text, JSON, YAML and CSV with limits on size, depth and aliases.

A file that cannot be used raises `BadFile`. A part that cannot be used, such as a value that is
nested too deeply, is left out without the rest, and `Loaded.reasons` reports it.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from papersette import yaml_mistakes
from papersette.errors import BadFile

LARGEST = 500_000_000
"""Largest file in bytes."""
LARGEST_YAML = 50_000_000
"""Largest YAML file in bytes: reading it takes about 100 times as much memory."""
DEEPEST = 60
"""Largest depth of nested values; the deepest format that is read here has ten levels."""
DEEPEST_SKIPPED = 300
"""Largest depth of a skipped YAML value: PyYAML's time grows with the square of the depth."""
MOST_EXPANDED = 100_000
"""Largest number of values that all aliases of a YAML file stand for together."""
LONGEST_CELL = 131_072
"""Longest CSV cell in characters. Python's limit is global and may be changed."""
LONGEST_ROW = 1000
"""Largest number of lines in a CSV row: an unclosed quote must not consume the rest of the file."""
DEEP = f"has values nested more than {DEEPEST} levels deep; they are left out"


@dataclass
class Loaded:
    """The value of a file, and the reasons why parts of it were left out."""

    value: Any
    reasons: list[str] = field(default_factory=list)
    """Reasons, each with the line if it is known."""
    node: yaml.Node | None = None
    """The root node of a YAML file, whose nodes have their lines."""


NO_FILE = "it is missing, or is not a regular file; correct its name"
IS_BINARY = "is a binary file, not text"
BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"SQLite format 3\0",
    b"\x89PNG",
    b"\xff\xd8\xff",
)
"""How PDFs, office documents, old spreadsheets, gzip, databases and pictures begin: no conversion
to UTF-8 helps."""


def is_binary(path: Path) -> bool:
    """Return whether a file begins as a binary file of a known kind."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(16).startswith(BINARY)


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """Return the content of a regular file. Raises `BadFile`."""
    try:
        if not path.is_file():
            is_folder = path.is_dir()
            why = "is a folder; name a file in it" if is_folder else "cannot be read: " + NO_FILE
            raise BadFile(path, why)
        if (size := path.stat().st_size) > largest:
            raise BadFile(path, f"has {size:,} bytes; the limit is {largest:,}: split the file")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BadFile(path, f"cannot be read: {getattr(error, 'strerror', error)}") from None


def read_text(path: Path, largest: int = LARGEST) -> str:
    """Return the text of a file in UTF-8, without a byte order mark. Raises `BadFile`."""
    try:
        return read_bytes(path, largest).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if is_binary(path):
            raise BadFile(path, IS_BINARY) from None
        is_table = path.suffix.lower() in {".csv", ".tsv", ".tab"}
        how = "save it in Excel as “CSV UTF-8”, or " if is_table else ""
        reason = f"is not UTF-8 at byte {error.start}; {how}convert it, for example with iconv"
        if error.object[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            reason = "is UTF-16; save it as UTF-8"
        raise BadFile(path, reason) from None


def load_json(path: Path) -> Loaded:
    """Load a JSON file. Raises `BadFile` with the line that is not JSON."""
    text = read_text(path)
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        raise BadFile(path, explain(error), error.lineno) from None


def explain(error: json.JSONDecodeError) -> str:
    """Return why a file is not JSON, with the remedy."""
    if not error.doc.strip():
        return "is not JSON: the file is empty; save it again"
    if error.msg == "Extra data" and error.doc[error.pos] in "{[":
        return (
            "is not JSON: another value begins here; if each line has one value, name the file "
            ".jsonl, or make it one list"
        )
    if _is_delimited(error.doc):
        return "is not JSON, but CSV or another table; rename it to end in .csv"
    found = "the end of the file" if error.pos >= len(error.doc) else f"“{error.doc[error.pos]}”"
    return f"is not JSON: {error.msg}, at character {error.colno} ({found}); save it again"


def _is_delimited(text: str) -> bool:
    """Return whether the first line of a text has cells, and the second has no more.

    >>> _is_delimited("title,year\\nMoss,2019\\n"), _is_delimited('{"title": "a, b",\\n"c": 1,}')
    (True, False)
    """
    lines = text.lstrip()[:LONGEST_CELL].splitlines()[:2]
    if len(lines) < 2 or lines[0][0] in "[{<@%#":
        return False
    rows = [[_read_leniently(line, sign) for line in lines] for sign in ",;\t|"]
    return any(len(first) >= len(second) > 1 for first, second in rows)


def parse_json(text: str) -> Loaded:
    """Parse JSON without values that are nested too deeply. Raises `json.JSONDecodeError`."""
    shallow, reasons = _without_deep(text)
    try:
        value = json.loads(shallow, parse_int=_to_number, parse_constant=lambda name: None)
    except RecursionError:  # unbalanced brackets hide the depth
        raise json.JSONDecodeError("is nested too deeply", text[:1], 0) from None
    return Loaded(value, reasons)


def parse_json_lines(text: str) -> Iterator[tuple[int, Loaded | str]]:
    """Yield (line, value) for each line of JSON that has a value, or (line, reason).

    >>> [one for _, one in parse_json_lines('[1]\\n\\nx')]
    [Loaded(value=[1], reasons=[], node=None), 'is not JSON: Expecting value']
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                loaded = parse_json(line)
            except json.JSONDecodeError as error:
                yield number, f"is not JSON: {error.msg}"
            else:
                reasons = [f"line {number} {DEEP}"] if loaded.reasons else []
                yield number, Loaded(loaded.value, reasons)


def load_json_lines(text: str) -> Loaded:
    """Return the values of all lines of JSON; a line that is not JSON is a text with the reason."""
    lines = [one for _, one in parse_json_lines(text)]
    reasons = [reason for one in lines if isinstance(one, Loaded) for reason in one.reasons]
    return Loaded([one.value if isinstance(one, Loaded) else one for one in lines], reasons[:10])


def _to_number(digits: str) -> int | float:
    """Return an integer; if SQLite cannot store it, the nearest float."""
    return int(digits) if len(digits) < 19 else float(digits)


JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
JSON_NOT_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\[\]{}"]+', re.DOTALL)


def _without_deep(text: str) -> tuple[str, list[str]]:
    """Replace JSON values that are nested too deeply by null; return the text and the reasons."""
    if _depth(JSON_NOT_BRACKETS.sub("", text)) <= DEEPEST:
        return text, []
    parts, reasons, depth, kept_to, start = [], [], 0, 0, 0
    for token in JSON_TOKEN.finditer(text):
        if token.group() in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                start = token.start()
        elif token.group() in "]}":
            if depth == DEEPEST + 1:
                parts += [text[kept_to:start], "null"]
                kept_to = token.end()
                reasons.append(f"line {text.count(chr(10), 0, start) + 1} {DEEP}")
            depth -= 1
    return "".join([*parts, text[kept_to:]]), reasons[:10]


def _depth(brackets: str) -> int:
    deepest = depth = 0
    for bracket in brackets:
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def load_yaml(path: Path, *, front_matter: bool = False) -> Loaded:
    """Load a YAML file, or the YAML between two lines --- at the start of another kind of file.

    Its value and node are None if it is empty. Raises `BadFile`.
    """
    text = read_text(path, LARGEST_YAML)
    if front_matter:
        text = _to_front_matter(text, path)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = f"is not YAML: has the control character U+{int(error.character):04X}; remove it"
        raise BadFile(path, reason, line) from None
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError) as error:
        # PyYAML also raises other errors, for a key that is a list, or a value of an odd type.
        number, explanation = yaml_mistakes.explain(text, error)
        raise BadFile(path, f"is not YAML: {explanation}", number) from None
    return Loaded(value, loader.reasons[:10], node)


FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)


def _to_front_matter(text: str, path: Path) -> str:
    found = FRONT_MATTER.match(text)
    if not found:
        raise BadFile(path, "has no front matter, which is YAML between two lines ---")
    return "\n" * text.count("\n", 0, found.start(1)) + found[1]  # lines keep their numbers


class _Loader(yaml.SafeLoader):
    """Leaves out values that are nested too deeply, and aliases that stand for too many values."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.reasons: list[str] = []
        self._depth = 0
        self._expanded = 0
        self._sizes: dict[int, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            return self._compose_alias(parent, index, mark)
        if self._depth >= DEEPEST and not self.check_event(yaml.ScalarEvent):
            self._skip()
            return self._leave_out(mark, DEEP)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        self._sizes[id(node)] = 1 + sum(self._sizes[id(child)] for child in _children(node))
        return node

    def _compose_alias(self, parent: yaml.Node | None, index: Any, mark: Any) -> yaml.Node | None:
        node = super().compose_node(parent, index)
        size = self._sizes.get(id(node))
        if size is None:
            return self._leave_out(mark, "has an alias of a value that contains it; it is left out")
        if size > 1 and self._expanded + size > MOST_EXPANDED:
            reason = f"has an alias; all aliases stand for more than {MOST_EXPANDED:,} values"
            return self._leave_out(mark, reason + "; this one is left out")
        self._expanded += size
        return node

    def _leave_out(self, mark: Any, reason: str) -> yaml.Node:
        self.reasons.append(f"line {mark.line + 1} {reason}")
        node = yaml.ScalarNode("tag:yaml.org,2002:null", "", mark, mark)
        self._sizes[id(node)] = 1
        return node

    def _skip(self) -> None:
        """Skip to the end of a sequence or mapping."""
        depth = 0
        while True:
            event = self.get_event()  # type: ignore[no-untyped-call]
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
            if depth > DEEPEST_SKIPPED:
                raise yaml.composer.ComposerError(
                    None, None, f"nested more than {DEEPEST_SKIPPED} levels deep", event.start_mark
                )


def _to_scalar(loader: _Loader, node: yaml.ScalarNode) -> Any:
    """Return a number or a date; an impossible one, such as 2019-13-45, is returned as text."""
    try:
        value = SCALARS[node.tag](loader, node)
    except (ValueError, LookupError, AttributeError, OverflowError):
        return node.value
    return node.value if isinstance(value, int) and value.bit_length() > 63 else value


SCALARS = {
    f"tag:yaml.org,2002:{name}": yaml.SafeLoader.yaml_constructors[f"tag:yaml.org,2002:{name}"]
    for name in ("int", "float", "timestamp")
}
for _tag in SCALARS:
    _Loader.add_constructor(_tag, _to_scalar)


def _children(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair


DELIMITER = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""The first line of a CSV file that names the sign between cells, as Excel writes and reads it."""


def read_csv(path: Path, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str | None] | str]]:
    """Yield (line, row by column) for each row, or (line, reason why the row cannot be read).

    An unclosed quote makes only its own line unreadable. A row without any value is no row. The
    second of two columns “title” is “title (2)”.
    """
    lines = _join_at_newlines(read_text(path).splitlines(keepends=True))
    at, header = int(bool(lines) and bool(DELIMITER.fullmatch(lines[0]))), None
    while at < len(lines):
        count, row = _read_row(lines, at, delimiter, header)
        if isinstance(row, list) and header is None and any(map(str.strip, row)):
            header = to_header(row)
        elif isinstance(row, list) and any(map(str.strip, row)) and header is not None:
            yield at + count, _to_columns(header, row)
        elif isinstance(row, str) and header is None:
            raise BadFile(path, f"has a header that cannot be read: {row}", at + 1)
        elif isinstance(row, str):
            yield at + 1, row
        at += count


def to_header(cells: list[str]) -> list[str]:
    """Return the names of columns without blanks around them; a repeated name gets a number.

    >>> to_header(["Title ", "Authors", "Title"])
    ['Title', 'Authors', 'Title (2)']
    """
    header: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for cell in map(str.strip, cells):
        name = cell
        while name in header:
            counts[cell] += 1
            name = f"{cell} ({counts[cell] + 1})".strip()
        header[name] = None
    return list(header)


def _join_at_newlines(lines: list[str]) -> list[str]:
    """Join lines that str.splitlines separates but CSV does not, for example at U+2028."""
    joined: list[str] = []
    for line in lines:
        if joined and not joined[-1].endswith(("\n", "\r")):
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def _read_row(
    lines: list[str], at: int, delimiter: str, header: list[str] | None
) -> tuple[int, list[str] | str]:
    """Return the number of lines of the row that begins at this line, and its cells or a reason."""
    following = (lines[n] for n in range(at, min(at + LONGEST_ROW, len(lines))))
    rows = csv.reader(following, delimiter=delimiter, strict=True)
    try:
        row = next(rows, [])
        if max(map(len, row), default=0) <= LONGEST_CELL:
            return max(1, rows.line_num), row
        reason = "a cell is too long"
    except csv.Error as error:
        reason = str(error)
    if header is not None:
        row = _read_leniently(lines[at], delimiter)
        if len(row) == len(header) and max(map(len, row), default=0) <= LONGEST_CELL:
            return 1, row
    remedy = "close its quotes, double a quote inside a cell, and keep cells under 128 kB"
    return 1, f"cannot be read as CSV ({reason}): {remedy}"


def _read_leniently(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line with text after a quote, as in «"Deep" learning,2019».

    Between tabs, a quote is often a character of the text.
    """
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    if delimiter != "\t" and line.count('"') % 2:
        return []
    try:
        return next(csv.reader([line], delimiter=delimiter, quoting=quoting), [])
    except csv.Error:
        return []


QUOTING = "quote cells with the sign that separates cells"


def _to_columns(header: list[str], row: list[str]) -> dict[str, str | None] | str:
    if len(row) > len(header):
        return f"has more cells than the header has columns ({len(header)}); {QUOTING}"
    return dict(zip(header, [*row, *[None] * (len(header) - len(row))], strict=True))
