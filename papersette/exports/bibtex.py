"""Writes BibTeX: braces keep significant capitals, and special characters are escaped once.

BibTeX styles write titles in lower case except for the first letter and the text in braces.
Mathematics is kept.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field

from papersette.exports.identifiers import to_arxiv_id, to_doi
from papersette.exports.rows import Batches, PaperRow, to_names
from papersette.exports.volumes import to_venue_name
from papersette.names import parse_with_family

MEDIA_TYPE = "application/x-bibtex; charset=utf-8"
EXTENSION = "bib"
TYPES = {"conference": "inproceedings", "journal": "article", "book": "incollection"}
VENUE_FIELDS = {"inproceedings": "booktitle", "article": "journal", "incollection": "booktitle"}
"""Type of the entry -> field for the venue."""
SPECIAL = re.compile(r"\\.|\\$|[&%#_$^]|(?<![\w.,)}$])~|~(?=\s|$)")
"""Characters that TeX would not print. A tilde is printed in "~90" and "/~ann", but "et~al." is
TeX."""
MARKUP = re.compile(r"(\$[^$]+\$|\\[A-Za-z]+|\\.|[{}])")
"""Parts of a title that are not words: mathematics, commands and characters of TeX, braces."""
WORD = re.compile(r"\w+(?:['’+]\w*)*")
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
ESCAPED = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
"""Character -> the command that prints it: TeX takes a tilde for a space."""


async def write(batches: Batches) -> AsyncIterator[str]:
    async for papers in batches:
        yield write_string(Library([to_entry(paper) for paper in papers])) + "\n"


def to_entry(paper: PaperRow) -> Entry:
    kind = TYPES.get(paper["venue_kind"] or "", "misc")
    arxiv_id = to_arxiv_id(paper)
    values = {
        "title": protect(escape(paper["title"] or "")),
        "author": " and ".join(escape(to_name(*one)) for one in to_names(paper)),
        VENUE_FIELDS.get(kind, "howpublished"): escape(to_venue_name(paper) or ""),
        "volume": to_dashes(paper["volume"]),
        "number": to_dashes(paper["issue"]),
        "pages": to_dashes(paper["pages"]),
        "year": paper["year"],
        "month": to_month(paper),
        "doi": to_url(to_doi(paper) or ""),
        "eprint": arxiv_id,
        "archiveprefix": arxiv_id and "arXiv",
        "abstract": escape(paper["abstract"] or ""),
        "keywords": escape("; ".join(paper["tags"])),
        "language": escape(paper["language"] or ""),
        "url": to_url(paper["url"] or paper["pdf_url"] or ""),
    }
    return Entry(
        kind,
        paper["citation_key"],
        [to_field(name, str(value)) for name, value in values.items() if value],
    )


def to_field(name: str, value: str) -> Field:
    """Return a field; a month is the abbreviation that styles define, which braces would hide."""
    return Field(name, value, enclosing="no-enclosing" if name == "month" else None)


def to_month(paper: PaperRow) -> str | None:
    """Return the month of publication as BibTeX abbreviates it, if it is of the paper's year.

    >>> to_month({"published": "2019-03-12", "year": 2019})
    'mar'
    """
    year, _, rest = (paper["published"] or "").partition("-")
    number = int(rest[:2]) if rest[:2].isdecimal() else 0
    return MONTHS[number - 1] if 0 < number < 13 and year == str(paper["year"]) else None


def to_dashes(numbers: str | None) -> str:
    """Return pages or issues as BibTeX writes them, with two hyphens for an en dash.

    >>> to_dashes("12–20")
    '12--20'
    """
    return escape(numbers or "").replace("–", "--")


def to_url(url: str) -> str:
    """Return a URL that cannot end its field: braces and backslashes are percent-encoded.

    >>> to_url("https://a.org/x}, note = {y")
    'https://a.org/x%7D,%20note%20=%20%7By'
    """
    return re.sub(r'[{}\\\s"<>^`|\x00-\x1f]', lambda found: quote(found[0]), url)


def protect(title: str) -> str:
    """Return an escaped title with braces around the words that must keep their capitals.

    These are words with a capital after the first letter, single letters, and mathematics; in a
    title in sentence case, names as well. A title all in capitals is returned as it is.

    >>> protect("Large Scale GAN Training on ImageNet, in 3D"), protect("Deep {GAN}s for $L_2$")
    ('Large Scale {GAN} Training on {ImageNet}, in {3D}', 'Deep {GAN}s for {$L_2$}')
    >>> protect("Optimal transport: The Wasserstein distance")
    'Optimal transport: The {Wasserstein} distance'
    """
    if not any(c.islower() for c in title):
        return title
    names = is_in_sentence_case(title)
    depth = 0
    parts: list[str] = []
    for n, part in enumerate(MARKUP.split(title)):
        depth += (part == "{") - (part == "}")
        if depth == 0 and n % 2 == 0:
            part = _protect_words(part, "".join(parts), names)
        elif depth == 0 and part.startswith("$") and part != part.lower():
            part = f"{{{part}}}"
        parts.append(part)
    return "".join(parts)


def is_in_sentence_case(title: str) -> bool:
    """Return whether most words after the first begin with a small letter."""
    words: list[str] = [word for word in re.findall(r"\w+", title)[1:] if len(word) > 3]
    return sum(word[0].islower() for word in words) > len(words) / 2


def _protect_words(text: str, before: str, has_names: bool) -> str:
    """Put braces around words of a part of a title; `before` is the text before this part."""

    def brace(found: re.Match[str]) -> str:
        word, preceding = found[0], (before + text[: found.start()]).rstrip()
        is_inside = preceding[-1:] not in {*":?!.", ""}
        has_capital = word[1:] != word[1:].lower() or (word.isupper() and word not in {"A", "À"})
        is_name = has_names and word[0].isupper() and is_inside
        return f"{{{word}}}" if has_capital or is_name else word

    return WORD.sub(brace, text)


def to_name(name: str, family: str | None = None) -> str:
    """Return a name that BibTeX splits correctly; organisations are in braces.

    Unless the family name comes first, BibTeX mistakes a capitalised particle for a given name, and
    a suffix for the family name.

    >>> to_name("Laurens van der Maaten"), to_name("Martin Luther King Jr.")
    ('Laurens van der Maaten', 'King, Jr., Martin Luther')
    """
    parsed = parse_with_family(name, family)
    if " and " in name.lower() or (not parsed.given and " " in name):
        return f"{{{name}}}"
    if family or parsed.suffix or "," in name or parsed.particles != parsed.particles.lower():
        return ", ".join(filter(None, (parsed.family, parsed.suffix, parsed.given)))
    return name


def escape(text: str) -> str:
    """Return a text as one paragraph with TeX's special characters escaped, except in mathematics.

    Characters that are already escaped are kept; braces are kept only if they are balanced.

    >>> escape("Robust $a_b$ & 100% of {GAN}s")
    'Robust $a_b$ \\\\& 100\\\\% of {GAN}s'
    """
    parts = re.split(r"(\$[^$]+\$)", " ".join(text.split()))
    escaped = "".join(
        part if n % 2 else SPECIAL.sub(_escape_character, part) for n, part in enumerate(parts)
    )
    return escaped if _is_balanced(escaped) else re.sub(r"[{}]", "", escaped)


def _escape_character(found: re.Match[str]) -> str:
    return ESCAPED.get(found[0]) or (found[0] if found[0].startswith("\\") else f"\\{found[0]}")


def _is_balanced(text: str) -> bool:
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0
