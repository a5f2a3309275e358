"""Worker processes: bad files end with a reason, within limits, and cost no other page."""

import os
import time

import pytest
from bad_pdfs import make_all
from conftest import ROOT, make_pdf

from papersette.printed import pages
from papersette.printed.workers import PageLimits, PageWorkers, to_reason

NOTE = ROOT / "data/sample/pdf/iclr2019/H1M7soActX.pdf"


@pytest.fixture(scope="module")
def workers():
    found = PageWorkers(PageLimits(workers=2, seconds=20, memory=400 << 20))
    yield found
    found.close()


def outcome(workers, future):
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - pebble passes on what the worker raised
        return to_reason(error, workers.limits)


@pytest.mark.slow
def test_bad_pdfs_have_a_reason_or_a_page_and_leave_the_workers_working(workers, tmp_path):
    found = {}
    for path in make_all(tmp_path):
        read = workers.schedule(pages.read_layout, path, 1)
        image = workers.schedule(pages.render, path, 1, 1200)
        found[path.name] = [outcome(workers, read), outcome(workers, image)]
    for name, (layout, image) in found.items():
        assert isinstance(layout, pages.Layout | str), name
        assert isinstance(image, tuple | str), name
        assert layout != "" != image
    assert "cannot be opened" in found["html.pdf"][0]
    assert "cannot be opened" in found["password.pdf"][1]
    assert workers.schedule(pages.read_layout, NOTE, 1).result().pages == 2


def test_a_worker_that_hangs_is_ended(tmp_path):
    workers = PageWorkers(PageLimits(workers=1, seconds=1))
    try:
        hanging = workers.schedule(time.sleep, 600)
        assert outcome(workers, hanging) == "the page took longer than 1 seconds"
    finally:
        workers.close()


def test_a_worker_that_crashes_loses_only_its_page(workers):
    dead = workers.schedule(os._exit, 3)
    assert outcome(workers, dead) == "the page ended the process that read it"
    assert workers.schedule(pages.read_layout, NOTE, 1).result().pages == 2


def test_memory_is_limited(workers):
    reason = outcome(workers, workers.schedule(bytearray, 1 << 30))
    assert reason == "the page took more than 400 MiB of memory"


def test_no_more_pages_are_read_at_a_time_than_there_are_workers(workers):
    futures = [workers.schedule(os.getpid) for _ in range(30)]
    assert len({future.result() for future in futures}) <= 2


def test_closing_ends_the_processes(tmp_path):
    workers = PageWorkers(PageLimits(workers=1))
    path = make_pdf(tmp_path / "a.pdf", [["A page."]])
    assert workers.schedule(pages.read_layout, path, 1).result().pages == 1
    process = workers.schedule(os.getpid).result()
    workers.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    workers.close()  # again
