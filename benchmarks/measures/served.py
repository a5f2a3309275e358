"""Serves databases as `make serve` does, each in a separate process."""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from measures.corpora import ROOT, Corpus
from papersette.search.index import to_index_folder

SEARCH = "/papers/search"
PATIENCE = 120.0
"""Time limit in seconds for a server to start, or to respond."""
fresh = itertools.count()
"""Numbers for an argument that makes every request new, as a server caches its responses."""


@dataclass(frozen=True)
class Site:
    """A served database."""

    client: httpx.Client
    pid: int

    @property
    def address(self) -> str:
        """Address of the site, such as http://127.0.0.1:8001."""
        return str(self.client.base_url).rstrip("/")

    def get_page(self, **parameters: str) -> None:
        """Fetch the page of a search, bypassing the cache."""
        self.client.get(SEARCH, params=parameters | {"_": str(next(fresh))}).raise_for_status()

    def read_memory(self) -> dict[str, float]:
        """Return MB of memory as Linux counts it: resident, and thereof anonymous and files."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        sizes = {name: int(kb) / 1024 for name, kb in re.findall(r"(\w+): +(\d+) kB", text)}
        return {
            "resident": sizes["Rss"],
            "anonymous": sizes["Anonymous"],
            "files": sizes["Rss"] - sizes["Anonymous"],
        }

    def read_processor_ms(self) -> float:
        """Return the processor time of the process, in milliseconds."""
        stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(corpus: Corpus, folder: Path, group: Path | None = None) -> Iterator[Site]:
    """Serve a corpus.

    Args:
        corpus: What is served.
        folder: Is created for the server's configuration.
        group: The control group of Linux that the server runs in.
    """
    folder.mkdir(parents=True)
    for name in ("metadata.yml", "settings.json", "plugins", "templates", "static"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "papers.db").symlink_to(corpus.database.resolve())
    (folder / "papers.index").symlink_to(to_index_folder(corpus.database).resolve())
    inspection = corpus.database.with_name("inspect-data.json")
    if inspection.exists():
        known = json.loads(inspection.read_text(encoding="utf-8"))
        # An entry under its own name makes the file immutable for Datasette.
        served = {"papers": known[corpus.database.stem] | {"file": "papers.db"}}
        (folder / inspection.name).write_text(json.dumps(served), encoding="utf-8")
    static = ("--static", f"static:{ROOT / 'static'}")
    with _start(str(folder), *static, log=folder / "log", group=group) as site:
        _wait_for_index(site)
        yield site


@contextmanager
def serve_stock(corpus: Corpus, folder: Path) -> Iterator[Site]:
    """Serve a database with Datasette alone: its own settings and pages."""
    folder.mkdir(parents=True)
    database = folder / "papers.db"
    database.symlink_to(corpus.database.resolve())
    with _start(
        "-i", str(database), "--setting", "sql_time_limit_ms", "60000", log=folder / "log"
    ) as site:
        yield site


@contextmanager
def _start(*arguments: str, log: Path, group: Path | None = None) -> Iterator[Site]:
    command = [sys.executable, "-m", "datasette", "serve", *arguments, "--port", "0"]
    if group:  # the shell enters the group and becomes the server
        command = ["sh", "-c", 'echo $$ > "$0"; exec "$@"', str(group / "cgroup.procs"), *command]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            address = _wait_for_address(process, log)
            with httpx.Client(base_url=address, timeout=PATIENCE) as client:
                yield Site(client, process.pid)
        finally:
            process.terminate()
            process.wait()


NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream papersette {{ least_conn; {servers} keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://papersette;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
        }}
    }}
}}
"""


@contextmanager
def proxied(addresses: list[str], folder: Path) -> Iterator[str]:
    """Run nginx in front of servers; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    servers = " ".join(f"server {urlsplit(address).netloc};" for address in addresses)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, servers=servers, port=port))
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(["nginx", "-c", str(configuration)]) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                with suppress(httpx.HTTPError):
                    if httpx.get(address + SEARCH, timeout=PATIENCE).status_code == 200:
                        break
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()


def _wait_for_address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"running on (http://\S+)", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError("Datasette did not start: " + log.read_text()[-2000:])


def _wait_for_index(site: Site) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if site.client.get(SEARCH, params={"q": "warm"}).status_code != 503:
            return
        time.sleep(0.2)
    raise RuntimeError("the search index did not open")
