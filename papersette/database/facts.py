"""Fills the tables of facts found in papers: citations, related papers, tags, mentions, code links.

Each stage combines what all_findings.py collected, computes with papersette.knowledge, which does
not use the database, and writes its own tables. Facts are stored with their evidence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from papersette import system
from papersette.database import aspects, citations
from papersette.database.all_findings import AllFindings, read_texts
from papersette.knowledge import keyphrases, paper_mentions, tags
from papersette.knowledge.comparison import Comparison, ComparisonJob, compare
from papersette.knowledge.datasets import load_datasets
from papersette.knowledge.matcher import to_spellings
from papersette.knowledge.mentions import Mention
from papersette.knowledge.other_names import to_other_names
from papersette.knowledge.paper_map import to_layout, to_points
from papersette.knowledge.paper_mentions import MentionJob, SpellingChooser
from papersette.knowledge.related import Document, WordCounts
from papersette.knowledge.terms import Term, to_terms
from papersette.records import Problem
from papersette.workers import ALL_PAPERS_SECONDS, Outcome

Row = dict[str, Any]
Stage = Callable[[Database, AllFindings], None]


def save_facts(db: Database, findings: AllFindings, datasets: Path | None = None) -> Iterator[str]:
    """Run all stages but the last ones; yield the name of each when it is finished.

    A stage that fails leaves its tables empty, writes a problem and does not end the build.
    `datasets` is a file of dataset names to use in addition to the built-in list. Raises
    `UserError` if it cannot be read, and any error of the system, such as a full disk.
    """
    findings.datasets = load_datasets(datasets)
    db.conn.commit()
    for name in STAGES:
        if name not in LAST:
            _run(db, name, findings)
            yield name


def save_last_facts(db: Database, findings: AllFindings) -> Iterator[str]:
    """Run the last stages, for which workers take long, while the caller did other work; yield the
    name of each when it is finished.
    """
    for name in LAST:
        _run(db, name, findings)
        yield name


def _run(db: Database, name: str, findings: AllFindings) -> None:
    try:
        STAGES[name](db, findings)
    except Exception as error:
        if system.to_reason(error):
            raise  # for example a full disk, which would also stop every later stage
        db.conn.rollback()
        for table in TABLES[name]:
            db.table(table).delete_where()
        db.conn.commit()
        reason = (
            f"failed with {type(error).__name__}: {error}; its tables are empty: "
            f"{', '.join(TABLES[name])}. This is a bug in Papersette: please report it"
        )
        db.table("problems").insert(asdict(Problem(ALL_SOURCES, f"stage “{name}”", name, reason)))
    db.conn.commit()


ALL_SOURCES = "all sources"
"""Source of a problem that concerns the whole publication."""


def _save_mentions(db: Database, findings: AllFindings) -> None:
    keywords = [keyword for own in _read_keywords(db).values() for keyword in own]
    miner = findings.miner
    terms = to_terms(keywords, findings.datasets, miner.datasets(), miner.frequencies)
    found = list(_find_mentions(db, findings, terms))
    counts = Counter(mention.term_id for _, mention in found)
    known = {term.term_id: term for term in reversed(terms)}
    others = to_other_names(known.values(), findings.acronyms.known())
    db.table("terms").insert_all(
        {
            "term_id": key,
            "name": known[key].name,
            "kind": known[key].kind,
            "origin": known[key].origin,
            "paper_count": count,
            "spellings": "; ".join(others[key]) or None,
        }
        for key, count in counts.most_common()
    )
    rows = (
        (paper_id, mention.term_id, mention.count, mention.first_page, mention.evidence)
        for paper_id, mention in found
    )
    db.conn.executemany(INSERT_MENTION, rows)


INSERT_MENTION = """
insert into mentions (paper_id, term_id, count, first_page, evidence) values (?, ?, ?, ?, ?)
"""


def _find_mentions(
    db: Database, findings: AllFindings, terms: Sequence[Term]
) -> Iterator[tuple[str, Mention]]:
    """Yield the mentions of all papers, found by the workers or in the cache."""
    chooser = SpellingChooser(to_spellings(terms), findings.vocabularies)
    jobs = (
        MentionJob(text, chooser.choose(paper))
        for paper, text in enumerate(read_texts(db, findings.cache))
    )
    for outcome in findings.pool.run(paper_mentions.find, jobs, find=paper_mentions.find_cached):
        paper_id = outcome.job.text.paper_id
        try:
            mentions = outcome.result()
        except Exception as error:  # noqa: BLE001 - one paper must not stop the others
            findings.report(db, paper_id, "mentions", error)
            continue
        for mention in mentions:
            yield paper_id, mention


def _save_citations(db: Database, findings: AllFindings) -> None:
    citations.save_citations(db, findings)
    _start_comparison(db, findings)


def _start_comparison(db: Database, findings: AllFindings) -> Outcome[Any, Comparison]:
    """Start to compare all papers in a worker, while the next stage goes on."""
    mapped = {paper_id for (paper_id,) in db.execute(MAPPED_PAPERS)}
    job = ComparisonJob(list(_read_documents(db)), findings.words, mapped)
    findings.words = WordCounts()  # the worker has them
    findings.comparison = findings.pool.start(compare, job, ALL_PAPERS_SECONDS)
    return findings.comparison


MAPPED_PAPERS = """
with ranked as (
    select paper_id,
        row_number() over (partition by work_id order by word_count desc, number) as rank
    from papers
    where page_count > 0 or abstract is not null
)
select paper_id from ranked where rank = 1
"""
"""Selects the longest version of each work, among those with text or an abstract."""


def _save_related(db: Database, findings: AllFindings) -> None:
    found = (findings.comparison or _start_comparison(db, findings)).result()
    findings.comparison = None
    layout = findings.pool.start(to_layout, found.vectors, ALL_PAPERS_SECONDS)
    findings.layout = found.mapped, layout
    rows = (
        (
            neighbour.paper_id,
            neighbour.other_id,
            neighbour.rank,
            neighbour.score,
            ", ".join(neighbour.terms) or None,
            neighbour.shared_citations,
        )
        for neighbour in found.neighbours
    )
    db.conn.executemany(INSERT_RELATED, rows)


INSERT_RELATED = """
insert into related (paper_id, other_id, rank, score, terms, shared_citations)
values (?, ?, ?, ?, ?, ?)
"""


ABSTRACTS = "select paper_id, work_id, title, abstract, tldr from papers order by number"
CITED_TITLES = """
select distinct citations.paper_id, cited_works.title
from citations join cited_works using (cited_work_id)
order by 1, 2
"""


def _read_documents(db: Database) -> Iterator[Document]:
    cited: defaultdict[str, list[str]] = defaultdict(list)
    for paper_id, title in db.execute(CITED_TITLES):
        cited[paper_id].append(title)
    for paper_id, work_id, title, abstract, tldr in db.execute(ABSTRACTS):
        text = " . ".join(filter(None, (title, title, abstract, tldr)))
        yield Document(paper_id, work_id, text, cited=tuple(cited.get(paper_id, ())))


def _save_tags(db: Database, findings: AllFindings) -> None:
    keywords = _read_keywords(db)
    spellings = (spelling for own in keywords.values() for spelling in own)
    known = tags.Tags(spellings, findings.acronyms.known())
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


def _to_author_tags(keywords: dict[str, list[str]], known: tags.Tags) -> Iterator[Row]:
    for paper_id, own in keywords.items():
        for spelling in own:
            tag = {"tag_id": known.to_id(spelling), "spelling": spelling}
            yield {"paper_id": paper_id, **tag, "origin": "author", "score": None}


def _extract_tags(db: Database, keywords: dict[str, list[str]], known: tags.Tags) -> Iterator[Row]:
    """Yield automatic keywords of the papers without authors' keywords.

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


def _save_map(db: Database, findings: AllFindings) -> None:
    tags_of: defaultdict[str, list[str]] = defaultdict(list)
    for paper_id, tag in db.execute(
        "select paper_id, tag from paper_tags join tags using (tag_id) order by paper_id, tag_id"
    ):
        tags_of[paper_id].append(tag)
    if findings.layout is None:
        raise LookupError("related papers, which it needs, failed")
    ids, layout = findings.layout
    points = to_points(ids, layout.result(), tags_of)
    db.table("paper_map").insert_all(map(asdict, points))


def _save_code_links(db: Database, findings: AllFindings) -> None:
    db.conn.executemany(INSERT_CODE_LINK, findings.code_links)


INSERT_CODE_LINK = """
insert into code_links (paper_id, position, url, page, evidence) values (?, ?, ?, ?, ?)
"""


STAGES: dict[str, Stage] = {
    "citations": _save_citations,
    "mentions": _save_mentions,
    "related papers": _save_related,
    "tags": _save_tags,
    "code links": _save_code_links,
    "related aspects": aspects.save_aspects,
    "map": _save_map,
}
"""Stages in the order of their dependencies.

Related papers need cited works, tags need related papers, and the map needs both. Mentions come
where they are, as papers are compared meanwhile. `aspects.start_relating` comes after related
papers.
"""
LAST = ("related aspects", "map")
TABLES = {
    "citations": citations.TABLES,
    "related papers": ("related",),
    "tags": ("tag_suggestions", "paper_tags", "tags"),
    "related aspects": ("related_aspects",),
    "map": ("paper_map",),
    "mentions": ("mentions", "terms"),
    "code links": ("code_links",),
}
"""Tables of each stage; a table comes before those that it refers to."""
