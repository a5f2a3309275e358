"""The query language: what is typed, and the FTS5 expressions it becomes."""

import json
import runpy
import sqlite3
from contextlib import closing

import pytest
from conftest import METADATA, ROOT, build_database, replaced

from papersette.search import query as language


def read(typed):
    query = language.parse(typed)
    return [" OR ".join(map(str, group)) for group in query.groups], [
        str(term) for term in query.excluded
    ]


@pytest.mark.parametrize(
    ("typed", "wanted", "excluded"),
    [
        ("dropout lstm", ["dropout", "lstm"], []),
        ('"anisotropic noise"', ['"anisotropic noise"'], []),
        ("“anisotropic noise”", ['"anisotropic noise"'], []),
        ("sgd OR adam momentum", ["sgd OR adam", "momentum"], []),
        ("(sgd OR adam) momentum", ["sgd OR adam", "momentum"], []),
        ("dropout -lstm", ["dropout"], ["lstm"]),
        ('dropout NOT "long short"', ["dropout"], ['"long short"']),
        ("dropout NEAR lstm", ["dropout NEAR lstm"], []),
        ("dropout NEAR/5 lstm NEAR/5 units gan", ["dropout NEAR/5 lstm NEAR/5 units", "gan"], []),
        ('NEAR(dropout "long short", 5)', ['dropout NEAR/5 "long short"'], []),
        ("sgd OR adam NEAR noise", ["sgd OR adam NEAR noise"], []),
        ("gan -dropout NEAR lstm", ["gan"], ["dropout NEAR lstm"]),
        ("title:deep NEAR nets", ["title:deep NEAR nets"], []),
        ("cites:hinton NEAR dropout", ["cites:hinton", "dropout"], []),
        ("NEAR dropout NEAR", ["NEAR", "dropout"], []),
        ("gan NEAR NOT dropout lstm", ["gan", "lstm"], ["dropout"]),
        ("gan NEAR OR dropout lstm", ["gan OR dropout", "lstm"], []),
        ("meta-learning", ["meta-learning"], []),
        ("regulari*", ["regulari*"], []),
        ('title:"deep learning" author:Bottou', ['title:"deep learning"', "author:Bottou"], []),
        ("TITLE:gan", ["title:gan"], []),
        ("nosuchfield:gan", ["nosuchfield:gan"], []),
        ("what is the dropout", ["dropout"], []),
        ("the who", ["the", "who"], []),
        ("gan gan GAN", ["gan", "GAN"], []),
    ],
)
def test_a_query_is_read_as_documented(typed, wanted, excluded):
    assert read(typed) == (wanted, excluded)


@pytest.mark.parametrize(
    "typed",
    ["", " ", '"', '""', "(", ")(", "-", "*", "OR", "NOT", "\x00", "🙂", "- OR *", "title:", ":"],
)
def test_input_without_a_word_to_look_for_is_no_error(typed):
    words, excluded = read(typed)
    assert excluded == []
    assert words in ([], ["OR"], ["title:"], ["NOT"])


HOSTILE = [
           '"', '"a', "a\x00b", "a AND", "NEAR(a b)", "NEAR(", "a NEAR NEAR b", "NEAR(,)", "a NEAR/0 b*", "a^2 + b", "{title} : x", "'; drop table papers --", "x" * 10_000, "ا ب",
           "C++", "foo:bar:baz", "a OR OR b", "-a -b", '"" "" x', "*a* b*", "a/b\\c", "[x]", "%41", "<script>",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_every_expression_is_one_that_fts5_accepts(typed):
    conn = sqlite3.connect(":memory:")
    conn.execute(
        "create virtual table papers_text_fts using fts5(title, abstract, tldr, tags, authors, venue, year, body, refs)"
    )
    expressions = [language.to_match(typed), language.to_excluded(typed) or language.NOTHING]
    expressions += [term["whole"] for term in json.loads(language.to_terms(typed))]
    for expression in expressions:
        conn.execute(
            "select count(*) from papers_text_fts where papers_text_fts match ?", [expression]
        ).fetchone()


def test_a_pasted_page_is_cut_to_the_words_that_fit_the_mask_and_says_what_it_left_out():
    query = language.parse(" ".join(f"word{i}" for i in range(100)))
    assert len(query.groups) == language.MOST_GROUPS
    assert query.ignored[-1] == "word99"


def test_a_phrase_has_a_second_reading_as_words():
    terms = json.loads(language.to_terms('"anisotropic noise" sgd'))
    assert [(t["reading"], t["label"]) for t in terms] == [
        (0, '"anisotropic noise"'), (0, "sgd"), (1, "anisotropic"), (1, "noise"), (1, "sgd"),
    ]  # fmt: skip


def test_a_field_word_looks_in_that_field_alone():
    (term,) = json.loads(language.to_terms("title:gan"))
    assert (term["whole"], term["page"]) == ('{title} : "gan"', language.NOTHING)


def test_marking_a_passage_escapes_it_first():
    assert (
        language.to_marked_html("<script>⟦x⟧</script>")
        == "&lt;script&gt;<mark>x</mark>&lt;/script&gt;"
    )


def connect(path):
    conn = sqlite3.connect(path)
    plugin = runpy.run_path(str(ROOT / "plugins/search.py"))
    plugin["prepare_connection"](conn)
    return closing(conn)


@pytest.mark.parametrize("q", ["noise", "gradient -noise", "", "nosuchword"])
def test_counting_by_sets_of_bits_gives_what_counting_rows_gives(sample_db, q):
    sql = METADATA["queries"]["search_facets"]["sql"]
    params = dict.fromkeys(METADATA["queries"]["search_facets"]["params"], "") | {"q": q}
    with connect(sample_db) as conn:
        by_rows = conn.execute(sql, params).fetchall()
        by_bits = conn.execute(
            replaced(sql, "count(*) > 100 and", "count(*) >= 0 and"), params
        ).fetchall()
    assert len(by_rows) >= 2
    assert sorted(map(str, by_bits)) == sorted(map(str, by_rows))


@pytest.fixture(scope="module")
def arabic_db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("arabic")
    (folder / "a.txt").write_text("هذه مَدْرَسَةُ الأعمال في المدينة.")
    paper = {
        "paper_id": "a",
        "title": "ادارة",
        "authors": ["احمد بن علي"],
        "tags": ["شبكــات"],
        "language": "ar",
    }
    other = {"paper_id": "b", "title": "Something else"}
    (folder / "papers.json").write_text(json.dumps([paper, other]))
    venue = "{venue_id: v, name: V}"
    source = f"{{kind: table, file: papers.json, files: '.', venue: {venue}}}"
    return build_database(folder, f"title: T\nsources:\n  - {source}\n")


@pytest.mark.parametrize(
    "q",
    [
        "الأعمال",
        "الاعمال",
        "الأَعْمـــال",
        "مدرسه",
        "مَدرَسة",
        '"مدرسة الأعمال"',
        "author:أحمد",
        "tag:شبكات",
        "title:إدارة",
    ],
)
def test_arabic_is_found_however_vowels_hamza_and_tatweel_are_written_and_shown_as_it_stands(
    q, arabic_db
):
    query = METADATA["queries"]["search"]
    with connect(arabic_db) as conn:
        (row,) = conn.execute(
            query["sql"], dict.fromkeys(query["params"], "") | {"q": q}
        ).fetchall()
    assert row[0] == "a"
    if ":" not in q:
        assert "مَدْرَسَةُ" in row[6].replace("⟦", "").replace("⟧", "")
        assert "⟦" in row[6]
