"""Limits of the number of answers."""

from papersette.prose.budget import DAY, MINUTE, Budget


def counting(budget, times):
    return sum(budget.take() for _ in range(times))


def test_no_more_answers_are_begun_in_a_minute_than_allowed():
    now = [0.0]
    budget = Budget({MINUTE: 3, DAY: 100}, lambda: now[0])
    assert counting(budget, 5) == 3
    now[0] = 59.9
    assert counting(budget, 5) == 0
    now[0] = 60.0
    assert counting(budget, 5) == 3


def test_no_more_answers_are_begun_in_a_day_than_allowed():
    now = [0.0]
    budget = Budget({MINUTE: 3, DAY: 4}, lambda: now[0])
    assert counting(budget, 5) == 3
    now[0] = 3600.0
    assert counting(budget, 5) == 1
    now[0] = DAY
    assert counting(budget, 5) == 3
