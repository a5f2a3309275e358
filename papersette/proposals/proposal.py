"""Propose a catalog for a folder: its sources, where their PDFs are, and what is in doubt."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from papersette.errors import BadFile, UserError
from papersette.files import to_shown_name
from papersette.records import Paper, Venue
from papersette.sources import SOURCES, recognition, venues
from papersette.sources import files as folders
from papersette.text import to_key, unique_id

OVERLAP = 0.2
"""A source is not used if a larger share of its titles is in the sources above it."""
SITE_KEYS = """\
# site:                    # name and look; docs/formats.md lists all keys
#   tagline: One line below the title
#   accent: "#14548c"
#   contact: name@example.org
"""


@dataclass
class SourceDraft:
    """One source of a proposal."""

    found: recognition.Found
    papers: Sequence[Paper]
    venue: venues.Guess
    language: str | None = None
    files: Path | None = None
    """Folder with the PDFs of the source."""
    is_used: bool = True
    """Whether it is a source of the catalog, or only a comment in the catalog."""


@dataclass
class Proposal:
    """A proposed catalog, which can be written as a file."""

    folder: Path
    title: str
    sources: list[SourceDraft] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """Messages that each name a file, what is in doubt, and the remedy."""

    def to_text(self, data: str = ".") -> str:
        """Return the catalog as YAML; `data` is the path from the catalog to the folder."""
        head = {"title": self.title, "data": data}
        used = [self._to_entry(source) for source in self.sources if source.is_used]
        unused = [self._to_entry(source) for source in self.sources if not source.is_used]
        text = "# Written by “build_db.py init”; docs/formats.md describes every key.\n"
        text += _dump(head) + SITE_KEYS + _dump({"sources": used})
        if unused:
            text += "# Not used, because it seems to list the same papers:\n"
            text += "".join(f"# {line}\n" for line in _dump(unused).splitlines())
        return text

    def pdf_root(self) -> Path | None:
        """Return the folder that is to be served as /pdf/, with the PDFs of all sources."""
        used = [
            _to_absolute(draft.files) for draft in self.sources if draft.is_used and draft.files
        ]
        return Path(os.path.commonpath(used)) if used else None

    def _below_root(self, folder: Path) -> str:
        """Return the path of a folder relative to `pdf_root`, with a slash at its end."""
        folder = _to_absolute(folder)
        path = folder.relative_to(self.pdf_root() or folder).as_posix()
        return "" if path == "." else f"{path}/"

    def _to_entry(self, source: SourceDraft) -> dict[str, Any]:
        """Return the entry of a source in the catalog, with paths relative to the folder."""
        kind, known = source.found.kind, _settings_of(source.found.kind)
        entry: dict[str, Any] = {"kind": kind}
        for name, value in source.found.settings.items():
            entry[name] = _to_relative(value, self.folder) if isinstance(value, Path) else value
        if source.files:
            entry["files"] = _to_relative(source.files, self.folder)
            if "pdf_url" in known and "pdf_url" not in source.found.settings.get("columns", ()):
                name = "{paper_id}.pdf" if kind == "openreview" else "{file}"
                entry["pdf_url"] = quote(f"/pdf/{self._below_root(source.files)}", "/") + name
        if source.language and "language" in known:
            entry["language"] = source.language
        venue = source.venue
        given = {"venue_id": venue.venue_id, "name": venue.name, "year": venue.year}
        entry["venue"] = {k: v for k, v in {**given, "kind": venue.kind}.items() if v}
        return entry


def _dump(value: object) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)
    return text


def _to_relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _to_absolute(folder: Path) -> Path:
    """Return an absolute path without “..”, which follows no symbolic link."""
    return Path(os.path.normpath(folder.absolute()))


def _settings_of(kind: str) -> set[str]:
    return {f.name for f in fields(SOURCES[kind].Settings)}


def propose(folder: Path, chosen: Path | None = None) -> Proposal:
    """Return a catalog for the papers in a folder.

    Args:
        folder: Folder with the metadata and the PDFs.
        chosen: The metadata file to use if the folder has several.

    Raises:
        UserError: The folder has neither metadata that can be read nor PDFs.
    """
    survey = recognition.survey(folder)
    drafts = [draft for found in survey.found if (draft := _draft(found, survey)).papers]
    drafts.sort(key=lambda draft: (draft.found.path != chosen, *_to_rank(draft.papers)))
    doubts = [f"{to_shown_path(item.path, folder)} {item.reason}" for item in survey.not_read]
    _use_once(drafts, doubts, folder)
    if drafts:
        _assign_files(drafts, survey, doubts)
    else:
        drafts = [_draft_of_files(survey, doubts)]
    for draft in drafts:
        name = to_shown_path(draft.found.path, folder)
        doubts += [f"{name}: {doubt}" for doubt in (*draft.found.doubts, *draft.venue.doubts)]
    if survey.is_cut:
        doubts.append(f"only the first {recognition.MOST_FILES:,} files were looked at")
    title = drafts[0].venue.name if len(drafts) == 1 else venues.to_label(folder)
    return Proposal(folder, title, drafts, doubts)


def _to_rank(papers: Sequence[Paper]) -> tuple[int, int]:
    """Return a rank by which the source with the most papers, and the most about them, is first.

    A table with a row for each author repeats the titles of papers.
    """
    titles = {to_key(paper.title or paper.paper_id) for paper in papers}
    known = sum(bool(paper.authors) + bool(paper.abstract) for paper in papers)
    return -len(titles), -known


def to_shown_path(path: Path, folder: Path) -> str:
    """Return a path in the folder as text for messages; the name of the folder for itself."""
    return to_shown_name(path.relative_to(folder).as_posix() if path != folder else path.name)


def _draft(found: recognition.Found, survey: recognition.Survey) -> SourceDraft:
    """Read the papers of a source, without their files."""
    settings = SOURCES[found.kind].Settings(venue=Venue("x", "X"), **found.settings)
    try:
        papers = [item for item in SOURCES[found.kind].read(settings) if isinstance(item, Paper)]
    except UserError as error:
        reason = error.reason if isinstance(error, BadFile) else str(error)
        survey.not_read.append(recognition.NotRead(found.path, f"cannot be read: {reason}"))
        papers = []
    if not papers and all(item.path != found.path for item in survey.not_read):
        reason = f"is {found.format}, but has no paper that can be read; correct it"
        survey.not_read.append(recognition.NotRead(found.path, reason))
    guess = venues.guess(found, papers, survey.folder) if papers else venues.Guess("", "")
    return SourceDraft(found, papers, guess, venues.guess_language(papers))


def _draft_of_files(survey: recognition.Survey, doubts: list[str]) -> SourceDraft:
    """Return the source for a folder that has PDFs but no metadata."""
    if not survey.files and survey.not_read:
        reasons = (
            f"{to_shown_path(one.path, survey.folder)} {one.reason}" for one in survey.not_read
        )
        raise UserError(f"{survey.folder}: has no PDF, and {'; '.join(reasons)}")
    if not survey.files:
        archives = folders.list_files(survey.folder, folders.ARCHIVES)
        remedy = f"unpack {archives[0].name}" if archives else "put them there"
        raise UserError(
            f"{survey.folder}: has no PDF, and no metadata that can be read (BibTeX, CSV, JSON, "
            f"…); {remedy}, or name another folder"
        )
    doubts.append(
        "there is no metadata: titles and authors are read from page 1 of each file; check them "
        "on the site, or add a BibTeX or CSV file and run “init” again with --overwrite"
    )
    if survey.texts:
        names = ", ".join(path.name for path in survey.texts[:5])
        doubts.append(f"{names}: a text is a paper, too; move it away if it is none")
    found = recognition.Found(survey.folder, "folder", "a folder of PDFs")
    label = venues.to_label(survey.folder)
    guess = venues.Guess(label, venues.to_venue_id(label, None), kind="list")
    return SourceDraft(found, (), guess, files=survey.folder)


def _use_once(drafts: Sequence[SourceDraft], doubts: list[str], folder: Path) -> None:
    """Mark sources that repeat those above them as not used, and make the venue_ids differ."""
    titles: set[str] = set()
    ids: set[str] = set()
    for draft in drafts:
        own = {to_key(paper.title) for paper in draft.papers if paper.title} - {""}
        draft.is_used = len(own & titles) <= OVERLAP * max(1, len(own))
        if not draft.is_used:
            doubts.append(
                f"{to_shown_path(draft.found.path, folder)} lists {len(own & titles):,} of its "
                f"{len(draft.papers):,} papers as another file does; it is not used: to use it as "
                "well, remove the “# ” before its source in the catalog"
            )
        titles |= own
        venue_id = unique_id(draft.venue.venue_id, ids)
        draft.venue = replace(draft.venue, venue_id=venue_id)
        ids.add(venue_id)


def _assign_files(
    drafts: Sequence[SourceDraft], survey: recognition.Survey, doubts: list[str]
) -> None:
    """Assign each source the folder with its PDFs; report what cannot be assigned as a doubt."""
    left = dict(survey.files)
    able = [d for d in drafts if d.is_used and "files" in _settings_of(d.found.kind)]
    for least in (NAMED, 0):  # sure matches first
        for draft in able:
            scores = {path: _score(draft, path, count) for path, count in left.items()}
            best = max(scores, key=lambda path: scores[path], default=None)
            if draft.files is None and best is not None and scores[best] >= least:
                draft.files = best
                del left[best]
    for draft in drafts:
        has_text = any(paper.sections for paper in draft.papers)
        if draft.is_used and draft.files is None and not has_text:
            remedy = "put them into the folder, and run “init” again with --overwrite"
            if draft not in able:
                remedy = f"{draft.found.format} is read without them; {recognition.EXPORT}"
            name = to_shown_path(draft.found.path, survey.folder)
            doubts.append(f"{name}: no PDFs, so that titles and abstracts are searched; {remedy}")
    doubts += [
        f"{to_shown_path(path, survey.folder)} has {_count(count)} not used; move them into the "
        "folder that “files” names in the catalog"
        for path, count in left.items()
    ]


def _count(files: int) -> str:
    return "1 file that is" if files == 1 else f"{files:,} files that are"


NAMED = 1_000_000
"""Score from which a folder is sure to belong to a source."""


def _score(draft: SourceDraft, folder: Path, count: int) -> int:
    """Return how likely the PDFs of a folder are those of a source."""
    ids = {paper.paper_id.lower() for paper in draft.papers}
    hits = sum(folders.to_file_id(path.name).lower() in ids for path in folder.rglob("*"))
    same_name = to_key(folder.name) == to_key(draft.found.path.stem)
    return NAMED * (hits + same_name) + count
