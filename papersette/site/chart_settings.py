"""Reads the charts that metadata.yml configures under datasette-dashboards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def listed(datasette: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (dashboard, name, configuration) of each chart."""
    dashboards = datasette.plugin_config("datasette-dashboards") or {}
    for dashboard, configured in dashboards.items():
        for name, chart in (configured.get("charts") or {}).items():
            yield dashboard, name, chart


def translated(display: Any, translate: Callable[[str], str]) -> Any:
    """Return a Vega-Lite specification with translated titles of axes, legends and tooltips."""
    if isinstance(display, dict):
        return {
            key: translate(value) if key == "title" and value else translated(value, translate)
            for key, value in display.items()
        }
    return (
        [translated(part, translate) for part in display] if isinstance(display, list) else display
    )
