"""Writes rows of CSV in which no cell is a formula, whatever program opens it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

BOM = "\ufeff"
"""The byte order mark, without which Excel does not read UTF-8."""
UNSEEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""Invisible characters of zero width, which a spreadsheet may drop."""
FORMULA = re.compile(rf"[\s{UNSEEN}]*[=+\-@＝＋－＠]|[\t\n]")
"""The start of a cell that Excel, LibreOffice or Google Sheets may interpret as a formula."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
EMBEDDED = re.compile(rf"([;\t\n][\s{UNSEEN}]*)(?=[=@＝＠]|[+\-＋－]\S)")
"""A formula after a separator: Excel splits cells at semicolons in some locales."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def to_line(row: Iterable[object]) -> str:
    """Return a row with all cells quoted: some spreadsheets also split at semicolons and tabs."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([to_safe(str(cell)) for cell in row])
    return line.getvalue()


def to_safe(cell: str) -> str:
    """Return a cell that no spreadsheet evaluates: an apostrophe precedes a possible formula."""
    cell = CONTROL.sub(" ", cell.replace("\r\n", "\n").replace("\r", "\n"))
    cell = EMBEDDED.sub(r"\1'", cell)
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
