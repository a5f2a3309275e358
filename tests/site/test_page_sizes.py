"""No page of a large collection is huge unless the reader asks for that:
real papers, every page kind."""

from urllib.parse import urlencode

import pytest
import yaml
from conftest import METADATA, ROOT

from papersette.site.datasette_seam import tilde_encode

pytestmark = pytest.mark.slow

DATA_PAGE = yaml.safe_load((ROOT / "data_page.yml").read_text())
LARGEST = 250_000
"""Bytes of HTML."""
TALLEST = 4_000
"""Pixels, on a screen 1280 wide."""
PATHS = [
    "/",
    "/papers/papers",
    "/papers/search?q=the",
    "/papers/search?q=neural+network+training+with+attention",
    "/papers/search_facets?q=model&facet=tag",
    "/-/search?q=attention",
    "/papers/programme",
    "/papers",
    "/about",
    "/-/dashboards/pictures",
    *(f"/papers/{table}?_view=table" for group in DATA_PAGE["groups"] for table in group["tables"]),
]
LARGEST_ROWS = {
    "venues": "select venue_id from papers group by venue_id order by count(*) desc limit 1",
    "authors": "select author_id from authors order by paper_count desc limit 1",
    "tags": "select tag_id from tags order by paper_count desc limit 1",
    "terms": "select term_id from terms order by paper_count desc limit 1",
    "cited_works": "select cited_work_id from cited_works order by citing_count desc limit 1",
    "cited_names": "select name_id from cited_names order by citing_count desc limit 1",
    "sessions": "select session_id from session_papers "
    "group by session_id order by count(*) desc limit 1",
    "works": "select work_id from works order by paper_count desc limit 1",
}


def ask_sql(site, sql):
    return site.get("/papers.json", params={"sql": sql, "_shape": "arrays"}).json()["rows"]


def paths_of(site):
    """Return the addresses of all page kinds, of their largest examples on this site."""
    rows = {table: ask_sql(site, sql) for table, sql in LARGEST_ROWS.items()}
    pages = [
        f"/papers/{table}/{tilde_encode(found[0][0])}" for table, found in rows.items() if found
    ]
    return [
        *PATHS,
        *pages,
        *(to_path(site, name) for name in METADATA["queries"] if is_listed(name)),
    ]


def is_listed(name):
    return any(name in group["queries"] for group in DATA_PAGE["groups"])


def to_path(site, name):
    """Return the address of a canned query, with the most frequent value of what it requires."""
    required = DATA_PAGE["required"].get(name, [])[:1]
    facets = {one: DATA_PAGE["inputs"][one].get("facet", "") for one in required}
    given = {
        one: found[0][0]
        for one, facet in facets.items()
        if (found := ask_sql(site, f"select value from facets where facet = '{facet}' limit 1"))
    }
    return f"/papers/{name}" + (f"?{urlencode(given)}" if given else "")


@pytest.mark.parametrize("name", ["iclr_site", "emnlp_site"])
def test_no_page_of_a_large_collection_is_large_or_tall_unasked(request, visit, name):
    site = request.getfixturevalue(name)
    opened = visit("/", site)
    too_large = {}
    for path in paths_of(site):
        answer = site.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        opened.goto(str(site.base_url).rstrip("/") + path)
        height = opened.evaluate("document.documentElement.scrollHeight")
        if len(answer.content) > LARGEST or height > TALLEST:
            too_large[path] = (len(answer.content), height)
    assert too_large == {}
