"""Pages as pdfminer.six lays them out: boxes, lines, characters with their fonts and sizes; for text alone.

The rule: only public classes of pdfminer.six are subclassed, and tests/test_structure.py holds the contract with them. Lines,
curves and pictures are not collected: a plot of a hundred thousand points says nothing to a search, and costs ten seconds.
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
    """Collects the characters of a page and nothing else."""

    def paint_path(self, *_: Any, **__: Any) -> None:
        """Lines and curves are left out."""

    def render_image(self, *_: Any, **__: Any) -> None:
        """Pictures are left out."""


class TextInterpreter(PDFPageInterpreter):
    """Interprets what shows text, scanned by papersette.fulltext.operators; the rest of pdfminer.six as it is."""

    def execute(self, streams: Sequence[object]) -> None:
        """Run content streams, but for those that are being run: a form that draws itself would never end."""
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
            method, wanted = METHODS[name]
            if len(operands) >= wanted:
                getattr(self, method)(*operands[len(operands) - wanted :])


def _method_of(operator: str) -> tuple[str, int]:
    """The method of an interpreter that carries out an operator, and how many operands it takes."""
    name = "do_" + operator.replace("*", "_a").replace('"', "_w").replace("'", "_q")
    return name, getattr(PDFPageInterpreter, name).__code__.co_argcount - 1


METHODS = {operator: _method_of(operator) for operator in operators.SHOWS_TEXT}


@contextlib.contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """Raise `TimeoutError` where the block takes longer: for what may fail without costing the rest of a file.

    Works in the main thread of a Unix process, as a worker is; elsewhere the limit of the whole file must do.
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


def read_layout(path: Path, numbers: list[int] | None = None, most: int = 0) -> Iterator[LTPage]:
    """The laid-out pages with these numbers, counted from 0, or all; no more than `most`, if it is not 0.

    all_texts takes the text inside forms, too: some publishers wrap whole pages in one. Raises what pdfminer.six raises.
    """
    manager = PDFResourceManager()
    device = TextAggregator(manager, laparams=LAParams(all_texts=True))
    interpreter = TextInterpreter(manager, device)
    with path.open("rb") as raw:
        for page in PDFPage.get_pages(
            raw, set(numbers) if numbers is not None else None, maxpages=most
        ):
            interpreter.process_page(page)
            yield device.get_result()
