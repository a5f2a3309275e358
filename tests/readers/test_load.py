"""The load check of benchmarks/reader_writes.py, short: nothing that was acknowledged is lost."""

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("more", [[], ["--kill"]], ids=["served", "killed"])
def test_every_write_of_many_clients_that_was_acknowledged_is_there(
    sample_db, monkeypatch, capsys, more
):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import reader_writes

    given = ["--db", str(sample_db), "--clients", "6", "--seconds", "4", *more]
    status, printed = reader_writes.main(given), capsys.readouterr().out
    assert (status, "0 failures" in printed) == (0, True), printed
    assert f"{len(more)} kills" in printed


def test_the_check_finds_what_was_lost(sample_db, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import reader_writes

    site = reader_writes.Site(tmp_path, sample_db, 1)
    with site.running():
        writer = reader_writes.Writer(site, 0)
        reader_writes.load(site, [writer], 1, False)
    assert list(reader_writes.find_failures(site, [writer])) == []
    writer.comments.append("a comment that nobody wrote")
    writer.notes[site.papers[0]] = 10**6
    found = list(reader_writes.find_failures(site, [writer]))
    assert [line.startswith("lost: ") for line in found] == [True, True]
