"""Reads scanned pages with ocrmypdf, where it is installed and the catalog says `ocr: true`; never needed otherwise."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from papersette.fulltext import engines

MISSING = "has no text, and ocrmypdf, which “ocr: true” asks for, is not installed (Debian: apt-get install ocrmypdf)"


def read_version() -> str:
    """Return the version of ocrmypdf, or "none" where it is not installed."""
    program = shutil.which("ocrmypdf")
    if program is None:
        return "none"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    return done.stdout.strip()


def read_scan(path: Path) -> list[engines.RawPage]:
    """The pages of a scanned PDF, recognised by tesseract through ocrmypdf. Raises `engines.Unreadable` with the reason."""
    program = shutil.which("ocrmypdf")
    if program is None:
        raise engines.Unreadable(MISSING)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "recognised.pdf"
        command = [program, "--skip-text", "--quiet", "--jobs", "1", str(path), str(result)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, a path of ours
        if done.returncode != 0 or not result.exists():
            said = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
            raise engines.Unreadable(
                f"has no text, and ocrmypdf could not recognise any: {said[:200]}"
            )
        return [engines.RawPage(page, "ocr") for page in engines.read_pdfium(result)]
