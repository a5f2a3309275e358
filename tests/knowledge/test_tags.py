"""Tags: spellings of one keyword are joined, likeness alone joins nothing,
papers without keywords get marked ones."""

import pytest
import yaml
from conftest import ROOT

from papersette.knowledge import keyphrases
from papersette.knowledge.tags import Acronyms, Tags, find_acronyms, shipped_acronyms, split


@pytest.mark.parametrize(
    "same",
    [
        ["Deep Learning", "deep-learning", "deep  learning"],
        ["data set", "dataset", "Datasets"],
        ["optimization", "Optimisation"],
        ["GAN", "GANs", "generative adversarial network", "Generative Adversarial Networks (GANs)"],
        ["Réseaux", "reseaux"],
    ],
)
def test_spellings_of_one_keyword_are_one_tag(same):
    assert len(Tags(same).labels) == 1


@pytest.mark.parametrize(
    "apart",
    [
        ["deep learning", "deep Q-learning"],
        ["adversarial training", "nonadversarial training"],
        ["supervised learning", "unsupervised learning"],
        ["bias", "biology"],
        ["C++", "C#"],
        ["تعلم", "عميق"],
    ],
)
def test_tags_that_are_only_similar_are_not_joined(apart):
    assert len(Tags(apart).labels) == len(apart)


def test_the_commonest_spelling_is_the_label_and_the_address_reads_well():
    known = Tags(["Neural Networks", "neural networks", "neural networks", "neural network"])
    assert known.labels == {"neural-network": "neural networks"}
    assert known.to_id("NEURAL NETWORK") == "neural-network"


def test_tags_that_look_alike_are_suggested():
    assert [
        pair[:2]
        for pair in Tags(["adversarial defence", "adversarial defense", "pans"]).suggestions()
    ] == [("adversarial-defence", "adversarial-defense")]


def test_an_acronym_is_learnt_from_ten_papers_that_agree():
    few, many = Acronyms(), Acronyms()
    once = ["We plant a tall green hedge (TGH) here."]
    twice = ["We plant tall green hedges (TGHs) here, and again tall green hedges (TGHs)."]
    for _ in range(9):
        few.count(find_acronyms(once))
    for _ in range(10):
        many.count(find_acronyms(twice))
    assert (few.known(), many.known()) == ({}, {"tgh": "tall green hedge"})
    assert len(Tags(["TGH", "tall green hedges"], many.known()).labels) == 1
    assert len(Tags(["tgh", "tall green hedges"], many.known()).labels) == 2


def test_an_acronym_that_is_not_made_of_initials_is_not_learnt():
    acronyms = Acronyms()
    for _ in range(12):
        acronyms.count(find_acronyms(["We use the corpus (WSJ) and a map (MAP)."]))
    assert acronyms.known() == {}


def test_no_shipped_acronym_has_two_meanings():
    table = yaml.safe_load((ROOT / "papersette/knowledge/acronyms.yml").read_text())
    given = [
        acronym
        for value in table.values()
        for acronym in (value if isinstance(value, list) else [value])
    ]
    assert len(given) == len(set(given))
    assert shipped_acronyms()["gan"] == "generative adversarial network"


def test_authors_who_write_all_keywords_into_one_are_understood():
    assert split("GANs; noise, trees.") == ["GANs", "noise", "trees"]


CORPUS = [
    ("Hedges and noise", "hedge noise", {"hedge"}),
    ("More hedges", "on hedge and noise", {"hedge"}),
    ("Noise", "noise in trees", {"tree"}),
]


def extractor(more):
    papers = [*CORPUS, *more]
    phrases = [keyphrases.to_phrases(title, abstract) for title, abstract, _ in papers]
    return keyphrases.Extractor(phrases, [frozenset(keys) for _, _, keys in papers])


def test_a_paper_without_keywords_gets_those_that_its_words_have_elsewhere():
    best, _ = extractor([("Pruning hedges", "We prune a hedge with noise.", set())]).extract(3)[0]
    assert best == "hedge"


def test_a_papers_own_keywords_do_not_teach_about_itself():
    found = dict(extractor([("Zebras", "Of zebras.", {"zebra"})]).extract(3))
    assert "zebra" not in found


def test_a_paper_gets_tags_of_similar_papers():
    found = dict(extractor([("Unlike", "all others", set())]).extract(3, [(2, 0.9), (0, 0.1)]))
    assert found["tree"] > found["hedge"] > 0


def test_a_corpus_without_keywords_gives_phrases_that_papers_share():
    papers = [
        ("Regret of online learners", "online learners again"),
        ("On online learners", "x"),
        ("Unrelated pans", "iron"),
    ]
    found = keyphrases.Extractor(
        [keyphrases.to_phrases(*paper) for paper in papers], [frozenset()] * 3
    ).extract(0)
    assert found[0][0] == "online learner"


def test_a_phrase_inside_a_better_one_is_not_chosen_again():
    assert [
        key
        for key, _ in keyphrases.choose(
            [("deep hedge", 2.0), ("hedge", 1.0), ("tree", 0.5), ("weak", 0.01)]
        )
    ] == [
        "deep hedge",
        "tree",
    ]
