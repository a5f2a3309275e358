"""Writes a library as CSV and as Markdown, for other programs and for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from papersette.exports.volumes import to_venue_and_year
from papersette.readers.highlights import Highlight
from papersette.readers.library import Entry

COLUMNS = (
    "paper_id",
    "title",
    "authors",
    "venue",
    "year",
    "url",
    "status",
    "tags",
    "rating",
    "note",
    "added",
    "gone",
)
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")
"""Characters that have a meaning in Markdown."""

Described = Mapping[str, Mapping[str, Any]]
"""paper_id -> fields of the paper in the publication; removed papers are missing."""


def to_rows(entries: Iterable[Entry], described: Described) -> Iterator[list[object]]:
    """Yield the values of `COLUMNS` for each entry; a missing value is ""."""
    for entry in entries:
        paper = described.get(entry.paper_id, {})
        found = {
            "paper_id": entry.paper_id,
            "title": paper.get("title") or entry.title,
            "authors": "; ".join(paper.get("authors") or ()),
            "venue": paper.get("venue"),
            "year": paper.get("year"),
            "url": paper.get("page"),
            "status": entry.status,
            "tags": ", ".join(entry.tags),
            "rating": entry.stars,
            "note": entry.note,
            "added": entry.added,
            "gone": entry.gone,
        }
        yield ["" if found[name] is None else found[name] for name in COLUMNS]


def to_markdown(
    title: str,
    entries: Sequence[Entry],
    highlights: Sequence[Highlight],
    described: Described,
    to_link: Callable[[Highlight], str],
) -> Iterator[str]:
    """Yield a library as Markdown: a heading for each paper, then its note and its passages.

    Args:
        title: Title of the document.
        entries: The papers of the library.
        highlights: The reader's highlights in all papers.
        described: Fields of the papers in the publication.
        to_link: Returns the address of a highlight.
    """
    yield f"# {escape(title)}\n"
    for entry in entries:
        paper = described.get(entry.paper_id, {})
        name = escape(paper.get("title") or entry.title)
        yield f"\n## {f'[{name}]({page})' if (page := paper.get('page')) else name}\n\n"
        authors = ", ".join(paper.get("authors") or ())
        where = to_venue_and_year(paper.get("venue"), paper.get("year"))
        facts = [authors, where, entry.status, ", ".join(f"#{tag}" for tag in entry.tags)]
        facts += [f"{entry.stars}/5" if entry.stars else "", "gone" if entry.gone else ""]
        yield " · ".join(escape(fact) for fact in facts if fact) + "\n"
        if entry.note:
            yield f"\n{entry.note.strip()}\n"
        for passage in (one for one in highlights if one.paper_id == entry.paper_id):
            quoted = " ".join(passage.passage.split())
            yield f"\n> {escape(quoted)} ([p. {passage.page}]({to_link(passage)}))\n"
            if passage.note:
                yield f"\n{passage.note.strip()}\n"


def escape(text: str) -> str:
    r"""Return a text escaped for Markdown, in one line.

    >>> escape("A *b* [c]")
    'A \\*b\\* \\[c\\]'
    """
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
