"""Scan a page's content stream for text operators and their operands with one regular expression.

A stream that the expression does not cover raises `Unscannable`; it is then read by pdfminer.six's
own parser, about five times slower. Syntax: ISO 32000-1, 7.2 to 7.3 and 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pdfminer.psparser import LIT

TEXT_OPERATORS = frozenset("q Q cm Do gs BT ET Tc Tw Tz TL Tf Tr Ts Td TD Tm T* Tj TJ ' \"".split())
"""Operators that move, set or show text, or draw a form; those of paths and colours are skipped."""

TOKEN = re.compile(
    rb"""[\x00\t\n\f\r ]+ | %[^\r\n]*
    | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?![^\x00\t\n\f\r ()<>\[\]{}/%])
    | (?P<name>/[^\x00\t\n\f\r ()<>\[\]{}/%]*)
    | \((?P<plain>[^()\\\r]*)\)
    | (?P<nested>\()
    | <(?P<hex>[0-9A-Fa-f\x00\t\n\f\r ]*)>
    | (?P<dictionary><<|>>)
    | (?P<array>[\[\]])
    | (?P<operator>[A-Za-z'"][A-Za-z0-9*]*)""",
    re.VERBOSE,
)
INLINE_IMAGE = re.compile(rb"[\x00\t\n\f\r ]EI(?=[\x00\t\n\f\r ]|$)")
STRING_PART = re.compile(rb"[^()\\]+|[()]|\\(?:[0-7]{1,3}|\r\n|.)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
LINE_ENDS = {b"\n", b"\r", b"\r\n"}


class Unscannable(ValueError):
    """The regular expression does not cover this stream."""


def scan(data: bytes) -> Iterator[tuple[str, list[Any]]]:
    """Yield (operator, operands) for each text operator. Raises `Unscannable`."""
    operands: list[Any] = []
    outer: list[list[Any]] = []
    position = 0
    while position < len(data):
        found = TOKEN.match(data, position)
        if found is None:
            raise Unscannable(f"at byte {position}")
        position, kind = found.end(), found.lastgroup
        if kind == "number":
            operands.append(_to_number(found["number"]))
        elif kind == "plain":
            operands.append(found["plain"])
        elif kind == "operator":
            name = found["operator"].decode("ascii")
            if name == "BI":
                position = _after_image(data, position)
            elif name in TEXT_OPERATORS and not outer:
                yield name, operands
            operands = operands if outer else []
        elif kind == "array":
            if found["array"] == b"[":
                outer.append(operands)
                operands = []
            elif outer:
                outer[-1].append(operands)
                operands = outer.pop()
        elif kind == "nested":
            text, position = _to_string(data, position)
            operands.append(text)
        elif kind == "hex":
            operands.append(_to_bytes(found["hex"]))
        elif kind == "name":
            operands.append(LIT(_to_name(found["name"][1:])))


def _to_bytes(hexadecimal: bytes) -> bytes:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", hexadecimal)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _to_number(digits: bytes) -> int | float:
    return float(digits) if b"." in digits else int(digits)


def _to_name(raw: bytes) -> str:
    name = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode("ascii")), raw)
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        raise Unscannable("a name that is not UTF-8") from None


def _after_image(data: bytes, position: int) -> int:
    end = INLINE_IMAGE.search(data, position)
    if end is None:
        raise Unscannable("an inline image without an end")
    return end.end()


def _to_string(data: bytes, position: int) -> tuple[bytes, int]:
    """Return the string that starts at `position`, unescaped, and the position after it."""
    depth, parts = 1, []
    while depth:
        found = STRING_PART.match(data, position)
        if found is None:
            raise Unscannable("a string without an end")
        part, position = found[0], found.end()
        depth += (part == b"(") - (part == b")")
        if depth:
            parts.append(_unescaped(part))
    return b"".join(parts), position


def _unescaped(part: bytes) -> bytes:
    if not part.startswith(b"\\"):
        return part
    code = part[1:]
    if code[:1].isdigit() and code[:1] < b"8":
        return bytes([int(code, 8) & 255])
    return b"" if code in LINE_ENDS else ESCAPES.get(code, code)
