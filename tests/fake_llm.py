"""A language model for tests, as a plugin of llm: it gives the reply that a test has set.

`install` writes it as a package with an entry point, so that a server in another process finds it.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path

import llm

REPLY = "The sentence is supported [1]."
NAME = "papersette-fake"


class Fake(llm.Model):
    """Replies with `reply`: a text, or a function of the prompt's text that returns one."""

    model_id = NAME
    can_stream = True
    reply = staticmethod(lambda prompt: REPLY)
    prompts: list[llm.Prompt] = []  # noqa: RUF012 - shared by all

    def execute(self, prompt, stream, response, conversation):
        """Yield the reply in words, as a model that streams does."""
        type(self).prompts.append(prompt)
        given = type(self).reply
        yield from re.findall(r"\S+\s*", given(prompt.prompt) if callable(given) else given)


class Slow(llm.Model):
    """Replies when the test is over."""

    model_id = "papersette-slow"
    is_over = threading.Event()

    def execute(self, prompt, stream, response, conversation):
        """Wait, then yield a reply."""
        self.is_over.wait(60)
        yield REPLY


class Quoting(llm.Model):
    """Replies with the first words of two passages,
    and with a sentence that no passage supports."""

    model_id = "papersette-quoting"

    def execute(self, prompt, stream, response, conversation):
        """Yield the reply."""
        for number, passage in re.findall(r"^\[(\d+)\] (.*)$", prompt.prompt, re.MULTILINE)[:2]:
            yield " ".join(passage.rstrip(".").split()[:12]) + f" [{number}]. "
        yield "Penguins prefer colder seas [1]."


@llm.hookimpl
def register_models(register):
    """Register the models."""
    for model in (Fake, Slow, Quoting):
        register(model())


def install(folder: Path) -> None:
    """Write this module as an installed package into a folder, which must be on the path."""
    information = folder / "papersette_fake_llm-1.dist-info"
    information.mkdir(parents=True)
    (folder / "papersette_fake_llm.py").write_text(Path(__file__).read_text(encoding="utf-8"))
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: papersette-fake-llm\nVersion: 1\n"
    )
    (information / "entry_points.txt").write_text("[llm]\nfake = papersette_fake_llm\n")
