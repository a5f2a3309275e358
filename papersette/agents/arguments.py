"""Checks the arguments of tools; errors tell a program what to do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST = 5000
"""Longest argument in characters; the same limit applies to a query."""


class Refusal(Exception):
    """A request that cannot be answered. The message tells a program what to do instead."""


@dataclass(frozen=True)
class Parameter:
    """One argument of a tool."""

    name: str
    about: str
    """Description in a few words: programs read it with each list of tools."""
    default: str | int | None = ""
    """Default value, which is an int for an integer; None if the argument is required."""
    most: int = 0
    """Largest value of a number."""
    choices: tuple[str, ...] = ()
    instead: str = ""
    """Advice for an error message about a number above `most`."""

    @property
    def is_number(self) -> bool:
        """Whether the argument is a whole number of at least 1."""
        return isinstance(self.default, int)

    def to_schema(self) -> dict[str, Any]:
        """Return its JSON schema."""
        schema: dict[str, Any] = {"type": "integer" if self.is_number else "string"}
        if self.is_number:
            schema |= {"minimum": 1, "maximum": self.most}
        if self.choices:
            schema["enum"] = list(self.choices)
        return schema | ({"description": self.about} if self.about else {})

    def read(self, value: Any) -> str | int:
        """Return the checked value. Raises `Refusal`."""
        if value is None or value == "":
            if self.default is None:
                raise Refusal(f"{self.name} is missing ({self.about}).")
            return self.default
        return self._read_number(value) if self.is_number else self._read_text(value)

    def _read_number(self, value: Any) -> int:
        text = str(value).strip().removesuffix(".0")
        is_whole = text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20
        if isinstance(value, bool | list | dict) or not is_whole:
            raise Refusal(
                f"{self.name} must be a whole number from 1 to {self.most}, not {shorten(value)}."
            )
        number = int(text)
        if not 1 <= number <= self.most:
            instead = f" {self.instead}" if number > self.most and self.instead else ""
            raise Refusal(f"{self.name} must be from 1 to {self.most}, not {number}.{instead}")
        return number

    def _read_text(self, value: Any) -> str:
        if isinstance(value, bool | list | dict):
            raise Refusal(f"{self.name} must be one text, not {shorten(value)}.")
        text = str(value)
        if len(text) > LONGEST:
            raise Refusal(
                f"{self.name} has {len(text):,} characters; at most {LONGEST:,} are read. "
                "Send its most specific words."
            )
        if self.choices and text not in self.choices:
            raise Refusal(
                f"{self.name} must be one of {', '.join(filter(None, self.choices))}, "
                f"not {shorten(value)}."
            )
        return text


def shorten(value: Any) -> str:
    """Return a value for an error message, cut at 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def read_arguments(
    tool: str, parameters: Sequence[Parameter], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all arguments of a call by name, checked, with defaults. Raises `Refusal`."""
    known = {parameter.name for parameter in parameters}
    for name in given:
        if name not in known:
            takes = ", ".join(parameter.name for parameter in parameters) or "no arguments"
            raise Refusal(f"{tool} has no argument {shorten(name)}; it takes {takes}.")
    return {parameter.name: parameter.read(given.get(parameter.name)) for parameter in parameters}
