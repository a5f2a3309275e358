"""Builds elements of XML documents; characters that XML does not allow are replaced."""

from __future__ import annotations

import re
from xml.etree import ElementTree

FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def add(
    parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    """Append an element and return it.

    Prefixes in names are written unchanged: the root must declare their namespaces as attributes.
    """
    child = ElementTree.SubElement(parent, name, to_attributes(attributes))
    child.text = printable(text)
    return child


def add_empty(parent: ElementTree.Element, name: str, attributes: dict[str, str]) -> None:
    """Append an element that has only attributes."""
    ElementTree.SubElement(parent, name, to_attributes(attributes))


def to_attributes(attributes: dict[str, str]) -> dict[str, str]:
    """Return attributes with the characters replaced that XML does not allow."""
    return {key: printable(value) or "" for key, value in attributes.items()}


def printable(text: str | None) -> str | None:
    """Replace the control characters that XML does not allow by spaces.

    >>> printable("a\\x00b")
    'a b'
    """
    return FORBIDDEN.sub(" ", text) if text else text


def to_document(root: ElementTree.Element) -> str:
    """Return an element as an XML document."""
    return DECLARATION + ElementTree.tostring(root, encoding="unicode")
