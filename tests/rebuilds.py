"""Small builds, and how one replaces another under a server."""

import json
import shutil
import time

from conftest import PATIENCE, build_database


def make(folder, word):
    """Build twenty papers whose titles and abstracts have one word; return the database."""
    folder.mkdir()
    papers = [{"paper_id": f"p{n}", "title": f"{word} {n}", "abstract": word} for n in range(20)]
    (folder / "papers.json").write_text(json.dumps(papers))
    return build_database(
        folder,
        "title: Rebuilt\nsources:\n  - {kind: table, file: papers.json,"
        " venue: {venue_id: v, name: Venue}}\n",
    )


def replace(served, built):
    """Rename the files of another build over those that are served, as build_db.py does."""
    for name in ("papers.db", "inspect-data.json"):
        copy = served / f".{name}.new"
        shutil.copy(built.with_name(name), copy)
        copy.rename(served / name)


def wait_for_word(site, path, word):
    """Return the answer of a path once it has a word."""
    deadline = time.monotonic() + PATIENCE / 1000
    while word not in (answer := site.get(path)).text:
        assert time.monotonic() < deadline, f"{path} never had {word}"
        time.sleep(0.05)
    return answer
