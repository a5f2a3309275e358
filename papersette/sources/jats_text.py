"""Turn the body of a JATS article into sections of plain text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from papersette.markup import Element, to_plain_text
from papersette.records import Section
from papersette.sources import jats_references, values

BLOCKS = frozenset(
    """ack app app-group array boxed-text caption chem-struct-wrap code def-item def-list
    disp-formula disp-formula-group disp-quote fig fig-group fn fn-group glossary list list-item
    media notes p preformat sec sec-meta speech statement supplementary-material table table-wrap
    table-wrap-foot table-wrap-group tbody tfoot thead title tr verse-group""".split()
)
"""Elements that begin a new paragraph, even inside a paragraph."""
LEAVES = frozenset("p title tr disp-formula preformat code def-item".split())
"""Blocks whose own text is one paragraph."""
NOT_TEXT = frozenset(
    "object-id permissions sec-meta alt-text long-desc ref-list graphic inline-graphic".split()
)
TEX_FRAME = re.compile(r"\\documentclass.*?\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
"""The LaTeX document in which PubMed Central wraps each formula."""
SECTION_TYPES = {"intro": "Introduction", "methods": "Methods", "results": "Results"}
"""Type of a section -> heading for a section without title."""
DOI_LINE = re.compile(
    r"(?:doi:?\s*)?(?:https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S+", re.IGNORECASE
)


def is_doi_line(line: str) -> bool:
    """Return whether a paragraph is only a DOI, as under each abstract and figure of eLife."""
    return DOI_LINE.fullmatch(line) is not None


def to_sections(article: Element) -> Iterator[Section]:
    """Yield each section of the first level, and a section for the reference list.

    Further abstracts come first; text before the first section is a section without heading.
    Translations of the article follow it. Nothing is yielded if there is no text.
    """
    body = article.find("body")
    parts = [*_extra_abstracts(article), *_body_parts(body, article.find("back"))]
    for part in article.findall("sub-article") + article.findall("response"):
        if part.get("article-type") == "translation":
            parts += _body_parts(part.find("body"), part.find("back"))
    if body is None or not any(to_plain_text(part) for part in parts):
        return
    is_numbered = any(_to_label(part) for part in parts)
    number = 0
    for part in parts:
        titled = part.find("title") is not None or part.get("sec-type") in SECTION_TYPES
        number += titled
        own = _to_label(part) or ("" if is_numbered else str(number))
        headings = tuple(_to_headings(part, own)) if titled else ()
        lines = to_lines(part, NOT_TEXT)
        if lines or headings:
            yield Section("\n".join(lines), headings)
    refs = "\n".join(reference.raw for reference in jats_references.to_references(article, None))
    if refs:
        yield Section("", (), refs)


def _extra_abstracts(article: Element) -> list[Element]:
    """Return the abstracts for other readers or in other languages."""
    meta = article.find("front/article-meta")
    if meta is None:
        return []
    typed = [a for a in meta.findall("abstract") if a.get("abstract-type") in LONG_ABSTRACTS]
    return typed + meta.findall("trans-abstract")


LONG_ABSTRACTS = {"executive-summary", "plain-language-summary", "author-highlights", "key-points"}


def _body_parts(body: Element | None, back: Element | None) -> list[Element]:
    """Return the sections of the first level; adjacent blocks between them become one part."""
    parts: list[Element] = []
    for child in [*(body if body is not None else ()), *_back_parts(back)]:
        if child.tag in {"sec", "ack", "app", "glossary", "notes", "bio"}:
            parts.append(child)
        elif parts and parts[-1].tag == "together":
            parts[-1].append(child)
        else:
            parts.append(Element("together"))
            parts[-1].append(child)
    return parts


def _back_parts(back: Element | None) -> list[Element]:
    parts: list[Element] = []
    for child in back if back is not None else ():
        if child.tag == "app-group":
            parts += child
        elif child.tag != "ref-list":
            parts.append(child)
    return parts


def _to_headings(part: Element, number: str) -> Iterator[tuple[str, str]]:
    """Yield the (number, heading) of a section and its subsections.

    If no section of the article has a printed number, they are counted, as their order is certain.
    """
    title = values.to_text(to_plain_text(part.find("title"), {"xref", "fn"}))
    title = title or SECTION_TYPES.get(part.get("sec-type") or "")
    if title:
        yield number, title
    for position, child in enumerate(part.findall("sec"), start=1):
        yield from _to_headings(child, _to_label(child) or (number and f"{number}.{position}"))


def _to_label(part: Element) -> str:
    """Return the printed number of a section, "2.1" or "A"; "" if it has none."""
    label = to_plain_text(part.find("label")).strip(" .")
    return label if re.fullmatch(r"[\dA-Z]{1,3}(?:\.\d{1,3})*", label) else ""


def to_lines(element: Element, without: Collection[str] = ()) -> list[str]:
    """Return the paragraphs of an element, in order, each on one line."""
    lines: list[str] = []
    stack = [element]
    while stack:
        item = stack.pop()
        if item.tag in without:
            continue
        nested = [] if item.tag == "tr" else list(_nested_blocks(item))
        if item.tag in LEAVES or not nested:
            text = _to_line(item, {*without, *BLOCKS} if nested else without)
            lines += [text] if text else []
        stack.extend(reversed(nested))
    return lines


def _nested_blocks(element: Element) -> Iterator[Element]:
    """Yield the outermost blocks inside an element."""
    stack = list(reversed(element))
    while stack:
        item = stack.pop()
        if item.tag in BLOCKS:
            yield item
        else:
            stack.extend(reversed(item))


def _to_line(element: Element, without: Collection[str]) -> str:
    text = to_plain_text(element, without)
    return TEX_FRAME.sub(lambda frame: frame[1].strip(), text).strip()
