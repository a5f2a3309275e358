"""Measures memory and processor time of a process and its descendants (Linux)."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path

INTERVAL = 0.25
"""Seconds between samples."""
CLOCK = os.sysconf("SC_CLK_TCK")


class Usage:
    """Samples a process and its descendants until it is stopped.

    Shared pages are divided among the processes that share them, so that the sum is correct.
    """

    def __init__(self, process: int) -> None:
        self.largest = self.total = 0
        """Memory in KiB, of the largest process and of all together."""
        self.seconds = 0.0
        """Processor seconds of all processes, including those that have ended."""
        self._process = process
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(INTERVAL):
            family = find_family(self._process)
            sizes = [read_kilobytes(process, "smaps_rollup", "Pss:") for process in family]
            self.largest = max([self.largest, *sizes])
            self.total = max(self.total, sum(sizes))
            self.seconds = max(self.seconds, sum(map(read_seconds, family)))


def find_family(process: int) -> list[int]:
    """Return a process and its descendants."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # the process has ended
            continue
        children[int(fields[1])].append(int(path.parent.name))
    family = [process]
    for member in family:
        family += children[member]
    return family


def read_kilobytes(process: int, file: str, field: str) -> int:
    """Return a size from a process's file in /proc, in KiB; 0 if the process has ended."""
    try:
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def read_seconds(process: int) -> float:
    """Return the processor seconds of a process and its children that have ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / CLOCK
