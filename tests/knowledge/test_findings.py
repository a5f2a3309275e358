"""What one paper says by itself, kept until its content or the rules change."""

import re

import pytest

from papersette import cache
from papersette.knowledge import findings, paper_mentions
from papersette.knowledge.findings import PaperText
from papersette.knowledge.matcher import Matcher, to_spellings
from papersette.knowledge.mentions import find_mentions
from papersette.knowledge.paper_mentions import MentionJob, SpellingChooser
from papersette.knowledge.terms import Term
from papersette.knowledge.words import Vocabularies
from papersette.records import Reference

BODY = (
    "We train a generative adversarial network (GAN) on the Hedge-1000 dataset and CIFAR-10.\n"
    "Our code is available at https://github.com/ada/hedges. Dropout helps; dropout is cheap."
)
REFS = "[1] D. Kingma and J. Ba. Adam: A method for stochastic optimization. In ICLR, 2015."
PAGES = ((1, BODY, None), (2, None, REFS))


def to_text(pages=PAGES, references=None, cache=None):
    return PaperText("p", pages, references, (), cache)


def test_findings_are_the_same_from_the_cache(tmp_path):
    text = to_text(cache=tmp_path)
    found = findings.find(text)
    assert found.entries[0].authors[0].key == "kingma-d"
    assert found.code_links[0].url == "https://github.com/ada/hedges"
    assert found.acronyms == (("GAN", "generative adversarial network"),)
    assert ("Hedge", "1000") in found.names.candidates
    assert found.words["dropout"] == 2
    assert findings.find_cached(text) == found


def test_findings_of_a_paper_without_text_are_the_same_from_the_cache(tmp_path):
    text = to_text((), (Reference("Adam. 2015", "Adam", ("D Kingma",), 2015),), tmp_path)
    found = findings.find(text)
    assert [entry.title for entry in found.entries] == ["Adam"]
    assert findings.find_cached(text) == found


def test_the_key_changes_with_the_pages_the_references_and_the_version():
    texts = [
        to_text(),
        to_text(((1, BODY + " ", None), PAGES[1])),
        to_text(((2, BODY, None), (3, None, REFS))),
        to_text(((1, BODY, REFS),)),
        to_text(((1, BODY, None), (2, REFS, None))),
        to_text(references=(Reference("a"),)),
        to_text(((1, "", None),)),
        to_text(((1, None, ""),)),
    ]
    keys = [text.to_key("1") for text in texts] + [texts[0].to_key("2")]
    assert len(set(keys)) == len(keys)
    assert to_text(cache="elsewhere").to_key("1") == keys[0]


def test_a_paper_lacks_only_the_facts_of_rules_that_fail_and_is_not_cached(tmp_path, monkeypatch):
    def fail(text):
        raise ValueError("array must not contain NaN")

    monkeypatch.setitem(findings.FINDERS, "citations", fail)
    found = findings.find(to_text(cache=tmp_path))
    assert found.failures == {"citations": "ValueError: array must not contain NaN"}
    assert (found.entries, len(found.code_links)) == ((), 1)
    assert list(tmp_path.rglob("*.gz")) == []


@pytest.mark.parametrize("entry", [{}, [], {"entries": [[1]]}, {"entries": 3}])
def test_an_entry_of_another_form_is_not_used(tmp_path, entry):
    text = to_text(cache=tmp_path)
    findings.save_entry(tmp_path, text.to_key(findings.to_version()), entry)
    assert findings.find_cached(text) is None
    assert findings.find(text).code_links


def test_findings_that_cannot_be_kept_say_why(tmp_path):
    (tmp_path / "file").write_text("no folder")
    found = findings.find(to_text(cache=tmp_path / "file"))
    assert found.unsaved == "Not a directory"
    assert found.code_links


TERMS = [
    Term("cifar-10", "CIFAR-10", "dataset", ("CIFAR-10",)),
    Term("mnist", "MNIST", "dataset", ("MNIST",)),
    Term("adult", "Adult", "dataset", (), ("Adult",)),
    Term("dropout", "dropout", "technique", ("dropout", "Dropouts"), case_sensitive=False),
    Term("gan", "GAN", "technique", ("GAN",)),
    Term("generative", "generative models", "technique", ("generative models",), (), False),
]


def to_job(terms, folder=None, pages=PAGES):
    text = to_text(pages, cache=folder)
    vocabularies = Vocabularies()
    vocabularies.add(findings.find(text).names.words)
    return MentionJob(text, SpellingChooser(to_spellings(terms), vocabularies).choose(0))


def test_a_paper_is_searched_only_for_spellings_of_which_it_has_every_word():
    chosen = to_job(TERMS).spellings
    assert {one.term_id for one in chosen} == {"cifar-10", "dropout", "gan"}


def test_the_chosen_spellings_find_what_all_find():
    pages = ((1, f"{BODY} Adults use the Adult dataset, MNIST and CIFAR 10, not GANs.", None),)
    expected = find_mentions([(1, pages[0][1])], Matcher(TERMS))
    assert len(expected) == 5
    assert list(paper_mentions.find(to_job(TERMS, None, pages))) == expected


def test_a_new_name_changes_the_key_of_papers_that_have_its_words_only(tmp_path):
    before = to_job(TERMS).to_key()
    other, own = (Term(name.lower(), name, "dataset", (name,)) for name in ("COCO", "Hedge"))
    assert to_job([*TERMS, other]).to_key() == before
    assert to_job([*TERMS, own]).to_key() != before


def test_mentions_are_the_same_from_the_cache(tmp_path):
    job = to_job(TERMS, tmp_path)
    assert paper_mentions.find_cached(job) is None
    found = paper_mentions.find(job)
    assert paper_mentions.find_cached(job) == found


def test_a_paper_that_can_have_no_name_needs_no_worker():
    assert paper_mentions.find_cached(to_job([TERMS[1]])) == ()


def test_the_version_covers_every_module_that_findings_import():
    """A module that is missing would leave entries of old rules in the cache."""
    package = cache.PACKAGE
    covered = {path for pattern in findings.RULES for path in package.glob(pattern)}
    missing = set()
    for path in (path for path in covered if path.suffix == ".py"):
        for name in re.findall(
            r"^from papersette\.([\w.]+) import", path.read_text(), re.MULTILINE
        ):
            module = package / f"{name.replace('.', '/')}.py"
            missing |= {module} - covered if module.exists() else set()
    assert {path.stem for path in missing} <= {"cache", "terms"}  # no rules, types only
