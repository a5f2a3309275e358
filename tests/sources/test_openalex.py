"""OpenAlex: works are read from saved responses, lists and lines of JSON, and from folders."""

import json

import pytest
import yaml
from conftest import build_here

from papersette.errors import BadFile, UserError
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import openalex
from papersette.sources.recognition import recognise, survey

V = Venue("v", "V", 2001)
ID = "https://openalex.org/W"
WORK = {
    "id": f"{ID}11",
    "doi": "https://doi.org/10.5555/Moss.1",
    "title": "Moss on <i>walls</i> &amp; roofs",
    "display_name": "Moss on walls",
    "publication_year": 2019,
    "publication_date": "2019-03-12",
    "ids": {"openalex": f"{ID}11", "doi": "https://doi.org/10.5555/Moss.1", "pmid": "1"},
    "language": "en",
    "primary_location": {
        "landing_page_url": "https://doi.org/10.5555/Moss.1",
        "pdf_url": None,
        "license": "other-oa",
        "source": {
            "display_name": "Walls Quarterly",
            "type": "journal",
            "host_organization_name": "Wall Press",
        },
    },
    "type": "article",
    "open_access": {"is_oa": True, "oa_url": "https://a.org/moss"},
    "best_oa_location": {"pdf_url": "https://a.org/moss.pdf", "license": "cc-by"},
    "authorships": [
        {
            "author": {
                "id": "https://openalex.org/A1",
                "display_name": "Ann Elm Ash",
                "orcid": "https://orcid.org/0000-0002-1825-0097",
            },
            "institutions": [{"display_name": "Uni A"}, {"display_name": "Fern Lab"}],
            "raw_author_name": "Ash, A. E.",
            "raw_affiliation_strings": ["Dept. of Moss, Uni A"],
        },
        {
            "author": {"display_name": "Bo Bay", "orcid": None},
            "institutions": [],
            "raw_author_name": "Bo Bay",
            "raw_affiliation_strings": ["Kelp House", "Uni B"],
        },
    ],
    "biblio": {"volume": "7", "issue": "3-4", "first_page": "12", "last_page": "20"},
    "is_retracted": False,
    "is_paratext": False,
    "keywords": [{"display_name": "Moss"}, {"keyword": "Roofs", "score": 0.4}],
    "topics": [{"display_name": "Bryophytes"}],
    "concepts": [{"display_name": "Biology", "score": 0.9}],
    "mesh": [],
    "cited_by_count": 4,
    "referenced_works": [f"{ID}12", f"{ID}99"],
    "abstract_inverted_index": {"moss": [1, 4], "Green": [0], "is": [2], "wet": [3]},
}
OTHER = {
    "id": f"{ID}12",
    "title": "Kelp",
    "publication_year": 2010,
    "type": "article",
    "authorships": [{"author": {"display_name": "Cy Cox"}}],
    "referenced_works": [],
}


def write(folder, content, name="works.json"):
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def page(*works, count=None):
    return {"meta": {"count": count or len(works), "per_page": 200}, "results": list(works)}


def read(path, **settings):
    items = list(openalex.read(openalex.Settings(V, path, **settings)))
    papers = [item for item in items if isinstance(item, Paper)]
    problems = [item for item in items if isinstance(item, Problem)]
    counted = sum(item.items for item in items if isinstance(item, Count))
    assert counted == len(papers) + sum(one.stage == "skip" or one.lost for one in problems)
    return papers, problems


def read_one(folder, **changes):
    """Return the paper of the work with other values, and the reasons of its problems."""
    (paper,), problems = read(write(folder, [{**WORK, **changes}]))
    return paper, [one.reason for one in problems if one.item == paper.item]


def test_a_work_has_the_facts_of_a_paper(tmp_path):
    (paper,), _ = read(write(tmp_path, page(WORK)))
    assert (paper.paper_id, paper.title) == ("W11", "Moss on walls & roofs")
    assert paper.venue == Venue(
        "walls-quarterly", "Walls Quarterly", kind="journal", publisher="Wall Press"
    )
    assert (paper.year, paper.published, paper.language) == (2019, "2019-03-12", "en")
    assert (paper.volume, paper.issue, paper.pages) == ("7", "3-4", "12–20")
    assert (paper.doi, paper.url) == ("10.5555/moss.1", "https://doi.org/10.5555/moss.1")
    assert (paper.pdf_url, paper.license) == ("https://a.org/moss.pdf", "cc-by")
    assert (paper.decision, paper.item) == (None, "works.json: work 1")


def test_the_abstract_is_rebuilt_from_the_positions_of_its_words(tmp_path):
    assert read_one(tmp_path)[0].abstract == "Green moss is wet moss"
    index = {"<jats:p>A": [0], "&lt;": [1], "b</jats:p>": [2], "odd": "x", "bad": [None]}
    assert read_one(tmp_path, abstract_inverted_index=index)[0].abstract == "A < b"
    assert read_one(tmp_path, abstract_inverted_index=None)[0].abstract is None


def test_authors_have_orcid_institutions_and_the_name_as_printed(tmp_path):
    first, second = read_one(tmp_path)[0].authors
    assert first == Author(
        "Ann Elm Ash",
        "Uni A; Fern Lab",
        orcid="0000-0002-1825-0097",
        variants=("A. E. Ash",),
    )
    assert second == Author("Bo Bay", "Kelp House; Uni B")


def test_an_author_without_a_name_and_a_cut_list_of_authors_are_problems(tmp_path):
    paper, reasons = read_one(
        tmp_path,
        authorships=[{"author": {}}, {"raw_author_name": "Bay, Bo"}],
        is_authors_truncated=True,
    )
    assert paper.authors == (Author("Bo Bay"),)
    assert reasons == [
        "has no name for 1 of its 2 authors; only authors with a name are listed",
        "has only its first 2 authors, as in every list of OpenAlex; save the answer for this "
        "work alone",
    ]


def test_tags_are_keywords_or_else_topics_or_else_concepts_with_a_score(tmp_path):
    assert read_one(tmp_path)[0].tags == ("Moss", "Roofs")
    assert read_one(tmp_path, keywords=[])[0].tags == ("Bryophytes",)
    concepts = [*WORK["concepts"], {"display_name": "Physics", "score": "0.1"}]
    tags = read_one(tmp_path, keywords=[], topics=[], concepts=concepts)[0].tags
    assert tags == ("Biology",)


def test_an_open_version_that_is_a_page_is_no_pdf(tmp_path):
    paper, _ = read_one(tmp_path, best_oa_location=None, doi=None, ids={})
    assert (paper.pdf_url, paper.url) == (None, "https://doi.org/10.5555/Moss.1")
    open_access = {"oa_url": "https://a.org/b.pdf"}
    paper, _ = read_one(tmp_path, best_oa_location=None, open_access=open_access)
    assert paper.pdf_url == "https://a.org/b.pdf"
    bare = {"id": f"{ID}11", "authorships": []}
    (paper,), _ = read(write(tmp_path, [bare]))
    assert (paper.url, paper.venue, paper.year) == (f"{ID}11", V, 2001)


def test_retracted_works_are_marked(tmp_path):
    assert read_one(tmp_path, is_retracted=True)[0].decision == "retracted"


def test_the_kind_of_a_venue_is_that_of_its_source_or_else_of_the_work(tmp_path):
    given = {"source": {"display_name": "Arc", "type": "repository"}}
    paper, _ = read_one(tmp_path, primary_location=given, type="preprint")
    assert (paper.venue.name, paper.venue.kind) == ("Arc", "preprint")
    given = {"source": None, "raw_source_name": "Annals of Kelp"}
    assert read_one(tmp_path, primary_location=given)[0].venue.name == "Annals of Kelp"


def test_paratext_and_repeated_works_are_skipped(tmp_path):
    cover = {"id": f"{ID}13", "type": "paratext", "title": "Cover"}
    papers, problems = read(write(tmp_path, page(WORK, cover, WORK)))
    assert [paper.paper_id for paper in papers] == ["W11"]
    assert [(one.item, one.reason) for one in problems if one.stage == "skip"] == [
        ("works.json: work 2", "is no paper, but paratext"),
        ("works.json: work 3", "is the work W11 again; it is used once"),
    ]


def test_what_is_no_work_is_lost_with_a_reason(tmp_path):
    author = {"id": "https://openalex.org/A5", "display_name": "Ann"}
    papers, problems = read(write(tmp_path, [WORK, author, 5]))
    assert len(papers) == 1
    assert [one.reason for one in problems if one.lost] == [
        "is no work with an id such as https://openalex.org/W2741809807"
    ] * 2


def test_lines_of_works_and_of_pages_are_read_and_a_broken_line_is_lost(tmp_path):
    lines = "\n".join([json.dumps(WORK), "{", json.dumps(page(OTHER))])
    papers, problems = read(write(tmp_path, lines, "works.jsonl"))
    assert [paper.paper_id for paper in papers] == ["W11", "W12"]
    (lost,) = (one for one in problems if one.lost)
    assert (lost.item, lost.reason[:11]) == ("works.jsonl: work 2", "is not JSON")


def test_a_single_work_is_read(tmp_path):
    assert [paper.paper_id for paper in read(write(tmp_path, WORK))[0]] == ["W11"]


def test_the_pages_of_a_query_are_read_from_a_folder(tmp_path):
    write(tmp_path, page(WORK, count=3), "pages/1.json")
    write(tmp_path, page(OTHER, count=3), "pages/2.json")
    write(tmp_path, {"error": "none"}, "pages/3.json")
    papers, problems = read(tmp_path / "pages")
    assert [paper.item for paper in papers] == ["1.json: work 1", "2.json: work 1"]
    reasons = {one.item: one.reason for one in problems if one.lost or one.item == "pages"}
    assert "has no works of OpenAlex" in reasons["3.json"]
    assert any(one.reason.startswith("has 2 of the 3 works of its query") for one in problems)


def test_a_complete_answer_is_no_problem_and_one_page_of_many_is(tmp_path):
    assert not any("of its query" in one.reason for one in read(write(tmp_path, page(OTHER)))[1])
    _, problems = read(write(tmp_path, page(OTHER, count=4312)))
    (reason,) = (one.reason for one in problems if "of its query" in one.reason)
    assert reason.startswith("has 1 of the 4,312 works of its query; save the other pages, too")


def test_cited_works_of_the_source_are_references_if_there_is_no_pdf(tmp_path):
    citing = {**WORK, "best_oa_location": None, "open_access": None}
    papers, problems = read(write(tmp_path, [citing, OTHER]))
    (reference,) = papers[0].references
    assert (reference.title, reference.authors, reference.year) == ("Kelp", ("Cy Cox",), 2010)
    (reason,) = (one.reason for one in problems if "cited works" in one.reason)
    assert reason.startswith("names 2 cited works only by their ids: 1 of them are in the source")
    assert read(write(tmp_path, [WORK, OTHER]))[0][0].references == ()
    (tmp_path / "pdfs").mkdir()
    papers, problems = read(write(tmp_path, [citing, OTHER]), files=tmp_path / "pdfs")
    assert papers[0].references == ()
    assert "names 2 cited works only by their ids: none is used" in {p.reason for p in problems}


def test_pdfs_are_named_by_id_or_by_doi(tmp_path):
    for name in ("W12.pdf", "10.5555_moss.1.pdf", "stray.pdf"):
        write(tmp_path, "%PDF", f"pdfs/{name}")
    path = write(tmp_path, [WORK, OTHER])
    papers, _ = read(path, files=tmp_path / "pdfs")
    assert [paper.file.name for paper in papers] == ["10.5555_moss.1.pdf", "W12.pdf"]
    items = openalex.read(openalex.Settings(V, path, files=tmp_path / "pdfs"))
    assert [one.path.name for one in items if isinstance(one, LooseFile)] == ["stray.pdf"]


def test_keys_with_values_that_are_not_used_are_one_problem(tmp_path):
    _, problems = read(write(tmp_path, [{**WORK, "referenced_works": []}, {**OTHER, "fwci": 0.4}]))
    assert [one.reason for one in problems] == [
        "has keys that are not used, with the number of values: cited_by_count (1), fwci (1)"
    ]


@pytest.mark.parametrize("key", [*openalex.TEXTS, *openalex.LISTS, *openalex.OBJECTS])
@pytest.mark.parametrize("value", [5, "x", [5], {"a": [5]}, [None], {"source": 5}, True])
def test_a_value_of_the_wrong_type_costs_only_itself(tmp_path, key, value):
    papers, problems = read(write(tmp_path, [{**WORK, key: value}, OTHER]))
    lost = sum(problem.lost for problem in problems)
    assert len(papers) + lost == 2
    assert lost == 0 or key == "id"


def test_wrong_types_and_dates_are_named(tmp_path):
    _, reasons = read_one(
        tmp_path, biblio=5, authorships="Ann Ash", publication_date="soon", publication_year="then"
    )
    assert reasons == [
        "“authorships” is Ann Ash, and should be a list; it is not used",
        "“biblio” is 5, and should be an object; it is not used",
        "has the date “soon”, which is none; write it as 2019-03-12",
        "has the year “then”, which is none; write it as 2019",
    ]


@pytest.mark.parametrize("content", [{"error": "x"}, [{"DOI": "10.5555/a"}], [], 5, '{"id"'])
def test_another_file_is_refused_with_its_name_and_a_remedy(tmp_path, content):
    path = write(tmp_path, content)
    with pytest.raises(BadFile, match=r"works\.json.*(save the answer|is not JSON)"):
        read(path)


def test_a_folder_without_json_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"has no \.json and no \.jsonl file"):
        read(tmp_path)


def test_an_answer_without_works_has_no_papers(tmp_path):
    assert read(write(tmp_path, page())) == ([], [])


@pytest.mark.parametrize("content", [page(WORK), [WORK, OTHER], WORK, page({**WORK, "mesh": [{}]})])
def test_works_are_recognised_by_content(tmp_path, content):
    path = write(tmp_path, content)
    assert (recognise(path).kind, recognise(path).settings) == ("openalex", {"file": path})


def test_a_first_line_longer_than_what_is_looked_at_is_recognised(tmp_path):
    long = {**WORK, "related_works": [f"{ID}{number}" for number in range(5000)]}
    path = write(tmp_path, json.dumps(long) + "\n" + json.dumps(OTHER), "all.jsonl")
    assert recognise(path).kind == "openalex"


def test_the_pages_in_a_folder_are_one_source(tmp_path):
    for number, work in enumerate([WORK, OTHER]):
        write(tmp_path, page(work, WORK), f"ours/{number}.json")
    (found,) = survey(tmp_path).found
    assert (found.kind, found.settings) == ("openalex", {"file": tmp_path / "ours"})


def test_check_proposes_a_catalog_that_builds(tmp_path):
    write(tmp_path, page(WORK, OTHER), "data/works.json")
    checked = build_here("--check", tmp_path / "data")
    assert checked.returncode == 0, checked.stderr
    proposed = yaml.safe_load(checked.stdout)
    assert [source["kind"] for source in proposed["sources"]] == ["openalex"]
    text = yaml.safe_dump({key: proposed[key] for key in ("title", "sources")})
    catalog = write(tmp_path, text, "mine.yml")
    again = build_here("--check", catalog, "--data", tmp_path / "data")
    assert again.returncode == 0, again.stderr
    assert "(openalex): 2 items: 2 papers" in again.stdout
