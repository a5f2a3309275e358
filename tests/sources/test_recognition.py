"""What lies in a folder is recognised by its content, whatever the names of the files are."""

import json
import zipfile

import pytest
from conftest import ROOT, foreign, make_pdf

from papersette.errors import UserError
from papersette.records import Author, Paper, Venue
from papersette.sources import SOURCES, columns, recognition, venues
from papersette.sources.recognition import Found, NotRead, recognise, survey

V = Venue("v", "V")
CSL = [{"id": "a", "type": "article-journal", "title": "A", "issued": {"date-parts": [[2014]]}}]
NOTE = {"forum": "x", "invitation": "ICLR.cc/2019/Conference/-/Blind_Submission", "content": {}}
READ = {
    "BibTeX": ("p.bib", "% ours\n@article{a,\n title={A}}\n", "bibtex"),
    "BibTeX with blanks": ("p.bib", "@ inproceedings {a, title={A}}\n", "bibtex"),
    "BibTeX in a file of text": ("p.bibtex", "\ufeff@misc(a, title={A})\n", "bibtex"),
    "a CSV table": ("p.csv", "Paper Title,Author(s)\nA,B\n", "table"),
    "a TSV table": ("p.tsv", "title\tyear\nA\t2019\n", "table"),
    "a JSON table": ("p.json", json.dumps([{"title": "A", "authors": ["B"]}]), "table"),
    "a JSONL table": ("p.jsonl", '{"title": "A"}\n{"title": "B"}\n', "table"),
    "a Markdown table": ("p.md", "# Ours\n\n| Title | Year |\n|---|---|\n| A | 2019 |\n", "table"),
    "OpenReview's notes": ("p.json", json.dumps({"notes": [NOTE]}), "openreview"),
    "a list of notes": ("p.json", json.dumps([NOTE]), "openreview"),
    "CSL JSON": ("p.json", json.dumps(CSL), "csljson"),
    "paperoni as JSON": ("p.json", json.dumps([{"title": "A", "releases": []}]), "paperoni"),
    "paperoni as YAML": ("p.yaml", "- title: A\n  releases:\n  - venue: {}\n", "paperoni"),
    "a list of events": (
        "p.json",
        json.dumps({"count": 1, "results": [{"name": "A", "eventtype": "Poster"}]}),
        "virtual",
    ),
    "an Atom feed": ("p.xml", '<?xml version="1.0"?>\n<feed xmlns="x"><entry/></feed>', "arxiv"),
}


@pytest.mark.parametrize(("name", "text", "kind"), READ.values(), ids=READ)
def test_a_format_is_recognised_and_its_settings_are_those_of_the_source(
    tmp_path, name, text, kind
):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = recognise(tmp_path / name)
    assert isinstance(found, Found)
    assert found.kind == kind
    SOURCES[kind].Settings(venue=V, **found.settings)


OTHER = {
    "an unknown table": ("p.csv", "Betreff,Ort\nx,y\n",
                         "a table without a column of titles (its first row has Betreff, Ort)"),
    "JSON that is no list": ("p.json", '{"a": 1}', "is no list of papers in JSON that is known"),
    "JSON that is cut": ("p.json", '[{"title": "A"', "(the end of the file); save it again"),
    "CSV named as JSON": ("p.json", "title,year\nA,2019\n", "rename it to end in .csv"),
    "JATS": ("p.xml", "<?xml version='1.0'?><!-- x --><article><front/></article>", "is JATS XML"),
    "DBLP": ("p.xml", "<dblp><article/></dblp>", "is DBLP XML"),
    "the ACL Anthology": ("p.xml", "<collection id='2022.acl'/>", "is ACL Anthology XML"),
    "MARC XML": (
        "p.xml",
        "<collection><record><datafield tag='245'><subfield/></datafield></record></collection>",
        "is MARC XML, which is not read; export RIS or BibTeX from the library's catalogue",
    ),
    "MARC": ("p.mrc", "00078nam a2200037 a 4500", "is MARC, which is not read"),
    "MODS": ("p.xml", "<modsCollection><mods/></modsCollection>", "is MODS XML"),
    "OAI-PMH": ("p.xml", "<OAI-PMH><ListRecords/></OAI-PMH>", "is an answer of OAI-PMH"),
    "PubMed": ("p.xml", "<PubmedArticleSet/>", "is PubMed's XML, which is not read; open it in"),
    "EndNote's XML": ("p.xml", "<xml><records/></xml>", "is EndNote's XML"),
    "TEI": ("p.xml", "<TEI xmlns='http://www.tei-c.org/ns/1.0'/>", "is TEI XML"),
    "Web of Science's table": (
        "savedrecs.txt",
        "PT\tAU\tTI\nJ\tAsh, A\tMoss\n",
        "is Web of Science's table, which is not read; save it as plain text or as RIS",
    ),
    "other XML": ("p.xml", "<library/>", "is XML, which is not read"),
    "RIS": ("p.ris", "TY  - JOUR\nTI  - A\nER  - \n", "is RIS"),
    "MEDLINE": ("p.nbib", "PMID- 1\nTI  - A\n", "is MEDLINE's tagged text"),
    "a web page": ("p.html", "<!DOCTYPE html><html><body/></html>", "is a web page"),
    "Crossref": ("p.json", '{"status": "ok", "message": {"items": []}}', "is Crossref's JSON"),
    "an empty file": ("p.bib", " \n", "is empty; remove it, or save it again"),
    "no BibTeX": ("p.bib", "a letter to the editor", "is no BIB that can be read"),
    "questions": ("q.jsonl", '{"query": "a", "paper_id": "b"}\n', "is a list of questions"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "reason"), OTHER.values(), ids=OTHER)
def test_a_format_that_is_not_read_is_named_with_a_remedy(tmp_path, name, text, reason):
    (tmp_path / name).write_text(text, encoding="utf-8")
    answer = recognise(tmp_path / name)
    if isinstance(answer, Found):
        assert answer.kind not in {"table", "bibtex", "csljson", "folder"}  # a newer source
        return
    assert reason in answer.reason
    assert ";" in answer.reason


def test_spreadsheets_and_utf_16_are_named_with_a_remedy(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
    assert "save its table as CSV in UTF-8" in recognise(tmp_path / "p.xlsx").reason
    (tmp_path / "p.csv").write_bytes("title\nA\n".encode("utf-16"))
    assert recognise(tmp_path / "p.csv").reason.endswith("save it as UTF-8")


def test_pictures_notes_and_catalogs_are_nothing(tmp_path):
    for name, text in (
        ("a.png", "x"),
        ("README.md", "# Ours\n\nText\n"),
        ("c.yml", "title: T\nsources: []\n"),
        ("notes.docx", "x"),
    ):
        (tmp_path / name).write_text(text)
        assert recognise(tmp_path / name) is None


def test_a_link_out_of_the_folder_is_not_read(tmp_path):
    (tmp_path / "secret.bib").write_text("@article{a, title={A}}")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "link.bib").symlink_to(tmp_path / "secret.bib")
    assert "leads out of the folder" in recognise(tmp_path / "papers" / "link.bib").reason


TABLES = {
    "headers in other words": (
        {"Paper ID": "7", "Paper Title": "A", "Author Names": "B", "Keywords": "c"},
        {"columns": {"paper_id": "Paper ID", "title": "Paper Title",
                     "authors": "Author Names", "tags": "Keywords"}},
    ),
    "French headers": (
        {"Titre": "A", "Auteurs": "B", "Année": "2019", "Résumé": "x"},
        {"columns": {"title": "Titre", "authors": "Auteurs", "year": "Année",
                     "abstract": "Résumé"}},
    ),
    "names separated by commas": (
        {"title": "A", "authors": "Ann Ash, Bo Bay and Cy Cox"},
        {"separators": ",;|"},
    ),
    "addresses of PDFs": (
        {"title": "A", "pdf": "https://a.org/a.pdf"},
        {"columns": {"pdf_url": "pdf"}},
    ),
    "names of PDFs": ({"title": "A", "pdf": "a.pdf"}, {"columns": {"file": "pdf"}}),
    "forums": (
        {"title": "A", "url": "https://openreview.net/forum?id=x"},
        {"columns": {"paper_id": "url"}},
    ),
    "one track for all": ({"title": "A", "track": "main"}, {}),
    "times without sessions": ({"title": "A", "start": "9:00", "room": "B"}, {}),
    "Scopus": (
        {"Authors": "Ash A.", "Author full names": "Ash, Ann (57190000001)", "Title": "A",
         "Affiliations": "Uni A; Uni B", "Authors with affiliations": "Ash A., Uni A",
         "Source title": "Soils", "Language of Original Document": "English",
         "Link": "https://www.scopus.com/inward/record.uri?eid=2-s2.0-1", "EID": "2-s2.0-1"},
        {"columns": {"title": "Title", "authors": "Author full names", "paper_id": "EID",
                     "affiliations": "Authors with affiliations", "url": "Link",
                     "language": "Language of Original Document"}},
    ),
    "Scopus, with pages": (
        {"Title": "A", "Volume": "12", "Issue": "3", "Art. No.": "", "Page start": "45",
         "Page end": "67", "DOI": "10.5555/a"},
        {"columns": {"title": "Title", "doi": "DOI", "volume": "Volume", "issue": "Issue",
                     "first_page": "Page start", "last_page": "Page end",
                     "article_number": "Art. No."}},
    ),
    "a journal": (
        {"title": "A", "vol": "12", "number": "3", "pp": "45-67"},
        {"columns": {"volume": "vol", "issue": "number", "pages": "pp"}},
    ),
    "page counts": ({"title": "A", "pages": "9"}, {}),
    "HotCRP": (
        {"pid": 1, "title": "A", "authors": [{"first": "Ann"}]},
        {"columns": {"paper_id": "pid"}},
    ),
    "pretalx": (
        {"ID": "A1B", "Proposal title": "A", "Speaker names": "Ann Ash"},
        {"columns": {"paper_id": "ID", "title": "Proposal title", "authors": "Speaker names"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("row", "settings"), TABLES.values(), ids=TABLES)
def test_the_columns_of_a_table_are_mapped(row, settings):
    assert columns.to_settings([row, row])[0] == settings


def test_unused_columns_and_doubtful_commas_are_reported():
    _, doubts = columns.to_settings([{"title": "A", "authors": "Ash, Ann", "Seats": "4"}])
    assert doubts == [
        "has columns that are not used: Seats; “columns” names them",
        "has commas between or inside the names of authors; set “separators”",
    ]


def test_the_group_of_either_api_of_openreview_is_the_venue(tmp_path):
    group = "ICLR.cc/2024/Conference/-/Submission"
    for named in ({"invitation": group}, {"invitations": [group, f"{group}/Edit"]}):
        note = {"id": "a", "forum": "a", "content": {"title": {"value": "A"}}, **named}
        guess = found_in(tmp_path, json.dumps({"notes": [note]}), "notes.json")
        assert (guess.name, guess.venue_id, guess.year) == ("ICLR 2024", "iclr-2024", 2024)


def test_the_number_of_an_issue_is_no_id_and_several_journals_are_venues():
    rows = [
        {"Title": "A", "Publication": "Moss", "Number": "3"},
        {"Title": "B", "Publication": "Fern", "Number": ""},
    ]
    assert columns.to_settings(rows)[0]["columns"] == {"title": "Title", "venue": "Publication"}
    rows = [{"Title": "A", "venue": "Moss", "no": "1"}, {"Title": "B", "venue": "Fern", "no": "2"}]
    assert columns.to_settings(rows)[0]["columns"] == {
        "paper_id": "no",
        "title": "Title",
        "venue": "venue",
    }


@pytest.mark.parametrize("header", ["#", "N°", "Numéro"])
def test_numbers_of_submissions_are_ids_unless_they_are_repeated(header):
    rows = [{header: number, "title": f"A{number}"} for number in "12"]
    assert columns.to_settings(rows)[0] == {"columns": {"paper_id": header}}
    assert columns.to_settings([*rows, rows[0]])[0] == {}


def test_a_row_for_each_author_and_rejected_papers_are_doubts():
    rows = [{"title": "A", "decision": "Accepted"}] * 2 + [{"title": "B", "decision": "Rejected"}]
    _, doubts = columns.to_settings(rows)
    assert doubts == [
        "has 2 titles in its first 3 rows: a paper needs one row, with all its authors in one "
        "cell, separated by “;”",
        "has rejected or withdrawn papers (1); remove their rows",
    ]


def test_the_tables_of_easychair_are_one_source_also_with_semicolons(tmp_path):
    (tmp_path / "author.csv").write_text("submission #;first name;last name\n3;Ann;Ash\n")
    (tmp_path / "review.csv").write_text("#;submission #;total score\n1;3;2\n")
    (tmp_path / "submission.csv").write_text("#;title;authors;decision\n3;Moss;Ann Ash;accept\n")
    found = survey(tmp_path)
    assert [(one.kind, one.path) for one in found.found] == [("easychair", tmp_path)]
    assert found.not_read == []
    items = SOURCES["easychair"].read(SOURCES["easychair"].Settings(V, tmp_path))
    (paper,) = (item for item in items if isinstance(item, Paper))
    assert (paper.title, paper.authors) == ("Moss", (Author("Ann Ash"),))


def test_submissions_of_easychair_under_another_name_are_a_table(tmp_path):
    path = tmp_path / "accepted 2019.csv"
    path.write_text("#,Title,Authors,Decision\n3,Moss,Ann Ash,accept\n4,Fern,Bo Bay,accept\n")
    found = recognise(path)
    assert (found.kind, found.settings["columns"]) == (
        "table",
        {"paper_id": "#", "title": "Title", "authors": "Authors", "decision": "Decision"},
    )
    with pytest.raises(UserError, match=r"does not exist; name the folder of EasyChair's tables"):
        list(SOURCES["easychair"].read(SOURCES["easychair"].Settings(V, tmp_path)))


def test_a_file_of_web_of_science_has_no_ending_in_the_name_of_its_venue(tmp_path):
    (tmp_path / "garden papers.txt").write_text("FN Clarivate\nPT J\nTI A\nPY 2019\nER\nEF\n")
    assert to_name(tmp_path / "garden papers.txt") == "Garden papers"


def to_name(path):
    found = recognise(path)
    settings = SOURCES[found.kind].Settings(venue=V, **found.settings)
    papers = [item for item in SOURCES[found.kind].read(settings) if isinstance(item, Paper)]
    return venues.guess(found, papers, path.parent).name


def test_a_folder_is_surveyed_with_its_subfolders_but_not_what_is_hidden(tmp_path):
    for name in ("pdfs", "pdfs/more", ".git", "node_modules"):
        (tmp_path / name).mkdir()
    for name in ("pdfs/a.pdf", "pdfs/B.PDF", "pdfs/more/c.pdf", ".git/x.pdf", "node_modules/y.pdf"):
        make_pdf(tmp_path / name, [["A page."]])
    (tmp_path / "README.txt").write_text("notes")
    (tmp_path / "p.bib").write_text("@article{a, title={A}}")
    (tmp_path / "p.ris").write_text("library")
    seen = survey(tmp_path)
    assert [found.path.name for found in seen.found] == ["p.bib"]
    assert {path.name: n for path, n in seen.files.items()} == {"pdfs": 2, "more": 1}
    assert [item.path.name for item in seen.not_read] == ["p.ris"]


def test_the_folder_of_a_mini_conf_and_of_paperoni_are_one_source_each(tmp_path):
    for name in ("conf", "ours"):
        (tmp_path / name).mkdir()
    (tmp_path / "conf" / "main_papers.csv").write_text("UID,title\na,A\n")
    (tmp_path / "conf" / "demo_papers.csv").write_text("UID,title\nb,B\n")
    (tmp_path / "conf" / "paper_sessions.yml").write_text("S: {papers: [a]}\n")
    for name in ("one", "two"):
        (tmp_path / "ours" / f"{name}.json").write_text('[{"title": "A", "releases": [{}]}]')
    assert [(found.kind, found.path.name) for found in survey(tmp_path).found] == [
        ("miniconf", "conf"),
        ("paperoni", "ours"),
    ]


def found_in(tmp_path, text, name="p.bib"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = recognise(tmp_path / name)
    settings = SOURCES[found.kind].Settings(venue=V, **found.settings)
    papers = [item for item in SOURCES[found.kind].read(settings) if isinstance(item, Paper)]
    return venues.guess(found, papers, tmp_path)


VOLUME = "@proceedings{v, name={Algorithmic Gardens}, shortname={AG}, year={2019}}\n"
ENTRY = "@inproceedings{{{}, title={{T {}}}, author={{A}}, {}}}\n"


def entries(*fields):
    return "".join(ENTRY.format(n, n, more) for n, more in enumerate(fields))


VENUES = {
    "the volume's entry": (VOLUME + entries("", ""), ("AG 2019", "ag-2019", 2019, "conference", 0)),
    "a volume of some entries": (
        VOLUME + entries("journal={Moss}", "", "journal={Fern}"),
        ("P", "p", None, "list", 1),
    ),
    "what most entries say": (
        entries(*["booktitle={Gardens}, year={2018}"] * 9, "year={2018}"),
        ("Gardens", "p-2018", 2018, "conference", 0),
    ),
    "a year that some entries lack": (
        entries("year={2018}", "year={2018}", ""),
        ("P", "p-2018", 2018, "list", 1),
    ),
    "entries of several years": (
        entries("year={2017}", "year={2018}"),
        ("P", "p", None, "list", 0),
    ),
    "several years, and some without": (
        entries("year={2017}", "year={2018}", ""),
        ("P", "p", None, "list", 1),
    ),
    "no year at all": (entries("", ""), ("P", "p", None, "list", 1)),
}


@pytest.mark.parametrize(("text", "expected"), VENUES.values(), ids=VENUES)
def test_venue_and_year_are_what_most_entries_say(tmp_path, text, expected):
    guess = found_in(tmp_path, text)
    assert (guess.name, guess.venue_id, guess.year, guess.kind, len(guess.doubts)) == expected


@pytest.mark.parametrize("name", ["AG19.bib", "icml2019.bib", "ours 2019.bib"])
def test_a_year_in_the_name_of_a_file_is_a_doubt(tmp_path, name):
    guess = found_in(tmp_path, entries("", ""), name)
    assert guess.year == 2019
    assert "2019 is taken from a name" in guess.doubts[0]


ABSTRACTS = {
    "en": "We show that the norm of the gradient is bounded by a constant in this setting. " * 6,
    "fr": "Nous montrons que la norme du gradient est bornée par une constante dans ce cas. " * 6,
    "de": "Wir zeigen, dass die Norm des Gradienten durch eine Konstante für alle beschränkt ist, "
    "und das ist nicht von der Wahl der Daten. " * 3,
    "ar": "نبين في هذا البحث أن المعيار من التدرج محدود على هذا المجال الذي نبحث فيه عن حل. " * 5,
    "ru": "В этой работе мы показываем, что норма градиента ограничена, "
    "и это не зависит от выбора данных на практике. " * 4,
}


@pytest.mark.parametrize("language", ABSTRACTS)
def test_the_language_of_the_abstracts_is_guessed(language):
    paper = Paper("a", V, title="T", abstract=ABSTRACTS[language], authors=(Author("A"),))
    assert venues.guess_language([paper]) == language
    assert venues.guess_language([Paper("a", V, title="T")]) is None


@pytest.mark.parametrize(
    ("folder", "name", "kind", "count", "venue", "year"),
    [
        ("alt2019", "ALT19.bib", "bibtex", 38, "ALT 2019", 2019),
        ("icml2019", "icml2019.json", "table", 774, "ICML 2019", 2019),
        ("iclr2019-authors", "iclr_2018.tsv", "table", 559, "ICLR 2018", 2018),
        ("arxiv-atom", "arxiv_response.xml", "arxiv", 2, "arXiv", 2025),
        ("csl-json", "manual-references.json", "csljson", 36, "Manual references", None),
    ],
)
def test_real_files_are_recognised(folder, name, kind, count, venue, year):
    path = foreign(f"{folder}/{name}")
    found = recognise(path)
    settings = SOURCES[kind].Settings(venue=V, **found.settings)
    papers = [item for item in SOURCES[found.kind].read(settings) if isinstance(item, Paper)]
    guess = venues.guess(found, papers, path.parent)
    assert (found.kind, len(papers), guess.name, guess.year) == (kind, count, venue, year)


def test_every_format_names_a_setting_of_its_source():
    for format_ in recognition.FORMATS:
        if format_.kind in SOURCES:
            fields = SOURCES[format_.kind].Settings.__dataclass_fields__
            assert format_.setting in fields, format_.name


def test_the_sample_is_recognised():
    seen = survey(ROOT / "data/sample")
    kinds = {found.path.name: found.kind for found in seen.found}
    assert kinds == {
        "iclr2019.json": "openreview",
        "icml2019.csv": "table",
        "mila.bib": "bibtex",
        "shamra.jsonl": "table",
    }
    assert all(isinstance(item, NotRead) for item in seen.not_read)
