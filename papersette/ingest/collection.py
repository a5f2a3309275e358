"""Gathers what the sources yield and settles it into the papers and problems of one publication.

The rule: every item that a source counted is here as a paper, as what completes one, or as a problem, or the build stops;
ids are made unique without losing one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from papersette.catalog import Source
from papersette.errors import UserError
from papersette.fulltext import Text
from papersette.fulltext.bylines import to_authors
from papersette.ingest import matching, merging
from papersette.records import AlternateValue, Author, Count, LooseFile, Paper, Problem, Tally
from papersette.sources.fetch import fetch_pdfs


@dataclass
class Items:
    """What all sources of a catalog yielded, in their order."""

    papers: list[Paper] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    loose: list[LooseFile] = field(default_factory=list)
    additions: list[tuple[str, str, Paper]] = field(default_factory=list)
    """(source, venue_id of the papers it completes, item)"""
    alternate_values: list[AlternateValue] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    def files(self) -> list[Path]:
        """Every file to read, once."""
        named = [paper.file for paper in self.papers if paper.file]
        return list(dict.fromkeys(named + [file.path for file in self.loose]))

    def report(self) -> str:
        """What would be built of them, for a person: a line a source, what papers lack, and every problem."""
        lines = []
        for tally in self.tallies:
            counts = {
                "papers": tally.papers,
                "completed": tally.completed,
                "skipped": tally.skipped,
                "lost": tally.lost,
            }
            told = ", ".join(
                f"{count:,} {name}" for name, count in counts.items() if count or name == "papers"
            )
            lines.append(f"{tally.source} ({tally.kind}): {tally.items:,} items: {told}")
        lacks = {
            name: sum(not getattr(paper, name) for paper in self.papers)
            for name in ("title", "authors", "abstract", "file")
        }
        lines.append(
            f"{len(self.papers):,} papers, "
            + ", ".join(f"{count:,} without {name}" for name, count in lacks.items())
        )
        if self.loose:
            lines.append(
                f"{len(self.loose):,} files that no entry names; the build looks for their papers by title"
            )
        lines += [
            f"problem: {problem.source}: {problem.item} {problem.reason}"
            for problem in self.problems
        ]
        return "\n".join(lines)


def read(sources: Iterable[Source], downloads: Path, *, offline: bool) -> Items:
    """Read all sources, the live ones through `downloads`. Raises `UserError` where none of them has a paper."""
    items = Items()
    taken: set[str] = set()
    for source in sources:
        given = list(source.read(downloads, offline=offline))
        for item in given:
            if isinstance(item, Paper) and source.completes:
                items.additions.append((source.name, source.completes, item))
            elif isinstance(item, Paper):
                paper = _with_own_id(item, taken)
                items.papers.append(paper)
                if paper is not item:
                    items.problems.append(_doubled(item, paper))
            elif isinstance(item, LooseFile):
                items.loose.append(item)
            elif isinstance(item, Problem):
                items.problems.append(item)
        items.tallies.append(_to_tally(source, given))
    if not items.papers:
        reasons = "; ".join(f"{p.item} {p.reason}" for p in items.problems[:3])
        raise UserError(
            "the catalog's sources have no paper that can be used"
            + (f": {reasons}" if reasons else "")
        )
    items.papers, items.alternate_values, unmatched = merging.complete(
        items.papers, items.additions
    )
    items.problems += unmatched
    items.tallies = [_without_unmatched(tally, unmatched) for tally in items.tallies]
    return items


def download(items: Items, folder: Path, *, offline: bool) -> Iterator[str]:
    """Give papers without a file the PDF at their address, or a problem that says why not; yield each address."""
    wanting = {
        paper.pdf_url: paper for paper in items.papers if paper.file is None and paper.pdf_url
    }
    fetched: dict[str, Path] = {}
    for url, answer in fetch_pdfs(
        (url for url in wanting if url.startswith("http")), folder, offline=offline
    ):
        if isinstance(answer, Path):
            fetched[url] = answer
        else:
            paper = wanting[url]
            items.problems.append(
                Problem(paper.venue.venue_id, url, "download", answer, paper.paper_id)
            )
        yield url
    items.papers = [
        dataclasses.replace(paper, file=fetched[paper.pdf_url])
        if not paper.file and paper.pdf_url in fetched
        else paper
        for paper in items.papers
    ]


def _to_tally(source: Source, given: Sequence[object]) -> Tally:
    """Raises `RuntimeError` where items are unaccounted for: a defect of the source's reader, never of the input."""
    counted = sum(item.items for item in given if isinstance(item, Count))
    papers = sum(isinstance(item, Paper) for item in given)
    skipped = sum(isinstance(item, Problem) and item.stage == "skip" for item in given)
    lost = sum(isinstance(item, Problem) and item.lost for item in given)
    if counted != papers + skipped + lost:
        told = f"{papers} papers, {skipped} skipped, {lost} lost"
        raise RuntimeError(
            f"{source.name} ({source.kind}) holds {counted} items, of which came {told}: a defect of Papersette"
        )
    if source.completes:
        return Tally(source.name, source.kind, counted, 0, papers, skipped, lost)
    return Tally(source.name, source.kind, counted, papers, 0, skipped, lost)


def _without_unmatched(tally: Tally, unmatched: Sequence[Problem]) -> Tally:
    count = sum(problem.source == tally.source for problem in unmatched)
    return dataclasses.replace(
        tally, completed=tally.completed - count, skipped=tally.skipped + count
    )


def _with_own_id(paper: Paper, taken: set[str]) -> Paper:
    """The paper, its id made unique among those taken: the second “smith19” becomes “smith19-2”."""
    own, number = paper, 2
    while own.paper_id in taken:
        own = dataclasses.replace(paper, paper_id=f"{paper.paper_id}-{number}")
        number += 1
    taken.add(own.paper_id)
    return own


def _doubled(given: Paper, kept: Paper) -> Problem:
    reason = (
        f"has the id {given.paper_id}, which another paper has; it is published as {kept.paper_id}"
    )
    return Problem(
        given.venue.venue_id, given.item or given.paper_id, "read", reason, kept.paper_id
    )


def settle(items: Items, texts: Mapping[Path, Text | str]) -> tuple[list[Paper], list[Problem]]:
    """Papers with their files, and all problems: those of reading, of matching and of the texts."""
    papers, doubts = matching.match(items.papers, items.loose, texts)
    papers = [_from_page_1(paper, texts) if paper.from_page_1 else paper for paper in papers]
    unread = [
        Problem(paper.venue.venue_id, paper.file.name, "text", reason, paper.paper_id)
        for paper in papers
        if paper.file and isinstance(reason := texts[paper.file], str)
    ]
    doubtful = [
        Problem(paper.venue.venue_id, paper.file.name, "text", text.doubt, paper.paper_id)
        for paper in papers
        if paper.file and isinstance(text := texts[paper.file], Text) and text.doubt
    ]
    return papers, [*items.problems, *doubts, *unread, *doubtful]


def _from_page_1(paper: Paper, texts: Mapping[Path, Text | str]) -> Paper:
    """The paper with what it lacks taken from page 1 of its file, as far as it can be read there."""
    text = texts.get(paper.file) if paper.file else None
    if not isinstance(text, Text):
        return paper
    return dataclasses.replace(
        paper,
        title=paper.title or text.front.title,
        authors=paper.authors or tuple(Author(name) for name in to_authors(text.front.authors)),
        abstract=paper.abstract or text.front.abstract,
    )
