"""Read articles in JATS or NLM XML, with their text, sections and reference lists.

A file has one or more articles, as in a response of PubMed Central. The text needs no PDF: each
section of the first level becomes a page of the publication (jats_text.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from papersette import loading, markup
from papersette.errors import BadFile, UserError
from papersette.files import to_shown_name
from papersette.markup import Element, to_plain_text
from papersette.records import Author, Count, Paper, Problem, Review, Venue
from papersette.sources import dates, files, jats_references, jats_text, numbering, values
from papersette.sources.unused import to_elements, to_nameless, to_unused
from papersette.text import to_slug

SUFFIXES = {".xml", ".nxml"}
SHORT_ABSTRACTS = {"teaser", "toc", "short", "precis"}
"""Types of abstracts that have only a sentence or two."""
IDENTIFIERS = ("doi", "pmcid", "pmc", "pmid", "publisher-id")
"""Types of identifiers that can be the paper_id, the most general first."""

USED = frozenset(
    """article-id title-group contrib-group aff aff-alternatives conference pub-date volume issue
    fpage lpage page-range elocation-id abstract kwd-group permissions""".split()
)
"""Children of an article's metadata."""
ABOUT_RECORD = frozenset(
    """article-version article-version-alternatives author-notes counts custom-meta-group ext-link
    history pub-date-not-available pub-history self-uri volume-id volume-issue-group""".split()
)
"""Children that are about the publication of the article, or repeat others. Not among them are
those that a library would miss, such as funding-group and related-article, which names the article
that this one corrects."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of articles that do not name a journal."""
    file: Path
    """A file in JATS or NLM XML, or a folder with its subfolders."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every article. Raises `UserError` if there is no such file or article."""
    elements: list[dict[str, str]] = []
    yield from _read_files(settings, elements)
    if unused := to_unused(elements, USED | ABOUT_RECORD, "element"):
        yield Problem(settings.venue.venue_id, settings.file.name, "read", unused)


def _read_files(
    settings: Settings, elements: list[dict[str, str]]
) -> Iterator[Paper | Problem | Count]:
    """Yield the papers of all files, and collect the elements of their metadata."""
    if not settings.file.is_dir():
        loaded = markup.load_xml(settings.file)
        if loaded.value is None or not _articles(loaded.value):
            reasons = ["is not JATS or NLM XML: it has no <article>", *loaded.reasons]
            raise BadFile(settings.file, "; ".join(reasons))
        yield from _read_file(loaded, settings.file.name, settings, elements)
        return
    paths = files.list_files(settings.file, SUFFIXES)
    if not paths:
        raise UserError(f"{settings.file}: has no .xml file; name the folder that holds them")
    venue, unusable = settings.venue.venue_id, list[Problem]()
    usable = list(files.to_usable(paths, settings.file, venue, unusable))
    yield Count(len(unusable))
    yield from (Problem(venue, p.item, "read", p.reason, lost=True) for p in unusable)
    for path in usable:
        name = to_shown_name(path.relative_to(settings.file).as_posix())
        try:
            loaded = markup.load_xml(path)
        except BadFile as error:
            yield Count(1)
            yield Problem(venue, name, "read", error.reason, lost=True)
            continue
        yield from _read_file(loaded, name, settings, elements)


def _articles(root: Element) -> list[Element]:
    return [root] if root.tag == "article" else list(root.iter("article"))


def _read_file(
    loaded: loading.Loaded, name: str, settings: Settings, elements: list[dict[str, str]]
) -> Iterator[Paper | Problem | Count]:
    venue, root = settings.venue.venue_id, loaded.value
    articles = _articles(root) if root is not None else []
    yield Count(len(articles) or 1)
    for reason in loaded.reasons if articles else ():
        yield Problem(venue, name, "read", f"{reason}, so that text may be missing")
    if not articles and loaded.reasons:
        yield Problem(venue, name, "read", "; ".join(loaded.reasons), lost=True)
    elif not articles:
        reason = f"is no article: its root is <{root.tag}>; it is not used"
        yield Problem(venue, name, "skip", reason)
    for number, article in enumerate(articles, start=1):
        item = f"{name}: article {number}" if len(articles) > 1 else name
        elements.append(to_elements(_to_meta(article)))
        paper = _to_paper(article, settings, item)
        yield paper
        years = article.findall("front/article-meta/pub-date/year")
        reasons = (dates.check_year(to_plain_text(year)) for year in years)
        for reason in filter(None, (_to_nameless(article, len(paper.authors)), *reasons)):
            yield Problem(venue, item, "read", reason, paper.paper_id)


def _to_meta(article: Element) -> Element:
    """Return the metadata of an article, empty if it has none."""
    meta = article.find("front/article-meta")
    return Element("article-meta") if meta is None else meta


def _to_paper(article: Element, settings: Settings, item: str) -> Paper:
    meta = _to_meta(article)
    ids = {given.get("pub-id-type"): to_plain_text(given) for given in meta.findall("article-id")}
    doi = values.to_doi(ids.get("doi"))
    named = next((ids[kind] for kind in IDENTIFIERS if ids.get(kind)), None)
    published = _to_published(meta)
    sections = tuple(jats_text.to_sections(article))
    return Paper(
        paper_id=named or files.to_file_id(item.removesuffix(".xml").removesuffix(".nxml")),
        venue=_to_venue(article) or settings.venue,
        title=_to_title(meta),
        authors=tuple(_to_authors(meta)),
        year=dates.to_year(published) or settings.venue.year,
        published=published,
        abstract=_to_abstract(meta),
        tldr=next((_text(a) for a in _abstracts(meta) if _kind(a) in SHORT_ABSTRACTS), None),
        tags=_to_tags(meta),
        language=values.to_language(article.get("lang")) or settings.language,
        reviews=tuple(map(_to_review, _replies(article))),
        doi=doi,
        volume=numbering.to_issue(to_plain_text(meta.find("volume"))),
        issue=numbering.to_issue(to_plain_text(meta.find("issue"))),
        pages=_to_pages(meta),
        license=_to_license(meta),
        references=tuple(jats_references.to_references(article, len(sections) or None)),
        url=f"https://doi.org/{doi}" if doi else None,
        sections=sections,
        item=item,
    )


def _to_pages(meta: Element) -> str | None:
    """Return the pages of an article, or its number if it has no pages."""
    names = ("page-range", "fpage", "lpage", "elocation-id")
    pages, first, last, number = (to_plain_text(meta.find(name)) for name in names)
    return (
        numbering.to_pages(pages) or numbering.to_pages(first, last) or numbering.to_pages(number)
    )


def _to_venue(article: Element) -> Venue | None:
    for path, kind in (
        ("front/article-meta/conference/conf-name", "conference"),
        ("front/journal-meta/journal-title-group/journal-title", "journal"),
        ("front/journal-meta/journal-title", "journal"),
    ):
        name = values.to_text(to_plain_text(article.find(path)))
        if name and to_slug(name):
            publisher = to_plain_text(article.find("front/journal-meta/publisher/publisher-name"))
            return Venue(to_slug(name), name, kind=kind, publisher=publisher or None)
    return None


def _to_title(meta: Element) -> str | None:
    group = meta.find("title-group")
    parts = [
        to_plain_text(group.find(name), {"fn", "xref"}) if group is not None else ""
        for name in ("article-title", "subtitle")
    ]
    return values.to_text(": ".join(filter(None, parts)))


def _to_authors(meta: Element) -> Iterator[Author]:
    """Yield the authors with their affiliations, which are nested or referred to by id."""
    by_id = {aff.get("id"): aff for aff in meta.iter("aff")}
    for group in meta.findall("contrib-group"):
        shared = [aff for aff in group.findall("aff") if not aff.get("id")]
        for contrib in _contribs(group):
            name, family = _to_name(contrib)
            if not name:
                continue
            ids = " ".join(
                ref.get("rid") or "" for ref in contrib.iter("xref") if ref.get("ref-type") == "aff"
            ).split()
            own = [by_id[key] for key in ids if key in by_id] + list(contrib.iter("aff"))
            texts = filter(None, map(_to_affiliation, own or shared))
            yield Author(
                name,
                "; ".join(dict.fromkeys(texts)) or None,
                orcid=next((o for i in contrib.findall("contrib-id") if (o := _orcid(i))), None),
                variants=tuple(_other_names(contrib, name)),
                family=values.to_family(name, family),
            )


def _contribs(group: Element) -> list[Element]:
    """Return the authors of a group, without its editors and the like."""
    given = group.findall("contrib")
    return [one for one in given if one.get("contrib-type", "author") == "author"]


def _to_nameless(article: Element, named: int) -> str | None:
    """Return a reason if some authors of an article have no name; `named` is the number of others.

    An author who is marked as anonymous needs no name.
    """
    groups = article.findall("front/article-meta/contrib-group")
    people = [contrib for group in groups for contrib in _contribs(group)]
    known = [person for person in people if person.find("anonymous") is None]
    return to_nameless(len(known) - named, len(known), "author")


def _orcid(given: Element) -> str | None:
    text = to_plain_text(given)
    is_orcid = given.get("contrib-id-type") == "orcid" or "orcid.org" in text
    return values.to_orcid(text) if is_orcid else None


def _to_name(contrib: Element) -> tuple[str | None, str | None]:
    """Return the name of a person or group, and the family name of a person."""
    for path in ("name", "name-alternatives/name", "string-name", "name-alternatives/string-name"):
        if (given := contrib.find(path)) is not None and (name := join_name(given)):
            return name, to_plain_text(given.find("surname")) or None
    collab = contrib.find("collab")
    collab = contrib.find("collab-alternatives/collab") if collab is None else collab
    return to_plain_text(collab, {"contrib-group", "xref", "fn", "aff", "address"}) or None, None


def _other_names(contrib: Element, name: str) -> Iterator[str]:
    for given in contrib.findall("name-alternatives/*"):
        other = join_name(given)
        if other and other != name:
            yield other


def join_name(name: Element) -> str:
    """Return a name from its parts, in reading order."""
    surname = to_plain_text(name.find("surname"))
    parts = [to_plain_text(name.find(part)) for part in ("prefix", "given-names")]
    if not surname:
        return to_plain_text(name)
    if name.get("name-style") == "eastern":
        return f"{surname} {parts[1]}".strip()
    return " ".join(filter(None, [parts[1], surname, to_plain_text(name.find("suffix"))]))


def _to_affiliation(aff: Element) -> str:
    without = {"label", "sup", "email", "institution-id", "ext-link", "phone", "fax"}
    return values.to_text(to_plain_text(aff, without).strip(" ,;.").replace(" ,", ",")) or ""


def _to_published(meta: Element) -> str | None:
    """Return the most precise date of publication; of equals, a collection's date comes last."""
    given_dates = [
        dates.to_date(
            to_plain_text(given.find("year")),
            to_plain_text(given.find("month")),
            to_plain_text(given.find("day")),
        )
        for given in sorted(
            meta.findall("pub-date"),
            key=lambda given: "collection" in (given.get("pub-type"), given.get("date-type")),
        )
    ]
    return max((date for date in given_dates if date), key=len, default=None)


def _abstracts(meta: Element) -> list[Element]:
    return meta.findall("abstract")


def _kind(abstract: Element) -> str:
    return abstract.get("abstract-type") or ""


def _text(element: Element) -> str | None:
    lines = jats_text.to_lines(element, without={"object-id"})
    kept = [line for line in lines if not jats_text.is_doi_line(line)]
    return values.to_paragraphs("\n\n".join(kept))


def _to_abstract(meta: Element) -> str | None:
    plain = [abstract for abstract in _abstracts(meta) if not _kind(abstract)]
    others = [a for a in _abstracts(meta) if _kind(a) in {"section", "structured", "summary"}]
    return next((text for a in [*plain, *others] if (text := _text(a))), None)


def _to_tags(meta: Element) -> tuple[str, ...]:
    groups = [
        g for g in meta.findall("kwd-group") if "abbrev" not in (g.get("kwd-group-type") or "")
    ]
    return values.to_list([to_plain_text(kwd) for group in groups for kwd in group.iter("kwd")])


def _to_license(meta: Element) -> str | None:
    """Return the address of the licence, or else its text."""
    for license_ in meta.findall("permissions/license"):
        links = [license_, *license_.iter("license_ref"), *license_.iter("ext-link")]
        for link in links:
            address = link.get("href") or (link.text if link.tag == "license_ref" else "") or ""
            if address.strip().startswith("http"):
                return address.strip()
        if text := values.to_text(to_plain_text(license_)):
            return text[:200]
    return None


def _replies(article: Element) -> list[Element]:
    """Return the sub-articles that discuss the article; its translations are text, not replies."""
    given = [*article.findall("sub-article"), *article.findall("response")]
    return [part for part in given if part.get("article-type") != "translation"]


def _to_review(part: Element) -> Review:
    """Return a decision letter, a referee's report or an authors' answer as a review."""
    stub = part.find("front-stub")
    stub = part.find("front/article-meta") if stub is None else stub
    names = [author.name for author in _to_authors(stub)] if stub is not None else []
    title = to_plain_text(stub.find("title-group/article-title")) if stub is not None else ""
    body = part.find("body")
    lines = jats_text.to_lines(body) if body is not None else []
    return Review(
        reviewer="; ".join(names) or None,
        title=values.to_text(title),
        text=values.to_paragraphs("\n\n".join(lines)),
    )
