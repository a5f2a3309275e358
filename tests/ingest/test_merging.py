"""Completing papers: the first source's value is used, missing values come from other sources."""

from papersette.ingest.merging import complete
from papersette.records import AlternateValue, Author, Paper, Review, Venue

VENUE = Venue("v", "V")
ANONYMOUS = Paper("a", VENUE, title="A Title", abstract="First words.")


def completed(**values):
    return complete([ANONYMOUS], [("later", "v", Paper("a", Venue("later", "L"), **values))])


def test_a_missing_value_is_taken_from_another_source():
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


def test_the_first_value_is_used_and_a_different_one_is_kept():
    (paper,), values, _ = completed(abstract="Other words.")
    assert (paper.abstract, values) == (
        "First words.",
        [AlternateValue("a", "abstract", "later", "Other words.", used=False)],
    )


def test_a_value_that_differs_in_case_alone_is_not_kept():
    assert completed(title="a title!")[1] == []


def test_an_item_without_a_paper_is_a_problem():
    _, _, (problem,) = complete(
        [ANONYMOUS],
        [("later", "v", Paper("b", Venue("later", "L"))), ("later", "v", Paper("a", VENUE))],
    )
    assert (problem.source, problem.item, problem.stage) == ("later", "b", "merge")


def test_a_paper_of_another_venue_is_not_completed():
    assert len(complete([ANONYMOUS], [("later", "w", Paper("a", VENUE, decision="oral"))])[2]) == 1


def test_authors_of_the_same_names_get_the_affiliations_that_another_source_gives():
    paper = Paper("a", VENUE, authors=(Author("Ann Elm Ash"), Author("Bo Bay", "Uni B")))
    more = (
        Author("Ann Elm-Ash", "Uni A", orcid="0000-0002-1825-0097", family="Elm-Ash"),
        Author("bo bay", "Elsewhere"),
    )
    (found,), values, _ = complete([paper], [("later", "v", Paper("a", VENUE, authors=more))])
    assert found.authors == (
        Author("Ann Elm Ash", "Uni A", orcid="0000-0002-1825-0097", family="Elm-Ash"),
        Author("Bo Bay", "Uni B"),
    )
    assert values == []
    other = (Author("Cy Coy", "Uni C"),)
    (found,), _, _ = complete([paper], [("later", "v", Paper("a", VENUE, authors=other))])
    assert found.authors == paper.authors


def test_volume_issue_and_pages_are_completed():
    given = {"volume": "12", "issue": "3", "pages": "45–67"}
    (paper,), values, _ = completed(**given)
    assert (paper.volume, paper.issue, paper.pages) == ("12", "3", "45–67")
    assert [value.field for value in values] == list(given)
