"""Who may see and write each page of readers: one table, which has every route.

A number is the status of the answer to an anonymous visitor, a reader, another reader, and a
moderator. What is written belongs to the reader; 302 is the redirect after a form, or to the page
where one signs in.
"""

import re
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from conftest import ROOT
from visitors import Visitor

from papersette.site.readers_routes import METHODS, Route

ROLES = ("anonymous", "reader", "other reader", "moderator")
NAMES = {"anonymous": "", "reader": "alice", "other reader": "bob", "moderator": "mona"}
TABLE = """
  route                       method  anonymous  reader  other reader  moderator
  /-/login                    GET     200        200     200           200
  /-/login                    POST    403        403     403           403
  /-/account                  GET     302        200     200           200
  /-/account                  POST    403        302     302           302
  /-/account/data.json        GET     302        200     200           200
  /-/account/delete           GET     302        200     200           200
  /-/account/delete           POST    403        400     400           400
"""
"""A wrong password is 403, and a wrong name of an account to delete 400."""
ROWS = [
    (line.split()[0], line.split()[1], role, int(status))
    for line in TABLE.strip().splitlines()[1:]
    for role, status in zip(ROLES, line.split()[2:], strict=True)
]
FIELDS = {
    "/-/login": {"username": "nobody"},
    "/-/account": {"name": "Somebody"},
    "/-/account/delete": {"confirm": "nobody"},
}
"""What the form of a route has."""


def read_routes():
    """Return the routes of all plugins of readers."""
    found = []
    for path in sorted((ROOT / "plugins").glob("readers*.py")):
        spec = spec_from_file_location(path.stem, path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        found += [route for route in getattr(module, "ROUTES", ()) if isinstance(route, Route)]
    return found


def test_the_table_has_every_route_and_method():
    routes = read_routes()
    assert len(routes) > 3
    listed = {(path, method) for path, method, _, _ in ROWS}
    needed = {
        (route.pattern, method)
        for route in routes
        for method in METHODS
        if getattr(route, method.lower())
    }
    covered = {
        (pattern, method)
        for pattern, method in needed
        if any(re.match(pattern, path) and method == of for path, of in listed)
    }
    assert needed - covered == set()
    assert len(needed) == len(listed)


@pytest.fixture(scope="module")
def visitors(readers_site):
    """Return a visitor of each role."""
    made = {role: Visitor(readers_site, name) for role, name in NAMES.items()}
    yield made
    for one in made.values():
        one.client.close()


@pytest.mark.parametrize(("path", "method", "role", "status"), ROWS)
def test_a_role_may_do_what_the_table_says(visitors, path, method, role, status):
    who = visitors[role]
    if method == "GET":
        answer = who.get(path)
        if status == 302:
            assert answer.headers["location"].startswith("/-/login?back="), answer.headers
    else:
        answer = who.post(path, **FIELDS[path])
    assert answer.status_code == status, answer.text[:500]


@pytest.mark.parametrize("path", sorted({path for path, method, *_ in ROWS if method == "POST"}))
def test_a_form_without_its_token_is_refused_with_cookies_and_without(visitors, path):
    answer = visitors["reader"].post(path, token=False, **FIELDS[path])
    assert answer.status_code == 403, answer.text[:500]
    fresh = visitors["reader"].client.build_request("POST", path, data=FIELDS[path])
    fresh.headers.pop("cookie", None)
    assert visitors["reader"].client.send(fresh).status_code == 403


@pytest.mark.parametrize("path", sorted({path for path, *_ in ROWS}))
def test_other_methods_are_refused(visitors, path):
    for method in ("PUT", "DELETE", "PATCH"):
        token = visitors["reader"].client.cookies["ds_csrftoken"]
        answer = visitors["reader"].client.request(method, path, headers={"x-csrftoken": token})
        assert answer.status_code == 405, (method, answer.text[:300])
