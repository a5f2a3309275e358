"""The load check of benchmarks/readers.py, short: nothing that was acknowledged is lost."""

import pytest
from conftest import ROOT


@pytest.mark.parametrize("more", [[], ["--kill"]], ids=["served", "killed"])
def test_every_write_of_many_clients_that_was_acknowledged_is_there(
    sample_db, monkeypatch, capsys, more
):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import readers

    given = ["--db", str(sample_db), "--clients", "6", "--seconds", "4", *more]
    status, printed = readers.main(given), capsys.readouterr().out
    assert (status, "0 failures" in printed) == (0, True), printed
    assert f"{len(more)} kills" in printed


def test_the_check_finds_what_was_lost(sample_db, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import readers

    site = readers.Site(tmp_path, sample_db, 1)
    with site.running():
        writer = readers.Writer(site, 0)
        readers.load(site, [writer], 1, False)
    assert list(readers.find_failures(site, [writer])) == []
    writer.comments.append("a comment that nobody wrote")
    writer.notes[site.papers[0]] = 10**6
    found = list(readers.find_failures(site, [writer]))
    assert [line.startswith("lost: ") for line in found] == [True, True]
