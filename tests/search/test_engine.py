"""What a search finds and shows: a claim for each kind of question, on papers made for it."""

import contextlib
import sqlite3
from collections import defaultdict
from dataclasses import replace

import pytest
from corpora import SEARCHED

from papersette.search import clauses, expansions
from papersette.search.corpus import FACETS
from papersette.search.engine import MOST_FACET_VALUES, Engine
from papersette.search.index import to_index_folder
from papersette.search.results import PAGE_SIZE, Request
from papersette.search.suggestions import suggest


@pytest.fixture(scope="module")
def engine(searched_db):
    return Engine(searched_db, to_index_folder(searched_db))


@pytest.fixture(scope="module")
def search(engine):
    return lambda q, **more: engine.search(Request(q=q, **more))


def ids(result):
    return [hit.paper_id for hit in result.hits]


def notices(result):
    return [(notice.kind, notice.typed, notice.also) for notice in result.notices]


def marked(passage):
    return [part.partition("⟧")[0] for part in passage.split("⟦")[1:]]


YOSHUA = ["bengio-full", "bengio-initials"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ('"Yoshua Bengio"', YOSHUA),
        ('"Bengio, Yoshua"', YOSHUA),
        ('"Y. Bengio"', YOSHUA),
        ('"Bengio, Y"', YOSHUA),
        ('"Bengio Y"', YOSHUA),
        ('"Samy Bengio"', ["bengio-samy"]),
        ("bengio", [*YOSHUA, "bengio-samy"]),
        ("Hinton", ["hinton"]),
        ('"Geoffrey Hinton"', ["hinton"]),
        ('"G. E. Hinton"', ["hinton"]),
        ("merriënboer", ["hinton", "schmidhuber"]),
        ("merrienboer", ["hinton", "schmidhuber"]),
        ('"van Merriënboer"', ["hinton", "schmidhuber"]),
        ('"Bart van Merriënboer"', ["hinton", "schmidhuber"]),
        ('"Merriënboer, B. van"', ["hinton", "schmidhuber"]),
    ],
)
def test_cites_takes_full_names_and_initials_in_either_order_with_or_without_particles(
    search, name, found
):
    assert sorted(ids(search(f"cites:{name}"))) == sorted(found)


def test_a_cited_name_with_an_accent_is_found_without_a_notice(search):
    result = search('cites:"Jürgen Schmidhuber"')
    assert ids(result) == ["schmidhuber"]
    assert (result.missing, result.notices, result.relaxed, result.partial) == (
        (),
        [],
        False,
        False,
    )


@pytest.mark.parametrize("typed", ["schölkopf", "scholkopf", "SCHÖLKOPF", '"jürgen"', '"Jurgen"'])
def test_words_are_found_with_and_without_their_accents(search, typed):
    assert "accents" in ids(search(typed))


NORMALIZED = ["norm-american", "norm-british", "norm-more", "norm-question"]


@pytest.mark.parametrize("typed", ["batch normalisation", "batch normalization"])
def test_british_and_american_spelling_find_the_same_and_it_is_said(search, typed):
    result = search(typed)
    other = typed.split()[1].translate(str.maketrans("sz", "zs"))
    assert sorted(ids(result)) == NORMALIZED
    assert notices(result) == [("spelling", typed.split()[1], (other,))]


def test_in_quotes_a_spelling_is_exact(search):
    result = search('"batch normalisation"')
    assert (ids(result), result.notices) == (["norm-british"], [])
    assert sorted(ids(search('"batch normalization"'))) == [
        "norm-american", "norm-more", "norm-question",
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["color", "colour", "behavior", "behaviour", "optimizers"])
def test_other_spellings_than_ise_are_found_too(search, typed):
    assert "norm-british" in ids(search(typed))


def test_papers_with_the_phrase_come_before_those_with_the_words_near_and_those_before_the_rest(
    search,
):
    assert ids(search("spectral normalization")) == ["phrase", "near", "apart"]


@pytest.mark.parametrize(
    ("typed", "found", "mark"),
    [
        ("C++", ["cplusplus"], "C++"),
        ("c++", ["cplusplus"], "C++"),
        ("c#", ["csharp"], "C#"),
        ("f-gan", ["f-gan"], "f-GAN"),
        ("10.1162/neco.1997.9.8.1735", ["schmidhuber"], "10.1162/neco.1997.9.8.1735"),
    ],
)
def test_names_with_symbols_are_found_as_written_where_they_occur(search, typed, found, mark):
    result = search(typed)
    assert (ids(result), result.notices) == (found, [])
    assert marked(result.hits[0].passage) == [mark]


@pytest.mark.parametrize("typed", [r"$\epsilon$-greedy", "epsilon-greedy", "ε-greedy", "ϵ-greedy"])
def test_greek_letters_are_found_by_letter_name_and_in_tex(search, typed):
    assert sorted(ids(search(typed))) == ["epsilon-letter", "epsilon-word"]


@pytest.mark.parametrize(
    ("typed", "as_read", "found"),
    [
        ("arXiv:1706.03762", "1706.03762", "attention"),
        ("https://arxiv.org/abs/1706.03762", "1706.03762", "attention"),
        ("www.arxiv.org/pdf/1706.03762.pdf", "1706.03762", "attention"),
        ("doi:10.1162/neco.1997.9.8.1735", "10.1162/neco.1997.9.8.1735", "schmidhuber"),
        ("https://doi.org/10.1162/neco.1997.9.8.1735", "10.1162/neco.1997.9.8.1735", "schmidhuber"),
    ],
)
def test_identifiers_in_other_forms_are_found_and_it_is_said_how_they_were_read(
    search, typed, as_read, found
):
    result = search(typed)
    assert (ids(result), notices(result)) == ([found], [("symbols", typed, (as_read,))])
    assert as_read in result.hits[0].passage.replace("⟦", "").replace("⟧", "")


def test_a_symbol_that_no_paper_has_is_dropped_and_that_is_said(search):
    assert notices(search("f++")) == [("symbols", "f++", ("f",))]
    assert "gan-f" in ids(search("f++"))


@pytest.mark.parametrize("typed", ['"機械翻訳"', "機械翻訳"])
def test_a_japanese_word_is_found_as_a_phrase_and_marked(search, typed):
    result = search(typed)
    assert ids(result) == ["japanese"]
    assert marked(result.hits[0].passage) == ["機械翻訳"]


@pytest.mark.parametrize("typed", ["تعلم الآلة", "تعلم الالة", '"تعلّم الآلة"', "title:تعلم"])
def test_arabic_is_found_in_any_spelling(search, typed):
    assert ids(search(typed)) == ["arabic"]


@pytest.mark.parametrize("typed", ["شبكات", "الشبكات", "بالشبكات", "للآلة", "آلة"])
def test_arabic_words_are_found_with_and_without_article(search, typed):
    result = search(typed)
    assert ids(result) == ["arabic"]
    assert "⟦" in result.hits[0].passage


def test_quotes_find_arabic_words_as_typed(search):
    assert ids(search('"شبكات"')) == []


def test_articles_are_no_part_of_short_arabic_words():
    assert "تي" not in expansions.to_other_articles("التي")
    assert list(expansions.to_other_articles("من")) == []
    assert "اللغه" in expansions.to_other_articles("للغه")


@pytest.mark.parametrize(
    "typed", ["l'apprentissage", "l’apprentissage", "L'Apprentissage", "jardin"]
)
def test_french_words_are_found_without_the_elided_word(search, typed):
    assert ids(search(typed)) == ["french"]


def test_a_stop_word_is_not_searched_for_after_an_elided_word(search):
    (hit,) = search("qu'une").hits
    assert marked(hit.passage) == ["qu’une"]
    assert ids(search('"l’apprentissage"')) == []


def test_arabic_words_are_marked_with_their_vowel_signs(search):
    assert marked(search("تعلم الالة").hits[0].passage) == ["تعلّم الآلة"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("bengio", ("Bengio, Y", "cites", 2, 'cites:"Bengio, Y"')),
        ("schmidhub", ("Schmidhuber, J", "cites", 1, 'cites:"Schmidhuber, J"')),
        ("wikit", ("WikiText-103", "dataset", 2, 'dataset:"WikiText-103"')),
        ("tag 1", ("tag 1", "tag", 6, 'tag:"tag 1"')),
        ("spectra of gr", ("Spectra of graphs", "title", None, 'title:"Spectra of graphs"')),
    ],
)
def test_suggestions_are_names_datasets_tags_and_titles_with_counts(engine, typed, first):
    found = suggest(engine.index, engine.facet_terms, engine.titles, typed)[0]
    assert (found.label, found.kind, found.papers, found.query) == first


def test_a_technique_is_suggested_too(engine):
    found = suggest(engine.index, engine.facet_terms, engine.titles, "dropo")
    assert {(s.kind, s.papers) for s in found} == {("tag", 2), ("technique", 2)}


def test_every_suggested_query_finds_as_many_papers_as_it_says(engine, search):
    suggested = [
        s
        for typed in ("be", "wiki", "drop", "ki", "tag", "sh", "hi")
        for s in suggest(engine.index, engine.facet_terms, engine.titles, typed)
        if s.papers is not None
    ]
    assert len(suggested) > 8
    for suggestion in suggested:
        assert search(suggestion.query, versions="all").count == suggestion.papers, suggestion


def test_a_version_does_not_suggest_its_title_twice(engine):
    found = suggest(engine.index, engine.facet_terms, engine.titles, "gradient hedging for")
    assert [s.label for s in found] == ["Gradient hedging for orchards and gates"]


def test_author_in_a_collection_without_authors_says_so_and_offers_cites(search):
    result = search("author:bengio")
    assert notices(result) == [("no_authors", "bengio", ('cites:"bengio"',))]
    assert len(search('cites:"bengio"').hits) == 3


def test_affiliation_in_a_collection_without_affiliations_says_so(search):
    assert notices(search("affiliation:oslo")) == [("no_affiliations", "oslo", ())]
    assert notices(search("-affiliation:oslo moss")) == [("no_affiliations", "oslo", ())]


def test_papers_by_a_name_are_told_apart_from_papers_that_have_it_where_there_are_no_authors(
    search,
):
    result = search("papers by Yoshua Bengio")
    assert notices(result) == [("no_authors", "Yoshua Bengio", ('cites:"Yoshua Bengio"',))]
    assert notices(search("papers by Nobody Known")) == []


@pytest.mark.parametrize(
    ("typed", "found", "source", "passage"),
    [
        ("dataset:wikitext-103", ["wikitext-often", "wikitext-once"], "mention",
         "Results on ⟦WikiText-103⟧ are good."),
        ("technique:dropout", ["wikitext-often", "wikitext-once"], "mention",
         "We use ⟦dropout⟧, and more ⟦dropout⟧, and ⟦dropout⟧ for the last layer."),
        ("cites:hinton", ["hinton"], "citation", "[1] Geoffrey E. ⟦Hinton⟧, Simon Osindero,"),
        ("cited:adam", ["bengio-initials", "bengio-samy"], "citation",
         "[2] Diederik P. Kingma and Jimmy Ba. ⟦Adam: A method for stochastic"),
    ],
)  # fmt: skip
def test_the_passage_of_a_facet_is_its_evidence_and_most_mentions_come_first(
    search, typed, found, source, passage
):
    result = search(typed)
    first = result.hits[0]
    assert (ids(result), first.source) == (found, source)
    assert first.passage.startswith(passage)
    assert first.page == (2 if found[0] == "wikitext-often" else 1)


def test_alternatives_of_names_have_their_evidence_too(search):
    hits = search("cites:hinton OR cites:schmidhuber").hits
    assert {hit.paper_id: marked(hit.passage) for hit in hits} == {
        "hinton": ["Hinton"], "schmidhuber": ["Schmidhuber"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cites:bengio -embedded", ["bengio-full", "bengio-samy"]),
        ("dataset:wikitext-103 -kind", ["wikitext-often"]),
        ("cites:bengio -cites:kingma", ["bengio-full"]),
        ("similar(norm-american) whitening", ["norm-more"]),
    ],
)
def test_what_ranks_high_by_evidence_must_match_all_else(search, typed, found):
    result = search(typed)
    assert (sorted(ids(result)), result.count) == (sorted(found), len(found))


def test_a_filter_holds_for_what_ranks_high_by_evidence(search):
    result = search("cites:bengio", filters=(("cites", "kingma-d"), ("tag", "-odd")))
    assert len(result.hits) == result.count < 2


def test_citations_show_the_entry_that_cites_each_paper_found(search):
    hits = search("citations(title:orchards)").hits
    assert {(hit.paper_id, hit.source) for hit in hits} == {
        ("bengio-initials", "citation"), ("hinton", "citation"),
    }  # fmt: skip
    assert all("orchards" in marked(hit.passage)[0].lower() for hit in hits)


@pytest.mark.parametrize(
    ("by_id", "same"),
    [
        ("citations(hedging)", "citations(title:orchards)"),
        ("references(hinton)", "references(cites:hinton)"),
        ('similar("Faster training of classifiers")', "similar(norm-american)"),
    ],
)
def test_functions_take_the_id_of_a_paper_or_its_title(search, by_id, same):
    assert ids(search(by_id)) == ids(search(same)) != []


def test_the_id_of_a_paper_finds_it(search):
    assert ids(search("norm-american")) == ["norm-american"]


def test_a_question_prefers_text_to_references(search):
    result = search("does batch norm help generalization in GANs?")
    assert ids(result)[0] == "norm-question"
    assert [hit.source for hit in result.hits] == ["text", "references"]


def test_norm_is_normalization_where_papers_abbreviate_so_and_that_is_said(search):
    result = search("batch norm")
    assert {"norm-american", "norm-more", "norm-question"} < set(ids(result))
    assert notices(result) == [("abbreviation", "norm", ("normalization",))]
    assert ids(search('"batch norm"')) == ["norm-references"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("citations(title:orchards)", ["bengio-initials", "hinton"]),
        ('citations("hedged by gradients")', ["bengio-initials", "hinton"]),
        ("citations(title:orchards) cites:hinton", ["hinton"]),
        ("citations(title:orchards) -embedded", ["hinton"]),
        ("citations(title:orchards) layers", ["hinton"]),
        ("citations(title:orchards) OR whitening", ["bengio-initials", "hinton", "norm-more"]),
        ("citations(title:(orchards OR whitening))", ["bengio-initials", "hinton"]),
        ("references(cites:hinton)", ["hedging"]),
        ("references(citations(title:orchards))", ["hedging"]),
        ("citations(references(cites:hinton)) embedded", ["bengio-initials"]),
        ("citations(whitening)", []),
        ("similar(nosuch)", []),
    ],
)
def test_citations_and_references_compose_with_everything_else(search, typed, found):
    result = search(typed)
    assert (sorted(ids(result)), result.count) == (sorted(found), len(found))


@pytest.mark.parametrize("typed", ["citations({})", "references(citations({}))"])
def test_what_was_relaxed_inside_a_function_is_said(search, typed):
    relaxed = search(typed.format('"orchards zebrafish hedged"'))
    assert (relaxed.missing, relaxed.relaxed, relaxed.notices) == (("zebrafish",), True, [])
    exact = search(typed.format("title:orchards"))
    assert (exact.missing, exact.relaxed, exact.partial) == ((), False, False)
    spelled = search(typed.format("normalisation"))
    assert [notice.kind for notice in spelled.notices] == ["spelling"]


def test_a_prefix_of_too_many_words_is_searched_for_with_the_commonest_and_that_is_said(
    search, monkeypatch
):
    every = search("batch-n*")
    assert every.notices == []
    monkeypatch.setattr(clauses, "LONG_AFTER_WORDS", 1)
    monkeypatch.setattr(clauses, "MOST_AFTER_WORDS", 1)
    commonest = search('"batch n*"')
    assert set(ids(commonest)) < set(ids(every))
    assert commonest.count == search('"batch normalization"').count
    assert notices(commonest) == [("prefix", '"batch n*"', ("1",))]
    assert "⟦batch normalization⟧" in commonest.hits[0].passage.lower()


def test_near_says_that_only_the_commonest_words_of_a_prefix_were_looked_for(search, monkeypatch):
    assert notices(search("NEAR(batch no*)")) == []
    monkeypatch.setattr(clauses, "MOST_OF_PREFIX", 1)
    assert notices(search("NEAR(batch nor*)")) == [("prefix", "nor*", ("1",))]


def test_functions_compose_with_filters(search):
    (value,) = [v for v, _ in search("hinton").facets["cites"] if v.slug.startswith("hinton")]
    filters = (("cites", value.value),)
    assert ids(search("citations(title:orchards)", filters=filters)) == ["hinton"]


def test_similar_lists_the_most_similar_paper_first(engine, search):
    own = engine.corpus.numbers["norm-american"]
    related = [engine.corpus.ids[n] for n in engine.corpus.related[own]]
    assert ids(search("similar(norm-american)", versions="all")) == related
    assert related[0] in {"norm-more", "norm-question", "norm-british"}


def test_a_passage_of_references_is_one_entry(search, searched_db):
    with contextlib.closing(sqlite3.connect(searched_db)) as conn:
        entries = {raw for (raw,) in conn.execute("select raw from citations")}
    asked = ["generalization training batch", "hinton merriënboer", "vaswani trees",
             "kingma filler", "in:references bengio", "blank rows"]  # fmt: skip
    shown = [
        hit.passage.replace("⟦", "").replace("⟧", "")
        for q in asked
        for hit in search(q).hits
        if hit.source == "references"
    ]
    assert len(shown) >= 8
    assert set(shown) <= entries


def test_the_passage_comes_from_the_text_unless_references_hold_the_only_match(search):
    assert {hit.paper_id: hit.source for hit in search("gans").hits} == {
        "norm-question": "text", "norm-references": "references",
    }  # fmt: skip
    (hit,) = search("in:references generalization").hits
    assert hit.source == "references"


@pytest.mark.parametrize(
    ("typed", "paper", "marks"),
    [
        ("normalization help gans", "norm-question", {"normalization", "help", "GANs"}),
        ("batch normalization", "norm-british", {"batch normalisation"}),
        ("optimis*", "norm-british", {"optimisers"}),
        ('"wikitext-103" dropout', "wikitext-once", {"WikiText-103", "dropout"}),
        ("exploration OR bandits", "epsilon-word", {"Exploration", "bandits"}),
        ("exploration NEAR/9 bandit", "epsilon-word", {"Exploration", "bandits"}),
    ],
)
def test_every_matched_form_is_marked(search, typed, paper, marks):
    hits = {hit.paper_id: hit for hit in search(typed).hits}
    assert marks <= set(marked(hits[paper].passage))


def test_an_explanation_says_which_terms_matched_where_and_adds_up_to_the_score(search):
    result = search("normalization whitening", explain=True)
    hit = result.hits[0]
    assert hit.paper_id == "norm-more"
    assert "text" in hit.explanation["matched"]["normalization"]
    assert "title" in hit.explanation["matched"]["whitening"]
    assert "title" not in hit.explanation["matched"]["normalization"]
    assert sum(hit.explanation["scores"].values()) == pytest.approx(hit.score, abs=0.002)
    assert search("normalization whitening").hits[0].explanation is None


def test_versions_of_a_work_are_grouped_and_count_once(search):
    grouped = search("title:orchards")
    assert (grouped.count, grouped.papers, len(grouped.hits)) == (1, 2, 1)
    assert (ids(grouped), grouped.hits[0].versions) == (["hedging"], 2)
    every = search("title:orchards", versions="all")
    assert (every.count, every.papers) == (2, 2)
    assert sorted(ids(every)) == ["hedging", "older-hedging"]


QUERIES = ["", "normalization", "the library", "cites:bengio", "-network", "gans OR hinton",
           "year:2018..2019", "citations(title:orchards)", "training of classifiers"]  # fmt: skip


@pytest.mark.parametrize("versions", ["", "all"])
@pytest.mark.parametrize("q", QUERIES)
def test_facet_counts_are_those_of_counting_one_by_one(engine, searched_db, q, versions):
    request = Request(q=q, versions=versions)
    with contextlib.closing(sqlite3.connect(searched_db)) as conn:
        members = conn.execute(
            "select facet, value, number, work_id from paper_facets"
            " join facets using (facet_id) join papers using (number)"
        ).fetchall()
        works = dict(conn.execute("select number, work_id from papers"))
    found = set(engine.find_numbers(request).tolist())
    truth = defaultdict(set)
    for facet, value, number, work in members:
        if number in found:
            truth[facet, value].add(number if versions else work)
    result = engine.search(request)
    assert result.count == len(found if versions else {works[n] for n in found})
    assert result.papers == len(found)
    for facet in FACETS:
        asked = engine.search(replace(request, facet=facet)).facets.get(facet, [])
        wanted = {value: len(papers) for (name, value), papers in truth.items() if name == facet}
        assert len(wanted) < MOST_FACET_VALUES
        assert {value.value: count for value, count in asked} == wanted
        counts = [count for _, count in asked]
        assert counts == sorted(counts, reverse=True)
        beside = result.facets.get(facet, [])
        assert {v.value: count for v, count in beside}.items() <= wanted.items()


@pytest.mark.parametrize("sort", ["", "year", "title", "rating", "citations", "nosuch"])
@pytest.mark.parametrize("q", QUERIES)
def test_pages_together_have_every_hit_once_in_the_order_of_one_long_page(search, q, sort):
    whole = ids(search(q, sort=sort, size=1000))
    assert len(whole) == len(set(whole)) == search(q, sort=sort).count
    pages = [ids(search(q, sort=sort, size=4, page=page)) for page in range(1, 10)]
    assert [paper for page in pages for paper in page] == whole[:36]
    assert search(q, sort=sort, size=4, page=1000).hits == []


def test_results_can_be_sorted_by_title_year_and_citations(search):
    titles = [SEARCHED[paper][0] for paper in ids(search("library", sort="title"))]
    assert titles == ["A fast program", "A small program", "A typed program"]
    by_year = ids(search("orchards classifiers OR orchards", sort="year", versions="all"))
    assert by_year[-1].startswith("older-")
    assert ids(search("gradient", sort="citations"))[0] == "hedging"


def test_find_in_paper_gives_every_page_with_the_words_in_order(engine):
    pages = engine.find_in_paper("apart", "spectral normalization")
    assert [page for page, _ in pages] == [1, 3]
    assert marked(pages[1][1]) == ["Normalization", "normalization", "normalization"]
    assert engine.find_in_paper("hinton", "osindero")[0][0] == 1
    assert engine.find_in_paper("apart", "nosuch") == []
    assert engine.find_in_paper("nosuch", "spectral") == []
    assert engine.find_in_paper("apart", "") == []


def test_a_word_that_no_paper_has_is_said_to_be_missing(search):
    result = search("whitening zzzz")
    assert (ids(result), result.missing, result.partial) == (["norm-more"], ("zzzz",), False)


def test_a_phrase_that_no_paper_has_is_taken_apart_and_that_is_said(search):
    result = search('"normalization spectral"')
    assert (sorted(ids(result)), result.relaxed) == (["apart", "near", "phrase"], True)


def test_words_that_no_paper_has_together_are_said_to_be_missing_from_each(search):
    result = search("whitening epsilon")
    assert (result.partial, result.missing) == (True, ())
    assert {hit.paper_id: hit.missing for hit in result.hits} == {
        "norm-more": ("epsilon",), "epsilon-word": ("whitening",), "epsilon-letter": ("whitening",),
    }  # fmt: skip


ODD = [
    "", " ", '"', '""', "(", ")(", "-", "*", "**", "OR", "NOT x", "\x00", "🙂", "title:", "cites:",
    'cites:""', "cites:,", "year:x..y", "year:..", "dataset:*", "citations(", "citations(()",
    "references(-x)", "similar()", "similar(\x00)", "citations(" * 80 + "x", "a* OR b*", "*a",
    "a/b\\c", "x" * 5000, "(" * 2000, "NEAR(a b, 999)", "a NEAR/0 a", '"a b c"*', "機*", "機",
    "ا*", "ـ", "C++*", "#", "++", "-cites:bengio", "in:text", "in:references -x", "author:",
    "has:nosuch", "body:x", "method:x*", "methods:(a OR b)", " ".join(f"w{i}" for i in range(99)),
    "references:bengio*", "year:2019*", "lang:xx", "{q}", "[a]", "a^2", "x:y:z", "a\u0301", "İİ",
    "the of and", "?", "why?",
]  # fmt: skip


@pytest.mark.parametrize("typed", ODD)
@pytest.mark.parametrize("more", [{}, {"explain": True, "sort": "year", "scope": "references"}])
def test_nothing_typed_is_an_error_and_counts_agree_with_the_hits(search, engine, typed, more):
    result = search(typed, size=1000, **more)
    assert result.count == len(result.hits) == len(set(ids(result)))
    engine.find_in_paper("hinton", typed)
    engine.find_similar(typed)
    suggest(engine.index, engine.facet_terms, engine.titles, typed)


@pytest.mark.parametrize("value", ["nosuch", "-nosuch", ",", "-", "' or 1=1", "\x00", "x" * 5000])
@pytest.mark.parametrize("facet", FACETS)
def test_an_unknown_value_of_a_filter_is_no_error(search, facet, value):
    result = search("", filters=((facet, value),))
    assert result.count == len(result.hits) or result.count > PAGE_SIZE


def test_half_a_surrogate_pair_is_no_error(search):
    assert ids(search("whitening \ud800")) == ["norm-more"]


def test_arguments_that_are_unknown_are_ignored():
    odd = {"q": None, "page": "x", "size": "-3", "sort": "';", "tag": "", "nosuch": "y"}
    assert Request.from_arguments(odd) == Request()
    assert Request.from_arguments({"page": "9" * 30}).page == 1_000_000
