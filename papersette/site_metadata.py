"""Reads the settings of plugins in metadata.yml, for commands that run without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from papersette.errors import BadFile
from papersette.loading import load_yaml


def read_plugin(path: Path, plugin: str) -> dict[str, Any]:
    """Return the settings of a plugin in metadata.yml; {} if it has none or does not exist.

    Raises:
        BadFile: The file is not YAML, or a value that must be a mapping is something else.
    """
    if not path.is_file():
        return {}
    metadata = to_mapping(path, load_yaml(path).value, "the file")
    plugins = to_mapping(path, metadata.get("plugins"), "plugins")
    return to_mapping(path, plugins.get(plugin), f"plugins: {plugin}")


def to_mapping(path: Path, value: object, key: str) -> dict[str, Any]:
    """Return a value of the file if it is a mapping, and {} if it is empty. Raises `BadFile`."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadFile(path, f"{key} must be a mapping of names to values, not {value!r:.60}")
    return value
