"""Error pages keep the name of the site, speak the reader's language, and offer the search."""

import re
from urllib.parse import quote

import pytest
from conftest import ROOT, axe_findings, follow

from papersette.site.error_messages import TRANSLATED

SLOW = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
ERRORS = {
    "/nothing": 404,
    "/papers/nothing": 404,
    "/papers/papers/nothing": 404,
    "/papers/tags/nothing": 404,
    "/papers/citations?_sort=nothing": 400,
    "/papers/citations?_size=x": 400,
    "/papers?sql=select+nothing+from+papers+limit": 400,
    "/-/dashboards/pictures/nothing": 404,
}


@pytest.mark.parametrize("path", ERRORS)
def test_an_error_page_has_the_name_of_the_site_and_a_search(sample_site, path):
    answer = sample_site.get(path)
    assert answer.status_code == ERRORS[path]
    assert (
        "Papersette: a sample" in re.search(r'class="brand"[^>]*>(.*?)</a>', answer.text, re.S)[1]
    )
    assert 'action="/papers/search"' in answer.text


def test_a_reader_searches_from_an_error_page(visit):
    shown = visit("/papers/papers/nothing")
    shown.locator("main input[name=q]").fill("noise")
    follow(shown.locator("main form.find button"))
    assert shown.locator(".card").count() > 3


@pytest.mark.parametrize(
    ("locale", "heading"),
    [
        ("en", "There is no such page"),
        ("fr", "Cette page n’existe pas"),
        ("ar", "لا توجد هذه الصفحة"),
    ],
)
def test_an_error_page_speaks_the_language_of_the_reader(visit, locale, heading):
    shown = visit("/papers/nothing", locale=locale, viewport={"width": 390, "height": 800})
    assert heading in shown.inner_text("h1")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe_findings(shown, ("moderate", "serious", "critical")) == []


@pytest.mark.parametrize("path", [f"/papers?sql={quote(SLOW)}", "/papers/slow"])
def test_a_query_that_takes_too_long_says_so_and_what_to_do(ask, path, slow_metadata):
    (answer,) = ask(path, settings={"sql_time_limit_ms": 50}, metadata=slow_metadata)
    assert answer.status_code == 400
    assert "This query took too long" in answer.text
    assert "Use more specific words" in answer.text
    assert "configuration option" not in answer.text
    assert ("with recursive" in answer.text) == ("sql" in path)


@pytest.fixture
def slow_metadata():
    import yaml

    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["databases"]["papers"]["queries"]["slow"] = {"title": "Slow", "sql": SLOW}
    return metadata


def test_an_unexpected_error_tells_nothing_of_the_inside(ask, monkeypatch):
    from papersette.site import query_response

    async def fail(*_):
        raise RuntimeError("the secret of the inside")

    monkeypatch.setattr(query_response, "ensure_query_allowed", fail)
    (answer,) = ask("/papers/most_cited_works")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "Papersette: a sample" in answer.text
    assert "the secret" not in answer.text


def test_errors_as_json_are_those_of_datasette(sample_site):
    answer = sample_site.get("/papers/nothing.json")
    assert answer.json() == {
        "ok": False,
        "error": "Table not found",
        "status": 404,
        "title": None,
    }


def test_a_forbidden_page_is_a_page_of_the_site(ask, slow_metadata):
    slow_metadata["databases"]["papers"]["queries"]["slow"]["allow"] = False
    (answer,) = ask("/papers/slow", metadata=slow_metadata)
    assert answer.status_code == 403
    assert "You may not see this page" in answer.text
    assert 'action="/papers/search"' in answer.text
    assert "view-query" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *(path for path, status in ERRORS.items() if status == 404),
        "/-/dashboards/nothing",
        "/pdf/nothing.pdf",
        "/papers/papers/nothing/read",
    ],
)
def test_a_page_that_does_not_exist_says_so_only_in_the_language_of_the_reader(sample_site, path):
    answer = sample_site.get(path, headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text
    assert '<bdi lang="en">' not in answer.text


def test_a_forbidden_page_shows_no_english_message_of_datasette(ask, slow_metadata):
    slow_metadata["databases"]["papers"]["tables"]["tags"]["allow"] = False
    slow_metadata["databases"]["papers"]["allow_sql"] = False
    for answer in ask("/papers/tags", "/papers?sql=select+1", metadata=slow_metadata):
        assert answer.status_code == 403
        assert '<bdi lang="en">' not in answer.text


@pytest.mark.parametrize("message", TRANSLATED)
def test_a_message_that_has_a_translation_is_one_of_the_code(message):
    folders = [ROOT / "plugins", ROOT / "papersette" / "site"]
    files = [path for folder in folders for path in folder.glob("*.py")]
    assert any(
        f'"{message}"' in path.read_text() for path in files if path.name != "error_messages.py"
    )


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "No session of this page has a date and time"),
        ("fr", "Aucune séance de cette page n’a de date ni d’heure"),
        ("ar", "لا توجد في هذه الصفحة جلسة لها تاريخ ووقت"),
    ],
)
def test_a_message_about_an_export_is_in_the_language_of_the_reader(sample_site, language, says):
    path = "/papers/search.ics?q=author%3Adevansh"
    answer = sample_site.get(path, headers={"accept-language": language})
    assert answer.status_code == 404
    assert says in answer.text


def test_an_error_page_explains_in_the_language_of_the_reader_why_sql_was_refused(sample_site):
    french = {"accept-language": "fr"}
    refused = sample_site.get("/papers?sql=delete+from+papers", headers=french)
    assert refused.status_code == 400
    assert "Seules les instructions SELECT" in refused.text
    assert "must be a SELECT" not in refused.text
    assert "not found" not in sample_site.get("/papers/nosuchpage", headers=french).text


@pytest.mark.parametrize(
    ("language", "says"), [("en", "neither a PDF nor the text"), ("fr", "ni le PDF ni le texte")]
)
def test_the_reader_of_a_paper_without_text_says_so_and_blames_no_address(
    sample_site, language, says
):
    path = "/papers/papers/H1lnJ2Rqt7/read"
    answer = sample_site.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert says in answer.text
    assert "mistyped" not in answer.text
    assert "mal écrite" not in answer.text
