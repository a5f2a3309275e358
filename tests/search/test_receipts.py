"""Receipts of searches: what a review cites is complete, and the same build repeats it."""

import json

import pytest

from papersette.search.engine import Engine
from papersette.search.receipts import interpret, to_id, to_receipt
from papersette.search.results import Request


@pytest.fixture(scope="module")
def receipt(searched_db):
    engine = Engine(searched_db, searched_db.with_suffix(".index"))

    def make(**given):
        request = Request.from_arguments(given)
        return to_receipt(engine.connect(), request, engine.search(request))

    return make


def test_the_same_search_gives_the_same_receipt(receipt, searched_db):
    again = Engine(searched_db, searched_db.with_suffix(".index"))
    request = Request.from_arguments({"q": "dropout"})
    other = to_receipt(again.connect(), request, again.search(request))
    assert json.dumps(receipt(q="dropout")) == json.dumps(other)


def test_pages_of_a_search_have_one_receipt(receipt):
    assert receipt(q="dropout", page=2, size=3) == receipt(q="dropout")


@pytest.mark.parametrize(
    "other", [{"q": "noise"}, {"tag": "odd"}, {"versions": "all"}, {"sort": "year"}, {"in": "text"}]
)
def test_another_search_has_another_receipt(other, receipt):
    assert receipt(**{"q": "dropout"} | other)["receipt_id"] != receipt(q="dropout")["receipt_id"]


@pytest.mark.parametrize("unknown", [{"sort": "size"}, {"in": "margins"}, {"versions": "two"}])
def test_a_value_that_a_search_ignores_is_in_no_receipt(unknown, receipt):
    assert receipt(q="dropout", **unknown) == receipt(q="dropout")


def test_a_receipt_says_what_was_asked_and_found(receipt):
    found = receipt(q='"dropout" -noise', tag="dropout", versions="all")
    assert found["interpreted_as"] == '"dropout" -noise'
    assert found["filters"] == {"tag": "dropout"}
    assert found["works"] == found["papers"]
    assert len(found["build_fingerprint"]) == 64
    assert found["build_date"].startswith("20")


def test_a_receipt_says_how_a_query_was_relaxed(receipt):
    changes = receipt(q='"zebra dropout" the zzyzx')["changes"]
    assert any(change.startswith("Ignored: the") for change in changes)
    assert any(change.startswith("None of these papers contains: ") for change in changes)


def test_the_id_is_a_hash_of_the_rest(receipt):
    found = receipt(q="dropout")
    rest = {name: value for name, value in found.items() if name != "receipt_id"}
    assert found["receipt_id"] == to_id(rest)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("how does dropout help?", "dropout help"),
        ("a OR b c", "a OR b c"),
        ("tag:gan -author:x", "tag:gan -author:x"),
        ("(", ""),
    ],
)
def test_a_query_is_shown_as_it_was_read(asked, read):
    assert interpret(Request(q=asked)) == read


def test_an_interpretation_is_read_as_itself():
    for asked in ('noise "batch norm" -gan', "x NEAR/5 y", "(a OR b) -(c OR d)", "in:text noise"):
        once = interpret(Request(q=asked))
        assert interpret(Request(q=once)) == once
