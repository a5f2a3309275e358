"""End a process on SIGINT (Ctrl-C) or SIGTERM with one line instead of a traceback."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
MESSAGE = "stopped; the next build uses the text read so far"
PATIENCE = 5.0
"""Seconds in which further signals do not interrupt the clean-up started by the first one."""


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end."""


@dataclass
class _State:
    received: int = 0
    """Number of the signal that was received, or 0."""
    raised: float = 0.0
    """Time when `Stopped` was last raised, by the monotonic clock, in seconds."""
    deferring: bool = False

    def reset(self) -> None:
        """Forget the signals of an earlier call of `run`."""
        self.received, self.raised, self.deferring = 0, 0.0, False


_state = _State()


def run(action: Callable[[], int], message: str) -> int:
    """Return the exit status of `action`, or 128 + signal after printing `message`.

    Signals are handled only if this is called in the main thread.
    """
    with _handling():
        try:
            return action()
        except BaseException:
            if not _state.received:
                raise
        print(message, file=sys.stderr, flush=True)
        return 128 + _state.received


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Let the block finish before a signal ends the process; an earlier signal ends it at once."""
    _raise_received()
    _state.deferring = True
    try:
        yield
    finally:
        _state.deferring = False
    _raise_received()


@contextlib.contextmanager
def blocked() -> Iterator[None]:
    """Start threads and processes in this block that ignore Ctrl-C; their parent ends them."""
    resource_tracker.ensure_running()  # a later start would unblock the signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _handling() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if any(signal.getsignal(number) is _handle for number in SIGNALS):
        yield  # an outer call handles signals
        return
    _state.reset()
    hook, sys.unraisablehook = sys.unraisablehook, _handle_swallowed
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # ignored signals, as under nohup, stay ignored
            signal.signal(number, _handle)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            # After a stop, only the interpreter's exit is left, which must not be interrupted.
            signal.signal(number, signal.SIG_IGN if _state.received else handler)


def _handle(number: int, _: FrameType | None) -> None:
    _state.received = _state.received or number
    now = time.monotonic()
    if not _state.deferring and now - _state.raised > PATIENCE:
        _state.raised = now
        raise Stopped


def _raise_received() -> None:
    if _state.received:
        raise Stopped


def _handle_swallowed(unraisable: Any) -> None:
    """Send the signal again if `Stopped` was raised where Python can only ignore exceptions."""
    if not _state.received:
        sys.__unraisablehook__(unraisable)
    elif issubclass(unraisable.exc_type, Stopped):
        _state.raised = 0.0
        threading.Timer(0.1, os.kill, (os.getpid(), _state.received)).start()
