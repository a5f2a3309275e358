"""Explains mistakes in YAML in plain words: the line, the mistake, the correction.

PyYAML reports where it stops, which is often after the mistake, and uses the terms of its grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

LONGEST_LINE = 1000
"""Number of characters of a line that are examined."""
LONGEST_SHOWN = 120
"""Number of characters of a line that a message shows."""
LOOKALIKES = {
    "\t": "a tab",
    "\u00a0": "a no-break space (U+00A0)",
    "\u202f": "a narrow no-break space (U+202F)",
    "\u200b": "an invisible space (U+200B)",
    "\ufeff": "an invisible byte order mark (U+FEFF)",
    "\u3000": "a wide space (U+3000)",
}
"""Characters that look like a space, or are invisible, but are not spaces in YAML."""
LOOKALIKE = "[" + "".join(LOOKALIKES) + "]"
LOOKALIKE_SPACE = re.compile(rf"^[ \-]*({LOOKALIKE})|:({LOOKALIKE})")
"""Such a character where YAML expects spaces: before a key, or after its colon."""
WIDE_COLON = re.compile("^[^:]*?(：)")
START = r"^(?P<start> *(?:- +)*)"
KEY = re.compile(
    START + r"(?P<key>[^\s:#'\"{\[\-][^:#]*?|\"[^\"]*\"|'[^']*'):(?: +(?P<value>.*)|$)"
)
NO_SPACE = re.compile(START + r"(?P<key>[\w-]+):(?P<value>[^\s/:].*)$")
NO_SPACE_AFTER_DASH = re.compile(r"^(?P<start> *)-(?P<rest>[^\s\-].*)$")
NO_COLON = re.compile(START + r"(?P<key>[A-Za-z_]+)(?: *=| ) *(?P<value>[^\s:=][^:]*)$")
COLOUR = re.compile(r"[:,\[{]\s+(#[0-9A-Fa-f]{3,8})(?!\w)")
SPECIAL = "%@`*&!|>?-,]}"
"""Characters that YAML reserves at the start of a value."""


@dataclass(frozen=True)
class Fault:
    """The position and description of an error, from PyYAML."""

    lines: list[str]
    at: int
    """Line where PyYAML stops, from 0."""
    column: int
    start: int
    """Line where the part that PyYAML cannot read begins, from 0."""
    start_column: int
    problem: str
    context: str

    def line(self, at: int) -> str:
        """Return a line; "" after the last line, where a text that is incomplete ends."""
        return self.lines[at].rstrip() if at < len(self.lines) else ""

    def above(self) -> int | None:
        """Return the number of the nearest line above that is neither empty nor a comment."""
        for number in range(min(self.at, len(self.lines)) - 1, -1, -1):
            if (text := self.lines[number].strip()) and not text.startswith("#"):
                return number
        return None


@dataclass(frozen=True)
class Mistake:
    """A recognised mistake."""

    line: int
    """Number of the line, from 0."""
    reason: str
    correction: str = ""
    """The corrected line; empty if the correction is unclear."""


def explain(text: str, error: Exception) -> tuple[int | None, str]:
    """Return the line, from 1, and the explanation of an error that PyYAML raised for a text.

    The explanation has the line itself and, if it is clear, the corrected line.
    """
    fault = to_fault(text, error)
    if fault is None:
        return None, "it cannot be read; compare it with the examples in docs/formats.md"
    for find in RULES:
        if mistake := find(fault):
            return mistake.line + 1, to_message(mistake, fault)
    at = min(fault.start if "simple key" in fault.context else fault.at, len(fault.lines) - 1)
    reason = "cannot be read; compare its indentation, quotes and colons with the lines above it"
    return at + 1, to_message(Mistake(at, reason), fault)


def to_fault(text: str, error: Exception) -> Fault | None:
    """Return the position of an error; None if PyYAML does not report it."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return None
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return None
    start = error.context_mark or mark
    where = (mark.line, mark.column, start.line, start.column)
    lines = [line[:LONGEST_LINE] for line in text.splitlines()] or [""]
    return Fault(lines, *where, error.problem or "", error.context or "")


def to_message(mistake: Mistake, fault: Fault) -> str:
    """Return a one-line message with the line and its correction."""
    message = f"“{_shown(fault.line(mistake.line))}” {mistake.reason}"
    return f"{message}; write “{_shown(mistake.correction)}”" if mistake.correction else message


def quote(value: str) -> str:
    """Return a text in quotes, as YAML needs it.

    >>> quote("Papers: a list"), quote('"A" and B'), quote(r"C:\\papers")
    ('"Papers: a list"', '\\'"A" and B\\'', "'C:\\\\papers'")
    """
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def find_lookalike(line: str) -> str | None:
    """Return the name of a character that looks like a space or colon but is not; None if none."""
    if found := LOOKALIKE_SPACE.search(line):
        return LOOKALIKES[found.group(1) or found.group(2)]
    return "a wide colon (U+FF1A)" if WIDE_COLON.search(line) else None


def _lookalike(fault: Fault) -> Mistake | None:
    """Find a tab, a no-break space or an invisible character where YAML expects spaces."""
    above = fault.above()
    for at in (fault.at, fault.start, *([] if above is None else [above])):
        line = fault.line(at)
        if name := find_lookalike(line):
            where = "between key and value" if re.match(rf"[^{LOOKALIKE[1:-1]}]*:", line) else ""
            reason = f"has {name} {where or 'at its start'}, where YAML takes only plain spaces"
            if "colon" in name:
                reason = f"has {name} where YAML takes only a plain one with a space"
            return Mistake(at, reason, _plain(line))
    if "'\\t'" in fault.problem:
        return Mistake(fault.at, "has a tab, where YAML takes only plain spaces")
    return None


def _plain(line: str) -> str:
    """Return a line with plain spaces and colons."""
    line = re.sub("[\u200b\ufeff]", "", re.sub("：", ": ", line))
    return re.sub("[\u00a0\u202f\u3000]", " ", line.replace(":\t", ": ").replace("\t", "  "))


def _special(fault: Fault) -> Mistake | None:
    """Find a value that begins with a character that YAML reserves."""
    line = fault.line(fault.start)
    character = line[fault.start_column : fault.start_column + 1]
    if not character or character not in SPECIAL:
        return None
    if re.search("while parsing a flow|quoted scalar|block (mapping|collection)", fault.context):
        return None
    before, value = line[: fault.start_column], line[fault.start_column :]
    if not before.strip(" -") and character == "-":
        return None  # it is a wrongly indented item
    what = "value" if before.strip() else "line"
    reason = f"has a {what} that begins with “{character}”, which YAML keeps for itself"
    return Mistake(fault.start, reason, before + quote(value))


def _backslash(fault: Fault) -> Mistake | None:
    if "escape" not in fault.problem:
        return None
    line = fault.line(fault.at)
    reason = "has a backslash in double quotes, where YAML takes it for the start of a code"
    correction = re.sub(r'"([^"]*)"', lambda found: quote(found.group(1)), line)
    return Mistake(fault.at, reason, correction)


def _unclosed_quote(fault: Fault) -> Mistake | None:
    """Find a quote that is not closed, or only closed by another quote some lines below."""
    if "quoted scalar" in fault.context:
        return _to_unclosed(fault, fault.start)
    if "<scalar>" in fault.problem:
        for at in range(min(fault.at, len(fault.lines) - 1), fault.start - 1, -1):
            value = _value_of(fault.line(at))
            if value[:1] in {'"', "'"} and value.count(value[0]) == 1 and at < fault.at:
                return _to_unclosed(fault, at)
    return None


def _to_unclosed(fault: Fault, at: int) -> Mistake:
    line = fault.line(at)
    mark = next((c for c in _value_of(line)[:1] or line.strip()[:1] if c in "\"'"), '"')
    name = "double" if mark == '"' else "single"
    correction = line + mark if line.count(mark) % 2 else ""
    return Mistake(at, f"has a {name} quote that is not closed", correction)


def _value_of(line: str) -> str:
    found = KEY.match(line)
    return (found.group("value") or "").strip() if found else ""


def _after_end(fault: Fault) -> Mistake | None:
    """Find text after a closing quote or bracket."""
    if "<scalar>" not in fault.problem:
        return None
    line = fault.line(fault.at)
    value = _value_of(line)
    if not value or value[0] not in "\"'[{":
        return None
    ends = {"[": "]", "{": "}"}
    inner = value[1:-1] if value[0] == value[-1] and len(value) > 1 else value
    what = "bracket" if value[0] in ends else "quote"
    reason = f"has text after the closing {what}, where YAML expects the end of the line"
    return Mistake(fault.at, reason, line[: line.index(value)] + quote(inner))


def _comment(fault: Fault) -> Mistake | None:
    """Find a colour without quotes in brackets, whose “#” begins a comment."""
    above = fault.above()
    for at in (fault.start, fault.at, *([] if above is None else [above])):
        line = fault.line(at)
        found = COLOUR.search(line)
        if found and re.search(r"[\[{][^\]}]*$", line[: found.start(1)]):
            reason = "has a “#” without quotes, which begins a comment"
            correction = line[: found.start(1)] + quote(found[1]) + line[found.end(1) :]
            return Mistake(at, reason, correction)
    return None


def _brackets(fault: Fault) -> Mistake | None:
    """Find a bracket that is not closed, or a missing comma or quotes inside it."""
    if "while parsing a flow" not in fault.context:
        return None
    line = fault.line(fault.start)
    mark = line[fault.start_column :]
    if not mark:
        return _open_bracket(fault)
    if fault.at == fault.start and fault.column < len(line):
        what = "a list in [ ]" if mark[:1] == "[" else "a mapping in { }"
        reason = (
            f"has {what} that cannot be read near “{line[fault.column :].strip()[:20]}”: separate "
            "its parts by commas, and put a value with a colon, comma, bracket or “?” in quotes"
        )
        return Mistake(fault.start, reason)
    closing = "]" if mark[:1] == "[" else "}"
    here = fault.line(fault.at)
    if here.count(closing) > here.count(mark[:1]):
        reason = f"continues what begins with “{mark[:1]}” in line {fault.start + 1}: "
        return Mistake(fault.at, f"{reason}a comma is missing between its parts")
    reason = f"has the bracket “{mark[:1]}” that is not closed"
    return Mistake(fault.start, reason, line + closing)


def _open_bracket(fault: Fault) -> Mistake | None:
    """Find an open bracket at the end of a text."""
    above = fault.above()
    found = None if above is None else re.search(r"[\[{]\s*$", fault.line(above))
    if above is None or not found:
        return None
    return Mistake(above, f"has the bracket “{found.group().strip()}” that is not closed")


def _second_colon(fault: Fault) -> Mistake | None:
    """Find a value that contains a colon and a space."""
    if "mapping values are not allowed" not in fault.problem:
        return None
    line = fault.line(fault.at)
    found = KEY.match(line)
    if not found or not found.group("value") or fault.column <= found.end("key"):
        return None
    value = found.group("value").strip()
    reason = "has a second colon, which YAML takes for the end of another key"
    return Mistake(fault.at, reason, line[: found.start("value")] + quote(value))


def _joined(fault: Fault) -> Mistake | None:
    """Find a line that is not a key and a value because a space or the colon is missing."""
    here = fault.start if "simple key" in fault.context else fault.above()
    if here is None or not re.search("mapping values|could not find expected", fault.problem):
        return None
    return find_joined(fault.line(here), here)


def find_joined(line: str, at: int = 0) -> Mistake | None:
    """Return the mistake of a line that lacks a space or colon; None if it lacks neither."""
    line = line.rstrip()
    if found := NO_SPACE_AFTER_DASH.match(line):
        correction = f"{found['start']}- {found['rest']}"
        return Mistake(at, "has no space after the “-”", correction)
    if found := NO_SPACE.match(line):
        correction = f"{found['start']}{found['key']}: {found['value']}"
        return Mistake(at, "has no space after the colon", correction)
    if (found := NO_COLON.match(line)) and not KEY.match(line):
        correction = f"{found['start']}{found['key']}: {found['value']}".rstrip()
        return Mistake(at, "has no colon after the key", correction)
    return None


def _indentation(fault: Fault) -> Mistake | None:
    """Find a line that does not begin in the same column as those it belongs to."""
    if not re.search("expected <block end>|mapping values are not allowed", fault.problem):
        return None
    above = fault.above()
    line = fault.line(fault.at)
    if above is None or not line:
        return None
    column = _column_above(fault, line.lstrip().startswith("- "))
    given = len(line) - len(line.lstrip())
    if column is None or column == given:
        return None
    spaces = "1 space" if given == 1 else f"{given} spaces"
    before = _shown(fault.line(above).strip())
    reason = f"is indented by {spaces}; after “{before}” it must be {column}"
    return Mistake(fault.at, reason, " " * column + line.lstrip())


def _column_above(fault: Fault, is_item: bool) -> int | None:
    """Return the column of the nearest list item above, or else of the nearest key."""
    for line in reversed(fault.lines[: fault.at]):
        found = re.match(r"( *)- " if is_item else r"( *(?:- +)*)[^\s#-]", line)
        if found:
            return len(found.group(1))
    return None


def _second_document(fault: Fault) -> Mistake | None:
    if "single document" not in fault.context:
        return None
    return Mistake(fault.at, "begins a second document; remove this line, or split the file")


def _directive(fault: Fault) -> Mistake | None:
    """Find a line that begins with %, which YAML takes for a directive."""
    texts = fault.problem + fault.context
    for at, line in enumerate(fault.lines):
        if line.startswith("%") and re.search("document start|directive", texts):
            reason = "begins with “%”, which YAML keeps for directives; begin a comment with “#”"
            return Mistake(at, reason, "#" + line[1:])
    return None


RULES: tuple[Callable[[Fault], Mistake | None], ...] = (
    _lookalike,
    _directive,
    _special,
    _backslash,
    _unclosed_quote,
    _after_end,
    _comment,
    _brackets,
    _second_colon,
    _joined,
    _indentation,
    _second_document,
)
"""Rules in the order in which they are tried; the first that finds a mistake explains it."""


def _shown(line: str) -> str:
    """Return a line for a message; tabs are shown as arrows."""
    line = line.rstrip().replace("\t", "→")
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"
