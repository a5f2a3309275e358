"""BibTeX: capitals are protected, TeX's special characters escaped once, mathematics is kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field

from papersette.exports.rows import Batches, PaperRow
from papersette.names import parse_name
from papersette.text import unique_id

MEDIA_TYPE = "application/x-bibtex; charset=utf-8"
EXTENSION = "bib"
TYPES = {"conference": "inproceedings", "journal": "article"}
VENUE_FIELDS = {"inproceedings": "booktitle", "article": "journal"}
"""Type of the entry -> field for the venue."""
SPECIAL = re.compile(r"\\.|\\$|[&%#_$^]")
ESCAPED = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}"}


async def write(batches: Batches) -> AsyncIterator[str]:
    taken: set[str] = set()
    async for papers in batches:
        yield write_string(Library([to_entry(paper, taken) for paper in papers])) + "\n"


def to_entry(paper: PaperRow, taken: set[str]) -> Entry:
    kind = TYPES.get(paper["venue_kind"] or "", "misc")
    title = escape(paper["title"] or "")
    values = {
        "title": title and f"{{{title}}}",  # the inner braces keep capitals
        "author": " and ".join(escape(to_name(name)) for name in paper["authors"]),
        VENUE_FIELDS.get(kind, "howpublished"): escape(paper["venue"] or ""),
        "year": paper["year"],
        "abstract": escape(paper["abstract"] or ""),
        "keywords": escape("; ".join(paper["tags"])),
        "language": escape(paper["language"] or ""),
        "url": to_url(paper["url"] or paper["pdf_url"] or ""),
    }
    return Entry(
        kind,
        to_citation_key(paper["paper_id"], taken),
        [Field(name, str(value)) for name, value in values.items() if value],
    )


def to_url(url: str) -> str:
    """Return a URL that cannot end its field: braces and backslashes are percent-encoded.

    >>> to_url("https://a.org/x}, note = {y")
    'https://a.org/x%7D,%20note%20=%20%7By'
    """
    return re.sub(r'[{}\\\s"<>^`|\x00-\x1f]', lambda found: quote(found[0]), url)


def to_citation_key(paper_id: str, taken: set[str]) -> str:
    """Return a citation key and add it to those taken, in lower case, as BibTeX ignores case."""
    base = re.sub(r"[^A-Za-z0-9:._/-]+", "-", paper_id).strip("-") or "paper"
    free = unique_id(base.lower(), taken)
    taken.add(free)
    return base + free.removeprefix(base.lower())


def to_name(name: str) -> str:
    """Return a name that BibTeX splits correctly; organisations are in braces.

    BibTeX takes a particle with a capital for a given name, and a suffix for the family name,
    unless the family name comes first.

    >>> to_name("Laurens van der Maaten"), to_name("Martin Luther King Jr.")
    ('Laurens van der Maaten', 'King, Jr., Martin Luther')
    """
    parsed = parse_name(name)
    if " and " in name.lower() or (not parsed.given and " " in name):
        return f"{{{name}}}"
    if parsed.suffix or "," in name or parsed.particles != parsed.particles.lower():
        return ", ".join(filter(None, (parsed.family, parsed.suffix, parsed.given)))
    return name


def escape(text: str) -> str:
    """Return a text as one paragraph with TeX's special characters escaped, except in mathematics.

    Characters that are escaped already are kept; braces are kept only if they pair.

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
