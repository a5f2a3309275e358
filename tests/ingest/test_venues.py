"""Facts about a venue: whatever entry gives them, they are kept, and differences are told."""

from papersette.ingest import venues
from papersette.records import Paper, Venue


def paper(paper_id, **facts):
    return Paper(paper_id, Venue("garden-days", "Garden Days", **facts), source="library")


def test_facts_that_only_an_earlier_entry_gives_are_kept():
    papers = [
        paper("a", editors="Rose, Ann; Thorn, Bo"),
        paper("b", location="Kew", publisher="Hedge Press"),
        paper("c"),
    ]
    merged, problems = venues.merge(papers)
    assert {one.venue for one in merged} == {
        Venue(
            "garden-days",
            "Garden Days",
            location="Kew",
            editors="Rose, Ann; Thorn, Bo",
            publisher="Hedge Press",
        )
    }
    assert [one.paper_id for one in merged] == ["a", "b", "c"]
    assert problems == []


def test_of_different_facts_the_first_is_kept_and_the_others_are_a_problem():
    merged, (problem,) = venues.merge([paper("a", location="Kew"), paper("b", location="Wisley")])
    assert {one.venue.location for one in merged} == {"Kew"}
    assert (problem.source, problem.item, problem.lost) == ("library", "Garden Days", False)
    assert "“location” in its entries: “Kew”, “Wisley”; the first one is shown" in problem.reason


def test_a_journal_whose_papers_are_of_several_years_has_no_year_and_no_problem():
    merged, problems = venues.merge([paper("a", year=2018), paper("b", year=2019)])
    assert {one.venue.year for one in merged} == {None}
    assert problems == []


def test_other_venues_keep_their_own_facts():
    other = Paper("b", Venue("hedge-days", "Hedge Days", location="Wisley"))
    merged, problems = venues.merge([paper("a", location="Kew"), other])
    assert [one.venue.location for one in merged] == ["Kew", "Wisley"]
    assert problems == []
