"""Checks the settings of a plugin in metadata.yml, and reads them into a dataclass."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar, get_origin, get_type_hints

T = TypeVar("T")


def to_settings(kind: type[T], plugin: str, given: object, may_be_zero: Collection[str] = ()) -> T:
    """Return the settings of a plugin; a setting that is not given has its default.

    Args:
        kind: A dataclass with a default for each field. A field is a bool, an int, a float, a str,
            a tuple of texts or a mapping.
        plugin: Name of the plugin, a key under plugins in metadata.yml.
        given: The value of that key; None for no settings.
        may_be_zero: Names of numbers that may be 0; all other numbers must be positive.

    Raises:
        ValueError: A setting is unknown, or its value is of another kind; the message names it.
    """
    where = f"metadata.yml: plugins: {plugin}"
    if given is not None and not isinstance(given, Mapping):
        raise ValueError(f"{where} must be a mapping of names to values, not {given!r}")
    known = sorted(field.name for field in fields(kind))  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, value in (given or {}).items():
        if name not in known:
            raise ValueError(f"{where}: {name} is unknown; known: {', '.join(known)}")
        expected = get_origin(hints[name]) or hints[name]
        if not is_valid(value, expected, name in may_be_zero):
            wanted = describe(expected, name in may_be_zero)
            raise ValueError(f"{where}: {name} must be {wanted}, not {value!r}")
        values[name] = tuple(map(str, value)) if expected is tuple else value
    return kind(**values)


def is_valid(value: object, expected: type, may_be_zero: bool) -> bool:
    """Return whether a value is of a type of `describe`, and in the range of a number."""
    if expected in (int, float):
        allowed = int | float if expected is float else int
        if isinstance(value, bool) or not isinstance(value, allowed) or not math.isfinite(value):
            return False
        return value > 0 or (may_be_zero and value == 0)
    return isinstance(value, list if expected is tuple else expected)


def describe(expected: type, may_be_zero: bool) -> str:
    """Return what a setting of a type must be, for a message."""
    number = "whole number" if expected is int else "number"
    if expected in (int, float):
        return f"a {number} of at least 0" if may_be_zero else f"a positive {number}"
    return {bool: "true or false", str: "a text", tuple: "a list"}.get(expected, "a mapping")
