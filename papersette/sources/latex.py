"""Decode the LaTeX in fields of BibTeX with pylatexenc; addresses and identifiers are verbatim."""

from __future__ import annotations

import re
from functools import cache

from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    SpecialsTextSpec,
    get_default_latex_context_db,
)
from pylatexenc.latexwalker import (
    LatexGroupNode,
    LatexMacroNode,
    LatexWalker,
)
from pylatexenc.latexwalker import get_default_latex_context_db as get_default_walker_db
from pylatexenc.macrospec import LatexContextDb, std_macro

VERBATIM = {"url", "doi", "pdf", "file", "eprint"}
"""Fields without commands: pylatexenc would take % for a comment and ~ for a space."""
NAMES = {"TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX", "XeTeX": "XeTeX", "LaTeXe": "LaTeX2e"}
"""Command -> the name that it prints."""
SIGNS = {"textless": "<", "textgreater": ">", "textbar": "|", "textasciicircum": "^"}
"""Command -> its character, where pylatexenc knows none or another."""
LONE_ACCENT = re.compile(r"\\([\^~])\{\s*\}")
"""An accent on nothing, with which reference managers write its character."""
BARE_PERCENT = re.compile(r"(?<!\\)((?:\\\\)*)%")
"""A percent sign that begins a comment in LaTeX, but not in BibTeX."""
LONE = {"^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
TILDE = re.compile(r"\\(?:textasciitilde|string\s*~|~)(?:\{\})?|\$\\sim\$")
ESCAPED = re.compile(r"\\([_%&#$^{}])|[{}]")
"""A character that is escaped, or a brace."""


def decode(text: str) -> str:
    """Return a text without LaTeX, except for mathematics; unknown commands leave their argument.

    Raises `ValueError` if it cannot be read.

    >>> decode(r"\\texttt{rings}: 10% of \\LaTeX{} & M{\\"u}ll")
    'rings: 10% of LaTeX & Müll'
    """
    try:
        plain = LONE_ACCENT.sub(lambda found: LONE[found[1]], BARE_PERCENT.sub(r"\1\\%", text))
        walker = LatexWalker(plain, latex_context=_to_grammar())
        found: str = _to_decoder().nodelist_to_text(walker.get_latex_nodes()[0])
    except Exception as error:  # noqa: BLE001 - a command without its argument can raise anything
        raise ValueError(str(error)) from None
    return found


def to_verbatim(text: str) -> str:
    """Return an address or identifier without the escapes that LaTeX needs.

    >>> to_verbatim(r"\\url{https://example.org/~ash/a\\_b%20c.pdf}")
    'https://example.org/~ash/a_b%20c.pdf'
    """
    plain = TILDE.sub("~", re.sub(r"\\(?:url|path|nolinkurl)(?=\{)", "", text))
    return ESCAPED.sub(lambda found: found[1] or "", plain)


@cache
def _to_grammar() -> LatexContextDb:
    """Return the commands with their arguments; pylatexenc reads \\href as one without."""
    context = get_default_walker_db()
    context.add_context_category("papersette", prepend=True, macros=[std_macro("href", False, 2)])
    return context


def _to_name(node: LatexMacroNode) -> str:
    return NAMES[node.macroname] + str(node.macro_post_space)


@cache
def _to_decoder() -> LatexNodes2Text:
    context = get_default_latex_context_db()
    names = [MacroTextSpec(command, simplify_repl=_to_name) for command in NAMES]
    names += [MacroTextSpec(command, simplify_repl=sign) for command, sign in SIGNS.items()]
    context.add_context_category(
        "papersette",
        prepend=True,
        macros=[
            MacroTextSpec("url", simplify_repl="%s"),
            MacroTextSpec("href", simplify_repl="%(2)s"),
            *names,
        ],
        specials=[SpecialsTextSpec("&", "&")],
    )
    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=_to_arguments))
    return LatexNodes2Text(latex_context=context, math_mode="verbatim")


def _to_arguments(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    """Return the text of the arguments of a command, without those in brackets."""
    given = node.nodeargd.argnlist if node.nodeargd else None
    arguments = [
        one
        for one in given or ()
        if one is not None and not (isinstance(one, LatexGroupNode) and one.delimiters[0] == "[")
    ]
    return "".join(l2tobj.nodelist_to_text([one]) for one in arguments)
