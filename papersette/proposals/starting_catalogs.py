"""Returns a first catalog as text when a file or folder of papers is given instead of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from papersette.errors import UserError
from papersette.proposals.proposal import Proposal, SourceDraft, propose, to_shown_path
from papersette.records import Paper, Venue
from papersette.sources import SOURCES, recognition, venues


def is_catalog(path: Path) -> bool:
    """Return whether a path is a catalog, rather than a folder or a file of papers."""
    if path.is_dir():
        return False
    if path.suffix.lower() not in {".yml", ".yaml"}:
        return not path.is_file()  # a missing file gets the catalog's own message
    try:
        start = path.read_bytes()[: recognition.HEAD]
    except OSError:
        return True
    return not re.search(rb"^\s*(?:- )?releases:", start, re.MULTILINE) or b"\nsources:" in start


def to_starting_catalog(path: Path) -> str:
    """Return a catalog for a file or folder, with doubts as comments.

    Raises `UserError` if nothing there can be read.
    """
    folder = path if path.is_dir() else path.parent
    proposal = propose(folder) if path.is_dir() else _propose_file(path)
    found = [
        f"# {to_shown_path(draft.found.path, folder)}: {draft.found.format}, {_count(draft.papers)}"
        for draft in proposal.sources
    ]
    doubts = [f"# Check: {doubt}" for doubt in proposal.doubts]
    text = re.sub(r"\A#.*\n", "", proposal.to_text())
    return "\n".join([*found, *doubts, text.rstrip("\n")])


def _count(papers: Sequence[Paper]) -> str:
    return "1 paper" if len(papers) == 1 else f"{len(papers):,} papers"


NOTHING = (
    "is no metadata that can be read, and no catalog; name a catalog, a file such as BibTeX or "
    "CSV, or a folder of papers"
)


def _propose_file(path: Path) -> Proposal:
    """Return a catalog for one file, and ignore the rest of its folder."""
    answer = recognition.recognise(path)
    if not isinstance(answer, recognition.Found):
        reason = answer.reason if answer else NOTHING
        raise UserError(f"{path}: {reason}")
    settings = SOURCES[answer.kind].Settings(venue=Venue("x", "X"), **answer.settings)
    papers = [item for item in SOURCES[answer.kind].read(settings) if isinstance(item, Paper)]
    guess = venues.guess(answer, papers, path.parent)
    draft = SourceDraft(answer, papers, guess, venues.guess_language(papers))
    return Proposal(path.parent, guess.name, [draft], [*answer.doubts, *guess.doubts])
