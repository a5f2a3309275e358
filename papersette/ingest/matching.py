"""Gives the files that no entry names to the papers they belong to, and says which of that is a guess.

The rule: a paper's whole title at the head of a file's first page is a match. Who wrote it and when, in the file's name, is a
guess; every guess, every file and every paper left over becomes a problem for a person to look at.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from papersette.fulltext import Text
from papersette.records import LooseFile, Paper, Problem
from papersette.text import to_key

HEAD = 600
"""Letters and digits of a first page in which the title must stand; a reference list could hold it further down."""
SHORTEST = 12
"""A title with fewer letters and digits, as “Preface”, proves nothing."""


def match(
    papers: list[Paper], loose: list[LooseFile], texts: Mapping[Path, Text | str]
) -> tuple[list[Paper], list[Problem]]:
    """The papers, those without a file given theirs where one is found, and what was doubtful about it."""
    sources = {file.source for file in loose}
    matched: list[Paper] = []
    problems: list[Problem] = []
    for source in sources:
        files = [file.path for file in loose if file.source == source]
        wanting = [p for p in papers if p.venue.venue_id == source and p.file is None]
        pairs = _by_title(wanting, files, texts)
        guesses = _by_name(
            [p for p in wanting if p.paper_id not in pairs],
            [f for f in files if f not in pairs.values()],
        )
        problems += _doubts(source, wanting, files, pairs, guesses)
        pairs |= guesses
        matched += [_with_file(p, pairs[p.paper_id], loose) for p in wanting if p.paper_id in pairs]
    by_id = {paper.paper_id: paper for paper in matched}
    return [by_id.get(paper.paper_id, paper) for paper in papers], problems


def _with_file(paper: Paper, path: Path, loose: list[LooseFile]) -> Paper:
    template = next(file.pdf_url for file in loose if file.path == path)
    url = template.format(paper_id=paper.paper_id, file=path.name) if template else None
    return dataclasses.replace(paper, file=path, pdf_url=paper.pdf_url or url)


def _by_title(
    papers: list[Paper], files: list[Path], texts: Mapping[Path, Text | str]
) -> dict[str, Path]:
    heads = {path: to_key(_first_page(texts.get(path)))[:HEAD] for path in files}
    found: dict[str, Path] = {}
    for paper in papers:
        key = to_key(paper.title or "")
        holders = [path for path, head in heads.items() if len(key) >= SHORTEST and key in head]
        if len(holders) == 1 and holders[0] not in found.values():
            found[paper.paper_id] = holders[0]
    return found


def _by_name(papers: list[Paper], files: list[Path]) -> dict[str, Path]:
    """garivier19a.pdf may be the paper by Garivier of 2019, if it is the only such paper and the only such file."""
    claims = {
        paper.paper_id: [path for path in files if _claims(path, paper)]
        for paper in papers
        if paper.authors and paper.year
    }
    return {
        paper_id: paths[0]
        for paper_id, paths in claims.items()
        if len(paths) == 1 and sum(paths[0] in others for others in claims.values()) == 1
    }


def _claims(path: Path, paper: Paper) -> bool:
    surname = to_key(paper.authors[0].name.split()[-1])
    return bool(
        re.fullmatch(
            rf"{re.escape(surname)}(?:\d\d)?{(paper.year or 0) % 100:02d}[a-z]?", to_key(path.stem)
        )
    )


def _doubts(
    source: str,
    wanting: list[Paper],
    files: list[Path],
    pairs: Mapping[str, Path],
    guesses: Mapping[str, Path],
) -> list[Problem]:
    problems = []
    for paper in wanting:
        item, paper_id = paper.item or paper.paper_id, paper.paper_id
        if paper_id in guesses:
            reason = (
                f"was given {guesses[paper_id].name} by author and year in the file's name, a guess: its first page does not "
                "show the entry's title; name the file in the entry's field “file” to settle it"
            )
            problems.append(Problem(source, item, "match", reason, paper_id))
        elif paper_id not in pairs:
            reason = "no PDF has its name or its title; it is listed without text"
            problems.append(Problem(source, item, "match", reason, paper_id))
    used = {*pairs.values(), *guesses.values()}
    reason = (
        "belongs to no entry: no key, no field “file” and no title points to it; it is not used"
    )
    problems += [Problem(source, path.name, "match", reason) for path in files if path not in used]
    return problems


def _first_page(text: Text | str | None) -> str:
    return text.pages[0].body if isinstance(text, Text) else ""
