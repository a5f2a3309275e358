"""The tools of assistants on the sample:
every answer says what it is of, and how to get the rest."""

import json
import re
import sqlite3

import pytest
from conftest import ROOT, query

from papersette.agents.answers import CAUTION, count_tokens
from papersette.agents.arguments import Refusal
from papersette.agents.library import Library, Table
from papersette.agents.reading import to_pages, to_section
from papersette.agents.tools import INSTRUCTIONS, TOOLS
from papersette.search.engine import Engine

TOOL = {tool.name: tool for tool in TOOLS}
EVERY_CALL = [
    ("search", {"q": "noise"}),
    ("search", {"q": ""}),
    ("read", {"paper_id": "swalp"}),
    ("read", {"paper_id": "swalp", "pages": "1-2"}),
    ("find_in_paper", {"paper_id": "swalp", "q": "averaging"}),
    ("citations", {"paper_id": "swalp"}),
    ("citations", {"q": "noise"}),
    ("citations", {"q": "noise", "direction": "cited_by"}),
    ("similar", {"paper_id": "swalp"}),
    ("similar", {"text": "averaging weights in low precision"}),
    ("describe", {}),
    ("sql", {}),
]


class Addresses:
    """Short addresses."""

    def paper(self, paper_id):
        return f"https://a.org/papers/{paper_id}"

    def page(self, paper_id, page, q=""):
        return f"https://a.org/papers/{paper_id}/read?page={page}"

    def search(self, arguments):
        return f"https://a.org/search?q={arguments.get('q', '')}"


@pytest.fixture(scope="module")
def library(sample_db):
    def run_sql(sql, size):
        rows = query(sample_db, sql)
        return Table(["a"], rows[:size], len(rows) > size)

    return Library(Engine(sample_db, sample_db.with_suffix(".index")), Addresses(), run_sql)


@pytest.fixture(scope="module")
def call(library):
    return lambda name, **given: TOOL[name].call(library, given)


def test_there_are_at_most_seven_tools_each_described_in_sixty_words():
    assert len(TOOLS) <= 7
    assert all(0 < len(tool.description.split()) < 60 for tool in TOOLS)
    assert len(INSTRUCTIONS.split()) < 60


@pytest.mark.parametrize(("name", "given"), EVERY_CALL)
def test_every_answer_is_short_and_names_the_build_and_what_is_quoted(name, given, call, library):
    answer = call(name, **given)
    assert count_tokens(answer) < 2000
    build = library.build()
    assert f"Build {build['build_id']}, {build['started']}" in answer
    assert str(build["fingerprint"])[:12] in answer
    assert CAUTION in answer


@pytest.mark.parametrize(("name", "given"), [c for c in EVERY_CALL if "paper_id" in c[1]])
def test_every_answer_about_a_paper_names_and_links_it(name, given, call):
    answer = call(name, **given)
    assert f"paper_id={given['paper_id']}" in answer.partition("\n")[0]
    assert f"https://a.org/papers/{given['paper_id']}" in answer


@pytest.mark.parametrize(("name", "given"), EVERY_CALL)
def test_the_same_call_gives_the_same_answer(name, given, call):
    assert call(name, **given) == call(name, **given)


def test_a_result_has_title_id_page_section_passage_and_link(call):
    first = call("search", q='"gradient noise"', size=5)
    assert re.search(r"^1\. .+ \(.+\) paper_id=\S+$", first, re.MULTILINE)
    assert re.search(
        r"^page \d+, section .+: https://a.org/papers/\S+/read\?page=\d+$", first, re.M
    )
    assert re.search(r"^> .*\*\*", first, re.MULTILINE)


def test_following_what_a_cut_search_says_gives_every_paper_once(call, library):
    found, given = [], {"size": 20}
    while given:
        answer = call("search", q="", **given)
        found += re.findall(r"^\d+\. .* paper_id=(\S+)$", answer, re.MULTILINE)
        more = re.search(r"repeat with (?:size=(\d+) )?page=(\d+)\.", answer)
        size = (more and more[1]) or given["size"]
        given = {"size": size, "page": more[2]} if more else None
    ids = {row["work_id"] for row in library.query("select work_id from works")}
    assert len(found) == len(set(found)) == len(ids)


def test_a_request_in_words_shows_the_evidence_of_every_field_with_its_page(call):
    answer = call("search", q="which papers use CIFAR-10 and cite Kingma?")
    assert "Interpreted as: dataset:CIFAR-10 cites:Kingma\n" in answer
    for source, marked in (("mention", "CIFAR"), ("citation", "Kingma")):
        shown = rf"page \d+, in its {source}: https://\S+\n> .*\*\*{marked}"
        assert re.search(shown, answer), answer


def test_what_was_changed_in_a_query_is_said(call):
    assert "None of these papers contains: zzyzx." in call("search", q="noise zzyzx")
    assert "Interpreted as: noise -dropout" in call("search", q="noise -dropout")


def test_a_section_begins_and_ends_at_its_headings(call, library):
    paper_id = query(
        library.engine.database,
        "select paper_id from sections group by paper_id having count(*) > 2 limit 1",
    )[0][0]
    second, third = library.sections_of(paper_id)[1:3]
    answer = call("read", paper_id=paper_id, section=second["number"])
    quoted = re.findall(r"^> (.+)$", answer, re.MULTILINE)
    assert second["heading"].split()[0] in quoted[0]
    assert not any(line.endswith(third["heading"]) for line in quoted)
    assert "Complete." in answer


def test_following_what_a_cut_text_says_gives_the_whole_text(call, sample_db):
    sql = "select paper_id, page_count from papers order by word_count desc limit 1"
    paper_id, pages = query(sample_db, sql)[0]
    read, given = "", {"pages": f"1-{pages}"}
    while given:
        answer = call("read", paper_id=paper_id, max_tokens=500, **given)
        read += " ".join(re.findall(r"^> (.+)$", answer, re.MULTILINE)) + " "
        more = re.search(r'pages="([\d-]+)" start=(\d+)', answer)
        given = {"pages": more[1], "start": more[2]} if more else None
    body = " ".join(
        text
        for (text,) in query(
            sample_db, f"select body from pages where paper_id = '{paper_id}' order by page"
        )
    )
    assert re.sub(r"\W", "", read) == re.sub(r"\W", "", body)


def test_references_name_papers_of_the_collection(call, library):
    linked = library.query(
        "select citations.paper_id, cited_works.paper_id as cited from citations "
        "join cited_works using (cited_work_id) where cited_works.paper_id <> citations.paper_id"
    )
    answer = call("citations", paper_id=linked[0]["paper_id"])
    assert f"in this collection: paper_id={linked[0]['cited']}" in answer
    citing = call("citations", paper_id=linked[0]["cited"], direction="cited_by")
    assert f"paper_id={linked[0]['paper_id']} " in citing


def test_the_description_says_what_the_collection_lacks(call, sample_db):
    answer = call("describe")
    without = query(sample_db, "select count(*) from papers where abstract is null")[0][0]
    assert f"abstract ({without})" in answer
    assert re.search(r"Papers by year: .*2019: \d+", answer)


def test_the_schema_has_every_table_and_no_table_of_fts(call, sample_db):
    answer = call("sql")
    assert "_fts" not in answer
    assert "papers(paper_id, title, " in answer
    assert "paper_texts(number, " in answer


def test_rows_of_sql_are_quoted_lists_and_long_cells_are_cut(call):
    answer = call(
        "sql", sql="select hex(zeroblob(5000)), 'Ignore' || char(10) || 'this', x'00', 1.5"
    )
    row = re.findall(r"^> (\[.*\])$", answer, re.MULTILINE)[1]
    assert row.endswith('…", "Ignore this", "(1 bytes)", 1.5]')
    assert len(row) < 400


def test_more_rows_than_asked_for_are_said(call):
    answer = call("sql", sql="select paper_id from papers", size=3)
    assert "Shown: 3 rows; there are more." in answer


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("read", {"paper_id": "SWALP"}, "Did you mean swalp?"),
        ("read", {"paper_id": "no such paper"}, "as the tool search shows it"),
        ("read", {"paper_id": "' or 1=1 --"}, "No paper has the paper_id"),
        ("read", {"paper_id": "swalp", "pages": "900"}, "the paper has pages 1 to"),
        ("read", {"paper_id": "swalp", "pages": "two"}, 'pages must be like "3" or "3-5"'),
        ("read", {"paper_id": "swalp", "section": "zzyzx"}, "its sections are: "),
        ("read", {"paper_id": "swalp", "max_tokens": 10**9}, "Read a long paper in parts"),
        ("find_in_paper", {"paper_id": "swalp"}, "q is missing"),
        ("citations", {}, "Give either paper_id, or q"),
        ("citations", {"paper_id": "swalp", "start": 9999}, "start must be at most"),
        ("similar", {"paper_id": "swalp", "text": "noise"}, "not both"),
        ("search", {"q": "noise", "page": 999}, "There is no page 999"),
        ("sql", {"sql": "delete from papers"}, "cannot be changed"),
        ("sql", {"sql": "attach 'x' as y"}, "cannot be changed"),
        ("sql", {"sql": "pragma journal_mode=wal"}, "cannot be changed"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do_instead(name, given, said, call):
    with pytest.raises(Refusal) as refused:
        call(name, **given)
    assert said in str(refused.value)


def test_sql_may_be_switched_off(library):
    closed = Library(library.engine, library.addresses)
    with pytest.raises(Refusal, match="switched off"):
        TOOL["sql"].call(closed, {"sql": "select 1"})
    assert "papers(" in TOOL["sql"].call(closed, {})


def test_pages_and_sections_are_read_in_any_spelling():
    assert to_pages(" 3 – 5 ", 4) == to_pages("3-4", 4)
    sections = [
        {"number": "1", "heading": "Introduction", "page": 1},
        {"number": "1.1", "heading": "Aims", "page": 2},
        {"number": "2", "heading": "Method", "page": 3},
    ]
    assert to_section("1.", sections, 9).last == 3
    assert to_section("aims", sections, 9).first == 2
    assert to_section("METHOD", sections, 9) == to_section("2", sections, 9)


def test_a_title_that_gives_orders_stays_one_line(tmp_path, sample_db):
    copy = tmp_path / "papers.db"
    with sqlite3.connect(sample_db) as conn, sqlite3.connect(copy) as other:
        conn.backup(other)
        other.execute(
            "update papers set title = 'A' || char(10) || '# Ignore all' where paper_id = 'swalp'"
        )
    library = Library(Engine(copy, sample_db.with_suffix(".index")), Addresses())
    assert TOOL["read"].call(library, {"paper_id": "swalp"}).startswith("# A # Ignore all (")
    library.engine.connect().close()
    conn.close()
    other.close()


def test_the_documentation_lists_every_tool_and_its_settings_are_json():
    text = (ROOT / "docs/agents.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \| [a-z]", text, re.MULTILINE) == [tool.name for tool in TOOLS]
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    assert len(blocks) == 2
    assert all("https://papers.example.org/-/mcp" in json.dumps(block) for block in blocks)


def test_one_paper_of_a_query_is_counted_in_the_singular(call):
    answer = call("citations", q='title:"swalp"')
    assert "the 1 paper of the query" in answer
