"""Answers a question with sentences of papers and, if configured, an answer in prose."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from papersette.prose.settings import Settings
from papersette.prose.writer import Prose, Writer
from papersette.search.answers import LONGEST_QUESTION, find_answers
from papersette.search.engine import Engine
from papersette.search.nearest import Sentence
from papersette.search.needles import find
from papersette.search.passages import mark
from papersette.site.canned_queries import DATABASE
from papersette.site.reader_links import to_paper_link, to_read_link
from papersette.site.search_service import service_of

PASSAGES = 8
"""Number of sentences that are shown."""
LONGEST_FORM = 64_000
"""Largest form in bytes."""
MOST_TOPICS = {"heading": 3, "dataset": 2, "technique": 2}
"""Kind of suggested question -> largest number of them."""
LONGEST_TOPIC = 80
USUAL = re.compile(
    r"""\W*(?:abstract|acknowledge?ments?|appendi\w+|background|conclu\w+|contents|contributions?|
    data|datasets?|definitions?|details|discussions?|evaluation|experiment\w*|findings|future\W+work|
    introduc\w+|limitations|main\W+results?|methods?|methodology|motivation|notations?|organi[sz]ation|
    outline|overview|preliminar\w+|problem\W+(?:setting|statement|formulation|setup)|proofs?\b.*|
    references|related\W+works?|results?|setting|setup|summary|supplement\w*|the\W+question|
    zusammenfassung|einleitung|literatur|résumé|conclusion|introduction|references?|
    .*remarks?\b.*|.*remarques\b.*|الملخص|المقدمة|الخاتمة|المراجع)\W*""",
    re.IGNORECASE | re.VERBOSE,
)
"""Headings that are the same in many papers, and suggest no question."""
TITLE = "select coalesce(title, '') from papers where paper_id = ?"


@dataclass(frozen=True)
class Passage:
    """A sentence of a paper, with what is shown about it."""

    paper_id: str
    title: str
    page: int | None
    """Number of the page; None in the abstract."""
    text: str
    marked: str
    """The sentence with marks around words of the question."""
    before: str
    after: str
    """Text after the sentence, as `before` is the text before it."""
    score: float
    compared_by: str
    """Evidence of the match: "words", or "words and meaning"."""
    url: str
    """Address in the reader, or of the paper for its abstract."""

    @property
    def whole(self) -> str:
        """The sentence with the text before and after it."""
        return " ".join(filter(None, (self.before, self.text, self.after)))


@dataclass(frozen=True)
class Answer:
    """The passages and prose found for a question."""

    question: str = ""
    passages: list[Passage] = field(default_factory=list)
    is_by_meaning: bool = False
    prose: Prose | None = None
    """Answer in prose; None if it was not asked for."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        names = "paper_id title page text before after score compared_by url".split()
        found: dict[str, Any] = {
            "ok": True,
            "question": self.question,
            "passages": [{name: getattr(p, name) for name in names} for p in self.passages],
        }
        if self.prose is not None:
            sentences = [
                {"text": s.text, "passages": list(s.numbers)} for s in self.prose.sentences
            ]
            found["prose"] = {"sentences": sentences, "dropped": self.prose.dropped}
            found["prose"] |= {"problem": self.prose.problem or None}
        return found


async def ensure_text_allowed(datasette: Any, actor: Any) -> None:
    """Raise Forbidden if the actor may not see the papers and their text."""
    may_see = [("view-table", (DATABASE, table)) for table in ("papers", "pages")]
    await datasette.ensure_permissions(
        actor, [*may_see, ("view-database", DATABASE), "view-instance"]
    )


async def find_title(datasette: Any, paper_id: str) -> str | None:
    """Return the title of a paper, "" if it has none; None if there is no such paper."""
    row = (await datasette.get_database(DATABASE).execute(TITLE, [paper_id])).first()
    return row[0] if row else None


def writer_of(datasette: Any) -> Writer | None:
    """Return the writer of prose on this server, or None if no model is configured.

    Raises:
        ValueError: The settings are wrong.
    """
    if not hasattr(datasette, "papersette_writer"):
        given = datasette.plugin_config("papersette-ask")
        settings = Settings.from_metadata(given)
        datasette.papersette_writer = Writer(settings) if settings.model else None
    writer: Writer | None = datasette.papersette_writer
    return writer


async def ask_papers(
    datasette: Any, question: str, paper_id: str, *, with_prose: bool, request: Any
) -> Answer:
    """Return the sentences that answer a question best, and an answer in prose if requested.

    Args:
        datasette: The server.
        question: The question in one line; "" for none.
        paper_id: Id of the only paper to search in; "" for all.
        with_prose: Whether to ask the model, if one is configured.
        request: The current request; addresses are made absolute for it.
    """
    service = service_of(datasette)
    asked = question[:LONGEST_QUESTION]
    if not asked or service is None:
        return Answer(asked)
    engine = await asyncio.to_thread(
        service.engine
    )  # it may wait for an index that is almost ready
    sentences = await asyncio.to_thread(
        find_answers, engine.sentences, asked, PASSAGES, [paper_id] if paper_id else []
    )
    passages = [_to_passage(datasette, request, engine, asked, s) for s in sentences]
    writer, prose = writer_of(datasette), None
    if with_prose and writer and passages:
        prose = await asyncio.to_thread(writer.write, asked, [p.whole for p in passages])
    return Answer(asked, passages, engine.meaning is not None, prose)


def _to_passage(
    datasette: Any, request: Any, engine: Engine, question: str, sentence: Sentence
) -> Passage:
    """Return a sentence as a passage to show."""
    if sentence.page is None:
        path = to_paper_link(datasette, sentence.paper_id)
    else:
        path = to_read_link(datasette, sentence.paper_id, sentence.page, passage=sentence.text)
    needles = engine.to_needles(question)
    is_found = needles and find(sentence.text, needles)
    text = " ".join(sentence.text.split())
    return Passage(
        sentence.paper_id,
        engine.titles[sentence.number],
        sentence.page,
        text,
        mark(sentence.text, needles) if is_found else text,
        " ".join(sentence.before.split()),
        " ".join(sentence.after.split()),
        round(sentence.score, 3),
        "words" if sentence.cosine is None else "words and meaning",
        datasette.absolute_url(request, path),
    )


def to_topics(
    sections: Sequence[Mapping[str, Any]], mentions: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Return (kind, name) of topics of a paper: "heading", "dataset", "technique".

    Args:
        sections: Rows with `heading`.
        mentions: Rows with `kind` and `name`, the most frequent first.
    """
    left = dict(MOST_TOPICS)
    topics: dict[str, tuple[str, str]] = {}
    for kind, name in _candidates(sections, mentions):
        if left.get(kind, 0) and name.lower() not in topics:
            topics[name.lower()] = (kind, name)
            left[kind] -= 1
    return list(topics.values())


def _candidates(
    sections: Sequence[Mapping[str, Any]], mentions: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    for section in sections:
        heading = " ".join((section["heading"] or "").split()).strip(" .:?")
        if 3 < len(heading) <= LONGEST_TOPIC and not USUAL.fullmatch(heading):
            yield "heading", heading
    for mention in mentions:
        yield mention["kind"], mention["name"]
