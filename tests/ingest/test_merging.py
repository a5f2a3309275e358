"""Completing papers: the first source's word stands, what it lacks is taken from others, and who said what is kept."""

from papersette.ingest.merging import complete
from papersette.records import AlternateValue, Author, Paper, Review, Venue

VENUE = Venue("v", "V")
ANONYMOUS = Paper("a", VENUE, title="A Title", abstract="First words.")


def completed(**said):
    return complete([ANONYMOUS], [("later", "v", Paper("a", Venue("later", "L"), **said))])


def test_what_a_paper_lacks_is_taken_and_told():
    (paper,), values, problems = completed(
        authors=(Author("Ada"),), decision="oral", reviews=(Review(7), Review(9.5))
    )
    assert (paper.authors, paper.decision, paper.title) == ((Author("Ada"),), "oral", "A Title")
    assert values == [
        AlternateValue("a", "authors", "later", "Ada", used=True),
        AlternateValue("a", "decision", "later", "oral", used=True),
        AlternateValue("a", "reviews", "later", "7; 9.5", used=True),
    ]
    assert problems == []


def test_where_sources_differ_the_first_word_stands_and_the_other_is_kept():
    (paper,), values, _ = completed(abstract="Other words.")
    assert (paper.abstract, values) == (
        "First words.",
        [AlternateValue("a", "abstract", "later", "Other words.", used=False)],
    )


def test_the_same_in_other_letters_is_no_claim():
    assert completed(title="a title!")[1] == []


def test_an_item_that_names_no_paper_is_told():
    _, _, (problem,) = complete(
        [ANONYMOUS],
        [("later", "v", Paper("b", Venue("later", "L"))), ("later", "v", Paper("a", VENUE))],
    )
    assert (problem.source, problem.item, problem.stage) == ("later", "b", "merge")


def test_a_paper_of_another_venue_is_not_completed():
    assert len(complete([ANONYMOUS], [("later", "w", Paper("a", VENUE, decision="oral"))])[2]) == 1
