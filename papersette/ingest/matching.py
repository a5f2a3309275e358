"""Match files that no entry names to papers, and report which matches are guesses.

A file matches a paper if the paper's full title is at the top of its first page. An author and a
year in the file's name are a guess. Every guess, and every paper or file without a match, becomes
a problem.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from papersette.fulltext import Text
from papersette.names import parse_name
from papersette.records import LooseFile, Paper, Problem
from papersette.text import to_key

TOP_OF_PAGE = 600
"""Letters and digits at the start of page 1 that must contain the title; a reference list further
down may contain the title of another paper."""
SHORTEST_TITLE = 12
"""A title with fewer letters and digits, such as “Preface”, is not sufficient evidence."""


def match(
    papers: list[Paper], loose: list[LooseFile], texts: Mapping[Path, Text | str]
) -> tuple[list[Paper], list[Problem]]:
    """Return the papers, with the files that were matched to them, and the problems."""
    sources = {file.source for file in loose}
    matched: list[Paper] = []
    problems: list[Problem] = []
    for source in sources:
        files = [file.path for file in loose if file.source == source]
        unmatched = [p for p in papers if p.venue.venue_id == source and p.file is None]
        pairs = _by_title(unmatched, files, texts)
        guesses = _by_name(
            [p for p in unmatched if p.paper_id not in pairs],
            [f for f in files if f not in pairs.values()],
        )
        problems += _to_problems(source, unmatched, files, pairs, guesses)
        pairs |= guesses
        matched += [
            _with_file(p, pairs[p.paper_id], loose) for p in unmatched if p.paper_id in pairs
        ]
    by_id = {paper.paper_id: paper for paper in matched}
    return [by_id.get(paper.paper_id, paper) for paper in papers], problems


def _with_file(paper: Paper, path: Path, loose: list[LooseFile]) -> Paper:
    template = next(file.pdf_url for file in loose if file.path == path)
    url = template.format(paper_id=paper.paper_id, file=path.name) if template else None
    return dataclasses.replace(paper, file=path, pdf_url=paper.pdf_url or url)


def _by_title(
    papers: list[Paper], files: list[Path], texts: Mapping[Path, Text | str]
) -> dict[str, Path]:
    heads = {path: to_key(_first_page(texts.get(path)))[:TOP_OF_PAGE] for path in files}
    found: dict[str, Path] = {}
    for paper in papers:
        key = to_key(paper.title or "")
        holders = [
            path for path, head in heads.items() if len(key) >= SHORTEST_TITLE and key in head
        ]
        if len(holders) == 1 and holders[0] not in found.values():
            found[paper.paper_id] = holders[0]
    return found


def _by_name(papers: list[Paper], files: list[Path]) -> dict[str, Path]:
    """Match by name: garivier19a.pdf is the paper by Garivier of 2019, if both are unique."""
    candidates = {
        paper.paper_id: [path for path in files if _names_author_and_year(path, paper)]
        for paper in papers
        if paper.authors and paper.year
    }
    return {
        paper_id: paths[0]
        for paper_id, paths in candidates.items()
        if len(paths) == 1 and sum(paths[0] in others for others in candidates.values()) == 1
    }


def _names_author_and_year(path: Path, paper: Paper) -> bool:
    """Whether a file's name is the first author's family name and the year.

    The particles of the family name are optional.
    """
    name = parse_name(paper.authors[0].name)
    families = "|".join(re.escape(to_key(part)) for part in (name.family, name.bare_family))
    year = (paper.year or 0) % 100
    return bool(re.fullmatch(rf"(?:{families})(?:\d\d)?{year:02d}[a-z]?", to_key(path.stem)))


def _to_problems(
    source: str,
    unmatched: list[Paper],
    files: list[Path],
    pairs: Mapping[str, Path],
    guesses: Mapping[str, Path],
) -> list[Problem]:
    problems = []
    for paper in unmatched:
        item, paper_id = paper.item or paper.paper_id, paper.paper_id
        if paper_id in guesses:
            reason = (
                f"was matched to {guesses[paper_id].name} by author and year in the file's name, a "
                "guess: its first page does not show the entry's title; name the file in the "
                "entry's field “file” to be sure"
            )
            problems.append(Problem(source, item, "match", reason, paper_id))
        elif paper_id not in pairs:
            reason = "no PDF has its name or its title; the paper is listed without text"
            problems.append(Problem(source, item, "match", reason, paper_id))
    used = {*pairs.values(), *guesses.values()}
    reason = "belongs to no entry: no key, field “file” or title matches it; it is not used"
    problems += [Problem(source, path.name, "match", reason) for path in files if path not in used]
    return problems


def _first_page(text: Text | str | None) -> str:
    return text.pages[0].body if isinstance(text, Text) else ""
