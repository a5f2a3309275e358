"""Match files that no entry names to papers, and report which matches are guesses.

A file matches a paper if the title read from the file is the paper's title, or else if the paper's
full title is at the top of its first page. A match by author and year in the file's name is a
guess. Every guess, every paper without a match and every folder with unused files becomes a
problem.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from ahocorasick_rs import AhoCorasick
from rapidfuzz import fuzz, process

from papersette.fulltext import Text
from papersette.names import parse_name
from papersette.records import LooseFile, Paper, Problem
from papersette.sources.files import to_pdf_url
from papersette.text import to_key

TOP_OF_PAGE = 600
"""Length of the top of page 1, in letters and digits, that must contain the title; a reference list
further down may contain the title of another paper."""
SHORTEST_TITLE = 12
"""Least letters and digits of a title that is looked for on pages; “Preface” is too short."""
SHORTEST_READ = 6
"""Least letters and digits of a title that is compared with the titles read from files."""
AUTHOR_AND_YEAR = re.compile(r"(?P<author>.+?)(?:[0-9]{2})?(?P<year>[0-9]{2})[a-z]?")
"""A file name in letters and digits, such as garivier19a or garivier2019."""
SAME_TITLE = 95
"""Least similarity (0 to 100) of two keys of one title: a PDF may lose a letter or an accent."""


def match(
    papers: list[Paper], loose: list[LooseFile], texts: Mapping[Path, Text | str]
) -> tuple[list[Paper], list[Problem]]:
    """Return the papers with the files that were matched to them, and the problems."""
    sources = dict.fromkeys(file.source for file in loose)  # in order: builds must not differ
    templates = {file.path: file.pdf_url for file in loose}
    matched: list[Paper] = []
    problems: list[Problem] = []
    for source in sources:
        files = [file.path for file in loose if file.source == source]
        unmatched = [p for p in papers if _is_of(p, source) and p.file is None]
        pairs = _by_title(unmatched, files, texts)
        by_title = set(pairs.values())
        guesses = _by_name(
            [p for p in unmatched if p.paper_id not in pairs],
            [f for f in files if f not in by_title],
        )
        problems += _to_problems(source, unmatched, pairs, guesses, texts, files)
        pairs |= guesses
        named = {p.paper_id: p.file for p in papers if _is_of(p, source) and p.file}
        used = set(pairs.values())
        unused = [file for file in files if file not in used]
        owners = _to_holders([p for p in papers if _is_of(p, source)], unused, texts)
        problems += _to_file_problems(source, unused, owners, named | pairs)
        matched += [
            _with_file(p, path, templates[path])
            for p in unmatched
            if (path := pairs.get(p.paper_id)) is not None
        ]
    by_id = {paper.paper_id: paper for paper in matched}
    return [by_id.get(paper.paper_id, paper) for paper in papers], problems


def find_swapped(papers: list[Paper], texts: Mapping[Path, Text | str]) -> Iterator[Problem]:
    """Yield a problem for each paper whose file shows the title of another paper of its source."""
    titles: defaultdict[str, dict[str, Paper]] = defaultdict(dict)
    for paper in papers:
        key = to_key(paper.title or "")
        if len(key) >= SHORTEST_TITLE:
            titles[_to_source(paper)][key] = paper
    find_title = {source: _TitleFinder(known) for source, known in titles.items()}
    for paper in papers:
        own, text = to_key(paper.title or ""), texts.get(paper.file) if paper.file else None
        read, head = to_key(_read_title(text)), _to_head(text)
        if not own or own in head or own in read or fuzz.ratio(own, read) >= SAME_TITLE:
            continue
        source = _to_source(paper)
        other = find_title[source](read, head) if source in find_title else None
        if other and paper.file and own not in to_key(other.title or ""):
            reason = (
                f"has the file {paper.file.name}, but its first page shows the title of "
                f"{other.paper_id}, “{(other.title or '')[:100]}”: correct the name of the file or "
                "the field “file”"
            )
            yield Problem(source, paper.item or paper.paper_id, "match", reason, paper.paper_id)


class _TitleFinder:
    """Finds the paper whose title a file shows, in one pass whatever the number of papers.

    Args:
        papers: By the key of their titles.
    """

    def __init__(self, papers: Mapping[str, Paper]) -> None:
        self._by_title = papers
        self._papers = list(papers.values())

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick(self._by_title)

    def __call__(self, read: str, head: str) -> Paper | None:
        """Return the paper with a title as read, else the first one with a title on a page."""
        if read in self._by_title:
            return self._by_title[read]
        shown = self._automaton.find_matches_as_indexes(head, overlapping=True)
        return self._papers[min(number for number, _, _ in shown)] if shown else None


def _to_source(paper: Paper) -> str:
    """Return the source that a paper comes from; its venue may be a different one."""
    return paper.source or paper.venue.venue_id


def _is_of(paper: Paper, source: str) -> bool:
    return _to_source(paper) == source


def _with_file(paper: Paper, path: Path, template: str | None) -> Paper:
    url = to_pdf_url(template, paper.paper_id, path)
    return dataclasses.replace(paper, file=path, pdf_url=paper.pdf_url or url)


def _by_title(
    papers: list[Paper], files: list[Path], texts: Mapping[Path, Text | str]
) -> dict[str, Path]:
    """Return the file of each paper whose title only this file has; the first paper gets it."""
    found: dict[Path, str] = {}
    for paper_id, holders in _to_holders(papers, files, texts).items():
        if len(holders) == 1:
            found.setdefault(holders[0], paper_id)
    return {paper_id: path for path, paper_id in found.items()}


def _to_holders(
    papers: list[Paper], files: list[Path], texts: Mapping[Path, Text | str]
) -> dict[str, list[Path]]:
    """Return the files whose title, or top of page 1, has a paper's title, by paper_id."""
    read = {path: to_key(_read_title(texts.get(path))) for path in files}
    heads = {path: _to_head(texts.get(path)) for path in files}
    keys = {paper.paper_id: to_key(paper.title or "") for paper in papers}
    return {
        paper_id: _with_title(key, read) or [path for path in files if key in heads[path]]
        for paper_id, key in keys.items()
        if len(key) >= SHORTEST_TITLE or (len(key) >= SHORTEST_READ and _with_title(key, read))
    }


def _with_title(key: str, read: Mapping[Path, str]) -> list[Path]:
    """Return the files whose title, as it was read, is the title with this key."""
    same = [path for path, title in read.items() if title == key]
    if same or len(key) < SHORTEST_TITLE:
        return same
    near = process.extract(key, read, scorer=fuzz.ratio, score_cutoff=SAME_TITLE, limit=None)
    return sorted(path for _, _, path in near)


def _by_name(papers: list[Paper], files: list[Path]) -> dict[str, Path]:
    """Match by name: garivier19a.pdf is Garivier's paper of 2019 if file and paper are unique."""
    named: defaultdict[tuple[str, int], list[Path]] = defaultdict(list)
    for path in files:
        if found := AUTHOR_AND_YEAR.fullmatch(to_key(path.stem)):
            named[found["author"], int(found["year"])].append(path)
    candidates = {
        paper.paper_id: [path for key in _to_names(paper) for path in named.get(key, ())]
        for paper in papers
    }
    counts = Counter(path for paths in candidates.values() for path in paths)
    return {
        paper_id: paths[0]
        for paper_id, paths in candidates.items()
        if len(paths) == 1 and counts[paths[0]] == 1
    }


def _to_names(paper: Paper) -> set[tuple[str, int]]:
    """Return what a file name may contain: the first author and the last two digits of the year.

    The particles of the family name are optional.
    """
    if not (paper.authors and paper.year):
        return set()
    name = parse_name(paper.authors[0].name)
    return {(to_key(family), paper.year % 100) for family in (name.family, name.bare_family)}


def _to_problems(
    source: str,
    unmatched: list[Paper],
    pairs: Mapping[str, Path],
    guesses: Mapping[str, Path],
    texts: Mapping[Path, Text | str],
    files: list[Path],
) -> list[Problem]:
    """Return a problem for each paper that has no file, or whose file is a guess."""
    problems = []
    without = [p for p in unmatched if p.paper_id not in pairs and p.paper_id not in guesses]
    holders = _to_holders(without, files, texts)
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
            names = ", ".join(path.name for path in holders.get(paper_id, ())[:5])
            reason = (
                f"has its title in several files, or shares one with another paper: {names}; the "
                "paper is listed without text: name its file in the entry's field “file”"
                if names
                else "no PDF has its name or its title; the paper is listed without text"
            )
            problems.append(Problem(source, item, "match", reason, paper_id))
    return problems


def _to_file_problems(
    source: str, unused: list[Path], owners: Mapping[str, list[Path]], used: Mapping[str, Path]
) -> Iterator[Problem]:
    """Yield a problem for each unused file of a paper, and for each folder of unknown files."""
    owner_of: dict[Path, str] = {}
    for paper_id, paths in owners.items():
        for path in paths:
            owner_of.setdefault(path, paper_id)
    without = [path for path in unused if path not in owner_of]
    for folder in sorted({path.parent for path in without}):
        names = sorted(path.name for path in without if path.parent == folder)
        if len(names) > 1:
            shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
            reason = (
                f"has {len(names):,} files that belong to no entry: {shown}; no key, field “file” "
                f"or title matches them; {UNUSED_FILES}"
            )
            yield Problem(source, f"{folder.name}/", "match", reason)
    single = Counter(path.parent for path in without)
    for path in unused:
        owner = owner_of.get(path)
        if owner is None and single[path.parent] > 1:
            continue
        if owner is None:
            reason = f"belongs to no entry: no key, field “file” or title matches it; {UNUSED}"
        elif owner in used:
            reason = (
                f"shows the title of the paper {owner}, whose file is {used[owner].name}; it "
                "is not used: remove one of the two files"
            )
        else:
            reason = (
                f"shows the title of the paper {owner}, as another file does; it is not used: "
                "name one of them in the entry's field “file”"
            )
        yield Problem(source, path.name, "match", reason, owner)


UNUSED = "it is not used: name it in the field “file” of its entry, or add an entry"
UNUSED_FILES = "they are not used: name each in the field “file” of its entry, or add entries"


def _read_title(text: Text | str | None) -> str:
    return (text.front.title or "") if isinstance(text, Text) else ""


def _to_head(text: Text | str | None) -> str:
    """Return the letters and digits at the top of page 1."""
    page = text.pages[0].body if isinstance(text, Text) else ""
    head = to_key(page[: 4 * TOP_OF_PAGE])  # a page has many more characters
    return (head if len(head) >= TOP_OF_PAGE else to_key(page))[:TOP_OF_PAGE]
