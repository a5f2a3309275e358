"""Search a built collection without a server, by the same engine as the site.

    python -m papersette search "batch normalization hessian"
    python -m papersette search 'tag:gan year:2019' --json --size 50 --db papers.db

The search index is beside the database; an index that is missing or stale is built. Exit status: 0,
even if nothing is found; 1 if the database cannot be searched; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from papersette.agents.arguments import Refusal
from papersette.agents.library import Library
from papersette.agents.tools import TOOLS
from papersette.errors import UserError
from papersette.schema_version import check_version
from papersette.search.engine import Engine
from papersette.search.index import build_index, connect, is_current, to_index_folder
from papersette.search.receipts import to_receipt
from papersette.search.results import SORTS, Request
from papersette.search.rows import to_hit_rows

SEARCH = next(tool for tool in TOOLS if tool.name == "search")
PAPERS = """
select papers.paper_id, papers.title, papers.authors, papers.year, papers.url, papers.pdf_url,
    venues.name as venue
from json_each(?) as ids join papers on papers.paper_id = ids.value join venues using (venue_id)
"""


class FileAddresses:
    """The papers' own addresses, used without a site."""

    def __init__(self, papers: Mapping[str, Mapping[str, Any]]) -> None:
        self._papers = papers

    def paper(self, paper_id: str) -> str:
        """Return the address of a paper, or else its id."""
        paper = self._papers.get(paper_id, {})
        return str(paper.get("url") or paper.get("pdf_url") or paper_id)

    def page(self, paper_id: str, page: int, q: str = "") -> str:
        """Return the address of a page of the PDF, or else that of the paper."""
        pdf_url = self._papers.get(paper_id, {}).get("pdf_url")
        return f"{pdf_url}#page={page}" if pdf_url else self.paper(paper_id)

    def search(self, arguments: Mapping[str, str]) -> str:
        """Return "", as there is no site."""
        return ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = parse(arguments)
    try:
        print(search(options), end="")
    except (UserError, Refusal) as error:
        print(f"papersette: {error}", file=sys.stderr)
        return 1
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command line; wrong usage ends the process with status 2."""
    parser = argparse.ArgumentParser(
        "python -m papersette",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="search")
    command = commands.add_parser("search", help="search a collection")
    command.add_argument("q", help="a query, as docs/search.md describes it")
    command.add_argument("--db", type=Path, default=Path("papers.db"), help="(%(default)s)")
    command.add_argument("--json", action="store_true", help="print JSON, with a receipt")
    command.add_argument("--size", type=int, default=5, help="results of a page (%(default)s)")
    command.add_argument("--page", type=int, default=1, help="(%(default)s)")
    command.add_argument("--sort", default="", choices=("", *SORTS), help="relevance if empty")
    return parser.parse_args(arguments)


def search(options: argparse.Namespace) -> str:
    """Return the results as text or JSON. Raises `UserError` and `Refusal`."""
    engine = open_engine(options.db)
    if options.json:
        return to_json(engine, options)
    rows = Library(engine, FileAddresses({})).query("select paper_id, url, pdf_url from papers")
    library = Library(engine, FileAddresses({row["paper_id"]: row for row in rows}))
    given = {"q": options.q, "sort": options.sort, "page": options.page, "size": options.size}
    return SEARCH.call(library, given)


def to_json(engine: Engine, options: argparse.Namespace) -> str:
    """Return a page of results, with the columns of /papers/search.json, and the receipt."""
    given = {"q": options.q, "sort": options.sort, "page": options.page, "size": options.size}
    request = Request.from_arguments(given)
    result = engine.search(request)
    ids = json.dumps([hit.paper_id for hit in result.hits])
    library = Library(engine, FileAddresses({}))
    papers = {row["paper_id"]: row for row in library.query(PAPERS, ids)}
    rows = [papers[row["paper_id"]] | row for row in to_hit_rows(result)]
    receipt = to_receipt(engine.connect(), request, result)
    return json.dumps({"receipt": receipt, "rows": rows}, ensure_ascii=False, indent=2) + "\n"


def open_engine(database: Path) -> Engine:
    """Return the search engine of a database; its index is built if it is missing or stale.

    Raises:
        UserError: There is no such database, or its index cannot be written.
    """
    if not database.is_file():
        raise UserError(f"{database} does not exist; build it with build_db.py, or give --db")
    folder = to_index_folder(database)
    try:
        check_version(database)
        connect(database).execute("select 1 from builds").close()
        if not is_current(database, folder):
            print(f"papersette: making the search index {folder}", file=sys.stderr)
            build_index(database, folder)
        return Engine(database, folder)
    except sqlite3.Error as error:
        raise UserError(f"{database} is not a database of Papersette: {error}") from None
    except OSError as error:
        raise UserError(f"the search index {folder} cannot be written: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
