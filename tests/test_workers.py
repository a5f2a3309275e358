"""Calls in worker processes: in order, none more than needed, and each affects only itself."""

import os
import time

import pytest

from papersette.workers import Limits, SystemFailure, Workers, to_reason


def work(job):
    """What a worker does: return the job, or fail as it says."""
    if job == "crash":
        os._exit(3)
    if job == "hang":
        time.sleep(600)
    if job == "bug":
        raise ValueError("not enough values")
    return (job, os.getpid())


def results(pool, jobs, **more):
    answers = []
    for outcome in pool.run(work, jobs, **more):
        try:
            answers.append(outcome.result()[0])
        except Exception as error:  # noqa: BLE001 - whatever a worker raises
            answers.append(to_reason(error, pool.limits, 1, "its facts are missing"))
    return answers


def test_results_come_in_the_order_of_the_jobs():
    with Workers(2) as pool:
        assert results(pool, range(100)) == list(range(100))


def test_a_call_that_crashes_hangs_or_fails_costs_only_itself():
    with Workers(2, Limits(seconds=20)) as pool:
        found = results(pool, ["a", "crash", "b", "bug", "c"])
        assert results(pool, ["hang", "d"], seconds=1)[0].startswith("took longer than 1 seconds")
    assert found[::2] == ["a", "b", "c"]
    assert found[1].startswith("crashed the process that read it")
    assert found[3].endswith("ValueError: not enough values")
    assert all(isinstance(reason, SystemFailure) for reason in found[1::2])


def test_no_process_starts_if_every_result_is_known():
    with Workers(2) as pool:
        assert results(pool, "abc", find=lambda job: (job, 0)) == ["a", "b", "c"]
        assert pool._pool is None


def test_known_results_and_others_stay_in_order():
    with Workers() as pool:
        known = lambda job: (job, 0) if job % 2 else None  # noqa: E731
        assert results(pool, range(9), find=known) == list(range(9))


def test_the_workers_end_with_the_block():
    with Workers(2) as pool:
        processes = {outcome.result()[1] for outcome in pool.run(work, range(20))}
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_jobs_are_read_only_as_far_ahead_as_needed():
    taken = []
    with Workers(1) as pool:
        next(pool.run(work, (taken.append(n) or n for n in range(10_000))))
    assert len(taken) < 100
