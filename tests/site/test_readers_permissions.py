"""Who may see and write each page of readers: one table, which has every route.

A number is the status of the answer to an anonymous visitor, a reader, another reader, and a
moderator. What is written belongs to the reader; 302 is the redirect after a form, or to the page
where one signs in.
"""

import re
from base64 import b64encode
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
  /-/library                  GET     302        200     200           200
  /-/library.bib              GET     302        200     200           200
  /-/library.csv              GET     302        200     200           200
  /-/library.md               GET     302        200     200           200
  /-/library/import           GET     302        200     200           200
  /-/library/import           POST    403        200     200           200
  PAPER/library               POST    403        302     302           302
  PAPER/highlights            POST    403        302     302           302
  /-/highlights/HIGHLIGHT/remove  POST  403      302     404           404
  PAPER/rating                POST    403        302     302           302
  PAPER/comments              GET     200        200     200           200
  PAPER/comments              POST    403        302     302           302
  /-/comments/COMMENT/edit  GET     302        200     403           403
  /-/comments/COMMENT/edit  POST    403        302     403           403
  /-/comments/COMMENT/report  GET     302        200     200           200
  /-/comments/COMMENT/report  POST    403        302     302           302
  /-/comments/COMMENT/moderate  GET     302        403     403           200
  /-/comments/COMMENT/moderate  POST    403        403     403           302
  /-/moderation               GET     302        403     403           200
  /-/comments/COMMENT/remove  POST    403        302     403           403
  /-/follow                   POST    403        302     302           302
  /-/following                GET     302        200     200           200
  /-/following/seen           POST    403        302     302           302
  /-/following/feed           POST    403        200     200           200
  /-/following/mail           POST    403        302     302           302
  /-/for-you                  GET     302        200     200           200
  /-/programme                GET     302        200     200           200
  /-/programme.ics            GET     302        404     404           404
  /-/feeds/FEED.atom          GET     200        200     200           200
  /-/feeds/WRONG.atom         GET     404        404     404           404
  /-/unsubscribe/WRONG        GET     404        404     404           404
  /-/unsubscribe/WRONG        POST    404        404     404           404
"""
"""A wrong password is 403, and a wrong name of an account to delete 400.
The sample has no calendar."""
WRONG = "x" * 32
"""In the place of a secret."""
ROWS = [
    (line.split()[0], line.split()[1], role, int(status))
    for line in TABLE.strip().splitlines()[1:]
    for role, status in zip(ROLES, line.split()[2:], strict=True)
]
PASSAGE = "It also adds a noise that does not go away"
"""Of the paper below."""
PAPER = "/papers/papers/swalp"
FIELDS = {
    "/-/login": {"username": "nobody"},
    "/-/account": {"name": "Somebody"},
    "/-/account/delete": {"confirm": "nobody"},
    "/-/library/import": {"text": "@misc{swalp, title = {SWALP}}"},
    "PAPER/library": {"status": "read"},
    "/-/follow": {"kind": "search", "target": "q=noise"},
    "/-/following/mail": {"address": "somebody@example.org"},
    "PAPER/highlights": {"page": "1", "passage": PASSAGE},
    "PAPER/rating": {"stars": "3"},
    "PAPER/comments": {"text": "A comment"},
    "/-/comments/COMMENT/edit": {"text": "Another text"},
    "/-/comments/COMMENT/report": {"reason": "It is rude"},
    "/-/comments/COMMENT/moderate": {"action": "hide", "reason": "Rude"},
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
        if any(re.match(pattern, to_example(path)) and method == of for path, of in listed)
    }
    assert needed - covered == set()
    unknown = {
        (path, method)
        for path, method in listed
        if not any(re.match(pattern, to_example(path)) and method == of for pattern, of in needed)
    }
    assert unknown == set()


def to_example(path):
    filled = path.replace("PAPER", PAPER).replace("COMMENT", "1").replace("HIGHLIGHT", "1")
    return filled.replace("FEED", WRONG).replace("WRONG", WRONG)


@pytest.fixture(scope="module")
def visitors(readers_site):
    """Return a visitor of each role."""
    made = {role: Visitor(readers_site, name) for role, name in NAMES.items()}
    yield made
    for one in made.values():
        one.client.close()


@pytest.fixture
def address(visitors):
    """Return a function that fills in an address with what the reader has just written."""

    def fill(path):
        alice = visitors["reader"]
        if "COMMENT" in path:
            written = alice.post(f"{PAPER}/comments", text="A comment").headers["location"]
            path = path.replace("COMMENT", written.rpartition("-")[2])
        if "HIGHLIGHT" in path:
            alice.post(f"{PAPER}/highlights", page="1", passage=PASSAGE)
            (saved,) = alice.get("/-/account/data.json").json()["highlights"]
            path = path.replace("HIGHLIGHT", str(saved["highlight_id"]))
        if "FEED" in path:
            page = alice.post("/-/following/feed").text
            path = "/-/feeds/" + page.partition("/-/feeds/")[2].partition("<")[0]
        return path.replace("PAPER", PAPER).replace("WRONG", WRONG)

    return fill


@pytest.mark.parametrize(("path", "method", "role", "status"), ROWS)
def test_a_role_may_do_what_the_table_says(visitors, address, path, method, role, status):
    who = visitors[role]
    if method == "GET":
        answer = who.get(address(path))
        if status == 302:
            assert answer.headers["location"].startswith("/-/login?back="), answer.headers
    else:
        answer = who.post(address(path), **FIELDS.get(path, {}))
    assert answer.status_code == status, answer.text[:500]


WRITTEN = sorted({path for path, method, *_ in ROWS if method == "POST"})


@pytest.mark.parametrize("path", WRITTEN)
def test_a_form_without_its_token_is_refused_with_cookies_and_without(visitors, address, path):
    filled, fields = address(path), FIELDS.get(path, {"any": "1"})
    role = "moderator" if path.endswith("/moderate") else "reader"
    answer = visitors[role].post(filled, token=False, **fields)
    assert answer.status_code == 403, answer.text[:500]
    assert "did not match" in answer.text
    if "WRONG" in path:  # a secret in the address is the token
        return
    upload = visitors[role].client.post(filled, data=fields, files={"file": ("a.bib", b"")})
    assert (upload.status_code, "too old" in upload.text) == (403, True)
    fresh = visitors[role].client.build_request("POST", filled, data=fields)
    fresh.headers.pop("cookie", None)
    assert visitors[role].client.send(fresh).status_code == 403
    fresh.headers["authorization"] = f"Basic {b64encode(b'mona:sesame').decode()}"
    answer = visitors[role].client.send(fresh)  # a login without cookies, which asgi_csrf lets pass
    assert (answer.status_code, "too old" in answer.text) == (403, True)


@pytest.mark.parametrize("path", WRITTEN)
def test_a_form_that_is_too_large_or_no_form_is_refused_before_it_is_read(visitors, address, path):
    client, filled = visitors["reader"].client, address(path)
    assert client.post(filled, data={"text": "x" * 400_000}).status_code == 413
    parts = (b"text=" + b"x" * 100_000 for _ in range(5))  # without a length
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(filled, content=parts, headers=kind).status_code == 413
    assert client.post(filled, json={}).status_code == 415
    for odd in (b"csrftoken=%D9%A3", b"text=\xff"):
        assert client.post(filled, content=odd, headers=kind).status_code in {400, 403}
    kind = {"content-type": "multipart/form-data"}
    assert client.post(filled, content=b"x", headers=kind).status_code == 415


SECRET = "zzprivate"


def test_nobody_sees_what_is_private_to_another_reader(visitors, address):
    alice, paper = visitors["reader"], "/papers/papers/H1M7soActX"
    alice.post(f"{paper}/library", status="reading", tags=f"{SECRET}tag", note=f"{SECRET} note")
    alice.post(f"{PAPER}/highlights", page="1", passage=PASSAGE, note=f"{SECRET} passage")
    alice.post("/-/follow", kind="search", target=f"q={SECRET}")
    alice.post("/-/following/mail", address=f"{SECRET}@example.org")
    assert alice.get("/-/following").text.count(SECRET) >= 3
    assert alice.get("/-/library").text.count(SECRET) >= 3
    pages = [address(path) for path, method, *_ in ROWS if method == "GET"]
    pages = sorted({*pages, paper, PAPER, f"{PAPER}/read", "/", "/papers", "/-/databases.json"})
    pages += ["/papers/search?q=noise", "/-/search?q=noise", "/papers/papers.csv"]
    for role in ("anonymous", "other reader", "moderator"):
        for page in pages:
            answer = visitors[role].client.get(page, follow_redirects=True)
            assert SECRET not in answer.text, (role, page)


@pytest.mark.parametrize("path", sorted({path for path, *_ in ROWS}))
def test_other_methods_are_refused(visitors, address, path):
    path = address(path)
    for method in ("PUT", "DELETE", "PATCH"):
        token = visitors["reader"].client.cookies["ds_csrftoken"]
        answer = visitors["reader"].client.request(method, path, headers={"x-csrftoken": token})
        assert answer.status_code == 405, (method, answer.text[:300])
