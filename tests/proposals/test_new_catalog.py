"""A folder of papers is a site in two commands: init writes a catalog, and lists every doubt."""

import contextlib
import io
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Built, build_here, foreign, make_pdf, page, query, serve

from papersette.catalogs import catalog, identity
from papersette.errors import UserError
from papersette.proposals import new_catalog, proposal

PAGE = "A text on hedges and gates with many words in it."
BIB = """@inproceedings{hedges, title={Deep hedges of gardens}, author={Ada Keeper}, \
booktitle={Gardens 2019}, year={2019}}
@inproceedings{gates, title={Gates that gradients open}, author={Emil Blank}, \
booktitle={Gardens 2019}, year={2019}}
"""


def init(folder, *options):
    """Run init in this process, which has no terminal; cache and database are beside the folder."""
    beside = folder.parent if folder.is_dir() or folder.suffix == "" else folder.parent.parent
    paths = ("--cache", beside / "cache", "--db", beside / "papers.db", "--jobs", "1")
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = new_catalog.main([str(part) for part in (folder, *paths, "--yes", *options)])
    return Built(code, stdout.getvalue(), stderr.getvalue())


def build(folder, *options):
    """Build the catalog that init wrote, without --data."""
    paths = ("--db", folder.parent / "papers.db", "--cache", folder.parent / "cache")
    return build_here(folder / "catalog.yml", *paths, *options)


@pytest.fixture
def papers(tmp_path):
    """A folder with a space and an accent in its name,
    with a .bib and two PDFs not named by key."""
    folder = tmp_path / "Nos études 2019"
    (folder / "les pdfs").mkdir(parents=True)
    (folder / "nos articles.bib").write_text(BIB)
    make_pdf(folder / "les pdfs" / "première.pdf", [["Deep hedges of gardens", PAGE]])
    make_pdf(folder / "les pdfs" / "b 2.pdf", [["Gates that gradients open", PAGE]])
    return folder


def problems(folder):
    return query(folder.parent / "papers.db", "select item, stage, reason from problems")


def test_a_folder_with_a_bib_is_a_site_in_two_commands(papers, tmp_path):
    written = init(papers)
    assert written.returncode == 0, written.stderr
    assert "2 papers, 2 with a file" in written.stdout
    assert "Please check" not in written.stdout
    built = build(papers)
    assert built.returncode == 0, built.stderr
    assert problems(papers) == []
    sql = "select paper_id, papers.year, page_count, name from papers join venues using (venue_id)"
    assert query(tmp_path / "papers.db", sql) == [
        ("hedges", 2019, 1, "Gardens 2019"),
        ("gates", 2019, 1, "Gardens 2019"),
    ]


def test_printed_commands_name_this_python_and_a_plain_folder(papers, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", str(tmp_path))
    printed = init(tmp_path / "here" / ".." / papers.name).stdout
    build_command, serve_command = (line.strip() for line in printed.splitlines()[-2:])
    assert build_command.startswith(f"{sys.executable} build_db.py ")
    assert serve_command == f"make serve PDFS='{papers / 'les pdfs'}'"


@pytest.mark.slow
def test_the_printed_commands_work_as_they_are(papers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = init(papers).stdout.splitlines()
    command = next(
        line.strip() for line in printed if "build_db.py " in line and "init" not in line
    )
    serve_command = printed[-1].strip()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
    (tmp_path / "build_db.py").symlink_to(ROOT / "build_db.py")
    done = subprocess.run(
        command,
        shell=True,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2 papers, 2 pages" in done.stdout
    assert serve_command == f"make serve PDFS='{papers / 'les pdfs'}'"


def test_the_pdfs_are_served_where_the_catalog_says(papers, tmp_path):
    init(papers)
    build(papers)
    (tmp_path / "site").mkdir()
    served = "pdf:" + str(papers / "les pdfs")
    urls = query(tmp_path / "papers.db", "select pdf_url from papers order by number")
    assert [url for (url,) in urls] == ["/pdf/premi%C3%A8re.pdf", "/pdf/b%202.pdf"]
    with serve(tmp_path / "papers.db", tmp_path / "site", "--static", served) as site:
        assert "Deep hedges of gardens" in page(site, "/papers/search", q="hedges")


def test_the_sample_with_its_bib_has_every_file_matched(tmp_path):
    folder = tmp_path / "mila"
    shutil.copytree(ROOT / "data/sample/pdf/mila", folder)
    shutil.copy(ROOT / "data/sample/mila.bib", folder)
    written = init(folder)
    assert written.returncode == 0, written.stderr
    assert "mila: 12 papers, 7 with a file" in written.stdout
    built = build(folder)
    assert built.returncode == 0, built.stderr
    unused = [
        item for item, stage, _ in problems(folder) if stage == "match" and item.endswith("pdf")
    ]
    assert unused == []


def test_a_folder_of_pdfs_only_becomes_a_site_of_their_first_pages(tmp_path):
    folder = tmp_path / "reading"
    (folder / "more").mkdir(parents=True)
    make_pdf(folder / "a.pdf", [["Deep hedges of gardens", "", PAGE]])
    make_pdf(folder / "more" / "b.pdf", [["Gates that gradients open", "", PAGE]])
    (folder / "list.txt").write_text("buy milk")
    written = init(folder)
    assert "there is no metadata: titles and authors are read from page 1" in written.stdout
    assert "list.txt: a text is a paper, too" in written.stdout
    (folder / "list.txt").unlink()
    assert build(folder).returncode == 0
    found = query(tmp_path / "papers.db", "select paper_id, pdf_url from papers order by 1")
    assert found == [("a", "/pdf/a.pdf"), ("more/b", "/pdf/more/b.pdf")]


@pytest.mark.parametrize("names", [[], ["photo.png"], ["README.txt", "requirements.txt"]])
def test_a_folder_without_papers_is_refused_with_the_remedy(tmp_path, names):
    folder = tmp_path / "empty"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("x")
    written = init(folder)
    assert written.returncode == 1
    assert f"{folder}: has no PDF, and no metadata that can be read" in written.stderr
    assert "name another folder" in written.stderr
    assert not (folder / "catalog.yml").exists()


def test_a_missing_folder_and_no_folder_are_errors_with_the_remedy(tmp_path):
    assert "there is no such folder" in init(tmp_path / "gone").stderr
    done = subprocess.run(
        [sys.executable, ROOT / "build_db.py", "init"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "name the folder that holds your papers" in done.stderr) == (1, True)


def test_a_catalog_that_exists_is_replaced_only_when_asked(papers):
    assert init(papers).returncode == 0
    mine = (papers / "catalog.yml").read_text() + "# mine\n"
    (papers / "catalog.yml").write_text(mine)
    again = init(papers)
    assert again.returncode == 1
    assert "add --overwrite, or name another file with --output" in again.stderr
    assert (papers / "catalog.yml").read_text() == mine
    assert init(papers, "--overwrite").returncode == 0
    assert "# mine" not in (papers / "catalog.yml").read_text()


def test_init_writes_the_same_catalog_again(papers):
    init(papers)
    first = (papers / "catalog.yml").read_text()
    init(papers, "--overwrite")
    assert (papers / "catalog.yml").read_text() == first


def test_a_catalog_elsewhere_finds_the_data(papers, tmp_path):
    output = tmp_path / "catalogs" / "mine.yml"
    assert init(papers, "--output", output).returncode == 0
    publication = catalog.load(output, None)
    assert publication.sources[0].settings.file.samefile(papers / "nos articles.bib")
    assert f"data: ../{papers.name}" in output.read_text(encoding="utf-8")


def test_a_data_folder_that_does_not_exist_is_an_error_with_its_line(papers):
    init(papers)
    path = papers / "catalog.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("data: .", "data: gone"), encoding="utf-8"
    )
    with pytest.raises(
        UserError, match=r"line 3: “data” names gone, which is no folder in .*--data"
    ):
        catalog.load(path, None)
    assert catalog.load(path, papers).title == "Gardens 2019"


def test_every_doubt_is_listed_with_its_remedy(tmp_path):
    folder = tmp_path / "lab"
    (folder / "pdf").mkdir(parents=True)
    (folder / "ours.bib").write_text(
        BIB + "@misc{third, title={Third of the garden papers}, author={Bo Bay}}\n"
    )
    (folder / "ours.csv").write_text("title,year\nDeep hedges of gardens,2019\n")
    (folder / "library.enw").write_text("%0 Journal Article\n")
    make_pdf(folder / "pdf" / "hedges.pdf", [["Deep hedges of gardens", PAGE]])
    make_pdf(folder / "pdf" / "stranger.pdf", [["A paper of somebody else altogether", PAGE]])
    printed = init(folder).stdout
    doubts = [line for line in printed.splitlines() if line.startswith("- ")]
    assert f"Please check ({len(doubts)}):" in printed
    for part in (
        "library.enw is EndNote's tagged text, which is not read; export the papers as BibTeX",
        "ours.csv lists 1 of its 1 papers as another file does; it is not used: to use it as well",
        "ours.bib: 1 of 3 papers has no year; they get 2019, as the others",
        "2 times (ours.bib: line 2, line 3): no PDF has its name or its title",
        "stranger.pdf belongs to no entry",
    ):
        assert any(part in line for line in doubts), part
    text = (folder / "catalog.yml").read_text()
    assert "# Not used, because it seems to list the same papers:\n# - kind: table" in text
    restored = re.sub("^# (?=[- ] )", "", text.partition("# Not used")[2], flags=re.MULTILINE)
    (folder / "catalog.yml").write_text(
        text.partition("# Not used")[0] + restored.partition("\n")[2]
    )
    assert len(catalog.load(folder / "catalog.yml", None).sources) == 2


def test_a_folder_with_only_an_archive_is_refused_with_the_remedy(tmp_path):
    folder = tmp_path / "lab"
    folder.mkdir()
    (folder / "papers.zip").write_bytes(b"PK\x03\x04")
    assert "…); unpack papers.zip, or name another folder" in init(folder).stderr


def test_pdfs_in_folders_of_their_own_as_zotero_exports_them_are_all_matched(tmp_path):
    folder = tmp_path / "lab"
    for number, title in ((12, "Deep hedges of gardens"), (13, "Gates that gradients open")):
        (folder / f"files/{number}").mkdir(parents=True)
        make_pdf(folder / f"files/{number}/x{number}.pdf", [[title, PAGE]])
    (folder / "lib.bib").write_text(
        "@misc{a, title={Deep hedges of gardens}, file={T:files/12/x12.pdf:application/pdf}}\n"
        "@misc{b, title={Gates that gradients open}, file={T:files/13/x13.pdf:application/pdf}}\n"
    )
    printed = init(folder).stdout
    assert "2 papers, 2 with a file" in printed
    assert "files: files\n" in (folder / "catalog.yml").read_text()


def test_the_file_with_a_row_for_each_paper_is_used_before_one_with_a_row_for_each_author(tmp_path):
    (tmp_path / "authors.csv").write_text("title,first\nMoss,Ann\nMoss,Bo\nFern,Cy\n")
    (tmp_path / "papers.csv").write_text("title,authors\nMoss,Ann Ash; Bo Bay\nFern,Cy Coy\n")
    found = proposal.propose(tmp_path)
    assert [(draft.found.path.name, draft.is_used) for draft in found.sources] == [
        ("papers.csv", True),
        ("authors.csv", False),
    ]


def test_two_files_of_different_papers_are_two_sources(tmp_path):
    folder = tmp_path / "years"
    for year in (2018, 2019):
        (folder / f"pdf{year}").mkdir(parents=True)
        (folder / f"{year}.bib").write_text(
            f"@misc{{a{year}, title={{Title of {year}}}, year={year}}}"
        )
        make_pdf(folder / f"pdf{year}" / f"a{year}.pdf", [[PAGE]])
    assert init(folder).returncode == 0
    sources = catalog.load(folder / "catalog.yml", None).sources
    assert [source.settings.files.name for source in sources] == ["pdf2018", "pdf2019"]
    assert [source.settings.venue.year for source in sources] == [2018, 2019]
    assert [source.settings.pdf_url for source in sources] == [
        "/pdf/pdf2018/{file}",
        "/pdf/pdf2019/{file}",
    ]


def test_a_file_can_be_named_instead_of_the_folder(papers, tmp_path):
    (papers / "other.csv").write_text("title,year\nA,2001\nB,2002\nC,2003\nD,2004\n")
    first = proposal.propose(papers).sources[0].found.path.name
    assert first == "other.csv"
    written = init(papers / "nos articles.bib")
    assert written.returncode == 0, written.stderr
    publication = catalog.load(papers / "catalog.yml", None)
    assert publication.sources[0].kind == "bibtex"


def test_metadata_that_cannot_be_read_is_a_doubt(tmp_path):
    folder = tmp_path / "latin"
    folder.mkdir()
    (folder / "p.bib").write_bytes("@misc{a, title={Études}}".encode("latin-1"))
    make_pdf(folder / "a.pdf", [[PAGE]])
    printed = init(folder).stdout
    assert "p.bib cannot be read: is not UTF-8 at byte 16; convert it" in printed


def test_replace_is_printed_only_where_it_is_needed(papers, tmp_path):
    assert "--replace" not in init(papers).stdout
    (tmp_path / "papers.db").write_bytes(b"another file")
    assert "--replace" in init(papers, "--overwrite").stdout


@pytest.mark.slow
def test_a_terminal_is_asked_a_few_questions(papers):
    controller, terminal = pty.openpty()
    command = [sys.executable, str(ROOT / "build_db.py"), "init", str(papers), "--jobs", "1"]
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=papers.parent
    ) as process:
        os.close(terminal)
        os.write(controller, b"Our gardens\n\n2020\n")
        shown = b""
        while True:
            try:
                part = os.read(controller, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        assert process.wait() == 0, shown
    os.close(controller)
    assert b"Title of the site [Gardens 2019]: " in shown
    publication = catalog.load(papers / "catalog.yml", None)
    venue = publication.sources[0].settings.venue
    assert (publication.title, venue.name, venue.year) == ("Our gardens", "Gardens 2019", 2020)


@pytest.mark.slow
def test_all_pdfs_of_a_real_proceedings_are_matched(tmp_path):
    folder = tmp_path / "alt2019"
    shutil.copytree(foreign("alt2019"), folder)
    written = init(folder)
    assert "alt-2019: 38 papers, 37 with a file" in written.stdout
    assert "no year" not in written.stdout
    assert "year: 2019" in (folder / "catalog.yml").read_text()


@pytest.mark.slow
def test_the_catalog_of_the_readme_matches_every_pdf_of_a_real_proceedings(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.search(r"```yaml\n(.*?)```", readme, flags=re.DOTALL).group(1)
    (tmp_path / "mine.yml").write_text(text, encoding="utf-8")
    shutil.copytree(foreign("alt2019"), tmp_path / "pdfs")
    shutil.move(tmp_path / "pdfs/ALT19.bib", tmp_path / "papers.bib")
    publication = catalog.load(tmp_path / "mine.yml", None)
    options = new_catalog.parse(["--cache", str(tmp_path / "cache"), "--jobs", "1"])
    assert new_catalog.check(publication, options)[0] == ["ours-2019: 38 papers, 37 with a file"]


def test_the_keys_that_init_proposes_exist():
    proposed = yaml.safe_load(re.sub("^# ", "", proposal.SITE_KEYS, flags=re.MULTILINE))
    assert set(proposed) <= catalog.KEYS
    assert set(proposed["site"]) <= set(identity.READERS)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("größe.bib", "@misc{a, title={Größe}}", "is not UTF-8 at byte"),
        ("a.csv", "title,authors\nGröße,Ann Ash\n", "is not UTF-8 at byte"),
        ("b.csv", "Title of paper,authors\nFern,Ann Ash\n", "without a column of titles"),
    ],
)
def test_the_reason_why_nothing_is_usable_is_named_with_the_file(tmp_path, name, content, reason):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_bytes(content.encode("latin-1"))
    written = init(tmp_path / "data")
    assert written.returncode == 1
    assert name in written.stderr
    assert reason in written.stderr
    checked = build_here("--check", tmp_path / "data" / name)
    assert checked.returncode == 1
    assert reason in checked.stderr


def test_make_serve_keeps_a_folder_with_spaces_together():
    printed = subprocess.run(
        ["make", "-n", "-o", "papers.db", "serve", "PDFS=/our papers/2019"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (line,) = (line for line in printed.splitlines() if "datasette serve" in line)
    assert "pdf:/our papers/2019" in shlex.split(line)


def test_the_current_folder_has_its_own_name_in_the_catalog(papers, monkeypatch):
    monkeypatch.chdir(papers)
    printed = init(Path(), "--output", "catalog.yml").stdout
    title = yaml.safe_load((papers / "catalog.yml").read_text())["title"]
    assert title == "Gardens 2019"
    assert f"Found in {papers}:" in printed
    (papers / "nos articles.bib").unlink()
    export = "- title: Moss at dusk\n  releases:\n  - venue: {}\n"
    (papers / "a.yml").write_text(export)
    init(Path(), "--overwrite")
    assert "file: a.yml" in (papers / "catalog.yml").read_text()
    (papers / "b.yml").write_text(export)
    printed = init(Path(), "--overwrite").stdout
    assert "an export of paperoni, Nos études 2019\n" in printed
    assert yaml.safe_load((papers / "catalog.yml").read_text())["title"] == "Nos études 2019"


def test_init_does_not_read_its_own_catalog_as_an_export_of_paperoni(tmp_path):
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "papers.yaml").write_text("- title: Moss at dusk\n  releases:\n  - venue: {}\n")
    (folder / "paperoniv2.json").write_text('[{"title": "Ferns at noon", "releases": [{}]}]')
    written = init(folder)
    assert written.returncode == 0, written.stderr
    assert "2 papers" in written.stdout
    assert "catalog.yml" not in written.stdout.partition("Please check")[2].partition("then:")[0]
