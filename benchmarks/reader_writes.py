"""Measure writes of many readers, and what is lost: `python benchmarks/reader_writes.py`.

Serves a database with readers. Each client signs in as a different reader and sends forms, one
after the other: comments, and library entries with a note. At the end, every acknowledged form has
to be in readers.db. With --kill the server is killed (SIGKILL) in the middle and started again;
clients repeat requests that were not answered. In the last quarter a backup is made, which has to
contain everything acknowledged before. The exit status is 1 if anything is missing or damaged.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml
from datasette_auth_passwords.utils import hash_password

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from papersette.readers import backups  # noqa: E402 - from this folder, not an installed package

FILES = ("settings.json", "plugins", "templates", "static", "locales", "data_page.yml")
PASSWORD = "sesame"
PLENTY = {
    "writes_per_minute": 10**6,
    "comments_per_hour": 10**8,
    "sign_ins_per_minute": 10**6,
}
PATIENCE = 120
"""Seconds to wait for a server or a response: no machine is so busy."""


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the results, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--db", type=Path, default=ROOT / "papers.db")
    parser.add_argument("--clients", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="(%(default)s)")
    parser.add_argument("--kill", action="store_true", help="kill the server in the middle")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), options.db, options.clients)
        with site.running():
            writers = [Writer(site, number) for number in range(options.clients)]
            load(site, writers, options.seconds, options.kill)
        failures = list(find_failures(site, writers))
    acknowledged = sum(len(writer.times) for writer in writers)
    times = sorted(seconds for writer in writers for seconds in writer.times)
    print(
        f"{options.clients} clients, {options.seconds:.0f} s, {site.kills} kills: "
        f"{acknowledged} forms acknowledged, {acknowledged / options.seconds:.0f} a second, "
        f"median {statistics.median(times) * 1000:.0f} ms, "
        f"95th percentile {times[int(len(times) * 0.95)] * 1000:.0f} ms, "
        f"{sum(writer.unanswered for writer in writers)} not answered"
    )
    print(f"backup in {site.backup_seconds:.2f} s; {len(failures)} failures")
    print(*failures, sep="\n", end="\n" if failures else "")
    return int(bool(failures))


class Site:
    """A folder with a database and accounts, whose server can be killed and started again."""

    def __init__(self, folder: Path, db: Path, clients: int) -> None:
        self.folder, self.kills, self.backup_seconds = folder, 0, 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self.readers_db = folder / "readers" / "readers.db"
        self.backup = folder / "backup.db"
        for name in FILES:
            (folder / name).symlink_to(ROOT / name)
        for name in ("papers.db", "inspect-data.json"):
            shutil.copy(db.with_name(name) if name != "papers.db" else db, folder / name)
        (folder / "papers.index").symlink_to(db.with_suffix(".index").resolve())
        metadata = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
        hashed = hash_password(PASSWORD, iterations=1000)
        accounts = {f"reader{number}_password_hash": hashed for number in range(clients)}
        metadata["plugins"] |= {
            "papersette-readers": {"enabled": True, **PLENTY},
            "datasette-auth-passwords": accounts,
        }
        (folder / "metadata.yml").write_text(yaml.safe_dump(metadata), encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        with closing(sqlite3.connect(db)) as conn:
            found = conn.execute("select paper_id from papers order by number limit 50")
            self.papers = [paper for (paper,) in found if re.fullmatch(r"[\w-]+", paper)]

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        command = [sys.executable, "-m", "datasette", "serve", str(self.folder), "--port"]
        command += [str(self.port), "--secret", "s" * 32]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/-/login", timeout=PATIENCE).status_code == 200:
                    return
            if time.monotonic() > deadline or self.process.poll() is not None:
                end = (self.folder / "log").read_text()[-1000:]
                raise SystemExit(f"the server did not start: {end}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server as the system does when memory runs out, and start it again."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.kills += 1
        self.start()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Serve during the block."""
        self.start()
        try:
            yield
        finally:
            if self.process is not None:
                self.process.terminate()
                self.process.wait()


@dataclass
class Writer:
    """A reader whose client sends one form after the other."""

    site: Site
    number: int
    comments: list[str] = field(default_factory=list)
    """Texts of acknowledged comments."""
    notes: dict[str, int] = field(default_factory=dict)
    """Paper -> number in its last acknowledged note."""
    times: list[float] = field(default_factory=list)
    """Seconds of each acknowledged form."""
    refused: list[str] = field(default_factory=list)
    unanswered: int = 0

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.site.url, timeout=PATIENCE)
        self.client.get("/-/login")
        signed = self.post("/-/login", username=f"reader{self.number}", password=PASSWORD)
        assert signed == 302, signed

    def post(self, path: str, **fields: str) -> int:
        """Send a form, and return the status of the response."""
        token = {"csrftoken": self.client.cookies["ds_csrftoken"]}
        return self.client.post(path, data=token | fields).status_code

    def run(self, until: float) -> None:
        """Send forms until a time."""
        count = 0
        while time.monotonic() < until:
            count += 1
            paper = self.site.papers[(count + self.number) % len(self.site.papers)]
            started = time.perf_counter()
            try:
                self.write(paper, count)
            except httpx.TransportError:
                self.unanswered += 1
                time.sleep(0.05)
            else:
                self.times.append(time.perf_counter() - started)

    def write(self, paper: str, count: int) -> None:
        """Send a form, and record it if it is acknowledged."""
        path = f"/papers/papers/{paper}"
        if count % 2:
            text = f"comment {count} of reader {self.number}"
            status = self.post(f"{path}/comments", text=text)
        else:
            status = self.post(f"{path}/library", status="read", note=str(count))
        if status != 302:
            self.refused.append(f"{path}: status {status}")
        elif count % 2:
            self.comments.append(text)
        else:
            self.notes[paper] = count


def load(site: Site, writers: list[Writer], seconds: float, is_killed: bool) -> None:
    """Let all writers send forms; kill the server halfway, then make a backup."""
    started = time.monotonic()
    threads = [threading.Thread(target=writer.run, args=[started + seconds]) for writer in writers]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 2)
    if is_killed:
        site.kill()
    time.sleep(max(0.0, started + seconds * 0.75 - time.monotonic()))
    before = {text for writer in writers for text in list(writer.comments)}
    (site.folder / "before.json").write_text(json.dumps(sorted(before)))
    backed_up = time.perf_counter()
    backups.back_up(site.readers_db, site.backup)
    site.backup_seconds = time.perf_counter() - backed_up
    for thread, writer in zip(threads, writers, strict=True):
        thread.join()
        writer.client.close()


def find_failures(site: Site, writers: list[Writer]) -> Iterator[str]:
    """Yield acknowledged forms that are missing, and damage."""
    for path in (site.readers_db, site.backup):
        with closing(sqlite3.connect(path)) as conn:
            for (message,) in conn.execute("pragma integrity_check"):
                if message != "ok":
                    yield f"{path.name}: {message}"
            comments = {text for (text,) in conn.execute("select text from comments")}
            notes = {
                (actor, paper): int(note)
                for actor, paper, note in conn.execute(
                    "select actor, paper_id, note from library join readers using (reader_id)"
                )
            }
        if path == site.backup:
            before = set(json.loads((site.folder / "before.json").read_text()))
            yield from (f"not in the backup: {text}" for text in sorted(before - comments))
            continue
        for writer in writers:
            yield from writer.refused
            yield from (f"lost: {text}" for text in writer.comments if text not in comments)
            for paper, count in writer.notes.items():
                if notes.get((f"reader{writer.number}", paper), 0) < count:
                    yield f"lost: note {count} of reader {writer.number} on {paper}"


if __name__ == "__main__":
    sys.exit(main())
