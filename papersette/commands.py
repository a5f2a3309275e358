"""The commands of build_db.py: which module runs each of them."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from papersette import build, stopping
from papersette.database import comparison
from papersette.proposals import new_catalog


def main(arguments: list[str] | None = None, *, site_folder: Path) -> int:
    """Run a command and return its exit status; `site_folder` has metadata.yml and plugins/."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale such as C cannot write every letter
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    match given:
        case ["init", *rest]:
            return stopping.run(lambda: new_catalog.main(rest), f"build_db.py: {stopping.MESSAGE}")
        case ["compare", *rest]:
            return stopping.run(lambda: comparison.main(rest), "build_db.py: stopped")
        case ["export-site", *rest]:
            return stopping.run(
                lambda: export_site(rest, site_folder),
                "build_db.py: stopped; what was exported before is unchanged",
            )
    return build.main(given, site_folder)


def export_site(arguments: list[str], site_folder: Path) -> int:
    """Write plain files for a static host, and return the exit status."""
    from papersette.site import static_export  # Datasette takes a second, which builds need not

    return static_export.main(arguments, site_folder)
