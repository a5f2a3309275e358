"""Fills the tables of what papers say, from the papers and pages that are saved: tags, related papers.

The rule: each stage reads the database and writes its own tables; what is computed is in papersette/knowledge, which knows no
database. Each fact has its evidence beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from papersette.knowledge import keyphrases, related, tags

Row = dict[str, Any]


def save_facts(db: Database) -> Iterator[str]:
    """Run each stage in turn, yielding its name when it is done."""
    for name, stage in STAGES.items():
        stage(db)
        db.conn.commit()
        yield name


def _save_related(db: Database) -> None:
    db.table("related").insert_all(
        {
            "paper_id": neighbour.paper_id,
            "other_id": neighbour.other_id,
            "place": neighbour.place,
            "score": neighbour.score,
            "terms": ", ".join(neighbour.terms) or None,
            "shared_citations": neighbour.shared_citations,
        }
        for neighbour in related.find_neighbours(list(_documents(db)))
    )


def _documents(db: Database) -> Iterator[related.Document]:
    bodies = db.execute(
        "select paper_id, (select group_concat(body, char(10)) from pages where pages.paper_id = papers.paper_id) "
        "from papers order by number"
    )
    short = "select work_id, title, abstract, tldr from papers order by number"
    for (paper_id, body), (work_id, title, abstract, tldr) in zip(bodies, db.execute(short), strict=True):
        text = " . ".join(filter(None, (title, title, abstract, tldr)))
        yield related.Document(paper_id, work_id, text, body or "")


def _save_tags(db: Database) -> None:
    keywords = _keywords(db)
    known = tags.Tags((written for given in keywords.values() for written in given), _acronyms(db))
    rows = [
        {"paper_id": paper_id, "tag_id": known.to_id(written), "written": written, "origin": "author", "score": None}
        for paper_id, given in keywords.items()
        for written in given
    ]
    rows += _extracted(db, keywords, known)
    links = {(row["paper_id"], row["tag_id"]): row for row in reversed(rows)}
    counts = Counter(tag_id for _, tag_id in links)
    labels = known.labels | {row["tag_id"]: row["written"] for row in rows if row["tag_id"] not in known.labels}
    db.table("tags").insert_all({"tag_id": key, "tag": label, "paper_count": counts[key]} for key, label in labels.items())
    db.table("paper_tags").insert_all(reversed(links.values()))
    names = ("tag_id", "other_tag_id", "ratio")
    db.table("tag_suggestions").insert_all(dict(zip(names, pair, strict=True)) for pair in known.suggestions())


def _keywords(db: Database) -> dict[str, list[str]]:
    """paper_id -> the authors' keywords, one by one."""
    rows = db.execute("select paper_id, tags from papers order by number")
    return {paper_id: [part for written in (given or "").split("; ") for part in tags.split(written)] for paper_id, given in rows}


def _acronyms(db: Database) -> dict[str, str]:
    acronyms = tags.Acronyms()
    for bodies in _pages_by_paper(db):
        acronyms.read(bodies)
    return acronyms.known()


def _pages_by_paper(db: Database) -> Iterator[list[str]]:
    last: str | None = None
    bodies: list[str] = []
    for paper_id, body in db.execute("select paper_id, body from pages where body is not null order by page_id"):
        if paper_id != last and bodies:
            yield bodies
            bodies = []
        last = paper_id
        bodies.append(body)
    if bodies:
        yield bodies


def _extracted(db: Database, keywords: dict[str, list[str]], known: tags.Tags) -> Iterable[Row]:
    """Tags for the papers without keywords, from their own words and their neighbours' keywords."""
    texts = list(db.execute("select paper_id, coalesce(title, ''), coalesce(abstract, '') from papers order by number"))
    places = {paper_id: place for place, (paper_id, _, _) in enumerate(texts)}
    phrases = [keyphrases.to_phrases(title, abstract) for _, title, abstract in texts]
    keys = [frozenset(" ".join(tags.to_words(written)) for written in keywords[paper_id]) for paper_id, _, _ in texts]
    extractor = keyphrases.Extractor(phrases, keys)
    neighbours: dict[str, list[tuple[int, float]]] = {}
    for paper_id, other_id, score in db.execute("select paper_id, other_id, score from related order by paper_id, place"):
        neighbours.setdefault(paper_id, []).append((places[other_id], score))
    for paper_id, place in places.items():
        if not keywords[paper_id]:
            for key, score in keyphrases.choose(extractor.extract(place, neighbours.get(paper_id, ()))):
                tag_id = known.find(key)
                row = {"paper_id": paper_id, "tag_id": tag_id, "written": known.labels.get(tag_id, key)}
                yield {**row, "origin": "extracted", "score": score}


STAGES: dict[str, Callable[[Database], None]] = {"related papers": _save_related, "tags": _save_tags}
"""In the order in which they need each other: tags are taken over from related papers."""
