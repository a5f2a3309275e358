"""File formats in which papers are exported, one module each.

BibTeX, RIS and iCalendar are written by libraries for those formats (bibtexparser, rispy,
icalendar), CSL JSON and XML with json and xml.etree of the standard library. No module here depends
on where the papers come from. A format of papers is a module with `MEDIA_TYPE`, `EXTENSION` (the
extension of its files) and `write(batches)`, which yields the text of a file in pieces. Feeds and
calendars (atom.py, ical.py) also need the addresses of pages. Other modules describe papers and the
site for machines: highwire.py, schema_org.py, dublin_core.py, oai_pmh.py, sitemap.py, card.py. The
rest is shared by formats: rows.py has the fields of a paper, volumes.py, identifiers.py and
elements.py write parts of them, and spreadsheet.py writes cells of CSV.
"""

from papersette.exports import bibtex, csl, ris

FORMATS = {"bib": bibtex, "ris": ris, "csl": csl}
"""File extension in an address -> module of the format."""
