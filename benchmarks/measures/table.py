"""Prints figures as a table, with the required values beside them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Any

ROUNDS = 3
"""Number of times that everything is measured, in turns; the median of each counts."""


@dataclass(frozen=True)
class Row:
    """One measure, for one or several sizes of the corpus."""

    measure: str
    values: Mapping[str, float]
    """Number of papers -> value; "" -> value if there is only one."""
    required: Mapping[str, float] | None = None
    at_least: bool = False
    """Whether the required values are minima, not maxima."""
    digits: int = 1

    def lines(self) -> list[str]:
        """Return the lines with the values, and the required values, with failures marked."""
        shown = "".join(f"{value:14,.{self.digits}f}" for value in self.values.values())
        lines = [f"{self.measure:48}{shown}"]
        if self.required:
            cells = "".join(f"{self._requirement(column):>14}" for column in self.values)
            lines.append(f"{'  required':48}{cells}")
        return lines

    def _requirement(self, column: str) -> str:
        limit = (self.required or {}).get(column)
        if limit is None:
            return ""
        value = self.values[column]
        held = value >= limit if self.at_least else value <= limit
        text = f"{'≥' if self.at_least else '≤'} {limit:,.{self.digits}f}"
        return text if held else f"{text} MISSED"


def show(title: str, rows: Sequence[Row]) -> None:
    """Print a table."""
    columns = list(rows[0].values) if rows else []
    print(f"\n{title:48}" + "".join(f"{column:>14}" for column in columns))
    for row in rows:
        print("\n".join(row.lines()), flush=True)


def percentile(values: Sequence[float], share: int) -> float:
    """Return the value that `share` percent of the values do not exceed."""
    return statistics.quantiles(values, n=100)[share - 1] if len(values) > 1 else values[0]


def time_ms(do: Callable[..., Any], *arguments: Any) -> float:
    """Return the milliseconds that a call takes."""
    return measure_ms(do, *arguments)[0]


def measure_ms(do: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    """Return the milliseconds that a call takes, and those of its thread's processor time."""
    started, started_cpu = perf_counter(), thread_time()
    do(*arguments)
    return 1000 * (perf_counter() - started), 1000 * (thread_time() - started_cpu)


@dataclass(frozen=True)
class Times:
    """Median milliseconds of each query."""

    wall: list[float]
    cpu: list[float]
    """Processor time of the thread, on which other processes have little effect."""


def time_in_turns(
    tasks: Mapping[str, Callable[[str], Any]], queries: Sequence[str]
) -> dict[str, Times]:
    """Return the times of each query by task; each query is given to all tasks in turn."""
    taken: dict[str, list[list[tuple[float, float]]]]
    taken = {name: [[] for _ in queries] for name in tasks}
    for _ in range(ROUNDS):
        for i, q in enumerate(queries):
            for name, task in tasks.items():
                taken[name][i].append(measure_ms(task, q))
    return {name: _to_medians(rounds) for name, rounds in taken.items()}


def _to_medians(rounds: Sequence[Sequence[tuple[float, float]]]) -> Times:
    return Times(
        [statistics.median(wall for wall, _ in one) for one in rounds],
        [statistics.median(cpu for _, cpu in one) for one in rounds],
    )


@contextmanager
def patched(module: Any, **values: Any) -> Iterator[None]:
    """Set constants of a module during the block."""
    before = {name: getattr(module, name) for name in values}
    for name, value in values.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)
