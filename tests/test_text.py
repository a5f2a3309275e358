"""Text as keys, and words in the singular and plural."""

import pytest
import yaml
from conftest import ROOT

from papersette.text import number_variants, to_plurals, to_singular, unique_id

SINGULARS = yaml.safe_load((ROOT / "tests/truth/singulars.yml").read_text(encoding="utf-8"))
FEWEST_RIGHT = {"drawn": 0.97, "held out": 0.95, "chosen": 0.99}
"""Share of the words of each sample whose singular is right; the others are names of people."""


@pytest.mark.parametrize(("sample", "share"), FEWEST_RIGHT.items())
def test_singulars_are_right(sample, share):
    words = SINGULARS[sample]
    wrong = {word: to_singular(word) for word in words if to_singular(word) != words[word]}
    assert len(wrong) <= (1 - share) * len(words), wrong


def test_each_plural_has_its_singular():
    singulars = {word for words in SINGULARS.values() for word in words.values()}
    known = {word for word in singulars if to_singular(word) == word}
    plurals = {plural: word for word in known for plural in to_plurals(word)}
    assert len(plurals) > 200
    assert {plural: to_singular(plural) for plural in plurals} == plurals


@pytest.mark.parametrize(
    ("word", "variants"),
    [
        ("networks", "network networks"),
        ("policy", "policies policy"),
        ("biases", "bias biases"),
        ("gas", "gas gases"),
        ("cache", "cache caches"),
        ("corpus", "corpora corpus corpuses"),
        ("indices", "index indexes indices"),
        ("losses", "loss losses"),
        ("GANs", "gan gans"),
        ("bayes", "bayes"),
        ("physics", "physics"),
        ("series", "series"),
        ("various", "various"),
    ],
)
def test_a_word_is_searched_for_in_singular_and_plural(word, variants):
    assert sorted(number_variants(word)) == variants.split()


def test_an_id_is_numbered_only_if_it_is_taken():
    assert unique_id("a", set()) == "a"
    assert unique_id("a", {"a", "a-2"}) == "a-3"
