"""How often somebody may write."""

from papersette.readers import rates
from papersette.readers.rates import Rate, Rates


def test_times_come_back_with_the_minutes():
    moment = [0.0]
    limits = Rates({"write": Rate(burst=2, per_minute=6)}, clock=lambda: moment[0])
    assert [limits.take("write", "alice") for _ in range(3)] == [0, 0, 10]
    assert limits.take("write", "bob") == 0
    moment[0] = 9.0
    assert limits.take("write", "alice") == 1
    moment[0] = 10.0
    assert [limits.take("write", "alice") for _ in range(2)] == [0, 10]
    moment[0] = 10_000.0
    assert [limits.take("write", "alice") for _ in range(3)] == [0, 0, 10]


def test_those_who_wrote_long_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr(rates, "MOST_REMEMBERED", 10)
    moment = [0.0]
    limits = Rates({"write": Rate(burst=1, per_minute=60)}, clock=lambda: moment[0])
    for n in range(50):
        moment[0] = float(n)
        assert limits.take("write", f"reader {n}") == 0
    assert len(limits._buckets) <= 11
