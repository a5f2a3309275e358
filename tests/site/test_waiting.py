"""The page that asks to come back, in the site's layout and the reader's language."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from conftest import PATIENT, ROOT
from datasette.app import Datasette

from papersette.site.waiting import BUSY, waiting_response


@pytest.fixture
def wait(sample_db):
    """Return a function that gives the response of a site for a path, a language and a state."""

    def wait(path="/papers/search", language="en", **given):
        site = Datasette(
            [],
            immutables=[sample_db],
            metadata=yaml.safe_load((ROOT / "metadata.yml").read_text()),
            settings=PATIENT,
            plugins_dir=str(ROOT / "plugins"),
            template_dir=str(ROOT / "templates"),
        )
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"q=noise",
            "headers": [(b"accept-language", language.encode())],
        }

        async def go():
            await site.invoke_startup()
            return await waiting_response(site, scope, None, BUSY, **given)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, go()).result()

    return wait


@pytest.mark.parametrize(
    ("language", "heading", "again"),
    [
        ("en", "The site is busy", "tries again by itself after 5 seconds"),
        ("fr", "Le site est très sollicité", "après 5 secondes"),
        ("ar", "الموقع مشغول الآن", "ثوانٍ"),
    ],
)
def test_a_busy_site_says_so_in_its_layout_and_tries_again(wait, language, heading, again):
    response = wait(language=language)
    assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert response.headers["Cache-Control"] == "no-store"
    assert f"<title>{heading} – Papersette: a sample</title>" in response.body
    assert f'lang="{language}"' in response.body
    assert again in response.body
    assert '<meta http-equiv="refresh" content="5">' in response.body
    assert 'href="/papers/search?q=noise"' in response.body


def test_an_index_that_is_being_built_shows_how_far_it_is(wait):
    response = wait(state="indexing", percent=40)
    assert re.search(r'<progress max="100" value="40"[^>]*>', response.body)
    assert "40 % done" in response.body


def test_an_index_that_cannot_be_built_is_not_waited_for(wait):
    response = wait(state="failed")
    assert "The search cannot be used" in response.body
    assert "http-equiv" not in response.body


@pytest.mark.parametrize("path", ["/papers/search.json", "/papers/papers.csv"])
def test_programs_get_json(wait, path):
    response = wait(path)
    assert response.status == 503
    assert response.content_type.startswith("application/json")
    assert BUSY in response.body


def test_a_database_that_cannot_be_read_still_asks_to_come_back(wait, monkeypatch):
    async def fail(*_, **__):
        raise OSError("no such file")

    monkeypatch.setattr(Datasette, "render_template", fail)
    response = wait()
    assert (response.status, response.body) == (503, BUSY)
