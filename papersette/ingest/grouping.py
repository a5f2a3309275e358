"""Groups papers into works by their metadata, their sources and the catalog's overrides."""

from __future__ import annotations

from collections.abc import Iterable

from papersette.catalogs.catalog import Catalog
from papersette.knowledge import versions
from papersette.records import Paper, Problem


def group(
    papers: list[Paper], catalog: Catalog
) -> tuple[dict[str, str], list[versions.Pair], list[Problem]]:
    """Return the work_id of each paper_id, the pairs with their evidence, and the problems.

    Each id in the catalog's overrides that no paper has becomes a problem.
    """
    known = {paper.paper_id for paper in papers}
    join, unknown_join = _keep_known(catalog.works.join, known)
    separate, unknown_separate = _keep_known(catalog.works.separate, known)
    records = [_to_version(paper) for paper in papers]
    works, pairs = versions.group(records, versions.find_pairs(records), join, separate)
    problems = [
        Problem(
            "works",
            paper_id,
            "merge",
            "is named in the file of “works”, but no paper has this id",
        )
        for paper_id in sorted(unknown_join | unknown_separate)
    ]
    return works, pairs, problems


def _keep_known(
    groups: Iterable[tuple[str, ...]], known: set[str]
) -> tuple[list[tuple[str, ...]], set[str]]:
    """Return the groups without unknown ids, and the unknown ids."""
    unknown = {paper_id for ids in groups for paper_id in ids} - known
    return [tuple(paper_id for paper_id in ids if paper_id in known) for ids in groups], unknown


def _to_version(paper: Paper) -> versions.Version:
    return versions.Version(
        paper_id=paper.paper_id,
        venue_id=paper.venue.venue_id,
        is_list=paper.venue.kind == "list",
        title=paper.title,
        abstract=paper.abstract,
        authors=tuple(author.name for author in paper.authors),
        work=paper.work,
    )
