"""A paper whose title has no letters has an id all the same."""

import json

import pytest
from conftest import build_database, query

CATALOGS = {
    "table": "kind: table, file: papers.json",
    "csljson": "kind: csljson, file: papers.json",
}
FILES = {
    "papers.json": json.dumps([{"title": "???"}, {"title": "!!!"}]),
}


@pytest.mark.parametrize("kind", ["table", "csljson"])
def test_titles_without_letters_give_different_ids(tmp_path, kind):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    source = f"  - {{{CATALOGS[kind]}, venue: {{venue_id: v, name: V}}}}\n"
    database = build_database(tmp_path, f"title: T\nsources:\n{source}")
    ids = [row[0] for row in query(database, "select paper_id from papers")]
    assert len(set(ids)) == 2
    assert all(ids)
