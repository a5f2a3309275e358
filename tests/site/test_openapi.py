"""The OpenAPI description: valid, complete, and true of the served sample, whatever is asked."""

import pytest
from conftest import METADATA, PATIENCE

from papersette.site.openapi import describe_api

schemathesis = pytest.importorskip("schemathesis", reason="pip install -r requirements-dev.txt")
hypothesis = pytest.importorskip("hypothesis", reason="pip install -r requirements-dev.txt")

EXAMPLES = 4
"""Requests for each path, the same in every run."""
ACCEPTS_ANY = schemathesis.checks.positive_data_acceptance
WITHOUT = {"/papers.json": [ACCEPTS_ANY], "/papers/papers/{paper_id}.md": [ACCEPTS_ANY]}
"""Path -> checks left out: not any text is SQL, and not any paper has any page."""
PATHS = describe_api(METADATA["queries"], "Sample", "http://localhost", 1000)["paths"]


@pytest.fixture(scope="module")
def description(sample_site):
    answer = sample_site.get("/papers/openapi.json")
    assert answer.headers["content-type"].startswith("application/json")
    return answer.json()


@pytest.fixture(scope="module")
def api(description):
    return schemathesis.openapi.from_dict(description)


def test_the_description_is_valid_openapi_3_1(description):
    validator = pytest.importorskip("openapi_spec_validator", reason="requirements-dev.txt")
    validator.validate(description, cls=validator.OpenAPIV31SpecValidator)


def test_every_canned_query_is_described_with_its_parameters(description):
    for name, query in METADATA["queries"].items():
        listed = description["paths"][f"/papers/{name}.json"]["get"]["parameters"]
        names = {parameter["name"] for parameter in listed}
        assert set(query.get("params", ())) <= names


def test_the_address_of_the_server_is_that_of_the_request(description, sample_site):
    assert description["servers"] == [{"url": str(sample_site.base_url).rstrip("/")}]


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_described(path, api, sample_site):
    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=api[path]["GET"].as_strategy())
    def ask(case):
        address = str(sample_site.base_url).rstrip("/")
        answer = case.call(base_url=address, timeout=PATIENCE / 1000)
        case.validate_response(answer, excluded_checks=WITHOUT.get(path, []))

    ask()


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/papers/search.json?_shape=objects&q=noise&receipt=1&size=50", "Results"),
        ("/papers/papers/swalp.json?_shape=array", "Paper"),
        ("/papers/pages.json?paper_id=swalp&_shape=array", "Page"),
        ("/papers/papers/no-such-paper.json?_shape=array", "Error"),
        ("/papers.json?sql=delete+from+papers&_shape=array", "Error"),
    ],
)
def test_answers_with_content_are_as_described(path, schema, description, sample_site):
    jsonschema = pytest.importorskip("jsonschema", reason="requirements-dev.txt")
    found = sample_site.get(path).json()
    root = {"$ref": f"#/components/schemas/{schema}", "components": description["components"]}
    for item in found if isinstance(found, list) else [found]:
        jsonschema.Draft202012Validator(root).validate(item)
    assert found
