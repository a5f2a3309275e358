"""Images on disk: bounded, the ones seen last kept, and safe from other users' folders."""

import os
import threading

import pytest

from papersette.printed.cache import Cache, to_key


def fill(cache, count, size=1000):
    keys = [to_key("file", number) for number in range(count)]
    for number, key in enumerate(keys):
        cache.save(key, bytes([number % 256]) * size)
        if cache._path(key).exists():
            os.utime(cache._path(key), (number, number))
    return keys


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_saved_entry_is_read(tmp_path):
    cache = Cache(tmp_path / "pages", 10_000)
    assert cache.read(to_key("a")) is None
    cache.save(to_key("a"), b"image")
    assert cache.read(to_key("a")) == b"image"
    assert Cache(tmp_path / "pages", 10_000).read(to_key("a")) == b"image"


def test_the_folder_stays_below_its_limit_and_keeps_the_newest(tmp_path):
    cache = Cache(tmp_path / "pages", 10_000)
    keys = fill(cache, 40)
    assert 0 < size_of(tmp_path) <= 10_000
    assert cache.read(keys[0]) is None
    assert cache.read(keys[-1]) is not None


def test_an_entry_that_was_read_is_removed_last(tmp_path):
    cache = Cache(tmp_path / "pages", 10_000)
    keys = fill(cache, 9)
    cache.read(keys[0])
    for number in range(3):
        cache.save(to_key("more", number), b"x" * 1000)
    assert cache.read(keys[0]) is not None
    assert cache.read(keys[1]) is None


def test_a_server_knows_the_size_of_a_folder_that_another_filled(tmp_path):
    fill(Cache(tmp_path / "pages", 100_000), 9)
    fresh = Cache(tmp_path / "pages", 5_000)
    fresh.save(to_key("new"), b"x" * 1000)
    assert size_of(tmp_path) <= 5_000


def test_a_folder_that_cannot_be_written_has_no_entries_and_raises_nothing(tmp_path):
    (tmp_path / "file").write_text("no folder")
    cache = Cache(tmp_path / "file" / "pages", 10_000)
    cache.save(to_key("a"), b"image")
    assert cache.read(to_key("a")) is None


def test_a_folder_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "pages").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    cache = Cache(tmp_path / "pages", 10_000)
    cache.save(to_key("a"), b"image")
    assert cache.read(to_key("a")) is None
    assert size_of(tmp_path) == 0


def test_a_folder_that_others_may_write_is_not_used(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages").chmod(0o777)
    cache = Cache(tmp_path / "pages", 10_000)
    cache.save(to_key("a"), b"image")
    assert size_of(tmp_path) == 0


def test_threads_may_save_at_the_same_time(tmp_path):
    cache = Cache(tmp_path / "pages", 20_000)

    def save_some():
        for number in range(20):
            cache.save(to_key("file", number), b"x" * 1000)

    threads = [threading.Thread(target=save_some) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert size_of(tmp_path) <= 20_000
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("parts", [("a", 1), ("a", 2), ("a1",), ("b", 1)])
def test_keys_differ_by_what_they_depend_on(parts):
    assert to_key(*parts) != to_key("a", 11)
