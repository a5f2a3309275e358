"""Settings of the answers in prose: the key papersette-ask of plugins in metadata.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

WHERE = "metadata.yml: plugins: papersette-ask"


@dataclass(frozen=True)
class Settings:
    """The model that answers, and its limits. Without a model nothing is sent anywhere."""

    model: str = ""
    """Name or alias, as `llm models` lists them."""
    key: str = ""
    """Key of the model's service; by default the one stored by `llm keys`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the model, such as temperature."""
    per_minute: int = 5
    """Answers in a minute, for all readers together."""
    per_day: int = 200
    """Answers in 24 hours, for all readers together; a restarted server counts from zero."""
    at_once: int = 2
    """Answers written at the same time."""
    passages: int = 8
    """Passages sent to the model."""
    passage_characters: int = 1000
    """Longest passage sent to the model, in characters."""
    answer_characters: int = 1500
    """Longest answer, in characters; the rest is cut."""
    seconds: float = 20.0
    """Time limit of an answer."""

    @classmethod
    def from_metadata(cls, given: Mapping[str, Any] | None) -> Settings:
        """Read the settings.

        Raises:
            ValueError: A setting is unknown or of the wrong kind.
        """
        known = {one.name for one in fields(cls)}
        for name, value in (given or {}).items():
            if name not in known:
                expected = ", ".join(sorted(known))
                raise ValueError(f"{WHERE}: {name} is unknown; expected one of {expected}")
            _check(name, value)
        settings = cls(**(given or {}))
        if given and not settings.model:
            raise ValueError(f"{WHERE}: model is missing; “llm models” lists the names")
        return settings


def _check(name: str, value: Any) -> None:
    """Raise ValueError for a value of the wrong kind."""
    if name in {"model", "key"}:
        if not isinstance(value, str) or not value:
            raise ValueError(f"{WHERE}: {name} must be a text, not {value!r}")
    elif name == "options":
        if not isinstance(value, Mapping):
            raise ValueError(f"{WHERE}: options must be a mapping, not {value!r}")
    else:
        kinds = int | float if name == "seconds" else int
        if isinstance(value, bool) or not isinstance(value, kinds) or value <= 0:
            raise ValueError(f"{WHERE}: {name} must be a positive number, not {value!r}")
