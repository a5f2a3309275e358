#!/usr/bin/env python3
"""Build papers.db from a catalog: `python build_db.py --help` lists the options."""

from pathlib import Path

from papersette.build import main

if __name__ == "__main__":
    raise SystemExit(main(site_folder=Path(__file__).resolve().parent))
