"""Asks a language model for an answer, with limits on the number, length and time of answers."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Any

from papersette.prose.budget import DAY, MINUTE, Budget
from papersette.prose.prompt import NO_ANSWER, Prompt, to_prompt
from papersette.prose.settings import WHERE, Settings
from papersette.prose.support import Supported, check

REMEMBERED = 200
"""Answers kept in memory, so that a repeated question costs nothing."""
MISSING = "the package llm is not installed; install it with “pip install -e '.[ask]'”"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prose:
    """An answer in prose, or the reason why there is none."""

    sentences: tuple[Supported, ...] = ()
    dropped: int = 0
    """Number of sentences that no passage supports."""
    problem: str = ""
    """"limit", "busy", "late", "failed", or "none" if no answer was found; "" for no problem."""


class Writer:
    """Writes answers with one model.

    Args:
        settings: Settings that name a model.
        clock: Returns the time in seconds.

    Raises:
        ValueError: The package llm is missing, or it does not know the model.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._model = _open(settings)
        self._budget = Budget({MINUTE: settings.per_minute, DAY: settings.per_day}, clock)
        self._free = threading.BoundedSemaphore(settings.at_once)
        self._known: OrderedDict[tuple[str, ...], Prose] = OrderedDict()
        self._lock = threading.Lock()

    def write(self, question: str, passages: Sequence[str]) -> Prose:
        """Return an answer from passages that are shown to the reader; this takes some seconds."""
        chosen = passages[: self.settings.passages]
        key = (question, *chosen)
        with self._lock:
            if key in self._known:
                return self._known[key]
        prose = self._write(question, chosen)
        if prose.problem in {"", "none"}:
            with self._lock:
                self._known[key] = prose
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return prose

    def _write(self, question: str, passages: Sequence[str]) -> Prose:
        prompt = to_prompt(question, passages, self.settings.passage_characters)
        if not prompt.numbers:
            return Prose(problem="none")
        if not self._free.acquire(blocking=False):
            return Prose(problem="busy")
        if not self._budget.take():
            self._free.release()
            return Prose(problem="limit")
        try:
            answer = self._start(prompt).result(self.settings.seconds)
        except TooLate:
            return Prose(problem="late")
        except Exception as error:  # noqa: BLE001 - models raise whatever their libraries do
            logger.warning("the model %s failed: %s", self.settings.model, error)
            return Prose(problem="failed")
        if answer.strip().upper().startswith(NO_ANSWER):
            return Prose(problem="none")
        given = {number: passages[number - 1] for number in prompt.numbers}
        sentences, dropped = check(answer, given)
        return Prose(tuple(sentences), dropped, "" if sentences else "none")

    def _start(self, prompt: Prompt) -> Future[str]:
        """Ask the model in a thread, which counts as running until the model has answered."""
        answer: Future[str] = Future()

        def run() -> None:
            try:
                answer.set_result(self._read(prompt))
            except BaseException as error:  # noqa: BLE001 - raised again by the future's result()
                answer.set_exception(error)
            finally:
                self._free.release()

        threading.Thread(target=run, daemon=True, name="language model").start()
        return answer

    def _read(self, prompt: Prompt) -> str:
        """Return the answer of the model, cut off at the limits of time and length."""
        started, parts, size = time.monotonic(), list[str](), 0
        options = {"key": self.settings.key} if self.settings.key else {}
        response = self._model.prompt(
            prompt.text,
            system=prompt.system,
            stream=bool(self._model.can_stream),
            **options,
            **self.settings.options,
        )
        for part in response:
            parts.append(part)
            size += len(part)
            too_long = size > self.settings.answer_characters
            if too_long or time.monotonic() - started > self.settings.seconds:
                break
        return "".join(parts)[: self.settings.answer_characters]


def _open(settings: Settings) -> Any:
    try:
        import llm
    except ImportError:
        raise ValueError(f"{WHERE}: {MISSING}") from None
    try:
        return llm.get_model(settings.model)
    except llm.UnknownModelError:
        raise ValueError(
            f"{WHERE}: llm knows no model {settings.model!r}; “llm models” lists the names, and "
            "“llm install” adds plugins with more"
        ) from None
