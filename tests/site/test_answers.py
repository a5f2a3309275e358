"""Answers of one build: entity tags, status 304, the cache and its bounds,
and what is never kept."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from conftest import serve
from rebuilds import make, replace, wait_for_word

from papersette.site.answers import Answer, Answers, Recorder, Settings

STABLE = [
    "/",
    "/about",
    "/papers/search?q=noise",
    "/papers/search.json?q=noise",
    "/papers/papers",
    "/papers/papers.json",
    "/papers/papers/swalp",
    "/papers/most_cited_works",
    "/papers/papers.csv",
    "/llms.txt",
]
VOLATILE = [
    "/papers/random_papers",
    "/papers/random_papers.json?_shape=array",
    "/papers/programme",
    "/papers.json?sql=select+random()",
    "/papers/papers.json?_where=random()+is+not+null",
    "/-/health",
    "/-/oai?verb=Identify",
    "/papers/papers/nosuch",
]


@pytest.mark.parametrize("path", STABLE)
def test_an_answer_of_the_build_is_not_sent_twice(sample_site, path):
    first = sample_site.get(path)
    assert first.status_code == 200
    again = sample_site.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "Accept-Language" in again.headers["vary"]


@pytest.mark.parametrize("path", VOLATILE)
def test_an_answer_that_may_change_has_no_tag_of_the_build(sample_site, path):
    answer = sample_site.get(path)
    assert not answer.headers.get("etag", "").startswith("W/")
    assert sample_site.get(path, headers={"If-None-Match": "*"}).status_code != 304


def test_random_papers_are_others_each_time(sample_site):
    path = "/papers/random_papers.json?_shape=array"
    found = {tuple(row["paper_id"] for row in sample_site.get(path).json()) for _ in range(6)}
    assert len(found) > 1


def test_each_language_has_its_own_tag_and_page(sample_site):
    pages = {
        language: sample_site.get("/papers/search?q=noise", headers={"Accept-Language": language})
        for language in ("en", "fr", "ar", "en")
    }
    assert len({page.headers["etag"] for page in pages.values()}) == 3
    assert 'lang="fr"' in pages["fr"].text
    assert 'lang="ar"' in pages["ar"].text
    tag = pages["fr"].headers["etag"]
    asked = {"Accept-Language": "ar", "If-None-Match": tag}
    assert sample_site.get("/papers/search?q=noise", headers=asked).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "ds_actor=someone"},
        {"Cookie": "theme=dark"},
        {"Authorization": "Bearer someone"},
    ],
)
def test_who_may_be_somebody_is_answered_afresh_and_privately(sample_site, headers):
    tag = sample_site.get("/papers/papers").headers["etag"]
    answer = sample_site.get("/papers/papers", headers=headers | {"If-None-Match": tag})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    assert "etag" not in answer.headers


def test_posts_are_neither_kept_nor_answered_from_what_is_kept(sample_site):
    sample_site.get("/papers/search?q=noise")
    assert sample_site.post("/papers/search?q=noise").status_code == 405


def test_pages_are_compressed_for_those_who_can_read_it(sample_site):
    path = "/papers/search?q=gradient+noise"
    plain = sample_site.get(path, headers={"Accept-Encoding": "identity"})
    packed = sample_site.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.text == plain.text
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3


def test_a_head_request_has_the_headers_alone(sample_site):
    sample_site.get("/papers/search?q=noise")
    answer = sample_site.head("/papers/search?q=noise")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.slow
def test_the_next_build_gives_other_answers_and_tags(tmp_path):
    first, second = make(tmp_path / "first", "alpha"), make(tmp_path / "second", "omega")
    folder = tmp_path / "site"
    folder.mkdir()
    with serve(first, folder) as site:
        (folder / "papers.index").unlink()
        before = site.get("/papers/search")
        assert "alpha" in site.get("/papers/search").text
        replace(folder, second)
        after = wait_for_word(site, "/papers/search", "omega")
        assert "alpha" not in after.text
        tag = before.headers["etag"]
        assert site.get("/papers/search", headers={"If-None-Match": tag}).status_code == 200


def test_two_servers_of_one_build_give_the_same_tags(sample_db, sample_site, tmp_path):
    with serve(sample_db, tmp_path) as other:
        tags = {site.get("/papers/papers").headers["etag"] for site in (sample_site, other)}
    assert len(tags) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"megabyte": 1}, "megabyte is unknown; known: compress, largest_kb, megabytes"),
        ({"megabytes": "64"}, "megabytes must be a number of at least 0, not '64'"),
        ({"compress": 1}, "compress must be true or false, not 1"),
    ],
)
def test_a_wrong_setting_is_named(given, message):
    with pytest.raises(ValueError, match="metadata.yml: plugins: papersette-answers: " + message):
        Settings.from_metadata(given)


class Client:
    """Keeps what an application sends."""

    def __init__(self):
        self.messages = []

    async def __call__(self, message):
        self.messages.append(message)


@dataclass
class App:
    """An application that sends these parts with these headers."""

    parts: list[bytes]
    headers: list[tuple[bytes, bytes]]
    status: int = 200

    async def __call__(self, send):
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for number, part in enumerate(self.parts, start=1):
            more = number < len(self.parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})


HTML = (b"content-type", b"text/html")


@pytest.mark.parametrize(
    ("app", "is_kept"),
    [
        (App([b"whole"], [HTML]), True),
        (App([b"in ", b"parts"], [HTML]), False),
        (App([b"x" * 3000], [HTML]), False),
        (App([b"own"], [HTML, (b"set-cookie", b"a=b")]), False),
        (App([b"own"], [HTML, (b"Cache-Control", b"private, no-store")]), False),
        (App([b"error"], [HTML], status=404), False),
    ],
    ids=["whole", "in parts", "large", "with a cookie", "private", "an error"],
)
def test_only_public_answers_that_come_as_a_whole_are_kept(app, is_kept):
    client = Client()
    recorder = Recorder(client, Settings(largest_kb=2), b'W/"tag"', b"max-age=60")
    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop here
        thread.submit(asyncio.run, app(recorder.send)).result()
    assert (recorder.answer is not None) == is_kept
    sent = b"".join(message.get("body", b"") for message in client.messages)
    assert sent == (b"" if is_kept else b"".join(app.parts))


def test_memory_is_bounded_whatever_is_asked_for():
    class Site:
        plugins_dir = template_dir = None
        metadata = staticmethod(lambda *_, **__: {})
        setting = staticmethod(lambda name: 1)

    answers = Answers(Site, Settings(megabytes=0.1))
    for number in range(1000):
        answers.kept[(number,)] = Answer([HTML], gzip.compress(b"x" * 5000), is_gzip=True)
    assert answers.kept.currsize <= 0.1 * 1_048_576
    assert 0 < len(answers.kept) < 60
