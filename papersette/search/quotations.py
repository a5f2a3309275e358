"""Finds whose sentence a quotation is: where the papers have it, exactly, nearly or in other words.

Only letters and digits are compared, so that line breaks, hyphens at line ends, quotation marks,
ligatures and accents change nothing. What is left out with […] may be any text of the same page.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rapidfuzz import fuzz
from tantivy import Query, Schema

from papersette.search import adapter
from papersette.search.analysis import to_terms
from papersette.search.engine import Engine
from papersette.search.passages import CLOSE, OPEN
from papersette.text import to_letters, to_letters_only

LONGEST_QUOTATION = 2000
"""Characters that are compared; the rest is ignored."""
LEAST_LETTERS = 16
"""Letters of a quotation; shorter ones are in too many papers."""
LEAST_NEAR = 32
"""Smallest number of letters of a quotation that may differ from the text in some of them."""
LEAST_IN_PIECE = 6
"""Letters of a piece between two omissions; shorter pieces are ignored."""
MOST_SKIPPED = 2000
"""Largest number of letters that all omissions together may stand for."""
NEARLY = 80
"""Likeness, in percent, of the same sentence with other words here and there."""
PARAPHRASED = 0.5
"""Least score of a sentence that may say the same: of two papers about other things the best
sentence has .4."""
LEAST_SHARED = 0.6
"""Share of the distinct words of a quotation that a page must have to be compared by letters."""
WINDOW = 3
"""Consecutive words by which pages are found."""
MOST_WINDOWS = 80
MOST_PAGES = 16
"""Pages that are looked at."""
NEXT_PAGE = 2000
"""Characters of the next page on which a sentence may end."""
OMISSION = re.compile(r"\[\s*(?:\.{3}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|\.\s?\.\s?\.|…")
BROKEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010\u2011]\s*\n\s*(?=[^\W\d_])|\u00ad")
"""A hyphen at the end of a line, and hyphens that are not shown."""
PAGES = """
select number, papers.paper_id, page, coalesce(body, '') as body, coalesce(refs, '') as refs,
  coalesce((select substr(next.body, 1, :most) from pages as next
    where next.paper_id = pages.paper_id and next.page = pages.page + 1), '') as next
from json_each(:pages) join pages on page_id = value join papers on papers.paper_id = pages.paper_id
order by json_each.key
"""
ABSTRACTS = """
select number, paper_id, coalesce(abstract, '') || char(10) || coalesce(tldr, '')
from json_each(:numbers) join papers on number = value order by json_each.key
"""


@dataclass(frozen=True)
class Source:
    """Where a paper has a sentence like the quotation."""

    kind: str
    """"exact", "near" or "paraphrase"."""
    number: int
    """Of the paper."""
    paper_id: str
    page: int | None
    """None in the abstract."""
    passage: str
    """As it is on the page."""
    likeness: float
    """From 0 to 1."""
    marked: str
    """The passage, with marks around words that the quotation does not have if it is near."""


@dataclass(frozen=True)
class _Text:
    number: int
    paper_id: str
    page: int | None
    text: str
    own: int
    """Characters of the page itself; what follows is of the next."""


def find_sources(engine: Engine, quotation: str, limit: int = 10) -> list[Source]:
    """Return where papers have a quotation, exact ones first; nothing if it is too short.

    Sentences in other words are sought only where no paper has it nearly.
    """
    plain = to_plain(quotation)
    pieces = to_pieces(plain)
    if not is_long_enough(quotation):
        return []
    terms = to_terms(OMISSION.sub(" ", plain))
    texts = list(_find_texts(engine, terms))
    found = [source for text in texts if (source := _compare_exactly(text, pieces))]
    known = {(source.number, source.page) for source in found}
    for text in texts:
        if (text.number, text.page) not in known and _has_words(text, terms):
            found += filter(None, [_compare_nearly(text, plain)])
    found = found or _paraphrases(engine, plain, limit)
    found.sort(key=lambda source: -source.likeness)
    return _without_twins(found)[:limit]


def to_plain(quotation: str) -> str:
    """Return what is compared of a quotation: without hyphens at line ends and ligatures.

    >>> to_plain("“The gener-\\nalization of ﬂat minima”")
    'The generalization of flat minima'
    """
    text = unicodedata.normalize("NFKC", BROKEN.sub("", quotation[:LONGEST_QUOTATION]))
    return " ".join(text.split()).strip("\"'“”„«»‹›‘’ ")


def to_pieces(plain: str) -> list[str]:
    """Return the letters of the parts of a quotation between omissions.

    >>> to_pieces("The noise […] of the gradient")
    ['thenoise', 'ofthegradient']
    """
    pieces = [to_letters(piece)[0] for piece in OMISSION.split(plain)]
    return [piece for piece in pieces if len(piece) >= LEAST_IN_PIECE]


def is_long_enough(quotation: str) -> bool:
    """Tell whether a quotation has enough letters to be looked for."""
    return sum(map(len, to_pieces(to_plain(quotation)))) >= LEAST_LETTERS


def _find_texts(engine: Engine, terms: Sequence[str]) -> Iterator[_Text]:
    """Yield the pages and abstracts that share most runs of words with a quotation."""
    runs = [terms[start : start + WINDOW] for start in range(max(1, len(terms) - WINDOW + 1))]
    distinct = list(dict.fromkeys(map(tuple, runs)))[:: len(runs) // MOST_WINDOWS + 1]
    index, conn = engine.index, engine.connect()
    query = adapter.any_of(
        _any_run(index.pages_schema, field, distinct) for field in ("body", "refs")
    )
    pages, _ = adapter.find_scored(index.pages, query, "page_id", MOST_PAGES)
    yield from _read_pages(conn, pages.tolist())
    query = _any_run(index.papers_schema, "abstract", distinct)
    numbers, _ = adapter.find_scored(index.papers, query, "number", MOST_PAGES)
    for number, paper_id, text in conn.execute(
        ABSTRACTS, {"numbers": json.dumps(numbers.tolist())}
    ):
        yield _Text(number, paper_id, None, text, len(text))


def _any_run(schema: Schema, field: str, runs: Sequence[tuple[str, ...]]) -> Query:
    return adapter.any_of(
        adapter.phrase(schema, field, run) if len(run) > 1 else adapter.term(schema, field, run[0])
        for run in runs
    )


def _read_pages(conn: sqlite3.Connection, pages: list[int]) -> Iterator[_Text]:
    given = {"pages": json.dumps(pages), "most": NEXT_PAGE}
    for number, paper_id, page, body, refs, following in conn.execute(PAGES, given):
        yield _Text(number, paper_id, page, f"{body}\n{following}", len(body))
        if refs:
            yield _Text(number, paper_id, page, refs, len(refs))


def _compare_exactly(text: _Text, pieces: Sequence[str]) -> Source | None:
    """Return where a text has all pieces in this order; None where it has not."""
    if not _is_in_order(pieces, to_letters_only(text.text)):
        return None
    letters, positions = to_letters(text.text)
    first, end = -1, 0
    for piece in pieces:
        start = letters.find(piece, end)
        if start < 0:
            return None
        first = start if first < 0 else first
        end = start + len(piece)
    if positions[first] >= text.own or end - first > sum(map(len, pieces)) + MOST_SKIPPED:
        return None
    return _to_source("exact", text, (positions[first], positions[end - 1] + 1), 1.0)


def _is_in_order(pieces: Sequence[str], letters: str) -> bool:
    end = 0
    for piece in pieces:
        start = letters.find(piece, end)
        if start < 0:
            return False
        end = start + len(piece)
    return True


def _has_words(text: _Text, terms: Sequence[str]) -> bool:
    """Tell whether a text has so many words of a quotation that it may nearly have it."""
    wanted = set(terms)
    return len(wanted & set(to_terms(text.text))) >= LEAST_SHARED * len(wanted)


def _compare_nearly(text: _Text, plain: str) -> Source | None:
    """Return the part of a text that is most like a quotation; None where none is."""
    wanted, letters = to_letters_only(OMISSION.sub(" ", plain)), to_letters_only(text.text)
    if not LEAST_NEAR <= len(wanted) <= len(letters):
        return None
    found = fuzz.partial_ratio_alignment(wanted, letters, score_cutoff=NEARLY)
    if found is None or found.dest_start >= found.dest_end:
        return None
    letters, positions = to_letters(text.text)
    last = min(found.dest_end, len(positions)) - 1
    start, end = positions[min(found.dest_start, last)], positions[last] + 1
    if start >= text.own:
        return None
    return _to_source("near", text, (start, end), found.score / 100, plain)


def _to_source(
    kind: str, text: _Text, span: tuple[int, int], likeness: float, plain: str = ""
) -> Source:
    """Return a source of whole words."""
    start, end = span
    while start and not text.text[start - 1].isspace():
        start -= 1
    while end < len(text.text) and not text.text[end].isspace():
        end += 1
    passage = text.text[start:end]
    if plain:
        passage = trim(plain, passage)
    marked = mark_differences(plain, passage) if plain else passage
    return Source(kind, text.number, text.paper_id, text.page, passage, likeness, marked)


def trim(quotation: str, passage: str) -> str:
    """Return a passage from the first to the last word that a quotation has, too.

    >>> trim("the noise is large", "all. The noise was large. We")
    'The noise was large.'
    """
    words = passage.split()
    blocks = _compare_words(words, quotation.split()).get_matching_blocks()[:-1]
    return " ".join(words[blocks[0].a : blocks[-1].a + blocks[-1].size]) if blocks else passage


def _compare_words(words: Sequence[str], others: Sequence[str]) -> SequenceMatcher[str]:
    own, theirs = ([to_letters_only(word) or word for word in one] for one in (words, others))
    return SequenceMatcher(None, own, theirs, autojunk=False)


def mark_differences(quotation: str, passage: str) -> str:
    """Return a passage with marks around the words that a quotation does not have there.

    >>> mark_differences("the noise is large", "the noise was rather large")
    'the noise ⟦was rather⟧ large'
    """
    words = passage.split()
    marked: list[str] = []
    for kind, start, end, _, _ in _compare_words(words, quotation.split()).get_opcodes():
        part = " ".join(words[start:end])
        if part:
            marked.append(part if kind == "equal" else f"{OPEN}{part}{CLOSE}")
    return " ".join(marked)


def _paraphrases(engine: Engine, plain: str, limit: int) -> list[Source]:
    """Return the sentences that may say the same as a quotation."""
    return [
        Source("paraphrase", s.number, s.paper_id, s.page, s.text, s.score, s.text)
        for s in engine.sentences.find(plain, limit, abstracts=True)
        if s.score >= PARAPHRASED
    ]


def _without_twins(sources: Sequence[Source]) -> list[Source]:
    """Return the best source of each page, and an abstract only of a paper without such a page."""
    kept: list[Source] = []
    for source in sources:
        pages = {other.page for other in kept if other.number == source.number}
        if source.page not in pages and (source.page is not None or not pages):
            kept.append(source)
    return kept
