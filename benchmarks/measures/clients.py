"""Clients that send requests to a server at the same time, for some seconds."""

from __future__ import annotations

import http.client
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CLIENTS = 16
HEADERS = {"Accept-Encoding": "gzip", "Accept-Language": "en"}
PATIENCE = 120.0
"""Time limit of a response in seconds."""


@dataclass
class Load:
    """The responses that the clients got."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    """Seconds of each response of status 200."""
    statuses: Counter[int] = field(default_factory=Counter)
    bytes: int = 0

    @property
    def rate(self) -> float:
        """Responses per second."""
        return len(self.times) / self.seconds

    def percentile(self, share: int) -> float:
        """Return the milliseconds that `share` percent of the responses do not exceed."""
        if len(self.times) < 2:
            return float("nan")
        return 1000 * statistics.quantiles(self.times, n=100)[share - 1]


def put_load(address: str, to_paths: Callable[[int], Iterator[str]], seconds: float) -> Load:
    """Send requests to a server from all clients for some seconds.

    Args:
        address: Address of the server, such as http://127.0.0.1:8001.
        to_paths: Returns the endless paths of a client from its number.
        seconds: Duration; the last responses are waited for, and count.
    """
    loads = [Load() for _ in range(CLIENTS)]
    started = time.perf_counter()
    threads = [
        threading.Thread(target=ask, args=(address, to_paths(n), started + seconds, loads[n]))
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Load(seconds=time.perf_counter() - started)
    for load in loads:
        whole.times += load.times
        whole.statuses += load.statuses
        whole.bytes += load.bytes
    return whole


def ask(address: str, paths: Iterator[str], until: float, load: Load) -> None:
    """Request one path after the other on one connection."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
    while (began := time.perf_counter()) < until:
        connection.request("GET", next(paths), headers=HEADERS)
        answer = connection.getresponse()
        load.bytes += len(answer.read())
        load.statuses[answer.status] += 1
        if answer.status == 200:
            load.times.append(time.perf_counter() - began)
    connection.close()


def at_random(paths: list[str]) -> Callable[[int], Iterator[str]]:
    """Return a function that returns paths for a client: repeated, in an order of its own."""

    def to_paths(client: int) -> Iterator[str]:
        chance = random.Random(client)
        while True:
            yield chance.choice(paths)

    return to_paths


def in_parts(paths: list[str]) -> Callable[[int], Iterator[str]]:
    """Return a function that gives each client different paths, each of them once.

    A client that has requested all of its paths ends with `RuntimeError`.
    """
    return lambda client: iter(paths[client::CLIENTS])
