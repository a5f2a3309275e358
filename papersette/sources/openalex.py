"""Read works in OpenAlex's JSON: responses of its API, lists of works, or lines of JSON.

A response has at most 200 works, so a source may be a folder of them. A work without an abstract,
authors or a journal is still a paper; a work that is in two responses is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.files import to_shown_name
from papersette.records import Author, Count, LooseFile, Paper, Problem, Reference, Venue
from papersette.sources import attachments, dates, files, numbering, people, values
from papersette.sources.plain_text import to_plain_paragraphs
from papersette.sources.reference_lists import to_reference
from papersette.sources.unused import to_missing, to_nameless, to_unused, without_empty
from papersette.sources.values import to_object
from papersette.text import to_slug

TEXTS = (
    "id", "doi", "title", "display_name", "publication_year", "publication_date", "language",
    "type", "abstract",
)  # fmt: skip
LISTS = ("authorships", "keywords", "topics", "concepts", "locations", "referenced_works")
OBJECTS = (
    "abstract_inverted_index", "ids", "biblio", "primary_location", "best_oa_location",
    "open_access", "host_venue",
)  # fmt: skip
USED = {
    *TEXTS, *LISTS, *OBJECTS, "is_retracted", "is_paratext", "is_authors_truncated",
    "primary_topic", "type_crossref", "locations_count", "referenced_works_count",
    "countries_distinct_count", "institutions_distinct_count", "cited_by_api_url", "ngrams_url",
    "relevance_score",
}  # fmt: skip
"""Keys of works that are read, or only repeat others, or are about the query."""
SOURCE_KINDS = {
    "journal": "journal", "conference": "conference", "book series": "book",
    "ebook platform": "book",
}  # fmt: skip
"""Type of the source in which a work was published -> kind of its venue."""
WORK_KINDS = {
    "preprint": "preprint", "dissertation": "thesis", "report": "report", "book-chapter": "book",
    "dataset": "data",
}  # fmt: skip
"""Type of a work -> kind of its venue, if the type of the source says nothing about it."""
NO_PAPERS = frozenset("paratext grant peer-review libguides supplementary-materials".split())
"""Types of works that are not papers."""
NO_LICENCES = frozenset("other-oa publisher-specific-oa implied-oa unspecified-oa".split())
"""Values of “license” for open access without a known licence."""
LEAST_SCORE = 0.3
"""Score, from 0 to 1, from which OpenAlex assigns a concept; concepts below it are inferred."""
SUFFIXES = {".json", ".jsonl", ".ndjson"}
ENTITY = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:\w+/)?)?([A-Z]\d+)")
"""The id of an entity; the letter tells its type, which is W for a work."""
EXAMPLE = "https://openalex.org/W2741809807"
OTHER_PAGES = (
    "save the other pages, too, with “cursor=” and the next_cursor of the page before, and name "
    "their folder as “file”"
)


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of works that name neither a journal nor another source."""
    file: Path
    """A saved response of api.openalex.org/works, a list of works, one work a line (.jsonl), or a
    folder of such files."""
    files: Path | None = None
    """A folder of PDFs and its subfolders; files are named by the id of the work, W2741809807.pdf,
    or by DOI, with _ or - for its slash."""
    language: str | None = None


@dataclass
class _Works:
    """The works of a source, and what could not be read."""

    works: list[tuple[str, Any]] = field(default_factory=list)
    """(item, work) in the order of the files."""
    problems: list[Problem] = field(default_factory=list)
    lost_files: int = 0
    total: int = 0
    """Largest number of works that a response says its query has."""


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every work. Raises `UserError` if the file has no works of OpenAlex."""
    venue, name = settings.venue.venue_id, to_shown_name(settings.file.name)
    attached = attachments.Attachments(settings.files, venue)
    yield from attached.problems
    given = _read_works(settings)
    yield Count(len(given.works) + given.lost_files)
    yield from given.problems
    rows = [without_empty(work) for _, work in given.works if isinstance(work, Mapping)]
    missing = to_missing(len(given.works), given.total, "works", OTHER_PAGES)
    for about_all in filter(None, (missing, to_unused(rows, USED, "key"))):
        yield Problem(venue, name, "read", about_all)
    # With a folder of PDFs, the reference lists of their text are used: they are complete.
    known = dict(_to_known(given.works)) if settings.files is None else {}
    cited, used, seen = 0, 0, set[str]()
    for item, work in given.works:
        if not is_work(work):
            reason = work if isinstance(work, str) else f"is no work with an id such as {EXAMPLE}"
            yield Problem(venue, item, "read", reason, lost=True)
        elif skipped := _to_skip_reason(work, seen):
            yield Problem(venue, item, "skip", skipped)
        else:
            seen.add(_to_entity(work) or item)
            checked, reasons = _check(work)
            paper = _to_paper(checked, settings, attached, item, known)
            yield paper
            yield from (Problem(venue, item, "read", why, paper.paper_id) for why in reasons)
            cited += len(checked.get("referenced_works") or ())
            used += len(paper.references)
    if cited > used:
        yield Problem(venue, name, "read", _to_cited_reason(cited, used))
    yield from attached.rest(name)


def _read_works(settings: Settings) -> _Works:
    """Return the works of the file, or of the files of the folder. Raises `UserError`."""
    given, file, venue = _Works(), settings.file, settings.venue.venue_id
    if not file.is_dir():
        _add_file(file, file.name, given, venue)
        return given
    paths = files.list_files(file, SUFFIXES)
    if not paths:
        raise UserError(f"{file}: has no .json and no .jsonl file; name a file or folder of works")
    unusable = list[Problem]()
    for path in files.to_usable(paths, file, venue, unusable):
        name = to_shown_name(path.relative_to(file).as_posix())
        try:
            _add_file(path, name, given, venue)
        except BadFile as error:
            unusable.append(Problem(venue, name, "read", error.reason))
    given.problems += [replace(problem, lost=True) for problem in unusable]
    given.lost_files = len(unusable)
    return given


def _add_file(path: Path, name: str, given: _Works, venue: str) -> None:
    """Add the works of a file. Raises `BadFile` if it has none of OpenAlex."""
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        loaded = loading.load_json_lines(loading.read_text(path))
    else:
        loaded = loading.load_json(path)
    parts = loaded.value if isinstance(loaded.value, list) else [loaded.value]
    pages = [part for part in parts if _is_page(part)]
    works = [work for part in parts for work in (part["results"] if _is_page(part) else [part])]
    if not any(map(is_work, works)) and (works or not pages):
        raise BadFile(
            path, "has no works of OpenAlex; save the answer of api.openalex.org/works unchanged"
        )
    given.works += [(f"{name}: work {number}", work) for number, work in enumerate(works, start=1)]
    given.problems += [Problem(venue, name, "read", reason) for reason in loaded.reasons]
    counts = (to_object(page, "meta").get("count") for page in pages)
    given.total = max([given.total, *(count for count in counts if isinstance(count, int))])


def _is_page(given: Any) -> bool:
    return isinstance(given, Mapping) and isinstance(given.get("results"), list)


def is_work(given: Any) -> bool:
    """Return whether a value of JSON is a work, by its id or, without one, by its keys.

    >>> is_work({"id": "https://openalex.org/W1"}), is_work({"id": "https://openalex.org/A1"})
    (True, False)
    """
    if not isinstance(given, Mapping):
        return False
    if entity := _to_entity(given):
        return entity.startswith("W")
    return given.get("id") is None and bool(
        given.keys() & {"authorships", "abstract_inverted_index", "primary_location"}
    )


def _to_entity(given: Mapping[str, Any]) -> str | None:
    """Return the id of an entity without its address: "W2741809807"."""
    ids = (given.get("id"), to_object(given, "ids").get("openalex"))
    found = (ENTITY.fullmatch(text) for one in ids if (text := values.to_text(one)))
    return next((match[1] for match in found if match), None)


def _to_cited_reason(cited: int, used: int) -> str:
    """Return a reason for cited works that are not used; `used` is the number of the others."""
    others = (
        f"{used:,} of them are in the source and become references of papers without a PDF, the "
        "others are not used"
    )
    return f"names {cited:,} cited works only by their ids: {others if used else 'none is used'}"


def _to_skip_reason(work: Mapping[str, Any], seen: set[str]) -> str | None:
    """Return the reason why a work is no paper, or no other one; `seen` has the ids before it."""
    if work.get("is_paratext") is True or str(work.get("type")) in NO_PAPERS:
        return f"is no paper, but {values.to_text(work.get('type')) or 'paratext'}"
    entity = _to_entity(work)
    return f"is the work {entity} again; it is used once" if entity in seen else None


def _check(work: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a work without values of the wrong type, and what cannot be used of it."""
    checked, reasons = values.check_types(work, TEXTS, LISTS)
    for name in OBJECTS:
        given = checked.get(name)
        if given is not None and not isinstance(given, Mapping):
            checked[name] = None
            shown = " ".join(str(given).split())[:60]
            reasons.append(f"“{name}” is {shown}, and should be an object; it is not used")
    checked["publication_date"], doubt = dates.read_date(checked.get("publication_date"))
    reasons += filter(None, (doubt, dates.check_year(checked.get("publication_year"))))
    given_authors = checked.get("authorships") or []
    nameless = len(given_authors) - len(list(to_authors(given_authors)))
    reasons += filter(None, [to_nameless(nameless, len(given_authors), "author")])
    if checked.get("is_authors_truncated") is True:
        reasons.append(
            f"has only its first {len(given_authors)} authors, as in every list of OpenAlex; "
            "save the answer for this work alone"
        )
    return checked, reasons


def _to_paper(
    work: Mapping[str, Any],
    settings: Settings,
    attached: attachments.Attachments,
    item: str,
    known: Mapping[str, Reference],
) -> Paper:
    """Return the paper of a work; `known` are the references to the works of the source."""
    doi = _to_doi(work)
    title = _to_title(work)
    pdf_url = _to_pdf_url(work)
    paper_id = _to_entity(work) or doi or to_slug(title or item)
    forms = [doi.replace("/", mark) for mark in "_-"] if doi else []
    biblio = to_object(work, "biblio")
    return Paper(
        paper_id=paper_id,
        venue=_to_venue(work) or settings.venue,
        title=title,
        authors=tuple(to_authors(work.get("authorships") or ())),
        year=_to_year(work) or settings.venue.year,
        published=work["publication_date"],
        abstract=to_abstract(work.get("abstract_inverted_index"))
        or to_plain_paragraphs(work.get("abstract")),
        tags=_to_tags(work),
        language=values.to_language(work.get("language")) or settings.language,
        decision="retracted" if work.get("is_retracted") is True else None,
        doi=doi,
        volume=numbering.to_issue(biblio.get("volume")),
        issue=numbering.to_issue(biblio.get("issue")),
        pages=numbering.to_pages(biblio.get("first_page"), biblio.get("last_page")),
        license=_to_license(work),
        references=tuple(_to_references(work, known)) if pdf_url is None else (),
        url=_to_url(work, doi),
        pdf_url=pdf_url,
        file=attached.take((f"{form}.pdf" for form in forms), paper_id),
        item=item,
    )


def _to_title(work: Mapping[str, Any]) -> str | None:
    return values.to_plain(work.get("title")) or values.to_plain(work.get("display_name"))


def _to_doi(work: Mapping[str, Any]) -> str | None:
    return values.to_doi(work.get("doi")) or values.to_doi(to_object(work, "ids").get("doi"))


def _to_year(work: Mapping[str, Any]) -> int | None:
    return dates.to_year(work.get("publication_year")) or dates.to_year(
        work.get("publication_date")
    )


def to_abstract(index: Any) -> str | None:
    """Return the text of an abstract that is given as the positions of its words.

    >>> to_abstract({"moss": [1, 3], "Green": [0], "on": [2]})
    'Green moss on moss'
    """
    words = [
        (position, word)
        for word, positions in (index.items() if isinstance(index, Mapping) else ())
        for position in (positions if isinstance(positions, list) else ())
        if isinstance(position, int)
    ]
    return to_plain_paragraphs(" ".join(word for _, word in sorted(words)))


def to_authors(authorships: Sequence[Any]) -> Iterator[Author]:
    """Yield the authors under the name by which OpenAlex joins the works of a person.

    The name as printed is a variant, if it differs. The affiliation is the names of the
    institutions or, if OpenAlex knows none, the printed affiliation.
    """
    for given in authorships:
        if not isinstance(given, Mapping):
            continue
        person = to_object(given, "author")
        printed = people.to_direct(values.to_plain(given.get("raw_author_name")) or "")
        name = values.to_plain(person.get("display_name")) or printed
        if name:
            author = people.to_author(name, _to_affiliation(given))
            variants = (printed,) if printed not in ("", author.name) else author.variants
            orcid = values.to_orcid(person.get("orcid"))
            yield replace(author, orcid=orcid, variants=variants)


def _to_affiliation(authorship: Mapping[str, Any]) -> str | None:
    institutions = authorship.get("institutions")
    names = _to_names(institutions if isinstance(institutions, list) else ())
    printed = authorship.get("raw_affiliation_strings") or authorship.get("raw_affiliation_string")
    return "; ".join(names or values.to_list(printed)) or None


def _to_names(given: Sequence[Any]) -> tuple[str, ...]:
    """Return the names of objects; a keyword of an old response has its name in “keyword”."""
    objects = [one for one in given if isinstance(one, Mapping)]
    return values.to_list([one.get("display_name") or one.get("keyword") for one in objects])


def _to_tags(work: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keywords or, if there are none, the topics, or else the concepts."""
    concepts = [
        one
        for one in work.get("concepts") or ()
        if isinstance(one, Mapping) and (values.to_number(one.get("score")) or 0) >= LEAST_SCORE
    ]
    lists = (work.get("keywords") or (), work.get("topics") or (), concepts)
    return next((names for one in lists if (names := _to_names(one))), ())


def _to_venue(work: Mapping[str, Any]) -> Venue | None:
    source = to_object(work, "primary_location", "source") or to_object(work, "host_venue")
    raw = to_object(work, "primary_location").get("raw_source_name")
    name = values.to_plain(source.get("display_name")) or values.to_plain(raw)
    if not name or not to_slug(name):
        return None
    publisher = source.get("host_organization_name") or source.get("publisher")
    return Venue(
        to_slug(name),
        name,
        kind=SOURCE_KINDS.get(str(source.get("type"))) or WORK_KINDS.get(str(work.get("type"))),
        publisher=values.to_text(publisher),
    )


def _to_locations(work: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return where a work can be read, the best open version first."""
    named = [to_object(work, "best_oa_location"), to_object(work, "primary_location")]
    return [*named, *(one for one in work.get("locations") or () if isinstance(one, Mapping))]


def _to_license(work: Mapping[str, Any]) -> str | None:
    given = (values.to_text(location.get("license")) for location in _to_locations(work))
    return next((text for text in given if text and text not in NO_LICENCES), None)


def _to_url(work: Mapping[str, Any], doi: str | None) -> str | None:
    if doi:
        return f"https://doi.org/{doi}"
    pages = (location.get("landing_page_url") for location in _to_locations(work))
    entity = _to_entity(work)
    given = (*pages, to_object(work, "open_access").get("oa_url"))
    own = f"https://openalex.org/{entity}" if entity else None
    return next((text for url in given if (text := values.to_text(url))), own)


def _to_pdf_url(work: Mapping[str, Any]) -> str | None:
    """Return the address of a PDF; that of the open version is often one of a web page."""
    pdfs = (values.to_text(location.get("pdf_url")) for location in _to_locations(work))
    open_url = values.to_text(to_object(work, "open_access").get("oa_url"))
    return next(filter(None, pdfs), None) or attachments.to_pdf_url([open_url or ""])


def _to_known(works: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Reference]]:
    """Yield the id of each work, and the reference to it in other works."""
    for _, work in works:
        entity = _to_entity(work) if is_work(work) else None
        if entity:
            checked, _ = _check(work)
            venue = _to_venue(checked)
            reference = to_reference(
                title=_to_title(checked),
                authors=[author.name for author in to_authors(checked.get("authorships") or ())],
                year=_to_year(checked),
                venue=venue.name if venue else None,
                doi=_to_doi(checked),
            )
            if reference:
                yield entity, reference


def _to_references(work: Mapping[str, Any], known: Mapping[str, Reference]) -> Iterator[Reference]:
    """Yield the references to works of the same source; of others, only the id is given."""
    for given in work.get("referenced_works") or ():
        found = ENTITY.fullmatch(values.to_text(given) or "")
        if found and found[1] in known:
            yield known[found[1]]
