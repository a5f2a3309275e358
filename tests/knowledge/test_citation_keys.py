"""Keys of papers in BibTeX: readable, in ASCII, and one for each paper."""

import re

import pytest

from papersette.knowledge.citation_keys import to_base, to_citation_keys
from papersette.records import Author, Paper, Venue

VENUE = Venue("v", "V 2019", 2019)


def paper(n, author, title, year=2019):
    authors = (Author(author),) if author else ()
    return Paper(paper_id=f"p{n}", venue=VENUE, title=title, authors=authors, year=year)


@pytest.mark.parametrize(
    ("author", "year", "title", "key"),
    [
        ("Andrew Brock", 2019, "Large Scale GAN Training for High Fidelity", "brock2019large"),
        ("Shibani Santurkar", 2018, "How Does Batch Normalization Help Optimization?",
         "santurkar2018batch"),
        ("Chelsea Finn", 2017, "Model-Agnostic Meta-Learning", "finn2017model"),
        ("Sebastian Nowozin", 2016, "f-GAN: Training Generative Samplers", "nowozin2016gan"),
        ("van der Maaten, Laurens", 2008, "Visualizing Data", "maaten2008visualizing"),
        ("Seán Ó Ríordáin", 2020, "A Note", "riordain2020note"),
        ("Łukasz Đặng-Weiß", 2020, "Ångström Örsted", "dangweiss2020angstrom"),
        ("The ATLAS Collaboration", 2012, "Observation of a new particle", "atlas2012observation"),
        ("Conor O'Brien", 2020, "$\\ell_1$ Regularisation \\emph{now}", "obrien2020regularisation"),
        ("محمد الخوارزمي", 2021, "الجبر والمقابلة", None),
        ("王 伟", 2021, "深度学习", None),
        (None, 2019, "Large Scale", "anon2019large"),
        ("Ann Lee", None, "2D or not 2D", "lee2d"),
        ("Ann Lee", 2019, "A", "lee2019a"),
        ("Ann Lee", 2019, "???", "lee2019"),
    ],
)  # fmt: skip
def test_a_key_is_family_name_year_and_first_significant_word(author, year, title, key):
    found = to_base(author, year, title)
    assert re.fullmatch("[a-z0-9]+", found)
    if key:
        assert found == key
    else:
        assert re.fullmatch("[a-z]+2021[a-z]+", found), "a name and a word in other letters"


def test_a_family_name_that_the_source_gives_is_in_the_key():
    author = Author("Ann Elm Ash", family="Elm Ash")
    given = Paper(paper_id="p", venue=VENUE, title="Deep nets", authors=(author,), year=2019)
    assert to_citation_keys([given]) == {"p": "elmash2019deep"}


def test_papers_with_the_same_name_year_and_word_get_letters_in_order():
    papers = [paper(n, "Ann Lee", "Deep nets") for n in range(30)]
    keys = list(to_citation_keys(papers).values())
    assert keys[:3] == ["lee2019deep", "lee2019deepa", "lee2019deepb"]
    assert (keys[26], keys[27]) == ("lee2019deepz", "lee2019deepaa")


def test_no_two_papers_share_a_key_even_if_one_ends_like_a_letter_more():
    papers = [
        paper(1, "Ann Lee", "Deepa meets"),
        paper(2, "Ann Lee", "Deep nets"),
        paper(3, "Bo LEE", "deep thought"),
        paper(4, "Bo Lee", "Deepa"),
    ]
    keys = to_citation_keys(papers)
    assert keys["p1"] == "lee2019deepa"
    assert keys["p3"] == "lee2019deepb"
    assert len(set(keys.values())) == 4
