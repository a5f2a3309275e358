"""A query as a tree of terms. docs/search.md describes the language.

parser.py makes it of what a reader types; clauses.py turns it into queries of the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TEXT_FIELDS = (
    "title", "abstract", "tag", "author", "affiliation", "venue", "body", "references"
)  # fmt: skip
"""Fields of words. A tl;dr counts as part of the abstract."""
PARTS = ("introduction", "related", "method", "experiments", "conclusion", "appendix")
"""Fields that ask for words in one part of a paper, where its headings show the parts."""
FACET_FIELDS = {
    "session": "session",
    "decision": "decision",
    "dataset": "dataset",
    "technique": "technique",
    "cites": "cites",
    "cited": "cited",
    "lang": "language",
    "language": "language",
    "has": "has",
    "year": "year",
}
"""Fields that are facets of papers, by the name of the facet."""
"""citations(query), references(query), similar(paper): papers found through other papers.
similar:"a sentence": papers that are similar to a text."""
SCOPES = ("text", "references")
"""What in: restricts a query to."""
SENTENCE_WORDS = 5
"""A query with as many words or more is read as a sentence, of which a third may be missing."""
QUESTION_CLAUSES = 4
"""A question with as many clauses or more is read as a sentence: "does batch norm help GANs?"."""
OTHER_FIELD_NAMES = {
    "abs": "abstract",
    "au": "author",
    "cite": "cites",
    "citing": "cites",
    "conference": "venue",
    "institute": "affiliation",
    "institution": "affiliation",
    "intitle": "title",
    "keyword": "tag",
    "ti": "title",
    "university": "affiliation",
}
"""Other names of fields, here or in other search engines."""
NEAR_WORDS = 10
"""Distance, in words, of NEAR without a number."""


@dataclass(frozen=True)
class Term:
    """A word, prefix or phrase, perhaps in one field."""

    text: str
    """As typed, without quotes and without the star of a prefix."""
    field: str | None = None
    is_prefix: bool = False
    is_phrase: bool = False
    """Whether it was typed in quotes: then it is searched for exactly as typed."""

    @property
    def is_facet(self) -> bool:
        """Whether it names a value of a facet and not words of the text."""
        return self.field in FACET_FIELDS

    @property
    def is_plain_word(self) -> bool:
        """Whether it is a single word without field, quotes or star."""
        return not (self.field or self.is_prefix or self.is_phrase)

    def __str__(self) -> str:
        text = self.text + "*" * self.is_prefix
        text = f'"{text}"' if self.is_phrase else text
        return f"{self.field}:{text}" if self.field else text


@dataclass(frozen=True)
class Near:
    """Words and phrases within `distance` words of each other, in any order."""

    terms: tuple[Term, ...]
    distance: int = NEAR_WORDS

    def __str__(self) -> str:
        joiner = " NEAR " if self.distance == NEAR_WORDS else f" NEAR/{self.distance} "
        return joiner.join(map(str, self.terms)) if self.terms else joiner.strip()


@dataclass(frozen=True)
class AnyOf:
    """Alternatives: at least one of the nodes."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(in_parentheses(node) for node in self.nodes)


@dataclass(frozen=True)
class AllOf:
    """A group in parentheses: all of the nodes, none of the excluded ones."""

    nodes: tuple[Node, ...]
    excluded: tuple[Node, ...] = ()

    def __str__(self) -> str:
        return " ".join(
            [in_parentheses(n) if isinstance(n, AnyOf) else str(n) for n in self.nodes]
            + [f"-{in_parentheses(node)}" for node in self.excluded]
        )


@dataclass(frozen=True)
class Function:
    """Papers found through those that another query, or an id, names, or through a text."""

    name: str
    argument: str
    """The query, the paper_id of similar(…), or the text of similar:"…", as typed."""

    def __str__(self) -> str:
        if self.name == "similar:":
            return f'similar:"{self.argument}"'
        return f"{self.name}({self.argument})"


Node = Term | Near | AnyOf | AllOf | Function


def in_parentheses(node: Node) -> str:
    """Return a node as text, a group in parentheses."""
    return f"({node})" if isinstance(node, AllOf | AnyOf) else str(node)


@dataclass(frozen=True)
class Query:
    """What was typed, as interpreted."""

    clauses: tuple[Node, ...] = ()
    """All of them are wanted."""
    excluded: tuple[Node, ...] = ()
    """None of them is wanted."""
    ignored: tuple[str, ...] = ()
    """What was typed and is not searched for: function words, punctuation, text past the limits."""
    scope: str | None = None
    """One of SCOPES, where only that part of papers is searched."""
    is_question: bool = False

    @property
    def is_sentence(self) -> bool:
        """Whether it has so many clauses that some may be missing."""
        return len(self.clauses) >= (QUESTION_CLAUSES if self.is_question else SENTENCE_WORDS)

    @property
    def words(self) -> tuple[str, ...]:
        """The plain words, in order, where there is nothing else; else ()."""
        if self.excluded or not all(isinstance(n, Term) and n.is_plain_word for n in self.clauses):
            return ()
        return tuple(term.text for term in self.clauses if isinstance(term, Term))


def iterate_terms(nodes: Sequence[Node]) -> Iterator[Term]:
    """Yield every term of the nodes, also those inside groups."""
    for node in nodes:
        if isinstance(node, Term):
            yield node
        elif isinstance(node, Near):
            yield from node.terms
        elif isinstance(node, AnyOf | AllOf):
            yield from iterate_terms(node.nodes)
