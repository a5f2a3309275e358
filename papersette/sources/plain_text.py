"""Convert abstracts and titles with tags of JATS or HTML to plain text."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from papersette.sources import values

PARAGRAPH = re.compile(r"</?(?:jats:)?(?:p|sec|list-item)\b[^>]*>")
HEADING = re.compile(
    r"<(?:jats:)?title>\s*(?:abstract|summary)\s*</(?:jats:)?title>", re.IGNORECASE
)
"""The heading of an abstract, which is not part of its text."""
TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def to_plain_paragraphs(markup: Any) -> str | None:
    """Return text without tags and entities, with blank lines between paragraphs; None if empty.

    Unlike `values.to_plain`, this removes every tag, not only those of reference managers.

    >>> given = "<jats:title>Abstract</jats:title><jats:p>A &lt; <jats:sub>b</jats:sub></jats:p>"
    >>> to_plain_paragraphs(given)
    'A < b'
    """
    if not isinstance(markup, str):
        return values.to_paragraphs(markup)
    text = PARAGRAPH.sub("\n\n", HEADING.sub("", markup))
    return values.to_paragraphs(unescape(TAG.sub("", text)))
