"""Answers a question with sentences of the papers, quoted with their pages; no language model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from papersette.records import Question
from papersette.search.engine import Engine
from papersette.search.evaluation import Figure
from papersette.search.nearest import Sentence, SentenceFinder
from papersette.text import to_key

LONGEST_QUESTION = 500
"""Characters of a question that are read."""
SPARE = 3
"""How many times the wanted number of sentences is fetched, as versions of a work repeat some."""
LEAST_SHARE = 0.4
"""Share of the best score that answers must have; sentences below it are about something else."""
LEAST_COSINE_SHARE = 0.7
"""Share of the best cosine that is enough, too: in another language, answers share no words."""
FEW = 3
"""Passages among which the right page should be."""
MEASURE = f"right page among the first {FEW} passages"


def find_answers(
    finder: SentenceFinder, question: str, limit: int = 8, papers: Sequence[str] = ()
) -> list[Sentence]:
    """Return the sentences that answer a question best, the best first; of each page one.

    Args:
        finder: Of one build.
        question: In the reader's words.
        limit: How many sentences at most.
        papers: paper_ids to look in; all papers without.
    """
    numbers = [finder.corpus.numbers[p] for p in papers if p in finder.corpus.numbers]
    if not question.strip() or (papers and not numbers):
        return []
    asked = question[:LONGEST_QUESTION]
    found = finder.find(asked, SPARE * limit, numbers, abstracts=True)
    least = LEAST_SHARE * max((s.score for s in found), default=0.0)
    near = LEAST_COSINE_SHARE * max((s.cosine or 0.0 for s in found), default=0.0)
    return [
        s for s in _without_copies(found) if s.score >= least or (s.cosine or 0.0) > max(near, 0.0)
    ][:limit]


def _without_copies(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Yield each sentence once; versions of a work have the same."""
    known = set()
    for sentence in sentences:
        if (key := to_key(sentence.text)) not in known:
            known.add(key)
            yield sentence


def measure(engine: Engine, questions: Sequence[Question]) -> list[Figure]:
    """Return how often a page that answers is among the first passages.

    Where the engine has a model of meaning, the figure without it stands beside that with it.

    Args:
        engine: Of one build.
        questions: Only those with pages count.
    """
    asked = [question for question in questions if question.pages]
    finders = [(engine.sentences, "")] if asked else []
    if asked and engine.meaning is not None:
        alone = SentenceFinder(engine.index, engine.corpus, engine.connect, None)
        finders.append((alone, ", by words alone"))
    about = f"{len(asked)} questions with the pages that answer them"
    return [
        Figure(f"{MEASURE}{which}", sum(is_answered(f, q) for q in asked) / len(asked), about)
        for f, which in finders
    ]


def is_answered(finder: SentenceFinder, question: Question) -> bool:
    """Tell whether a page that answers a question is among the first passages."""
    found = {(s.paper_id, s.page) for s in find_answers(finder, question.query, FEW)}
    return not found.isdisjoint(question.pages)
