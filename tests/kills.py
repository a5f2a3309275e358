"""Kill builds and servers at random times: `make kill-test`, or `python tests/kills.py --help`.

After each kill the old or the new database must be whole, and the next build must succeed, repair
the search index and inspect-data.json, and leave no part behind. A server that is killed under
load must start again and answer. Prints each failure and the number of failures, which is the exit
status. The same --seed gives the same delays; what they hit depends on the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from papersette.search import index  # noqa: E402 - of this folder, not of an installed package

PATIENCE = 300
"""Seconds to wait for a build or server: no machine is that busy."""
PATHS = ("/", "/papers/search?q=gradient", "/papers/papers", "/papers/search.csv?q=noise")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--builds", type=int, default=100, help="builds to kill (%(default)s)")
    parser.add_argument("--servers", type=int, default=20, help="servers to kill (%(default)s)")
    parser.add_argument("--minutes", type=float, default=60, help="time limit (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the delays (%(default)s)")
    options = parser.parse_args()
    deadline = time.monotonic() + 60 * options.minutes
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name))
        done = Counter[str]()
        for kind, kill, count in (
            ("builds", site.kill_build, options.builds),
            ("servers", site.kill_server, options.servers),
        ):
            for number in range(count):
                if time.monotonic() > deadline:
                    break
                delays = random.Random(f"{options.seed} {kind} {number}")
                found = list(kill(delays, number))
                failures += (f"{kind}, kill {number}: {reason}" for reason in found)
                print(
                    *failures[len(failures) - len(found) :],
                    sep="\n",
                    end="\n" if found else "",
                    flush=True,
                )
                done[kind] += 1
    states = ", ".join(f"{count} {state}" for state, count in sorted(site.states.items()))
    print(f"{done['builds']} builds killed ({states}); {done['servers']} servers killed under load")
    print(f"{len(failures)} failures")
    return min(len(failures), 1)


class Site:
    """A folder with the sample, built once, whose builds and servers are killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.states: Counter[str] = Counter()
        """What was found after the kills."""
        shutil.copytree(ROOT / "data", folder / "data")
        started = time.monotonic()
        self.run()
        self.seconds = time.monotonic() - started

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            ROOT / "build_db.py",
            ROOT / "catalogs/sample.yml",
            "--jobs",
            "2",
        ]
        command += ["--data", "data", "--cache", "cache", "--downloads", "downloads", *options]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *options: str) -> str | None:
        """Build, and return what the build printed if it failed."""
        with self.start(*options) as process:
            printed = process.communicate(timeout=PATIENCE)[0]
        return printed if process.returncode else None

    def kill_build(self, delays: random.Random, number: int) -> Iterator[str]:
        """Kill a build, two of three near its end; yield what is wrong afterwards."""
        old = self.read_build()
        if number % 4 == 0:  # the next build has something to do; otherwise it may have nothing
            os.utime(next((self.folder / "data/sample/pdf").rglob("*.pdf")))
        with self.start("--rebuild") as process:
            self.wait(process, delays, number % 3)
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        if not ends(process.pid):
            yield "processes of the killed build still run"
        faults, parts = list(self.find_faults()), self.find_parts()
        yield from (fault for fault in faults if fault.startswith("papers.db"))
        state = "new" if self.read_build() != old else "old"
        self.states[f"{state} database" + " to repair" * bool(faults)] += 1
        self.states["with parts"] += bool(parts)
        if printed := self.run():
            yield f"the next build failed: {printed[-500:]}"
        yield from self.find_faults()
        yield from (f"{part} was not removed" for part in self.find_parts())

    def wait(self, process: subprocess.Popen[str], delays: random.Random, kind: int) -> None:
        """Wait a random time: of a whole build, after its search index, or after its first rename.

        So a third of the kills each hit the long work, the last checks, and the renames.
        """
        manifest = self.folder / ".papers.index.build.part" / index.MANIFEST
        old = (self.folder / "papers.db").stat().st_ino
        started = (
            lambda: True,
            manifest.exists,
            lambda: (self.folder / "papers.db").stat().st_ino != old,
        )
        while process.poll() is None and not started[kind]():
            time.sleep(0.001)
        time.sleep(delays.uniform(0, (self.seconds, 0.6, 0.02)[kind]))

    def read_build(self) -> object:
        with closing(index.connect(self.folder / "papers.db")) as conn:
            return conn.execute("select max(build_id), max(started) from builds").fetchone()

    def find_faults(self) -> Iterator[str]:
        """Yield what is wrong with the published files."""
        database = self.folder / "papers.db"
        try:
            with closing(index.connect(database)) as conn:
                for (line,) in conn.execute("pragma integrity_check"):
                    if line != "ok":
                        yield f"papers.db: {line}"
        except sqlite3.Error as error:
            yield f"papers.db: {error}"
        try:
            index.open_index(index.to_index_folder(database))
        except (ValueError, OSError) as error:
            yield f"papers.index: {error}"
        if not index.is_current(database, index.to_index_folder(database)):
            yield "papers.index is of another build"
        entry = json.loads((self.folder / "inspect-data.json").read_text("utf-8"))["papers"]
        if entry["hash"] != hashlib.sha256(database.read_bytes()).hexdigest():
            yield "inspect-data.json describes another build"

    def find_parts(self) -> list[str]:
        return sorted(
            path.name for pattern in (".*.part", ".*.lock") for path in self.folder.glob(pattern)
        )

    def kill_server(self, delays: random.Random, number: int) -> Iterator[str]:
        """Kill a server under load; yield what is wrong with the next one."""
        for name in ("metadata.yml", "settings.json", "plugins", "templates", "static"):
            if not (self.folder / name).exists():
                (self.folder / name).symlink_to(ROOT / name)
        with self.serve() as (process, address):
            clients = [threading.Thread(target=load, args=(address,)) for _ in range(4)]
            for client in clients:
                client.start()
            time.sleep(delays.uniform(0, 2))
            process.kill()
            process.wait(PATIENCE)
            for client in clients:
                client.join()
        with self.serve() as (process, address):
            for path in PATHS:
                status = httpx.get(address + path, timeout=PATIENCE).status_code
                if status != 200:
                    yield f"{path} answers {status} after a kill"
        yield from self.find_faults()

    @contextlib.contextmanager
    def serve(self) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        log = self.folder / "log"
        command = [sys.executable, "-m", "datasette", "serve", str(self.folder), "--port", "0"]
        command += ["--static", "static:static", "--setting", "sql_time_limit_ms", "60000"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with (
            log.open("w") as output,
            subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=output, stderr=output
            ) as process,
        ):
            try:
                yield process, wait_for_address(process, log)
            finally:
                process.kill()


def wait_for_address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"running on (http://[^\s]+)", log.read_text("utf-8")):
            return found.group(1)
        time.sleep(0.05)
    raise RuntimeError("the server did not start: " + log.read_text("utf-8")[-2000:])


def load(address: str) -> None:
    """Send requests until the server is gone."""
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        for number in range(10_000):
            try:
                client.get(PATHS[number % len(PATHS)])
            except httpx.TransportError:
                return


def ends(group: int) -> bool:
    """Wait until a process group has no process; end what is left and return False if it has."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    return False


if __name__ == "__main__":
    raise SystemExit(main())
