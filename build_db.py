#!/usr/bin/env python3
"""Build papers.db from a catalog: `python build_db.py --help` lists the options."""

from pathlib import Path

from papersette import stopping


def start() -> int:
    """Build; processes that read PDFs import this file, too, and need none of these imports."""
    from papersette.commands import main

    return main(site_folder=Path(__file__).resolve().parent)


if __name__ == "__main__":
    raise SystemExit(stopping.run(start, "build_db.py: " + stopping.MESSAGE))
