"""From a PDF (or its text) to clean pages: read, clean, part text from references; guarded and cached.

`extract(files)` is the way in. `python -m papersette.fulltext FILE.pdf` shows what becomes of one file.
"""

from papersette.fulltext.engines import ENGINES
from papersette.fulltext.reading import Limits, Page, Text, extract
from papersette.fulltext.structure import Front, Heading

__all__ = ["ENGINES", "Front", "Heading", "Limits", "Page", "Text", "extract"]
