"""RIS, Web of Science, Zotero and Crossref: fields, references, and the PDFs that records name."""

import json
import sqlite3
from contextlib import closing

import pytest
from conftest import build_database, foreign, make_pdf

from papersette.errors import UserError
from papersette.records import Author, Count, LooseFile, Paper, Problem, Reference, Venue
from papersette.sources import crossref, csljson, ris

V = Venue("v-2019", "V 2019", 2019)


def read(source, settings):
    items = list(source.read(settings))
    papers = [item for item in items if isinstance(item, Paper)]
    problems = [item for item in items if isinstance(item, Problem)]
    counted = sum(item.items for item in items if isinstance(item, Count))
    skipped = sum(problem.stage == "skip" or problem.lost for problem in problems)
    assert counted == len(papers) + skipped
    return papers, problems, [item for item in items if isinstance(item, LooseFile)]


def write(tmp_path, name, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


RIS = """\ufeffRecord 1 of 3, from a catalogue
TY  - JOUR
AU  - Lovelace, Ada B.
AU  - Ångström,Zoë
TI  - Notes on rings: a study
  of noise
T2  - Memoirs
PY  - 1843/07/10/
DO  - https://doi.org/10.5555/Notes
N2  - An abstract.
VL  - 3
IS  - 2
SP  - 666
EP  - 731
KW  - rings; noise
LA  - eng
UR  - https://memoirs.example/1; https://memoirs.example/1.pdf
L1  - files/12/Lovelace - 1843.pdf
ID  - lovelace43
ER  -

TY - CPAPER
A1 - King, Martin Luther, Jr.
T1 - One blank before the hyphen
JF - Proc. of Rings
C7 - e12
ER -
TY  - BOOK
TI  - Never closed
"""


@pytest.mark.parametrize("given", ["https://doi.org/10.5555/moss", "DOI: 10.5555/Moss"])
def test_csl_json_is_read_without_markup_and_wrong_dates(tmp_path, given):
    item = {
        "id": "a",
        "title": "<i>Moss</i> &amp; fern",
        "DOI": given,
        "issued": {"date-parts": [[2019, 13, 40]]},
        "language": "English",
    }
    path = write(tmp_path, "items.json", [item])
    (paper,), (problem,), _ = read(csljson, csljson.Settings(V, path))
    assert (paper.title, paper.language) == ("Moss & fern", "en")
    assert (paper.doi, paper.url) == ("10.5555/moss", "https://doi.org/10.5555/moss")
    assert (paper.published, paper.year) == ("2019", 2019)
    assert "has the date 2019-13-40, which does not exist" in problem.reason


def test_several_names_in_one_line_of_ris_are_separated(tmp_path):
    text = "TY  - JOUR\nTI  - A\nAU  - Müller, Jörg; Weiß, A.\nAU  - Elm Ash, Ann\nER  - \n"
    (paper,), problems, _ = read(ris, ris.Settings(V, write(tmp_path, "a.ris", text)))
    assert [author.name for author in paper.authors] == ["Jörg Müller", "A. Weiß", "Ann Elm Ash"]
    assert (paper.authors[2].family, problems) == ("Elm Ash", [])


@pytest.mark.parametrize(
    ("issued", "published", "is_reported"),
    [
        ("2019-05-03", "2019-05-03", False),
        ({"raw": "May 2019"}, "2019-05", False),
        ("2019-13-40", "2019", True),
        ({"literal": "Spring 2019"}, "2019", True),
        ({"literal": "in press"}, None, True),
        (2019, "2019", False),
        ({"season": 1}, None, False),
    ],
)
def test_a_date_of_csl_json_that_is_a_text_is_read_or_reported(
    tmp_path, issued, published, is_reported
):
    path = write(tmp_path, "i.json", [{"id": "a", "issued": issued}])
    (paper,), problems, _ = read(csljson, csljson.Settings(V, path))
    assert paper.published == published
    assert ["has the date" in problem.reason for problem in problems] == [True] * is_reported


def test_html_in_ris_and_csl_json_is_no_text(tmp_path):
    lines = ["TY  - JOUR", "TI  - <i>Moss</i> &amp; fern", "AB  - <p>One.</p><p>Two.</p>", "ER  - "]
    (paper,), _, _ = read(ris, ris.Settings(V, write(tmp_path, "a.ris", "\n".join(lines))))
    assert (paper.title, paper.abstract) == ("Moss & fern", "One.\n\nTwo.")
    item = {"id": "a", "title": "A<br/>B", "abstract": "<jats:p>One.</jats:p><jats:p>Two.</jats:p>"}
    (paper,), _, _ = read(csljson, csljson.Settings(V, write(tmp_path, "i.json", [item])))
    assert (paper.title, paper.abstract) == ("A B", "One.\n\nTwo.")


def test_et_al_in_ris_is_no_author_and_is_reported(tmp_path):
    content = "TY  - JOUR\nAU  - Ash, Ann\nAU  - et al.\nTI  - A\nER  - \n"
    (paper,), (problem,), _ = read(ris, ris.Settings(V, write(tmp_path, "a.ris", content)))
    assert [author.name for author in paper.authors] == ["Ann Ash"]
    assert (problem.paper_id, "et al." in problem.reason) == (paper.paper_id, True)


def test_ris_is_read_in_its_dialects_and_with_its_attachments(tmp_path):
    (tmp_path / "lib/files/12").mkdir(parents=True)
    make_pdf(tmp_path / "lib/files/12/Lovelace - 1843.pdf", [["text"]])
    make_pdf(tmp_path / "lib/files/stray.pdf", [["text"]])
    path = write(tmp_path, "lib/refs.ris", RIS)
    (first, second, third), problems, loose = read(ris, ris.Settings(V, path, tmp_path / "lib"))
    assert (first.paper_id, first.title) == ("lovelace43", "Notes on rings: a study of noise")
    assert [author.name for author in first.authors] == ["Ada B. Lovelace", "Zoë Ångström"]
    assert (first.published, first.year, first.doi) == ("1843-07-10", 1843, "10.5555/notes")
    assert (first.tags, first.language, first.abstract) == (
        ("rings", "noise"),
        "en",
        "An abstract.",
    )
    assert (first.venue.venue_id, first.venue.kind) == ("memoirs", "journal")
    assert first.file.name == "Lovelace - 1843.pdf"
    assert (first.volume, first.issue, first.pages) == ("3", "2", "666–731")
    assert (second.volume, second.issue, second.pages) == (None, None, "e12")
    assert (first.url, first.pdf_url) == (
        "https://memoirs.example/1",
        "https://memoirs.example/1.pdf",
    )
    assert second.authors == (Author("Martin Luther King Jr."),)
    assert (second.venue.kind, third.title) == ("conference", "Never closed")
    assert [(problem.item, problem.lost) for problem in problems] == [("refs.ris: line 28", False)]
    assert [file.path.name for file in loose] == ["stray.pdf"]


def test_an_attachment_that_is_missing_or_elsewhere_is_a_problem_of_its_paper(tmp_path):
    (tmp_path / "pdfs").mkdir()
    make_pdf(tmp_path / "secret.pdf", [["text"]])
    (tmp_path / "pdfs/secret.pdf").symlink_to(tmp_path / "secret.pdf")
    text = f"TY  - JOUR\nTI  - A\nL1  - {tmp_path}/secret.pdf\nER  - \n"
    path = write(tmp_path, "refs.ris", text)
    (paper,), problems, _ = read(ris, ris.Settings(V, path, tmp_path / "pdfs"))
    assert paper.file is None
    assert [problem.paper_id for problem in problems] == [None, "a"]
    assert "leads out of the folder" in problems[0].reason
    assert "names the file" in problems[1].reason


@pytest.mark.parametrize(
    "named",
    [
        "/home/ada/Zotero/storage/AB12/x y.pdf",
        "C:\\Papers\\AB12\\x y.pdf",
        "file:///home/ada/AB12/x%20y.pdf",
        "Full Text:files/AB12/x y.pdf:application/pdf",
        "internal-pdf://AB12/x%20y.pdf",
    ],
)
def test_the_end_of_a_path_of_another_computer_names_the_file(tmp_path, named):
    (tmp_path / "pdfs/AB12").mkdir(parents=True)
    (tmp_path / "pdfs/CD34").mkdir()
    for folder in ("AB12", "CD34"):
        make_pdf(tmp_path / "pdfs" / folder / "x y.pdf", [["text"]])
    path = write(tmp_path, "refs.ris", f"TY  - JOUR\nTI  - A\nL1  - {named}\nER  - \n")
    (paper,), problems, _ = read(ris, ris.Settings(V, path, tmp_path / "pdfs"))
    assert paper.file == tmp_path / "pdfs/AB12/x y.pdf"
    assert problems == []


WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lovelace, AB
   Babbage, C
AF Lovelace, Ada B.
   Babbage, Charles
TI Noise in
   rings
SO MEMOIRS
LA English
DE rings; small noise
AB An abstract.
C1 [Lovelace, Ada B.; Babbage, Charles] Univ A, Oslo, Norway.
   [Babbage, Charles] Inst B, Bergen, Norway.
OI Lovelace, Ada/0000-0002-1825-0097
CR BOOLE G, 1854, LAWS THOUGHT, DOI 10.5555/boole
   Anonymous
DI 10.5555/rings
PD MAR 14
PY 1844
VL 12
IS 3-4
BP 45
EP 67
UT WOS:0001
ER

EF
"""


def test_web_of_science_gives_affiliations_orcids_and_cited_references(tmp_path):
    (paper,), problems, _ = read(ris, ris.Settings(V, write(tmp_path, "savedrecs.txt", WOS)))
    assert (paper.paper_id, paper.title, paper.published) == (
        "WOS:0001",
        "Noise in rings",
        "1844-03-14",
    )
    assert paper.authors == (
        Author("Ada B. Lovelace", "Univ A, Oslo, Norway", orcid="0000-0002-1825-0097"),
        Author("Charles Babbage", "Univ A, Oslo, Norway; Inst B, Bergen, Norway"),
    )
    assert paper.references == (
        Reference("BOOLE G, 1854, LAWS THOUGHT, DOI 10.5555/boole", None, ("BOOLE G",), 1854,
                  "LAWS THOUGHT", "10.5555/boole"),
        Reference("Anonymous"),
    )  # fmt: skip
    assert (paper.tags, paper.language, problems) == (("rings", "small noise"), "en", [])
    assert (paper.volume, paper.issue, paper.pages) == ("12", "3-4", "45–67")


def test_web_of_science_gives_the_number_of_an_article_without_pages(tmp_path):
    path = write(tmp_path, "savedrecs.txt", WOS.replace("BP 45\nEP 67\n", "AR e1004\n"))
    (paper,), problems, _ = read(ris, ris.Settings(V, path))
    assert (paper.pages, problems) == ("e1004", [])


def test_tags_of_web_of_science_that_are_not_used_are_reported_without_their_values(tmp_path):
    text = WOS.replace("UT WOS", "EM a@b.org\nSN 3\nUT WOS")
    _, (problem,), _ = read(ris, ris.Settings(V, write(tmp_path, "savedrecs.txt", text)))
    assert problem.reason == (
        "has tags that are not used, with the number of values: EM (1), SN (1)"
    )


def test_a_file_without_records_is_refused(tmp_path):
    with pytest.raises(UserError, match="is not RIS"):
        read(ris, ris.Settings(V, write(tmp_path, "x.ris", "a letter")))


def test_csl_json_has_attachments_orcids_and_dois(tmp_path):
    (tmp_path / "files").mkdir()
    for name in ("a.pdf", "second.pdf"):
        make_pdf(tmp_path / "files" / name, [["text"]])
    items = [
        {"id": "first", "title": "A", "attachments": [{"path": "files/1/a.pdf", "title": "PDF"}],
         "author": [{"given": "Ada", "family": "B",
                     "ORCID": "https://orcid.org/0000-0002-1825-0097"}],
         "DOI": "10.5555/A", "language": "en-GB", "volume": 12, "issue": "3", "page": "45-67"},
        {"id": "second", "title": "B"},
        {"id": "third", "title": "C", "attachments": [{"path": "gone.pdf"}]},
    ]  # fmt: skip
    path = write(tmp_path, "items.json", {"items": items})
    papers, problems, _ = read(csljson, csljson.Settings(V, path, tmp_path / "files"))
    assert [paper.file and paper.file.name for paper in papers] == ["a.pdf", "second.pdf", None]
    assert papers[0].authors == (Author("Ada B", orcid="0000-0002-1825-0097", family="B"),)
    assert (papers[0].doi, papers[0].language) == ("10.5555/a", "en")
    assert (papers[0].volume, papers[0].issue, papers[0].pages) == ("12", "3", "45–67")
    assert (papers[1].volume, papers[1].issue, papers[1].pages) == (None, None, None)
    assert [(problem.paper_id, problem.stage) for problem in problems] == [("third", "match")]


WORK = {
    "DOI": "10.5555/ring.1", "type": "proceedings-article",
    "title": ["Noise in <i>rings</i> &amp; toys"],
    "author": [{"given": "Ada", "family": "B", "ORCID": "http://orcid.org/0000-0002-1825-0097",
                "affiliation": [{"name": "Univ A"}]}, {"name": "The Team"}],
    "container-title": ["Proc. of Rings"], "publisher": "P", "language": "en",
    "volume": "12", "issue": "3", "page": "45-67",
    "event": {"name": "Rings 2019", "location": "Oslo", "start": {"date-parts": [[2019, 5, 1]]}},
    "editor": [{"given": "Bo", "family": "C"}], "issued": {"date-parts": [[2019, 5]]},
    "abstract": "<jats:title>Abstract</jats:title>"
                "<jats:p>One.</jats:p><jats:p>Two &lt; 3.</jats:p>",
    "license": [{"URL": "https://l.example/tdm", "content-version": "tdm"},
                {"URL": "https://l.example/vor", "content-version": "vor"}],
    "link": [{"URL": "https://p.example/1.pdf", "content-type": "application/pdf"}],
    "reference": [{"key": "1", "DOI": "10.5555/x", "article-title": "T", "author": "Boole",
                   "year": "1854", "journal-title": "J"},
                  {"key": "2", "unstructured": "Boole, G. 1854. Laws."}, {"key": "3"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("many.json", {"status": "ok", "message": {"items": [WORK]}}),
        ("one.json", {"status": "ok", "message": WORK}),
        ("list.json", [WORK]),
        ("lines.jsonl", json.dumps(WORK) + "\n"),
    ],
)
def test_crossref_is_read_in_each_of_its_forms(tmp_path, name, content):
    (paper,), problems, _ = read(crossref, crossref.Settings(V, write(tmp_path, name, content)))
    assert (paper.paper_id, paper.title) == ("10.5555/ring.1", "Noise in rings & toys")
    assert paper.authors == (
        Author("Ada B", "Univ A", orcid="0000-0002-1825-0097", family="B"),
        Author("The Team"),
    )
    assert (paper.abstract, paper.published) == ("One.\n\nTwo < 3.", "2019-05")
    assert (paper.license, paper.pdf_url) == ("https://l.example/vor", "https://p.example/1.pdf")
    assert (paper.volume, paper.issue, paper.pages) == ("12", "3", "45–67")
    assert paper.venue == Venue(
        "proc-of-rings",
        "Proc. of Rings",
        None,
        "conference",
        event="Rings 2019",
        location="Oslo",
        dates="2019-05-01",
        editors="Bo C",
        publisher="P",
    )
    assert [(r.title, r.doi, r.year) for r in paper.references] == [
        ("T", "10.5555/x", 1854),
        (None, None, None),
    ]
    assert problems == []


def test_crossref_leaves_out_what_is_no_paper_and_reports_it(tmp_path):
    works = [
        {"type": "journal-issue", "DOI": "10.5555/i"},
        "no work",
        {"DOI": "10.5555/a", "author": 5},
    ]
    path = write(tmp_path, "c.json", {"message": {"items": works}})
    (paper,), problems, _ = read(crossref, crossref.Settings(V, path))
    assert (paper.paper_id, paper.title, paper.authors) == ("10.5555/a", None, ())
    assert [(p.item, p.stage, p.lost, p.paper_id) for p in problems] == [
        ("c.json: work 1", "skip", False, None),
        ("c.json: work 2", "read", True, None),
        ("c.json: work 3", "read", False, "10.5555/a"),
    ]


def test_authors_and_editors_without_a_name_are_reported(tmp_path):
    nameless = {"affiliation": [{"name": "Univ A"}]}
    work = {**WORK, "author": [*WORK["author"], nameless, 5], "editor": [{"sequence": "first"}]}
    path = write(tmp_path, "c.json", work)
    (paper,), problems, _ = read(crossref, crossref.Settings(V, path))
    assert [author.name for author in paper.authors] == ["Ada B", "The Team"]
    assert [(problem.paper_id, problem.reason.partition(";")[0]) for problem in problems] == [
        (paper.paper_id, "has no name for 2 of its 4 authors"),
        (paper.paper_id, "has no name for its only editor"),
    ]
    item = {"id": "a", "author": [{"family": "B"}, {"given": ""}, None]}
    _, (problem,), _ = read(csljson, csljson.Settings(V, write(tmp_path, "i.json", [item])))
    assert "has no name for 2 of its 3 authors" in problem.reason


def test_crossref_reports_only_the_unused_keys_that_a_library_would_miss(tmp_path):
    technical = {"indexed": {"version": 1}, "member": "78", "score": 1.0, "reference-count": 2}
    missed = {"ISBN": ["9780000000000"], "funder": [{"name": "F"}], "original-title": []}
    works = [WORK | technical | missed, {"type": "journal", "DOI": "10.5555/j", "ISSN": ["1"]}]
    path = write(tmp_path, "c.json", {"message": {"items": works}})
    _, problems, _ = read(crossref, crossref.Settings(V, path))
    assert [(problem.item, problem.stage, problem.reason) for problem in problems[:-1]] == [
        (
            "c.json",
            "read",
            "has keys that are not used, with the number of values: ISBN (1), funder (1)",
        )
    ]
    assert problems[-1].stage == "skip"


def test_crossref_reports_that_a_response_is_one_page_of_several(tmp_path):
    message = {"items": [WORK], "total-results": 4312}
    path = write(tmp_path, "c.json", {"status": "ok", "message": message})
    (_,), (problem,), _ = read(crossref, crossref.Settings(V, path))
    assert problem.reason.startswith("has 1 of the 4,312 works of its query; ")


def test_real_ris_files_lose_no_record():
    counts = {}
    for path in sorted((foreign("formats") / "ris").glob("*.ris")):
        papers, problems, _ = read(ris, ris.Settings(V, path))
        lost = sum("not used" not in problem.reason for problem in problems)
        counts[path.stem.removeprefix("example_")] = (len(papers), lost)
    assert counts == {
        "basic": (1, 0), "bom": (1, 0), "extraneous_data": (2, 0), "full": (2, 0),
        "multi_unknown_tags": (1, 0), "multiline": (3, 0), "urls": (4, 0), "wos": (2, 0),
    }  # fmt: skip


def test_real_records_of_web_of_science_have_their_references():
    path = foreign("formats") / "ris/example_wos.ris"
    papers, _, _ = read(ris, ris.Settings(V, path))
    assert [len(paper.references) for paper in papers] == [59, 86]
    assert all(author.affiliation for paper in papers for author in paper.authors)


def test_records_that_name_files_without_a_folder_are_one_problem(tmp_path):
    text = "".join(f"TY  - JOUR\nTI  - {n}\nL1  - files/{n}.pdf\nER  - \n" for n in "AB")
    _, (problem,), _ = read(ris, ris.Settings(V, write(tmp_path, "a.ris", text)))
    assert problem.item == "a.ris"
    assert problem.reason == (
        "names files in 2 records, but the catalog names no folder for them; add “files” to the "
        "source"
    )


def test_tags_and_keys_that_are_not_used_are_reported_once(tmp_path):
    text = "TY  - JOUR\nTI  - A\nSN  - 3\nER  - \nTY  - JOUR\nTI  - B\nSN  - 4\nM1  - 9\nER  - \n"
    _, (problem,), _ = read(ris, ris.Settings(V, write(tmp_path, "a.ris", text)))
    assert problem.reason == (
        "has tags that are not used, with the number of values: SN (2), M1 (1)"
    )
    items = [{"id": "a", "type": "thesis", "title": "A", "genre": "x"}]
    _, (problem,), _ = read(csljson, csljson.Settings(V, write(tmp_path, "a.json", items)))
    assert problem.reason == "has a key that is not used, with the number of values: genre (1)"


def test_csl_json_without_date_parts_or_container_has_its_date_and_event(tmp_path):
    item = {"id": "a", "type": "paper-conference", "title": "A", "issued": {"raw": "May 3, 2019"},
            "event-title": "Rings 2019", "event-place": "Oslo", "publisher": "Green"}  # fmt: skip
    path = write(tmp_path, "a.json", [item])
    (paper,), problems, _ = read(csljson, csljson.Settings(V, path))
    assert (paper.published, problems) == ("2019-05-03", [])
    assert (paper.venue.name, paper.venue.location, paper.venue.publisher) == (
        "Rings 2019",
        "Oslo",
        "Green",
    )


def test_a_pdf_is_matched_by_its_title_also_if_its_paper_has_a_venue_of_its_own(tmp_path):
    (tmp_path / "pdfs").mkdir()
    make_pdf(tmp_path / "pdfs/download(3).pdf", [["Notes on rings: a study of noise", "Ada B"]])
    write(tmp_path, "refs.ris", RIS)
    source = "{kind: ris, file: refs.ris, files: pdfs, venue: {venue_id: v, name: V}}"
    database = build_database(tmp_path, f"title: T\nsources:\n  - {source}\n")
    with closing(sqlite3.connect(database)) as conn:
        sql = "select paper_id, file from papers where file is not null"
        assert conn.execute(sql).fetchall() == [("lovelace43", "download(3).pdf")]
