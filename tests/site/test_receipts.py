"""receipt=1: the receipt of a search on its page, in JSON and in Markdown."""

import re

import pytest
from conftest import page, visiting

SEARCH = "/papers/search"


def receipt_of(site, **asked):
    return site.get(f"{SEARCH}.json", params={"receipt": "1", **asked}).json()["receipt"]


def test_json_has_the_rows_and_the_receipt(sample_site):
    found = sample_site.get(f"{SEARCH}.json", params={"q": "noise", "receipt": "1"}).json()
    assert found["rows"][0]["paper_id"]
    assert found["receipt"]["works"] > len(found["rows"]) > 10
    assert "receipt" not in sample_site.get(f"{SEARCH}.json?q=noise&_shape=objects").json()


def test_every_format_has_the_same_receipt(sample_site):
    asked = {"q": '"noise gradient"', "tag": "optimization", "receipt": "1"}
    receipt = receipt_of(sample_site, **asked)["receipt_id"]
    assert receipt == receipt_of(sample_site, **asked, size="2", page="2")["receipt_id"]
    assert receipt in page(sample_site, SEARCH, **asked)
    assert f"- receipt id: {receipt}" in page(sample_site, f"{SEARCH}.md", **asked)
    csv = sample_site.get(f"{SEARCH}.csv", params=asked)
    assert csv.headers["papersette-receipt"] == receipt


@pytest.mark.parametrize("shape", ["array", "arrays"])
def test_a_list_has_no_place_for_a_receipt(shape, sample_site):
    answer = sample_site.get(f"{SEARCH}.json?q=noise&receipt=1&_shape={shape}")
    assert answer.status_code == 400
    assert "_shape=objects" in answer.json()["error"]


def test_the_page_says_what_was_asked_of_which_build(sample_site):
    receipt = receipt_of(sample_site, q="the noise <b>", year="2019")
    html = page(sample_site, SEARCH, q="the noise <b>", year="2019", receipt="1")
    box = re.search(r'<section class="panel" id="receipt".*?</section>', html, re.DOTALL)[0]
    assert "the noise &lt;b&gt;" in box
    assert receipt["interpreted_as"].replace("<", "&lt;").replace(">", "&gt;") in box
    assert receipt["build_fingerprint"] in box
    assert receipt["receipt_id"] in box
    assert "Year: <bdi>2019</bdi>" in box


def test_a_reader_cites_a_search_by_one_link(browser, sample_site):
    with visiting(browser, sample_site) as visit:
        shown = visit(f"{SEARCH}?q=noise")
        assert shown.locator("#receipt").count() == 0
        shown.get_by_role("link", name="Cite this search").click()
        shown.wait_for_url("**receipt=1**")
        assert "Receipt" in shown.locator("#receipt").inner_text()
        assert shown.locator("article.card").count() > 5
