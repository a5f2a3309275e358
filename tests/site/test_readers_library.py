"""The library on the site: saving, passages, exports, imports, and papers that left."""

import csv
import io
import json
import sqlite3

import pytest
from pybtex.database import parse_string
from visitors import Visitor, serve_readers

SWALP, OTHER = "/papers/papers/swalp", "/papers/papers/H1M7soActX"
PASSAGE = "It also adds a noise that does not go away"
NOTE = "*Emphasis* <script>alert(1)</script> [x](javascript:alert(1)) [site](https://example.org)"


@pytest.fixture(scope="module")
def dora(readers_site):
    """A reader whose library these tests share."""
    one = Visitor(readers_site, "dora")
    yield one
    one.client.close()


def test_a_paper_is_added_with_one_click_changed_and_removed(dora):
    added = dora.post(f"{SWALP}/library", status="to-read")
    assert added.headers["location"] == f"{SWALP}#library"
    assert "Saved in your library." in dora.get(SWALP).text
    dora.post(f"{SWALP}/library", status="reading", tags="to cite, GANs, gans", note=NOTE)
    page = dora.get("/-/library", tag="GANs").text
    assert "SWALP" in page
    assert "Reading 1" in page
    assert page.count(">GANs") == 2  # the filter and the paper's tag
    assert "SWALP" not in dora.get("/-/library", status="read").text
    dora.post(f"{SWALP}/library", action="remove")
    assert "SWALP" not in dora.get("/-/library").text


def test_the_markdown_of_a_note_runs_no_script_and_marks_links_as_those_of_a_reader(dora):
    dora.post(f"{SWALP}/library", status="reading", note=NOTE)
    page = dora.get("/-/library").text
    assert "<em>Emphasis</em>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert '<a href="https://example.org" rel="nofollow ugc noopener noreferrer">site</a>' in page


def test_a_passage_is_saved_by_its_words_and_by_its_link_and_opens_in_the_reader(dora):
    saved = dora.post(f"{SWALP}/highlights", page="1", passage=PASSAGE, note="So what?")
    assert saved.headers["location"].startswith(
        f"{SWALP}/read?page=1&quote=It%20also%20adds%20a%20noise%20that"
    ) or ("quote=It+also+adds" in saved.headers["location"])
    reader = dora.get(saved.headers["location"].partition("#")[0]).text
    assert "The passage is in your library." in reader
    assert "So what?" in reader
    assert "no longer in the text" not in reader
    (one,) = dora.get("/-/account/data.json").json()["highlights"]
    again = dora.post(f"{SWALP}/highlights", page="1", quote=one["quote"], check=one["check"])
    assert again.status_code == 302
    (same,) = dora.get("/-/account/data.json").json()["highlights"]
    assert same["highlight_id"] == one["highlight_id"]


@pytest.mark.parametrize("passage", ["words that no paper of this collection has in it", ""])
def test_a_passage_that_the_paper_does_not_have_is_refused(dora, passage):
    assert dora.post(f"{SWALP}/highlights", page="1", passage=passage).status_code == 400


def test_a_library_is_exported_as_bibtex_csv_and_markdown(dora):
    dora.post(f"{SWALP}/library", status="read", tags="=cmd()", note="=1+1")
    dora.post(f"{SWALP}/highlights", page="1", passage=PASSAGE)
    dora.post(f"{OTHER}/library", status="to-read")
    dora.post(f"{SWALP}/rating", stars="4")
    bib = dora.get("/-/library.bib")
    assert "attachment" in bib.headers["content-disposition"]
    assert len(parse_string(bib.text, "bibtex").entries) == 2
    rows = {
        row["paper_id"]: row
        for row in csv.DictReader(io.StringIO(dora.get("/-/library.csv").text[1:]))
    }
    assert rows.keys() == {"swalp", "H1M7soActX"}
    assert (rows["swalp"]["status"], rows["swalp"]["rating"]) == ("read", "4")
    assert (rows["swalp"]["note"], rows["swalp"]["tags"]) == ("'=1+1", "'=cmd()")
    text = dora.get("/-/library.md").text
    assert "## [SWALP : Stochastic Weight Averaging" in text
    assert f"> {PASSAGE} ([p. 1](http://" in text


def test_an_export_is_imported_again_completely(dora, visitor):
    dora.post(f"{SWALP}/library", status="read")
    dora.post(f"{OTHER}/library", status="read")
    carol = visitor("carol")
    carol.post("/-/account/delete", confirm="carol")
    carol = visitor("carol")
    files = {"file": ("mine.bib", dora.get("/-/library.bib").content)}
    token = {"csrftoken": carol.client.cookies["ds_csrftoken"], "tags": "from Zotero"}
    page = carol.client.post("/-/library/import", data=token, files=files)
    assert page.status_code == 200, page.text
    assert "2 papers were added to your library." in page.text
    assert "were not found" not in page.text
    library = carol.get("/-/account/data.json").json()["library"]
    assert [(e["paper_id"], e["tags"]) for e in library] == [
        ("H1M7soActX", ["from Zotero"]),
        ("swalp", ["from Zotero"]),
    ]


def test_what_was_not_matched_is_listed_and_what_was_there_stays(dora):
    dora.post(f"{SWALP}/library", status="read", note="Keep this")
    items = [{"id": "swalp"}, {"id": "x", "title": "On <b>nothing</b> at all"}]
    page = dora.post("/-/library/import", text=json.dumps(items))
    assert "0 papers were added" in page.text
    assert "1 entry was not found" in page.text
    assert "On &lt;b&gt;nothing" in page.text or "On nothing at all" in page.text
    assert "Keep this" in dora.get("/-/library").text


def test_a_file_that_cannot_be_read_is_named(dora):
    page = dora.post("/-/library/import", text="[{")
    assert (page.status_code, "import.json" in page.text) == (400, True)


def test_papers_that_left_stay_in_the_library_and_are_marked(sample_db, tmp_path_factory):
    folder = tmp_path_factory.mktemp("left")
    store = folder / "readers" / "readers.db"
    with serve_readers(sample_db, folder) as site:
        alice = Visitor(site, "alice")
        alice.post(f"{SWALP}/library", status="reading", note="My note")
        alice.post(f"{SWALP}/comments", text="My comment")
        with sqlite3.connect(store) as conn:  # as if swalp had been the id of another build
            conn.execute("pragma foreign_keys = off")
            for table in ("papers", "library", "comments"):
                conn.execute(f"update {table} set paper_id = 'gone' where paper_id = 'swalp'")
        conn.close()
        alice.client.close()
    again = tmp_path_factory.mktemp("again")
    with serve_readers(sample_db, again, db=str(store)) as site:
        alice = Visitor(site, "alice")
        page = alice.get("/-/library").text
        assert "no longer in this collection" in page
        assert "My note" in page
        assert "SWALP" in page
        assert "My comment" in alice.get("/papers/papers/gone/comments").text
        assert alice.get("/-/library.csv").text.count("gone") >= 2
        assert alice.post("/papers/papers/gone/comments", text="More").status_code == 404
        assert alice.post("/papers/papers/gone/library", action="remove").status_code == 302
        assert "My note" not in alice.get("/-/library").text
        alice.client.close()
