"""Answers from the papers, and whose sentence a quotation is:
pages, JSON, limits and permissions."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
import yaml
from conftest import PATIENT, ROOT, page, replaced
from datasette.app import Datasette

QUESTION = "Does dropout restore the effect of importance weights?"
RIGHT = ("importance-weighting", 1)
QUOTATION = (
    "If training data come from p and the model will be used on q, multiply the loss of each"
)


def passages(site, **asked):
    answer = site.get("/papers/ask.json", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["passages"]


@pytest.mark.parametrize("name", ["sample_site", "meaning_site"])
def test_the_sentences_that_answer_come_with_paper_and_page(request, name):
    first = passages(request.getfixturevalue(name), q=QUESTION)[0]
    assert (first["paper_id"], first["page"]) == RIGHT
    assert "dropout does not" in first["text"].lower()
    assert first["compared_by"] == ("words" if name == "sample_site" else "words and meaning")


def test_the_link_of_a_passage_leads_to_it_in_the_reader(sample_site):
    for passage in passages(sample_site, q=QUESTION)[:3]:
        read = sample_site.get(passage["url"].partition("#")[0])
        assert read.status_code == 200
        assert 'class="passage"' in read.text or 'class="quoted"' in read.text
        assert "cannot be found" not in read.text


def test_one_paper_can_be_asked(sample_site):
    found = passages(sample_site, q="learning rate", paper="SkNksoRctQ")
    assert {passage["paper_id"] for passage in found} == {"SkNksoRctQ"}
    html = page(sample_site, "/papers/ask", q="learning rate", paper="SkNksoRctQ")
    assert "Ask this paper" in html
    assert "Fluctuation-dissipation relations" in html


def test_an_unknown_paper_is_not_found(sample_site):
    assert sample_site.get("/papers/ask", params={"q": "x", "paper": "none"}).status_code == 404


@pytest.mark.parametrize("q", ["", " ", "xyzzyq plugh", "?"])
def test_a_question_without_an_answer_is_no_error(sample_site, q):
    assert passages(sample_site, q=q) == []
    assert sample_site.get("/papers/ask", params={"q": q}).status_code == 200


def test_a_long_question_is_cut_and_that_is_said(sample_site):
    html = page(sample_site, "/papers/ask", q=f"{QUESTION} {'penguin ' * 200}")
    assert "Only the first 500 characters were read." in html


@pytest.mark.parametrize("path", ["/papers/ask?q=", "/papers/whose?text="])
def test_what_is_typed_is_escaped(sample_site, path):
    html = sample_site.get(
        f"{path}%3Cscript%3Ealert(1)%3C/script%3E%22%20dropout%20of%20the%20weights"
    ).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("path", ["/papers/ask", "/papers/whose"])
def test_the_policy_of_the_pages_is_strict_and_they_set_no_cookie(sample_site, path):
    answer = sample_site.get(path, params={"q": QUESTION})
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


def test_a_question_in_the_search_links_to_its_answers(sample_site):
    html = page(sample_site, "/papers/search", q=QUESTION)
    assert f'href="/papers/ask?q={QUESTION.replace(" ", "+").replace("?", "%3F")}"' in html
    for q in ("dropout", "author:hinton", '"batch size"'):
        assert "/papers/ask?" not in page(sample_site, "/papers/search", q=q)


def test_a_paper_suggests_questions_of_its_headings_datasets_and_techniques(sample_site):
    html = unescape(page(sample_site, "/papers/papers/importance-weighting"))
    suggested = re.findall(r'<li><a dir="auto" href="(/papers/ask\?[^"]+)">([^<]+)</a>', html)
    texts = [text for _, text in suggested]
    assert "What does the paper say about “A standard correction”?" in texts
    assert "How is CIFAR-10 used?" in texts
    assert any(text.startswith("How does the paper use ") for text in texts)
    assert len(texts) <= 7
    for path, _ in suggested:
        assert "quotations" in sample_site.get(path).text


def test_whose_sentence_it_is_comes_with_kind_paper_and_page(sample_site):
    broken = "\n".join(f"“{QUOTATION}”".split(" and "))
    nearly = replaced(broken, "be used on", "be deployed on")
    answer = sample_site.get(
        "/papers/whose.json", params={"text": replaced(QUOTATION, "training", "train-\ning")}
    )
    (source,) = answer.json()["sources"]
    assert (source["kind"], source["paper_id"], source["page"]) == ("exact", *RIGHT)
    html = page(sample_site, "/papers/whose", text=nearly)
    assert "Nearly as quoted" in html
    assert "<mark>" in html


def test_a_quotation_that_is_too_short_or_too_long_is_told(sample_site):
    assert "This is too short" in page(sample_site, "/papers/whose", text="flat minima")
    html = page(sample_site, "/papers/whose", text=QUOTATION + " and so on" * 300)
    assert "Only the first 2,000 characters were read." in html


@pytest.mark.parametrize(
    "path", ["/papers/ask", "/papers/ask.json", "/papers/whose", "/papers/whose.json"]
)
def test_other_methods_are_refused(sample_site, path):
    assert sample_site.request("DELETE", path).status_code == 405


def test_without_a_model_nothing_offers_to_write_and_a_form_gives_the_sentences(sample_site):
    assert "Write an answer" not in page(sample_site, "/papers/ask", q=QUESTION)
    answer = sample_site.post("/papers/ask.json", data={"q": QUESTION}).json()
    assert "prose" not in answer
    assert answer["passages"][0]["paper_id"] == RIGHT[0]


def test_a_form_of_any_length_is_refused_beyond_a_limit(sample_site):
    assert sample_site.post("/papers/ask", data={"q": "x" * 100_000}).status_code == 413


def test_a_form_of_many_fields_is_refused_and_not_an_error_of_the_server(sample_site):
    answer = sample_site.post("/papers/ask", data={f"field{n}": "x" for n in range(50)})
    assert answer.status_code == 400
    assert "A form may have 20 fields." in answer.text


def with_metadata(**changes):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    metadata["plugins"] |= changes.pop("plugins", {})
    metadata["databases"]["papers"]["tables"]["pages"] |= changes
    return metadata


def test_who_may_not_see_the_pages_gets_no_sentence(ask):
    metadata = with_metadata(allow=False)
    for answer in ask("/papers/ask.json?q=dropout", "/papers/whose.json?text=x", metadata=metadata):
        assert answer.status_code == 403


@pytest.fixture
def prose(sample_db):
    """Return a function that runs requests on a site in this process whose model is a fake one."""
    llm = pytest.importorskip("llm", reason="needs llm: pip install -r requirements-dev.txt")
    import fake_llm

    llm.get_models()
    llm.plugins.pm.register(fake_llm)

    def run(requests, **settings):
        given = {"model": "papersette-quoting"} | settings
        folders = {"plugins_dir": str(ROOT / "plugins"), "template_dir": str(ROOT / "templates")}
        metadata = with_metadata(plugins={"papersette-ask": given})
        site = Datasette([], immutables=[sample_db], metadata=metadata, settings=PATIENT, **folders)

        async def start_and_run():
            await site.invoke_startup()
            return await requests(site.client)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, start_and_run()).result()

    yield run
    llm.plugins.pm.unregister(fake_llm)


def test_an_answer_in_prose_cites_the_passages_and_says_what_was_left_out(prose):
    async def write(client):
        return (await client.post("/papers/ask", data={"q": QUESTION})).text

    html = prose(write)
    answer = html[html.index('id="prose"') :]
    cited = re.findall(r'<a class="cites" href="#(passage-\d+)"', answer)
    assert cited == ["passage-1", "passage-2"]
    assert all(f'<li id="{name}">' in html for name in cited)
    assert "1 sentence was left out because no passage supports it." in answer
    assert "Penguins" not in html
    assert "papersette-quoting" in answer


def test_only_a_form_with_its_token_asks_the_model(prose):
    async def ask_three_times(client):
        shown = await client.get("/papers/ask", params={"q": QUESTION})
        token = re.search(r'name="csrftoken" value="([^"]+)"', shown.text)[1]
        cookies = {"ds_csrftoken": shown.cookies["ds_csrftoken"]}
        data = {"q": QUESTION}
        forged = await client.post("/papers/ask", data=data, cookies=cookies)
        sent = await client.post("/papers/ask", data=data | {"csrftoken": token}, cookies=cookies)
        return shown, forged, sent

    shown, forged, sent = prose(ask_three_times)
    assert "Write an answer" in shown.text
    assert 'id="prose"' not in shown.text
    assert forged.status_code == 403
    assert 'id="prose"' in sent.text
    assert "no-store" in sent.headers["cache-control"]


def test_beyond_the_limit_the_sentences_remain_and_it_is_said(prose):
    async def ask_twice(client):
        for q in (QUESTION, "What is anisotropic noise?"):
            answer = await client.post("/papers/ask", data={"q": q})
        return answer.text

    html = prose(ask_twice, per_minute=1)
    assert "the limit of this site is reached" in html
    assert 'id="passage-1"' in html


def test_the_json_of_an_answer_has_sentences_with_the_numbers_of_passages(prose):
    async def write(client):
        return (await client.post("/papers/ask.json", data={"q": QUESTION})).json()

    answer = prose(write)
    assert [sentence["passages"] for sentence in answer["prose"]["sentences"]] == [[1], [2]]
    assert (answer["prose"]["dropped"], answer["prose"]["problem"]) == (1, None)


@pytest.mark.parametrize("settings", [{"per_day": 0}, {"model": "no-such-model"}, {"unknown": "x"}])
def test_a_wrong_setting_ends_the_start(prose, settings):
    async def nothing(client):
        return None

    with pytest.raises(ValueError, match="papersette-ask"):
        prose(nothing, **settings)
