"""Helpers shared by the notebooks: open the database, run queries, serve the site, style figures.

Notebooks open papers.db read-only; if they need to change it, they change a copy in a temporary
folder.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import yaml
from datasette.app import Datasette
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

ROOT = Path(__file__).resolve().parent.parent
"""The root of the repository."""
BLUE, GREY = "#14548c", "#8a8f98"
"""Colours of the main series and the baseline. They also differ in lightness, for print."""


def find_database() -> Path:
    """Return papers.db in the current folder, or else in the repository."""
    for path in (Path("papers.db"), ROOT / "papers.db"):
        if path.exists():
            return path
    raise FileNotFoundError(
        "no papers.db in this folder or the repository; `make serve` builds the sample"
    )


def connect(database: Path | None = None) -> sqlite3.Connection:
    """Open the database read-only."""
    path = (database or find_database()).resolve()
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def ask(conn: sqlite3.Connection, sql: str, **values: object) -> pd.DataFrame:
    """Run a query and return its rows; `values` are its named parameters."""
    return pd.read_sql_query(sql, conn, params=values)


async def serve(database: Path) -> Datasette:
    """Return the site that `make serve` serves, to be queried through `site.client`."""
    site = Datasette(
        immutables=[str(database)],
        metadata=yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8")),
        plugins_dir=str(ROOT / "plugins"),
        template_dir=str(ROOT / "templates"),
        settings=json.loads((ROOT / "settings.json").read_text(encoding="utf-8")),
    )
    await site.invoke_startup()
    return site


def style() -> None:
    """Set the style of all figures: low resolution, plain axes, left-aligned titles."""
    plt.rcParams.update(
        {
            "figure.dpi": 80,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "axes.titlesize": "medium",
            "axes.titleweight": "bold",
            "font.size": 11,
        }
    )


def bars(values: pd.Series, title: str, unit: str) -> Axes:
    """Draw horizontal bars, the first value on top; `unit` labels the axis."""
    _, axes = plt.subplots(figsize=(8, 1 + 0.27 * len(values)))
    axes.barh([str(name) for name in values.index[::-1]], values[::-1], color=BLUE)
    axes.set(title=title, xlabel=unit)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return axes
