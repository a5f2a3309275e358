"""Gathers what the sources yield and settles it into the papers and problems of one publication.

The rule: every item that a source read is here as a paper or as a problem; ids are made unique without losing one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from papersette import matching
from papersette.catalog import Source
from papersette.fulltext import Text
from papersette.problems import Problem, UserError
from papersette.records import LooseFile, Paper


@dataclass
class Items:
    """What all sources of a catalog yielded, in their order."""

    papers: list[Paper] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    loose: list[LooseFile] = field(default_factory=list)

    def files(self) -> list[Path]:
        """Every file to read, once."""
        named = [paper.file for paper in self.papers if paper.file]
        return list(dict.fromkeys(named + [file.path for file in self.loose]))


def read(sources: Iterable[Source]) -> Items:
    """Read all sources. Raises `UserError` where none of them has a paper."""
    items = Items()
    taken: set[str] = set()
    for source in sources:
        for item in source.read():
            if isinstance(item, Paper):
                paper = _with_own_id(item, taken)
                items.papers.append(paper)
                if paper is not item:
                    items.problems.append(_doubled(item, paper))
            elif isinstance(item, LooseFile):
                items.loose.append(item)
            else:
                items.problems.append(item)
    if not items.papers:
        reasons = "; ".join(f"{p.item} {p.reason}" for p in items.problems[:3])
        raise UserError("the catalog's sources have no paper that can be used" + (f": {reasons}" if reasons else ""))
    return items


def _with_own_id(paper: Paper, taken: set[str]) -> Paper:
    """The paper, its id made unique among those taken: the second “smith19” becomes “smith19-2”."""
    own, number = paper, 2
    while own.paper_id in taken:
        own = dataclasses.replace(paper, paper_id=f"{paper.paper_id}-{number}")
        number += 1
    taken.add(own.paper_id)
    return own


def _doubled(given: Paper, kept: Paper) -> Problem:
    reason = f"has the id {given.paper_id}, which another paper has; it is published as {kept.paper_id}"
    return Problem(given.venue.venue_id, given.item or given.paper_id, "read", reason, kept.paper_id)


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
    return dataclasses.replace(paper, title=paper.title or text.front.title, abstract=paper.abstract or text.front.abstract)
