"""Pages as pdfminer.six lays them out: boxes, lines, characters with their fonts and sizes; for text alone.

The rule: only public classes of pdfminer.six are subclassed, and tests/test_structure.py holds the contract with them. Lines,
curves and pictures are not collected: a plot of a hundred thousand points says nothing to a search, and costs ten seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage


class TextAggregator(PDFPageAggregator):
    """Collects the characters of a page and nothing else."""

    def paint_path(self, *_: Any, **__: Any) -> None:
        """Lines and curves are left out."""

    def render_image(self, *_: Any, **__: Any) -> None:
        """Pictures are left out."""


def read_layout(path: Path, numbers: list[int] | None = None, most: int = 0) -> Iterator[LTPage]:
    """The laid-out pages with these numbers, counted from 0, or all; no more than `most`, if it is not 0.

    all_texts takes the text inside forms, too: some publishers wrap whole pages in one. Raises what pdfminer.six raises.
    """
    manager = PDFResourceManager()
    device = TextAggregator(manager, laparams=LAParams(all_texts=True))
    interpreter = PDFPageInterpreter(manager, device)
    with path.open("rb") as raw:
        for page in PDFPage.get_pages(raw, set(numbers) if numbers is not None else None, maxpages=most):
            interpreter.process_page(page)
            yield device.get_result()
