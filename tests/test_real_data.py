"""Builds of real data from the folder in PAPERSETTE_DATA: no paper of ICLR or ALT 2019 is lost."""

import json
import re
import sqlite3
from collections import defaultdict
from contextlib import closing

import pytest
from conftest import ROOT, build_real, foreign, run_build

from papersette.knowledge.citations import group_works, parse_references

pytestmark = pytest.mark.slow

ANISOTROPIC_NOISE = {
    "B1l6e3RcF7", "S1en0sRqKm", "SkgEaj05t7", "SkNksoRctQ", "H1M7soActX", "S1eB3sRqtm",
    "H1lnJ2Rqt7", "SkeL6sCqK7", "BJxOHs0cKm",
}  # fmt: skip
"""Forum ids of the results of Search ICLR 2019 for this phrase."""


def rows(path, sql):
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


def test_iclr_2019_has_all_its_papers_each_with_its_text(iclr_db):
    assert rows(iclr_db, "select count(*), sum(page_count > 0) from papers") == [(1589, 1589)]
    assert rows(iclr_db, "select paper_id, stage, lost from problems") == []
    cards = "select text_quality > 0.5 from papers where paper_id = 'rJzoujRct7'"
    assert rows(iclr_db, cards) == [(1,)]  # its page of playing cards has few words


def test_values_that_the_dump_lacks_are_null(iclr_db):
    counts = rows(
        iclr_db, "select sum(tldr is null), sum(tags is null), sum(authors is null) from papers"
    )
    assert counts == [(381, 151, 1589)]


def test_the_search_for_anisotropic_noise_gives_exactly_the_nine_papers(iclr_site):
    found = iclr_site.get(
        "/papers/search.json", params={"q": '"anisotropic noise"', "_shape": "array"}
    ).json()
    assert {row["paper_id"] for row in found} == ANISOTROPIC_NOISE
    assert (
        "<b>9</b> results"
        in iclr_site.get("/papers/search", params={"q": '"anisotropic noise"'}).text
    )


def test_words_anywhere_in_a_paper_are_found_as_whole_words(iclr_site):
    html = iclr_site.get("/papers/search", params={"q": "dropout lstm wikitext"}).text
    assert "<b>16</b> results" in html


def test_a_reference_list_is_found_in_every_paper(iclr_db):
    without = rows(
        iclr_db,
        "select count(*) from papers "
        "where paper_id not in (select paper_id from pages where refs is not null)",
    )
    assert without == [(0,)]  # of 1,589, though some headings are lost or reduced to a letter


def test_submissions_are_completed_by_authors_and_decisions_of_other_sources(iclr_db):
    for name in ("iclr2019-authors", "icml2019"):
        link = iclr_db.parent / name
        if not link.exists():
            link.symlink_to(foreign(name))
    folder = iclr_db.parent
    arguments = (
        "catalogs/iclr2019-decided.yml",
        "--data",
        folder,
        "--db",
        folder / "decided.db",
        "--cache",
        folder / "cache",
    )
    assert run_build(*arguments).returncode == 0
    tallies = rows(
        folder / "decided.db", "select items, papers, completed, skipped, lost from sources"
    )
    assert tallies == [
        (1589, 1589, 0, 0, 0),
        (609, 0, 502, 107, 0),
        (1579, 0, 1579, 0, 0),
        (774, 774, 0, 0, 0),
    ]
    assert rows(
        folder / "decided.db",
        "select count(*) from papers where decision = 'oral' and venue_id = 'iclr-2019'",
    ) == [(24,)]
    assert (
        rows(folder / "decided.db", "select count(*) from works where paper_count > 1")[0][0] >= 90
    )
    assert "nothing has changed" in run_build(*arguments).stdout


def test_reviews_of_iclr_2018_are_read_and_an_error_page_is_a_problem(tmp_path):
    database = build_real("iclr2018", foreign("iclr2018_reviews_sample").parent, tmp_path)
    assert rows(
        database, "select count(*), count(distinct paper_id), sum(confidence is null) from reviews"
    ) == [(110, 36, 0)]
    assert rows(database, "select paper_id from problems") == [("Sy_MK3lAZ",)]


@pytest.fixture(scope="session")
def alt_db(tmp_path_factory):
    return build_real("alt2019", foreign("alt2019").parent, tmp_path_factory.mktemp("alt"))


def test_alt_2019_links_every_pdf_to_its_entry(alt_db):
    assert rows(alt_db, "select count(*), sum(page_count > 0), sum(page_count) from papers") == [
        (38, 37, 903)
    ]
    linked = dict(rows(alt_db, "select paper_id, file from papers where file is not null"))
    assert linked["preface19"] == "garivier19a.pdf"
    assert {
        key.lower().replace("paper", "").rstrip("abc"): name for key, name in linked.items()
    }.items() >= {
        "abasi19": "abasi19a.pdf",
        "cesa-bianchi19": "cesa-bianchi19a.pdf",
        "wolfer19": "wolfer19a.pdf",
    }.items()
    surnames = [
        (key.lower()[:4], name[:4])
        for key, name in linked.items()
        if key not in {"preface19", "Aboumoustafa19Paper"}
    ]
    assert all(key == name for key, name in surnames)


def test_the_problems_of_alt_2019_are_a_missing_pdf_and_a_different_title(alt_db):
    problems = dict(rows(alt_db, "select paper_id, reason from problems"))
    assert set(problems) == {"shang19Paper", "Aboumoustafa19Paper"}
    assert "no PDF" in problems["shang19Paper"]


def test_every_paper_of_alt_2019_has_its_pages(alt_db):
    first, second, *others = (pages for (pages,) in rows(alt_db, "select pages from papers"))
    assert (first, second, len(others)) == ("1–2", "3–30", 36)
    assert all(re.fullmatch(r"\d+–\d+", pages) for pages in others)


def test_a_volume_is_not_a_paper(alt_db):
    assert rows(alt_db, "select count(*) from papers where paper_id = 'ALT19'") == [(0,)]


@pytest.mark.parametrize(
    ("catalog", "folder", "counts"),
    [
        ("icml2019", "icml2019", (774, 774, 0)),
        ("emnlp2020", "miniconf-emnlp2020", (2071, 2071, 115)),
        ("deep-review", "csl-json", (638, 620, 0)),
        ("arxiv", "arxiv-atom", (2, 2, 0)),
        ("iclr2018", "iclr2018_reviews_sample", (40, 0, 0)),
        ("conference-lists", "iclr2019-authors", (2807, 2807, 0)),
        ("mila", "mila-paperoni", (99, 99, 0)),
    ],
)
def test_other_real_sources_lose_nothing(catalog, folder, counts, tmp_path):
    database = build_real(catalog, foreign(folder).parent, tmp_path)
    sql = (
        "select (select count(*) from papers), (select count(authors) from papers), "
        "(select count(*) from sessions)"
    )
    assert rows(database, sql) == [counts]
    assert rows(database, "select lost from builds") == [(0,)]


def test_the_most_cited_works_of_iclr_2019_and_who_cites_hinton(iclr_db):
    lists = defaultdict(list)
    for paper_id, page, refs in rows(
        iclr_db, "select paper_id, page, refs from pages where refs is not null order by page_id"
    ):
        lists[paper_id].append((page, refs))
    entries = [
        (paper_id, entry) for paper_id, pages in lists.items() for entry in parse_references(pages)
    ]
    assert 51_000 < len(entries) < 54_000
    works = group_works([entry for _, entry in entries])
    citing = defaultdict(set)
    for i, key in works.items():
        citing[key].add(entries[i][0])
    most = sorted(citing, key=lambda key: -len(citing[key]))[:3]
    assert [key[:12] for key in most] == ["adamamethodf", "deepresidual", "generativead"]
    assert [len(citing[key]) for key in most] == [
        pytest.approx(times, rel=0.03) for times in (503, 398, 286)
    ]
    truth = json.loads((ROOT / "tests" / "truth" / "hinton.json").read_text())
    found = {
        paper_id
        for paper_id, entry in entries
        if any(name.key == "hinton-g" for name in entry.authors)
    } & set(truth)
    wanted = {paper_id for paper_id, cites in truth.items() if cites}
    assert len(found & wanted) >= 0.98 * max(len(found), len(wanted))
