"""Read the reference list of a JATS article from its XML fields."""

from __future__ import annotations

from collections.abc import Iterator

from papersette.markup import Element, to_plain_text
from papersette.records import Reference
from papersette.sources import values
from papersette.sources.reference_lists import to_reference

CITATIONS = ("element-citation", "mixed-citation", "citation", "nlm-citation")
TITLES = ("article-title", "chapter-title", "part-title", "data-title", "trans-title")
MIXED = "mixed-citation"


def to_references(article: Element, page: int | None) -> Iterator[Reference]:
    """Yield the references of an article, not those of its sub-articles.

    Args:
        article: The article.
        page: The page with the list, if the article has text.
    """
    for part in (article.find("body"), article.find("back")):
        for ref in part.iter("ref") if part is not None else ():
            for citation in _citations(ref):
                if reference := _to_reference(citation, page):
                    yield reference


def _citations(ref: Element) -> list[Element]:
    """Return the citations of an entry, which may be several; if it has none, its notes."""
    found: list[Element] = []
    for child in ref:
        if child.tag == "citation-alternatives":
            forms = [form for form in child if form.tag in CITATIONS]
            found += sorted(forms, key=lambda form: form.tag == MIXED)[:1]
        elif child.tag in CITATIONS:
            found.append(child)
    return found or ref.findall("note")


def _to_reference(citation: Element, page: int | None) -> Reference | None:
    source = values.to_text(to_plain_text(citation.find("source")))
    title = next((t for n in TITLES if (t := _field(citation, n))), None)
    if title is None and source:  # a book has no article title
        title, source = source, _field(citation, "publisher-name")
    ids = {given.get("pub-id-type"): to_plain_text(given) for given in citation.iter("pub-id")}
    links = [e.get("href") or to_plain_text(e) for e in citation.iter("ext-link")]
    doi = ids.get("doi") or next((link for link in links if values.to_doi(link)), None)
    pages = " ".join(filter(None, (_field(citation, "volume"), _to_pages(citation))))
    return to_reference(
        raw=to_plain_text(citation) if _is_printed(citation) else "",
        title=title,
        authors=list(_to_names(citation)),
        year=_field(citation, "year"),
        venue=source,
        pages=pages,
        doi=doi,
        arxiv_id=ids.get("arxiv"),
        page=page,
    )


def _is_printed(citation: Element) -> bool:
    """Return whether a citation is printed text with punctuation, and not a list of fields."""
    between = "".join([citation.text or "", *(child.tail or "" for child in citation)])
    return not len(citation) or any(c in ".,;:" for c in between)


def _field(citation: Element, name: str) -> str | None:
    return values.to_text(to_plain_text(citation.find(f".//{name}")))


def _to_pages(citation: Element) -> str | None:
    first, last = _field(citation, "fpage"), _field(citation, "lpage")
    return f"{first}–{last}" if first and last else first or _field(citation, "elocation-id")


def _to_names(citation: Element) -> Iterator[str]:
    """Yield the authors as "Family, Given"; other groups, such as editors, are left out."""
    groups = citation.findall("person-group")
    authors = [group for group in groups if group.get("person-group-type", "author") == "author"]
    for holder in authors or groups[:1] or [citation]:
        for child in holder:
            if child.tag in {"name", "string-name"}:
                surname = to_plain_text(child.find("surname"))
                given = to_plain_text(child.find("given-names"))
                yield ", ".join(filter(None, (surname, given))) or to_plain_text(child)
            elif child.tag == "collab":
                yield to_plain_text(child)
