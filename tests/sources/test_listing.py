"""Saved pages: every paper is read, a missing part is reported, and broken text is repaired."""

import pytest
from conftest import DATA

from papersette.errors import UserError
from papersette.records import Count, Paper, Problem, Venue
from papersette.sources import listing

VENUE = Venue("v", "V", 2019)
LONG = (
    "Of gardens and their keepers this sentence says nothing that matters, "
    "but says it at such length that no title is as long. "
)
OTHER = (
    "Quite another subject, bicycles, is treated here: "
    "pedals, chains, handlebars, mudguards, saddles, spokes, and puncture repair kits. "
)


def read(tmp_path, layout, text):
    (tmp_path / "page.txt").write_text(text, encoding="utf-8")
    given = list(listing.read(listing.Settings(VENUE, tmp_path / "page.txt", layout)))
    papers = [item for item in given if isinstance(item, Paper)]
    assert Count(len(papers)) in given
    return papers, [item.reason for item in given if isinstance(item, Problem)]


def test_results_have_tldrs_or_none_and_a_missing_title_is_reported(tmp_path):
    text = (
        f'Search X\n\n"noise" has 3 results\n\nFirst Title    \n\nNo tl;dr =[\n\n{LONG * 2}\n\n\n'
        f"tl;dr Of bicycles\n\n{OTHER * 2}\n\nThird One   \n\ntl;dr x\n"
    )
    papers, problems = read(tmp_path, "results", text)
    assert [(p.title, p.tldr) for p in papers] == [
        ("First Title", None),
        (None, "Of bicycles"),
        ("Third One", "x"),
    ]
    assert [p.abstract for p in papers] == [(LONG * 2).strip(), (OTHER * 2).strip(), None]
    assert len(problems) == 1
    assert "has no title in the saved page" in problems[0]


def test_a_different_number_of_results_is_reported(tmp_path):
    _, problems = read(tmp_path, "results", "x has 7 results\n\nA Title\n\ntl;dr y\n")
    assert problems == ["says that it has 7 results, but shows 1; save it again"]


def test_an_absurd_number_of_results_is_no_count(tmp_path):
    text = f'Search X\n\n"noise" has {"9" * 5000} results\n\nFirst Title    \n\ntl;dr x\n'
    papers, _ = read(tmp_path, "results", text)
    assert [p.title for p in papers] == ["First Title"]


def test_publications_repeat_items_fold_abstracts_in_mid_word_and_need_no_abstract(tmp_path):
    text = (
        f"A Stroll\nAda Byron\nLéa van Dyk\nA Stroll\nAda Byron\n"
        f"{LONG * 2}the… (voir plus)ory of it.\nFinding GANs in Gardens\nBo Li\n"
    )
    papers, _ = read(tmp_path, "publications", text)
    assert [(p.title, len(p.authors)) for p in papers] == [
        ("A Stroll", 2),
        ("A Stroll", 1),
        ("Finding GANs in Gardens", 1),
    ]
    assert papers[1].abstract.endswith("theory of it.")


def test_a_session_has_its_papers_in_order_and_a_paper_without_a_title(tmp_path):
    text = (
        f"Session\nGardens\nOn Hedges\nAda Byron · Bo Li\n{LONG * 2}\n{LONG * 2}\n{OTHER * 2}\n"
        f"On Lawns\nCy Twombly\n{OTHER * 2}\n"
    )
    papers, problems = read(tmp_path, "session", text)
    assert [p.title for p in papers] == ["On Hedges", None, "On Lawns"]
    assert [[a.name for a in p.authors] for p in papers] == [
        ["Ada Byron", "Bo Li"],
        [],
        ["Cy Twombly"],
    ]
    assert [(p.slots[0].session.title, p.slots[0].position) for p in papers] == [
        ("Gardens", 1),
        ("Gardens", 2),
        ("Gardens", 3),
    ]
    assert papers[0].abstract.count("\n\n") == 1
    assert len(problems) == 1


def test_a_paper_page_with_an_arabic_interface_is_read(tmp_path):
    text = (
        'اضغط هنا\n\nOn Hedges\n\n367   0   0.0 ( 0 )\n نشر من قبل Kurt G\\\\\\"odel\n'
        " تاريخ النشر 2019\nوالبحث باللغة English\n\n"
        f"{LONG * 2} with $beta$\n\nقيم البحث\n\nاقرأ أيضاً\n116 - Ada Byron , Bo Li 2021\n"
        f"{OTHER * 2}\n{LONG * 2}\nالأسئلة المقترحة\n{LONG * 2}\n"
    )
    papers, problems = read(tmp_path, "paper", text)
    assert [(p.title, p.year, [a.name for a in p.authors]) for p in papers] == [
        ("On Hedges", 2019, ["Kurt Gödel"]),
        (None, 2021, ["Ada Byron", "Bo Li"]),
        (None, 2019, []),
    ]
    assert (papers[0].language, papers[0].abstract.endswith("with β"), len(problems)) == (
        "en",
        True,
        2,
    )


@pytest.mark.parametrize(
    ("layout", "message"), [("page", "known are results"), ("results", "shows no paper")]
)
def test_a_wrong_layout_is_an_error(tmp_path, layout, message):
    with pytest.raises(UserError, match=message):
        read(tmp_path, layout, "nothing\n")


SEEDS = DATA.parent / "seeds"
SHOWN = {
    "000": ("results", 9, 2),
    "001": ("publications", 12, 0),
    "002": ("session", 10, 0),
    "003": ("session", 10, 2),
    "004": ("paper", 6, 5),
}


@pytest.mark.parametrize("seed", SHOWN)
def test_saved_pages_of_four_systems_give_every_paper_they_show(seed):
    paths = sorted(SEEDS.glob(f"{seed}_*.txt"))
    if not paths:
        pytest.skip("needs the captures in the folder seeds beside PAPERSETTE_DATA")
    layout, shown, lost = SHOWN[seed]
    papers = [
        item
        for item in listing.read(listing.Settings(VENUE, paths[0], layout))
        if isinstance(item, Paper)
    ]
    assert (len(papers), sum(paper.title is None for paper in papers)) == (shown, lost)


def test_a_long_line_that_is_nearly_a_name_takes_no_time(tmp_path):
    """Its time grew with the sixth power of the length, to hours for this line."""
    text = "A title of a paper\n" + "Aa" * 75 + "1\nMarc'Aurelio J. O'Neil\n"
    papers, _ = read(tmp_path, "publications", text)
    assert [len(paper.authors) for paper in papers] == [0, 1]
