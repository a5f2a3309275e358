"""Lists papers with the time of their last change, for search engines and harvesters.

The table `changes` keeps only the newest changes. A paper without a kept change gets the time of
the oldest kept one, or of the first build, so that no harvester misses a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from papersette.schema_version import MAX_CHANGES
from papersette.site.canned_queries import DATABASE

PAGES = """
with base as (
    select strftime('%Y-%m-%dT%H:%M:%SZ', iif((select count(*) from changes) < :max_changes,
        (select min(started) from builds), (select min(started) from changes))) as stamp
),
latest as (
    select paper_id, strftime('%Y-%m-%dT%H:%M:%SZ', max(started)) as stamp
    from changes group by paper_id
)
select papers.paper_id, coalesce(latest.stamp, base.stamp) as stamp
from papers join base left join latest using (paper_id)
where number > :after and number <= :last order by number
"""
RECORDS = """
with base as (
    select strftime('%Y-%m-%dT%H:%M:%SZ', iif((select count(*) from changes) < :max_changes,
        (select min(started) from builds), (select min(started) from changes))) as stamp
),
latest as (
    select paper_id, change, strftime('%Y-%m-%dT%H:%M:%SZ', started) as stamp
    from changes
    where change_id in (select max(change_id) from changes group by paper_id)
),
records as (
    select papers.paper_id, venue_id, coalesce(latest.stamp, base.stamp) as stamp,
        0 as is_deleted
    from papers join base left join latest using (paper_id)
    union all
    select paper_id, null, stamp, 1
    from latest
    where change = 'removed' and paper_id not in (select paper_id from papers)
)
select *, count(*) over () as remaining
from records
where (:paper_id is null or paper_id = :paper_id)
    and (:venue_id is null or venue_id = :venue_id)
    and (:first = '' or stamp >= :first) and (:until = '' or stamp <= :until)
    and (stamp, paper_id) > (:after_stamp, :after_id)
order by stamp, paper_id limit :size
"""
VENUES = """
select venue_id, name from venues
where venue_id in (select venue_id from papers) order by venue_id
"""
LAST_NUMBER = "select max(number) as number from papers"

Row = dict[str, Any]


async def read_rows(datasette: Any, sql: str, **values: object) -> list[Row]:
    """Return the rows of one of the queries of this module."""
    given: Mapping[str, object] = {"max_changes": MAX_CHANGES, **values}
    found = await datasette.get_database(DATABASE).execute(sql, given)
    return [dict(row) for row in found.rows]


async def read_pages(datasette: Any, after: int, last: int) -> list[Row]:
    """Return paper_id and stamp of the papers with numbers above `after`, up to `last`."""
    return await read_rows(datasette, PAGES, after=after, last=last)


async def read_records(datasette: Any, size: int, **chosen: object) -> list[Row]:
    """Return records for harvesters, including removed papers, by time of last change.

    Args:
        datasette: The server.
        size: Largest number of records.
        chosen: Any of paper_id, venue_id, first and until (datestamps), and after_stamp with
            after_id, the last record of the previous page.

    Returns:
        Rows of paper_id, venue_id, stamp, is_deleted, and `remaining`, the number of records
        without the limit `size`.
    """
    every = {
        "paper_id": None, "venue_id": None, "first": "", "until": "",
        "after_stamp": "", "after_id": "",
    }  # fmt: skip
    return await read_rows(datasette, RECORDS, **(every | chosen), size=size)
