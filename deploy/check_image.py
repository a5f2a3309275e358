#!/usr/bin/env python3
"""Run the image as it is deployed, and check it: `python deploy/check_image.py IMAGE ENGINE`.

The container has a read-only root, no capabilities and no rights. With podman or docker it is run
as such; where there is only buildah, its files are served without namespaces of their own.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import check_site

NOT_IN_IMAGE = (".git", ".venv", "data", "tests", "catalogs", ".cache")
WRITE = "touch /srv/papersette/papers.db /srv/papersette/x /opt/papersette/x"
USER = "10001:10001"


def main(arguments: list[str]) -> int:
    """Check the image and return the exit status."""
    image = arguments[0] if arguments else "papersette"
    engine = arguments[1] if len(arguments) > 1 else "podman"
    if not shutil.which(engine):
        print(f"{engine} is not installed; podman, docker or buildah is needed")
        return 2
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = with_buildah if engine == "buildah" else with_engine
    failures = 0
    with start(engine, image, port) as run:
        for name, command, expected in (
            ("it runs as a user without rights", "id -u", "10001\n"),
            ("it cannot write its files", f"{WRITE} 2>/dev/null || echo refused", "refused\n"),
            ("it has no more than the site", "ls -A /srv/papersette", ""),
        ):
            said = run(command)
            is_right = said == expected if expected else not set(said.split()) & set(NOT_IN_IMAGE)
            print(f"{'ok  ' if is_right else f'FAIL ({said!r})'} {name}", flush=True)
            failures += not is_right
        failures += check_site.main([f"http://127.0.0.1:{port}"])
    return int(failures > 0)


@contextlib.contextmanager
def with_engine(engine: str, image: str, port: int) -> Iterator[object]:
    """Run the image with podman or docker; yield a function that runs a command in it."""
    options = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]  # noqa: S108
    options += ["--security-opt", "no-new-privileges", "-p", f"127.0.0.1:{port}:8001"]
    name = output(engine, "run", "--detach", "--rm", *options, image).strip()
    try:
        yield lambda command: output(engine, "exec", name, "sh", "-c", command)
    finally:
        output(engine, "stop", "--time", "5", name)


@contextlib.contextmanager
def with_buildah(engine: str, image: str, port: int) -> Iterator[object]:
    """Serve from a working container of buildah."""
    name = output(engine, "from", "--pull-never", image).strip()
    run = [engine, "run", "--isolation", "chroot", "--user", USER, name, "--"]
    serve = [
        "datasette",
        "serve",
        "/srv/papersette",
        "--port",
        str(port),
        "--static",
        "pdf:/srv/pdf",
    ]
    with subprocess.Popen([*run, *serve], stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            time.sleep(1)
            yield lambda command: output(*run, "sh", "-c", command)
        finally:
            process.terminate()
            process.wait()
            output(engine, "rm", name)


def output(*command: str) -> str:
    """Run a command and return what it prints; its errors are shown."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
