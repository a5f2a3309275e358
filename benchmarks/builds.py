"""Measure the time of a first build and of repeated builds: `python benchmarks/builds.py CATALOG`.

The first build reads every PDF that --cache does not have. The second has nothing to do. The third
reads no PDF but builds the rest again, as after a change of metadata. Each is a separate process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("catalog", nargs="?", default=ROOT / "catalogs/iclr2019-decided.yml")
    parser.add_argument(
        "--data", default=os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data")
    )
    parser.add_argument(
        "--cache", help="folder with the texts of earlier builds; by default a new one"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        command = [sys.executable, ROOT / "build_db.py", options.catalog, "--data", options.data]
        command += ["--db", output / "papers.db", "--cache", options.cache or output / "cache"]
        for name, more in (
            ("first build", []),
            ("nothing changed", []),
            ("no PDF changed", ["--rebuild"]),
        ):
            started = time.perf_counter()
            subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True)
            print(f"{name:16}{time.perf_counter() - started:8.1f} s", flush=True)


if __name__ == "__main__":
    main()
