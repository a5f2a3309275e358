"""The files that papers can be taken away in, one module each.

The rule: what stands in a file is made by a library of its format, and nothing here knows where the papers come from. A
format is a module with `MEDIA_TYPE`, `EXTENSION`, the end of its files' names, and `write(batches)`, which yields the text of a
file of papers piece by piece. Feeds and calendars (atom.py, ical.py) say where they are found, too.
"""

from papersette.exports import bibtex, csl, ris

FORMATS = {"bib": bibtex, "ris": ris, "csl": csl}
"""Extension of an address -> the format."""
