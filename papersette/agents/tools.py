"""The tools for assistants: names, descriptions of at most sixty words, arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from papersette.agents import citing, finding, overview, reading, tables
from papersette.agents.answers import CAUTION
from papersette.agents.arguments import Parameter, read_arguments
from papersette.agents.library import Library

PAPER = Parameter("paper_id", "as search shows it", None)


@dataclass(frozen=True)
class Tool:
    """A function that assistants can call."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    run: Callable[[Library, Mapping[str, Any]], str]
    """Called with checked arguments; returns the answer. Raises `Refusal`."""

    def call(self, library: Library, given: Mapping[str, Any]) -> str:
        """Check the arguments and return the answer. Raises `Refusal`."""
        return self.run(library, read_arguments(self.name, self.parameters, given))


TOOLS = (
    Tool(
        "search",
        'Find papers by what their full text says. q: words (all must occur), "exact phrase", OR, '
        '-not, prefix*, NEAR, title: author: tag: venue: year:2018..2020 cites:"Hinton" dataset: '
        "technique: has:code method:word, citations(query), references(query). Each result has its "
        "best passage, page and link.",
        (
            Parameter("q", "empty for all papers"),
            Parameter(
                "sort", "relevance if empty", choices=("", "year", "citations", "rating", "title")
            ),
            Parameter("page", "", 1, most=10_000),
            Parameter("size", "", 5, most=20, instead="Ask for further results with page=2."),
        ),
        finding.search,
    ),
    Tool(
        "read",
        "Read a paper. With paper_id alone: its fields, abstract, sections and links. With pages "
        "or section: the extracted text, page by page. Long texts are cut, with the arguments that "
        "continue them.",
        (
            PAPER,
            Parameter("pages", 'like "3" or "3-5"'),
            Parameter("section", "its number, or words of its heading"),
            Parameter("start", "character of the first page", 1, most=1_000_000),
            Parameter(
                "max_tokens",
                "",
                1600,
                most=8000,
                instead="Read a long paper in parts, by pages or sections.",
            ),
        ),
        reading.read,
    ),
    Tool(
        "find_in_paper",
        "Find every page of one paper that has the words of a query, with passages, sections and "
        "links, in reading order.",
        (
            PAPER,
            Parameter("q", "a query as of search", None),
            Parameter("from_page", "", 1, most=100_000),
        ),
        finding.find_in_paper,
    ),
    Tool(
        "citations",
        "References of a paper, or papers of this collection that cite it. With q instead of "
        "paper_id: the works that the papers of a query cite most, or the papers that cite them.",
        (
            Parameter("paper_id", ""),
            Parameter("q", ""),
            Parameter("direction", "", "references", choices=("references", "cited_by")),
            Parameter("start", "first row", 1, most=100_000),
        ),
        citing.citations,
    ),
    Tool(
        "similar",
        "Papers similar to a paper of this collection, with shared terms and references, or to any "
        "text, such as an abstract.",
        (
            Parameter("paper_id", ""),
            Parameter("text", ""),
            Parameter("size", "", 8, most=10, instead="For more, search with words of the paper."),
        ),
        finding.similar,
    ),
    Tool(
        "describe",
        "What this collection is: its papers by venue and year, counts, what its papers lack, the "
        "commonest tags, datasets and techniques, and its build. Call it first.",
        (),
        overview.describe,
    ),
    Tool(
        "sql",
        "Run one read-only SELECT (SQLite). Without sql: the tables and columns. For counts and "
        "joins that no other tool has; search finds text faster and better.",
        (
            Parameter("sql", ""),
            Parameter(
                "size", "rows", 50, most=200, instead="Count and group in SQL, or use OFFSET."
            ),
        ),
        tables.sql,
    ),
)
INSTRUCTIONS = (
    "A collection of scientific papers with their full text. Start with describe or search; quote "
    "with page and link, and name the build. " + CAUTION + " Read-only; no key is needed."
)
"""Instructions that a client gets when it connects."""
