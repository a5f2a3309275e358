"""The changes between two builds of a database."""

from papersette.database.history import COMPARED, Previous, to_changes
from papersette.schema_version import MAX_CHANGES


def paper(title):
    return dict.fromkeys(COMPARED) | {"title": title}


def changes(before, after, earlier=()):
    previous = Previous("fingerprint", before, [], list(earlier))
    return list(to_changes(previous, after, "2026-01-01T00:00:00"))


def test_papers_are_added_changed_and_removed():
    before = {"a": paper("A"), "b": paper("B"), "c": paper("C")}
    after = {"a": paper("A"), "b": paper("New B"), "d": paper("D")}
    found = [(row["change"], row["paper_id"], row["fields"]) for row in changes(before, after)]
    assert found == [
        ("changed", "b", "title"),
        ("added", "d", None),
        ("removed", "c", None),
    ]


def test_only_the_newest_changes_are_kept_and_numbered_anew():
    earlier = [{"change_id": n, "paper_id": f"old{n}"} for n in range(1, MAX_CHANGES + 1)]
    found = changes({}, {"new": paper("New")}, earlier)
    assert [row["change_id"] for row in found] == list(range(1, MAX_CHANGES + 1))
    assert (found[0]["paper_id"], found[-1]["paper_id"]) == ("old2", "new")
