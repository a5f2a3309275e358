"""Recognise the text of scanned pages with ocrmypdf, if the catalog has `ocr: true`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from papersette.fulltext import engines

MISSING = (
    "has no text, and ocrmypdf, which “ocr: true” needs, is not installed "
    "(Debian: apt-get install ocrmypdf)"
)


def read_version() -> str:
    """Return the version of ocrmypdf, or "none" if it is not installed."""
    program = shutil.which("ocrmypdf")
    if program is None:
        return "none"
    done = _run([program, "--version"])
    return done.stdout.strip()


def read_scan(path: Path) -> list[engines.RawPage]:
    """Return the pages of a scanned PDF, recognised by ocrmypdf. Raises `engines.Unreadable`."""
    program = shutil.which("ocrmypdf")
    if program is None:
        raise engines.Unreadable(MISSING)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "recognised.pdf"
        command = [program, "--skip-text", "--quiet", "--jobs", "1", str(path), str(result)]
        done = _run(command)
        if done.returncode != 0 or not result.exists():
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise engines.Unreadable(
                f"has no text, and ocrmypdf could not recognise any: {reason[:200]}"
            )
        return [engines.RawPage(page, "ocr") for page in engines.read_pdfium(result)]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program whose messages may be in any encoding."""
    return subprocess.run(  # noqa: S603
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
