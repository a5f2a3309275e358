"""Headers of every answer, and pages that work in a browser under them."""

import pytest
from conftest import CHARTS

NEEDED = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
)
PATHS = [
    "/",
    "/papers",
    "/papers/papers",
    "/papers/papers.json",
    "/papers/papers.csv",
    "/papers/search?q=noise",
    "/papers/search.bib?q=noise",
    "/papers/nothing",
    "/papers/papers?_sort=nothing",
    "/papers?sql=select+nothing",
    "/static/papersette.css",
    "/-/static/app.css",
    "/pdf/nothing.pdf",
    "/-/language/fr?back=/",
    "/llms.txt",
]
"""Pages, data, files, errors and redirects."""


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_that_restrict_browsers(sample_site, path):
    headers = sample_site.get(path).headers
    sample_site.cookies.clear()  # the language
    assert [name for name in NEEDED if name not in headers] == []
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe-inline" not in scripts


@pytest.mark.parametrize(
    "path",
    ["/", "/papers/search?q=noise", "/papers/programme", "/about", "/papers/papers/swalp/read"],
)
def test_pages_of_this_project_need_no_inline_styles(sample_site, path):
    assert "unsafe-inline" not in sample_site.get(path).headers["content-security-policy"]


BROWSED = [
    "/",
    "/about",
    "/papers",
    "/papers?sql=select+1",
    "/papers/papers",
    "/papers/papers/B1DmUzWAW",
    "/papers/search?q=noise",
    "/papers/search_facets?q=noise&facet=tag",
    "/papers/programme",
    "/papers/reading_list",
    "/papers/nothing",
    "/-/search?q=noise",
    "/-/dashboards/pictures",
    *(f"/-/dashboards/pictures/{name}" for name in list(CHARTS)[:3]),
]


@pytest.mark.slow
@pytest.mark.parametrize("path", BROWSED)
def test_no_page_breaks_its_own_policy(visit, path):
    page = visit("/static/nothing")
    refused = []
    page.on("console", lambda m: "Security Policy" in m.text and refused.append(m.text))
    page.goto(page.url.replace("/static/nothing", path))
    page.wait_for_load_state("networkidle")
    assert refused == []


def test_charts_are_drawn_without_evaluating_code(visit):
    page = visit("/-/dashboards/pictures")
    page.wait_for_selector(".plot svg, .plot canvas")
    assert page.locator("figure.chart .plot").count() > 1
