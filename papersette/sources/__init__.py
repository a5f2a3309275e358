"""The places that papers come from, one module each.

A source is a module with `Settings`, a dataclass whose fields are what a catalog may say (one of them `venue`), and
`read(settings)`, which yields the `Count` of its items and then a `Paper` for every item, or the `Problem` that kept it from
being one; the build proves that they add up. A source that can be read live also has `fetch(settings, folder, offline=…)`: it
saves the answer in the folder and gives the settings that read it from there, and what is doubtful about it. A new source is
one file here and one line below.
"""

from papersette.sources import (
    arxiv,
    bibtex,
    csljson,
    folder,
    listing,
    miniconf,
    openreview,
    paperoni,
    table,
    virtual,
)

SOURCES = {
    "openreview": openreview,
    "bibtex": bibtex,
    "table": table,
    "arxiv": arxiv,
    "csljson": csljson,
    "miniconf": miniconf,
    "virtual": virtual,
    "paperoni": paperoni,
    "listing": listing,
    "folder": folder,
}
