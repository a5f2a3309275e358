"""Extract clean pages from a PDF or text file: read, clean, and separate body text from references.

`extract(files)` is the entry point; it isolates failures and caches results.
`python -m papersette.fulltext FILE.pdf` shows the result for one file.
"""

from papersette.fulltext.engines import ENGINES
from papersette.fulltext.front import Front
from papersette.fulltext.headings import Heading
from papersette.fulltext.reading import Page, Text, extract
from papersette.workers import Limits, SystemFailure

__all__ = ["ENGINES", "Front", "Heading", "Limits", "Page", "SystemFailure", "Text", "extract"]
