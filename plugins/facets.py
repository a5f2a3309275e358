"""Facets that count all filtered rows on every page: columns (`all_rows`), many-to-many (`linked`).

Datasette applies its paging clause to facets, so that page 2 shows the counts of the remaining
rows, and it has no many-to-many facet. In metadata.yml:
`facets: [{all_rows: year}, {linked: tags}]`. The link table is found by its foreign keys.
?_linked_tags=<tag_id> selects a value; several are combined with AND.
"""

from datasette import Request, hookimpl

from papersette.site.datasette_seam import (
    ColumnFacet,
    Facet,
    FilterArguments,
    Filters,
    QueryInterrupted,
    await_me_maybe,
    escape_sqlite,
    path_with_added_args,
    path_with_removed_args,
    pm,
)

CHOSEN = "_linked_"


@hookimpl
def register_facet_classes():
    return [AllRowsFacet, LinkedFacet]


@hookimpl
def filters_from_request(request, database, table, datasette):
    async def filters():
        clauses, params, descriptions = [], {}, []
        for name in [key.removeprefix(CHOSEN) for key in request.args if key.startswith(CHOSEN)]:
            link = await find_link(datasette.get_database(database), table, name)
            for i, value in enumerate(request.args.getlist(CHOSEN + name) if link else []):
                key = f"linked_{name}_{i}"
                clauses.append(link.clause(key))
                params[key] = value
                descriptions.append(f'{name} include "{value}"')
        return FilterArguments(clauses, params, descriptions)

    return filters


class AllRows:
    """Mixin that counts all rows that match the filters, and links to page 1."""

    def __init__(self, ds, request, *args, **kwargs):
        pairs = [pair for pair in request.query_string.split("&") if not pair.startswith("_next=")]
        first_page = Request(
            {**request.scope, "query_string": "&".join(pairs).encode()}, request.receive
        )
        super().__init__(ds, first_page, *args, **kwargs)

    async def facet_results(self):
        if self.get_configs() and self.table:
            where, self.params = await self.filters()
            self.sql = f"select * from {escape_sqlite(self.table)} {where}"  # noqa: S608 - the clauses are Datasette's
        return await super().facet_results()

    async def filters(self):
        """Return the where clause of the table page without paging, and its parameters."""
        pairs = [
            (k, v)
            for k in self.request.args
            if not k.startswith("_") or "__" in k
            for v in self.request.args.getlist(k)
        ]
        clauses, params = Filters(sorted(pairs)).build_where_clauses(self.table)
        asked = {
            "request": self.request,
            "table": self.table,
            "database": self.database,
            "datasette": self.ds,
        }
        for hook in pm.hook.filters_from_request(**asked):
            if arguments := await await_me_maybe(hook):
                clauses.extend(arguments.where_clauses)
                params.update(arguments.params)
        return ("where " + " and ".join(clauses) if clauses else ""), params


class AllRowsFacet(AllRows, ColumnFacet):
    type = "all_rows"

    async def facet_results(self):
        results, timed_out = await super().facet_results()
        for result in results:
            hidden = path_with_removed_args(self.request, {"_facet_all_rows": result["name"]})
            result |= {
                "type": "column",
                "toggle_url": self.ds.urls.path(hidden),
            }  # templates show it like a column facet
        return results, timed_out


class LinkedCounts(Facet):
    """Counts the rows of this table that are linked to each row of another table."""

    async def facet_results(self):
        results, timed_out = [], []
        for configured in self.get_configs():
            name = configured["config"]["simple"]
            link = await find_link(self.ds.get_database(self.database), self.table, name)
            if link is None:
                continue
            try:
                rows = await self.count(link)
            except QueryInterrupted:
                timed_out.append(name)
                continue
            results.append(
                {
                    "name": name,
                    "type": self.type,
                    "hideable": configured["source"] != "metadata",
                    "toggle_url": self.ds.urls.path(
                        path_with_removed_args(self.request, {"_facet_linked": name})
                    ),
                    "results": [self.value(name, row) for row in rows[: self.get_facet_size()]],
                    "truncated": len(rows) > self.get_facet_size(),
                }
            )
        return results, timed_out

    async def count(self, link):
        sql = link.counts(self.sql, self.get_facet_size() + 1)
        limit = self.ds.setting("facet_time_limit_ms")
        return (
            await self.ds.execute(
                self.database, sql, self.params, truncate=False, custom_time_limit=limit
            )
        ).rows

    def value(self, name, row):
        chosen = {CHOSEN + name: row["value"]}
        selected = row["value"] in self.request.args.getlist(CHOSEN + name)
        path = (path_with_removed_args if selected else path_with_added_args)(self.request, chosen)
        return {
            "value": row["value"],
            "label": row["label"],
            "count": row["count"],
            "selected": selected,
            "toggle_url": self.ds.absolute_url(self.request, self.ds.urls.path(path)),
        }


class LinkedFacet(AllRows, LinkedCounts):
    type = "linked"


class Link:
    """A link table between this table and another, with the columns at both ends."""

    def __init__(self, table, here, here_key, there, other, other_key, label):
        self.table, self.here, self.here_key, self.there = map(
            escape_sqlite, (table, here, here_key, there)
        )
        self.other, self.other_key, self.label = map(escape_sqlite, (other, other_key, label))

    def clause(self, param):
        linked = f"select {self.here} from {self.table} where {self.there} = :{param}"  # noqa: S608 - names, escaped
        return f"{self.here_key} in ({linked})"

    def counts(self, sql, limit):
        """Return SQL that counts by key before it joins labels, which takes half the time."""
        return f"""
            select value, {self.other}.{self.label} as label, counted.count from (
                select {self.there} as value, count(distinct {self.here}) as count from {self.table}
                where {self.here} in (select {self.here_key} from ({sql}))
                group by {self.there} order by count desc, value limit {int(limit)}
            ) as counted join {self.other} on {self.other}.{self.other_key} = value
            order by counted.count desc, label"""  # noqa: S608 - names, escaped


async def find_link(database, table, name):
    """Return the `Link` from `table` to the table `name`; None if no third table refers to both."""
    if not await database.table_exists(name):
        return None
    ends = (await database.get_all_foreign_keys()).get(table, {}).get("incoming", ())  # no view
    for end in ends:
        for key in await database.foreign_keys_for_table(end["other_table"]):
            if key["other_table"] == name and key["column"] != end["other_column"]:
                label = await database.label_column_for_table(name) or key["other_column"]
                here = (end["other_column"], end["column"])
                return Link(
                    end["other_table"], *here, key["column"], name, key["other_column"], label
                )
    return None
