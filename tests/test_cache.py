"""The cache of results: complete entries or none, keys that cover what results depend on."""

import pytest

from papersette import cache

KEY = "ab" * 32


def test_a_saved_entry_is_read_again(tmp_path):
    cache.save_entry(tmp_path, KEY, {"text": "naïve"})
    assert cache.read_entry(tmp_path, KEY) == {"text": "naïve"}


@pytest.mark.parametrize("damage", [lambda raw: raw[:-4], lambda raw: b"", lambda raw: b"no gzip"])
def test_a_damaged_entry_is_none(tmp_path, damage):
    cache.save_entry(tmp_path, KEY, {"text": "a" * 1000})
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    path.write_bytes(damage(path.read_bytes()))
    assert cache.read_entry(tmp_path, KEY) is None


def test_equal_entries_have_equal_bytes(tmp_path):
    for name in ("one", "other"):
        cache.save_entry(tmp_path / name, KEY, [1, 2])
    one, other = (path.read_bytes() for path in tmp_path.rglob("*.gz"))
    assert one == other


def test_the_version_of_rules_changes_with_a_file_and_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "PACKAGE", tmp_path)
    (tmp_path / "rules.py").write_text("a = 1")
    versions = [cache.to_rules_version(["*.py"])]
    (tmp_path / "rules.py").write_text("a = 2")
    versions.append(cache.to_rules_version(["*.py"]))
    (tmp_path / "rules.py").rename(tmp_path / "others.py")
    versions.append(cache.to_rules_version(["*.py"]))
    assert len(set(versions)) == 3
    (tmp_path / "list.yml").write_text("not a rule")
    assert cache.to_rules_version(["*.py"]) == versions[-1]


def test_a_store_that_cannot_be_reached_is_an_error_of_the_system():
    with pytest.raises(OSError, match="nosuch"):
        cache.save_bytes("nosuch://bucket", "name", b"")
    assert cache.read_entry("nosuch://bucket", KEY) is None
