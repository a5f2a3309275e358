"""Measures whether the search finds what it should: compares it with a scan of the texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from measures.corpora import Corpus, sample_keywords
from measures.table import Row, show
from papersette.search.engine import Engine, Request
from papersette.search.parser import parse

WHOLE_WORDS = ("nas", "ppo", "bert", "gan")
"""Words that a substring search finds inside others."""
THREE_WORDS = "dropout lstm wikitext"
TEXTS = """
select paper_id, coalesce(papers.title, '') || ' | ' || coalesce(abstract, '') || ' | '
    || coalesce(tldr, '') || ' | ' || coalesce(tags, '') || ' | ' || coalesce(authors, '')
    || ' | ' || coalesce((select group_concat(body, ' ') from (
        select body from pages where pages.paper_id = papers.paper_id order by page)), '')
    || ' | ' || coalesce((select group_concat(refs, ' ') from (
        select refs from pages where pages.paper_id = papers.paper_id order by page)), '')
from papers
"""


def measure(corpus: Corpus) -> None:
    """Print recall and precision of phrases, hits inside words, and a query of three words."""
    engine = corpus.engine
    texts = {paper_id: to_plain(text) for paper_id, text in corpus.fetch(TEXTS)}
    keywords = sample_keywords(corpus, 120)
    recall, precision = compare_phrases(engine, texts, [*keywords, *WHOLE_WORDS])
    inside = sum(count_inside(engine, texts, word) for word in WHOLE_WORDS)
    wanted, first = count_first(engine, texts, THREE_WORDS.split())
    show(
        f"{len(keywords)} keywords as phrases, and {', '.join(WHOLE_WORDS)}",
        [
            Row("recall against the oracle", {"": recall}, {"": 0.995}, at_least=True, digits=4),
            Row("precision", {"": precision}, {"": 0.995}, at_least=True, digits=4),
            Row("hits inside another word", {"": inside}, {"": 0}, digits=0),
            Row(f"papers with {THREE_WORDS}", {"": wanted}, digits=0),
            Row("of these come first", {"": first}, {"": wanted}, at_least=True, digits=0),
        ],
    )


def to_plain(text: str) -> str:
    """Return lower-case text without accents: only words, and | between spaces."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " " + " ".join(re.findall(r"[^\W_]+|\|", folded)) + " "


def find(engine: Engine, q: str) -> set[str]:
    """Return the paper_ids of all papers that match."""
    return {engine.corpus.ids[number] for number in engine.find_numbers(Request(q=q))}


def compare_phrases(
    engine: Engine, texts: dict[str, str], phrases: Sequence[str]
) -> tuple[float, float]:
    """Return recall and precision of these phrases; phrases that no text has are left out."""
    right = wanted = given = 0
    for phrase in phrases:
        truth = {paper_id for paper_id, text in texts.items() if to_plain(phrase) in text}
        found = find(engine, f'"{phrase}"') if truth else set()
        right, wanted, given = right + len(truth & found), wanted + len(truth), given + len(found)
    return right / wanted, right / given


def count_inside(engine: Engine, texts: dict[str, str], word: str) -> int:
    """Return how many found papers have the word, or its expansion, only inside other words."""
    (clause,) = engine.retriever.match(parse(word)).clauses
    forms = [to_plain(form) for form in clause.forms]
    return sum(not any(form in texts[i] for form in forms) for i in find(engine, word))


def count_first(engine: Engine, texts: dict[str, str], words: Sequence[str]) -> tuple[int, int]:
    """Return how many papers have all words, and how many of these precede all other papers."""
    truth = {i for i, text in texts.items() if all(to_plain(word) in text for word in words)}
    request = Request(q=" ".join(words), versions="all", size=len(truth))
    return len(truth), sum(hit.paper_id in truth for hit in engine.search(request).hits)
