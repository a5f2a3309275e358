"""The engine of a few papers whose sentences are quoted;
one of them has an abstract and no text."""

import pytest
from conftest import build_database, make_pdf
from corpora import QUOTED_ABSTRACT, QUOTED_CATALOG, QUOTED_PAGES

from papersette.search.engine import Engine


@pytest.fixture(scope="session")
def quoted(once):
    """The papers of corpora.QUOTED_PAGES, and one that has only an abstract."""

    def fill(folder):
        (folder / "pdfs").mkdir()
        for name, pages in QUOTED_PAGES.items():
            make_pdf(folder / "pdfs" / f"{name}.pdf", pages)
        rows = ["a,Flat minima,", "b,Weather,", f"c,Unicorns,{QUOTED_ABSTRACT}"]
        (folder / "papers.csv").write_text("\n".join(["paper_id,title,abstract", *rows]))
        build_database(folder, QUOTED_CATALOG)

    database = once("quoted", fill) / "papers.db"
    return Engine(database, database.with_suffix(".index"))
