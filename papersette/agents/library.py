"""The collection that tools read: its search engine, its database, its build and its addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from papersette.agents.answers import CAUTION, to_line
from papersette.agents.arguments import Refusal, shorten
from papersette.exports.volumes import to_venue_and_year
from papersette.search.engine import Engine
from papersette.search.results import Request

Row = dict[str, Any]

BUILD = "select * from builds order by build_id desc limit 1"
PAPER = """
select papers.*, venues.name as venue, venues.kind as venue_kind,
    (select paper_count from works where works.work_id = papers.work_id) as versions
from papers join venues using (venue_id) where paper_id = ?
"""
SAME_ID = "select paper_id from papers where lower(paper_id) = lower(?) limit 3"
SECTIONS = "select number, heading, page from sections where paper_id = ? order by position"


class Addresses(Protocol):
    """Makes permanent links."""

    def paper(self, paper_id: str) -> str:
        """Return the address of a paper."""
        ...

    def page(self, paper_id: str, page: int, q: str = "") -> str:
        """Return the address of a page of a paper, with the words of a query marked."""
        ...

    def search(self, arguments: Mapping[str, str]) -> str:
        """Return the address of a search."""
        ...


@dataclass(frozen=True)
class Table:
    """The result of an SQL statement."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    is_cut: bool


@dataclass(frozen=True)
class Library:
    """One build of a collection, from which the tools answer."""

    engine: Engine
    addresses: Addresses
    run_sql: Callable[[str, int], Table] | None = None
    """Runs a reader's SQL and returns at most this many rows; may raise `Refusal`. None: no SQL."""

    def query(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of trusted SQL."""
        cursor = self.engine.connect().execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def build(self) -> Row:
        """Return the latest row of `builds`. Raises `Refusal` if there is none."""
        rows = self.query(BUILD)
        if not rows:
            raise Refusal("This collection has not been built completely; tell its organiser.")
        return rows[0]

    def head(self) -> str:
        """Return a line that names the build and says which parts of an answer are quoted."""
        build = self.build()
        fingerprint = str(build["fingerprint"] or "")[:12]
        name = f"Build {build['build_id']}, {build['started']}, fingerprint {fingerprint}"
        return f"{to_line(build['title'], 80)}. {name}. {CAUTION}"

    def find_paper(self, paper_id: str) -> Row:
        """Return a paper by its id.

        Raises:
            Refusal: No paper has this id; the message suggests papers.
        """
        rows = self.query(PAPER, paper_id)
        if rows:
            return rows[0]
        near = [row["paper_id"] for row in self.query(SAME_ID, paper_id)]
        if not near:
            found = self.engine.search(Request(q=f"title:({paper_id})", size=3, passages=False))
            near = [hit.paper_id for hit in found.hits]
        meant = f" Did you mean {' or '.join(map(show_id, near))}?" if near else ""
        raise Refusal(
            f"No paper has the paper_id {shorten(paper_id)}.{meant} "
            "Use a paper_id as the tool search shows it, for example after search q=title:word."
        )

    def sections_of(self, paper_id: str) -> list[Row]:
        """Return the headings of a paper in order, with their pages."""
        return self.query(SECTIONS, paper_id)


def name_paper(paper: Mapping[str, Any]) -> str:
    """Return a paper in one line: its title, venue, year and id."""
    where = to_venue_and_year(to_line(paper["venue"], 80), paper["year"])
    title = to_line(paper["title"], 200) or "(untitled)"
    return f"{title} ({where}) paper_id={show_id(paper['paper_id'])}"


def show_id(paper_id: str) -> str:
    """Return an id for an answer, as a JSON string if it has spaces or special characters."""
    is_plain = re.fullmatch(r"[\w.:/-]+", paper_id)
    return paper_id if is_plain else json.dumps(paper_id, ensure_ascii=True)


def find_section(sections: Sequence[Row], page: int) -> str:
    """Return the section that is open at the top of a page, or else the first on it, or else ""."""
    before = [row for row in sections if row["page"] < page]
    on_page = [row for row in sections if row["page"] == page]
    row = before[-1] if before else on_page[0] if on_page else None
    return name_section(row) if row else ""


def name_section(row: Row) -> str:
    """Return the number and heading of a section."""
    return to_line(f"{row['number'] or ''} {row['heading'] or ''}", 100)
