"""Arguments of tools: what is wrong is said with what to do instead."""

import pytest

from papersette.agents.arguments import LONGEST, Parameter, Refusal, read_arguments

PARAMETERS = (
    Parameter("q", "a query", None),
    Parameter("sort", "", choices=("", "year")),
    Parameter("size", "rows", 5, most=20, instead="Ask for page=2."),
)


def read(**given):
    return read_arguments("search", PARAMETERS, given)


def test_a_missing_argument_has_its_default():
    assert read(q="noise") == {"q": "noise", "sort": "", "size": 5}
    assert read(q="noise", size=None, sort="")["size"] == 5


@pytest.mark.parametrize("value", [7, "7", 7.0, " 7 "])
def test_a_number_may_be_written_in_any_way(value):
    assert read(q="noise", size=value)["size"] == 7


def test_a_number_may_be_given_for_text():
    assert read(q=2019)["q"] == "2019"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "q is missing (a query)"),
        ({"q": ""}, "q is missing"),
        ({"query": "noise"}, "search has no argument 'query'; it takes q, sort, size."),
        ({"q": ["noise"]}, "q must be one text, not ['noise']"),
        ({"q": True}, "q must be one text"),
        ({"q": "x" * (LONGEST + 1)}, "Send its most specific words."),
        ({"q": "noise", "sort": "date"}, "sort must be one of year, not 'date'"),
        ({"q": "noise", "size": 10_000}, "size must be from 1 to 20, not 10000. Ask for page=2."),
        ({"q": "noise", "size": -1}, "size must be from 1 to 20, not -1."),
        ({"q": "noise", "size": "many"}, "size must be a whole number from 1 to 20, not 'many'"),
        ({"q": "noise", "size": 1.5}, "not 1.5"),
        ({"q": "noise", "size": [5]}, "size must be a whole number"),
        ({"q": "noise", "size": "9" * 5000}, "size must be a whole number"),
        ({"q": "noise", "size": "٣"}, "size must be a whole number"),
    ],
)
def test_a_wrong_argument_is_refused_with_the_remedy(given, said):
    with pytest.raises(Refusal) as refused:
        read(**given)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_schema_has_type_limits_and_choices():
    q, sort, size = (parameter.to_schema() for parameter in PARAMETERS)
    assert q == {"type": "string", "description": "a query"}
    assert sort == {"type": "string", "enum": ["", "year"]}
    assert size == {"type": "integer", "minimum": 1, "maximum": 20, "description": "rows"}
