"""Questions whose answers are known: a file of them says how high a search should rank which paper.

The rule: a line that is none stops the build and names itself; a question lost in silence would flatter the search.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from papersette.problems import UserError


@dataclass(frozen=True)
class Question:
    """What is typed, and the paper_id of the paper that is meant."""

    query: str
    paper_id: str


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a file with one JSON object a line. Raises `UserError` with the line that is none."""
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            value = json.loads(line)
            questions.append(Question(str(value["query"]), str(value["paper_id"])))
        except (ValueError, KeyError, TypeError):
            raise UserError(f'{path}, line {number}: must be {{"query": "…", "paper_id": "…"}}') from None
    if not questions:
        raise UserError(f"{path}: holds no question")
    return tuple(questions)
