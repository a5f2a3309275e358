"""Errors that end a build with one clear message."""

from __future__ import annotations

from pathlib import Path


class UserError(Exception):
    """A mistake that only the user can fix.

    The message names the file, the line if known, and the remedy.
    """


class BadFile(UserError):
    """A file that cannot be used; a source that reads a whole folder makes it a problem."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        position = f", line {line}" if line else ""
        super().__init__(f"{path}{position}: {reason}")
        self.reason = f"line {line}: {reason}" if line else reason
        """The reason without the folder, which a publication does not show."""
