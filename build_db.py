#!/usr/bin/env python3
"""Build papers.db from a catalog: `python build_db.py --help` lists the options."""

from pathlib import Path

if __name__ == "__main__":
    # Processes that read PDFs import this file again: here they do not import the whole build.
    from papersette.build import main

    raise SystemExit(main(site_folder=Path(__file__).resolve().parent))
