"""Fields of a query: who is cited, which works, datasets and techniques, however they are typed."""

import contextlib
import json
import shutil
import sqlite3

import pytest
from conftest import build_database

from papersette.search import expansions
from papersette.search.engine import Engine
from papersette.search.evidence import LONGEST_ENTRY, mark_entry
from papersette.search.index import to_index_folder
from papersette.search.needles import Needle, Needles
from papersette.search.plain_requests import to_fields
from papersette.search.results import Request
from papersette.search.suggestions import suggest

CATALOG = """
title: Fields
sources:
  - {kind: table, file: papers.json, files: texts, venue: {venue_id: v, name: Gardens, year: 2019}}
"""
ADAM = "Diederik P. Kingma and Jimmy Ba. Adam: A method for stochastic optimization. ICLR, 2014."
GLOW = "Diederik P. Kingma and Prafulla Dhariwal. Glow: Flows with convolutions. NeurIPS, 2018."
ATTENTION = (
    "Ashish Vaswani and Noam Shazeer. Attention is all you need. arXiv preprint arXiv:1706.03762, "
    "2017."
)
OTHERS = [
    "Ann Ash. On paths through gardens. Journal of Gardens, 2001.",
    "Bo Bay. On fences around gardens. Journal of Gardens, 2002.",
]
"""A list of one or two entries is not taken apart."""
PAPERS = {
    "bin-wang": ("Hedges", "Hedges grow.", ["Bin Wang. Language for hedges. In ACL, 2017."]),
    "wei-wang": ("Lawns", "Lawns grow.", ["Wei Wang. Language for lawns. In ACL, 2017."]),
    "john": ("Games", "We play.", ["John von Neumann. Theory of games. Princeton, 1944."]),
    "initial": ("Chess", "We play on.", ["J. Neumann. Theory of chess. Princeton, 1945."]),
    "gerhard": (
        "Actors",
        "We learn.",
        ["Gerhard Neumann. Fitted critics. In NIPS, 2008.", "Jan Kinga. Fields of rye. Rye, 2003."],
    ),
    "xiangyu": ("Layers", "We add layers.", ["Xiangyu Zhang. Deep residual paths. CVPR, 2016."]),
    "xiang": (
        "Letters",
        "We read letters.",
        ["Ruixiang Zhang. Paths of letters. ACL, 2014.", "Xiang Zhang. Letters. In NIPS, 2015."],
    ),
    "accents": ("Ladders", "We climb.", ["Łukasz Sønderby. Ladders of boxes. In NIPS, 2016."]),
    "scripts": (
        "Fences",
        "Fences stand.",
        [
            "Ute Müller. Über Gärten und Zäune. In Beete, 1998.",
            "О. Йовин. Чай у забора. Москва, 2003.",
            "Eve Emer. The orchards of 1992. Rye, 1988.",
        ],
    ),
    "adam": ("Descents", "We train with SGD.", [GLOW, ADAM]),
    "adam-too": ("Ascents", "We train with stochastic gradient descent.", [ADAM, ATTENTION]),
    "attention": ("Looks", "We report the perplexity on the PTB dataset.", [ATTENTION]),
    "treebank": ("Trees", "We parse the Penn Treebank with batch normalization.", [GLOW]),
    "norms": ("Norms", "We use batch normalization in an autoencoder.", []),
    "auto": ("Codes", "We train auto-encoders with the GRU cell.", []),
    "spheres": ("Spheres", "It is an isotropic sphere of k-means; a cone in its min E; b log.", []),
    "logs": ("Logs", "A log.", []),
    "ponds": ("Ponds", f"A heron met a heron. {'Reeds grow. ' * 40}A heron left its pond.", []),
}
TAGS = {
    "adam": ["SGD"],
    "bin-wang": ["SGD"],
    "adam-too": ["stochastic gradient descent"],
    "wei-wang": ["stochastic gradient descent"],
    "norms": ["batch normalization"],
    "treebank": ["batch normalization"],
}
IN_GERMAN = {"john", "gerhard"}
YEARS = {"bin-wang": 2017, "wei-wang": 2018}
SESSIONS = {"bin-wang": "Hedges and Lawns", "wei-wang": "Hedges and Lawns", "ponds": "Water"}


@pytest.fixture(scope="module")
def engine(once):
    def fill(folder):
        (folder / "texts").mkdir()
        for name, (title, text, entries) in PAPERS.items():
            listed = "".join(
                f"[{n}] {entry}\n" for n, entry in enumerate([*entries, *OTHERS], start=1)
            )
            content = f"{title}\n\n{text}\n\n" + (f"References\n{listed}" if listed else "")
            (folder / "texts" / f"{name}.txt").write_text(content, encoding="utf-8")
        papers = [
            {"paper_id": name, "title": title, "tags": TAGS.get(name, [])}
            | ({"language": "de"} if name in IN_GERMAN else {"language": "en"})
            | {"year": YEARS.get(name, 2019), "session": SESSIONS.get(name)}
            for name, (title, _, _) in PAPERS.items()
        ]
        (folder / "papers.json").write_text(json.dumps(papers), encoding="utf-8")
        build_database(folder, CATALOG)

    database = once("fields", fill) / "papers.db"
    return Engine(database, to_index_folder(database))


@pytest.fixture(scope="module")
def search(engine):
    return lambda q, **more: engine.search(Request(q=q, **more))


def ids(result):
    return [hit.paper_id for hit in result.hits]


def plain(passage):
    return passage.replace("⟦", "").replace("⟧", "")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"Bin Wang"', {"bin-wang"}),
        ("Wang", {"bin-wang", "wei-wang"}),
        ('"von Neumann"', {"john", "initial"}),
        ("neumann", {"john", "initial", "gerhard"}),
        ('"Lukasz Sonderby"', {"accents"}),
        ("sønderby", {"accents"}),
        ('"Kingma and Ba"', {"adam", "adam-too"}),
        ('"Kingma & Dhariwal"', {"adam", "treebank"}),
        ('"Kingma et al."', {"adam", "adam-too", "treebank"}),
        ('"Kingma, Ba & Vaswani"', {"adam-too"}),
        ('"Kingma, Ba, Vaswani"', {"adam-too"}),
        ('"Kingma, D. P., Ba, J. and Shazeer, N."', {"adam-too"}),
        ('"Kingma, Diederik and Ba, Jimmy"', {"adam", "adam-too"}),
        ("soenderby", {"accents"}),
    ],
)
def test_a_cited_name_is_read_as_people_write_it(search, typed, found):
    assert set(ids(search(f"cites:{typed}"))) == found


@pytest.mark.parametrize("name", ["de", "German", "allemand", "الألمانية", "Deutsch"])
@pytest.mark.parametrize("field", ["lang", "language"])
def test_a_language_is_found_by_its_code_and_its_names(search, field, name):
    assert set(ids(search(f"{field}:{name}"))) == IN_GERMAN
    assert not IN_GERMAN & set(ids(search(f"grow -{field}:{name}")))


def test_a_language_is_not_suggested_for_words(engine):
    found = suggest(engine.index, engine.facet_terms, engine.titles, "germa")
    assert "language" not in {one.kind for one in found}


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("Who cites Bin Wang?", 'cites:"Bin Wang"'),
        ("which papers cite Kingma and Ba", 'cites:"Kingma and Ba"'),
        ("papers citing “Attention is all you need”", 'cited:"Attention is all you need"'),
        ("papers using SGD", "technique:SGD"),
        ("I am looking for papers that use the PTB dataset.", "dataset:PTB"),
        (
            "articles using batch normalization on PTB",
            'technique:"batch normalization" dataset:PTB',
        ),
        ("what papers use SGD and cite Dhariwal?", "technique:SGD cites:Dhariwal"),
        ("papers that cite Wang or Neumann", "(cites:Wang OR cites:Neumann)"),
        ("papers that cite Kingma but not Ba", "cites:Kingma -cites:Ba"),
        ("papers that use SGD without citing Dhariwal", "technique:SGD -cites:Dhariwal"),
        ("who does not use SGD?", "-technique:SGD"),
        ("papers which don’t cite Wang or Zhang", "-cites:Wang -cites:Zhang"),
        ("papers citing Kingma & Ba (2014)", 'cited:"Kingma & Ba 2014"'),
        ("papers citing (Kingma & Dhariwal, 2018)", 'cited:"Kingma & Dhariwal, 2018"'),
        ("papers that cite Vaswani et al. 2017", 'cited:"Vaswani et al. 2017"'),
        ("papers using batch norm or SGD", '(technique:"batch norm" OR technique:SGD)'),
        ("papers using the SGD optimizer that cite Kingma", "technique:SGD cites:Kingma"),
        ("articles qui utilisent PTB mais pas SGD", "dataset:PTB -technique:SGD"),
        ("quels articles citent Kingma ?", "cites:Kingma"),
        ("الأوراق التي تستشهد ب Kingma", "cites:Kingma"),
        ("papers from 2017 about hedges", "hedges year:2017"),
        ("2018 papers on lawns", "lawns year:2018"),
        ("papers about lawns published in 2018", "lawns year:2018"),
        ("lawns papers before 2019", "lawns year:..2018"),
        ("which papers are from 2017?", "year:2017"),
        ("papers from 2017 to 2018 that cite Wang", "cites:Wang year:2017..2018"),
        ("papers since 2019 using SGD", "technique:SGD year:2019.."),
        ("papers using gardens after 2018", "gardens year:2019.."),
        ("articles de 2018 sur lawns", "lawns year:2018"),
        ("أوراق من عام 2018 عن lawns", "lawns year:2018"),
        ("which papers are presented in the session on lawns?", "session:lawns"),
        ("papers in the Water session", "session:Water"),
    ],
)
def test_a_request_in_words_is_read_as_fields_and_that_is_said(search, typed, fields):
    result, expected = search(typed), search(fields)
    assert [(n.kind, n.also) for n in result.notices] == [("fields", (fields,))]
    assert ids(result) == ids(expected)
    assert [hit.passage for hit in result.hits] == [hit.passage for hit in expected.hits]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("technique:sgd cites:Dhariwal", [("mention", "SGD"), ("citation", "Prafulla Dhariwal")]),
        ("train cites:Dhariwal", [("text", "train"), ("citation", "Prafulla Dhariwal")]),
        ("cites:Kingma cited:glow", [("citation", "Kingma")]),
    ],
)
def test_every_field_of_a_query_has_its_evidence_once(search, typed, shown):
    (hit,) = [hit for hit in search(typed).hits if hit.paper_id == "adam"]
    pairs = [(hit.source, hit.passage), *((e.source, e.text) for e in hit.evidence)]
    assert [source for source, _ in pairs] == [source for source, _ in shown]
    for (_, text), (_, wanted) in zip(pairs, shown, strict=True):
        assert wanted in plain(text)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"auto-\nencoders with"', {"auto"}),
        ("autoen- coder", {"norms"}),
        ('"nor-\nmalization in an autoen- coder"', {"norms"}),
    ],
)
def test_words_broken_at_the_end_of_a_line_are_found_whole(search, typed, found):
    result = search(typed)
    assert (set(ids(result)), result.relaxed) == (found, False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('cites:"Kingma et al., 2018"', 'cited:"Kingma et al., 2018"'),
        ('cites:"Kingma & Ba (1999)"', 'cited:"Kingma & Ba (1999)"'),
        ('cited:"Kingma & Ba"', 'cites:"Kingma & Ba"'),
        ('cited:"Vaswani et al."', 'cites:"Vaswani et al."'),
    ],
)
def test_a_year_makes_a_work_of_names_and_that_is_said(search, typed, meant):
    result = search(typed)
    assert ids(result) == ids(search(meant))
    assert [(n.kind, n.typed, n.also) for n in result.notices] == [("symbols", typed, (meant,))]


@pytest.mark.parametrize(
    ("typed", "read"),
    [("*ization", "ization"), ("title:*ization", "title:ization"), ("ℓ∞", "l")],
)
def test_symbols_that_are_not_searched_for_are_said(search, typed, read):
    assert ("symbols", typed, (read,)) in [(n.kind, n.typed, n.also) for n in search(typed).notices]


def test_a_title_with_words_that_join_requests_is_read_as_a_whole():
    title = "Learning without forgetting or not"
    known = [("cited", title), ("cites", "Learning"), ("cites", "not")]
    assert to_fields(f"who cites {title}?", lambda *pair: pair in known) == f'cited:"{title}"'


@pytest.mark.parametrize(
    ("typed", "more"),
    [
        ("who cites Nobody Atall?", {}),
        ("papers using gardens", {}),
        ("papers using SGD and gardens", {}),
        ("papers on SGD", {}),
        ("papers using SGD" + " and SGD" * 50, {}),
        ("cites Kingma", {}),
        ("papers that cite Kingma -chess", {}),
        ("papers that cite Kingma OR Ba", {}),
        ("papers that cite Kingma et al. 1905", {}),
        ("papers using SGD or gardens", {}),
        ("who cites Kingma?", {"scope": "text"}),
        ("who cites Kingma? in:text", {}),
        ("papers about lawns in 2018", {}),
        ("papers citing Kingma & Ba from 2018", {}),
        ("papers in the session on chess", {}),
    ],
)
def test_other_words_are_searched_for_as_words(search, typed, more):
    assert "fields" not in [notice.kind for notice in search(typed, **more).notices]


def test_a_word_that_papers_write_in_two_parts_is_found_so_and_that_is_said(search, monkeypatch):
    monkeypatch.setattr(expansions, "FEWEST_PAPERS", 1)
    result = search("batchnormalization")
    assert set(ids(result)) == {"treebank", "norms"}
    also = ("batch-normalization",)
    assert [n.also for n in result.notices if n.kind == "spelling"] == [also]
    assert "⟦batch normalization⟧" in result.hits[0].passage
    # As a word of its own it is in as many papers.
    assert search("autoencoder").notices == []


def test_the_passage_of_words_near_each_other_has_all_of_them(search):
    assert "A ⟦heron⟧ left its ⟦pond⟧." in search("heron NEAR/2 pond").hits[0].passage


def test_a_word_with_a_hyphen_is_marked_as_a_whole_beside_another_word(search):
    result = search("train auto-encoders")
    assert result.hits[0].passage.startswith("Codes We ⟦train auto-encoders⟧ with")


@pytest.mark.parametrize(
    ("typed", "also"),
    [("kmeans", ["k-means"]), *((word, []) for word in ("anisotropic", "conein", "mine"))],
)
def test_words_that_only_stand_beside_each_other_are_no_parts_of_a_word(
    search, monkeypatch, typed, also
):
    monkeypatch.setattr(expansions, "FEWEST_PAPERS", 1)
    assert [form for notice in search(typed).notices for form in notice.also] == also


def test_a_letter_that_is_seldom_before_a_word_is_no_part_of_it(search, monkeypatch):
    monkeypatch.setattr(expansions, "FEWEST_PAPERS", 1)
    monkeypatch.setattr(expansions, "COHESION", 0.6)
    assert search("blog").notices == []


def test_letters_of_mathematics_are_read_as_plain_letters_if_nothing_has_them(search):
    result = search("𝐆RU")
    assert ids(result) == ["auto"]
    assert [(n.kind, n.also) for n in result.notices] == [("symbols", ("GRU",))]


def test_an_entry_is_shown_as_a_whole_unless_an_appendix_is_behind_it():
    needles = Needles([Needle(("gardens",))])
    assert mark_entry(OTHERS[0], needles) == OTHERS[0].replace("gardens", "⟦gardens⟧", 1).replace(
        "Gardens", "⟦Gardens⟧"
    )
    long = OTHERS[0] + " A proof of the lemma follows." * 100
    assert "⟦gardens⟧" in mark_entry(long, needles)
    assert len(mark_entry(long, needles)) < LONGEST_ENTRY / 2


def test_a_rare_work_is_found_by_whole_words_of_its_title(search):
    assert ids(search("cited:chess")) == ["initial"]
    assert ids(search("cited:hess")) == []


@pytest.mark.parametrize(
    "typed", ["über gärten", "Uber Garten", "Zäune über Gärten", "ЧАЙ у забора"]
)
def test_a_rare_work_is_found_with_accents_and_in_other_scripts(search, typed):
    result = search(f'cited:"{typed}"')
    assert ids(result) == ["scripts"]
    assert "⟦" in result.hits[0].passage


def test_a_cited_title_that_was_read_in_part_is_a_phrase_of_its_entry(search):
    result = search('cited:"the orchards of 1992"')
    assert ids(result) == ["scripts"]
    assert "⟦The orchards of 1992⟧" in result.hits[0].passage
    assert [n.also for n in result.notices] == [('references:"the orchards of 1992"',)]
    nothing = search('cited:"orchards the of 1992"')
    assert (ids(nothing), nothing.notices) == ([], [])


def test_papers_that_print_the_given_name_come_first_and_show_that_entry(search):
    hits = search('cites:"Xiang Zhang"').hits
    assert [hit.paper_id for hit in hits] == ["xiang", "xiangyu"]
    assert "Xiang Zhang. Letters" in plain(hits[0].passage)


def test_the_entry_with_most_of_the_names_is_shown(search):
    passages = {hit.paper_id: plain(hit.passage) for hit in search('cites:"Kingma and Ba"').hits}
    assert "Jimmy Ba" in passages["adam"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"Kingma & Ba, 2014"', {"adam", "adam-too"}),
        ('"Kingma and Ba (2015)"', {"adam", "adam-too"}),
        ('"Vaswani et al., 2017"', {"adam-too", "attention"}),
        ("arXiv:1706.03762v3", {"adam-too", "attention"}),
        ("https://arxiv.org/abs/1706.03762", {"adam-too", "attention"}),
        ("arxiv.org/pdf/1706.03762v2.pdf", {"adam-too", "attention"}),
        ('"stochastic optimisation adam"', {"adam", "adam-too"}),
        ('"Kingma & Ba, 1999"', set()),
        ('"von Neumann, 1944"', {"john"}),
        ('"theory of chess"', {"initial"}),
    ],
)
def test_a_cited_work_is_found_by_authors_and_year_identifier_or_title(search, typed, found):
    result = search(f"cited:{typed}")
    assert set(ids(result)) == found
    assert {hit.source for hit in result.hits} <= {"citation"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dataset:ptb", {"attention", "treebank"}),
        ('dataset:"penn tree bank"', {"attention", "treebank"}),
        ("technique:sgd", {"adam", "adam-too"}),
        ('technique:"stochastic gradient descent"', {"adam", "adam-too"}),
        ('technique:"batch normalisation"', {"norms", "treebank"}),
        ('technique:"batch norm"', {"norms", "treebank"}),
        ('technique:"batch-norm"', {"norms", "treebank"}),
        ("technique:batchnorm", {"norms", "treebank"}),
    ],
)
def test_a_dataset_or_technique_is_found_under_all_its_names(search, typed, found):
    result = search(typed)
    assert (set(ids(result)), result.notices) == (found, [])
    assert all("⟦" in hit.passage for hit in result.hits)


@pytest.mark.parametrize("typed", ["sgd", '"SGD"', '"stochastic gradient descent"'])
def test_a_tag_is_found_in_every_spelling(search, typed):
    spelled_either_way = {"adam", "bin-wang", "adam-too", "wei-wang"}
    assert spelled_either_way <= set(ids(search(f"tag:{typed}")))
    assert not spelled_either_way & set(ids(search(f"-tag:{typed}")))


def test_a_tag_without_quotes_is_also_found_by_one_of_its_words(search):
    assert set(ids(search("tag:batch"))) == {"norms", "treebank"}


def test_a_technique_that_is_not_known_is_searched_for_as_words_and_that_is_said(search):
    result = search("technique:gru")
    assert ids(result) == ["auto"]
    assert [(n.kind, n.typed, n.also) for n in result.notices] == [
        ("symbols", "technique:gru", ("gru",))
    ]


@pytest.mark.parametrize(
    ("typed", "guess"),
    [
        ("cites:kingmaa", "Kingma"),
        ("cites:kingaa", "Kingma"),  # as near as Kinga, whom fewer papers cite
        ("dataset:pentreebank", "Penn Treebank"),
        ("session:lwans", "lawns"),
        ("tag:bacth", "batch"),
        ("cited:stochastik", "stochastic"),
        ("lang:germann", "German"),
        ("language:allemend", "allemand"),
    ],
)
def test_a_misspelled_value_has_a_suggestion(search, typed, guess):
    notices = [n for n in search(typed).notices if n.kind == "did_you_mean"]
    assert [(n.typed, n.also) for n in notices] == [(typed.partition(":")[2], (guess,))]


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        ("train year:2016", "year:2016"),
        ("train cites:kingmaaaa", "cites:kingmaaaa"),
        ("has:nosuch", "has:nosuch"),
        ("similar(nosuch)", "similar(nosuch)"),
        ("citations(zzzz)", "citations(zzzz)"),
    ],
)
def test_a_field_that_finds_nothing_is_not_dropped_and_is_named(search, typed, missing):
    result = search(typed)
    assert (ids(result), result.missing, result.partial) == ([], (missing,), False)


def test_a_phrase_stays_whole_where_another_word_is_in_no_paper(search):
    result = search('"batch normalization" zzzz')
    assert set(ids(result)) == {"norms", "treebank"}
    assert (result.missing, result.relaxed) == (("zzzz",), False)


def test_the_name_of_an_author_is_not_taken_apart(search):
    assert search('author:"Nobody Known"').missing == ('author:"Nobody Known"',)


def test_a_prefix_of_one_letter_is_said_to_be_one(search):
    assert [(n.typed, n.also) for n in search("H* grow").notices] == [("H*", ("h…",))]


def test_a_number_left_of_a_phrase_that_is_in_no_paper_finds_nothing(search):
    assert ids(search("zzz-2")) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("auto-e*", {"auto"}),
        ('"batch norm*"', {"norms", "treebank"}),
        ("normal* NEAR batch", {"norms", "treebank"}),
        ("NEAR(batch normal*, 3)", {"norms", "treebank"}),
        ("batch NEAR/0 normalization", {"norms", "treebank"}),
        ("NEAR(batch normalization", {"norms", "treebank"}),
        ("auto-encoder", {"auto", "norms"}),
        ("i am looking for papers on hedges", {"bin-wang"}),
        ("show me papers about lawns", {"wei-wang"}),
        ("which papers are about lawns?", {"wei-wang"}),
        ("papers mentioning lawns", {"wei-wang"}),
        ("which papers use lawns", {"wei-wang"}),
        ("articles on lawns", {"wei-wang"}),
        ("quels articles sur lawns", {"wei-wang"}),
        ("أوراق عن lawns", {"wei-wang"}),
        ("lawns papers", {"wei-wang"}),
        ("recent papers on lawns", {"wei-wang"}),
    ],
)
def test_prefixes_nearness_and_hyphens_find_all_that_they_mean(search, typed, found):
    assert set(ids(search(typed))) == found


@pytest.mark.parametrize(
    ("typed", "label", "query"),
    [
        ("diederik kin", "Kingma, D", 'cites:"Kingma, D"'),
        ("cites:kin", "Kingma, D", 'cites:"Kingma, D"'),
        ("neuman", "Neumann, J", 'cites:"Neumann, J"'),
        ("dataset:pen", "Penn Treebank", 'dataset:"Penn Treebank"'),
        ("batchn", "batch normalization", 'technique:"batch normalization"'),
        ("hedges kingm", "Kingma, D", 'hedges cites:"Kingma, D"'),
        ("hedges lang:deut", "Deutsch", 'hedges language:"Deutsch"'),
        ("language:de", "Deutsch", 'language:"Deutsch"'),
    ],
)
def test_names_and_terms_are_suggested_from_any_of_their_words(engine, typed, label, query):
    found = suggest(engine.index, engine.facet_terms, engine.titles, typed)
    assert query in [one.query for one in found if one.label == label]


def test_words_after_the_entries_of_a_reference_list_are_shown(engine, tmp_path):
    copy = tmp_path / "papers.db"
    shutil.copy(engine.database, copy)
    with contextlib.closing(sqlite3.connect(copy)) as conn, conn:
        conn.execute("delete from citations where raw like '%chess%'")
    engine = Engine(copy, to_index_folder(engine.database))
    (hit,) = engine.search(Request(q="references:chess")).hits
    assert (hit.paper_id, hit.page, hit.source) == ("initial", 1, "references")
    assert "Theory of ⟦chess⟧" in hit.passage
    ((page, passage),) = engine.find_in_paper("initial", "princeton")
    assert page == 1
    assert "⟦Princeton⟧" in passage
    engine.connect().close()


def test_a_cited_name_with_a_letter_that_has_its_own_accent_is_marked(search):
    (hit,) = search("cites:Йовин").hits
    assert "⟦Йовин⟧" in hit.passage


def test_find_in_paper_shows_the_entries_of_a_name_and_the_mention_of_a_dataset(engine):
    (only,) = engine.find_in_paper("xiang", 'cites:"Xiang Zhang"')[-1:]
    assert (only[0], "Xiang ⟦Zhang⟧" in only[1]) == (1, True)
    (mention,) = engine.find_in_paper("attention", "dataset:ptb")
    assert (mention[0], "⟦PTB⟧" in mention[1]) == (1, True)
