r"""Turns text with LaTeX mathematics, such as titles and abstracts, into HTML with MathML.

Formulas between $…$, $$…$$, \(…\) or \[…\] are converted by math-core, and its result is rewritten
with known elements and attributes only. A formula that cannot be converted stays as it is written.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.parser import HTMLParser

from math_core import LatexError, LatexToMathML

LONGEST_TEXT = 100_000
"""Longest text in which formulas are looked for, in characters."""
FORMULA = re.compile(
    r"""(?<!\\)(?:
        \$\$(?P<block>[^$]{1,500}?)\$\$
      | \\\[(?P<display>.{1,500}?)\\\]
      | \\\((?P<inline>.{1,500}?)\\\)
      | (?<![\w$])\$(?![\s$])(?P<dollars>(?:\\.|[^$\\]){0,499}?[^\s\\$])\$(?![\d$])
    )""",
    re.VERBOSE | re.DOTALL,
)
r"""A formula. As in Pandoc, an opening dollar sign is followed by a character, and a closing one
follows a character and precedes no digit, so that "from $5 to $10" has no formula. A formula has at
most 500 characters: a longer one is probably a text between two dollar signs, and the converter is
recursive."""
DEFINITION = re.compile(r"\\(?:new|renew|provide|g|e|x)?(?:command|def|let)", re.IGNORECASE)
"""TeX definitions, which a formula may not have: they can expand to long and deep formulas."""
CURRENCY = re.compile(
    r"\d[\d.,]*(?:\s*[a-zA-Z]{2,}.*)?\s(?:and|or|to|of|per|in|for|a)\s.*", re.DOTALL
)
r"""A sum of money up to the next dollar sign, such as "5 and US" in "$5 and US$"."""
ELEMENTS = frozenset(
    """math mrow mi mn mo mtext mspace ms msub msup msubsup munder mover munderover mmultiscripts
    mprescripts mfrac msqrt mroot mtable mtr mtd mpadded mphantom mstyle b i code""".split()
)
"""Elements of MathML Core, and of HTML in mtext, except any that link, load or run something."""
ATTRIBUTES = frozenset(
    """accent accentunder columnspan depth dir display displaystyle fence form height largeop
    linethickness lspace mathvariant maxsize minsize movablelimits rowspan rspace scriptlevel
    separator stretchy symmetric voffset width""".split()
)
VALUE = re.compile(r"[\w.%+-]{1,20}")


class _NotAllowedError(Exception):
    """The converter's output has an element that is not allowed."""


class _Sanitiser(HTMLParser):
    """Rewrites MathML; attributes that are not allowed are dropped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            raise _NotAllowedError(tag)
        kept = [
            f' {name}="{value}"'
            for name, value in attrs
            if name in ATTRIBUTES and value is not None and VALUE.fullmatch(value)
        ]
        self.parts.append(f"<{tag}{''.join(kept)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ELEMENTS:
            raise _NotAllowedError(tag)
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(html.escape(data))

    def handle_comment(self, data: str) -> None:
        raise _NotAllowedError("comment")


def sanitise(mathml: str) -> str:
    """Return MathML with allowed elements and attributes; "" if it has other elements.

    >>> sanitise('<math><mi style="color:red" mathvariant="normal">x</mi></math>')
    '<math><mi mathvariant="normal">x</mi></math>'
    >>> sanitise("<math><mtext><script>alert(1)</script></mtext></math>")
    ''
    """
    parser = _Sanitiser()
    try:
        parser.feed(mathml)
        parser.close()
    except _NotAllowedError:
        return ""
    return "".join(parser.parts)


def to_html(text: str | None) -> str:
    r"""Return a text as HTML: escaped, with MathML for its formulas.

    >>> to_html("A bound of $x^2$ & more")
    'A bound of <math><msup><mi>x</mi><mn>2</mn></msup></math> &amp; more'
    >>> to_html(r"from $5 to $10, $\nosuch$")
    'from $5 to $10, $\\nosuch$'
    """
    text = text or ""
    if "$" not in text and "\\" not in text:  # true for nearly all texts
        return html.escape(text)
    return _convert(text[:LONGEST_TEXT]) + html.escape(text[LONGEST_TEXT:])


@lru_cache(maxsize=2000)
def _convert(text: str) -> str:
    parts, position = [], 0
    for found in FORMULA.finditer(text):
        parts += [html.escape(text[position : found.start()]), _to_mathml(found)]
        position = found.end()
    return "".join([*parts, html.escape(text[position:])])


def _to_mathml(found: re.Match[str]) -> str:
    """Return a formula as MathML, or as written if it cannot be converted."""
    kind = found.lastgroup or ""
    latex = found[kind].strip()
    mathml = ""
    is_money = kind == "dollars" and CURRENCY.fullmatch(latex)
    if not (is_money or DEFINITION.search(latex)):
        try:
            mathml = sanitise(
                _converter().convert_with_local_state(
                    latex, displaystyle=kind in {"block", "display"}
                )
            )
        except LatexError:
            mathml = ""
    return mathml or html.escape(found[0])


@lru_cache(maxsize=1)
def _converter() -> LatexToMathML:
    return LatexToMathML(allow_unreliable_rendering=True, fancy_error=False, max_expansions=0)
