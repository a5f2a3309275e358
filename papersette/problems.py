"""What could not be used, with its reason: nothing disappears silently.

A `Problem` becomes a row of the table problems and the build goes on; a `UserError` ends the build with one clear message.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that could not be used, or that a person should look at."""

    source: str
    """The catalog's name of the source, as "iclr-2019"."""
    item: str
    """Which thing: a paper's id, a file's name, a line of a file."""
    stage: str
    """Where it came up: "read", "skip" (an item that is no paper of its own), "match", "text", "merge" or "download"."""
    reason: str
    """What is wrong and, where something can be done, the remedy."""
    paper_id: str | None = None
    """The paper it concerns, where there is one."""
    lost: bool = False
    """True where the item did not become a paper."""


class UserError(Exception):
    """A mistake that only the user can mend. Its text names the file, the place and the remedy."""
