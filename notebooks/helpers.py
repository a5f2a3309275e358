"""What the notebooks have in common: the database, a query as a table, the served site, one look for figures.

The rule: a notebook reads papers.db, and never writes there; what it changes is a copy in a temporary folder.
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
"""The repository, wherever the notebook was opened from."""
BLUE, GREY = "#14548c", "#8a8f98"
"""What a figure is about, and what it is compared with; they differ in lightness, too, for print and for colour-blind readers."""


def find_database() -> Path:
    """papers.db of the folder worked in, or else of the repository. Raises FileNotFoundError, with the remedy."""
    for path in (Path("papers.db"), ROOT / "papers.db"):
        if path.exists():
            return path
    raise FileNotFoundError(
        "no papers.db here or in the repository: build one first, `make serve` builds the sample"
    )


def connect(database: Path | None = None) -> sqlite3.Connection:
    """A connection that can only read."""
    path = (database or find_database()).resolve()
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def ask(conn: sqlite3.Connection, sql: str, **values: object) -> pd.DataFrame:
    """The answer to a query as a table; `:name` in the SQL is the value of that name."""
    return pd.read_sql_query(sql, conn, params=values)


async def serve(database: Path) -> Datasette:
    """The site that `make serve` serves, inside this process: `await site.client.get("/papers/search.json?q=…")`."""
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
    """One look for all figures: small files, plain axes, the title at the left where reading starts."""
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
    """Horizontal bars, the first value on top; `unit` says what is counted."""
    _, axes = plt.subplots(figsize=(8, 1 + 0.27 * len(values)))
    axes.barh([str(name) for name in values.index[::-1]], values[::-1], color=BLUE)
    axes.set(title=title, xlabel=unit)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return axes
