"""Two searches at once give what one after the other gives, however busy the threads are."""

import threading

import pytest

from papersette.search import parallel
from papersette.search.parallel import run_both


@pytest.mark.parametrize("is_long", [False, True])
def test_both_results_come_back_in_their_order(is_long):
    assert run_both(lambda: "first", lambda: "second", is_long=is_long) == ("first", "second")


def test_the_second_runs_beside_the_first_where_both_take_long():
    started = threading.Event()
    assert run_both(lambda: started.wait(30), started.set) == (True, None)


def test_where_all_threads_are_busy_both_run_here():
    done = threading.Event()
    threads = parallel._threads()
    busy = [threads.submit(done.wait, 30) for _ in range(threads._max_workers)]
    here = threading.get_ident()
    ran = run_both(threading.get_ident, threading.get_ident)
    done.set()
    assert ran == (here, here)
    assert all(future.result() for future in busy)


@pytest.mark.parametrize("is_long", [False, True])
def test_an_error_of_the_second_is_raised(is_long):
    with pytest.raises(ZeroDivisionError):
        run_both(int, lambda: 1 / 0, is_long=is_long)
