"""Fill the tables of facts found in papers: citations, related papers, tags, mentions, code links.

Each stage reads papers and pages from the database, computes with papersette.knowledge, which does
not use the database, and writes its own tables. Facts are stored with their evidence.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from papersette import system
from papersette.knowledge import keyphrases, related, tags
from papersette.knowledge.citations import (
    Entry,
    count_citing_notes,
    parse_references,
    to_entries,
)
from papersette.knowledge.citations.works import (
    Known,
    Work,
    describe_works,
    group_works,
    link_to_papers,
)
from papersette.knowledge.code import find_code
from papersette.knowledge.datasets import load_datasets
from papersette.knowledge.map import draw_map
from papersette.knowledge.matcher import Matcher
from papersette.knowledge.mentions import find_mentions
from papersette.knowledge.mining import Miner
from papersette.knowledge.terms import Term, to_terms
from papersette.names import Name, parse_name
from papersette.records import Problem, Reference
from papersette.text import to_slug, unique_id

Row = dict[str, Any]
Stage = Callable[[Database, Sequence[Term]], None]


def save_facts(db: Database, datasets: Path | None = None) -> Iterator[str]:
    """Run all stages, yielding the name of each when it is finished.

    A stage that fails leaves its tables empty, writes a problem and does not end the build.
    `datasets` is a file of dataset names to use in addition to the built-in list. Raises
    `UserError` if it cannot be read, and what says that the database cannot be written.
    """
    known = load_datasets(datasets)
    for name, stage in STAGES.items():
        _run(db, name, stage, known)
        db.conn.commit()
        yield name


def _run(db: Database, name: str, stage: Stage, known: Sequence[Term]) -> None:
    try:
        stage(db, known)
    except Exception as error:
        if system.to_reason(error):
            raise  # for example a full disk, which every later stage meets, too
        db.conn.rollback()
        for table in TABLES[name]:
            db.execute(f"delete from {table}")  # noqa: S608 - our own names
        db.conn.commit()
        reason = (
            f"failed with {type(error).__name__}: {error}; its tables are empty: "
            f"{', '.join(TABLES[name])}. This is a bug in Papersette: please report it"
        )
        db.table("problems").insert(asdict(Problem(ALL_SOURCES, f"stage “{name}”", name, reason)))


ALL_SOURCES = "all sources"
"""The source of a problem that concerns the whole publication."""


def _save_citations(db: Database, _: Sequence[Term]) -> None:
    given = _read_given_references(db)
    lists = {
        paper_id: parse_references(pages)
        for paper_id, pages in _read_pages(db, "refs")
        if paper_id not in given
    }
    lists |= {paper_id: to_entries(references) for paper_id, references in given.items()}
    entries = [(paper_id, entry) for paper_id, own in lists.items() for entry in own]
    groups = group_works([entry for _, entry in entries])
    works = describe_works([entry for _, entry in entries], groups)
    ids = _to_work_ids(works.values())
    papers = [
        Known(paper_id, title, year, (parse_name(name),) if name else ())
        for paper_id, title, year, name in db.execute(KNOWN_PAPERS)
    ]
    links = dict(reversed(link_to_papers(works.values(), papers)))
    citing: defaultdict[str, set[str]] = defaultdict(set)
    for i, key in groups.items():
        citing[key].add(entries[i][0])
    db.table("cited_works").insert_all(
        _to_cited_work(work, ids[work.key], len(citing[work.key]), links.get(work.key))
        for work in works.values()
    )
    db.table("citations").insert_all(
        _to_citation(i + 1, paper_id, entry, ids[groups[i]] if i in groups else None)
        for i, (paper_id, entry) in enumerate(entries)
    )
    _save_cited_names(db, entries)
    db.execute(UPDATE_CITED_BY)
    _report_footnotes(db, {paper_id for paper_id, _ in entries})


def _report_footnotes(db: Database, with_list: set[str]) -> None:
    """Add a problem for each paper that has no list but cites in its footnotes."""
    for paper_id, pages in _read_pages(db, "body"):
        notes = 0 if paper_id in with_list else count_citing_notes(pages)
        if notes:
            reason = (
                f"cites in footnotes (at least {notes}) and has no list of references: its "
                "citations are searched as text but are missing in the table citations"
            )
            source = db.execute(SOURCE_OF, (paper_id,)).fetchone()[0]
            problem = Problem(source, paper_id, "text", reason, paper_id)
            db.table("problems").insert(asdict(problem))


SOURCE_OF = "select venue_id from papers where paper_id = ?"


def _read_given_references(db: Database) -> dict[str, list[Reference]]:
    """Return the reference lists that sources gave, by paper_id; load.py has written them."""
    if not db.execute(HAS_GIVEN_REFERENCES).fetchone():
        return {}
    rows = db.execute("select paper_id, fields from given_references order by rowid")
    given: defaultdict[str, list[Reference]] = defaultdict(list)
    for paper_id, fields in rows:
        values = json.loads(fields)
        given[paper_id].append(Reference(**{**values, "authors": tuple(values["authors"])}))
    return given


def _to_cited_work(work: Work, work_id: str, citing_count: int, paper_id: str | None) -> Row:
    return {
        "cited_work_id": work_id,
        "title": work.title,
        "authors": "; ".join(map(_to_label, work.authors)) or None,
        "year": work.year,
        "citing_count": citing_count,
        "paper_id": paper_id,
    }


def _to_work_ids(works: Iterable[Work]) -> dict[str, str]:
    """Return a short unique name for each work's key, of first author, year and title words."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for work in works:
        first = work.authors[0].family if work.authors else ""
        base = (
            to_slug(" ".join([first, str(work.year or ""), *work.title.split()[:4]]))
            or work.key[:40]
        )
        ids[work.key] = unique_id(base, taken)
        taken.add(ids[work.key])
    return ids


HAS_GIVEN_REFERENCES = "select 1 from sqlite_temp_master where name = 'given_references'"
KNOWN_PAPERS = """
select paper_id, title, year, (
    select name from authorships
    where authorships.paper_id = papers.paper_id
    order by position)
from papers
where title is not null
order by number
"""
UPDATE_CITED_BY = """
update papers set cited_by = (
    select count(distinct citations.paper_id)
    from cited_works join citations using (cited_work_id)
    where cited_works.paper_id = papers.paper_id and citations.paper_id <> papers.paper_id)
where exists (select 1 from citations)
"""


def _to_citation(number: int, paper_id: str, entry: Entry, work_id: str | None) -> Row:
    return {
        "citation_id": number,
        "paper_id": paper_id,
        "position": entry.position,
        "page": entry.page,
        "raw": entry.raw,
        "title": entry.title,
        "year": entry.year,
        "venue": entry.venue,
        "doi": entry.doi,
        "arxiv_id": entry.arxiv_id,
        "cited_work_id": work_id,
    }


def _save_cited_names(db: Database, entries: Sequence[tuple[str, Entry]]) -> None:
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    citing: defaultdict[str, set[str]] = defaultdict(set)
    rows = []
    for number, (paper_id, entry) in enumerate(entries, start=1):
        for position, name in enumerate(entry.authors, start=1):
            spellings[name.key][_to_label(name)] += 1
            citing[name.key].add(paper_id)
            rows.append({"citation_id": number, "position": position, "name_id": name.key})
    db.table("cited_names").insert_all(
        {
            "name_id": key,
            "name": max(counts, key=lambda label: counts[label]),
            "citing_count": len(citing[key]),
        }
        for key, counts in spellings.items()
    )
    db.table("cited_authors").insert_all(rows)


def _to_label(name: Name) -> str:
    return f"{name.family}, {name.initial}" if name.initial else name.family


def _save_mentions(db: Database, datasets: Sequence[Term]) -> None:
    miner = Miner()
    for _, pages in _read_pages(db, "body"):
        miner.add(body for _, body in pages)
    keywords = [keyword for own in _read_keywords(db).values() for keyword in own]
    terms = to_terms(keywords, datasets, miner.datasets(), miner.frequencies)
    matcher = Matcher(terms)
    found = [
        (paper_id, mention)
        for paper_id, pages in _read_pages(db, "body")
        for mention in find_mentions(pages, matcher)
    ]
    counts = Counter(mention.term_id for _, mention in found)
    known = {term.term_id: term for term in reversed(terms)}
    db.table("terms").insert_all(
        {
            "term_id": key,
            "name": known[key].name,
            "kind": known[key].kind,
            "origin": known[key].origin,
            "paper_count": count,
        }
        for key, count in counts.most_common()
    )
    db.table("mentions").insert_all(
        {"paper_id": paper_id, **asdict(mention)} for paper_id, mention in found
    )


def _read_pages(db: Database, column: str) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Yield each paper that has text in a column of pages, with those pages' numbers and texts."""
    rows = db.execute(PAGES[column])
    for paper_id, group in groupby(rows, key=itemgetter(0)):
        yield paper_id, [(page, text) for _, page, text in group]


PAGES = {
    "body": "select paper_id, page, body from pages where body is not null order by page_id",
    "refs": "select paper_id, page, refs from pages where refs is not null order by page_id",
}


def _save_related(db: Database, _: Sequence[Term]) -> None:
    db.table("related").insert_all(
        {
            "paper_id": neighbour.paper_id,
            "other_id": neighbour.other_id,
            "rank": neighbour.rank,
            "score": neighbour.score,
            "terms": ", ".join(neighbour.terms) or None,
            "shared_citations": neighbour.shared_citations,
        }
        for neighbour in related.find_neighbours(list(_read_documents(db)))
    )


BODIES = """
select paper_id, (
    select group_concat(body, char(10)) from pages where pages.paper_id = papers.paper_id)
from papers
order by number
"""
ABSTRACTS = "select work_id, title, abstract, tldr from papers order by number"
CITED_TITLES = """
select distinct citations.paper_id, cited_works.title
from citations join cited_works using (cited_work_id)
order by 1, 2
"""


def _read_documents(db: Database) -> Iterator[related.Document]:
    cited: defaultdict[str, list[str]] = defaultdict(list)
    for paper_id, title in db.execute(CITED_TITLES):
        cited[paper_id].append(title)
    rows = zip(db.execute(BODIES), db.execute(ABSTRACTS), strict=True)
    for (paper_id, body), (work_id, title, abstract, tldr) in rows:
        text = " . ".join(filter(None, (title, title, abstract, tldr)))
        yield related.Document(paper_id, work_id, text, body or "", tuple(cited.get(paper_id, ())))


def _save_tags(db: Database, _: Sequence[Term]) -> None:
    keywords = _read_keywords(db)
    spellings = (spelling for own in keywords.values() for spelling in own)
    known = tags.Tags(spellings, _find_acronyms(db))
    rows = [*_to_author_tags(keywords, known), *_extract_tags(db, keywords, known)]
    links = {(row["paper_id"], row["tag_id"]): row for row in reversed(rows)}
    counts = Counter(tag_id for _, tag_id in links)
    labels = known.labels | {
        row["tag_id"]: row["spelling"] for row in rows if row["tag_id"] not in known.labels
    }
    db.table("tags").insert_all(
        {"tag_id": key, "tag": label, "paper_count": counts[key]} for key, label in labels.items()
    )
    db.table("paper_tags").insert_all(reversed(links.values()))
    names = ("tag_id", "other_tag_id", "ratio")
    db.table("tag_suggestions").insert_all(
        dict(zip(names, pair, strict=True)) for pair in known.suggestions()
    )


def _read_keywords(db: Database) -> dict[str, list[str]]:
    """Return the authors' keywords by paper_id."""
    rows = db.execute("select paper_id, tags from papers order by number")
    return {
        paper_id: [part for keyword in (given or "").split("; ") for part in tags.split(keyword)]
        for paper_id, given in rows
    }


def _find_acronyms(db: Database) -> dict[str, str]:
    acronyms = tags.Acronyms()
    for _, pages in _read_pages(db, "body"):
        acronyms.read(body for _, body in pages)
    return acronyms.known()


def _to_author_tags(keywords: dict[str, list[str]], known: tags.Tags) -> Iterator[Row]:
    for paper_id, own in keywords.items():
        for spelling in own:
            tag = {"tag_id": known.to_id(spelling), "spelling": spelling}
            yield {"paper_id": paper_id, **tag, "origin": "author", "score": None}


def _extract_tags(db: Database, keywords: dict[str, list[str]], known: tags.Tags) -> Iterator[Row]:
    """Yield automatic keywords of the papers that have none of their authors.

    They come from the paper's title and abstract and from the keywords of related papers.
    """
    papers = db.execute(
        "select paper_id, coalesce(title, ''), coalesce(abstract, '') from papers order by number"
    ).fetchall()
    indexes = {paper_id: i for i, (paper_id, _, _) in enumerate(papers)}
    phrases = [keyphrases.to_phrases(title, abstract) for _, title, abstract in papers]
    keys = [
        frozenset(" ".join(tags.to_words(keyword)) for keyword in keywords[paper_id])
        for paper_id in indexes
    ]
    extractor = keyphrases.Extractor(phrases, keys)
    neighbours: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for paper_id, other_id, score in db.execute(
        "select paper_id, other_id, score from related order by paper_id, rank"
    ):
        neighbours[paper_id].append((indexes[other_id], score))
    for paper_id, i in indexes.items():
        if keywords[paper_id]:
            continue
        for key, score in keyphrases.choose(extractor.extract(i, neighbours[paper_id])):
            tag_id = known.find(key)
            tag = {"tag_id": tag_id, "spelling": known.labels.get(tag_id, key)}
            yield {"paper_id": paper_id, **tag, "origin": "extracted", "score": score}


def _save_map(db: Database, _: Sequence[Term]) -> None:
    tags_of: defaultdict[str, list[str]] = defaultdict(list)
    for paper_id, tag in db.execute(
        "select paper_id, tag from paper_tags join tags using (tag_id) order by paper_id, tag_id"
    ):
        tags_of[paper_id].append(tag)
    mapped = {paper_id for (paper_id,) in db.execute(MAPPED_PAPERS)}
    documents = [document for document in _read_documents(db) if document.paper_id in mapped]
    db.table("paper_map").insert_all(asdict(point) for point in draw_map(documents, tags_of))


MAPPED_PAPERS = """
with ranked as (
    select paper_id,
        row_number() over (partition by work_id order by word_count desc, number) as rank
    from papers
    where page_count > 0 or abstract is not null
)
select paper_id from ranked where rank = 1
"""
"""The longest version of each work, among those with text or an abstract."""


def _save_code_links(db: Database, _: Sequence[Term]) -> None:
    for paper_id, pages in _read_pages(db, "body"):
        links = enumerate(find_code(pages), start=1)
        rows = (
            {**asdict(link), "paper_id": paper_id, "position": n, "evidence": link.evidence or None}
            for n, link in links
        )
        db.table("code_links").insert_all(rows)


STAGES: dict[str, Stage] = {
    "citations": _save_citations,
    "related papers": _save_related,
    "tags": _save_tags,
    "map": _save_map,
    "mentions": _save_mentions,
    "code links": _save_code_links,
}
"""Stages in the order of their dependencies.

Related papers need cited works, tags need related papers, and the map needs tags.
"""
TABLES = {
    "citations": ("cited_authors", "cited_names", "citations", "cited_works"),
    "related papers": ("related",),
    "tags": ("tag_suggestions", "paper_tags", "tags"),
    "map": ("paper_map",),
    "mentions": ("mentions", "terms"),
    "code links": ("code_links",),
}
"""The tables of each stage, those that refer to others first."""
