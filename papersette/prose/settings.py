"""Settings of the answers in prose: the key papersette-ask of plugins in metadata.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from papersette.plugin_settings import to_settings

PLUGIN = "papersette-ask"
WHERE = f"metadata.yml: plugins: {PLUGIN}"


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
        settings = to_settings(cls, PLUGIN, given)
        if given and not settings.model:
            raise ValueError(f"{WHERE}: model is missing; “llm models” lists the names")
        return settings
