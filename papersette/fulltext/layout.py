"""Read the layout of pages with pdfminer.six: boxes, lines, and characters with fonts and sizes.

Only public classes of pdfminer.six are subclassed; tests/fulltext/test_layout.py tests the
behaviour that this module relies on. Lines, curves and images are skipped: a plot of a hundred
thousand points has no text and takes ten seconds.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import stream_value

from papersette.fulltext import operators


class TextAggregator(PDFPageAggregator):
    """Collect only the characters of a page."""

    def paint_path(self, *_: Any, **__: Any) -> None:
        """Skip lines and curves."""

    def render_image(self, *_: Any, **__: Any) -> None:
        """Skip images."""


class TextInterpreter(PDFPageInterpreter):
    """Interpret only the text operators that papersette.fulltext.operators finds."""

    def execute(self, streams: Sequence[object]) -> None:
        """Run content streams, except those already running: a form may draw itself."""
        own = [
            stream
            for stream in map(stream_value, streams)
            if stream.objid not in {None, *self.parent_stream_ids}
        ]
        try:
            found = list(operators.scan(b"\n".join(stream.get_data() for stream in own)))
        except operators.Unscannable:
            super().execute(streams)
            return
        self.stream_ids.clear()
        self.stream_ids.update(stream.objid for stream in own if stream.objid is not None)
        for name, operands in found:
            method, count = METHODS[name]
            if len(operands) >= count:
                getattr(self, method)(*operands[len(operands) - count :])


def _method_of(operator: str) -> tuple[str, int]:
    """Return the interpreter's method for an operator, and the number of its operands."""
    name = "do_" + operator.replace("*", "_a").replace('"', "_w").replace("'", "_q")
    return name, getattr(PDFPageInterpreter, name).__code__.co_argcount - 1


METHODS = {operator: _method_of(operator) for operator in operators.TEXT_OPERATORS}


@contextlib.contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """Raise `TimeoutError` if the block takes longer than this number of seconds.

    This needs the main thread of a Unix process, as in a worker; elsewhere only the time limit of
    the file applies.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_layout(path: Path, numbers: list[int] | None = None, limit: int = 0) -> Iterator[LTPage]:
    """Yield the layout of the pages with these numbers, counted from 0, or of all pages.

    At most `limit` pages are read if it is not 0. Text in form XObjects is included
    (`all_texts`), as some publishers wrap each page in one. Raises what pdfminer.six raises.
    """
    manager = PDFResourceManager()
    device = TextAggregator(manager, laparams=LAParams(all_texts=True))
    interpreter = TextInterpreter(manager, device)
    with path.open("rb") as raw:
        for page in PDFPage.get_pages(
            raw, set(numbers) if numbers is not None else None, maxpages=limit
        ):
            interpreter.process_page(page)
            yield device.get_result()
