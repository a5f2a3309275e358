"""Cells of Datasette's own table pages."""

import re
from html import unescape

import pytest
from conftest import METADATA, query

CELL = re.compile(r'<td class="col-(\w+) type-(?!pk)[^"]*"[^>]*>(.*?)</td>', re.DOTALL)
LINK = re.compile(r'<a href="(?P<href>[^"]+)"[^>]*>(?P<text>[^<]*)</a>')


def labels_of(db, table):
    """Return the texts that may stand for rows of a table:
    their labels, or keys where there is no label."""
    columns = query(db, f"pragma table_info({table})")
    named = [name for _, name, *_ in columns if name in {"name", "title"}]
    label = METADATA["tables"][table].get("label_column") or (named or [None])[0]
    key = next(name for _, name, _, _, _, is_key in columns if is_key)
    rows = query(db, f"select {key}, {label or key} from {table}")
    return {str(text if text else key).strip() for key, text in rows}


def foreign_keys_of(db, table):
    return {row[3]: row[2] for row in query(db, f"pragma foreign_key_list({table})")}


@pytest.mark.slow
def test_foreign_keys_are_links_with_labels_on_every_table_page(sample_site, sample_db):
    linked, hrefs = set(), set()
    for table in METADATA["tables"]:
        html = sample_site.get(f"/papers/{table}?_size=max").text
        assert "{'value'" not in unescape(html), table
        foreign_keys = foreign_keys_of(sample_db, table)
        labels = {other: labels_of(sample_db, other) for other in foreign_keys.values()}
        for column, cell in CELL.findall(html):
            if column not in foreign_keys or cell.strip() in {"", "&nbsp;"}:
                continue
            other = foreign_keys[column]
            link = LINK.search(cell)
            assert link, (table, column, cell)
            assert link["href"].startswith(f"/papers/{other}/"), (table, column, cell)
            hrefs.add(link["href"])
            assert unescape(link["text"]).strip() in labels[other], (table, column, cell)
            linked.add((table, column))
    assert {
        ("problems", "paper_id"),
        ("citations", "cited_work_id"),
        ("mentions", "term_id"),
        ("authorships", "author_id"),
        ("related", "other_id"),
        ("versions", "other_id"),
    } <= linked
    last_of_each_table = {href.split("/")[2]: href for href in sorted(hrefs)}.values()
    assert [href for href in last_of_each_table if sample_site.get(href).status_code != 200] == []


@pytest.mark.parametrize(
    ("path", "link"),
    [
        (
            "authorships?paper_id=hessian-eigenvalue-density",
            '<a href="/papers/authors/ying-xiao" dir="auto">',
        ),
        ("papers?paper_id=shamra-related-3&_col=work_id", ">shamra-related-3</a>"),
    ],
)
def test_other_cells_link_to_the_key_beside_them(sample_site, path, link):
    assert link in sample_site.get(f"/papers/{path}").text
