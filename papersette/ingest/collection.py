"""Collect the items of all sources into the papers and problems of one publication.

Every item that a source counted becomes a paper, completes a paper, or becomes a problem;
otherwise the build stops. Ids are made unique, so that no paper is lost.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from papersette.catalogs.catalog import Source
from papersette.errors import UserError
from papersette.fulltext import Text
from papersette.ingest import checking, matching, merging, venues
from papersette.records import AlternateValue, Count, LooseFile, Paper, Problem, Tally
from papersette.sources.fetch import Outdated, fetch_pdfs


@dataclass
class Items:
    """The items of all sources of a catalog, in their order."""

    papers: list[Paper] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    loose: list[LooseFile] = field(default_factory=list)
    additions: list[tuple[str, str, Paper]] = field(default_factory=list)
    """(source, venue_id of the papers that the item completes, item) of each completing item."""
    alternate_values: list[AlternateValue] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    _known: set[tuple[str, str, str]] = field(default_factory=set, repr=False)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Add problems; a problem of a session, which several papers repeat, is added once."""
        for problem in problems:
            key = (problem.source, problem.item, problem.reason)
            if key not in self._known:
                self._known.add(key)
                self.problems.append(problem)

    def files(self) -> list[Path]:
        """Return every file to read, once each."""
        named = [paper.file for paper in self.papers if paper.file]
        return list(dict.fromkeys(named + [file.path for file in self.loose]))

    def report(self) -> str:
        """Return a report for --check: a line per source, missing fields, and every problem."""
        lines = []
        for tally in self.tallies:
            counts = {
                "papers": tally.papers,
                "completed": tally.completed,
                "skipped": tally.skipped,
                "lost": tally.lost,
            }
            text = ", ".join(
                f"{count:,} {name}" for name, count in counts.items() if count or name == "papers"
            )
            lines.append(f"{tally.source} ({tally.kind}): {tally.items:,} items: {text}")
        lacks = {
            name: sum(not getattr(paper, name) for paper in self.papers)
            for name in ("title", "authors", "abstract")
        }
        lacks["file"] = sum(not (paper.file or paper.sections) for paper in self.papers)
        lines.append(
            f"{len(self.papers):,} papers, "
            + ", ".join(f"{count:,} without {name}" for name, count in lacks.items())
        )
        if self.loose:
            lines.append(
                f"{len(self.loose):,} files that no entry names; the build matches them by title"
            )
        lines += [
            f"problem: {problem.source}: {problem.item} {problem.reason}"
            for problem in self.problems
        ]
        return "\n".join(lines)


def read(sources: Iterable[Source], downloads: Path, *, offline: bool) -> Items:
    """Read all sources; live ones are downloaded into the folder `downloads` first.

    Raises `UserError` if no source has a paper.
    """
    items = Items()
    taken: dict[str, int] = {}
    for source in sources:
        _add(items, source, source.read(downloads, offline=offline), taken)
    if not items.papers:
        reasons = "; ".join(f"{p.item} {p.reason}" for p in items.problems[:3])
        raise UserError(
            "the sources of the catalog have no usable paper" + (f": {reasons}" if reasons else "")
        )
    items.papers, items.alternate_values, unmatched = merging.complete(
        items.papers, items.additions
    )
    items.problems += unmatched
    items.papers, different = venues.merge(items.papers)
    items.problems += different
    items.tallies = [_without_unmatched(tally, unmatched) for tally in items.tallies]
    return items


def _add(items: Items, source: Source, found: Iterable[object], taken: dict[str, int]) -> None:
    """Add what a source yields; `taken` are the ids of papers, as for `_with_own_id`."""
    given: list[object] = []
    published: dict[tuple[str | None, str], str] = {}
    before = len(items.problems)
    for unchecked in found:
        if isinstance(unchecked, Paper):
            unchecked = dataclasses.replace(unchecked, source=source.name)
        item, problems = checking.check(unchecked)
        given.append(item)
        if isinstance(item, Paper) and isinstance(unchecked, Paper):
            paper = item if source.completes else _with_own_id(item, taken)
            published[item.item, unchecked.paper_id] = paper.paper_id
            problems = [dataclasses.replace(one, paper_id=paper.paper_id) for one in problems]
            if source.completes:
                items.additions.append((source.name, source.completes, paper))
            else:
                items.papers.append(paper)
            if paper is not item:
                problems.append(_to_duplicate_problem(item, paper))
        elif isinstance(item, LooseFile):
            items.loose.append(item)
        elif isinstance(item, Problem):
            items.problems.append(item)
        items.add_problems(problems)
    items.problems[before:] = [_to_published(one, published) for one in items.problems[before:]]
    items.tallies.append(_to_tally(source, given))


def _to_published(problem: Problem, published: Mapping[tuple[str | None, str], str]) -> Problem:
    """Return a problem with the id under which its paper is published.

    A source knows only its own id of a paper, which an earlier paper may have, or which may be too
    long. `published` maps the item of each paper and the source's id to the published one.
    """
    items = (problem.item, problem.item.rpartition(", ")[0])  # "notes.json: note 1, thread B1x"
    ids = (published.get((item, problem.paper_id or "")) for item in items)
    return dataclasses.replace(problem, paper_id=next(filter(None, ids), problem.paper_id))


def download(
    items: Items, folder: Path, *, offline: bool, allow_hosts: Collection[str] = ()
) -> Iterator[str]:
    """Fetch the PDF of each paper that has a URL and no file; yield each URL.

    A PDF that cannot be fetched becomes a problem, and so does one that cannot be fetched again;
    the stored copy of that one is used. `allow_hosts` lists hosts that may be contacted
    although their addresses are not public.
    """
    wanting: defaultdict[str, list[Paper]] = defaultdict(list)
    for paper in items.papers:
        if paper.file is None and paper.pdf_url and not paper.sections:
            wanting[paper.pdf_url].append(paper)
    fetched: dict[str, Path] = {}
    for url, answer in fetch_pdfs(wanting, folder, offline=offline, allow_hosts=allow_hosts):
        file = answer.path if isinstance(answer, Outdated) else answer
        if isinstance(file, Path):
            fetched[url] = file
        items.problems += _to_download_problems(url, answer, wanting[url])
        yield url
    items.papers = [
        dataclasses.replace(paper, file=fetched[paper.pdf_url])
        if not paper.file and paper.pdf_url in fetched
        else paper
        for paper in items.papers
    ]


def _to_download_problems(
    url: str, answer: Path | Outdated | str, papers: Sequence[Paper]
) -> Iterator[Problem]:
    """Yield a problem for each paper without its PDF, or one for a PDF that may be out of date."""
    if isinstance(answer, Outdated):
        papers, answer = papers[:1], f"{answer.reason}; {OUTDATED}"
    if isinstance(answer, str):
        for paper in papers:
            yield Problem(_to_source(paper), url, "download", answer, paper.paper_id)


OUTDATED = (
    "the copy that an earlier build fetched is used and may be out of date: build again when the "
    "site answers, or correct the address"
)


def _to_tally(source: Source, given: Sequence[object]) -> Tally:
    """Count the papers, completions, skipped and lost items of a source.

    Raises `RuntimeError` if the counts do not add up: a bug in the reader, not in the input.
    """
    counted = sum(item.items for item in given if isinstance(item, Count))
    papers = sum(isinstance(item, Paper) for item in given)
    skipped = sum(isinstance(item, Problem) and item.stage == "skip" for item in given)
    lost = sum(isinstance(item, Problem) and item.lost for item in given)
    if counted != papers + skipped + lost:
        raise RuntimeError(
            f"{source.name} ({source.kind}) has {counted} items, but yielded {papers} papers, "
            f"{skipped} skipped and {lost} lost items: a bug in Papersette"
        )
    if source.completes:
        return Tally(source.name, source.kind, counted, 0, papers, skipped, lost)
    return Tally(source.name, source.kind, counted, papers, 0, skipped, lost)


def _without_unmatched(tally: Tally, unmatched: Sequence[Problem]) -> Tally:
    count = sum(problem.source == tally.source for problem in unmatched)
    return dataclasses.replace(
        tally, completed=tally.completed - count, skipped=tally.skipped + count
    )


def _with_own_id(paper: Paper, taken: dict[str, int]) -> Paper:
    """Return the paper with an id that is not taken: the second “smith19” becomes “smith19-2”.

    `taken` maps each id to the last number given to it, so that thousands of papers with one id
    take no longer than others.
    """
    base = paper.paper_id
    if base not in taken:
        taken[base] = 1
        return paper
    while (paper_id := f"{base}-{taken[base] + 1}") in taken:
        taken[base] += 1
    taken[base] += 1
    taken[paper_id] = 1
    return dataclasses.replace(paper, paper_id=paper_id)


def _to_source(paper: Paper) -> str:
    return paper.source or paper.venue.venue_id


def _to_duplicate_problem(given: Paper, kept: Paper) -> Problem:
    reason = f"has the id {given.paper_id} of another paper; it is published as {kept.paper_id}"
    return Problem(_to_source(given), given.item or given.paper_id, "read", reason, kept.paper_id)


def match_files(
    items: Items, texts: Mapping[Path, Text | str]
) -> tuple[list[Paper], list[Problem]]:
    """Return the papers with their files, and all problems so far."""
    unmatched = list(matching.find_swapped(items.papers, texts))
    papers, found = matching.match(items.papers, items.loose, texts)
    unmatched += found
    papers = [_from_page_1(paper, texts) if paper.from_page_1 else paper for paper in papers]
    papers = [_with_language(paper, texts) for paper in papers]
    unread = [
        Problem(_to_source(paper), paper.file.name, "text", reason, paper.paper_id)
        for paper in papers
        if paper.file and isinstance(reason := texts[paper.file], str)
    ]
    warnings = [
        Problem(_to_source(paper), paper.file.name, "text", text.warning, paper.paper_id)
        for paper in papers
        if paper.file and isinstance(text := texts[paper.file], Text) and text.warning
    ]
    hidden = [problem for paper in papers for problem in _to_hidden_problems(paper, texts)]
    return papers, [*items.problems, *unmatched, *unread, *warnings, *hidden]


HIDDEN = {"white": "in the colour of the page", "tiny": "smaller than one point"}
"""Kind of hidden text -> description of how it is hidden."""


def _to_hidden_problems(paper: Paper, texts: Mapping[Path, Text | str]) -> Iterator[Problem]:
    """Yield a problem for each page with text that readers of the PDF cannot see."""
    text = texts.get(paper.file) if paper.file else None
    for one in text.hidden if paper.file and isinstance(text, Text) else ():
        reason = (
            f"has text that readers cannot see on page {one.page}, {HIDDEN[one.kind]}: "
            f"“{one.excerpt}”. Look whether it is meant for assistants or automatic reviews"
        )
        name = paper.file.name if paper.file else paper.paper_id
        yield Problem(_to_source(paper), name, "text", reason, paper.paper_id)


def _from_page_1(paper: Paper, texts: Mapping[Path, Text | str]) -> Paper:
    """Return the paper with missing title, authors and abstract taken from page 1 of its file."""
    text = texts.get(paper.file) if paper.file else None
    if not isinstance(text, Text):
        return paper
    return dataclasses.replace(
        paper,
        title=paper.title or text.front.title,
        authors=paper.authors or text.front.authors,
        abstract=paper.abstract or text.front.abstract,
    )


def _with_language(paper: Paper, texts: Mapping[Path, Text | str]) -> Paper:
    """Return the paper with the language of its text, unless its source gives one."""
    text = texts.get(paper.file) if paper.file else None
    if paper.language or not isinstance(text, Text):
        return paper
    return dataclasses.replace(paper, language=text.language)
