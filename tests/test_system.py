"""Limits of memory are set within those of the system, and freed memory is returned to it."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest

from papersette import system

STATUS = Path("/proc/self/status")


def read_resident_mb():
    return int(re.search(r"VmRSS:\s+(\d+) kB", STATUS.read_text())[1]) / 1024


@pytest.mark.skipif(not STATUS.exists(), reason="needs Linux")
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="needs glibc")
def test_freed_memory_is_returned_although_some_above_it_is_in_use():
    blocks = [bytes(2000) for _ in range(40_000)]
    above = bytes(2000)
    used = read_resident_mb()
    del blocks
    system.release_memory()
    assert read_resident_mb() < used - 50
    assert len(above) == 2000


LIMITED = """
import resource
from papersette import system
hard = 8 << 30
resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
system.limit_memory(1 << 42)
assert resource.getrlimit(resource.RLIMIT_AS) == (hard, hard)
"""


def test_a_limit_of_memory_that_the_system_sets_is_not_exceeded():
    subprocess.run([sys.executable, "-c", LIMITED], check=True)
