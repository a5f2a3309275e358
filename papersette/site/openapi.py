"""Makes the OpenAPI description of a site from openapi.yml, with a path for each canned query."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.search.corpus import FACETS

FILE = Path(__file__).with_name("openapi.yml")
CHOICES = {
    "in": ["text", "references"],
    "versions": ["all"],
    "sort": ["year", "rating", "citations", "title"],
    "explain": ["1"],
    "meaning": ["off"],
}
"""Parameter of canned queries with few values -> these values."""
NUMBERS = {"page", "size"}
OWN = {"search"}
"""Canned queries that openapi.yml describes itself."""
Json = dict[str, Any]


def describe_api(
    queries: Mapping[str, Mapping[str, Any]], title: str, server: str, largest: int
) -> Json:
    """Return the description as values for JSON.

    Args:
        queries: The canned queries of metadata.yml that the reader may see.
        title: Title of the publication.
        server: Address of the site, without a final slash.
        largest: Largest `size` of a page of results.
    """
    description: Json = loading.load_yaml(FILE).value
    description["info"]["title"] = title
    description["servers"] = [{"url": server}]
    paths = description["paths"]
    for path in ("/papers/search.json", "/papers/search.md"):
        names = queries.get("search", {}).get("params", [])
        paths[path]["get"]["parameters"] += [to_parameter(name, largest) for name in names]
    for name, query in queries.items():
        if name not in OWN and not query.get("write"):
            paths[f"/papers/{name}.json"] = to_path(name, query, largest)
    for path in paths.values():
        for status, kind in (("400", "Error"), ("429", "Busy"), ("503", "Busy")):
            answer = {"$ref": f"#/components/responses/{kind}"}
            path["get"]["responses"].setdefault(status, answer)
    return description


def to_path(name: str, query: Mapping[str, Any], largest: int) -> Json:
    """Return the path of a canned query, which returns all rows as a list of objects."""
    shape = {"name": "_shape", "in": "query", "required": True}
    parameters = [shape | {"schema": {"const": "array", "type": "string"}}]
    parameters += [to_parameter(one, largest) for one in query.get("params", [])]
    rows = {"application/json": {"schema": {"$ref": "#/components/schemas/Rows"}}}
    return {
        "get": {
            "operationId": name,
            "summary": query.get("title", name),
            "description": " ".join(str(query.get("description", "")).split()),
            "parameters": parameters,
            "responses": {"200": {"description": "The rows", "content": rows}},
        }
    }


def to_parameter(name: str, largest: int) -> Json:
    """Return a parameter of a canned query; none is required."""
    schema: Json = {"type": "string"}
    if name in NUMBERS:
        schema = {"type": "integer", "minimum": 1, "maximum": largest}
    elif name in CHOICES:
        schema["enum"] = CHOICES[name]
    about = f"Values of the facet {name}, separated by commas; a minus excludes one"
    described = {"description": about} if name in FACETS else {}
    return {"name": name, "in": "query", "schema": schema} | described
