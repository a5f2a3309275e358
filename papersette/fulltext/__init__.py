"""From a PDF (or its text) to clean pages: read, clean, part text from references; guarded and cached.

`extract(files)` is the way in. `python -m papersette.fulltext FILE.pdf` shows what becomes of one file.
"""

from papersette.fulltext.extract import Limits, Page, Text, extract

__all__ = ["Limits", "Page", "Text", "extract"]
