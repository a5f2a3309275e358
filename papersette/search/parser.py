"""Interprets what a reader types: text becomes a `Query`.

Whatever is typed is a query: text that does not follow the language is read as words, and nothing
is an error.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from papersette.search.analysis import to_terms
from papersette.search.query import (
    FACET_FIELDS,
    NEAR_WORDS,
    OTHER_FIELD_NAMES,
    PARTS,
    TEXT_FIELDS,
    AllOf,
    AnyOf,
    Function,
    Near,
    Node,
    Query,
    Term,
)

MOST_CLAUSES = 48
"""Further words of a query, such as of a pasted page, are ignored."""
MOST_TERMS = 100
"""Terms of a query, alternatives included; further ones are ignored."""
LONGEST_QUERY = 5000
"""Characters of a query that are read."""
DEEPEST_NESTING = 12
"""Parentheses nested deeper are read as if they were not there."""
MOST_FUNCTIONS = 4
"""Functions inside the argument of a function; one with more is ignored."""
STOP_WORDS = frozenset(
    """a about an and are as at be been but by can could do does for from had has have how i if in
    into is it its not of on or our should that the their them then there these they this to was we
    were what when where which who why will with would you
    au aux ce ces cette combien dans de des du elle en est et il la le les leur ne ou par pas pour
    pourquoi qu quand que quel quelle quelles quels qui se ses son sont sur un une
    إلى عن على في كيف لماذا ما من هل""".split()
)
"""English, French and Arabic function words; beside other words they are ignored."""
QUESTION_WORDS = frozenset(
    "are can could do does how is should was what when where which who why will would".split()
)
"""Words that begin a question."""
QUOTES = str.maketrans("“”„«»‟＂「」『』", '"' * 11, "\x00") | dict.fromkeys(
    range(0xD800, 0xE000), " "
)
"""What is typed as quotation marks; halves of surrogate pairs, which are no text, become spaces."""
TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<minus>-(?=["(\w$\\])|!(?=["(\w]))
    |(?P<function>(?:citations|references|similar)\()
    |(?P<near_group>NEAR\([^()]*(?:\)|$))
    |(?P<field>[A-Za-z]+):(?=["(\S])
    |(?P<spaced_field>[a-z]+):\s+(?=["(\w])
    |"(?P<phrase>[^"]*)(?:"|$)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<word>[^\s"]+)""",
    re.VERBOSE,
)
EQUALS = re.compile(r"(?<![^\s(-])(?P<name>[a-z]+)\s*=\s*(?=[\"\w])")
"""A field as in other search engines: title=dropout, author = "Hinton"."""
IN_FIELD = re.compile(r"(?:^|(?<=\s))(?:in:|allin)(?P<name>title|abstract)(?::\s*|(?=\s|$))")
"""What restricts all words of a query to a field: in:title, allintitle:."""
LEAD_IN = re.compile(
    r"(?:(?:please\s+)?"
    r"(?:(?:i(?:['’]m|\s+am)|we(?:['’]re|\s+are))\s+(?:looking|searching)\s+for"
    r"|(?:show|tell|give|find)\s+(?:me|us)|(?:are|is)\s+there|do\s+you\s+have)\s+"
    r"(?:(?:all|an?|any|some|the)\s+)?"
    r"(?:(?:articles?|papers?|publications?|research|something|works?)\s+)?"
    r"(?:(?:about|of|on|that|which|with)\s+)?"
    r"|(?:any|what|which|quels?)\s+(?:articles?|papiers?|papers?|publications?|studies)\s+"
    r"(?:(?:about|on|that|qui|sur)\s+)?"
    r"|(?:(?:recent|new|latest|relevant)\s+)?(?:articles|papers|publications|studies)\s+"
    r"(?:(?:about|on|sur|that)\s+|(?=(?:by|cit(?:ed|ing)|mentioning|using)\s))"
    r"|(?:الأوراق|أوراق)\s+(?:التي|حول|عن)\s+"
    r")(?=\S)",
    re.IGNORECASE,
)
"""How people begin who talk to a search."""
TAIL = re.compile(
    r"(?<=\w)(?<!\bin)(?<!\bof)(?<!\bfor)(?<!\bthe)(?<!\band)(?<!\bor)(?<!\bsurvey)"
    r"\s+(?:papers|articles|publications)[\s?!.]*(?=$|\s+in:\w+$)",
    re.IGNORECASE,
)
"""How people end who name a topic, "moss papers"; the part of the papers may follow."""
VERB = re.compile(
    r"(?:discuss(?:es)?|mention(?:s|ing)?|us(?:es?|ing)|(?:parl|trait)(?:ent|ant)\s+d(?:es?|u)"
    r"|port(?:ent|ant)\s+sur)\s+(?=\S)",
    re.IGNORECASE,
)
"""What papers do with everything that they have."""
FUNCTION = re.compile(r"\b(?:citations|references|similar)\(")
NEAR_OPERATOR = re.compile(r"NEAR(?:/(\d{1,3}))?")
NEAR_GROUP = re.compile(r"NEAR\((.*?)(?:,\s*(\d{1,3})\s*)?\)?", re.DOTALL)
SIMILAR = "similar"
"""The field of a text to which papers are to be similar."""
SPACED_FIELDS = frozenset(
    {*FACET_FIELDS, "title", "abstract", "tag", "author", "affiliation", "venue"}
)
"""Fields that may have a space after their colon, "dataset: mnist", if they have no capital, as the
words of titles before a colon have."""
OR_FOLLOWS = re.compile(r"\s*(OR\b|\|)")
YEARS = re.compile(r"(\d{4})?(?:\.\.|[-–—+])(\d{4})?")
"""2018..2020, 2018-2020, 2018.., 2018+."""
COMPARED_YEAR = re.compile(r"([<>])(=?)(\d{4})")
SINGLE_QUOTED = re.compile(r"(?<!\w)[‘‚‹'](?=\S)([^\"'‘’‚‹›]*\s[^\"'‘’‚‹›]*)(?<=\S)['‘’›](?!\w)")
"""Several words in single quotation marks, which are apostrophes elsewhere."""
LINE_BREAK = re.compile(
    r"(?<=[^\W\d_])[-\u2010]\s*[\r\n]\s*(?=[^\W\d_])"
    r"|(?<=[^\W\d_]{2})[-\u2010] +(?!(?:and|or|to|et|ou|und|oder)\b)(?=[a-zß-ÿ]{2})"
)
"""The hyphen of a word broken at the end of a line, in text pasted from a PDF; a search box makes a
space of that end. "pre- and post-training" is not broken."""
SOFT_HYPHEN = "\u00ad"
"""Stands in a query for a hyphen that may not belong to its word."""


@dataclass
class _Group:
    """A group of clauses while it is being read."""

    clauses: list[Node] = field(default_factory=list)
    excluded: list[Node] = field(default_factory=list)
    is_joining: bool = False
    is_negated: bool = False
    distance: int | None = None
    """Of a NEAR that waits for its second word."""
    latest: list[Node] | None = None
    opened_with_minus: bool = False
    field_name: str | None = None
    """The field before its parenthesis, which its terms share."""
    in_parentheses: Node | None = None
    """The latest node, where parentheses are around it."""
    ignored: list[str] = field(default_factory=list)

    def add(self, node: Node) -> None:
        latest, distance = self.latest, self.distance
        is_joining, is_negated = self.is_joining, self.is_negated
        self.is_joining, self.is_negated, self.distance = False, False, None
        if distance is not None and latest and not is_negated:
            if near := self._to_near(latest[-1], node, distance):
                latest[-1] = near
                return
            self.ignored.append(str(Near((), distance)))
        if is_joining and latest is self.clauses and self.clauses and not is_negated:
            last = self.clauses[-1]
            nodes = last.nodes if isinstance(last, AnyOf) else (last,)
            self.clauses[-1] = AnyOf((*nodes, node))
            return
        self.latest = self.excluded if is_negated else self.clauses
        self.latest.append(node)

    def _to_near(self, last: Node, node: Node, distance: int) -> Node | None:
        """Return words near each other, each alternative in parentheses near each other one."""
        choices = last.nodes if isinstance(last, AnyOf) else (last,)
        before = () if last is self.in_parentheses else choices[:-1]
        others = node.nodes if isinstance(node, AnyOf) else (node,)
        pairs = itertools.product(choices[len(before) :], others)
        near = [_to_near(one, other, distance) for one, other in pairs]
        nodes = (*before, *(n for n in near if n is not None))
        if None in near:
            return None
        return AnyOf(nodes) if len(nodes) > 1 else nodes[0]

    def to_node(self) -> Node | None:
        if not self.clauses and not self.excluded:
            return None
        if len(self.clauses) == 1 and not self.excluded:
            return self.clauses[0]
        return AllOf(tuple(self.clauses), tuple(self.excluded))


def _to_near(first: Node, second: Node, distance: int) -> Near | None:
    """Return two words within `distance` of each other, or None where one of them is no word."""
    terms = first.terms if isinstance(first, Near) else (first,)
    if not isinstance(second, Term) or not isinstance(terms[0], Term):
        return None
    known = terms[0]
    if known.is_facet or second.is_facet or second.field not in {None, known.field}:
        return None
    return Near((*terms, replace(second, field=known.field)), distance)


def parse(typed: str) -> Query:
    """Interpret what was typed.

    >>> [str(node) for node in parse('title:"deep learning" sgd* -gan (a OR (b c))').clauses]
    ['title:"deep learning"', 'sgd*', 'a OR (b c)']
    """
    return _parse(typed[:LONGEST_QUERY])


@lru_cache(maxsize=256)
def _parse(typed: str) -> Query:
    plain = SINGLE_QUOTED.sub(r'"\1"', typed.translate(QUOTES))
    return _Parser(LINE_BREAK.sub(SOFT_HYPHEN, plain)).parse()


class _Parser:
    """Reads one query from left to right; groups that are open are on a stack."""

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self.ignored: list[str] = []
        self.groups = [_Group(ignored=self.ignored)]
        self.scope: str | None = None
        self.field: str | None = None
        self.term_count = 0

    def parse(self) -> Query:
        position = 0
        self._read_other_syntax()
        if lead_in := LEAD_IN.match(self.typed):
            verb = VERB.match(self.typed, lead_in.end())
            position = (verb or lead_in).end()
            self.ignored.append(self.typed[:position].strip())
        if tail := TAIL.search(self.typed, position):
            self.ignored.append(tail[0].strip())
            self.typed = self.typed[: tail.start()] + self.typed[tail.end() :]
        while position < len(self.typed):
            match = TOKEN.match(self.typed, position)
            if match is None:
                position += 1
                continue
            position = self._read(match)
        while len(self.groups) > 1:
            self._close()
        return self._finish()

    def _read_other_syntax(self) -> None:
        """Read fields as other search engines write them."""
        if found := IN_FIELD.search(self.typed):
            self.groups[0].field_name = found["name"]
            self.typed = self.typed[: found.start()] + self.typed[found.end() :]
        if not self.typed.startswith("@"):  # an entry of BibTeX
            self.typed = EQUALS.sub(_to_colon, self.typed)

    def _read(self, match: re.Match[str]) -> int:
        """Take one token; return where the next begins."""
        kind, text = match.lastgroup, match[0]
        group = self.groups[-1]
        if kind == "minus":
            group.is_negated = True
        elif kind in {"field", "spaced_field"}:
            return self._read_field(match)
        elif kind == "function":
            return self._read_function(match)
        elif kind == "near_group":
            self._read_near_group(text)
        elif kind == "open" and self._is_opening(match):
            self._open()
        elif kind == "close":
            self._close(match.end())
        elif kind == "phrase":
            phrase = match["phrase"].rstrip()
            bare = phrase.removesuffix("*")
            self._add_term(bare, is_phrase=True, is_prefix=bare != phrase)
        elif kind in {"word", "open"}:
            return self._read_word(match)
        return match.end()

    def _read_field(self, match: re.Match[str]) -> int:
        typed = (match["field"] or match["spaced_field"]).lower()
        name = SIMILAR if typed == SIMILAR else to_field(typed)
        if match["spaced_field"] and name not in SPACED_FIELDS:
            return self._read_word(match)
        if match["field"] and typed == "in" and (scope := self._read_scope(match.end())):
            self.scope, end = scope
            return end
        if name is None:
            return self._read_word(match)
        self.field = name
        return match.end()

    def _read_scope(self, start: int) -> tuple[str, int] | None:
        match = re.compile(r"(text|body|ref\w*)\b").match(self.typed.lower(), start)
        if not match:
            return None
        return ("references" if match[1].startswith("ref") else "text"), match.end()

    def _read_function(self, match: re.Match[str]) -> int:
        name = match[0][:-1]
        end = _closing(self.typed, match.end())
        argument = self.typed[match.end() : end].strip()
        argument += ")" * (argument.count("(") - argument.count(")"))
        self.field = None
        if len(FUNCTION.findall(argument)) > MOST_FUNCTIONS:
            self.ignored.append(f"{name}(…)")
        elif to_terms(argument):
            self.groups[-1].add(Function(name, argument))
        else:
            self.ignored.append(f"{name}()")
            self.groups[-1].is_negated = False
        return end + 1

    def _read_near_group(self, text: str) -> None:
        match = NEAR_GROUP.fullmatch(text)
        words = re.findall(r'"[^"]*"|[^\s",]+', match[1]) if match else []
        terms = tuple(
            Term(
                word.strip('"').removesuffix("*"),
                self.field,
                is_prefix=word.endswith("*"),
                is_phrase=word.startswith('"'),
            )
            for word in words
            if to_terms(word)
        )
        self.field = None
        if len(terms) > 1:
            distance = int(match[2]) if match and match[2] else NEAR_WORDS
            self.groups[-1].add(Near(terms, distance))
        elif terms:
            self.groups[-1].add(terms[0])
        else:
            self.ignored.append(text)

    def _is_opening(self, match: re.Match[str]) -> bool:
        before = self.typed[match.start() - 1 : match.start()]
        return len(self.groups) <= DEEPEST_NESTING and (not before or before in " \t\n(-:")

    def _open(self) -> None:
        group = self.groups[-1]
        opened = _Group(
            opened_with_minus=group.is_negated, field_name=self.field, ignored=self.ignored
        )
        group.is_negated, self.field = False, None
        self.groups.append(opened)

    def _close(self, end: int | None = None) -> None:
        """End the innermost group; its parenthesis ends at `end`, None at the end of the query."""
        if len(self.groups) == 1:
            return
        group = self.groups.pop()
        node = group.to_node()
        outer = self.groups[-1]
        if node is None:
            return
        outer.is_negated = group.opened_with_minus
        is_alternative = outer.is_joining or (end and OR_FOLLOWS.match(self.typed, end))
        if isinstance(node, AllOf) and not (
            is_alternative or outer.is_negated or outer.distance is not None
        ):
            for inner in node.nodes:
                outer.add(inner)
            outer.excluded.extend(node.excluded)
        else:
            outer.add(node)
            outer.in_parentheses = node

    def _read_word(self, match: re.Match[str]) -> int:
        word = match[0]
        if match.lastgroup == "field":  # an unknown field: "foo:bar" is one word
            rest = re.compile(r'[^\s"]*').match(self.typed, match.end())
            word += rest[0] if rest else ""
        end = match.start() + len(word)
        kept = word
        while len(self.groups) > 1 and kept.endswith(")") and kept.count(")") > kept.count("("):
            kept = kept[:-1]
        end -= len(word) - len(kept)
        if kept:
            self._take_word(kept)
        return max(end, match.start() + 1)

    def _take_word(self, word: str) -> None:
        group = self.groups[-1]
        is_operator = self.field is None and not group.is_negated
        near = NEAR_OPERATOR.fullmatch(word)
        if is_operator and word in {"OR", "|", "||"} and group.clauses:
            group.is_joining = True
        elif is_operator and near and group.latest:
            group.distance = int(near[1]) if near[1] else NEAR_WORDS
        elif is_operator and word in {"AND", "NOT"}:
            group.is_negated = word == "NOT"
        else:
            word = word.rstrip("?!,;") or word
            is_prefix = word.endswith("*") and len(word) > 1
            self._add_term(word[:-1] if is_prefix else word, is_prefix=is_prefix)

    def _add_term(self, text: str, *, is_phrase: bool = False, is_prefix: bool = False) -> None:
        group = self.groups[-1]
        name = self.field or next(
            (g.field_name for g in reversed(self.groups) if g.field_name), None
        )
        self.field = None
        if name == "year" and (years := _to_years(text)):
            text = years
        elif not to_terms(text):
            if text.strip() or name:
                self.ignored.append(f'{name}:"{text}"' if name else text)
            group.is_negated = False
            return
        self.term_count += 1
        if name == SIMILAR:
            group.add(Function("similar:", " ".join(text.split())))
        elif self.term_count > MOST_TERMS:
            self.ignored.append(text)
        else:
            group.add(Term(text, name, is_prefix, is_phrase))

    def _finish(self) -> Query:
        group = self.groups[0]
        clauses, ignored = _without_stop_words(group.clauses, self.ignored)
        first = next(iter(re.findall(r"\w+", self.typed.lower())), "")
        is_question = self.typed.rstrip().endswith("?") or (
            first in QUESTION_WORDS and len(clauses) > 2
        )
        ignored += [str(node) for node in clauses[MOST_CLAUSES:]]
        return Query(
            tuple(clauses[:MOST_CLAUSES]),
            tuple(dict.fromkeys(group.excluded))[:MOST_CLAUSES],
            tuple(ignored),
            self.scope,
            is_question,
        )


def _to_years(text: str) -> str | None:
    """Return a range of years as first..last; None if it is none.

    >>> _to_years("2018-2020"), _to_years("2018+"), _to_years(">2018"), _to_years("<=2018")
    ('2018..2020', '2018..', '2019..', '..2018')
    """
    if compared := COMPARED_YEAR.fullmatch(text):
        year = int(compared[3])
        if compared[1] == ">":
            return f"{year + (not compared[2])}.."
        return f"..{year - (not compared[2])}"
    years = YEARS.fullmatch(text)
    return f"{years[1] or ''}..{years[2] or ''}" if years and any(years.groups()) else None


def _to_colon(found: re.Match[str]) -> str:
    """Return "title:" for "title = "; other words before such a sign, as in formulae, remain."""
    name = to_field(found["name"])
    return f"{found['name']}:" if name == "year" or name in SPACED_FIELDS else found[0]


def _closing(text: str, start: int) -> int:
    """Return the index of the parenthesis that closes the one before `start`, or the end."""
    depth = 1
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i
    return len(text)


def to_field(name: str) -> str | None:
    """Return the field that a word before a colon means, or None.

    >>> to_field("Methods"), to_field("refs"), to_field("foo")
    ('method', 'references', None)
    """
    name = name.lower()
    singular = name.removesuffix("s")
    if other := OTHER_FIELD_NAMES.get(name) or OTHER_FIELD_NAMES.get(singular):
        return other
    if name in FACET_FIELDS or name in TEXT_FIELDS:
        return name
    if singular in FACET_FIELDS or singular in TEXT_FIELDS:
        return singular
    if len(singular) > 2 and "references".startswith(singular):
        return "references"
    if len(singular) > 2:
        return next((part for part in PARTS if part.startswith(singular)), None)
    return None


def _without_stop_words(
    clauses: Sequence[Node], ignored: list[str]
) -> tuple[list[Node], list[str]]:
    """Return the distinct clauses without function words, unless there is nothing else."""
    distinct = list(dict.fromkeys(clauses))
    content = [node for node in distinct if not _is_stop_word(node)]
    if not content:
        return distinct, ignored
    return content, [*ignored, *(str(node) for node in distinct if _is_stop_word(node))]


def _is_stop_word(node: Node) -> bool:
    return isinstance(node, Term) and node.is_plain_word and node.text.lower() in STOP_WORDS
