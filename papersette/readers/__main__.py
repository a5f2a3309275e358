"""Commands for readers.db: backup, restore, digest. See docs/readers.md.

python -m papersette.readers backup --to backups/
python -m papersette.readers restore backups/readers-2026-11-30T120000Z.db --overwrite
python -m papersette.readers digest --to outbox/ --url https://papers.example.org
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from papersette.errors import BadFile, UserError
from papersette.readers import backups, digests
from papersette.readers.collection import Collection
from papersette.readers.digests import Site
from papersette.readers.store import Store
from papersette.schema_version import check_version
from papersette.search.engine import Engine
from papersette.search.index import build_index, is_current, to_index_folder
from papersette.site_metadata import read_plugin

READERS = Path("readers/readers.db")
PLUGIN = "papersette-readers"
"""Name of the plugin whose settings in metadata.yml have the blocked accounts."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 1 for a user's mistake, 2 for wrong usage."""
    options = to_parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def to_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m papersette.readers", description=__doc__.split("\n")[0]
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--readers", type=Path, default=READERS, help="the file (%(default)s)")
        command.set_defaults(run=run)
        return command

    backup = add("backup", run_backup, "Copy readers.db while it is served, and check the copy.")
    backup.add_argument("--to", type=Path, required=True, help="a file, or a folder")
    backup.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    restore = add("restore", run_restore, "Replace readers.db by a backup.")
    restore.add_argument("backup", type=Path)
    restore.add_argument("--overwrite", action="store_true", help="replace the file that is there")
    digest = add("digest", run_digest, "Write digests of news as .eml files; nothing is sent.")
    digest.add_argument("--db", type=Path, default=Path("papers.db"), help="(%(default)s)")
    digest.add_argument("--to", type=Path, required=True, help="the folder for the files")
    digest.add_argument("--url", required=True, help="the address of the site")
    digest.add_argument("--from", dest="sender", help="the sender (papersette@ the host of --url)")
    digest.add_argument("--site", type=Path, default=Path(), help="folder with templates, locales")
    return parser


def run_backup(options: argparse.Namespace) -> None:
    """Back up readers.db."""
    print(backups.back_up(options.readers, options.to, options.overwrite))


def run_restore(options: argparse.Namespace) -> None:
    """Restore readers.db."""
    kept = backups.restore(options.backup, options.readers, options.overwrite)
    print(f"{options.readers}: restored" + (f"; the file before is {kept}" if kept else ""))


def run_digest(options: argparse.Namespace) -> None:
    """Write a digest for each reader who wants one and has news."""
    for path in (options.db, options.readers):
        if not path.is_file():
            raise UserError(f"{path}: is missing; name it with --db or --readers")
    host = urlsplit(options.url).hostname or "localhost"
    site = Site(options.url, options.site, options.sender or f"papersette@{host}")
    check_version(options.db)
    store = Store(options.readers)
    try:
        with opened(options.db) as collection:
            blocked = read_blocked(options.site)
            for path in digests.write_digests(store, collection, site, options.to, blocked):
                print(path)
    finally:
        store.close()


def read_blocked(site: Path) -> list[str]:
    """Return the accounts that the metadata.yml in the site's folder blocks."""
    path = site / "metadata.yml"
    blocked = read_plugin(path, PLUGIN).get("blocked", [])
    if not isinstance(blocked, list):
        raise BadFile(path, f"plugins: {PLUGIN}: blocked must be a list, not {blocked!r}")
    return [str(account) for account in blocked]


@contextmanager
def opened(database: Path) -> Iterator[Collection]:
    """Yield a build with its search engine; an index that is missing is built temporarily."""
    engines: list[Engine] = []
    with TemporaryDirectory() as name:

        def to_engine() -> Engine:
            if not engines:
                folder = to_index_folder(database)
                if not is_current(database, folder):
                    folder = Path(name) / "papers.index"
                    build_index(database, folder)
                engines.append(Engine(database, folder))
            return engines[0]

        yield Collection(database, to_engine)


if __name__ == "__main__":
    sys.exit(main())
