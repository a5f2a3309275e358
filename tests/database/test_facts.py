"""Facts found in papers, from PDFs to tables and searches:
citations, mentions, tags, related papers."""

import re
import sqlite3
from contextlib import closing

import pytest
from conftest import build_database, make_pdf, serve

BODY = [
    (
        "We train on CIFAR-10 and the Adult dataset. "
        "Every adult knows that dropout and pruning shears help."
    ),
    "We use dropout again (Kingma and Ba, 2015).",
]
REFERENCES = [
    "References",
    "[1] Diederik P. Kingma and Jimmy Ba. Adam: A method for stochastic",
    "optimization. In ICLR, 2015.",
    "[2] Geoffrey Hinton and Ruslan Salakhutdinov. Reducing the dimensionality of data",
    "with neural networks. Science, 313:504-507, 2006.",
]
PAPERS = """paper_id,title,authors,year,tags
one,Dropout for small gardens and their hedges,Ann Author,2018,dropout;pruning shears
two,Hedges without any dropout at all,Bo Writer,2019,
three,Dropout in large gardens with hedges,Cy Maker,2019,dropout;pruning shears
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("facts")
    (folder / "pdfs").mkdir()
    make_pdf(folder / "pdfs/one.pdf", [[*BODY, *REFERENCES]])
    alone = [line.replace(" and Jimmy Ba", "") for line in REFERENCES]
    cited = "[3] Ann Author. Dropout for small gardens and their hedges. In Gardens, 2018."
    make_pdf(folder / "pdfs/two.pdf", [BODY[:1], [*BODY[1:], *alone, cited]])
    make_pdf(
        folder / "pdfs/three.pdf",
        [["Only words about hedges, gardens and dropout, and no list, but pruning-shears."]],
    )
    (folder / "papers.csv").write_text(PAPERS)
    (folder / "mine.txt").write_text("Hedge-1000\n")
    catalog = (
        "title: Facts\ndatasets: mine.txt\nsources:\n"
        "  - {kind: table, file: papers.csv, files: pdfs, venue: {venue_id: v, name: V}}\n"
    )
    with serve(build_database(folder, catalog), tmp_path_factory.mktemp("factssite")) as client:
        client.database = folder / "papers.db"
        yield client


def rows(site, sql):
    with closing(sqlite3.connect(site.database)) as conn:
        return conn.execute(sql).fetchall()


def ids(site, q, **more):
    answer = site.get("/papers/search.json", params={"q": q, "_shape": "array", **more})
    assert answer.status_code == 200, answer.text
    return {row["paper_id"] for row in answer.json()}


def test_entries_are_grouped_into_works_and_have_their_page(site):
    found = rows(
        site, "select title, citing_count, year from cited_works order by citing_count desc, title"
    )
    assert found == [
        ("Adam: A method for stochastic optimization", 2, 2015),
        ("Reducing the dimensionality of data with neural networks", 2, 2006),
        ("Dropout for small gardens and their hedges", 1, 2018),
    ]
    assert rows(site, "select page, position from citations where paper_id = 'two'") == [
        (2, 1),
        (2, 2),
        (2, 3),
    ]


def test_a_cited_work_of_the_collection_is_linked_and_counted(site):
    assert rows(site, "select paper_id from cited_works where paper_id is not null") == [("one",)]
    assert rows(site, "select paper_id, cited_by from papers") == [
        ("one", 1),
        ("two", 0),
        ("three", 0),
    ]
    assert "Cited by 1 paper in this collection" in site.get("/papers/papers/one").text
    assert (
        site.get("/papers/search.json?q=hedges&sort=citations&_shape=array").json()[0]["paper_id"]
        == "one"
    )


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        ("en", "2015 · cited by 2 papers · 1 under this name"),
        ("fr", "2015 · cité par 2 articles · 1 sous ce nom"),
        ("ar", "2015 · استشهدت به ورقتان · 1 بهذا الاسم"),
    ],
)
def test_a_work_that_papers_cite_without_a_name_has_both_counts(site, language, counts):
    def read(path):
        answer = site.get(f"/papers/{path}", headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        return " ".join(re.sub("<[^>]*>", "", answer.text).split())

    assert counts in read("cited_names/ba-j")
    both, _, own = counts.rpartition(" · ")
    assert both in read("cited_names/kingma-d")
    assert own.partition(" ")[2] not in read("cited_names/kingma-d")


@pytest.mark.parametrize(("q", "found"), [
    ("cites:hinton", {"one", "two"}), ('cites:"Hinton, G"', {"one", "two"}),
    ("cites:author", {"two"}), ("cited:adam", {"one", "two"}),
    ("hedges -cites:hinton", {"three"}), ("dataset:cifar", {"one", "two"}),
    ("dataset:adult", {"one", "two"}), ("technique:pruning", {"one", "two", "three"}),
    ("in:references hinton", {"one", "two"}),
])  # fmt: skip
def test_a_search_filters_by_cited_names_works_datasets_and_techniques(site, q, found):
    assert ids(site, q) == found


def test_in_text_leaves_the_references_out(site):
    html = site.get("/papers/search?q=salakhutdinov+hedges&in=text").text
    assert "None of these papers contains:" in html


def test_facets_count_cited_names_and_datasets(site):
    counts = site.get("/papers/search_facets.json?q=dropout&_shape=array").json()
    assert {"facet": "cites", "value": "hinton-g", "label": "Hinton, G", "count": 2} in counts
    assert {"facet": "dataset", "value": "cifar-10", "label": "CIFAR-10", "count": 2} in counts


def test_a_mention_has_its_sentence_and_page_and_a_common_word_is_no_mention(site):
    found = rows(
        site,
        "select term_id, count, first_page, evidence from mentions "
        "where paper_id = 'two' and term_id in ('adult', 'pruning-shears')",
    )
    by_term = {term: rest for term, *rest in found}
    assert by_term.keys() == {"adult", "pruning-shears"}
    for term, words in (("adult", "Adult dataset"), ("pruning-shears", "pruning shears")):
        count, page, sentence = by_term[term]
        assert (count, page, words in sentence) == (1, 1, True)


@pytest.mark.parametrize("path", [
    "papers_citing?name=Hinton, G", "papers_citing?work=stochastic optimization",
    "who_uses?term=CIFAR-10", "used_together?term=CIFAR-10", "citing_the_same?paper_id=one",
    "most_cited_names", "most_cited_works", "citations_within",
    "author_profile?author=ann-author", "like_this_text?text=hedges and gardens with dropout",
])  # fmt: skip
def test_canned_queries_of_facts_have_rows(site, path):
    name, _, query = path.partition("?")
    assert site.get(f"/papers/{name}.json?_shape=array&{query}").json(), path


@pytest.mark.parametrize(
    ("table", "sql", "shown"),
    [
        (
            "cited_works",
            "select cited_work_id from cited_works where title like 'Adam%'",
            "Dropout for small gardens",
        ),
        (
            "cited_names",
            "select name_id from cited_names where name = 'Hinton, G'",
            "Reducing the dimensionality of data",
        ),
        ("terms", "select term_id from terms where name = 'pruning shears'", "Dropout for small"),
    ],
)
def test_cited_works_names_and_terms_have_pages_and_exports(site, table, sql, shown):
    ((key,),) = rows(site, sql)
    assert shown in site.get(f"/papers/{table}/{key}").text
    assert site.get(f"/papers/{table}/{key}.bib").text.count("@") >= 2


def test_a_paper_without_keywords_gets_automatic_ones_that_are_marked(site):
    found = rows(site, "select paper_id, origin, tag_id from paper_tags where paper_id = 'two'")
    assert ("two", "extracted", "dropout") in found
    assert 'class="tag extracted"' in site.get("/papers/papers/two").text


def test_related_papers_say_why(site):
    assert "shared references" in site.get("/papers/papers/one").text


def test_a_paper_that_cites_in_footnotes_is_a_problem(tmp_path):
    (tmp_path / "pdfs").mkdir()
    notes = [f"{n} Vgl. Adler, Die Stadt (Bern 19{n + 60}), S. {n}." for n in range(1, 8)]
    make_pdf(tmp_path / "pdfs/one.pdf", [["The towns of the north grew slowly.", *notes]])
    (tmp_path / "papers.csv").write_text("paper_id,title,authors,year\none,Old towns,A B,2018\n")
    catalog = (
        "title: Notes\nsources:\n"
        "  - {kind: table, file: papers.csv, files: pdfs, venue: {venue_id: v, name: V}}\n"
    )
    build_database(tmp_path, catalog)
    with closing(sqlite3.connect(tmp_path / "papers.db")) as conn:
        found = conn.execute(
            "select paper_id, source, stage from problems where reason like '%in footnotes%'"
        ).fetchall()
    assert found == [("one", "v", "text")]
