"""Words are found in text as it is printed: whole, in any form, with or without accents."""

import re

import pytest
from hypothesis import given, strategies

from papersette.search.needles import MOST_MATCHES, Needle, find

FORMS = [("graph",), ("graphs",), ("graph", "net"), ("graphs", "nets"), ("net",)]
WORDS = strategies.sampled_from(
    ["graph", "graphs", "graphic", "net", "nets", "Net", "a", "subgraph"]
)


def found(text, *needles):
    return [text[start:end] for start, end, _, _ in find(text, needles)]


@pytest.mark.parametrize(
    ("needles", "text", "expected"),
    [
        ([Needle(("search",)), Needle(("searches",))], "Searches search.", ["Searches", "search"]),
        ([Needle(("nas",))], "unassigned NAS", ["NAS"]),
        ([Needle(("batch", "norm"))], "Batch-\nnorm, batches", ["Batch-\nnorm"]),
        ([Needle(("batch", "norms")), Needle(("batch", "norm"))], "batch norms", ["batch norms"]),
        ([Needle(("scholkopf",))], "Schölkopf", ["Schölkopf"]),
        ([Needle(("regulari",), is_prefix=True)], "regularised, irregular", ["regularised"]),
        ([Needle(("c",), tail="++")], "C and C++", ["C++"]),
        ([Needle(("翻訳",))], "機械翻訳", ["翻訳"]),
        ([Needle(("كتاب",))], "كِتَاب", ["كِتَاب"]),
        ([Needle(("graph",)), Needle(("graph", "net"), clause=1)], "graph net", ["graph net"]),
    ],
)
def test_a_needle_is_found_as_a_whole_word_in_any_spelling(needles, text, expected):
    assert found(text, *needles) == expected


@given(strategies.lists(WORDS, max_size=30))
def test_forms_that_are_found_at_once_are_those_found_one_by_one(words):
    text = " ".join(words)
    needles = [Needle(form) for form in FORMS]
    each = {
        (hit.start(), hit.end())
        for form in FORMS
        for hit in re.finditer(rf"\b{' '.join(form)}\b", text.lower())
    }
    longest = {start: max(end for first, end in each if first == start) for start, _ in each}
    shown = [occurrence[:2] for occurrence in find(text, needles)]
    end, expected = 0, []
    for start in sorted(longest):
        if start >= end:
            end = longest[start]
            expected.append((start, end))
    assert shown == expected


def test_a_word_with_accents_is_found_beside_one_without():
    assert found("Schölkopf and Scholkopf", Needle(("scholkopf",))) == ["Schölkopf", "Scholkopf"]


def test_places_that_are_looked_at_have_a_limit():
    assert len(find("a " * (MOST_MATCHES + 1), [Needle(("a",))])) == MOST_MATCHES
