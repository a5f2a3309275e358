"""Arguments of tools: what may be given, and errors that tell a program what to do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST = 5000
"""Characters of an argument; a query has as many."""


class Refusal(Exception):
    """What cannot be answered. The message tells a program what to do instead."""


@dataclass(frozen=True)
class Parameter:
    """One argument of a tool."""

    name: str
    about: str
    """What it is, in a few words: programs read it with each list of tools."""
    default: str | int | None = ""
    """None if it is required; an int if the argument is an integer."""
    most: int = 0
    """The largest number."""
    choices: tuple[str, ...] = ()
    instead: str = ""
    """What to do where a larger number is wanted."""

    @property
    def is_number(self) -> bool:
        """Whether it is a whole number of at least 1."""
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
        """Return a value as given, checked. Raises `Refusal`."""
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
    """Return a value as an error shows it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def read_arguments(
    tool: str, parameters: Sequence[Parameter], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a call by name, all of them, checked. Raises `Refusal`."""
    known = {parameter.name for parameter in parameters}
    for name in given:
        if name not in known:
            takes = ", ".join(parameter.name for parameter in parameters) or "no arguments"
            raise Refusal(f"{tool} has no argument {shorten(name)}; it takes {takes}.")
    return {parameter.name: parameter.read(given.get(parameter.name)) for parameter in parameters}
