"""Readers of paper sources, one module per format.

A source is a module with a dataclass `Settings`, whose fields (one of them `venue`) are the keys of
its entry in a catalog, and a function `read(settings)`. This yields the `Count` of the items, and
for each item a `Paper` or a `Problem`; the build checks that the numbers add up. A source that can
be read live also has `fetch(settings, folder, offline=…)`, which saves the response in the folder
and returns settings to read it from there, and problems. A new source is one module here and one
line below.
"""

from papersette.sources import (
    acl,
    arxiv,
    bibtex,
    crossref,
    csljson,
    dblp,
    easychair,
    folder,
    frab,
    jats,
    listing,
    miniconf,
    openalex,
    openreview,
    paperoni,
    pmlr,
    ris,
    table,
    virtual,
)

SOURCES = {
    "openreview": openreview,
    "bibtex": bibtex,
    "table": table,
    "arxiv": arxiv,
    "csljson": csljson,
    "ris": ris,
    "crossref": crossref,
    "openalex": openalex,
    "jats": jats,
    "acl": acl,
    "dblp": dblp,
    "pmlr": pmlr,
    "easychair": easychair,
    "miniconf": miniconf,
    "virtual": virtual,
    "frab": frab,
    "paperoni": paperoni,
    "listing": listing,
    "folder": folder,
}
