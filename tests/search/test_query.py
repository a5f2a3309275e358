"""The query language: what is typed, how it is interpreted, and the FTS5 expressions it becomes."""

import random
import sqlite3
from contextlib import closing

import pytest

from papersette.search import fts
from papersette.search.parser import DEEPEST_NESTING, MOST_CLAUSES, parse
from papersette.search.passages import to_marked_html
from papersette.search.query import AllOf, AnyOf, Function, Near, Term
from papersette.search.rewrites import to_chips, to_relaxed, to_strictness


def read(typed):
    query = parse(typed)
    return [str(node) for node in query.clauses], [str(node) for node in query.excluded]


@pytest.mark.parametrize(
    ("typed", "wanted", "excluded"),
    [
        ("dropout lstm", ["dropout", "lstm"], []),
        ('"anisotropic noise"', ['"anisotropic noise"'], []),
        ("“anisotropic noise”", ['"anisotropic noise"'], []),
        ('"anisotropic noise', ['"anisotropic noise"'], []),
        ("sgd OR adam momentum", ["sgd OR adam", "momentum"], []),
        ("sgd | adam momentum", ["sgd OR adam", "momentum"], []),
        ("sgd || adam momentum", ["sgd OR adam", "momentum"], []),
        ("‘anisotropic noise’ 'in sgd'", ['"anisotropic noise"', '"in sgd"'], []),
        (
            "「anisotropic noise」 Gibbs' sampler's",
            ['"anisotropic noise"', "Gibbs'", "sampler's"],
            [],
        ),
        ("dropout NEAR (lstm OR gru)", ["dropout NEAR lstm OR dropout NEAR gru"], []),
        ("(lstm OR gru) NEAR/3 dropout", ["lstm NEAR/3 dropout OR gru NEAR/3 dropout"], []),
        ("dataset: mnist cite:hinton", ["dataset:mnist", "cites:hinton"], []),
        ("intitle:gan au:bengio ti: adam", ["title:gan", "author:bengio", "title:adam"], []),
        ('title=gan author = "Hinton"', ["title:gan", 'author:"Hinton"'], []),
        ("year=2018 x=y", ["year:2018", "x=y"], []),
        ("allintitle: deep moss", ["title:deep", "title:moss"], []),
        ("deep in:title -moss year:2018", ["title:deep", "year:2018"], ["title:moss"]),
        ("moss !fern wow! a!b", ["moss", "wow", "a!b"], ["fern"]),
        ("Languages: a survey", ["Languages:", "survey"], []),
        ("keywords:gan conference:acl", ["tag:gan", "venue:acl"], []),
        (
            "year:2018-2020 year:>2018 year:2018+",
            ["year:2018..2020", "year:2019..", "year:2018.."],
            [],
        ),
        (
            "aniso-\ntropic few- shot pre- and post",
            ["aniso\u00adtropic", "few\u00adshot", "pre-", "post"],
            [],
        ),
        ("(sgd OR adam) momentum", ["sgd OR adam", "momentum"], []),
        ("dropout AND lstm", ["dropout", "lstm"], []),
        ("dropout -lstm", ["dropout"], ["lstm"]),
        ('dropout NOT "long short"', ["dropout"], ['"long short"']),
        ("dropout NEAR lstm", ["dropout NEAR lstm"], []),
        ("dropout NEAR/5 lstm NEAR/5 units gan", ["dropout NEAR/5 lstm NEAR/5 units", "gan"], []),
        ('NEAR(dropout "long short", 5)', ['dropout NEAR/5 "long short"'], []),
        ("sgd OR adam NEAR noise", ["sgd OR adam NEAR noise"], []),
        ("gan -dropout NEAR lstm", ["gan"], ["dropout NEAR lstm"]),
        ("cites:hinton NEAR dropout", ["cites:hinton", "dropout"], []),
        ("NEAR dropout NEAR", ["NEAR", "dropout"], []),
        ("gan NEAR NOT dropout lstm", ["gan", "lstm"], ["dropout"]),
        ("meta-learning f-gan C++ c#", ["meta-learning", "f-gan", "C++", "c#"], []),
        (r"$\epsilon$-greedy", [r"$\epsilon$-greedy"], []),
        ("regulari*", ["regulari*"], []),
        ('title:"deep learning" author:Bottou', ['title:"deep learning"', "author:Bottou"], []),
        ("TITLE:gan tags:x refs:y", ["title:gan", "tag:x", "references:y"], []),
        ("nosuchfield:gan", ["nosuchfield:gan"], []),
        ("year:..2018 year:2019..", ["year:..2018", "year:2019.."], []),
        ("what is the dropout", ["dropout"], []),
        ("the who", ["the", "who"], []),
        ("gan gan GAN", ["gan", "GAN"], []),
        ("p(y|x) f(x)", ["p(y|x)", "f(x)"], []),
    ],
)
def test_a_query_is_interpreted_as_documented(typed, wanted, excluded):
    assert read(typed) == (wanted, excluded)


@pytest.mark.parametrize(
    ("typed", "wanted", "excluded"),
    [
        ("a1 OR (b1 c1)", ["a1 OR (b1 c1)"], []),
        ("(a1 OR b1) (c1 OR (d1 -e1))", ["a1 OR b1", "c1 OR (d1 -e1)"], []),
        ("(a1 OR b1) OR c1", ["a1 OR b1 OR c1"], []),
        ("((((a1))))", ["a1"], []),
        ("x1 -(a1 OR b1)", ["x1"], ["a1 OR b1"]),
        ("x1 -(a1 -b1)", ["x1"], ["a1 -b1"]),
        ("title:(a1 b1) c1", ["title:a1", "title:b1", "c1"], []),
        ("title:(a1 OR body:b1)", ["title:a1 OR body:b1"], []),
        ("(a1 NEAR b1) OR c1", ["a1 NEAR b1 OR c1"], []),
        ("x1 (a1 OR (b1", ["x1", "a1 OR b1"], []),
        ("x1) a1", ["x1)", "a1"], []),
    ],
)
def test_parentheses_group_and_or_binds_closest(typed, wanted, excluded):
    assert read(typed) == (wanted, excluded)


def test_the_nodes_of_a_query_say_what_they_are():
    query = parse('sgd* title:"two words" a1 NEAR/3 b1 (c1 OR (d1 -e1)) citations(f1 g1)')
    assert query.clauses == (
        Term("sgd", is_prefix=True),
        Term("two words", "title", is_phrase=True),
        Near((Term("a1"), Term("b1")), 3),
        AnyOf((Term("c1"), AllOf((Term("d1"),), (Term("e1"),)))),
        Function("citations", "f1 g1"),
    )


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("citations(gan vae) dropout", ["citations(gan vae)", "dropout"]),
        ("citations(cites:(a1 OR b1))", ["citations(cites:(a1 OR b1))"]),
        ("citations(gan) OR references(vae)", ["citations(gan) OR references(vae)"]),
        ("similar(a/b?c) x1", ["similar(a/b?c)", "x1"]),
        ("references(gan (a1 OR b1", ["references(gan (a1 OR b1))"]),
        ("citations()", []),
        ("selfcitations(gan)", ["selfcitations(gan)"]),
    ],
)
def test_functions_take_a_query_with_its_parentheses(typed, wanted):
    assert read(typed) == (wanted, [])


def test_an_excluded_function_is_excluded():
    assert read("gan -citations(vae)") == (["gan"], ["citations(vae)"])


@pytest.mark.parametrize(
    ("typed", "scope", "wanted"),
    [
        ("in:text gan", "text", ["gan"]),
        ("gan in:refs", "references", ["gan"]),
        ("gan in:references", "references", ["gan"]),
        ("gan in:2019", None, ["gan", "in:2019"]),
    ],
)
def test_in_restricts_a_query_to_text_or_references(typed, scope, wanted):
    assert (parse(typed).scope, read(typed)[0]) == (scope, wanted)


@pytest.mark.parametrize(
    ("typed", "is_question", "is_sentence"),
    [
        ("does batch norm help generalization in GANs?", True, True),
        ("how does dropout regularize networks", True, False),
        ("what is dropout", False, False),
        ("dropout?", True, False),
        ("one two three four five", False, True),
        ("one two three four", False, False),
    ],
)
def test_questions_and_sentences_are_recognised(typed, is_question, is_sentence):
    query = parse(typed)
    assert (query.is_question, query.is_sentence) == (is_question, is_sentence)


@pytest.mark.parametrize(
    ("typed", "ignored"),
    [
        ("gan similar()", ("similar()",)),
        ("gan -citations( )", ("citations()",)),
        ('gan cites:""', ('cites:""',)),
        ("gan NEAR()", ("NEAR()",)),
        ("gan NEAR cites:hinton", ("NEAR",)),
        ("gan not vae", ("not",)),
    ],
)
def test_what_is_not_searched_for_is_said(typed, ignored):
    assert parse(typed).ignored == ignored


def test_function_words_are_ignored_and_said_to_be():
    assert parse("the role of dropout in LSTMs").ignored == ("the", "of", "in")
    assert parse('"the role of dropout"').ignored == ()


def test_a_pasted_page_is_cut_and_says_what_it_left_out():
    query = parse(" ".join(f"word{i}" for i in range(100)))
    assert len(query.clauses) == MOST_CLAUSES
    assert query.ignored[-1] == "word99"


def test_parentheses_nested_without_end_are_read_as_if_they_were_not_there():
    depth = 20 * DEEPEST_NESTING
    assert read("(" * depth + "a1" + ")" * depth)[0] == ["a1"]
    assert len(read("(a1 OR " * depth + "b1" + ")" * depth)[0]) >= 1


def test_a_phrase_is_relaxed_to_its_words_and_a_query_of_words_is_not():
    relaxed = to_relaxed(parse('"anisotropic noise" sgd NEAR adam f-gan'))
    assert [str(node) for node in relaxed.clauses] == [
        "anisotropic", "noise", "sgd", "adam", "gan",
    ]  # fmt: skip
    assert to_relaxed(parse("anisotropic noise")) is None


def test_each_chip_leads_to_the_query_without_that_part():
    assert to_chips('(gan OR vae) "deep learning" -lstm citations(x1) in:text') == [
        ("gan OR vae", '"deep learning" citations(x1) -lstm in:text'),
        ('"deep learning"', "gan OR vae citations(x1) -lstm in:text"),
        ("citations(x1)", 'gan OR vae "deep learning" -lstm in:text'),
        ("-lstm", 'gan OR vae "deep learning" citations(x1) in:text'),
        ("in:text", 'gan OR vae "deep learning" citations(x1) -lstm'),
    ]


CHIPPED = [
    "a1 OR (b1 c1) d1", "x1 -(a1 OR b1)", "x1 -(a1 -b1)", "title:(a1 OR b1) c1*", "a1 NEAR/3 b1 c1",
    "sgd OR adam NEAR noise", "citations(a1 (b1", 'author:"Y Bengio" year:2018..', "C++ -c#",
    "(a1 OR b1) (c1 OR (d1 -e1))", "NOT a1 OR b1",
]  # fmt: skip


@pytest.mark.parametrize("typed", CHIPPED)
def test_the_chips_of_a_query_together_are_the_query(typed):
    query = parse(typed)
    again = parse(" ".join(part for part, _ in to_chips(typed)))
    assert (again.clauses, again.excluded) == (query.clauses, query.excluded)


@pytest.mark.parametrize(
    "typed", ["noisy gradients", '"noisy gradients"', "noisy OR gradients", "(noisy OR gradients)"]
)
def test_words_can_be_asked_as_a_phrase_all_or_any(typed):
    assert to_strictness(typed) == {
        "phrase": '"noisy gradients"', "all": "noisy gradients", "any": "noisy OR gradients",
    }  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["noisy", "title:noisy gradients", "noisy -gradients", "a1 b1 c1 d1 e1 f1", ""]
)
def test_strictness_is_not_offered_where_it_makes_no_difference(typed):
    assert to_strictness(typed) == {}


HOSTILE = [
    "", " ", '"', '""', "(", ")(", "-", "*", "OR", "NOT", "AND", "\x00", "🙂", "- OR *", "title:",
    ":", "a:(b", '"a', "a\x00b", "a AND", "NEAR(a b)", "NEAR(", "a NEAR NEAR b", "NEAR(,)",
    "a NEAR/0 b*", "a^2 + b", "{title} : x", "'; drop table papers --", "x" * 10_000, "ا ب", "ـ",
    "C++", "foo:bar:baz", "a OR OR b", "-a -b", '"" "" x', "*a* b*", "a/b\\c", "[x]", "%41",
    "<script>", "((" * 3000, "citations(" * 500, "-(" * 500, "a OR " * 1500, "NEAR(a b, 999)",
    "NEAR(a \"b c\" d*, 3)", "year:2018..", "\u0301", "similar()", "citations(citations(a))",
    "in:text", "in:", "-in:text", "机器*", "İ ß ﬁ", "a|b", "|", "⟦x⟧", "title:-a",
    "-title:-(a OR b)",
]  # fmt: skip


@pytest.fixture(scope="module")
def table():
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.execute("create virtual table texts using fts5(title, abstract, body, refs)")
        conn.execute("insert into texts values ('Dropout', 'of LSTMs', 'We use dropout.', '')")
        yield conn


def find_rows(table, typed):
    sql = "select count(*) from texts where texts match ?"
    return table.execute(sql, [fts.to_match(typed)]).fetchone()[0]


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_typed_is_an_error_and_every_expression_is_one_that_fts5_accepts(typed, table):
    find_rows(table, typed)
    to_chips(typed)
    to_strictness(typed)
    fts.to_words(typed)
    to_relaxed(parse(typed))


PIECES = [
    *"\"()-*|:,$\\{}^_/%", "OR", "AND", "NOT", "NEAR", "NEAR/3", "NEAR(", ", 5)", "title:",
    "cites:", "year:", "in:", "in:text", "citations(", "similar(", "a", "word", "models", "C++",
    "..", "2018..2020", "the", "who", "?", '"a b"', "«", "\x00", "ا", "ـ", "机器", "\u0301", "🙂",
    "İ", "\n", "  ",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_no_random_input_is_an_error(seed, table):
    generator = random.Random(seed)
    for _ in range(250):
        pieces = generator.choices(PIECES, k=generator.randint(1, 14))
        typed = "".join(piece + generator.choice(["", " "]) for piece in pieces)
        find_rows(table, typed)
        for part, rest in to_chips(typed):
            parse(part)
            parse(rest)
        to_strictness(typed)
        fts.to_words(typed)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dropout lstms", 1),
        ("dropout -lstms", 0),
        ('"use dropout"', 1),
        ('"dropout use"', 0),
        ("gan OR drop*", 1),
        ("use NEAR/2 dropout", 1),
        ("(gan OR use) -(vae OR lstm)", 1),  # no plurals of words as short as lstm
        ("(gan OR use) -(vae OR dropout)", 0),
        ("-dropout", 0),
        ("", 0),
    ],
)
def test_expressions_of_fts5_mean_what_the_query_means(typed, found, table):
    assert find_rows(table, typed) == found


def test_words_that_may_be_misspelt_are_those_of_text():
    assert fts.to_words('droput NEAR "Schölkopf lern" cites:hintn pre* of 2019') == (
        '["droput", "scholkopf", "lern"]'
    )


def test_marking_a_passage_escapes_it_first():
    assert to_marked_html("<script>⟦x⟧</script>") == "&lt;script&gt;<mark>x</mark>&lt;/script&gt;"
