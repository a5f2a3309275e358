"""Mentions: whole words, the longest name, a cue for ordinary words,
and a sentence to check each by."""

import json

import pytest
from conftest import ROOT

from papersette.errors import UserError
from papersette.knowledge.datasets import load_datasets
from papersette.knowledge.matcher import Matcher
from papersette.knowledge.mentions import MAX_EVIDENCE, find_mentions, to_sentence
from papersette.knowledge.mining import Miner
from papersette.knowledge.terms import GENERIC, Term, to_terms
from papersette.knowledge.words import Frequencies
from papersette.text import to_singular

TAGS = [
    "NAS",
    "NAS",
    "GAN",
    "GANs",
    "batch normalization",
    "Batch-Normalization",
    "autoencoder",
    "auto-encoders",
]


@pytest.fixture(scope="module")
def matcher():
    return Matcher(to_terms(TAGS, load_datasets()))


def found(matcher, *pages):
    return {
        mention.term_id: mention.count
        for mention in find_mentions(list(enumerate(pages, 1)), matcher)
    }


def test_a_name_is_never_found_inside_a_word(matcher):
    assert (
        found(
            matcher,
            "The label is unassigned; NASA and nas and GANDALF are not meant. EMNISTX neither.",
        )
        == {}
    )


def test_case_is_kept_for_acronyms_and_datasets(matcher):
    assert found(matcher, "We search with NAS. A squad of nas engineers took the squad car.") == {
        "nas": 1
    }


def test_techniques_are_found_in_any_case_hyphenated_or_in_the_plural(matcher):
    text = (
        "Batch normalization helps. BATCH-NORMALIZATION hurts. "
        "Autoencoders, auto-encoder and Auto encoders agree; GANs do."
    )
    assert found(matcher, text) == {"batch-normalization": 2, "auto-encoders": 3, "gan": 1}


@pytest.mark.parametrize(
    "written",
    [
        "CIFAR-10",
        "CIFAR10",
        "CIFAR 10",
        "CIFAR-\n10",
        "Cifar-10",
        "CIFAR–10",
        "pretrained-CIFAR-10",
    ],
)
def test_a_name_may_be_joined_in_several_ways(matcher, written):
    assert found(matcher, f"We train on {written} for long.") == {"cifar-10": 1}


def test_a_sentence_that_ends_in_a_name_does_not_join_the_next(matcher):
    assert (
        found(matcher, "We do not use CIFAR. 10 epochs are enough for Human3. 6M is a number.")
        == {}
    )


def test_headings_in_capitals_are_names_too(matcher):
    assert found(matcher, "5.1 RESULTS ON IMAGENET AND FASHION-MNIST") == {
        "imagenet": 1,
        "fashion-mnist": 1,
    }


def test_the_longest_name_wins(matcher):
    text = "Fashion-MNIST is not MNIST, and Tiny ImageNet is not miniImageNet."
    assert found(matcher, text) == {
        "fashion-mnist": 1,
        "mnist": 1,
        "tiny-imagenet": 1,
        "miniimagenet": 1,
    }


@pytest.mark.parametrize(
    "text",
    [
        "We use the Adult data set.",
        "the Adult income dataset",
        "three datasets: Adult, of people",
        "results on MNIST, Adult and more",
        "rows: SVHN (Miller et al., 2011) Adult 93.1",
        "evaluated on Iris, Adult and Wine",
    ],
)
def test_an_ordinary_word_is_a_name_beside_a_cue_or_in_a_list(matcher, text):
    assert found(matcher, text)["adult"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "Adult supervision is needed.",
        "An Adult learns a task on MNIST.",
        "Pendulum laws. Adult. The dataset is new.",
        "Adult Swim dataset",
        "the Young-Adult corpus",
        "Adult-B dataset",
    ],
)
def test_an_ordinary_word_without_a_cue_is_not_a_name(matcher, text):
    assert "adult" not in found(matcher, text)


def test_the_version_of_an_environment_is_a_cue(matcher):
    assert found(matcher, "We run Ant-v2. An ant runs. The Ant is small.") == {"ant": 1}


def test_a_mention_has_its_count_its_first_page_and_its_sentence(matcher):
    pages = [
        (3, "Nothing here."),
        (4, "Some say so, e.g. Li et al. (2011). Errors on SVHN\nfall to 2.1 percent. It is good."),
        (7, "SVHN"),
    ]
    (mention,) = find_mentions(pages, matcher)
    assert (mention.term_id, mention.count, mention.first_page) == ("svhn", 2, 4)
    assert mention.evidence == "Errors on SVHN fall to 2.1 percent."


def test_a_long_sentence_is_cut_around_the_name_at_words():
    text = "begin " + "before " * 100 + "NAME " + "after " * 100 + "end"
    sentence = to_sentence(text, text.index("NAME"), text.index("NAME") + 4)
    assert len(sentence) <= MAX_EVIDENCE
    assert "NAME" in sentence
    assert set(sentence.split()) == {"before", "NAME", "after"}


def test_empty_pages_mention_nothing(matcher):
    assert find_mentions([], matcher) == []
    assert find_mentions([(1, ""), (2, " \n")], matcher) == []


def test_no_two_terms_of_the_shipped_list_share_an_id_or_a_spelling():
    terms = load_datasets()
    spellings = [spelling for term in terms for spelling in (*term.spellings, *term.cued)]
    assert len({term.term_id for term in terms}) == len(terms)
    assert len(set(spellings)) == len(spellings)


def test_each_built_in_name_is_found_next_to_a_cue(matcher):
    for term in load_datasets():
        assert found(matcher, f"We use the {term.name} dataset here.") == {term.term_id: 1}, (
            term.name
        )


def test_a_catalog_adds_names_as_text_or_yaml_and_overrides_the_shipped(tmp_path):
    plain, listed = tmp_path / "names.txt", tmp_path / "names.yml"
    plain.write_text("# ours\nAlpha Corpus\n\nMNIST\n")
    listed.write_text(
        "- Beta\n- {name: Gamma, aliases: [Gam], common: [Gam]}\n- {name: MNIST, common: true}\n"
    )
    assert [
        term.origin for term in load_datasets(plain) if term.term_id in {"alpha-corpus", "mnist"}
    ] == ["catalog"] * 2
    terms = {term.term_id: term for term in load_datasets(listed)}
    assert (terms["gamma"].spellings, terms["gamma"].cued) == (("Gamma",), ("Gam",))
    assert terms["mnist"].needs_cue
    assert terms["beta"].name == "Beta"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- A1\n- {nam: B}\n", "line 2: must be a name, or begin “name: …”"),
        ("- A1\n- {name: B, alias: [C]}\n", "line 2: “alias” is not known"),
        ("- {name: 20}\n", "line 1: “20” must be text"),
        ("- {name: B, aliases: C}\n", "line 1: “aliases” must be a list"),
        ("- {name: B, common: [C]}\n", "line 1: “common” must be"),
        ("- {name: B, common: 1}\n", "line 1: “common” must be"),
        ("- A1\n\n- a1\n", "line 3: “a1” is already on line 1"),
        ("name: B\n", "line 1: must be a list"),
        ("", "line 1: must be a list"),
        ("- [A\n", "is not YAML"),
    ],
)
def test_an_error_in_a_list_is_reported_with_its_line(tmp_path, text, message):
    path = tmp_path / "names.yml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"names\.yml") as error:
        load_datasets(path)
    assert message in str(error.value)


def test_a_missing_list_or_one_of_other_letters_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        load_datasets(tmp_path / "none.yml")
    (tmp_path / "latin.txt").write_bytes(b"Caf\xe9\n")
    with pytest.raises(UserError, match="is not UTF-8 at byte 3"):
        load_datasets(tmp_path / "latin.txt")


def names(tags, **more):
    return [term.name for term in to_terms(tags, [], **more)]


def test_a_tag_of_one_paper_or_a_generic_word_is_no_technique():
    assert names(
        ["pruning", "pruning", "dropout", "Learning", "learning", "adversarial", "adversarial"]
    ) == ["pruning"]


def test_the_long_form_of_a_tag_with_its_acronym_is_the_tag():
    assert names(["neural architecture search (NAS)", "neural architecture search"]) == [
        "neural architecture search"
    ]


def test_most_spellings_decide_whether_case_is_kept():
    (dropout,) = to_terms(["DropOut", "dropout", "Dropout"], [])
    assert not dropout.case_sensitive
    (gan,) = to_terms(["GAN", "GANs", "gan"], [])
    assert (gan.case_sensitive, gan.spellings) == (True, ("GAN", "GANs"))


def test_a_single_word_that_half_the_papers_hold_is_no_technique():
    frequencies = Frequencies()
    for text in ("softmax", "softmax", "dropout"):
        frequencies.add(text.split())
    assert names(["softmax"] * 2 + ["dropout"] * 2, frequencies=frequencies) == ["dropout"]


def test_a_tag_that_names_a_dataset_is_the_dataset():
    terms = to_terms(["imagenet", "ImageNet"], load_datasets())
    assert {term.kind for term in terms if "imagenet" in term.name.lower()} == {"dataset"}


def test_a_name_that_mostly_is_a_word_in_this_corpus_needs_a_cue():
    frequencies = Frequencies()
    for text in ("the spruce", "a spruce", "Spruce", "Larch"):
        frequencies.add(text.split())
    mined = [Term(name.lower(), name, "dataset", (name,)) for name in ("Spruce", "Larch")]
    assert [term.needs_cue for term in to_terms([], mined, frequencies=frequencies)] == [
        True,
        False,
    ]


def test_lossy_counting_drops_only_rare_words():
    frequencies = Frequencies(kept=3)
    for text in ("often once1", "often once2", "often once3 once4"):
        frequencies.add(text.split())
    assert (frequencies["often"], frequencies["once1"]) == (3, 0)


def mine(*papers):
    miner = Miner()
    for paper in papers:
        miner.add([paper])
    return [term.name for term in miner.datasets()]


def test_names_are_mined_from_what_several_papers_call_a_dataset():
    assert mine(
        "The OrchardNet dataset is used.",
        "We use the OrchardNet corpus.",
        "On an OrchardNet\nbenchmark",
    ) == ["OrchardNet"]
    assert mine("The OrchardNet dataset is used.", "We use the OrchardNet corpus.") == []


def test_two_papers_are_enough_for_a_longer_name_that_something_is_measured_on():
    assert mine("Results on the Orchard-5K dataset.", "The Orchard-5K dataset is large.") == [
        "Orchard-5K"
    ]


def test_ordinary_words_and_what_is_seldom_called_a_dataset_are_not_mined():
    texts = [
        "This dataset",
        "The new image dataset. Image data.",
        "3 datasets",
        "Our Image dataset of an image",
        "An Image corpus, one image",
    ]
    assert mine(*texts) == []
    assert mine(*["The Acme dataset."] * 3, *["Acme is a company."] * 30) == []


def test_what_the_lists_or_tags_know_is_not_mined_again():
    miner = Miner()
    for _ in range(3):
        miner.add(
            [
                "The MNIST dataset, the ImageNet 2012 dataset, the RL benchmark, "
                "the Orchard5 dataset."
            ]
        )
    terms = to_terms(["RL", "RL"], load_datasets(), miner.datasets(), miner.frequencies)
    assert [term.name for term in terms if term.origin == "mined"] == ["Orchard5"]


def test_a_mined_name_that_is_often_something_else_needs_a_cue():
    miner = Miner()
    for text in [*["The Orchard dataset."] * 3, *["Orchard is a village."] * 5]:
        miner.add([text])
    assert [(term.name, term.needs_cue) for term in miner.datasets()] == [("Orchard", True)]


def test_of_the_judged_mentions_more_than_92_in_100_are_right():
    judged = json.loads((ROOT / "tests/truth/mentions.json").read_text())
    for sample in ("any name", "ordinary words"):
        rights = [row["right"] for row in judged if row["sample"] == sample]
        assert len(rights) >= 60
        assert sum(rights) / len(rights) > 0.92


def test_generic_words_are_in_the_singular():
    assert [word for word in sorted(GENERIC) if to_singular(word) != word] == []
