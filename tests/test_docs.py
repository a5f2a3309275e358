"""What the documentation says to whoever queries is so:
each query of docs/sql.md, each address and field of docs/api.md."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import shlex
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import yaml
from conftest import METADATA, PATIENT, ROOT, build_database
from datasette.app import Datasette

from papersette.knowledge.tags import shipped_acronyms

SQL = (ROOT / "docs/sql.md").read_text(encoding="utf-8")
API = (ROOT / "docs/api.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(
    r"### \d+\. ([^\n]+)\n\n```sql( reviews)?\n(.*?)```\n\n((?:\|[^\n]*\n)+)", SQL, flags=re.DOTALL
)
"""(question, " reviews" where the sample has none of what it asks for, SQL,
table of the first lines of the answer)."""
EXAMPLES = [
    (line, *promise)
    for block, *promise in re.findall(
        r"```bash\n(.*?)```\n\n(?:(Fields|Type): ([^\n]+))?", API, flags=re.DOTALL
    )
    for line in block.splitlines()
]
"""(curl command, what the text promises of the answer, if anything, and the promise)."""
HERE = "http://127.0.0.1:8001"
RATED = """title,ratings,decision
One,"8, 8, 7",Accept (Oral)
Two,"8, 7, 7",Reject
Three,"7, 7, 6",Accept (Poster)
Four,"6, 7, 6",Accept (Poster)
Five,"4, 3, 5",Reject
"""


@pytest.fixture(scope="module")
def reviews_db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rated")
    (folder / "rated.csv").write_text(RATED)
    catalog = (
        "title: Rated\nsources:\n  - {kind: table, file: rated.csv, "
        "venue: {venue_id: v, name: V 2019, year: 2019, kind: conference}}\n"
    )
    return build_database(folder, catalog)


def test_the_drawing_shows_the_tables_as_they_are():
    checked = subprocess.run(
        [sys.executable, "docs/draw_schema.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_every_block_of_sql_belongs_to_a_question_with_an_answer():
    assert (
        len(QUESTIONS)
        == len(re.findall(r"^```sql", SQL, flags=re.MULTILINE))
        == len(re.findall(r"^### \d+\.", SQL, re.MULTILINE))
    )


def to_cell(value):
    return "" if value is None else " ".join(str(value).split()).replace("|", "\\|")


@pytest.mark.parametrize(
    ("question", "reviews", "sql", "shown"), QUESTIONS, ids=[question[0] for question in QUESTIONS]
)
def test_the_answer_begins_as_the_documentation_shows(
    question, reviews, sql, shown, sample_db, request
):
    db = sqlite3.connect(request.getfixturevalue("reviews_db") if reviews else sample_db)
    cursor = db.execute(sql)
    names = [column[0] for column in cursor.description]
    rows = [list(map(to_cell, row)) for row in cursor]
    db.close()
    lines = [
        re.split(r" (?<!\\)\| ", line.removeprefix("| ").removesuffix(" |"))
        for line in shown.splitlines()
    ]
    expected = [names, ["---"] * len(names), *rows[: len(lines) - 2]]
    assert len(lines) > 2
    assert lines[:1] + lines[2:] == expected[:1] + expected[2:], (
        "the table in docs/sql.md would be:\n"
        + "\n".join(f"| {' | '.join(row)} |" for row in expected)
    )


@pytest.mark.parametrize("sql", [sql for _, reviews, sql, _ in QUESTIONS if not reviews])
def test_the_site_answers_the_same_within_its_limits(sql, sample_db, sample_site):
    answer = sample_site.get("/papers.json", params={"sql": sql, "_shape": "arrays"}).json()
    assert (answer["ok"], answer["truncated"]) == (True, False)
    db = sqlite3.connect(sample_db)
    assert answer["rows"] == [list(row) for row in db.execute(sql)]
    db.close()


@pytest.mark.parametrize(
    "words",
    ['body : "learning rate"', "-refs : svhn", '"cifar-10"', 'NEAR("learning rate" decay, 8)'],
)
def test_fts5_takes_what_the_documentation_says_of_its_language(words, sample_db):
    assert f"`{words}`" in SQL
    db = sqlite3.connect(sample_db)
    db.execute(
        "select rowid from papers_text_fts where papers_text_fts match ?", [words]
    ).fetchall()
    db.close()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select rowid from pages_fts where pages_fts match 'cifar-10'", "no such column"),
        ("select rowid from pages_fts where pages_fts match 'f.score'", "fts5: syntax error near"),
        (
            "select snippet(pages_fts, 0, '', '', '', 9) from pages_fts "
            "where pages_fts match 'noise' group by rowid / 10000",
            "unable to use function snippet in the requested context",
        ),
    ],
)
def test_a_mistake_is_told_in_the_words_that_the_documentation_explains(sql, said, sample_db):
    assert f"`{said}`" in SQL
    db = sqlite3.connect(sample_db)
    with pytest.raises(sqlite3.OperationalError, match=said):
        db.execute(sql).fetchall()
    db.close()


def test_every_line_with_curl_is_tested():
    assert len(EXAMPLES) == len(re.findall(r"^curl ", API, flags=re.MULTILINE)) > 15


def to_anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda page: page.name
)
def test_every_link_between_pages_leads_to_a_file_and_a_heading(page):
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", page.read_text("utf-8")))
    for path, anchor in [link.split("#") if "#" in link else (link, "") for link in links]:
        if not path.startswith(("http", "/")):
            target = page.parent / path if path else page
            assert target.exists(), path
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M) if anchor else []
            assert not anchor or anchor in map(to_anchor, headings), f"{path}#{anchor}"


def test_the_documentation_gives_the_lengths_of_the_shipped_lists():
    text = " ".join((ROOT / "docs/knowledge.md").read_text(encoding="utf-8").split())
    package = ROOT / "papersette"
    datasets = yaml.safe_load((package / "knowledge/datasets.yml").read_text("utf-8"))
    headings = yaml.safe_load((package / "list_headings.yml").read_text("utf-8"))
    assert f"one of {len(datasets)} names in datasets.yml" in text
    assert f"{len(shipped_acronyms())} shipped acronyms" in text
    assert f"headings of {len(headings)} languages" in text


SCRIPTS = r"python (build_db\.py|benchmarks/\w+\.py|-m papersette[\w.]*)([^`\n]*)"
COMMANDS = {"init", "compare", "export-site", "search", "backup", "restore", "digest"}


def to_documented_options():
    """Return (command, options) for each command of ours with options in the documentation."""
    found = {}
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.md")]:
        for script, rest in re.findall(SCRIPTS, page.read_text("utf-8")):
            words = rest.split("#")[0].split()
            named = [word for word in words[:1] if word in COMMANDS and "benchmarks" not in script]
            options = {word for word in words if re.fullmatch("--[a-z-]+", word)}
            found.setdefault((*script.split(), *named), set()).update(options)
    return sorted((command, sorted(options)) for command, options in found.items() if options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "options"), to_documented_options(), ids=lambda value: " ".join(value)[:40]
)
def test_every_option_of_a_documented_command_exists(command, options):
    done = subprocess.run(
        [sys.executable, *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [option for option in options if not re.search(rf"{option}\b", done.stdout)] == []


README = (ROOT / "README.md").read_text(encoding="utf-8")
QUERIES = [
    query
    for row in re.findall(r"^\| (`.*) \|.*\|$", README.split("## Searching")[1], re.MULTILINE)
    for query in re.findall(r"`([^`]+)`", row)
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_readme_finds_papers_of_the_sample_as_it_is(query, sample_site):
    assert len(QUERIES) > 3
    page = sample_site.get("/papers/search.md", params={"q": query}).text
    title, _, notices = page.split("\n\n")[0].partition("\nInterpreted as: ")
    assert re.match(r"# [1-9]\d* papers?", title)
    relaxed = [line for line in notices.split("\n")[1:] if ": searched for as " not in line]
    assert relaxed == []


def to_address(command):
    """The path and parameters that a line with curl asks for;
    only the options that docs/api.md uses."""
    words = iter(shlex.split(command)[1:])
    path, pairs = None, []
    for word in words:
        if word in {"-d", "--data-urlencode"}:
            pairs.append(tuple(next(words).split("=", 1)))
        elif word == "-o":
            next(words)
        elif word != "-G":
            assert word.startswith(HERE), command
            url = httpx.URL(word.removeprefix(HERE))
            path, pairs = url.path, [*url.params.multi_items(), *pairs]
    return path, pairs


def to_rows(answer):
    """Rows of an answer as dictionaries, whichever shape it has."""
    if answer.headers["content-type"].startswith("application/json"):
        found = answer.json()
        return found["rows"] if isinstance(found, dict) else found
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("command", "kind", "promise"), EXAMPLES, ids=[example[0][:100] for example in EXAMPLES]
)
def test_an_address_answers_what_the_documentation_promises(command, kind, promise, sample_site):
    path, pairs = to_address(command)
    answer = sample_site.get(path, params=pairs)
    assert answer.status_code == 200, answer.text[:500]
    promised = re.findall(r"`([^`]+)`", promise)
    if kind == "Type":
        assert answer.headers["content-type"].split(";")[0] == promised[0]
        assert len(answer.content) > 100
    else:
        rows = to_rows(answer)
        assert rows
        assert all(set(promised) <= set(row) for row in rows)


def test_every_parameter_of_the_search_is_documented():
    section = API.split("## Search")[1].split("## Suggestions")[0]
    named = set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)))
    )
    assert named == set(METADATA["queries"]["search"]["params"])


def test_following_the_pages_of_a_table_gives_every_row_once(sample_site):
    path, found = "/papers/papers.json?_shape=objects&_size=20", []
    while path:
        answer = sample_site.get(path).json()
        found += [row["paper_id"] for row in answer["rows"]]
        path = answer["next_url"]
    assert len(found) == len(set(found)) == answer["filtered_table_rows_count"] > 20


def test_the_pages_of_a_search_have_as_many_works_as_its_counts_say(sample_site):
    first = sample_site.get(
        "/papers/search_facets.json", params={"q": "noise", "_shape": "array"}
    ).json()[0]
    pages = range(1, first["count"] // 5 + 2)
    asked = [{"q": "noise", "size": 5, "page": page, "_shape": "array"} for page in pages]
    found = [
        row["paper_id"]
        for params in asked
        for row in sample_site.get("/papers/search.json", params=params).json()
    ]
    assert (first["facet"], first["count"]) == ("matches", len(found))
    assert len(found) == len(set(found)) > 5


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/papers.json?sql=select+nosuch", 400),
        ("/papers.json?sql=delete+from+papers", 400),
        ("/papers/papers/nosuch.json", 404),
        ("/papers/nosuch.json", 404),
        ("/papers/nosuch/swalp.json", 404),
        ("/papers/papers.json?_size=2001", 400),
    ],
)
def test_an_error_is_json_that_says_what_is_wrong(path, status, sample_site):
    answer = sample_site.get(path)
    assert (answer.status_code, answer.json()["ok"], bool(answer.json()["error"])) == (
        status,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/papers/nosuch.bib", 404),
        ("/papers/papers/nosuch.csv", 404),
        ("/papers/nosuch/swalp.ris", 404),
        ("/papers/papers/swalp.md?pages=99", 400),
    ],
)
def test_an_error_of_another_format_is_a_page_or_a_line_of_text(path, status, sample_site):
    answer = sample_site.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(("text/html", "text/plain"))


@pytest.mark.parametrize("given", ["in=nosuch", "sort=nosuch", "size=many", "page=0"])
def test_a_parameter_of_the_search_with_an_unknown_value_has_its_default(given, sample_site):
    path = "/papers/search.json?q=noise&_shape=array"
    assert sample_site.get(f"{path}&{given}").json() == sample_site.get(path).json()


def test_an_id_stands_in_an_address_as_the_documentation_says(sample_site):
    assert "`a/b` is `a~2Fb`" in API
    assert sample_site.get("/papers/papers/a~2Fb.json").json()["error"] == "Record not found"


ORIGINS = {
    "/papers/search.json?q=noise": "*",
    "/papers/search.csv?q=noise": "*",
    "/papers/papers.csv": "*",
    "/papers/papers.json?_stream=on": "*",
    "/papers/search.bib?q=noise": "*",
    "/papers/papers.atom": "*",
    "/papers.db": "*",
    "/papers/search.md?q=noise": "*",
    "/papers/papers/swalp.md": "*",
    "/papers/openapi.json": "*",
    "/llms.txt": "*",
    "/-/versions.json": None,
}
"""Path -> the origins that may read it where the site is served with --cors."""


def allowed_origins(database, **options):
    site = Datasette(
        [],
        immutables=[database],
        metadata={"databases": {"papers": METADATA}},
        plugins_dir=str(ROOT / "plugins"),
        settings=PATIENT,
        **options,
    )

    async def ask():
        return {path: await site.client.get(path) for path in ORIGINS}

    with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop in the main thread
        answers = thread.submit(asyncio.run, ask()).result()
    assert {answer.status_code for answer in answers.values()} == {200}
    return {
        path: answer.headers.get("access-control-allow-origin") for path, answer in answers.items()
    }


def test_other_pages_may_read_the_data_only_with_cors(sample_db):
    assert allowed_origins(sample_db) == dict.fromkeys(ORIGINS)
    assert allowed_origins(sample_db, cors=True) == ORIGINS


def test_llms_txt_names_every_query_and_table_with_an_address_that_answers(sample_site):
    answer = sample_site.get("/llms.txt")
    assert answer.text.startswith(
        "# Papersette: a sample\n\n> Search inside every paper of a conference. Sample: "
    )
    listed = re.findall(r"^- \[([^\]]+)\]\(([^)]+)\): \S", answer.text, flags=re.MULTILINE)
    assert [name for name, _ in listed] == [
        *(query["title"] for query in METADATA["queries"].values()),
        *METADATA["tables"],
    ]
    assert all(sample_site.get(address).status_code == 200 for _, address in listed)
